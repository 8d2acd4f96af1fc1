/* reconcile_state: what the parts of a reconciliation share; for reconcile*.c alone. */
#ifndef TALLY_TOOLS_RECONCILE_STATE_H
#define TALLY_TOOLS_RECONCILE_STATE_H

#include <pthread.h>

#include "tools/lib/reconcile.h"
#include "tools/lib/sorter.h"

/* What a record of the sorter says of a ballot. */
enum {
	IN_LOG,    /* it is entry `at.index` */
	SUBMITTED, /* it is in a journal */
	ANSWERED,  /* and got an answer */
	DENIED,    /* namely that another ballot of its voter stands in its way */
	CLAIMED,   /* namely that it is entry `at.index` */
	CONFIRMED, /* and that entry's leaf hash is this ballot's */
};

struct reconcile_testimony {
	struct sorter_place at; /* key: the ballot's identity */
	uint64_t number;        /* in its journal */
	uint32_t key_id;        /* IN_LOG: of its signer */
	uint16_t journal;
	uint8_t kind;
};

struct reconcile_journal {
	const char *path;
	int file;
	uint32_t key_id; /* as its head says */
	uint8_t campaign[TALLY_HASH_SIZE];
	const struct manifest_frontend *frontend;
	bool sealed; /* to its end */
};

struct reconcile_tally {
	uint64_t submitted;
	uint64_t accepted; /* and in the log where they should be */
	uint64_t refused;
	uint64_t unanswered;
	uint64_t unanswered_in_log;
	uint64_t not_yet; /* accepted, but beyond the checkpoint */
	uint64_t moved;   /* accepted, lost, sent again, and in the log as answered then */
	uint64_t missing; /* accepted, and not in the log as answered */
	uint64_t foreign; /* in the log under a journal's key, and in no journal */
	uint64_t denied_in_log; /* denied, never accepted, and in the log */
};

struct reconcile {
	struct reconcile_options options;
	const struct reconcile_log *log;
	struct reconcile_journal *journals;
	struct sorter sorter;
	bool sorts;
	pthread_mutex_t lock; /* guards what follows while records are visited */
	struct reconcile_tally tally;
	struct trouble missing; /* the first of each; exit FINE: none */
	struct trouble foreign;
	struct reconcile_testimony denied; /* the first of those in the log */
	char limits[TROUBLE_SENTENCE_MAX];
};

/* The key of a ballot's testimonies. */
void
reconcile_identity(struct bytes signed_bytes, uint8_t key[SORTER_KEY_SIZE]);

/* A finding: the ballot was accepted as that entry, and `words` say what is there instead. */
void
reconcile_missing(struct reconcile *reconcile, const struct reconcile_journal *journal,
		  uint64_t number, uint64_t index, const char *words);

/* True for an entry that the checkpoint does not cover; it is counted, and a finding if there is
 * none to come. */
bool
reconcile_beyond(struct reconcile *reconcile, const struct reconcile_journal *journal,
		 uint64_t number, uint64_t index);

/* reconcile_peruse.c: reads a journal from its head to its end, and enters what it says. FAILED
 * about a journal that is damaged, forged or of somebody else. */
MUST_USE enum tally_exit
reconcile_peruse(struct reconcile *reconcile, struct reconcile_journal *journal,
		 struct trouble *trouble);

/* reconcile_hear.c: brings testimonies of the same ballots together: a sorter_visit. */
void
reconcile_hear(void *context, const uint8_t *records, size_t count);

/* Keeps the trouble with the lowest index. */
void
reconcile_found(struct trouble *first, const struct trouble *trouble);

#endif
