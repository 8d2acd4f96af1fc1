/* lies: a seeded generator of damage to a good log: what an operator who holds the log's key
 * could enter and sign, and what he or a disk could do to published files; and for each lie the
 * place that the audit must name.
 *
 * A case is a number: its kind, the good log it is told about and the places in it follow from
 * the number and the seed. Kinds that do not fit a log take the next one. What must be found is
 * worked out from what was done, never by the auditor's own code. */
#ifndef TALLY_TESTS_LIES_H
#define TALLY_TESTS_LIES_H

#include "tests/lib/scene.h"

enum {
	LIE_ENTRIES_MAX = 512,
	LIE_SIZES_MAX = 4,
	LIE_PLAIN_LOGS = 6, /* these first: no order but to extend and close */
	LIE_OPEN_LOGS = 8,  /* then those with orders of every kind; the others are sealed */
	LIE_LOGS_COUNT = 9,
	LIE_ANY_FROM = 1000000,
};

enum {
	LIE_WITHDRAWN = 1, /* the option that is withdrawn where there is a notice for it */
};

/* How the ballot at an index was made; voter mode: with that serial. */
struct lie_vote {
	uint64_t voter;
	uint64_t serial;
	uint16_t revision;
	uint16_t district;
	size_t signer;
};

/* A good log, and the sizes it was published at, the last one all of it. */
struct lie_log {
	const char *name;
	const struct lie_log *other; /* a log of another campaign */
	struct campaign_wish wish;
	struct test_log log;
	struct lie_vote votes[LIE_ENTRIES_MAX];
	uint64_t voters_count;
	size_t sizes[LIE_SIZES_MAX];
	size_t sizes_count;
};

struct lies {
	uint64_t seed;
	struct lie_log logs[LIE_LOGS_COUNT];
};

struct lie;

struct lie_kind {
	const char *name;
	bool (*tell)(struct lie *lie); /* false: this log has no place for it */
};

/* One case while it is told and judged. */
struct lie {
	uint64_t number;
	const struct lie_kind *kind;
	bool sealed;
	bool ordered; /* told about logs with orders */
	bool on_disk; /* published files are changed, not entries */
	const struct lie_log *good;
	struct test_random random;
	struct test_log log; /* what is published: a copy of good->log */
	const char *folder;  /* of the published files */
	struct audit_options options;
	uint8_t campaign[TALLY_HASH_SIZE];
	uint8_t old[TALLY_CHECKPOINT_SIZE_MAX];
	uint64_t old_size; /* 0: no older checkpoint is given */
	bool no_old;       /* the older checkpoint is another key's */
	bool forked;       /* what is published does not continue the older checkpoint */

	enum audit_check check; /* what must be found */
	long index;             /* NO_INDEX: none is named; LIE_ANY_FROM + n: n or one behind */
	char place[128];        /* words of the sentence, such as a file's name */
	uint64_t also;          /* checks that may fail beside it, a bit for each */
	char what[200];         /* what was done, for whoever reads of it */
};

void
lies_open(struct lies *lies, uint64_t seed);

void
lies_close(struct lies *lies);

/* Number of kinds: cases 0 .. lies_kinds() - 1 are one of each. */
size_t
lies_kinds(void);

/* Writes the damaged log into the empty folder `path`; lie_end is due. */
void
lie_tell(const struct lies *lies, uint64_t number, const char *path, struct lie *lie);

void
lie_end(struct lie *lie);

/* True if the report finds what must be found and nothing before it; else says what is wrong. */
MUST_USE bool
lie_judge(const struct lie *lie, const struct report *report);

/* --- For kinds: lies_*.c ------------------------------------------------------------------ */

struct lie_kinds {
	bool on_disk;
	size_t count;
	const struct lie_kind *kinds;
	bool sealed;  /* told about sealed logs alone */
	bool ordered; /* told about logs with orders alone; neither: about plain ones */
};

extern const struct lie_kinds lies_of_order;
extern const struct lie_kinds lies_of_ballots;
extern const struct lie_kinds lies_of_law;
extern const struct lie_kinds lies_of_files;
extern const struct lie_kinds lies_of_checkpoints;
extern const struct lie_kinds lies_of_sealed;
extern const struct lie_kinds lies_of_orders;
extern const struct lie_kinds lies_of_winners;

/* What a sealed log publishes at each of its sizes. */
void
lie_publish_sealed(const struct lie *lie);

size_t
lie_below(struct lie *lie, size_t below);

/* A place of an entry of that kind in [from, end) of the log; false if there is none. */
bool
lie_pick(struct lie *lie, enum tally_entry_kind kind, size_t from, size_t end, size_t *index);

enum {
	LIE_NONE = LIE_ENTRIES_MAX * 2
};

/* Place of the first entry of that kind from `from` on, or LIE_NONE. */
size_t
lie_next(const struct lie *lie, enum tally_entry_kind kind, size_t from);

bool
lie_is(const struct lie *lie, size_t index, enum tally_entry_kind kind);

/* True if all entries in [from, to) are ballots. */
bool
lie_all_ballots(const struct lie *lie, size_t from, size_t to);

/* Puts an entry in at `index`. */
void
lie_insert(struct lie *lie, size_t index, struct bytes entry);

/* The liar writes every TALLY anew, as his log now counts. */
void
lie_correct(struct lie *lie);

/* An older checkpoint of the good log with more than `covered` entries is given to the audit. */
void
lie_remembered(struct lie *lie, size_t covered);

/* What must be found; `index` may be NO_INDEX, the format "". */
void
lie_expect(struct lie *lie, enum audit_check check, long index, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void
lie_also(struct lie *lie, enum audit_check check);

void
lie_say(struct lie *lie, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* A BALLOT entry of the vote with random choices, as a signer who is in with the liar makes it;
 * memory[TALLY_ENTRY_SIZE_MAX]. */
struct bytes
lie_ballot(struct lie *lie, const struct lie_vote *vote, uint8_t *memory);

#endif
