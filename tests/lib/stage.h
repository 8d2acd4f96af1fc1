/* stage: a station with everything around it made up: clock, workers, disk, signer, publisher,
 * keeper and sockets. No thread, no file: a seed and a wish decide all of it.
 *
 * What a chore does is done at the moment it comes back, and its event is the next step. A chore
 * comes back after a delay drawn from stage->delays, in any order; a kind that is held does not
 * come back at all until it is let go. Output is collected in the same breath as EFFECT_SEND is
 * given (unless the socket is slow), so that what it says is compared with the disk of that very
 * moment:
 *
 *   L1  every accepted verdict, status and receipt that leaves names an entry that is on disk
 *   L3  batches follow each other without gap or overlap
 *   R1  no results leave, and nothing is published as unsealed, before an unseal is on disk
 *   L5  the signed root is the root of the entries on disk, sizes never go back, a checkpoint of
 *       one size has one root for ever, nothing kept is beyond what is remembered
 *
 * A crash takes the process and leaves the disk: entries, what is remembered, published, kept. */
#ifndef TALLY_TESTS_STAGE_H
#define TALLY_TESTS_STAGE_H

#include "station/state.h"
#include "tests/lib/campaign.h"

enum stage_chore_kind {
	STAGE_VERIFY,
	STAGE_FETCH,
	STAGE_GATHER,
	STAGE_COMMIT,
	STAGE_SIGN,
	STAGE_READ,
	STAGE_PUBLISH,
	STAGE_KEEP,
	STAGE_CHORES,
};

struct stage_chore {
	enum stage_chore_kind kind;
	uint64_t due_ms;
	struct station_effect effect;
};

struct stage_delay {
	unsigned least_ms;
	unsigned most_ms;
	bool held;
};

/* The far end of a connection. `in` is what the guest has sent, `out` what it has received. */
struct stage_socket {
	bool open;
	bool closing; /* the station closed it */
	bool paused;  /* the station has no room */
	bool sending; /* output waits for a slow guest */
	bool slow;    /* reads only `budget` bytes */
	size_t budget;
	uint64_t opened; /* how often: tells connections of one number apart */
	uint8_t *in;
	size_t in_first;
	size_t in_end;
	size_t in_capacity;
	uint8_t *out;
	size_t out_first;
	size_t out_end;
	size_t out_capacity;
	size_t out_checked; /* L1 looked at every frame before */
};

struct stage_entry {
	uint8_t *data;
	size_t size;
};

struct stage_batch {
	uint64_t end; /* index behind its last entry */
	uint64_t checksum;
};

struct stage_kept {
	uint64_t index; /* 0: nothing */
	uint64_t batches_count;
	uint64_t checksum;
	uint8_t *replay;
	size_t replay_size;
	struct frontier frontier;
};

enum {
	stage_chores_max = 512,
	stage_signed_max = 1 << 16,
	stage_published_max = 1 << 12,
};

/* Zero means the value in brackets. */
struct stage_wish {
	struct campaign_wish campaign;
	unsigned workers;      /* [2] */
	unsigned parcel_items; /* [parcel_items_plain] */
	uint64_t space;        /* [2^40] */
	const char *now;       /* wall clock at the start ["2026-01-10T12:00:00Z"] */
	bool pieces;           /* sockets carry bytes in small pieces [whole] */
	bool rehearsal;        /* tags may ask for refusals [not] */
	bool unordered; /* delays are drawn, and whether an event is acted upon at once [workers
			   1 ms, disk 2 ms; at once] */
	bool together;  /* all events of one moment are heard, then acted upon [each at once] */
};

struct stage;

/* Sees every frame at the moment it leaves the station; `context` is stage->watcher. */
typedef void
stage_watch(void *context, unsigned number, const struct frame *frame);

struct stage {
	struct test_random random;
	stage_watch *watch; /* or NULL */
	void *watcher;
	struct stage_wish wish;
	struct campaign campaign;
	struct stage_delay delays[STAGE_CHORES];
	uint64_t mono_ms;
	int64_t wall_offset_ms;
	uint64_t space;

	/* the process */
	struct station *station;
	void *memory;
	size_t memory_size;
	struct pollbook_table pollbook;
	struct station_effects effects;
	struct stage_chore chores[stage_chores_max];
	size_t chores_count;
	size_t asked[STAGE_CHORES]; /* chores of each kind since the start of the test */
	struct stage_socket sockets[connections_max];
	unsigned sockets_used; /* numbers below */
	unsigned sent[connections_max];
	size_t sent_sizes[connections_max];
	size_t sent_count;
	bool heard;    /* what has not been acted upon */
	bool settling; /* whatever can happen now does */
	bool stopped;
	unsigned said;
	const char *last_said;
	unsigned ahead; /* EFFECT_AHEAD */
	uint64_t next_tick_ms;

	/* the disk */
	struct stage_entry *entries;
	struct tree_hash *leaves;
	size_t entries_count;
	size_t entries_capacity;
	struct stage_batch *batches;
	size_t batches_count;
	size_t batches_capacity;
	struct checkpoint remembered;
	size_t remembered_size;
	uint8_t remembered_note[TALLY_CHECKPOINT_SIZE_MAX];
	struct checkpoint *signed_; /* every one ever made */
	size_t signed_count;
	struct checkpoint published[stage_published_max];
	size_t published_count;
	size_t published_size; /* of the note of the last one */
	uint8_t published_note[TALLY_CHECKPOINT_SIZE_MAX];
	struct checkpoint offered; /* to the witnesses; size 0: none */
	size_t cosigned;           /* lines of witnesses in all that was published */
	size_t offered_size;
	uint8_t offered_note[TALLY_CHECKPOINT_SIZE_MAX];
	bool publish_fails;
	bool publish_fails_late; /* behind its checkpoint */
	bool keep_fails;
	struct stage_kept kept;
};

/* Founds the campaign on disk and starts the process. */
struct stage *
stage_make(const struct stage_wish *wish, struct test_random random);

void
stage_free(struct stage *stage);

int64_t
stage_wall_ms(const struct stage *stage);

/* Sets the wall clock: a jump, if it was not there already. */
void
stage_wall_set(struct stage *stage, const char *time);

/* One event, its effects, and the STATION_SENT events they lead to. */
void
stage_step(struct stage *stage, struct station_event event);

/* Everything that can happen now: bytes, chores that are due; not the clock. */
void
stage_settle(struct stage *stage);

/* Lets time pass, in steps of 5 ms (ticks every 25 ms), and everything that happens then. */
void
stage_run(struct stage *stage, uint64_t ms);

/* The same for long times, where nothing but the rhythm matters: steps of 250 ms. */
void
stage_sleep(struct stage *stage, uint64_t ms);

void
stage_hold(struct stage *stage, enum stage_chore_kind kind);

void
stage_release(struct stage *stage, enum stage_chore_kind kind);

/* Chores of a kind that are under way. */
size_t
stage_pending(const struct stage *stage, enum stage_chore_kind kind);

/* --- sockets ------------------------------------------------------------------------------ */

/* Number of the new connection; -1 if none is free. */
int
stage_connect(struct stage *stage);

void
stage_send(struct stage *stage, unsigned number, struct bytes bytes);

/* The guest is gone; what it sent and the station did not take is lost. */
void
stage_disconnect(struct stage *stage, unsigned number);

/* Bytes received and not yet taken; stage_take takes some. */
struct bytes
stage_received(const struct stage *stage, unsigned number);

void
stage_take(struct stage *stage, unsigned number, size_t size);

/* --- disk --------------------------------------------------------------------------------- */

/* The process is gone. Each chore under way that changes the disk has happened or not, as drawn:
 * a batch may be durable without an answer, a checkpoint remembered without leaving. */
void
stage_crash(struct stage *stage);

/* From the disk; from the kept state, if there is one and it is wanted. */
void
stage_restart(struct stage *stage, bool kept);

/* Text of the newest checkpoint, and one that the log key signs but that is not on disk. */
struct bytes
stage_note(const struct stage *stage);

struct bytes
stage_forge_note(const struct stage *stage, uint64_t size, uint8_t fill, uint8_t *memory);

size_t
stage_count(const struct stage *stage, enum tally_entry_kind kind);

/* Do the first `size` entries leave results sealed? By their bytes alone. */
bool
stage_is_sealed(const struct stage *stage, size_t size);

/* Index of the first entry of a kind at or behind `from`; SIZE_MAX: none. */
size_t
stage_find(const struct stage *stage, enum tally_entry_kind kind, size_t from);

#endif
