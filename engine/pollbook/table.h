/* table: the poll book in memory: who has voted, in one open-addressing table of 40-byte slots,
 * and two piles (pile.h) for what there may be much of, or nothing: OLD records, and KEY records
 * beyond one for every VOTER.
 *
 * A record is found by its family and a 32-byte name. Kept is, in place of the name, its
 * 128-bit SipHash-2-4 under a secret seed of this process: nobody outside can aim two names at
 * one slot, and two names meeting by chance has probability below 2^-80 at 20 million voters.
 * The same hash gives the place, so chosen names cannot make the table slow.
 *
 *   family  name                              word         value (16)
 *   VOTER   tag                               its newest   digest of its newest
 *                                             ballot       ballot
 *   OLD     digest of an earlier ballot of    that ballot  zeros
 *           a tag (16 bytes, then 16 zeros)
 *   HOLDER  tag (voter mode)                  serial + 1   BLAKE2b-128 of its
 *                                                          voter key
 *   KEY     voter key (voter mode)            1            BLAKE2b-128 of its tag
 *   ROLL    tag that a notice has enrolled    district + 1 zeros
 *
 * A ballot's word, from its highest bit: index (44), revision (16), zero (1), rank (1), standing
 * (2). So words of one tag ascend as the log does, and a void makes a ballot's word larger.
 *
 * Thread: one at a time: the loop, before it a start's (shell/refill.h). No allocation: memory is
 * the caller's. */
#ifndef TALLY_POLLBOOK_TABLE_H
#define TALLY_POLLBOOK_TABLE_H

#include "base/bytes.h"
#include "base/check.h"
#include "pollbook/pile.h"
#include "tally/formats.h"

enum pollbook_family {
	POLLBOOK_VOTER = 1,
	POLLBOOK_HOLDER = 2,
	POLLBOOK_KEY = 3,
	POLLBOOK_ROLL = 4,
	POLLBOOK_OLD = 5, /* the last one */
};

/* What a tag's newest ballot is worth. */
enum pollbook_standing {
	POLLBOOK_COUNTED = 0,
	POLLBOOK_AGAIN = 1,  /* voided: the tag may vote again */
	POLLBOOK_BARRED = 2, /* voided, and it may not */
};

/* A ballot as its word says it. */
struct pollbook_entered {
	uint64_t index; /* below 2^44 */
	uint16_t revision;
	unsigned rank; /* 0 or 1 */
	enum pollbook_standing standing;
};

struct pollbook_slot {
	uint8_t name[16];
	uint64_t word; /* 0: free */
	uint8_t value[16];
};

struct pollbook_table {
	struct pollbook_slot *slots;
	size_t slots_count;   /* below 2^32: places are taken by multiply-shift */
	size_t records_count; /* in slots, of all families */
	size_t records_max;   /* 7/8 of the slots */
	size_t keys_count;    /* KEY records in slots, never more than voters_count */
	size_t voters_count;  /* VOTER records, and how many there may be: */
	size_t voters_max;    /* 0 after init; the owner sets the campaign's before deciding */
	size_t rolls_count;   /* ROLL records; as well */
	size_t rolls_max;
	struct pollbook_pile olds; /* neither has room after init */
	struct pollbook_pile spare_keys;
	uint8_t seed[16];
};

uint64_t
pollbook_word(const struct pollbook_entered *entered);

/* Of a VOTER's or an OLD record's word. */
struct pollbook_entered
pollbook_word_read(uint64_t word);

/* Slots for `records` at a load of at most 7/8. */
size_t
pollbook_slots_for(size_t records);

/* Takes the write interest in slots[0, slots_count), which must be zero; slots_count > 0. */
void
pollbook_table_init(struct pollbook_table *table, struct pollbook_slot *slots,
		    size_t slots_count, const uint8_t seed[16]);

MUST_USE bool
pollbook_find(const struct pollbook_table *table, enum pollbook_family family,
	      const uint8_t name[32], struct pollbook_record *out);

/* Asks the processor to bring what a find or put of this name will look at, without waiting: a
 * table of millions is in no cache. Worth it where several names are known before the first one
 * is looked up. Changes nothing. */
void
pollbook_prefetch(const struct pollbook_table *table, enum pollbook_family family,
		  const uint8_t name[32]);

/* A name as the table knows it: what is looked up more than once need be hashed only once. */
struct pollbook_name {
	enum pollbook_family family;
	uint8_t hash[16];
};

void
pollbook_name_make(const struct pollbook_table *table, enum pollbook_family family,
		   const uint8_t name[32], struct pollbook_name *out);

/* As pollbook_find, pollbook_prefetch and pollbook_put. */
MUST_USE bool
pollbook_find_named(const struct pollbook_table *table, const struct pollbook_name *name,
		    struct pollbook_record *out);

void
pollbook_prefetch_named(const struct pollbook_table *table, const struct pollbook_name *name);

MUST_USE bool
pollbook_put_named(struct pollbook_table *table, const struct pollbook_name *name,
		   const struct pollbook_record *record);

/* Inserts or overwrites; record->word is not 0. False (and nothing changed) if the record is new
 * and the place of its family full. */
MUST_USE bool
pollbook_put(struct pollbook_table *table, enum pollbook_family family, const uint8_t name[32],
	     const struct pollbook_record *record);

#endif
