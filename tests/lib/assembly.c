#include "tests/lib/assembly.h"

static uint16_t
option_of(char letter)
{
	return letter == '-' ? ELECTION_NOBODY : (uint16_t)(letter - 'a');
}

void
assembly_make(struct assembly *assembly, size_t options_count, const int64_t *costs,
	      int64_t budget)
{
	assert_in_range(options_count, 1, assembly_options_max);
	*assembly = (struct assembly){0};
	for (size_t k = 0; k < options_count; k++) {
		assembly->options[k].cost = costs[k];
		assembly->pool_options[k] = 1;
		assembly->running[k] = 1;
		assembly->order[k] = (uint16_t)(k + 1);
	}
	assembly->pool = (struct manifest_pool){"", assembly->pool_options, budget};
	assembly->contest.options_count = options_count;
	assembly->contest.options = assembly->options;
	assembly->contest.outcome.pools_count = 1;
	assembly->contest.outcome.pools = &assembly->pool;
	assembly->contest.outcome.add1_step = 1;
	profile_init(&assembly->profile);
	election_result_init(&assembly->result);
}

void
assembly_free(struct assembly *assembly)
{
	profile_free(&assembly->profile);
	election_result_free(&assembly->result);
}

/* Writes one ballot's choices as a ballot has them. */
static uint16_t
write_choices(const char *ballot, uint8_t *pairs)
{
	uint16_t count = 0;

	while (*ballot) {
		uint8_t *pair = pairs + (size_t)count++ * BALLOT_CHOICE_SIZE;
		long value = 1;
		char *end;

		be16_store(pair, option_of(*ballot++));
		if (*ballot == '-' || (*ballot >= '0' && *ballot <= '9')) {
			value = strtol(ballot, &end, 10);
			ballot = end;
		}
		be32_store(pair + 2, (uint32_t)value);
	}
	return count;
}

void
assembly_vote(struct assembly *assembly, unsigned count, const char *ballot)
{
	uint8_t pairs[assembly_options_max * BALLOT_CHOICE_SIZE];
	struct ballot_choices choices = {.count = write_choices(ballot, pairs), .pairs = pairs};

	for (unsigned k = 0; k < count; k++)
		assert_true(profile_add(&assembly->profile, &choices));
	for (; *ballot; ballot++) {
		if (*ballot < 'a' || *ballot > 'z')
			continue;
		assembly->votes[option_of(*ballot)] += count;
		assembly->strength[option_of(*ballot)] += count;
	}
}

void
assembly_ties(struct assembly *assembly, const char *options)
{
	for (uint16_t k = 0; options[k]; k++)
		assembly->order[option_of(options[k])] = (uint16_t)(k + 1);
}

const char *
assembly_decide(struct assembly *assembly,
		bool decide(const struct election *, struct election_result *))
{
	if (assembly->profile.index)
		assert_true(profile_settle(&assembly->profile));
	assembly->election = (struct election){.contest = &assembly->contest,
					       .running = assembly->running,
					       .budget = assembly->pool.budget,
					       .order = assembly->order,
					       .strength = assembly->strength,
					       .votes = assembly->votes,
					       .ballots = assembly->profile.ballots,
					       .profile = &assembly->profile};
	election_result_free(&assembly->result);
	assert_true(decide(&assembly->election, &assembly->result));
	for (size_t k = 0; k < assembly->result.winners_count; k++)
		assembly->winners[k] = (char)('a' + assembly->result.winners[k]);
	assembly->winners[assembly->result.winners_count] = '\0';
	return assembly->winners;
}

const struct election_step *
assembly_step(const struct assembly *assembly, enum election_act act, char option)
{
	for (size_t k = 0; k < assembly->result.steps_count; k++) {
		const struct election_step *step = &assembly->result.steps[k];

		if (step->act == act && step->option == option_of(option))
			return step;
	}
	fail_msg("no step %d of option %c", (int)act, option);
	return NULL;
}

size_t
assembly_steps(const struct assembly *assembly, enum election_act act)
{
	size_t count = 0;

	for (size_t k = 0; k < assembly->result.steps_count; k++)
		count += assembly->result.steps[k].act == act;
	return count;
}
