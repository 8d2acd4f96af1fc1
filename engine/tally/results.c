#include "tally/results.h"

#include <string.h>

#include "base/text.h"

enum {
	number_digits = 20,
	escaped_max = 6 /* \u001f */
};

static void
byte_escape(struct writer *writer, uint8_t byte)
{
	static const char digits[] = "0123456789abcdef";

	if (byte == '"' || byte == '\\') {
		writer_u8(writer, '\\');
		writer_u8(writer, byte);
	} else if (byte == '\n') {
		writer_string(writer, "\\n");
	} else if (byte < 0x20) {
		writer_string(writer, "\\u00");
		writer_u8(writer, (uint8_t)digits[byte >> 4]);
		writer_u8(writer, (uint8_t)digits[byte & 15]);
	} else {
		writer_u8(writer, byte);
	}
}

static void
json_text(struct writer *writer, const char *before, struct bytes text)
{
	writer_string(writer, before);
	writer_u8(writer, '"');
	for (size_t i = 0; i < text.size; i++)
		byte_escape(writer, text.data[i]);
	writer_u8(writer, '"');
}

static void
json_string(struct writer *writer, const char *before, const char *string)
{
	json_text(writer, before, bytes_of_string(string));
}

static void
json_number(struct writer *writer, const char *before, uint64_t number)
{
	writer_string(writer, before);
	writer_decimal(writer, number);
}

static const char *
phase_name(enum tally_phase phase)
{
	if (phase == TALLY_PHASE_BEFORE)
		return "before";
	return phase == TALLY_PHASE_OPEN ? "open" : "closed";
}

static void
head_write(struct writer *writer, const struct manifest *manifest,
	   const struct results *results)
{
	writer_string(writer, "{\"campaign\":\"");
	text_hex_write(writer, bytes_make(manifest->id, sizeof manifest->id));
	writer_string(writer, "\",\"test\":");
	writer_string(writer, manifest->test ? "true" : "false");
	json_number(writer, ",\"index\":", results->index);
	json_string(writer, ",\"phase\":", phase_name(results->law->phase));
}

static void
districts_write(struct writer *writer, const struct manifest *manifest,
		const struct counts *counts)
{
	writer_string(writer, ",\"districts\":[");
	for (size_t i = 0; i < manifest->districts_count; i++) {
		json_string(writer,
			    i == 0 ? "{\"id\":" : ",{\"id\":", manifest->districts[i].id);
		json_number(writer, ",\"ballots\":", counts->districts[i]);
		writer_u8(writer, '}');
	}
	writer_u8(writer, ']');
}

static void
score_write(struct writer *writer, uint64_t votes, int64_t score)
{
	json_number(writer, ",\"votes\":", votes);
	writer_string(writer, ",\"score\":");
	writer_signed_decimal(writer, score);
}

static void
cells_write(struct writer *writer, const struct manifest *manifest,
	    const struct manifest_contest *contest, const struct counts *counts, size_t option)
{
	const char *before = "{\"id\":";
	size_t voter = 0;

	if (contest->extent.voters_count < 2)
		return;
	writer_string(writer, ",\"districts\":[");
	for (size_t d = 0; d < manifest->districts_count; d++) {
		const struct counts_cell *cell;

		if (!manifest_votes_in(contest, (uint16_t)d))
			continue;
		cell = counts_cell_at(counts, contest, option, voter++);
		if (cell->votes == 0)
			continue;
		json_string(writer, before, manifest->districts[d].id);
		score_write(writer, cell->votes, cell->score);
		if (contest->method == MANIFEST_METHOD_RANKED)
			json_number(writer, ",\"first\":", cell->first);
		writer_u8(writer, '}');
		before = ",{\"id\":";
	}
	writer_u8(writer, ']');
}

static void
positions_write(struct writer *writer, const struct manifest_contest *contest,
		const struct counts *counts, size_t option)
{
	const uint64_t *positions = counts_positions(counts, contest, option);

	if (positions == NULL)
		return;
	for (size_t i = 0; i < contest->max; i++)
		json_number(writer, i == 0 ? ",\"positions\":[" : ",", positions[i]);
	writer_u8(writer, ']');
}

static void
options_write(struct writer *writer, const struct manifest *manifest,
	      const struct manifest_contest *contest, const struct results *results)
{
	const struct counts_option *counts = &results->counts->options[contest->options_first];

	writer_string(writer, ",\"options\":[");
	for (size_t i = 0; i < contest->options_count; i++) {
		json_string(writer, i == 0 ? "{\"id\":" : ",{\"id\":", contest->options[i].id);
		score_write(writer, counts[i].votes, counts[i].score);
		if (law_option_withdrawn(results->law, contest->options_first + i))
			writer_string(writer, ",\"withdrawn\":true");
		positions_write(writer, contest, results->counts, i);
		cells_write(writer, manifest, contest, results->counts, i);
		writer_u8(writer, '}');
	}
	writer_u8(writer, ']');
}

static void
pairs_write(struct writer *writer, const struct manifest_contest *contest,
	    const struct counts *counts)
{
	if (contest->method != MANIFEST_METHOD_RANKED)
		return;
	for (size_t a = 0; a < contest->options_count; a++) {
		writer_string(writer, a == 0 ? ",\"pairs\":[[" : ",[");
		for (size_t b = 0; b < contest->options_count; b++)
			json_number(writer, b == 0 ? "" : ",",
				    counts_pair(counts, contest, a, b));
		writer_u8(writer, ']');
	}
	writer_u8(writer, ']');
}

static void
winners_write(struct writer *writer, const struct manifest_contest *contest,
	      const struct results_winners *winners)
{
	writer_string(writer, winners->known ? ",\"winners\":[" : ",\"winners\":null");
	for (size_t i = 0; winners->known && i < winners->count; i++)
		json_string(writer, i == 0 ? "" : ",",
			    contest->options[winners->options[i]].id);
	writer_string(writer, winners->known ? "]" : "");
}

static void
contest_write(struct writer *writer, const struct manifest *manifest, size_t at,
	      const struct results *results)
{
	const struct manifest_contest *contest = &manifest->contests[at];
	const struct counts_contest *sums = &results->counts->contests[at];

	json_string(writer, at == 0 ? "{\"id\":" : ",{\"id\":", contest->id);
	json_number(writer, ",\"ballots\":", sums->ballots);
	json_number(writer, ",\"blank\":", sums->blank);
	json_number(writer, ",\"abstained\":", sums->abstained);
	options_write(writer, manifest, contest, results);
	pairs_write(writer, contest, results->counts);
	winners_write(writer, contest, &results->winners[at]);
	json_string(writer, ",\"outcome\":", contest->outcome.id);
	writer_u8(writer, '}');
}

static void
paper_contest_write(struct writer *writer, const struct manifest_contest *contest,
		    const struct counts_contest *sums, const struct counts_option *options)
{
	json_string(writer, "{\"id\":", contest->id);
	json_number(writer, ",\"ballots\":", sums->ballots);
	json_number(writer, ",\"blank\":", sums->blank);
	json_number(writer, ",\"abstained\":", sums->abstained);
	writer_string(writer, ",\"options\":[");
	for (size_t i = 0; i < contest->options_count; i++) {
		json_string(writer, i == 0 ? "{\"id\":" : ",{\"id\":", contest->options[i].id);
		json_number(writer, ",\"votes\":", options[i].votes);
		writer_string(writer, ",\"score\":");
		writer_signed_decimal(writer, options[i].score);
		writer_u8(writer, '}');
	}
	writer_string(writer, "]}");
}

static void
paper_write(struct writer *writer, const struct manifest *manifest, const struct counts *counts)
{
	if (counts->paper->sheets == 0)
		return;
	json_number(writer, ",\"paper\":{\"sheets\":", counts->paper->sheets);
	json_number(writer, ",\"papers\":", counts->paper->papers);
	writer_string(writer, ",\"contests\":[");
	for (size_t i = 0; i < manifest->contests_count; i++) {
		if (i > 0)
			writer_u8(writer, ',');
		paper_contest_write(writer, &manifest->contests[i], &counts->paper_contests[i],
				    counts->paper_options +
					manifest->contests[i].options_first);
	}
	writer_string(writer, "]}");
}

static void
counts_json(struct writer *writer, const struct manifest *manifest,
	    const struct results *results)
{
	const struct counts *counts = results->counts;

	json_number(writer, ",\"ballots\":", counts->ballots);
	json_number(writer, ",\"replaced\":", counts->replaced);
	json_number(writer, ",\"voided\":", counts->voided);
	json_number(writer, ",\"in_tree\":", counts->in_tree);
	if (manifest->has_roster) {
		json_number(writer, ",\"roster\":", manifest->roster_count);
		json_number(writer, ",\"enrolled\":", counts->enrolled);
	}
	districts_write(writer, manifest, counts);
	writer_string(writer, ",\"contests\":[");
	for (size_t i = 0; i < manifest->contests_count; i++)
		contest_write(writer, manifest, i, results);
	writer_u8(writer, ']');
	paper_write(writer, manifest, counts);
}

/* The district that is hidden so that the total does not tell of the only one below the limit;
 * districts_count if there is none. */
static size_t
hidden_beside(const struct manifest *manifest, const struct counts *counts)
{
	size_t hidden_count = 0;
	size_t smallest = manifest->districts_count;

	for (size_t i = 0; i < manifest->districts_count; i++)
		if (counts->districts[i] <= results_hidden_max)
			hidden_count++;
		else if (smallest == manifest->districts_count ||
			 counts->districts[i] < counts->districts[smallest])
			smallest = i;
	return hidden_count == 1 ? smallest : manifest->districts_count;
}

static void
turnout_json(struct writer *writer, const struct manifest *manifest,
	     const struct counts *counts)
{
	size_t beside = hidden_beside(manifest, counts);

	json_number(writer, ",\"sealed\":true,\"turnout\":", counts->ballots);
	writer_string(writer, ",\"districts\":[");
	for (size_t i = 0; i < manifest->districts_count; i++) {
		json_string(writer,
			    i == 0 ? "{\"id\":" : ",{\"id\":", manifest->districts[i].id);
		if (counts->districts[i] > results_hidden_max && i != beside)
			json_number(writer, ",\"turnout\":", counts->districts[i]);
		else
			writer_string(writer, ",\"turnout\":null");
		writer_u8(writer, '}');
	}
	writer_u8(writer, ']');
}

void
results_write(struct writer *writer, const struct manifest *manifest,
	      const struct results *results)
{
	head_write(writer, manifest, results);
	if (results->sealed)
		turnout_json(writer, manifest, results->counts);
	else
		counts_json(writer, manifest, results);
	json_text(writer, ",\"checkpoint\":", results->note);
	writer_string(writer, "}\n");
}

static size_t
string_max(const char *string)
{
	return 2 + escaped_max * strlen(string);
}

/* Of the options of one contest, each behind a comma, and what follows them. */
static size_t
options_size_max(const struct manifest *manifest, const struct manifest_contest *contest)
{
	bool ranked = contest->method == MANIFEST_METHOD_RANKED;
	size_t per_option =
	    sizeof ",{'id':,'votes':,'score':,'withdrawn':true}" + 2 * number_digits;
	size_t size = 0;

	if (contest->extent.voters_count > 1)
		per_option += sizeof ",'districts':[]";
	for (size_t d = 0; d < manifest->districts_count && contest->extent.voters_count > 1;
	     d++) {
		if (manifest_votes_in(contest, (uint16_t)d))
			per_option += sizeof ",{'id':,'votes':,'score':,'first':}" +
				      string_max(manifest->districts[d].id) + 3 * number_digits;
	}
	if (ranked)
		per_option += sizeof ",'positions':[],'pairs':[]" +
			      (1 + number_digits) * (contest->max + contest->options_count);
	for (size_t i = 0; i < contest->options_count; i++)
		size += per_option + 2 * string_max(contest->options[i].id); /* once a winner */
	return size;
}

static size_t
paper_size_max(const struct manifest_contest *contest)
{
	size_t size = sizeof ",{'id':,'ballots':,'blank':,'abstained':,'options':[]}" +
		      string_max(contest->id) + 3 * number_digits;

	for (size_t i = 0; i < contest->options_count; i++)
		size += sizeof ",{'id':,'votes':,'score':}" +
			string_max(contest->options[i].id) + 2 * number_digits;
	return size;
}

size_t
results_size_max(const struct manifest *manifest)
{
	size_t size =
	    sizeof "{'campaign':'','test':false,'index':,'phase':'before'" +
	    2 * TALLY_HASH_SIZE + number_digits +
	    sizeof ",'ballots':,'replaced':,'voided':,'in_tree':,'roster':,'enrolled':" +
	    6 * number_digits + sizeof ",'paper':{'sheets':,'papers':,'contests':[]}" +
	    2 * number_digits + sizeof ",'districts':[],'contests':[],'checkpoint':" + 2 +
	    escaped_max * TALLY_CHECKPOINT_SIZE_MAX + sizeof "}\n";

	for (size_t i = 0; i < manifest->districts_count; i++)
		size += sizeof ",{'id':,'ballots':}" + string_max(manifest->districts[i].id) +
			number_digits;
	for (size_t i = 0; i < manifest->contests_count; i++) {
		const struct manifest_contest *contest = &manifest->contests[i];

		size += sizeof ",{'id':,'ballots':,'blank':,'abstained':,'options':[]" +
			string_max(contest->id) + 3 * number_digits +
			sizeof ",'winners':null,'outcome':}" + string_max(contest->outcome.id) +
			options_size_max(manifest, contest) + paper_size_max(contest);
	}
	return size;
}
