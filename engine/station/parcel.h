/* parcel: a handful of requests that travel together: one verify job.
 *
 *   FREE -> FILLING -> READY -> AWAY -> BACK -> SEQUENCED -> FREE
 *
 *   FREE       in nobody's hands
 *   FILLING    the loop puts arriving requests in; at most one parcel at a time
 *   READY      closed, waits for a worker
 *   AWAY       trip 1: a worker owns it, the loop does not touch it
 *   BACK       the facts are known; waits for its turn to be sequenced
 *   SEQUENCED  every request is decided; waits until its answers may leave
 *
 * Parcels form a ring in order of arrival, and are sequenced and answered in that order: so
 * arrival order = sequencing order = reply order on every connection (L2). A parcel with
 * nothing to verify goes from FILLING to BACK at once.
 *
 * Threads: the loop, but for AWAY: then the worker that got it. No allocation. */
#ifndef TALLY_STATION_PARCEL_H
#define TALLY_STATION_PARCEL_H

#include "ballot/notice.h"
#include "ballot/sheet.h"
#include "campaign/roster.h"
#include "limits.h"
#include "pollbook/table.h"
#include "tree/frontier.h"
#include "verify/genuine.h"

enum parcel_state {
	PARCEL_FREE,
	PARCEL_FILLING,
	PARCEL_READY,
	PARCEL_AWAY,
	PARCEL_BACK,
	PARCEL_SEQUENCED,
};

/* What a request asks, or what the station itself has to put in line. */
enum parcel_task {
	TASK_BALLOT,
	TASK_NOTICE,
	TASK_SHEET,
	TASK_STATUS,
	TASK_STATE,
	TASK_REFUSE,  /* the verdict is known already */
	TASK_GOODBYE, /* as TASK_REFUSE, and then the connection is closed */
	TASK_PHASE,   /* a phase the clock asks for */
};

struct parcel_item {
	enum parcel_task task;
	uint16_t connection;
	uint32_t generation; /* of the connection: a stale one is not answered */
	uint32_t correlation;
	struct bytes payload;
	enum tally_verdict verdict;
	uint64_t index;   /* answered with; FRAME_NO_INDEX: none */
	uint64_t barrier; /* the answer leaves once so many entries are durable */
	/* facts of trip 1, in the parcel */
	struct verify_item *facts; /* TASK_BALLOT */
	struct notice *notice;     /* TASK_NOTICE */
	struct sheet *sheet;       /* TASK_SHEET */
	/* TASK_BALLOT */
	struct tree_hash leaf;
	struct pollbook_name voter; /* before it is decided: the tag's */
	uint64_t replaces;    /* index of the ballot to be fetched; FRAME_NO_INDEX: none */
	uint8_t *replaced;    /* memory for it */
	size_t replaced_size; /* 0: not fetched */
	int district;         /* the tag's on the roster; ROSTER_ABSENT: none */
	/* TASK_NOTICE */
	size_t rostered; /* an enrolment's tags that are on the roster already */
	/* TASK_STATUS */
	uint16_t revision; /* 0: the tag has no ballot */
	/* TASK_PHASE */
	enum tally_phase phase;
};

enum {
	/* What may be needed beside an item's own bytes, to parse a notice or sheet into. */
	PARCEL_FACTS_ROOM = sizeof(struct notice) + _Alignof(struct notice),
};

struct parcel {
	enum parcel_state state;
	size_t items_count;
	size_t sequenced_count;
	size_t ballots_count;
	size_t used;
	struct parcel_item items[parcel_items_max];
	struct verify_item facts[parcel_items_max];
	uint8_t memory[parcel_bytes_max];
};

/* True if the table above allows the move; the state is changed by parcel_move alone. */
bool
parcel_may_move(enum parcel_state from, enum parcel_state to);

void
parcel_move(struct parcel *parcel, enum parcel_state to);

/* True if one more item with `bytes` of memory fits, and what is known of it. */
bool
parcel_has_room(const struct parcel *parcel, size_t bytes);

/* A new item whose payload is copied behind one byte, `kind`: a ballot or notice stands in
 * memory as the entry it will be. parcel_has_room(parcel, payload.size + 1) must hold. */
struct parcel_item *
parcel_put(struct parcel *parcel, enum parcel_task task, uint8_t kind, struct bytes payload);

/* The item's payload as an entry: its kind byte, then itself. */
struct bytes
parcel_entry(const struct parcel_item *item);

/* Takes memory for a replaced ballot that a worker shall fetch. */
void
parcel_reserve_replaced(struct parcel *parcel, struct parcel_item *item, uint64_t index);

/* Trip 1, after the shell fetched the replaced ballots: signatures, rules, leaf hashes,
 * notices, sheets, and who is on the roster (NULL: there is none). */
void
parcel_verify(struct parcel *parcel, const struct verifier *verifier,
	      const struct roster *roster);

#endif
