/* crowd: voters who cast, change, repeat and forge ballots, and the frontends that carry them,
 * each a real client machine (tally/client.h) on a stage.
 *
 * What is known of every answer is judged the moment it leaves the station, against what is on
 * disk at that moment and nothing else:
 *
 *   accepted        the entry at that index is these bytes; the same bytes, the same index
 *   has voted       another ballot of the tag is on disk, these bytes are not
 *   superseded      a ballot of the tag with a revision as high (or, where there are ranks, any
 *                   revision) is on disk, these bytes are not
 *   barred          a void is on disk, and a ballot of the tag, but not these bytes
 *   bad revision    policy first: a ballot of the tag is on disk, or the revision is not 1
 *   old certificate a ballot of the tag with a higher serial is on disk, these bytes are not
 *   closed          a PHASE on disk closed the vote
 *   not open yet    no PHASE was on disk when it was sent
 *   status          known: the entry is the tag's, with that revision, and (without ranks) no
 *                   older than what had been answered when it was asked; no entry: a void is on
 *                   disk
 *   receipt         proves the ballot to a stranger (tally/proof.h)
 *
 * A request without an answer is carried again, by any frontend, until it has one. */
#ifndef TALLY_TESTS_CROWD_H
#define TALLY_TESTS_CROWD_H

#include "tally/client.h"
#include "tests/lib/stage.h"

enum {
	crowd_casts_max = 4096,
	crowd_voters_max = 256,
	crowd_frontends_max = 6,
	crowd_asks_max = window_requests + window_reads,
};

struct crowd_cast {
	uint64_t voter;
	uint16_t revision;
	uint64_t serial; /* voter signing */
	bool notice;
	bool forged;
	bool settled;      /* accepted or refused for ever: nobody has to carry it */
	bool carried;      /* by some frontend, unanswered */
	uint64_t index;    /* first accepted answer; UINT64_MAX: none yet */
	uint64_t again_ms; /* not carried before */
	uint8_t *bytes;
	size_t size;
};

struct crowd_ask {
	enum tally_message message;
	uint32_t correlation;
	size_t cast;       /* SUBMIT, NOTICE */
	bool opened;       /* a PHASE was on disk when it was sent */
	uint64_t voter;    /* STATUS */
	uint16_t revision; /* STATUS: the highest that had been answered */
	uint64_t index;    /* RECEIPT */
	bool answered;
};

struct crowd_frontend {
	struct tally_client *client; /* NULL: not connected */
	unsigned number;
	uint64_t opened;
	bool ready;
	uint8_t *memory;
	uint8_t *output;
	struct crowd_ask asks[crowd_asks_max];
	size_t asks_count;
	char newest[TALLY_CHECKPOINT_SIZE_MAX];
	size_t newest_size;
};

struct crowd {
	struct stage *stage;
	struct test_random random;
	char vkey[NOTE_VKEY_TEXT_MAX];
	struct crowd_frontend frontends[crowd_frontends_max];
	size_t frontends_count;
	size_t voters_count;
	struct crowd_cast casts[crowd_casts_max];
	size_t casts_count;
	uint16_t answered[crowd_voters_max]; /* highest accepted revision by voter */
	uint32_t notices;
	struct bytes notice;
	bool space_was_short;
	size_t verdicts[TALLY_VERDICTS_COUNT];
	size_t receipts;
};

struct crowd *
crowd_make(struct stage *stage, struct test_random random, size_t voters, size_t frontends);

void
crowd_free(struct crowd *crowd);

/* A ballot nobody has seen before, or (forged) one with a signature that does not verify. */
void
crowd_cast(struct crowd *crowd, uint64_t voter, uint16_t revision, bool forged);

/* The authority's next notice. */
void
crowd_notice(struct crowd *crowd, enum tally_notice_kind kind, int64_t time);

/* One with that body. */
void
crowd_order(struct crowd *crowd, enum tally_notice_kind kind, struct bytes body);

/* An old one is carried again, accepted or not. */
void
crowd_repeat(struct crowd *crowd, size_t cast);

/* A frontend asks something else: a status, a receipt, state, results, checkpoint. */
void
crowd_ask(struct crowd *crowd);

/* A frontend's connection goes down. */
void
crowd_disconnect(struct crowd *crowd, size_t frontend);

/* The process is gone: so are all connections. */
void
crowd_lost(struct crowd *crowd);

/* Connects who is not connected, moves bytes, hands out what waits to be carried. */
void
crowd_move(struct crowd *crowd);

/* Ballots that somebody still has to carry. */
size_t
crowd_waiting(const struct crowd *crowd);

/* Every accepted ballot is where it was said to be. */
void
crowd_check(const struct crowd *crowd);

#endif
