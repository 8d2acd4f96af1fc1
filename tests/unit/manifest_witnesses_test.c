#include "campaign/manifest.h"

#include "limits.h"
#include "tests/lib/refusal.h"

/* A seed's key as a manifest names it, of either type. */
static void
vkey_of(uint8_t seed_byte, enum note_key_type type, char text[NOTE_VKEY_TEXT_MAX + 1])
{
	uint8_t seed[TALLY_SEED_SIZE] = {seed_byte};
	struct writer to = writer_make(text, NOTE_VKEY_TEXT_MAX);
	struct note_private_key key;

	note_private_key_make_as(&key, type, BYTES_OF("witness.example"), seed);
	note_key_write_as(&to, type, &key.key);
	text[to.size] = 0;
}

static void
witnesses_are_cosigners(void **state)
{
	struct campaign_wish wish = {.witnesses = 2, .witness_wait_s = 7};
	struct campaign campaign;
	char first[NOTE_VKEY_TEXT_MAX + 1] = {0};
	char second[NOTE_VKEY_TEXT_MAX + 1] = {0};
	char ordinary[NOTE_VKEY_TEXT_MAX + 1];
	char frontend[NOTE_VKEY_TEXT_MAX + 1] = {0};
	char frontend_cosigns[NOTE_VKEY_TEXT_MAX + 1] = {0};
	struct writer to_first = writer_make(first, sizeof first - 1);
	struct writer to_second = writer_make(second, sizeof second - 1);
	struct writer to_frontend = writer_make(frontend, sizeof frontend - 1);
	struct writer to_cosigns = writer_make(frontend_cosigns, sizeof frontend_cosigns - 1);
	struct note_key again;
	const struct refusal refusals[] = {
	    {second, first, "$.witnesses[1]", "another key of the campaign has this key's id"},
	    {second, ordinary, "$.witnesses[1]",
	     "is not a cosigner's key text: NAME+ID+BASE64, type 04"},
	    {second, frontend_cosigns, "$.witnesses[1]", "this public key is there twice"},
	    {frontend, second, "$.frontends[0].key",
	     "is not an Ed25519 key text: NAME+ID+BASE64"},
	    {"\"witness_wait_s\":7", "\"witness_wait_s\":0", "$.publishing.witness_wait_s",
	     "the witnesses need at least 1"},
	    {",\"witness_wait_s\":7", "", "$.publishing.witness_wait_s",
	     "the witnesses need at least 1"},
	    {"\"witness_wait_s\":7", "\"witness_wait_s\":61", "$.publishing.witness_wait_s",
	     NULL},
	};

	(void)state;
	campaign_make(&campaign, &wish);
	assert_int_equal(campaign.manifest->witnesses_count, 2);
	assert_int_equal(campaign.manifest->witness_wait_s, 7);
	assert_memory_equal(&campaign.manifest->witnesses[1], &campaign.witnesses[1].key,
			    sizeof campaign.witnesses[1].key);
	note_key_write_as(&to_first, NOTE_KEY_COSIGNER, &campaign.witnesses[0].key);
	note_key_write_as(&to_second, NOTE_KEY_COSIGNER, &campaign.witnesses[1].key);
	note_key_write(&to_frontend, &campaign.frontends[0].key);
	note_key_make_as(&again, NOTE_KEY_COSIGNER, BYTES_OF("witness.example"),
			 campaign.frontends[0].key.public_key);
	note_key_write_as(&to_cosigns, NOTE_KEY_COSIGNER, &again);
	vkey_of('z', NOTE_KEY_ED25519, ordinary);
	ASSERT_REFUSED(&wish, refusals);
	campaign_free(&campaign);
}

static void
nobody_waits_for_no_witness(void **state)
{
	static const struct refusal refusals[] = {
	    {"\"every_s\":60", "\"witness_wait_s\":1", "$.publishing.witness_wait_s",
	     "there are no witnesses to wait for"},
	    {"\"every_s\":60", "\"witness_wait_s\":1,\"witnesses\":[]",
	     "$.publishing.witnesses", NULL},
	};

	(void)state;
	ASSERT_REFUSED(NULL, refusals);
	manifest_free(assert_accepted(NULL, "\"every_s\":60", "\"witness_wait_s\":0"));
}

/* Their lines and the log's own, with the longest names, fit a checkpoint (limits.h). */
static void
so_many_witnesses_and_no_more(void **state)
{
	char list[(witnesses_max + 1) * (NOTE_VKEY_TEXT_MAX + 4) + 64];
	const struct campaign_wish wish = {.witnesses = 1};

	(void)state;
	for (size_t count = witnesses_max; count <= witnesses_max + 1; count++) {
		struct writer to = writer_make(list, sizeof list - 1);
		char one[NOTE_VKEY_TEXT_MAX + 1];
		const struct refusal refusal = {"\"witnesses\":[", list, "$.witnesses", NULL};

		writer_string(&to, "\"witnesses\":[");
		for (size_t i = 1; i < count; i++) {
			vkey_of((uint8_t)i, NOTE_KEY_COSIGNER, one);
			writer_string(&to, "\"");
			writer_string(&to, one);
			writer_string(&to, "\",");
		}
		list[to.size] = 0;
		if (count == witnesses_max)
			manifest_free(assert_accepted(&wish, refusal.find, list));
		else
			assert_refused(&wish, &refusal, 1);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(witnesses_are_cosigners),
	    cmocka_unit_test(nobody_waits_for_no_witness),
	    cmocka_unit_test(so_many_witnesses_and_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
