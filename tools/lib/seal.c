#include "tools/lib/seal.h"

#include <jansson.h>
#include <string.h>

enum shape {
	SHAPE_STRING,
	SHAPE_NUMBER,
	SHAPE_TURNOUT, /* a number or null */
	SHAPE_TRUTH,
	SHAPE_LIST,
};

struct member {
	const char *name;
	enum shape shape;
};

static bool
has_shape(const json_t *value, enum shape shape)
{
	switch (shape) {
	case SHAPE_STRING:
		return json_is_string(value);
	case SHAPE_NUMBER:
		return json_is_integer(value);
	case SHAPE_TURNOUT:
		return json_is_integer(value) || json_is_null(value);
	case SHAPE_TRUTH:
		return json_is_boolean(value);
	case SHAPE_LIST:
		return json_is_array(value);
	}
	return false;
}

/* Whatever else a member held could be counts. */
static bool
is_among(const char *name, const json_t *value, const struct member *members)
{
	while (members->name != NULL && strcmp(name, members->name) != 0)
		members++;
	return members->name != NULL && has_shape(value, members->shape);
}

static bool
has_only(json_t *object, const struct member *members)
{
	const char *name;
	json_t *value;

	if (!json_is_object(object))
		return false;
	json_object_foreach(object, name,
			    value) if (!is_among(name, value, members)) return false;
	return true;
}

static const char *
districts_breach(const json_t *districts)
{
	static const struct member members[] = {
	    {"id", SHAPE_STRING}, {"turnout", SHAPE_TURNOUT}, {NULL, SHAPE_STRING}};
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
	static const struct member members[] = {
	    {"campaign", SHAPE_STRING}, {"test", SHAPE_TRUTH},        {"index", SHAPE_NUMBER},
	    {"phase", SHAPE_STRING},    {"sealed", SHAPE_TRUTH},      {"turnout", SHAPE_NUMBER},
	    {"districts", SHAPE_LIST},  {"checkpoint", SHAPE_STRING}, {NULL, SHAPE_STRING}};

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
