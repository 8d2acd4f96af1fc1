#include "tools/tallyctl/demo.h"

#include "tools/tallyctl/city.h"

enum {
	bani = 100,
	zone_lei = 500000,
	gap_lei = 100000,
	reserve_lei = 200000,
	voters_spare = 1000
};

static json_t *
districts_json(void)
{
	json_t *districts = json_array();

	for (size_t i = 0; i < CITY_ZONES; i++) {
		const struct city_zone *zone = &city_zones[i];

		json_array_append_new(
		    districts,
		    json_pack("{s:s, s:o}", "id", zone->id, "titles",
			      folder_titles("ro", zone->title_ro, "en", zone->title_en, NULL)));
	}
	return districts;
}

static json_t *
options_json(void)
{
	json_t *options = json_array();

	for (size_t i = 0; i < CITY_PROJECTS; i++) {
		const struct city_project *project = &city_projects[i];

		json_array_append_new(
		    options, json_pack("{s:s, s:o, s:I, s:s}", "id", project->id, "titles",
				       folder_titles("ro", project->title_ro, "en",
						     project->title_en, NULL),
				       "cost", (json_int_t)(project->lei * bani), "zone",
				       city_zones[project->zone].id));
	}
	return options;
}

/* Every zone has its own money; what is missing for a last project comes from a reserve. */
static json_t *
outcome_json(void)
{
	json_t *pools = json_array();

	for (size_t i = 0; i < CITY_ZONES; i++)
		json_array_append_new(
		    pools, json_pack("{s:s, s:i, s:[s]}", "id", city_zones[i].id, "budget",
				     zone_lei * bani, "zones", city_zones[i].id));
	return json_pack("{s:s, s:o, s:{s:i, s:i, s:b}, s:s}", "rule", "greedy-stop/v1",
			 "pools", pools, "top_up", "gap_max", gap_lei * bani, "reserve",
			 reserve_lei * bani, "leftovers", 1, "tie_order", "cheaper-first");
}

static json_t *
contests_json(void)
{
	return json_pack("[{s:s, s:o, s:s, s:i, s:i, s:o, s:o}]", "id", "proiecte", "titles",
			 folder_titles("ro", "Proiectele cartierelor", "en",
				       "Projects of the quarters", NULL),
			 "method", "approval", "min", 1, "max", CITY_CHOICES_MAX, "options",
			 options_json(), "outcome", outcome_json());
}

enum tally_exit
demo_manifest(struct folder *folder, size_t ballots)
{
	json_t *manifest = folder_manifest_begin(folder);

	json_object_set_new(
	    manifest, "titles",
	    folder_titles("ro", "Timișoara Decide!", "en", "Timișoara Decides!", NULL));
	json_object_set_new(manifest, "identity", json_string("phone"));
	json_object_set_new(manifest, "voters_max",
			    json_integer((json_int_t)(ballots + ballots / 10 + voters_spare)));
	json_object_set_new(manifest, "districts", districts_json());
	json_object_set_new(manifest, "contests", contests_json());
	return folder_manifest_end(folder, manifest);
}
