/* state: everything the station owns, for the files of this room alone.
 *
 * The order of the fields is the order of a ballot's life. */
#ifndef TALLY_STATION_STATE_H
#define TALLY_STATION_STATE_H

#include "frame/frame.h"
#include "replay/replay.h"
#include "station/station.h"

/* Room an answer of the first lane may take in the output: header, verdict, longest sentence.
 */
enum {
	ANSWER_MAX = TALLY_WIRE_HEADER_SIZE + 12 + 128
};

/* FREE -> GREETED -> (MEMBER | ANONYMOUS) -> LEAVING -> CLOSING -> FREE; any but FREE ->
 * CLOSING, any but FREE -> FREE when the socket is gone. LEAVING still sends what waits. */
enum connection_state {
	CONNECTION_FREE,
	CONNECTION_GREETED,
	CONNECTION_MEMBER,
	CONNECTION_ANONYMOUS,
	CONNECTION_LEAVING,
	CONNECTION_CLOSING,
};

struct connection {
	enum connection_state state;
	uint32_t generation;
	enum tally_verdict parting; /* a goodbye that comes when all is answered; 0: none */
	uint16_t signer; /* place among signers: frontends, the anonymous one, authorities */
	bool queued;     /* in its signer's queue */
	bool paused;     /* the shell was told there is no room to read */
	bool ended;      /* its far end sends no more */
	bool ending;    /* a goodbye is in line, or is to come: nothing more is taken from it */
	bool waiting;   /* out of the queue until a parcel or a read is free again */
	bool send_told; /* EFFECT_SEND given, STATION_SENT not yet come */
	int16_t next;   /* in its signer's queue */
	uint32_t owed_requests;
	uint32_t owed_reads;
	size_t owed_bytes; /* reserved in the output for both */
	uint32_t status_left;
	uint64_t status_refill_ms;
	uint64_t since_ms;    /* connected */
	uint64_t heard_ms;    /* last received */
	uint64_t progress_ms; /* output last moved */
	uint8_t nonce[TALLY_NONCE_SIZE];
	size_t received_start;
	size_t received_end;
	size_t hold; /* while closing: bytes still to be taken of those in hand then */
	size_t output_head;
	size_t output_size;
	uint8_t *received; /* receive_bytes, used from start to end */
	uint8_t *output;   /* send_bytes, a ring */
};

/* A key's queue of connections that have something to say. */
struct signer {
	int16_t first;
	int16_t last;
	bool queued;
	int16_t next; /* in the queue of signers */
};

enum {
	SIGNERS_MAX = frontends_max + 1 + authorities_max
};

/* IDLE -> DUE -> [OFFERED -> WAITING ->] AWAY -> IDLE; any -> IDLE when it fails or must not be. */
enum publishing_state {
	PUBLISHING_IDLE,
	PUBLISHING_DUE,     /* waits for a checkpoint of at least publish_target */
	PUBLISHING_OFFERED, /* EFFECT_PUBLISH given: all but the checkpoint, for the witnesses */
	PUBLISHING_WAITING, /* for them, until publish_patience_ms */
	PUBLISHING_AWAY,    /* EFFECT_PUBLISH given: the publication itself */
	PUBLISHING_STATES,
};

/* IDLE -> AWAY -> BACK -> AWAY .. -> WHOLE -> IDLE; IDLE, BACK -> IDLE where it is impossible. */
enum gathering_state {
	GATHERING_IDLE,
	GATHERING_AWAY,  /* a worker reads */
	GATHERING_BACK,  /* what it read is to be counted */
	GATHERING_WHOLE, /* the void at the head of the line can be entered */
};

struct station {
	const struct manifest *manifest;
	uint64_t mono_ms;
	int64_t wall_ms;
	struct station_effects *effects; /* of the step under way */
	unsigned says_count;             /* lines for the operator among them */
	uint8_t scratch[TALLY_WIRE_HEADER_SIZE +
			TALLY_WIRE_PAYLOAD_MAX]; /* a frame being written */

	/* act 1 */
	struct connection connections[connections_max];
	unsigned greeted_count; /* of them: CONNECTION_GREETED */
	struct signer signers[SIGNERS_MAX];
	unsigned waiting_count;
	int16_t signers_first;
	int16_t signers_last;
	struct parcel *parcels;     /* parcels_max: a ring */
	uint64_t parcels_filled;    /* parcels ever begun; the filling one is the last */
	uint64_t parcels_sent;      /* next to be given to a worker */
	uint64_t parcels_sequenced; /* next to be sequenced */
	uint64_t parcels_answered;  /* next to be answered */
	size_t items_count;         /* taken and not yet answered */
	unsigned parcel_items;      /* of one verify job, at most */
	unsigned jobs_count;        /* with workers, or in line for one: 2 * workers_count */
	unsigned workers_count;

	/* act 2 */
	bool rehearsal;
	struct pollbook_table *pollbook;
	void *replay_memory;
	struct replay replay;
	struct frontier frontier;
	struct station_batch batches[2];
	struct station_batch *filling;
	struct station_batch *in_flight; /* NULL: none */
	uint64_t batches_count;          /* sealed so far */
	uint64_t space;
	uint64_t fetch_index; /* FRAME_NO_INDEX: none asked */
	bool fetch_done;
	size_t fetched_size;
	uint8_t fetched[TALLY_BALLOT_SIZE_MAX + 1];
	enum gathering_state gathering;
	struct gather gather;
	uint8_t salt_key[32];
	bool tally_owed; /* a TALLY is to be entered before any further ballot */

	/* act 3 */
	uint64_t durable;
	struct standing durable_standing;
	struct frontier durable_frontier;
	uint64_t durable_batches;
	uint64_t durable_checksum;
	uint64_t verdicts[TALLY_VERDICTS_COUNT];
	uint64_t ballots[TALLY_VERDICTS_COUNT]; /* answers to ballots among them */

	/* second lane */
	struct station_read reads[reads_max];
	unsigned reads_anonymous;
	unsigned reads_taken;
	unsigned reads_away; /* with a worker */
	uint64_t reads_sequence;
	uint8_t *entries_rooms[reads_entries_max]; /* free ones: entries_bytes each */
	unsigned entries_rooms_count;

	/* signing */
	bool signing;
	struct checkpoint signing_at;
	struct standing signing_standing;
	uint64_t signed_at_ms;
	struct checkpoint newest; /* working */
	struct standing newest_standing;
	size_t note_size;
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];

	/* publishing */
	enum publishing_state publishing;
	uint64_t publish_due_ms;
	uint64_t publish_target; /* DUE: publish the first checkpoint at least so large */
	uint64_t publish_patience_ms;
	uint64_t published; /* size */
	uint64_t published_ballots;
	struct checkpoint publication;
	struct standing publication_standing;
	size_t publication_size; /* of the note, with the cosignatures that have come */
	uint8_t publication_note[TALLY_CHECKPOINT_SIZE_MAX];
	bool cosigned[witnesses_max]; /* which witness's line is in it */
	size_t cosigned_count;
	bool stop_tallied;

	/* rhythm */
	uint64_t clock_since_ms; /* wall and monotonic clock have agreed since then */
	int64_t clock_offset_ms; /* wall - monotonic, as it was then */
	bool clock_jumped;       /* and they do not agree long enough yet */
	bool phase_queued;       /* a TASK_PHASE is in line */
	bool phase_waits;        /* one had no room: no request is taken before it */
	bool phase_late;         /* it is due, and the ledger has no room for it */
	bool draw_told;          /* the operator knows that the vote waits for its draw */
	bool closing;            /* draining what was received before the instant */
	uint64_t closing_since_ms;
	uint64_t keep_due_ms;
	bool keep_ready; /* keepsake holds a state, not yet handed out */
	bool keeping;
	uint64_t kept;
	uint64_t keep_index;
	uint64_t keep_tally; /* index behind the last TALLY below it */
	uint64_t keep_batches;
	uint64_t keep_checksum;
	struct frontier keep_frontier;
	size_t keep_size;
	uint8_t *keep_memory;
	size_t keep_capacity;
	bool fallen_behind; /* L5: somebody holds a checkpoint beyond or beside this ledger */
	bool stopping;
	bool stop_kept;
	bool stopped;
};

/* station.c: one more chore of the step under way. */
struct station_effect *
station_effect(struct station *station, enum station_effect_kind kind);

void
station_stand(const struct station *station, struct standing *standing, const struct law *law,
	      const struct counts *counts);

/* What the poll book is asked about a ballot; views into it and `digest`. */
struct pollbook_ballot
station_asked(const struct station *station, const struct ballot *ballot,
	      const uint8_t *digest);

/* connection.c */

/* The only way to another state; keeps greeted_count. */
void
connection_move(struct station *station, struct connection *connection,
		enum connection_state to);

/* Puts the connection in its signer's queue if it has a whole frame and may be served. */
void
connection_ready(struct station *station, unsigned number);

/* Its key is proven, and one of the campaign's frontends / authorities. */
bool
connection_is_frontend(const struct station *station, const struct connection *connection);

bool
connection_is_authority(const struct station *station, const struct connection *connection);

/* True if it has a whole frame and nothing forbids to take it. */
bool
connection_may_be_served(const struct station *station, unsigned number);

/* Those that wait for a parcel or a read try again. */
void
connection_wake(struct station *station);

/* Next connection to be served, fairly by signer, then by connection; -1: none. It is out of
 * the queue: connection_ready puts it back. */
int
connection_turn(struct station *station);

/* A writer for one frame, in scratch; output_end appends it to what waits. Room was reserved
 * when the request was taken. */
struct writer
output_begin(struct station *station);

void
output_end(struct station *station, unsigned number, const struct writer *writer);

/* Room left for answers that are not yet promised. */
size_t
output_room(const struct connection *connection);

/* Ends a connection after what waits, with a GOODBYE. */
void
connection_goodbye(struct station *station, unsigned number, enum tally_verdict verdict);

void
connection_close(struct station *station, unsigned number);

/* Takes nothing more from it, and ends it so once all it has asked is answered. */
void
connection_part(struct station *station, unsigned number, enum tally_verdict verdict);

/* True if the connection is the one of that generation, and may be answered. */
bool
connection_is(const struct station *station, unsigned number, uint32_t generation);

/* Deadlines of every connection. */
void
connection_deadlines(struct station *station);

void
connection_connected(struct station *station, unsigned number, const uint8_t *nonce);

void
connection_received(struct station *station, unsigned number, size_t size);

void
connection_sent(struct station *station, unsigned number, size_t size);

/* Closed once everything that came whole is answered and the answers have left. */
void
connection_ended(struct station *station, unsigned number);

void
connection_disconnected(struct station *station, unsigned number);

/* arrive.c: act 1 */

/* Takes frames, fairly, as long as parcels have room; gives parcels to workers. */
void
arrive_intake(struct station *station);

/* An item without a connection; false if there is no room now: then no request is taken until it is
 * asked again (rhythm_serve). */
MUST_USE bool
arrive_phase(struct station *station, enum tally_phase phase);

/* From now on only what is in hand is taken, until arrive_drained and arrive_release. */
void
arrive_hold(struct station *station);

/* While holding: true once everything received before the instant is in line. */
bool
arrive_drained(const struct station *station);

void
arrive_release(struct station *station);

/* hello.c */

void
hello_send(struct station *station, unsigned number);

/* The first frame of a connection; it becomes a member, anonymous, or is sent away. */
void
hello_answer(struct station *station, unsigned number, const struct frame *frame);

/* Ends the connections of the frontends that the durable law has revoked (L2). */
void
hello_revoke(struct station *station);

/* sequence.c: act 2 */

void
sequence_parcels(struct station *station);

/* Ballots leave so much room for what ends a vote: PHASE, TALLY, notices. */
enum {
	SEQUENCE_RESERVE = 32 * 1024
};

/* True if the ledger surely has room for one more entry of that size; never once it has fallen
 * behind (L5). */
bool
sequence_has_room(const struct station *station, size_t entry_size);

/* Gives the filling batch to the commit job if none is in flight. */
void
sequence_commit(struct station *station);

/* Enters a TALLY over everything so far; false if the batch has no room now. */
MUST_USE bool
sequence_tally(struct station *station);

/* roll.c: who may vote, where the campaign has a roster */

/* By the roster (a fact of trip 1) and by what notices have enrolled. */
enum tally_verdict
roll_verdict(const struct station *station, const struct parcel_item *item);

/* Is none of its tags enrolled, and is there room? True of any notice that enrols nobody. */
bool
roll_takes(const struct station *station, const struct notice *notice);

void
roll_enter(struct station *station, const struct notice *notice);

/* voiding.c */

/* At replay.index: gather_begin. */
enum gather_end
voiding_begin(struct station *station, const struct notice_void *voided);

/* True once it is known what the void takes out; then item->verdict may say that it cannot. */
MUST_USE bool
voiding_gather(struct station *station, struct parcel_item *item);

/* It has been entered. */
void
voiding_entered(struct station *station);

/* The request at the head of the line is decided. */
void
voiding_end(struct station *station);

/* answer.c: act 3 */

void
answer_committed(struct station *station, const struct station_event *event);

/* True if a parcel became free. */
bool
answer_parcels(struct station *station);

/* reads.c */

/* False if there is no place for another question of this connection now. */
MUST_USE bool
reads_room(const struct station *station, unsigned number);

void
reads_take(struct station *station, unsigned number, const struct frame *frame);

/* False if a hello, which may bring a checkpoint to compare, has to wait. */
MUST_USE bool
reads_can_compare(const struct station *station);

/* Asks whether our tree contains a checkpoint that a frontend presented (L5). */
void
reads_compare(struct station *station, const struct checkpoint *seen, struct bytes note);

void
reads_done(struct station *station, struct station_read *read);

/* Hands out what can be asked of the disk now, answers what is ready. */
void
reads_serve(struct station *station);

/* publishing.c */

void
publishing_init(struct station *station);

/* Asks for a publication where one is due and, with witnesses, where their time is over. */
void
publishing_serve(struct station *station);

/* The publisher has ended what it was asked last; the checkpoint of size `shown` is public. */
void
publishing_ended(struct station *station, bool ok, uint64_t shown);

/* Nothing that is not with the publisher yet is published any more. */
void
publishing_abandon(struct station *station);

/* What is due but not given away yet waits for a TALLY that is owed. */
void
publishing_wait(struct station *station);

/* True while stopping has to wait for a publication. */
bool
publishing_is_owed(const struct station *station);

/* A COSIGN has come: its verdict if nobody need verify it; else TALLY_ACCEPTED, and the read has
 * everything that takes. */
enum tally_verdict
publishing_examine(const struct station *station, uint64_t tree_size, struct bytes line,
		   struct station_read *read);

/* It has been verified: takes the line. TALLY_NOT_FOUND if it comes too late. */
enum tally_verdict
publishing_cosign(struct station *station, const struct station_read *read);

/* rhythm.c */

void
rhythm_init(struct station *station);

/* Has the wall clock kept pace with the monotonic one: over the last minute, or since the start?
 */
MUST_USE bool
rhythm_clock_agrees(struct station *station);

/* A PHASE entry has been sequenced: a line for the operator. */
void
rhythm_phase(struct station *station, enum tally_phase phase);

/* The same of a notice. */
void
rhythm_notice(struct station *station, unsigned kind);

/* A batch is about to be committed: the moment to copy the state behind it. */
void
rhythm_sealed(struct station *station, const struct station_batch *batch);

void
rhythm_signed(struct station *station, struct bytes note);

/* Asks for a signature, a publication, a keepsake where one is due. */
void
rhythm_serve(struct station *station);

/* L5: says so once, and accepts nothing from now on. */
void
rhythm_fallen_behind(struct station *station, struct bytes note);

void
rhythm_kept(struct station *station, bool ok);

#endif
