/* taglist: voter tags from a file, sorted, each once; with the district each is in, or without.
 *
 *   lines     a tag's 64 hexadecimal digits; with districts behind them `;` and the district's id
 *             (nothing where the campaign has no districts). Blank lines are skipped
 *   records   with districts only: 34 bytes each, tag and u16 district, as in a roster
 *
 * What is wrong with a file is complained about here, with its line. */
#ifndef TALLY_TOOLS_TAGLIST_H
#define TALLY_TOOLS_TAGLIST_H

#include "ballot/notice.h"
#include "campaign/manifest.h"

enum {
	TAGLIST_SIZE_MAX = 256 * 1024 * 1024
};

struct taglist {
	size_t count;
	size_t doubles; /* given more than once, each time the same */
	uint8_t *
	    records; /* NOTICE_ENROLMENT_SIZE bytes each: tag, district (0 without districts) */
};

/* `path` may be "-" for stdin. `manifest`: whose districts; NULL: tags alone. taglist_free is due
 * if it succeeds. */
MUST_USE enum tally_exit
taglist_read(const char *path, const struct manifest *manifest, struct taglist *out);

void
taglist_free(struct taglist *list);

/* Bytes of one record. */
const uint8_t *
taglist_at(const struct taglist *list, size_t at);

#endif
