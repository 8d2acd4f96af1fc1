/* stream: a demo campaign's evening: ballots as frontends send them, good and bad, in order.
 *
 * What is chosen, by whom and in which order depends on the seed alone; tags and signatures
 * depend on the folder's keys. */
#ifndef TALLY_TOOLS_STREAM_H
#define TALLY_TOOLS_STREAM_H

#include <stdint.h>

#include "tally/status.h"
#include "tools/lib/ballotfile.h"
#include "tools/lib/dice.h"
#include "tools/tallyctl/folder.h"

/* What a ballot of the stream is. */
enum stream_kind {
	STREAM_FRESH,    /* a voter's first: accepted */
	STREAM_RESENT,   /* an accepted one again, byte for byte: accepted, the same index */
	STREAM_SECOND,   /* another vote of a voter who has voted: has-voted */
	STREAM_TAMPERED, /* an accepted one with another signature: bad-signature */
	STREAM_FORGED,   /* a new tag, the signature broken: bad-signature */
	STREAM_STRANGER, /* signed by a key that is not listed: unknown-signer */
	STREAM_OVERFULL, /* six projects: too-many-choices */
	STREAM_KINDS_COUNT,
};

struct stream {
	const struct folder *folder;
	struct note_private_key stranger;
	struct dice dice;
	uint64_t voters_count; /* tags handed out */
	struct ballotfile_maker ballots;
	struct ballotfile_maker verdicts; /* text: one verdict name a line */
	size_t *accepted;                 /* offsets in ballots */
	size_t accepted_count;
	size_t counts[STREAM_KINDS_COUNT];
};

/* `folder` has its manifest and is held until stream_free. */
void
stream_init(struct stream *stream, const struct folder *folder, uint64_t seed);

void
stream_free(struct stream *stream);

/* Appends `count` ballots of all kinds. */
void
stream_add(struct stream *stream, size_t count);

/* Good ballots of `count` new voters, into a file of their own. */
void
stream_late(struct stream *stream, size_t count, struct ballotfile_maker *late);

/* "fresh", ... and the verdict a server in the open phase has for it. */
const char *
stream_kind_name(enum stream_kind kind);

enum tally_verdict
stream_kind_verdict(enum stream_kind kind);

#endif
