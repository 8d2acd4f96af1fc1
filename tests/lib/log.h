/* log: a small public log made from scratch, for whoever reads one: entries in memory, and the
 * directory with checkpoint, tiles, bundles and tally texts as tallyd would publish it.
 *
 * Everything is deterministic. The builder keeps an honest replay of what it has, so that TALLY
 * entries are right; an entry that breaks a rule may be added all the same (it is left out of
 * the counts), or one replaced afterwards: then the directory is that of an operator who signs
 * what he should not. Tile hashes are made by the definition (RFC 6962 MTH), not by
 * engine/tree. */
#ifndef TALLY_TESTS_LOG_H
#define TALLY_TESTS_LOG_H

#include "replay/replay.h"
#include "tests/lib/campaign.h"
#include "tests/lib/merkle.h"

struct test_log {
	struct campaign campaign;
	size_t count;
	size_t capacity;
	struct test_log_entry *entries;
	struct tree_hash *leaves;
	struct replay replay;
	void *memory;
	uint8_t last_notice[TALLY_NOTICE_SIZE_MAX];
	size_t last_notice_size;
	uint32_t notices_count;
	uint8_t salt; /* of the next TALLY */
	bool shares;  /* its campaign is another log's */
};

/* What became of a ballot, as it was appended. */
enum test_log_standing {
	TEST_LOG_OUT, /* against the rules, or no ballot */
	TEST_LOG_COUNTS,
	TEST_LOG_REPLACED,
	TEST_LOG_VOIDED, /* and the tag may vote again */
	TEST_LOG_BARRED,
};

struct test_log_entry {
	uint8_t *data; /* malloc'ed */
	size_t size;
	char *text; /* TALLY: what tally/<index> holds, NUL-terminated; else NULL */
	enum test_log_standing standing;
};

/* The manifest's entries. `wish` may be NULL. */
void
test_log_make(struct test_log *log, const struct campaign_wish *wish);

void
test_log_free(struct test_log *log);

/* The same entries and texts; `corrected`: but every TALLY the recount of what stands before it
 * now. Keeps a read interest in the campaign of `from`. */
void
test_log_copy(struct test_log *log, const struct test_log *from, bool corrected);

/* Appends any bytes as an entry; returns its index. */
size_t
test_log_append(struct test_log *log, struct bytes entry);

/* Appends a BALLOT entry. */
size_t
test_log_ballot(struct test_log *log, struct bytes ballot);

size_t
test_log_vote(struct test_log *log, const struct campaign_vote *vote);

/* Time as RFC 3339, whole minutes. */
size_t
test_log_phase(struct test_log *log, enum tally_phase phase, enum tally_cause cause,
	       const char *time);

/* The next notice, signed by authority 0; `closes` for extend, else NULL. */
size_t
test_log_notice(struct test_log *log, enum tally_notice_kind kind, const char *closes);

/* The same with any body. */
size_t
test_log_order(struct test_log *log, enum tally_notice_kind kind, struct bytes body);

/* A void of these voters' tags, in any order. */
size_t
test_log_void(struct test_log *log, enum notice_fate fate, const uint64_t *voters,
	      size_t count);

/* A void by signer: the frontend or registrar at that place. */
size_t
test_log_sweep(struct test_log *log, enum notice_fate fate, size_t signer, uint64_t first,
	       uint64_t last);

/* The right TALLY entry, and its text. */
size_t
test_log_tally(struct test_log *log);

/* Puts other bytes in the place of an entry; its text stays. */
void
test_log_replace(struct test_log *log, size_t index, struct bytes entry);

/* Takes an entry out; those behind it move up. */
void
test_log_drop(struct test_log *log, size_t index);

void
test_log_swap(struct test_log *log, size_t a, size_t b);

/* Takes an entry from its place and puts it in at `to`. */
void
test_log_move(struct test_log *log, size_t from, size_t to);

/* The entry's bytes. */
struct bytes
test_log_entry(const struct test_log *log, size_t index);

/* Index of the first entry of that kind at or after `from`; fails the test if there is none. */
size_t
test_log_find(const struct test_log *log, enum tally_entry_kind kind, size_t from);

/* Writes into the directory `path` what a publication of the first `size` entries adds: tiles,
 * bundles, texts, and the checkpoint. Files of earlier sizes stay. */
void
test_log_publish(const struct test_log *log, const char *path, size_t size);

/* The same without what holds entries or counts: tiles of hashes, and the checkpoint. */
void
test_log_publish_hashes(const struct test_log *log, const char *path, size_t size);

/* The signed checkpoint of the first `size` entries, in memory[TALLY_CHECKPOINT_SIZE_MAX]. */
struct bytes
test_log_checkpoint(const struct test_log *log, size_t size, uint8_t *memory);

/* RFC 6962 MTH(D[first : first + count]). */
void
test_log_root(const struct test_log *log, size_t first, size_t count,
	      uint8_t root[TALLY_HASH_SIZE]);

/* Hash path of entry `index` in the tree of `size`, as a receipt with that size's checkpoint.
 */
struct bytes
test_log_receipt(const struct test_log *log, size_t index, size_t size, uint8_t *memory);

/* Writes one file below a directory, making folders on the way. */
void
test_file_write(const char *folder, const char *name, struct bytes bytes);

#endif
