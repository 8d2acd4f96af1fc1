#include "tally/counts.h"

#include <sodium.h>
#include <string.h>

#include "base/text.h"

enum {
	number_digits = 20
};

static size_t
numbers_count(const struct manifest *manifest)
{
	return manifest_districts(manifest) + 3 * manifest->contests_count +
	       2 * manifest->options_count;
}

size_t
counts_memory(const struct manifest *manifest)
{
	_Static_assert(sizeof(struct counts_contest) == 3 * sizeof(uint64_t), "no padding");
	_Static_assert(sizeof(struct counts_option) == 2 * sizeof(uint64_t), "no padding");
	return numbers_count(manifest) * sizeof(uint64_t);
}

void
counts_init(struct counts *counts, const struct manifest *manifest, void *memory)
{
	uint64_t *numbers = memory;

	CHECK((uintptr_t)memory % 8 == 0);
	memset(memory, 0, counts_memory(manifest));
	*counts = (struct counts){0};
	counts->districts = numbers;
	numbers += manifest_districts(manifest);
	counts->contests = (struct counts_contest *)(void *)numbers;
	numbers += 3 * manifest->contests_count;
	counts->options = (struct counts_option *)(void *)numbers;
}

/* One more or one fewer. */
static void
count(uint64_t *number, int step)
{
	CHECK(step > 0 || *number > 0);
	*number += (uint64_t)(int64_t)step;
}

static void
contest_count(struct counts *counts, const struct manifest *manifest, size_t at,
	      const struct ballot_choices *choices, int step)
{
	const struct manifest_contest *contest = &manifest->contests[at];

	if (choices->blank) {
		count(&counts->contests[at].blank, step);
		return;
	}
	if (choices->count == 0) {
		count(&counts->contests[at].abstained, step);
		return;
	}
	count(&counts->contests[at].ballots, step);
	for (size_t i = 0; i < choices->count; i++) {
		struct ballot_choice choice = ballot_choice_at(choices, i);
		struct counts_option *option =
		    &counts->options[contest->options_first + choice.option];

		CHECK(choice.option < contest->options_count);
		count(&option->votes, step);
		option->score += step * (int64_t)choice.value;
	}
}

static void
ballot_count(struct counts *counts, const struct manifest *manifest,
	     const struct ballot *ballot, int step)
{
	struct reader reader = reader_make(ballot->choices);

	CHECK(ballot->district < manifest_districts(manifest));
	count(&counts->ballots, step);
	count(&counts->districts[ballot->district], step);
	for (size_t i = 0; i < manifest->contests_count; i++) {
		struct ballot_choices choices;

		if (!manifest_votes_in(&manifest->contests[i], ballot->district))
			continue;
		choices = ballot_choices_next(&reader);
		contest_count(counts, manifest, i, &choices, step);
	}
	CHECK(reader_done(&reader));
}

void
counts_add(struct counts *counts, const struct manifest *manifest, const struct ballot *ballot)
{
	ballot_count(counts, manifest, ballot, 1);
}

void
counts_subtract(struct counts *counts, const struct manifest *manifest,
		const struct ballot *ballot)
{
	ballot_count(counts, manifest, ballot, -1);
}

static void
less(uint64_t *number, uint64_t part)
{
	CHECK(*number >= part);
	*number -= part;
}

void
counts_take_out(struct counts *counts, const struct counts *part,
		const struct manifest *manifest)
{
	less(&counts->ballots, part->ballots);
	for (size_t i = 0; i < manifest_districts(manifest); i++)
		less(&counts->districts[i], part->districts[i]);
	for (size_t i = 0; i < manifest->contests_count; i++) {
		less(&counts->contests[i].ballots, part->contests[i].ballots);
		less(&counts->contests[i].blank, part->contests[i].blank);
		less(&counts->contests[i].abstained, part->contests[i].abstained);
	}
	for (size_t i = 0; i < manifest->options_count; i++) {
		less(&counts->options[i].votes, part->options[i].votes);
		counts->options[i].score -= part->options[i].score;
	}
}

void
counts_copy(struct counts *to, const struct counts *from, const struct manifest *manifest)
{
	to->ballots = from->ballots;
	to->replaced = from->replaced;
	to->voided = from->voided;
	to->in_tree = from->in_tree;
	memcpy(to->districts, from->districts, counts_memory(manifest));
}

bool
counts_equal(const struct counts *a, const struct counts *b, const struct manifest *manifest)
{
	return a->ballots == b->ballots && a->replaced == b->replaced &&
	       a->voided == b->voided && a->in_tree == b->in_tree &&
	       memcmp(a->districts, b->districts, counts_memory(manifest)) == 0;
}

void
counts_write(struct writer *writer, const struct counts *counts,
	     const struct manifest *manifest)
{
	writer_u64(writer, counts->ballots);
	writer_u64(writer, counts->replaced);
	writer_u64(writer, counts->voided);
	writer_u64(writer, counts->in_tree);
	for (size_t i = 0; i < manifest_districts(manifest); i++)
		writer_u64(writer, counts->districts[i]);
	for (size_t i = 0; i < manifest->contests_count; i++) {
		writer_u64(writer, counts->contests[i].ballots);
		writer_u64(writer, counts->contests[i].blank);
		writer_u64(writer, counts->contests[i].abstained);
	}
	for (size_t i = 0; i < manifest->options_count; i++) {
		writer_u64(writer, counts->options[i].votes);
		writer_u64(writer, (uint64_t)counts->options[i].score);
	}
}

bool
counts_read(struct reader *reader, struct counts *counts, const struct manifest *manifest)
{
	counts->ballots = reader_u64(reader);
	counts->replaced = reader_u64(reader);
	counts->voided = reader_u64(reader);
	counts->in_tree = reader_u64(reader);
	for (size_t i = 0; i < manifest_districts(manifest); i++)
		counts->districts[i] = reader_u64(reader);
	for (size_t i = 0; i < manifest->contests_count; i++) {
		counts->contests[i].ballots = reader_u64(reader);
		counts->contests[i].blank = reader_u64(reader);
		counts->contests[i].abstained = reader_u64(reader);
	}
	for (size_t i = 0; i < manifest->options_count; i++) {
		counts->options[i].votes = reader_u64(reader);
		counts->options[i].score = (int64_t)reader_u64(reader);
	}
	return !reader->failed;
}

size_t
counts_text_max(const struct manifest *manifest)
{
	size_t size = sizeof TALLY_COUNTS_FORMAT + sizeof "campaign \n" + 2 * TALLY_HASH_SIZE +
		      sizeof "index \nballots  replaced  voided  in_tree \n" +
		      5 * number_digits;

	for (size_t i = 0; i < manifest->districts_count; i++)
		size += sizeof "district  ballots \n" + strlen(manifest->districts[i].id) +
			number_digits;
	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];

		size += sizeof "contest  ballots  blank  abstained \n" + strlen(contest->id) +
			3 * number_digits;
		for (size_t j = 0; j < contest->options_count; j++)
			size += sizeof "option  votes  score \n" +
				strlen(contest->options[j].id) + 2 * number_digits;
	}
	return size;
}

static void
text_number(struct writer *writer, const char *before, uint64_t number)
{
	writer_string(writer, before);
	writer_decimal(writer, number);
}

static void
head_write(struct writer *writer, const struct counts *counts, const struct manifest *manifest,
	   uint64_t index)
{
	writer_string(writer, TALLY_COUNTS_FORMAT "\ncampaign ");
	text_hex_write(writer, bytes_make(manifest->id, TALLY_HASH_SIZE));
	text_number(writer, "\nindex ", index);
	text_number(writer, "\nballots ", counts->ballots);
	text_number(writer, " replaced ", counts->replaced);
	text_number(writer, " voided ", counts->voided);
	text_number(writer, " in_tree ", counts->in_tree);
	writer_string(writer, "\n");
}

static void
contest_write(struct writer *writer, const struct counts *counts,
	      const struct manifest_contest *contest, const struct counts_contest *row)
{
	const struct counts_option *options = &counts->options[contest->options_first];

	writer_string(writer, "contest ");
	writer_string(writer, contest->id);
	text_number(writer, " ballots ", row->ballots);
	text_number(writer, " blank ", row->blank);
	text_number(writer, " abstained ", row->abstained);
	writer_string(writer, "\n");
	for (size_t i = 0; i < contest->options_count; i++) {
		writer_string(writer, "option ");
		writer_string(writer, contest->options[i].id);
		text_number(writer, " votes ", options[i].votes);
		writer_string(writer, " score ");
		writer_signed_decimal(writer, options[i].score);
		writer_string(writer, "\n");
	}
}

void
counts_text_write(struct writer *writer, const struct counts *counts,
		  const struct manifest *manifest, uint64_t index)
{
	head_write(writer, counts, manifest, index);
	for (size_t i = 0; i < manifest->districts_count; i++) {
		writer_string(writer, "district ");
		writer_string(writer, manifest->districts[i].id);
		text_number(writer, " ballots ", counts->districts[i]);
		writer_string(writer, "\n");
	}
	for (size_t i = 0; i < manifest->contests_count; i++)
		contest_write(writer, counts, &manifest->contests[i], &counts->contests[i]);
}

void
counts_text_hash(struct bytes text, const uint8_t salt[32], uint8_t hash[TALLY_HASH_SIZE])
{
	crypto_hash_sha256_state state;

	crypto_hash_sha256_init(&state);
	crypto_hash_sha256_update(&state, salt, 32);
	crypto_hash_sha256_update(&state, text.data, text.size);
	crypto_hash_sha256_final(&state, hash);
}
