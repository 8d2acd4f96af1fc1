/* Equal shares in the cities that used it: what they elected, and where a completion decided. */
#include "outcome/shares.h"

#include "tests/lib/pbfile.h"
#include "tests/lib/test.h"

/* Cheaper options first in ties, as they were tallied. */
static struct {
	struct pbfile *file;
	struct manifest_option options[PBFILE_PROJECTS_MAX];
	uint8_t all[PBFILE_PROJECTS_MAX];
	uint16_t order[PBFILE_PROJECTS_MAX];
	uint64_t votes[PBFILE_PROJECTS_MAX];
	int64_t strength[PBFILE_PROJECTS_MAX];
	struct manifest_pool pool;
	struct manifest_contest contest;
	struct election_result result;
} real;

static void
real_count(void)
{
	const struct profile *profile = &real.file->votes;

	memset(real.votes, 0, sizeof real.votes);
	for (size_t k = 0; k < profile->rows_count; k++) {
		const struct profile_row *row = &profile->rows[k];

		for (size_t i = row->first; i < row->first + row->count; i++)
			real.votes[profile->choices[i].option] += row->weight;
	}
}

static bool
real_open(const char *name)
{
	const char *path = test_data(name);
	size_t count;

	if (!path)
		return false;
	real.file = pbfile_read(path);
	count = real.file->projects_count;
	for (size_t k = 0; k < count; k++) {
		real.options[k].cost = real.file->projects[k].cost;
		real.all[k] = 1;
		real.order[k] = 1;
		for (size_t i = 0; i < count; i++) {
			int64_t other = real.file->projects[i].cost;

			real.order[k] += other < real.options[k].cost ||
					 (other == real.options[k].cost && i < k);
		}
	}
	real_count();
	real.pool = (struct manifest_pool){"", real.all, real.file->budget};
	real.contest =
	    (struct manifest_contest){.options = real.options, .options_count = count};
	real.contest.outcome.pools_count = 1;
	real.contest.outcome.pools = &real.pool;
	real.contest.outcome.utility = MANIFEST_UTILITY_COST;
	real.contest.outcome.add1_step = real.file->unit;
	election_result_init(&real.result);
	return true;
}

static void
real_decide(enum manifest_add1 add1)
{
	struct election election = {.contest = &real.contest,
				    .running = real.all,
				    .budget = real.pool.budget,
				    .order = real.order,
				    .votes = real.votes,
				    .strength = real.strength,
				    .profile = &real.file->votes};

	for (size_t k = 0; k < real.file->votes.rows_count; k++)
		election.ballots += real.file->votes.rows[k].weight;
	real.contest.outcome.add1 = add1;
	election_result_free(&real.result);
	assert_true(shares_decide(&election, &real.result));
}

static bool
real_won(const char *id)
{
	for (size_t k = 0; k < real.result.winners_count; k++) {
		if (strcmp(real.file->projects[real.result.winners[k]].id, id) == 0)
			return true;
	}
	return false;
}

static const struct election_step *
real_step(enum election_act act)
{
	for (size_t k = 0; k < real.result.steps_count; k++) {
		if (real.result.steps[k].act == act)
			return &real.result.steps[k];
	}
	fail_msg("no step %d", (int)act);
	return NULL;
}

/* Exactly those that the city elected; gives what they cost together. */
static int64_t
real_selected(void)
{
	int64_t spent = 0;

	for (size_t k = 0; k < real.file->projects_count; k++) {
		const struct pbfile_project *project = &real.file->projects[k];

		assert_int_equal(real_won(project->id), project->selected == 1);
		spent += project->selected == 1 ? project->cost : 0;
	}
	return spent;
}

/* The first city that used the method. Its outcome is that of 306 to 315 each, with 46; where the
 * rounds end because nothing more fits, at 301 and 2757/3293, 66 and 67 win and 46 does not. */
static void
wieliczka_2023(void **state)
{
	(void)state;
	if (!real_open("pabulib/Poland_Wieliczka_2023_Green_Budget.pb"))
		return;
	real.contest.outcome.comparison = true;
	real_decide(MANIFEST_ADD1_PABULIB);
	assert_int_equal(real.result.winners_count, 30);
	assert_int_equal(real_selected(), 995079 * real.file->unit);
	assert_string_equal(real_step(ELECTION_ENDOWMENT)->figure, "315");
	assert_string_equal(real_step(ELECTION_STOPPED)->figure, "316");
	assert_int_equal(real_step(ELECTION_PREFERRED)->strength, 1615);
	assert_int_equal(real_step(ELECTION_PREFERRED)->other_strength, 873);
	assert_true(real_won("46"));
	real_decide(MANIFEST_ADD1_PABUTOOLS);
	assert_int_equal(real.result.winners_count, 31);
	assert_string_equal(real_step(ELECTION_ENDOWMENT)->figure, "993950/3293");
	assert_int_equal(real_step(ELECTION_STOPPED)->option, ELECTION_NOBODY);
	assert_true(real_won("66"));
	assert_true(real_won("67"));
	assert_false(real_won("46"));
	election_result_free(&real.result);
	pbfile_free(real.file);
}

static void
assen_2024(void **state)
{
	(void)state;
	if (!real_open("pabulib/Netherlands_Assen_2024.pb"))
		return;
	real_decide(MANIFEST_ADD1_PABULIB);
	real_selected();
	election_result_free(&real.result);
	pbfile_free(real.file);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(wieliczka_2023),
	    cmocka_unit_test(assen_2024),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
