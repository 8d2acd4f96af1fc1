#include "tests/lib/refusal.h"

char *
manifest_changed(const struct campaign_wish *wish, const char *find, const char *put)
{
	struct campaign campaign;
	char *json = campaign_json(&campaign, wish);
	char *at = strstr(json, find);
	char *result;

	if (at == NULL)
		fail_msg("the manifest has no %s", find);
	assert_true(
	    asprintf(&result, "%.*s%s%s", (int)(at - json), json, put, at + strlen(find)) > 0);
	free(json);
	return result;
}

struct manifest *
assert_accepted(const struct campaign_wish *wish, const char *find, const char *put)
{
	char *json = manifest_changed(wish, find, put);
	struct manifest_fault fault = {{0}, {0}};
	struct manifest *manifest = manifest_parse(bytes_of_string(json), &fault);

	if (manifest == NULL)
		fail_msg("%s: %s: %s", put, fault.path, fault.sentence);
	free(json);
	return manifest;
}

static void
one_refused(const struct campaign_wish *wish, const struct refusal *refusal)
{
	char *json = manifest_changed(wish, refusal->find, refusal->put);
	struct manifest_fault fault = {{0}, {0}};

	if (manifest_parse(bytes_of_string(json), &fault) != NULL)
		fail_msg("accepted: %s", refusal->put);
	if (strcmp(fault.path, refusal->path) != 0)
		fail_msg("%s: path %s, not %s (%s)", refusal->put, fault.path, refusal->path,
			 fault.sentence);
	if (refusal->sentence != NULL)
		assert_string_equal(fault.sentence, refusal->sentence);
	assert_true(strlen(fault.sentence) > 0);
	free(json);
}

void
assert_refused(const struct campaign_wish *wish, const struct refusal *refusals, size_t count)
{
	for (size_t i = 0; i < count; i++)
		one_refused(wish, &refusals[i]);
}
