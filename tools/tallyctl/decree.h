/* decree: what an authority wants said, and the bodies of the notices that say it: one, or several
 * where a set of tags or a span of indexes is too large for one. Bodies are in notice.h; the same
 * decree always makes the same ones. */
#ifndef TALLY_TOOLS_DECREE_H
#define TALLY_TOOLS_DECREE_H

#include "tools/tallyctl/taglist.h"

enum {
	DECREE_TEXT_MAX = 128
};

struct decree_span {
	uint64_t first;
	uint64_t last;
};

struct decree {
	enum tally_notice_kind kind;
	int64_t time;              /* extend, unseal */
	enum notice_holder holder; /* revoke */
	uint32_t key_id;           /* revoke; void by signer */
	uint16_t contest;          /* withdraw */
	uint16_t option;
	enum notice_fate fate; /* void */
	uint64_t first;        /* void by signer: no tags */
	uint64_t last;
	struct decree_span *spans; /* its pieces; NULL: not split yet */
	size_t spans_count;
	struct taglist tags; /* void by tags, enrol */
	struct bytes text;   /* void: the reason; draw; text */
};

/* A void by signer. */
bool
decree_is_span(const struct decree *decree);

/* Splits a void by signer where its ballots lie: at most NOTICE_TAGS_MAX of them, and at most
 * NOTICE_SPAN_MAX indexes, in a piece. `ballots` ascend. Without any: one piece. The decree gives
 * the pieces back with decree_free. */
void
decree_split(struct decree *decree, const uint64_t *ballots, size_t count);

void
decree_free(struct decree *decree);

size_t
decree_pieces(const struct decree *decree);

/* The body of a piece, at most TALLY_NOTICE_SIZE_MAX bytes. */
void
decree_body(const struct decree *decree, size_t piece, struct writer *writer);

/* "tags 1 to 1900 of 5000", "entries 0 to 65535"; empty where there is but one piece. */
void
decree_piece_text(const struct decree *decree, size_t piece, char text[DECREE_TEXT_MAX]);

#endif
