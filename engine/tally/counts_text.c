#include <sodium.h>
#include <string.h>

#include "base/text.h"
#include "tally/counts.h"

enum {
	number_digits = 20
};

/* Of the lines behind one contest's line. */
static size_t
options_text_max(const struct manifest *manifest, const struct manifest_contest *contest)
{
	bool ranked = contest->method == MANIFEST_METHOD_RANKED;
	size_t per_option = sizeof "option  votes  score \n" + 2 * number_digits;
	size_t size = 0;

	for (size_t d = 0; d < manifest->districts_count && contest->extent.voters_count > 1;
	     d++) {
		if (manifest_votes_in(contest, (uint16_t)d))
			per_option += sizeof "in  votes  score  first \n" +
				      strlen(manifest->districts[d].id) + 3 * number_digits;
	}
	if (ranked)
		per_option += sizeof "positions\npairs \n" +
			      (1 + number_digits) * (contest->max + contest->options_count);
	for (size_t i = 0; i < contest->options_count; i++)
		size += per_option + (ranked ? 2 : 1) * strlen(contest->options[i].id);
	return size;
}

static size_t
paper_text_max(const struct manifest *manifest)
{
	size_t size = sizeof "sheets  papers \n" + 2 * number_digits;

	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];

		size += sizeof "paper-contest  ballots  blank  abstained \n" +
			strlen(contest->id) + 3 * number_digits;
		for (size_t j = 0; j < contest->options_count; j++)
			size += sizeof "paper-option  votes  score \n" +
				strlen(contest->options[j].id) + 2 * number_digits;
	}
	return size;
}

size_t
counts_text_max(const struct manifest *manifest)
{
	size_t size = sizeof TALLY_COUNTS_FORMAT + sizeof "campaign \n" + 2 * TALLY_HASH_SIZE +
		      sizeof "index \nballots  replaced  voided  in_tree \n" +
		      sizeof "roster  enrolled \n" + 7 * number_digits;

	for (size_t i = 0; i < manifest->districts_count; i++)
		size += sizeof "district  ballots \n" + strlen(manifest->districts[i].id) +
			number_digits;
	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];

		size += sizeof "contest  ballots  blank  abstained \n" + strlen(contest->id) +
			3 * number_digits + options_text_max(manifest, contest);
	}
	return size + paper_text_max(manifest);
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
	if (manifest->has_roster) {
		text_number(writer, "\nroster ", manifest->roster_count);
		text_number(writer, " enrolled ", counts->enrolled);
	}
	writer_string(writer, "\n");
}

static void
votes_write(struct writer *writer, uint64_t votes, int64_t score)
{
	text_number(writer, " votes ", votes);
	writer_string(writer, " score ");
	writer_signed_decimal(writer, score);
}

static void
cells_write(struct writer *writer, const struct counts *counts, const struct manifest *manifest,
	    const struct manifest_contest *contest, size_t option)
{
	size_t voter = 0;

	if (contest->extent.voters_count < 2)
		return;
	for (size_t d = 0; d < manifest->districts_count; d++) {
		const struct counts_cell *cell;

		if (!manifest_votes_in(contest, (uint16_t)d))
			continue;
		cell = counts_cell_at(counts, contest, option, voter++);
		if (cell->votes == 0)
			continue;
		writer_string(writer, "in ");
		writer_string(writer, manifest->districts[d].id);
		votes_write(writer, cell->votes, cell->score);
		if (contest->method == MANIFEST_METHOD_RANKED)
			text_number(writer, " first ", cell->first);
		writer_string(writer, "\n");
	}
}

static void
positions_write(struct writer *writer, const struct counts *counts,
		const struct manifest_contest *contest, size_t option)
{
	const uint64_t *positions = counts_positions(counts, contest, option);

	if (positions == NULL)
		return;
	writer_string(writer, "positions");
	for (size_t i = 0; i < contest->max; i++)
		text_number(writer, " ", positions[i]);
	writer_string(writer, "\n");
}

static void
pairs_write(struct writer *writer, const struct counts *counts,
	    const struct manifest_contest *contest)
{
	for (size_t a = 0; a < contest->options_count; a++) {
		writer_string(writer, "pairs ");
		writer_string(writer, contest->options[a].id);
		for (size_t b = 0; b < contest->options_count; b++)
			text_number(writer, " ", counts_pair(counts, contest, a, b));
		writer_string(writer, "\n");
	}
}

static void
sums_write(struct writer *writer, const char *before, const char *id,
	   const struct counts_contest *sums)
{
	writer_string(writer, before);
	writer_string(writer, id);
	text_number(writer, " ballots ", sums->ballots);
	text_number(writer, " blank ", sums->blank);
	text_number(writer, " abstained ", sums->abstained);
	writer_string(writer, "\n");
}

static void
contest_write(struct writer *writer, const struct counts *counts,
	      const struct manifest *manifest, size_t at)
{
	const struct manifest_contest *contest = &manifest->contests[at];
	const struct counts_option *options = &counts->options[contest->options_first];

	sums_write(writer, "contest ", contest->id, &counts->contests[at]);
	for (size_t i = 0; i < contest->options_count; i++) {
		writer_string(writer, "option ");
		writer_string(writer, contest->options[i].id);
		votes_write(writer, options[i].votes, options[i].score);
		writer_string(writer, "\n");
		cells_write(writer, counts, manifest, contest, i);
		positions_write(writer, counts, contest, i);
	}
	if (contest->method == MANIFEST_METHOD_RANKED)
		pairs_write(writer, counts, contest);
}

static void
paper_write(struct writer *writer, const struct counts *counts, const struct manifest *manifest)
{
	if (counts->paper->sheets == 0)
		return;
	text_number(writer, "sheets ", counts->paper->sheets);
	text_number(writer, " papers ", counts->paper->papers);
	writer_string(writer, "\n");
	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];

		sums_write(writer, "paper-contest ", contest->id, &counts->paper_contests[i]);
		for (size_t j = 0; j < contest->options_count; j++) {
			const struct counts_option *option =
			    &counts->paper_options[contest->options_first + j];

			writer_string(writer, "paper-option ");
			writer_string(writer, contest->options[j].id);
			votes_write(writer, option->votes, option->score);
			writer_string(writer, "\n");
		}
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
		contest_write(writer, counts, manifest, i);
	paper_write(writer, counts, manifest);
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
