/* counts: the running tally of a campaign, and its canonical text.
 *
 * One flat array of numbers sized by the manifest, in memory the caller gives. Adding and
 * subtracting the same ballot leaves no trace (T2: counted + replaced + voided = in the tree).
 *
 * Cells say where votes come from, in contests in which at least two districts vote. Of ranked
 * contests is kept how often an option was listed at which rank, and which of two listed ones
 * stood above; what one listed option is to one that is not listed follows (counts_pair). So a
 * ballot of k choices costs k * k / 2 additions, however many options there are.
 *
 * Canonical text, one line each, LF at every end, numbers decimal:
 *   tally/counts/v1
 *   campaign <hex id>
 *   index <entries covered>
 *   ballots <counted> replaced <n> voided <n> in_tree <n>
 *   roster <count> enrolled <n>                              if the campaign has a roster
 *   district <id> ballots <counted>                          for every district, if there are any
 *   contest <id> ballots <with at least one choice> blank <n> abstained <n>
 *   option <id> votes <n> score <n>                          for every option of that contest, with
 *   in <district id> votes <n> score <n>[ first <n>]         where it has cells, for each district
 *                                                            with votes; `first` if it is ranked
 *   positions <n> ... <n>                                    ranked: listed first, second, to `max`
 *   pairs <id> <n> ... <n>                                   ranked, behind its options, for every
 *                                                            option: counts_pair with each of them
 *   sheets <n> papers <n>                                    if there are any; and then
 *   paper-contest <id> ballots <n> blank <n> abstained <n>   for every contest, followed by
 *   paper-option <id> votes <n> score <n>                    every option of it
 * districts, then contests each followed by its options, in manifest order. `ballots` of a contest,
 * blank and abstained count the ballots of the districts that vote in it.
 *
 * Thread: whoever owns the memory. No allocation. */
#ifndef TALLY_TALLY_COUNTS_H
#define TALLY_TALLY_COUNTS_H

#include "ballot/ballot.h"
#include "ballot/sheet.h"
#include "campaign/manifest.h"

struct counts_option {
	uint64_t votes; /* counted ballots naming the option */
	int64_t score;  /* sum of points: a mark is 1; ranked: 1 for the last one of a ballot, 2
			   for the one above it, and so on */
};

struct counts_cell {
	uint64_t votes;
	int64_t score;
	uint64_t first; /* ranked: listed first */
};

struct counts_contest {
	uint64_t ballots;
	uint64_t blank;
	uint64_t abstained;
};

/* Sheets of paper totals: counted apart. */
struct counts_paper {
	uint64_t sheets;
	uint64_t papers;
};

struct counts {
	uint64_t ballots; /* counted */
	uint64_t replaced;
	uint64_t voided;
	uint64_t in_tree;  /* BALLOT entries */
	uint64_t enrolled; /* tags added to the roster by notices */
	uint64_t
	    *districts; /* counted ballots; manifest_districts() of them; all numbers follow */
	struct counts_contest *contests;
	struct counts_option *options; /* of all contests, in manifest order */
	struct counts_cell *cells;     /* counts_cell_at */
	uint64_t *positions;           /* counts_positions */
	uint64_t *above;               /* counts_pair */
	struct counts_paper *paper;
	struct counts_contest *paper_contests; /* as contests and options: of sheets alone */
	struct counts_option *paper_options;
};

/* Bytes of memory counts_init needs, a multiple of 8. */
size_t
counts_memory(const struct manifest *manifest);

/* All zero. `memory` is aligned to 8 and held until the counts are no longer used. */
void
counts_init(struct counts *counts, const struct manifest *manifest, void *memory);

/* A ballot that rules_check accepted: counts it (`ballots`, not `in_tree`). */
void
counts_add(struct counts *counts, const struct manifest *manifest, const struct ballot *ballot);

/* Takes out one that was added. */
void
counts_subtract(struct counts *counts, const struct manifest *manifest,
		const struct ballot *ballot);

/* Takes out what `part` counts of ballots (all but replaced, voided, in_tree, enrolled): ballots
 * that were added one by one. */
void
counts_take_out(struct counts *counts, const struct counts *part,
		const struct manifest *manifest);

/* A sheet that sheetrules_check accepted, and whose papers fit voters_max together with those
 * counted so far. */
void
counts_sheet(struct counts *counts, const struct manifest *manifest, const struct sheet *sheet);

/* Option `option` of a contest in the district that votes there as the `voter`th: 0 to
 * extent.voters_count - 1. NULL where the contest has no cells. */
const struct counts_cell *
counts_cell_at(const struct counts *counts, const struct manifest_contest *contest,
	       size_t option, size_t voter);

/* contest->max numbers: ballots that list the option first, second, ... NULL if it is not a ranked
 * contest. */
const uint64_t *
counts_positions(const struct counts *counts, const struct manifest_contest *contest,
		 size_t option);

/* Of a ranked contest: ballots that list option `a` above `b`, or `a` alone; 0 for a == b. */
uint64_t
counts_pair(const struct counts *counts, const struct manifest_contest *contest, size_t a,
	    size_t b);

void
counts_copy(struct counts *to, const struct counts *from, const struct manifest *manifest);

bool
counts_equal(const struct counts *a, const struct counts *b, const struct manifest *manifest);

/* Binary form, for the poll book's home and the wire. */
void
counts_write(struct writer *writer, const struct counts *counts,
	     const struct manifest *manifest);

MUST_USE bool
counts_read(struct reader *reader, struct counts *counts, const struct manifest *manifest);

/* Upper bound of the canonical text's size. */
size_t
counts_text_max(const struct manifest *manifest);

void
counts_text_write(struct writer *writer, const struct counts *counts,
		  const struct manifest *manifest, uint64_t index);

/* SHA-256(salt || text). */
void
counts_text_hash(struct bytes text, const uint8_t salt[32], uint8_t hash[TALLY_HASH_SIZE]);

#endif
