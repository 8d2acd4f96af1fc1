/* journalreader: the records of a journal's file in order, through a window of bounded memory.
 *
 * Part of libtally as well: needs libsodium and libcrypto alone. */
#ifndef TALLY_TOOLS_JOURNALREADER_H
#define TALLY_TOOLS_JOURNALREADER_H

#include "base/check.h"
#include "tally/journal.h"

enum {
	JOURNALREADER_WINDOW = 256 * 1024,
	JOURNALREADER_WORLD = -100, /* errno says what the system refused */
};

struct journalreader {
	int file; /* the caller's */
	struct tally_journal_tape tape;
	bool ended;   /* the window has the file's last bytes */
	size_t first; /* of the window's bytes that were not taken */
	size_t end;
	uint8_t *window;
};

/* Reads the head: 1, 0 if the file is too short for one, TALLY_JOURNAL_NO_HEAD or
 * JOURNALREADER_WORLD. journalreader_close is due in any case. */
MUST_USE long
journalreader_open(struct journalreader *reader, int file);

/* 1 and a record, whose views are valid until the next call; 0 at the end, before which there may
 * be what a crash has left, from reader->tape.offset on; a fault of tally/journal.h about what is
 * at reader->tape.offset; or JOURNALREADER_WORLD. */
MUST_USE long
journalreader_next(struct journalreader *reader, struct tally_journal_record *record);

void
journalreader_close(struct journalreader *reader);

#endif
