/* gallery: a data directory of which only what the HTTP door shows is there: the public log of a
 * small campaign, and the tree's files, which may be ahead of it. */
#ifndef TALLY_TESTS_GALLERY_H
#define TALLY_TESTS_GALLERY_H

#include "shell/door.h"
#include "tests/lib/caller.h"
#include "tests/lib/folder.h"
#include "tests/lib/log.h"

enum {
	GALLERY_SIZE = 600,       /* entries in the tree */
	GALLERY_CONNECTIONS = 64, /* of its door, at a time */
	GALLERY_PUBLISHED = 520,  /* entries in the public log, a TALLY among them */
};

struct gallery {
	struct test_folder folder;
	char public[300]; /* DIR/public */
	struct test_log log;
	struct treefile *tree;
};

void
gallery_make(struct gallery *gallery);

void
gallery_free(struct gallery *gallery);

/* Its HTTP door; NULL as door_start. */
struct door *
gallery_door(const struct gallery *gallery, uint16_t port, unsigned request_ms);

/* A gallery whose door is open, and the last answer that was heard there. */
struct gallery_visit {
	struct gallery gallery;
	struct door *door;
	uint16_t port;
	struct caller_answer answer;
};

struct gallery_visit *
gallery_visit(unsigned request_ms);

void
gallery_leave(struct gallery_visit *visit);

/* Fails the test unless `text` is the right receipt of entry `index` in the tree of `size`. */
void
gallery_check_receipt(const struct gallery *gallery, struct bytes text, uint64_t index,
		      uint64_t size);

#endif
