#include "tools/lib/resend.h"

#include <inttypes.h>
#include <stdlib.h>

#include "tally/journal.h"
#include "tools/lib/complain.h"

enum state {
	ACCEPTED,
	UNANSWERED,
	REFUSED,
	STATES_COUNT
};

/* A ballot of the journal. */
struct submitted {
	struct bytes ballot;
	enum state state;
	uint64_t order; /* its index if it was accepted, else its number */
};

struct pile {
	struct submitted *all;
	size_t count;
	size_t capacity;
	size_t counts[STATES_COUNT];
};

static bool
pile_add(struct pile *pile, struct bytes ballot)
{
	if (pile->count == pile->capacity) {
		size_t capacity = 2 * pile->capacity + 1024;
		struct submitted *grown = reallocarray(pile->all, capacity, sizeof *pile->all);

		if (!grown)
			return false;
		pile->all = grown;
		pile->capacity = capacity;
	}
	pile->all[pile->count] = (struct submitted){ballot, UNANSWERED, pile->count};
	pile->count++;
	return true;
}

/* An acceptance stays whatever else was answered. */
static void
pile_answer(struct pile *pile, const struct tally_journal_record *record)
{
	struct submitted *submitted = &pile->all[record->number];

	if (record->verdict == TALLY_ACCEPTED)
		*submitted = (struct submitted){submitted->ballot, ACCEPTED, record->index};
	else if (submitted->state == UNANSWERED)
		submitted->state = REFUSED;
}

static enum tally_exit
pile_fill(struct pile *pile, const char *path, struct bytes bytes)
{
	struct tally_journal_tape tape = {0};
	struct tally_journal_record record;
	long used = tally_journal_get_head(&tape, bytes.data, bytes.size);

	while (used > 0) {
		used = tally_journal_get(&tape, bytes.data + tape.offset,
					 bytes.size - tape.offset, &record);
		if (used > 0 && record.kind == TALLY_JOURNAL_ANSWER)
			pile_answer(pile, &record);
		if (used > 0 && record.kind == TALLY_JOURNAL_SUBMIT &&
		    !pile_add(pile, bytes_make(record.ballot, record.ballot_size)))
			return complain_errno("cannot read %s", path);
	}
	if (used < 0) {
		complain("%s: offset %" PRIu64 ": %s", path, tape.offset,
			 tally_journal_fault_text(used));
		return TALLY_EXIT_USAGE;
	}
	if (tape.offset < bytes.size)
		complain("%s: its last %" PRIu64
			 " bytes are no whole record, as a crash leaves "
			 "them; ignored",
			 path, bytes.size - tape.offset);
	return TALLY_EXIT_FINE;
}

static int
by_order(const void *a, const void *b)
{
	const struct submitted *left = a, *right = b;

	if (left->state != right->state)
		return left->state < right->state ? -1 : 1;
	return left->order < right->order ? -1 : left->order > right->order;
}

/* Copies of one accepted ballot have its index and stand side by side. */
static bool
repeated(const struct pile *pile, size_t at)
{
	const struct submitted *one = &pile->all[at];

	return at > 0 && one->state == ACCEPTED && one->order == one[-1].order &&
	       bytes_equal(one->ballot, one[-1].ballot);
}

static enum tally_exit
choose(struct pile *pile, const char *path, struct ballotfile *out)
{
	if (pile->count > 0)
		qsort(pile->all, pile->count, sizeof *pile->all, by_order);
	out->ballots = calloc(pile->count + 1, sizeof *out->ballots);
	if (!out->ballots)
		return complain_errno("cannot read %s", path);
	for (size_t i = 0; i < pile->count; i++) {
		if (repeated(pile, i))
			continue;
		pile->counts[pile->all[i].state]++;
		if (pile->all[i].state != REFUSED)
			out->ballots[out->count++] = pile->all[i].ballot;
	}
	complain(
	    "%s: a journal: %zu accepted and %zu unanswered ballots are sent; %zu that were "
	    "refused are not",
	    path, pile->counts[ACCEPTED], pile->counts[UNANSWERED], pile->counts[REFUSED]);
	return TALLY_EXIT_FINE;
}

static enum tally_exit
read_journal(const char *path, struct ballotfile *out)
{
	struct pile pile = {0};
	enum tally_exit code =
	    pile_fill(&pile, path, bytes_make(out->file.data, out->file.size));

	if (code == TALLY_EXIT_FINE)
		code = choose(&pile, path, out);
	free(pile.all);
	if (code != TALLY_EXIT_FINE)
		ballotfile_free(out);
	return code;
}

enum tally_exit
resend_read(const char *path, struct ballotfile *out)
{
	const size_t head = sizeof TALLY_SEPARATOR_JOURNAL;
	enum tally_exit code;

	*out = (struct ballotfile){0};
	code = wholefile_read(path, SIZE_MAX / 4, &out->file);
	if (code != TALLY_EXIT_FINE)
		return code;
	/* Read as the size of a ballot, its first two bytes are beyond the limit. */
	if (out->file.size >= head && bytes_equal(bytes_make(out->file.data, head),
						  bytes_make(TALLY_SEPARATOR_JOURNAL, head)))
		return read_journal(path, out);
	return ballotfile_parse(path, out);
}
