/* order: what an authority wants said, and the bodies of the notices that say it: one, or several
 * where a set of tags or a span of indexes is too large for one. Bodies are in notice.h; the same
 * order always makes the same ones. */
#ifndef TALLY_TOOLS_ORDER_H
#define TALLY_TOOLS_ORDER_H

#include "tools/tallyctl/taglist.h"

enum {
	ORDER_TEXT_MAX = 128
};

struct order {
	enum tally_notice_kind kind;
	int64_t time;              /* extend, unseal */
	enum notice_holder holder; /* revoke */
	uint32_t key_id;           /* revoke; void by signer */
	uint16_t contest;          /* withdraw */
	uint16_t option;
	enum notice_fate fate; /* void */
	uint64_t first;        /* void by signer: no tags */
	uint64_t last;
	struct taglist tags; /* void by tags, enrol */
	struct bytes text;   /* void: the reason; draw; text */
};

/* A void by signer. */
bool
order_is_span(const struct order *order);

size_t
order_pieces(const struct order *order);

/* The body of a piece, at most TALLY_NOTICE_SIZE_MAX bytes. */
void
order_body(const struct order *order, size_t piece, struct writer *writer);

/* "tags 1 to 1900 of 5000", "entries 0 to 65535"; empty where there is but one piece. */
void
order_piece_text(const struct order *order, size_t piece, char text[ORDER_TEXT_MAX]);

#endif
