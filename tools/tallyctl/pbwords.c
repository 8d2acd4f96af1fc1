#include "tools/tallyctl/pbwords.h"

#include <stddef.h>
#include <strings.h>

static const char *const meta_keys[] = {"description",
					"country",
					"unit",
					"subunit",
					"district",
					"instance",
					"num_projects",
					"num_votes",
					"budget",
					"vote_type",
					"rule",
					"date_begin",
					"date_end",
					"min_length",
					"max_length",
					"min_sum_cost",
					"max_sum_cost",
					"min_points",
					"max_points",
					"min_sum_points",
					"max_sum_points",
					"default_score",
					"scoring_fn",
					"min_project_score_threshold",
					"min_project_cost",
					"max_project_cost",
					"edition",
					"language",
					"currency",
					"fully_funded",
					"experimental",
					"comment",
					"acknowledgments",
					"categories",
					"neighborhoods",
					"subdistricts",
					"leftover_budget",
					"budget_per_category",
					"budget_per_neighborhood",
					"min_length_per_category",
					"max_length_per_category",
					"min_sum_cost_per_category",
					"max_sum_cost_per_category",
					NULL};

static const char *const project_columns[] = {
    "project_id",    "cost",     "votes",     "score",        "name",      "category",
    "beneficiaries", "target",   "selected",  "neighborhood", "subunit",   "district",
    "description",   "proposer", "public_id", "latitude",     "longitude", NULL};

static const char *const vote_columns[] = {
    "voter_id",      "vote",     "points",       "age",       "sex",
    "voting_method", "district", "neighborhood", "education", NULL};

static bool
is_among(const char *name, const char *const *words)
{
	for (; *words; words++)
		if (strcasecmp(name, *words) == 0)
			return true;
	return false;
}

bool
pbwords_meta(const char *key)
{
	return is_among(key, meta_keys);
}

bool
pbwords_column(const char *name, bool votes)
{
	return is_among(name, votes ? vote_columns : project_columns);
}
