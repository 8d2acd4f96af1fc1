/* station: the concierge. A ballot's life in three acts and two trips.
 *
 *   ARRIVED -> [trip 1, a worker: facts] -> SEQUENCED -> [trip 2, the commit job] -> DURABLE
 *
 * station_step runs on the loop thread alone and owns all state. Events carry the time and what
 * happened; effects are chores for the shell. No I/O, no clock, no randomness, no allocation
 * after station_init: any run replays from its events.
 *
 *   act 1  arrive.c    bytes -> frames -> requests in parcels, fairly by signer key (S1)
 *   act 2  sequence.c  once per request: verdict, index, poll book, law, tally, tree
 *          roll.c      who is on the roster or enrolled
 *          voiding.c   a void waits until the ballots it takes out have been read (gather.h)
 *   act 3  answer.c    what is durable is answered, in order (L1, L2)
 *          reads.c     receipts, checkpoints, results, cosignatures: the second lane
 *          publishing.c what becomes public, and the witnesses it waits for
 *          rhythm.c    clock: phases, keeping, stopping
 */
#ifndef TALLY_STATION_STATION_H
#define TALLY_STATION_STATION_H

#include "campaign/law.h"
#include "campaign/manifest.h"
#include "limits.h"
#include "pollbook/decision.h"
#include "station/gather.h"
#include "station/parcel.h"
#include "tally/counts.h"
#include "tree/frontier.h"
#include "tree/note.h"

struct station; /* station/state.h */

enum station_event_kind {
	STATION_TICK,
	STATION_CONNECTED, /* connection; nonce: 32 fresh random bytes */
	STATION_RECEIVED,  /* connection; size bytes were put where station_receive_room said */
	STATION_SENT,      /* connection; size bytes of station_output have left */
	STATION_ENDED,     /* connection: its far end sends no more, but may still read */
	STATION_DISCONNECTED, /* connection: its socket is gone */
	STATION_VERIFIED,     /* parcel is back from trip 1 */
	STATION_FETCHED,      /* the ballot EFFECT_FETCH asked for is there: size bytes */
	STATION_GATHERED,     /* the reading EFFECT_GATHER asked for is done */
	STATION_COMMITTED,    /* trip 2 ended, successfully; space: see STATION_SPACE */
	STATION_SPACE,        /* space: bytes the ledger can surely still take */
	STATION_SIGNED,       /* the checkpoint EFFECT_SIGN asked for: note */
	STATION_READ,         /* read is done */
	STATION_PUBLISHED,    /* EFFECT_PUBLISH ended; ok or not; size of public/checkpoint */
	STATION_KEPT,         /* the keeper ended; ok or not */
	STATION_STOP,         /* the operator asks to stop */
};

struct station_event {
	enum station_event_kind kind;
	int64_t wall_ms; /* since 1970 */
	uint64_t mono_ms;
	unsigned connection;
	size_t size;
	const uint8_t *nonce;
	struct parcel *parcel;
	struct station_read *read;
	uint64_t space;
	uint64_t checksum; /* STATION_COMMITTED: of the batch */
	struct bytes note;
	bool ok;
};

enum station_effect_kind {
	EFFECT_SEND,  /* connection has output: station_output */
	EFFECT_CLOSE, /* close connection's socket; STATION_DISCONNECTED follows when it is gone
		       */
	EFFECT_RESUME, /* connection has room again: read on */
	EFFECT_VERIFY, /* parcel: fetch what items[i].replaces names, parcel_verify,
			  STATION_VERIFIED */
	EFFECT_FETCH,  /* read ballot `index` into station_fetch_room, STATION_FETCHED */
	EFFECT_GATHER, /* station_gather: gather_take what gather_wants, STATION_GATHERED */
	EFFECT_COMMIT, /* commit: write and sync, STATION_COMMITTED; on failure the process ends
			*/
	EFFECT_SIGN,   /* sign: re-hash, remember, sign, STATION_SIGNED; on failure it ends */
	EFFECT_READ,   /* read: fill its answer, STATION_READ */
	EFFECT_PUBLISH, /* station_publication(), STATION_PUBLISHED */
	EFFECT_KEEP,    /* station_keepsake(), STATION_KEPT */
	EFFECT_AHEAD, /* note: a signed checkpoint that the ledger does not contain (L5): keep it */
	EFFECT_SAY,     /* a line for the operator: text */
	EFFECT_STOPPED, /* all that was asked is done: the process may end */
};

/* Trip 2: one batch. Untouched by the loop until STATION_COMMITTED. */
struct station_batch {
	uint8_t *memory; /* batch_bytes_max + header, trailer and padding */
	size_t entries_size;
	uint32_t entries_count;
	uint64_t number;
	uint64_t first_index;
	uint32_t
	    offsets[batch_entries_max]; /* of each entry's size field in the entries area */
	/* the state behind its last entry */
	struct frontier frontier;
	uint8_t *counts_memory;
	struct counts counts;
	struct law law;
	/* texts of the TALLY entries in it: at most one is kept, see texts_* */
	uint64_t text_index;
	size_t text_size; /* 0: none */
	uint8_t *text;
};

struct station_sign {
	uint64_t first; /* entries [first, size) are new since the last signature */
	uint64_t size;
	struct tree_hash root; /* what the loop's frontier says; the signer compares (L5) */
};

/* One question of the second lane that needs the disk or a worker. */
struct station_read {
	bool taken;
	bool ready; /* can be asked of the disk, when a worker is free */
	bool away;
	bool done;
	bool anonymous;
	uint8_t message; /* what was asked: enum tally_message; 0: compare a checkpoint */
	uint16_t connection;
	uint32_t generation;
	uint32_t correlation;
	uint16_t contest;
	uint64_t sequence;              /* order of arrival */
	uint64_t index;                 /* RECEIPT: of which entry; ENTRIES: the first */
	struct checkpoint seen;         /* RECEIPT: under this one; compare: is it in our tree?;
				   ENTRIES: its size alone: no entry beyond it; COSIGN: over it */
	const struct note_key *witness; /* COSIGN: is `answer` its line over the text `note`? */
	enum tally_verdict verdict;     /* a worker leaves it, or says what is wrong */
	size_t note_size;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	size_t answer_size;
	uint8_t answer[TALLY_RECEIPT_SIZE_MAX];
	uint8_t *entries; /* ENTRIES, while it is away: entries_bytes; NULL: none */
	size_t entries_size;
	uint16_t entries_count;
};

struct station_effect {
	enum station_effect_kind kind;
	unsigned connection;
	uint64_t index;
	struct parcel *parcel;
	struct station_read *read;
	const struct station_batch *batch;
	struct station_sign sign;
	struct bytes note; /* valid during the step's effects */
	const char *text;
};

struct station_effects {
	size_t count;
	struct station_effect list[effects_max];
};

/* What the start found, handed over once. */
struct station_setup {
	const struct manifest *manifest;
	struct pollbook_table *pollbook; /* the station takes it */
	unsigned workers_count;
	unsigned parcel_items; /* of one verify job, at most parcel_items_max: a few ms of CPU;
				  0: parcel_items_plain */
	bool
	    rehearsal; /* tags may ask for refusals (provoke.h); only in a campaign marked test */
	uint64_t space;       /* as in STATION_SPACE */
	uint8_t salt_key[32]; /* random: TALLY salts are BLAKE2b(key = this, index) */
	int64_t wall_ms;
	uint64_t mono_ms;
};

/* Bytes of memory a station needs for this manifest. */
size_t
station_memory(const struct manifest *manifest);

/* `memory`: zeroed, aligned to 64, station_memory() bytes, given to the station for its life.
 */
struct station *
station_init(void *memory, const struct station_setup *setup);

/* Restoring, before the first step: either from a kept state or from nothing, then entry by
 * entry. */
MUST_USE bool
station_restore_state(struct station *station, struct bytes replay_blob,
		      const struct frontier *frontier);

/* Forgets what station_restore_state gave. */
void
station_restore_nothing(struct station *station);

/* What an entry alone tells, whatever stands before it: most of a restore's work, which any thread
 * may do ahead. Views point into `bytes`. */
struct station_glance {
	struct bytes bytes;
	struct tree_hash leaf;
	bool is_ballot; /* of a valid shape and by the rules of the manifest; then: */
	struct ballot ballot;
	struct pollbook_name voter; /* of the poll book that is being filled */
	uint8_t digest[BALLOT_DIGEST_SIZE];
};

/* Reads the manifest and the poll book's seed, which stay: any thread, also while another one
 * restores. */
void
station_glance(const struct station *station, struct bytes entry, struct station_glance *out);

/* Says that this entry will soon be restored. Changes nothing. */
void
station_restore_soon(const struct station *station, const struct station_glance *glance);

/* Index of the ballot whose bytes station_restore_entry will need for this entry; UINT64_MAX:
 * none. */
uint64_t
station_restore_needs(const struct station *station, const struct station_glance *glance);

/* Not NULL: this entry is a void, and station_restore_entry needs to know what it takes out: let it
 * take what it wants (gather.h), and ask again. `entry` is read until station_restore_entry. */
struct gather *
station_restore_gather(struct station *station, struct bytes entry);

/* NULL, or the sentence that says which rule the next entry breaks. `text`, if the
 * entry is a TALLY, is its canonical text until the next call. Its leaf is owed: one of the next
 * two, in order and after any number of entries; until then root and frontier are of fewer. */
MUST_USE const char *
station_restore_entry(struct station *station, const struct station_glance *glance,
		      struct bytes replaced, struct bytes *text);

void
station_restore_leaves(struct station *station, const struct tree_hash *leaves, size_t count);

/* 256 leaves at once by their root, where as many as a multiple of 256 are before them. */
void
station_restore_tile(struct station *station, const struct tree_hash *root);

/* What lies on disk beside the entries. */
struct station_found {
	uint64_t batches_count;
	uint64_t checksum; /* of the last batch */
	struct checkpoint signed_at;
	struct bytes note;            /* of signed_at, the newest signed checkpoint; copied */
	uint64_t published_size;      /* of the last publication that was finished */
	uint64_t unpublished_ballots; /* beyond any size that is public */
};

/* After the last entry: everything restored is durable. */
void
station_restored(struct station *station, const struct station_found *found);

/* One event, and the acts it allows. */
void
station_step(struct station *station, const struct station_event *event,
	     struct station_effects *effects);

/* The same in two halves, for one who has several events in hand: what happened, each by itself,
 * and then the acts once for all of them, before anything is waited for. So what came together
 * travels in one parcel and one batch. Each half has effects of its own. */
void
station_hear(struct station *station, const struct station_event *event,
	     struct station_effects *effects);

void
station_act(struct station *station, struct station_effects *effects);

/* Memory for bytes from a connection's socket; size 0: read later (EFFECT_RESUME will come). */
struct writer
station_receive_room(struct station *station, unsigned connection);

/* What waits to be sent, contiguous; the same bytes until STATION_SENT. */
struct bytes
station_output(const struct station *station, unsigned connection);

/* Memory for EFFECT_FETCH, TALLY_BALLOT_SIZE_MAX + 1 bytes. */
uint8_t *
station_fetch_room(struct station *station);

/* What is to be read: the worker's from EFFECT_GATHER to STATION_GATHERED. */
struct gather *
station_gather(struct station *station);

/* What the entries below some index have made of the campaign. */
struct standing {
	struct law law;
	struct counts counts;
};

/* What to publish: a checkpoint, and what stands there (all valid from EFFECT_PUBLISH to
 * STATION_PUBLISHED). */
struct station_publication {
	struct checkpoint checkpoint;
	struct bytes note;
	const struct standing *standing;
	bool sealed;  /* counts and ballots are not public there (law_results_public) */
	bool waiting; /* for witnesses: it is to be seen by them, and comes again */
};

void
station_publication(const struct station *station, struct station_publication *out);

/* The state to keep (valid from EFFECT_KEEP to STATION_KEPT). */
struct station_keepsake {
	uint64_t index;
	uint64_t batches_count;
	uint64_t checksum; /* of the last batch below index */
	struct bytes replay;
	struct frontier frontier;
};

void
station_keepsake(const struct station *station, struct station_keepsake *out);

/* Entries sequenced. */
uint64_t
station_size(const struct station *station);

/* Entries on disk, never more than those sequenced. */
uint64_t
station_durable(const struct station *station);

/* Requests taken and not answered, at most pipeline_items. */
size_t
station_waiting(const struct station *station);

/* Root of everything sequenced; for the start, which compares it with what is remembered. */
void
station_root(const struct station *station, struct tree_hash *root);

/* The tree of everything sequenced; while it is restored, of the leaves told so far. */
void
station_frontier(const struct station *station, struct frontier *frontier);

/* NULL, or the sentence that says why no ballot can be stored at present. */
const char *
station_trouble(const struct station *station);

/* NULL, or the sentence that says why a ballot sent now would be refused by the durable law. */
const char *
station_refusal(const struct station *station);

/* How often each verdict was given since start; TALLY_VERDICTS_COUNT of them. */
const uint64_t *
station_verdicts(const struct station *station);

/* Has the campaign's law: phase and times, for the operator's lines. */
const struct law *
station_law(const struct station *station);

#endif
