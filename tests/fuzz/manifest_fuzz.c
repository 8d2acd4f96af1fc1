/* Any bytes as a manifest. What is refused names a printable place and a reason; what is accepted
 * keeps what every later room rests on. */
#include "tests/fuzz/fuzz.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "campaign/manifest.h"
#include "limits.h"
#include "tally/counts.h"

static void
fault_check(const struct manifest_fault *fault)
{
	CHECK(memchr(fault->path, 0, sizeof fault->path) != NULL);
	CHECK(memchr(fault->sentence, 0, sizeof fault->sentence) != NULL);
	CHECK(fault->path[0] == '$');
	CHECK(fault->sentence[0] != 0);
	for (const char *at = fault->path; *at != 0; at++)
		CHECK((unsigned char)*at >= 0x20 && *at != 0x7f);
	for (const char *at = fault->sentence; *at != 0; at++)
		CHECK((unsigned char)*at >= 0x20 && *at != 0x7f);
}

static void
contest_check(const struct manifest *manifest, const struct manifest_contest *contest)
{
	int64_t cost = 0;

	CHECK(contest->min >= 1);
	CHECK(contest->min <= contest->max);
	CHECK(contest->max <= contest->options_count);
	CHECK(contest->options_count <= contest_options_max);
	CHECK(contest->options_first + contest->options_count <= manifest->options_count);
	CHECK(contest->titles.count >= 1);
	CHECK(contest->outcome.id[0] != 0);
	for (size_t i = 0; i < contest->options_count; i++) {
		CHECK(contest->options[i].id[0] != 0);
		CHECK(contest->options[i].titles.count >= 1);
		CHECK(contest->options[i].cost >= 0);
		cost += contest->options[i].cost;
	}
	CHECK(cost >= 0);
}

static void
groups_check(const struct manifest_contest *contest, const struct manifest_group *groups,
	     size_t count)
{
	CHECK(count <= groups_max);
	for (size_t i = 0; i < count; i++) {
		size_t size = 0;

		for (size_t o = 0; o < contest->options_count; o++) {
			CHECK(groups[i].options[o] <= 1);
			size += groups[i].options[o];
		}
		CHECK(groups[i].min <= groups[i].max && groups[i].max <= size);
		CHECK(groups[i].budget_cap >= -1);
	}
}

static void
limits_check(const struct manifest *manifest, const struct manifest_contest *contest)
{
	const struct manifest_limits *limits = &contest->limits;

	CHECK(contest->value_min <= contest->value_max);
	CHECK(contest->sum_points < 0 || contest->value_min >= 0);
	CHECK((contest->method == MANIFEST_METHOD_KNAPSACK) <= (contest->budget_cap >= 0));
	groups_check(contest, limits->categories, limits->categories_count);
	groups_check(contest, limits->zones, limits->zones_count);
	CHECK(limits->zones_max >= 1);
	CHECK(limits->exclusions_count <= exclusions_max);
	for (size_t i = 0; i < limits->exclusions_count; i++) {
		for (size_t o = 0; o < contest->options_count; o++)
			CHECK(limits->exclusions[i].options[o] <= 1);
	}
	for (size_t o = 0; o < contest->options_count; o++) {
		const struct manifest_option *option = &contest->options[o];

		CHECK(option->zone == NULL ||
		      strcmp(manifest->districts[option->zone_at].id, option->zone) == 0);
	}
}

static void
across_check(const struct manifest *manifest)
{
	CHECK(manifest->across_count <= across_max);
	for (size_t i = 0; i < manifest->across_count; i++) {
		const struct manifest_across *across = &manifest->across[i];
		size_t contests = 0;

		for (size_t c = 0; c < manifest->contests_count; c++)
			contests += across->contests[c];
		CHECK(contests >= 2);
		CHECK(across->max >= 1 && across->contests_max >= 1);
	}
}

static size_t
district_choices(const struct manifest *manifest, size_t district)
{
	size_t choices = 0;

	for (size_t i = 0; i < manifest->contests_count; i++) {
		if (manifest_votes_in(&manifest->contests[i], (uint16_t)district))
			choices += manifest->contests[i].max;
	}
	return choices;
}

static void
text_check(const struct manifest *manifest)
{
	size_t text_max = counts_text_max(manifest);
	void *memory = malloc(counts_memory(manifest) + text_max);
	struct counts counts;
	struct writer text;

	CHECK(memory != NULL);
	counts_init(&counts, manifest, memory);
	text = writer_make((uint8_t *)memory + counts_memory(manifest), text_max);
	counts_text_write(&text, &counts, manifest, 0);
	CHECK(!text.failed);
	free(memory);
}

static void
manifest_check(const struct manifest *manifest, struct bytes json)
{
	uint8_t hash[TALLY_HASH_SIZE];

	crypto_hash_sha256(hash, json.data, json.size);
	CHECK(memcmp(hash, manifest->id, sizeof hash) == 0);
	CHECK(bytes_equal(manifest->json, json));
	CHECK(manifest->opens % 60 == 0 && manifest->closes % 60 == 0);
	CHECK(manifest->opens < manifest->closes);
	CHECK(strcmp(manifest->origin, manifest->log_key.name) == 0);
	CHECK(manifest->authorities_count >= 1 && manifest->frontends_count >= 1);
	CHECK((manifest->registrars_count > 0) == (manifest->signing == TALLY_SIGNING_VOTER));
	CHECK((manifest->revisions_max == 1) == (manifest->revote == MANIFEST_REVOTE_FIRST));
	CHECK(manifest->contests_count >= 1 && manifest->contests_count <= contests_max);
	CHECK(manifest->options_count <= options_max);
	for (size_t i = 0; i < manifest->contests_count; i++)
		contest_check(manifest, &manifest->contests[i]);
	for (size_t i = 0; i < manifest->contests_count; i++)
		limits_check(manifest, &manifest->contests[i]);
	across_check(manifest);
	for (size_t i = 0; i < manifest_districts(manifest); i++)
		CHECK(district_choices(manifest, i) <= choices_max);
	text_check(manifest);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct bytes json = bytes_make(data, size);
	struct manifest_fault fault;
	struct manifest *manifest = manifest_parse(json, &fault);

	if (manifest == NULL) {
		fault_check(&fault);
		return 0;
	}
	manifest_check(manifest, json);
	manifest_free(manifest);
	return 0;
}
