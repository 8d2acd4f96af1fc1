#include "tools/lib/seal.h"

#include <jansson.h>
#include <string.h>

static bool
is_among(const char *name, const char *const *names)
{
	while (*names != NULL && strcmp(name, *names) != 0)
		names++;
	return *names != NULL;
}

static bool
has_only(json_t *object, const char *const *names)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return false;
	json_object_foreach(object, name, value) if (!is_among(name, names)) return false;
	return true;
}

static const char *
districts_breach(const json_t *districts)
{
	static const char *const members[] = {"id", "turnout", NULL};
	size_t hidden = 0;
	size_t i;
	json_t *district;

	json_array_foreach(districts, i, district)
	{
		const json_t *turnout = json_object_get(district, "turnout");

		if (!has_only(district, members))
			return "it says more of a district than its turnout";
		if (!json_is_integer(turnout))
			hidden++;
		else if (json_integer_value(turnout) <= SEAL_TURNOUT_MIN)
			return "it shows a turnout of so few that they can be told";
	}
	if (hidden == 1 && json_array_size(districts) > 1)
		return "it hides one district alone, which the total tells";
	return NULL;
}

static const char *
breach(json_t *results)
{
	static const char *const members[] = {"campaign",  "test",       "index",
					      "phase",     "sealed",     "turnout",
					      "districts", "checkpoint", NULL};

	if (!json_is_object(results))
		return "it is no JSON object";
	if (!json_is_true(json_object_get(results, "sealed")))
		return "it does not say that results are sealed";
	if (!has_only(results, members))
		return "it says more than the turnout";
	return districts_breach(json_object_get(results, "districts"));
}

const char *
seal_breach(struct bytes json)
{
	json_t *results =
	    json_loadb((const char *)json.data, json.size, JSON_REJECT_DUPLICATES, NULL);
	const char *wrong = breach(results);

	json_decref(results);
	return wrong;
}
