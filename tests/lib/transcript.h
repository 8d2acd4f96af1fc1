/* transcript: one connection written down byte by byte, from session.h's keys and nonces and
 * tests/vectors/campaign.json. include/README.md tells a stranger to test against it. */
#ifndef TALLY_TESTS_TRANSCRIPT_H
#define TALLY_TESTS_TRANSCRIPT_H

#include "tests/lib/session.h"

enum {
	TRANSCRIPT_STEPS_MAX = 64
};

struct transcript_step {
	char sender;        /* 'C' or 'S' */
	struct bytes frame; /* header included */
	const char *about;
};

struct transcript {
	struct session session;
	size_t count;
	struct transcript_step steps[TRANSCRIPT_STEPS_MAX];
	struct writer memory;
	uint8_t bytes[64 * 1024];
};

/* `manifest` is the text of tests/vectors/campaign.json. */
void
transcript_make(struct transcript *transcript, struct bytes manifest);

/* A connection of the same log with the authority's key. */
void
transcript_make_authority(struct transcript *transcript, struct bytes manifest);

/* The text of tests/vectors/transcript.txt, or of transcript_authority.txt. */
void
transcript_write(struct writer *writer, const struct transcript *transcript);

/* Reads such a text back, whoever wrote it; false if it is not one. */
MUST_USE bool
transcript_read(struct bytes text, struct transcript *out);

#endif
