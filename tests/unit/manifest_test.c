#include "campaign/manifest.h"

#include <sodium.h>

#include "limits.h"
#include "tests/lib/campaign.h"
#include "tests/lib/refusal.h"

static void
everything_is_read(void **state)
{
	struct campaign_wish wish = {.districts = 3,
				     .contests = 2,
				     .options = 4,
				     .max = 2,
				     .budget_cap = 300,
				     .blank = true,
				     .frontends = 2,
				     .authorities = 2,
				     .signing = TALLY_SIGNING_VOTER,
				     .registrars = 2,
				     .revisions_max = 7};
	struct campaign campaign;
	const struct manifest *manifest;
	const struct manifest_contest *second;

	(void)state;
	campaign_make(&campaign, &wish);
	manifest = campaign.manifest;
	assert_true(manifest->test);
	assert_string_equal(manifest->origin, "tally.example/test");
	assert_string_equal(manifest->log_key.name, "tally.example/test");
	assert_int_equal(manifest->titles.count, 2);
	assert_string_equal(manifest_title_in(&manifest->titles, "en"), "Timisoara");
	assert_string_equal(manifest_title_in(&manifest->titles, "hu"), "Timi\xc8\x99oara");
	assert_int_equal(manifest->opens, 1767254400);
	assert_int_equal(manifest->closes, 1769889600);
	assert_int_equal(manifest->authorities_count, 2);
	assert_int_equal(manifest->authorities[1].id, campaign.authorities[1].key.id);
	assert_int_equal(manifest->frontends_count, 2);
	assert_false(manifest->frontends[0].booth);
	assert_true(manifest->frontends[1].booth);
	assert_int_equal(manifest->registrars_count, 2);
	assert_int_equal(manifest->witnesses_count, 0);
	assert_int_equal(manifest->signing, TALLY_SIGNING_VOTER);
	assert_int_equal(manifest->tag_context[31], 0x1f);
	assert_int_equal(manifest->identity, MANIFEST_IDENTITY_OPAQUE);
	assert_int_equal(manifest->voters_max, 1000);
	assert_int_equal(manifest->revote, MANIFEST_REVOTE_LAST);
	assert_int_equal(manifest->revisions_max, 7);
	assert_int_equal(manifest->precedence, MANIFEST_PRECEDENCE_NONE);
	assert_false(manifest->sealed);
	assert_int_equal(manifest->publish_min, 32);
	assert_false(manifest->has_roster);
	assert_int_equal(manifest->districts_count, 3);
	assert_string_equal(manifest->districts[2].id, "d2");
	assert_int_equal(manifest->options_count, 8);
	second = &manifest->contests[1];
	assert_int_equal(second->options_first, 4);
	assert_int_equal(second->min, 1);
	assert_int_equal(second->max, 2);
	assert_int_equal(second->budget_cap, 300);
	assert_true(second->blank);
	assert_false(second->all_districts);
	assert_false(manifest_votes_in(second, 0));
	assert_true(manifest_votes_in(second, 1));
	assert_true(manifest_votes_in(&manifest->contests[0], 2));
	assert_int_equal(second->options[3].cost, 400);
	assert_null(second->options[3].zone);
	assert_string_equal(second->outcome.id, "none");
	campaign_free(&campaign);
}

static void
optional_members_are_read(void **state)
{
	struct campaign_wish wish = {.districts = 2, .frontends = 2};
	struct manifest *manifest;

	(void)state;
	manifest =
	    assert_accepted(&wish, "\"cost\":200", "\"category\":\"parks\",\"zone\":\"d1\"");
	assert_string_equal(manifest->contests[0].options[1].category, "parks");
	assert_string_equal(manifest->contests[0].options[1].zone, "d1");
	assert_int_equal(manifest->contests[0].options[1].cost, 0);
	assert_int_equal(manifest->contests[0].budget_cap, -1);
	manifest_free(manifest);

	manifest = assert_accepted(&wish, "{\"policy\":\"live\"}",
				   "{\"policy\":\"sealed\",\"unseal_delay_s\":86400}");
	assert_true(manifest->sealed);
	assert_int_equal(manifest->unseal_delay_s, 86400);
	manifest_free(manifest);

	manifest = assert_accepted(
	    &wish, "\"identity\":\"opaque\"",
	    "\"identity\":\"cnp\",\"precedence\":\"booth\",\"roster\":{\"root\":"
	    "\"ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f\""
	    ",\"count\":5}");
	assert_int_equal(manifest->identity, MANIFEST_IDENTITY_CNP);
	assert_int_equal(manifest->precedence, MANIFEST_PRECEDENCE_BOOTH);
	assert_true(manifest->has_roster);
	assert_int_equal(manifest->roster_root[0], 0xff);
	assert_int_equal(manifest->roster_count, 5);
	manifest_free(manifest);

	manifest = assert_accepted(&wish,
				   "\"publishing\":{\"every_s\":60,\"min_ballots\":32,"
				   "\"tally_every_ballots\":10000},",
				   "");
	assert_int_equal(manifest->publish_every_s, 60);
	assert_int_equal(manifest->publish_min, 32);
	assert_int_equal(manifest->tally_every_ballots, 10000);
	assert_int_equal(manifest->witness_wait_s, 0);
	manifest_free(manifest);
}

static void
id_is_the_hash_of_the_bytes(void **state)
{
	struct campaign campaign;
	char *json = campaign_json(&campaign, NULL);
	struct manifest_fault fault;
	struct manifest *manifest = manifest_parse(bytes_of_string(json), &fault);
	uint8_t hash[TALLY_HASH_SIZE];

	(void)state;
	assert_non_null(manifest);
	crypto_hash_sha256(hash, (const uint8_t *)json, strlen(json));
	assert_memory_equal(hash, manifest->id, sizeof hash);
	assert_true(bytes_equal(manifest->json, bytes_of_string(json)));
	assert_int_equal(manifest_districts(manifest), 1);
	assert_int_equal(manifest->revisions_max, 1);
	assert_true(manifest_votes_in(&manifest->contests[0], 0));
	assert_ptr_equal(manifest_frontend_find(manifest, manifest->frontends[0].key.id),
			 &manifest->frontends[0]);
	assert_null(manifest_frontend_find(manifest, manifest->log_key.id));
	manifest_free(manifest);
	manifest_free(NULL);
	free(json);
}

static void
shape_is_refused(void **state)
{
	static const struct refusal refusals[] = {
	    {"{", "", "$", NULL},
	    {"{", "[{", "$", NULL},
	    {"{", "\xef\xbb\xbf{", "$", "begins with a byte order mark"},
	    {"{", "\xef\xbb{", "$", NULL},
	    {"]}\n", "]} x", "$", NULL},
	    {"\"test\":true", "\"test\":true,\"test\":true", "$",
	     "line 2, column 18: duplicate object key near '\"test\"'"},
	    {"\"test\":true", "\"test\":1", "$.test", "is not true or false"},
	    {"\"test\"", "\"tets\"", "$.tets", "is not a key that is known here"},
	    {"\"test\"", "\"a\\u001bb\"", "$.a?b", NULL},
	    {"tally/campaign/v1", "tally/campaign/v2", "$.format",
	     "is not one of tally/campaign/v1"},
	    {"\"format\":\"tally/campaign/v1\",", "", "$.format", "is missing"},
	    {"\"origin\":\"tally.example/test\",", "", "$.origin", "is missing"},
	    {"\"origin\":\"tally.example/test\"", "\"origin\":\"x.example\"", "$.log_key",
	     NULL},
	    {"\"origin\":\"tally.example/test\"", "\"origin\":7", "$.origin",
	     "is not a string"},
	    {"\"titles\":{\"ro\":\"Timi\xc8\x99oara\",\"en\":\"Timisoara\"}", "\"titles\":{}",
	     "$.titles", "its number of members is not from 1 to 16"},
	    {"\"en\":\"Timisoara\"", "\"EN\":\"Timisoara\"", "$.titles.EN", NULL},
	    {"\"en\":\"Timisoara\"", "\"e\":\"Timisoara\"", "$.titles.e", NULL},
	    {"\"en\":\"Timisoara\"", "\"en\":\"\"", "$.titles.en", NULL},
	    {"\"en\":\"Timisoara\"", "\"en\":\"a\\nb\"", "$.titles.en", NULL},
	    {"\"en\":\"Timisoara\"", "\"en\":[]", "$.titles.en", "is not a string"},
	};

	(void)state;
	ASSERT_REFUSED(NULL, refusals);
}

static void
long_keys_are_cut_between_characters(void **state)
{
	char key[512] = "\"";
	struct refusal refusal = {"\"test\"", key, NULL, NULL};
	char path[256] = "$.";

	(void)state;
	for (size_t i = 0; i < 200; i++)
		memcpy(key + 1 + 2 * i, "\xc8\x99", 2);
	memcpy(key + 401, "\"", 2);
	for (size_t i = 0; 2 + 2 * i <= 255 - 8; i++)
		memcpy(path + 2 + 2 * i, "\xc8\x99", 3);
	refusal.path = path;
	assert_refused(NULL, &refusal, 1);
}

static void
times_are_refused(void **state)
{
	static const struct refusal refusals[] = {
	    {"2026-01-01T08:00:00Z", "2026-01-01 08:00", "$.opens", NULL},
	    {"2026-01-01T08:00:00Z", "2026-01-01T08:00:01Z", "$.opens",
	     "is not a whole minute"},
	    {"2026-01-31T20:00:00Z", "2026-01-01T08:00:00Z", "$.closes",
	     "is not later than opens"},
	    {"2026-01-31T20:00:00Z", "2026-01-01T10:00:00+02:00", "$.closes", NULL},
	    {"\"2026-01-31T20:00:00Z\"", "null", "$.closes", "is not a string"},
	};

	(void)state;
	ASSERT_REFUSED(NULL, refusals);
}

static void
numbers_and_choices_are_refused(void **state)
{
	static const struct refusal refusals[] = {
	    {"\"signing\":\"frontend\"", "\"signing\":\"nobody\"", "$.signing",
	     "is not one of frontend, voter"},
	    {"\"tag_context\":\"00", "\"tag_context\":\"", "$.tag_context", NULL},
	    {"\"tag_context\":\"0001", "\"tag_context\":\"000G", "$.tag_context", NULL},
	    {"\"identity\":\"opaque\"", "\"identity\":\"email\"", "$.identity", NULL},
	    {"\"voters_max\":1000", "\"voters_max\":0", "$.voters_max",
	     "is not an integer from 1 to 100000000"},
	    {"\"voters_max\":1000", "\"voters_max\":100000001", "$.voters_max", NULL},
	    {"\"voters_max\":1000", "\"voters_max\":1000.0", "$.voters_max", NULL},
	    {"\"voters_max\":1000", "\"voters_max\":\"1000\"", "$.voters_max", NULL},
	    {"\"voters_max\":1000", "\"voters_max\":9223372036854775808", "$", NULL},
	    {"{\"policy\":\"first\"}", "{\"policy\":\"none\"}", "$.revote.policy", NULL},
	    {"{\"policy\":\"first\"}", "{\"policy\":\"first\",\"revisions_max\":1}",
	     "$.revote.revisions_max", NULL},
	    {"{\"policy\":\"first\"}", "{\"policy\":\"last\"}", "$.revote.revisions_max",
	     "is missing"},
	    {"{\"policy\":\"first\"}", "{\"policy\":\"last\",\"revisions_max\":1}",
	     "$.revote.revisions_max", NULL},
	    {"{\"policy\":\"first\"}", "{\"policy\":\"last\",\"revisions_max\":1001}",
	     "$.revote.revisions_max", NULL},
	    {"{\"policy\":\"first\"}", "\"first\"", "$.revote", "is not an object"},
	    {"{\"policy\":\"live\"}", "{\"policy\":\"live\",\"unseal_delay_s\":0}",
	     "$.results.unseal_delay_s", NULL},
	    {"{\"policy\":\"live\"}", "{\"policy\":\"sealed\"}", "$.results.unseal_delay_s",
	     "is missing"},
	    {"{\"policy\":\"live\"}", "{}", "$.results.policy", "is missing"},
	    {"\"every_s\":60", "\"every_s\":0", "$.publishing.every_s", NULL},
	    {"\"every_s\":60", "\"every_s\":3601", "$.publishing.every_s", NULL},
	    {"\"every_s\":60", "\"each_s\":60", "$.publishing.each_s", NULL},
	    {"\"min_ballots\":32", "\"min_ballots\":100001", "$.publishing.min_ballots", NULL},
	    {"\"tally_every_ballots\":10000", "\"tally_every_ballots\":-1",
	     "$.publishing.tally_every_ballots", NULL},
	    {"\"every_s\":60", "\"witness_wait_s\":61", "$.publishing.witness_wait_s", NULL},
	    {"\"test\":true", "\"precedence\":\"paper\"", "$.precedence", NULL},
	    {"\"test\":true", "\"roster\":{\"count\":5}", "$.roster.root", "is missing"},
	    {"\"test\":true", "\"roster\":{\"root\":\"00\",\"count\":5}", "$.roster.root",
	     NULL},
	};

	(void)state;
	ASSERT_REFUSED(NULL, refusals);
}

static void
keys_are_refused(void **state)
{
	static const char other[] = "other.example+00000000+AQ==";
	struct campaign_wish wish = {.frontends = 2};
	struct campaign campaign;
	char *json = campaign_json(&campaign, &wish);
	char vkey[NOTE_VKEY_TEXT_MAX + 1] = {0};
	char log[NOTE_VKEY_TEXT_MAX + 1] = {0};
	struct writer to_vkey = writer_make(vkey, sizeof vkey - 1);
	struct writer to_log = writer_make(log, sizeof log - 1);
	struct note_key renamed;
	char renamed_text[NOTE_VKEY_TEXT_MAX + 1] = {0};
	struct writer to_renamed = writer_make(renamed_text, sizeof renamed_text - 1);
	struct refusal refusals[] = {
	    {vkey, other, "$.frontends[1].key", "is not an Ed25519 key text: NAME+ID+BASE64"},
	    {vkey, log, "$.frontends[1].key", "another key of the campaign has this key's id"},
	    {vkey, renamed_text, "$.frontends[1].key", "this public key is there twice"},
	    {"\"booth\"", "\"paper\"", "$.frontends[1].kind", NULL},
	    {",\"kind\":\"booth\"", "", "$.frontends[1].kind", "is missing"},
	    {",\"kind\":\"booth\"", ",\"colour\":1", "$.frontends[1].colour", NULL},
	    {"\"authorities\":[", "\"authorities\":[7,", "$.authorities[0]", NULL},
	    {"\"authorities\":[", "\"authorities\":[],\"witnesses\":[", "$.authorities", NULL},
	    {"\"signing\":\"frontend\"", "\"signing\":\"voter\"", "$.registrars", "is missing"},
	    {"\"test\":true", "\"registrars\":[\"x\"]", "$.registrars", NULL},
	    {"\"test\":true", "\"witnesses\":[\"x\"]", "$.witnesses[0]", NULL},
	};

	(void)state;
	note_key_write(&to_vkey, &campaign.frontends[1].key);
	note_key_write(&to_log, &campaign.log.key);
	note_key_make(&renamed, BYTES_OF("renamed.example"), campaign.log.key.public_key);
	note_key_write(&to_renamed, &renamed);
	ASSERT_REFUSED(&wish, refusals);
	free(json);
}

static void
bounds_are_kept(void **state)
{
	static const struct refusal many_frontends = {"\"frontends\":[",
						      "\"frontends\":{},\"witnesses\":[",
						      "$.frontends", "is not an array"};
	struct manifest_fault fault;
	uint8_t *large = calloc(1, TALLY_MANIFEST_SIZE_MAX + 1);

	(void)state;
	assert_non_null(large);
	memset(large, ' ', TALLY_MANIFEST_SIZE_MAX + 1);
	assert_null(manifest_parse(bytes_make(large, TALLY_MANIFEST_SIZE_MAX + 1), &fault));
	assert_string_equal(fault.path, "$");
	assert_string_equal(fault.sentence, "is larger than 4 MiB");
	assert_null(manifest_parse(bytes_make(large, TALLY_MANIFEST_SIZE_MAX), &fault));
	assert_string_equal(fault.path, "$");
	assert_null(manifest_parse(BYTES_OF(""), &fault));
	assert_null(manifest_parse(BYTES_OF("[]"), &fault));
	assert_null(manifest_parse(BYTES_OF("7"), &fault));
	assert_refused(NULL, &many_frontends, 1);
	free(large);
}

static void
precedence_is_of_a_kind_of_frontend(void **state)
{
	static const struct refusal lonely = {"\"test\":true", "\"precedence\":\"booth\"",
					      "$.precedence", "no frontend is of this kind"};
	static const struct refusal voters = {"\"test\":true", "\"precedence\":\"online\"",
					      "$.precedence", "applies where frontends sign"};
	struct campaign_wish wish = {.signing = TALLY_SIGNING_VOTER};
	struct manifest *manifest;

	(void)state;
	assert_refused(NULL, &lonely, 1);
	assert_refused(&wish, &voters, 1);
	manifest = assert_accepted(NULL, "\"test\":true", "\"precedence\":\"online\"");
	assert_int_equal(manifest->precedence, MANIFEST_PRECEDENCE_ONLINE);
	manifest_free(manifest);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(everything_is_read),
	    cmocka_unit_test(optional_members_are_read),
	    cmocka_unit_test(id_is_the_hash_of_the_bytes),
	    cmocka_unit_test(shape_is_refused),
	    cmocka_unit_test(long_keys_are_cut_between_characters),
	    cmocka_unit_test(times_are_refused),
	    cmocka_unit_test(numbers_and_choices_are_refused),
	    cmocka_unit_test(keys_are_refused),
	    cmocka_unit_test(bounds_are_kept),
	    cmocka_unit_test(precedence_is_of_a_kind_of_frontend),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
