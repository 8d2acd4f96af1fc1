#include "tests/lib/ring.h"

static void
take_all(struct ring *ring, int64_t budget)
{
	memset(ring->pool_options[0], 1, ring_options_max);
	ring->pools[0] = (struct manifest_pool){
	    .id = "", .options = ring->pool_options[0], .budget = budget};
}

void
ring_make(struct ring *ring, enum manifest_rule rule, size_t count, const int64_t *costs,
	  const uint64_t *votes, int64_t budget)
{
	static const char ids[] = "a\0b\0c\0d\0e\0f\0g\0h\0i\0j\0k\0l\0m\0n\0o\0p\0q\0r\0s\0t\0"
				  "u\0v\0w\0x\0y\0z";
	struct manifest_outcome *outcome = &ring->contest.outcome;

	assert_in_range(count, 1, ring_options_max);
	memset(ring, 0, sizeof *ring);
	ring->manifest.contests = &ring->contest;
	ring->manifest.contests_count = 1;
	ring->manifest.options_count = count;
	ring->contest.options = ring->options;
	ring->contest.options_count = count;
	outcome->rule = rule;
	outcome->seats = 1;
	outcome->left_out = ring->left_out;
	outcome->pools = ring->pools;
	outcome->pools_count = budget < 0 ? 0 : 1;
	outcome->top_up.gap_max = -1;
	take_all(ring, budget);
	for (size_t i = 0; i < count; i++) {
		ring->options[i].id = &ids[2 * i];
		ring->options[i].cost = costs == NULL ? 0 : costs[i];
		ring->counts_options[i].votes = votes == NULL ? 0 : votes[i];
		ring->counts_options[i].score = votes == NULL ? 0 : (int64_t)votes[i];
	}
	ring->counts.contests = &ring->counts_contest;
	ring->counts.options = ring->counts_options;
	ring->counts.above = ring->above;
	profile_init(&ring->profile);
}

void
ring_free(struct ring *ring)
{
	profile_free(&ring->profile);
	outcome_free(&ring->outcome);
}

static void
mark(uint8_t *marks, const char *options)
{
	memset(marks, 0, ring_options_max);
	for (; *options != 0; options++)
		marks[*options - 'a'] = 1;
}

void
ring_pool(struct ring *ring, const char *options, int64_t budget)
{
	struct manifest_outcome *outcome = &ring->contest.outcome;
	bool first = ring->pools[0].id[0] == 0;
	size_t at = first ? 0 : outcome->pools_count;

	assert_in_range(at, 0, ring_pools_max - 1);
	mark(ring->pool_options[at], options);
	ring->pools[at] = (struct manifest_pool){
	    .id = "pool", .options = ring->pool_options[at], .budget = budget};
	outcome->pools_count = at + 1;
}

void
ring_exclusive(struct ring *ring, const char *options)
{
	mark(ring->exclusive, options);
	ring->exclusion.options = ring->exclusive;
	ring->contest.outcome.exclusions = &ring->exclusion;
	ring->contest.outcome.exclusions_count = 1;
}

void
ring_ties(struct ring *ring, const char *options)
{
	assert_int_equal(strlen(options), ring->contest.options_count);
	for (size_t i = 0; options[i] != 0; i++)
		ring->ties_given[i] = (uint16_t)(options[i] - 'a');
	ring->contest.outcome.ties = MANIFEST_TIES_GIVEN;
	ring->contest.outcome.ties_given = ring->ties_given;
}

void
ring_withdraw(struct ring *ring, char option)
{
	unsigned place = (unsigned)(option - 'a');

	ring->law.options_withdrawn[place / 8] |= (uint8_t)(1U << place % 8);
	assert_true(law_option_withdrawn(&ring->law, place));
}

static size_t
rank_in(const char *ranking, size_t option)
{
	const char *at = strchr(ranking, (int)('a' + option));

	return at == NULL ? SIZE_MAX : (size_t)(at - ranking);
}

static void
pairs_add(struct ring *ring, const char *ranking, uint64_t weight)
{
	size_t count = ring->contest.options_count;

	for (size_t a = 0; a < count; a++) {
		for (size_t b = 0; b < count; b++) {
			if (rank_in(ranking, a) < rank_in(ranking, b) &&
			    rank_in(ranking, b) != SIZE_MAX)
				ring->above[a * count + b] += weight;
		}
	}
}

void
ring_ballots(struct ring *ring, const char *ranking, uint64_t weight)
{
	uint8_t bytes[ring_options_max * BALLOT_CHOICE_SIZE];
	struct ballot_choices choices = {.pairs = bytes};
	size_t length = strlen(ranking);

	for (uint16_t i = 0; i < ring->contest.options_count; i++) {
		size_t rank = rank_in(ranking, i);
		uint8_t *at = bytes + (size_t)choices.count * BALLOT_CHOICE_SIZE;

		if (rank == SIZE_MAX)
			continue;
		be16_store(at, i);
		be32_store(at + 2, (uint32_t)rank + 1);
		choices.count++;
		ring->counts_options[i].votes += weight;
		ring->counts_options[i].score += (int64_t)((length - rank) * weight);
	}
	assert_int_equal(choices.count, length);
	ring->counts_contest.ballots += weight;
	pairs_add(ring, ranking, weight);
	for (uint64_t i = 0; i < weight; i++)
		assert_true(profile_add(&ring->profile, &choices));
}

const char *
ring_winners(struct ring *ring)
{
	struct outcome_given given = {
	    .manifest = &ring->manifest, .counts = &ring->counts, .law = &ring->law};
	const struct election_result *result = &ring->outcome.result;

	outcome_free(&ring->outcome);
	assert_true(profile_settle(&ring->profile));
	assert_int_equal(outcome_decide(&given, 0, &ring->profile, &ring->outcome),
			 OUTCOME_DECIDED);
	for (size_t i = 0; i < result->winners_count; i++)
		ring->text[i] = (char)('a' + result->winners[i]);
	ring->text[result->winners_count] = 0;
	return ring->text;
}

const char *
ring_steps(struct ring *ring)
{
	static const char acts[ELECTION_ACTS] = {
	    [ELECTION_TAKEN] = '+',       [ELECTION_TOPPED_UP] = '^',
	    [ELECTION_TOO_DEAR] = '$',    [ELECTION_STOPPED] = '|',
	    [ELECTION_NOT_REACHED] = '.', [ELECTION_BELOW_THRESHOLD] = '_',
	    [ELECTION_WITHDRAWN] = '0',   [ELECTION_EXCLUDED] = 'x',
	    [ELECTION_STANDING] = ':',    [ELECTION_ELIMINATED] = '%',
	    [ELECTION_LOST] = '-',
	};
	const struct election_result *result = &ring->outcome.result;
	struct writer writer = writer_make(ring->text, sizeof ring->text - 1);

	for (size_t i = 0; i < result->steps_count; i++) {
		const struct election_step *step = &result->steps[i];

		writer_string(&writer, i > 0 ? " " : "");
		writer_string(&writer, ring->options[step->option].id);
		writer_u8(&writer, (uint8_t)acts[step->act]);
		writer_string(&writer, step->tie ? "=" : "");
		writer_string(&writer, step->tie_mattered ? "!" : "");
	}
	assert_false(writer.failed);
	ring->text[writer.size] = 0;
	return ring->text;
}
