/* Ballots that an operator could enter and sign, and the audit refuses. */
#include <sodium.h>

#include "ballot/certificate.h"
#include "tests/lib/tamper.h"

static const struct campaign_wish first = {0};
static const struct campaign_wish last = {.revisions_max = 5};
static const struct campaign_wish one_choice = {.max = 1};
static const struct campaign_wish crowded = {.voters_max = 500};
static const struct campaign_wish voters = {.signing = TALLY_SIGNING_VOTER, .revisions_max = 5};

/* In the story's `first` form: entries 0 manifest, 1 PHASE, 2 + v the voters, 302 TALLY, 303
 * NOTICE, 304 + v - 300 the later voters, 644 PHASE, 645 TALLY. */

static void
change_signature(struct test_log *log)
{
	tamper_flip(log, 52, test_log_entry(log, 52).size - 1);
}

static void
change_choice(struct test_log *log)
{
	tamper_flip(log, 4, 1 + BALLOT_CHOICES_OFFSET + 3);
}

static void
change_tag(struct test_log *log)
{
	tamper_flip(log, 52, 1 + 48);
}

static void
vote_as(struct test_log *log, const char *name, uint8_t secret_seed)
{
	struct note_private_key kept = log->campaign.frontends[0];
	struct note_private_key other;
	const uint8_t seed[TALLY_SEED_SIZE] = {secret_seed};

	note_private_key_make(&other, bytes_of_string(name), seed);
	log->campaign.frontends[0] = other;
	log->campaign.frontends[0].key.id = name[0] == 'k' ? kept.key.id : other.key.id;
	tamper_where = (long)story_vote(log, STORY_STRANGER, 1);
	log->campaign.frontends[0] = kept;
}

static void
unknown_frontend(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		vote_as(log, "stranger.example", 77);
}

static void
forged_frontend(struct test_log *log, enum story_point point)
{
	if (point == STORY_LATE)
		vote_as(log, "known-id.example", 78);
}

static void
other_campaign(struct test_log *log, enum story_point point)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes ballot;

	if (point != STORY_OPEN)
		return;
	log->campaign.manifest->id[3] ^= 1;
	ballot = story_ballot(log, STORY_STRANGER, 1, memory);
	log->campaign.manifest->id[3] ^= 1;
	tamper_where = (long)test_log_ballot(log, ballot);
}

static void
vote(struct test_log *log, uint16_t district, uint16_t revision,
     const struct campaign_choice *choices, size_t count)
{
	const struct campaign_vote wished = {.voter = STORY_STRANGER,
					     .revision = revision,
					     .district = district,
					     .choices = choices,
					     .choices_count = count};

	tamper_where = (long)test_log_vote(log, &wished);
}

static void
too_many_choices(struct test_log *log, enum story_point point)
{
	const struct campaign_choice choices[] = {{0, 0, 1}, {0, 1, 1}};

	if (point == STORY_OPEN)
		vote(log, 0, 1, choices, 2);
}

static void
unknown_option(struct test_log *log, enum story_point point)
{
	const struct campaign_choice choice = {0, 3, 1};

	if (point == STORY_OPEN)
		vote(log, 0, 1, &choice, 1);
}

static void
descending_options(struct test_log *log, enum story_point point)
{
	const struct campaign_choice choices[] = {{0, 1, 1}, {0, 0, 1}};

	if (point == STORY_OPEN)
		vote(log, 0, 1, choices, 2);
}

static void
option_twice(struct test_log *log, enum story_point point)
{
	const struct campaign_choice choices[] = {{0, 1, 1}, {0, 1, 1}};

	if (point == STORY_OPEN)
		vote(log, 0, 1, choices, 2);
}

static void
weighty_value(struct test_log *log, enum story_point point)
{
	const struct campaign_choice choice = {0, 1, 1000};

	if (point == STORY_OPEN)
		vote(log, 0, 1, &choice, 1);
}

static void
blank_vote(struct test_log *log, enum story_point point)
{
	const struct campaign_choice choice = {0, TALLY_CHOICES_BLANK, 0};

	if (point == STORY_OPEN)
		vote(log, 0, 1, &choice, 1);
}

static void
unknown_district(struct test_log *log, enum story_point point)
{
	const struct campaign_choice choice = {0, 1, 1};

	if (point == STORY_OPEN)
		vote(log, 1, 1, &choice, 1);
}

static void
high_revision(struct test_log *log, enum story_point point)
{
	const struct campaign_choice choice = {0, 1, 1};

	if (point == STORY_OPEN)
		vote(log, 0, 6, &choice, 1);
}

static void
second_revision_under_first(struct test_log *log, enum story_point point)
{
	const struct campaign_choice choice = {0, 1, 1};

	if (point == STORY_OPEN)
		vote(log, 0, 2, &choice, 1);
}

static void
cut_ballot(struct test_log *log)
{
	tamper_resize(log, 60, test_log_entry(log, 60).size - 70);
}

static void
long_ballot(struct test_log *log)
{
	tamper_resize(log, 60, test_log_entry(log, 60).size + 1);
}

static void
no_ballot(struct test_log *log)
{
	tamper_resize(log, 60, 1);
}

static void
newer_ballot(struct test_log *log)
{
	tamper_flip(log, 60, 1 + 14);
}

static void
again(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		tamper_where = (long)story_vote(log, 9, 1);
}

static void
going_down(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		(void)story_vote(log, STORY_STRANGER, 3);
	if (point == STORY_LATE)
		tamper_where = (long)story_vote(log, STORY_STRANGER, 2);
}

static void
same_revision(struct test_log *log, enum story_point point)
{
	const struct campaign_choice choices[] = {{0, 1, 1}, {0, 2, 1}};

	if (point == STORY_OPEN)
		(void)story_vote(log, STORY_STRANGER, 1);
	if (point == STORY_LATE)
		vote(log, 0, 1, choices, 2);
}

static void
in_other_order(struct test_log *log)
{
	/* Voters 20 and above vote again when the voter ten places on has voted. */
	size_t earlier = 0;
	size_t later = 0;
	uint8_t tag[TALLY_TAG_SIZE];

	campaign_tag(20, tag);
	for (size_t i = 0; i < log->count; i++) {
		struct bytes entry = test_log_entry(log, i);

		if (entry.size < 100 || memcmp(entry.data + 1 + 48, tag, sizeof tag) != 0)
			continue;
		earlier = earlier == 0 ? i : earlier;
		later = i;
	}
	assert_true(later > earlier);
	test_log_swap(log, earlier, later);
	tamper_where = (long)later;
}

static void
too_many_voters(struct test_log *log)
{
	(void)log;
	tamper_where = 304 + 200;
}

static void
certified(struct test_log *log, uint64_t tag_of, uint64_t key_of, uint64_t serial,
	  uint16_t revision, const struct note_private_key *registrar)
{
	uint8_t ballot[TALLY_BALLOT_SIZE_MAX];
	struct writer writer = writer_make(ballot, sizeof ballot);
	struct ballot_certificate certificate = {.serial = serial,
						 .registrar = registrar->key.id};
	const struct ballot_choice choice = {1, 1};
	uint8_t seed[TALLY_SEED_SIZE] = {'k'};
	uint8_t secret[64];
	struct ballot_head head = {log->campaign.manifest->id, certificate.tag, revision, 0,
				   TALLY_SIGNING_VOTER};

	be64_store(seed + 1, key_of);
	crypto_sign_seed_keypair(certificate.voter_key, secret, seed);
	campaign_tag(tag_of, certificate.tag);
	memcpy(certificate.campaign, log->campaign.manifest->id, TALLY_HASH_SIZE);
	certificate_sign(&certificate, registrar->secret);
	ballot_head_write(&writer, &head);
	ballot_choices_write(&writer, &choice, 1);
	ballot_voter_sign(&writer, &certificate, secret);
	tamper_where = (long)test_log_ballot(log, writer_view(&writer));
}

static void
older_certificate(struct test_log *log, enum story_point point)
{
	const struct note_private_key *registrar = &log->campaign.registrars[0];

	if (point == STORY_OPEN)
		certified(log, STORY_STRANGER, 1, 5, 1, registrar);
	if (point == STORY_OPEN)
		certified(log, STORY_STRANGER, 2, 7, 2, registrar);
	if (point == STORY_LATE)
		certified(log, STORY_STRANGER, 1, 6, 3, registrar);
}

static void
key_on_two_tags(struct test_log *log, enum story_point point)
{
	const struct note_private_key *registrar = &log->campaign.registrars[0];

	if (point == STORY_OPEN)
		certified(log, STORY_STRANGER, 1, 1, 1, registrar);
	if (point == STORY_OPEN)
		certified(log, STORY_STRANGER, 2, 2, 2, registrar);
	if (point == STORY_LATE)
		certified(log, STORY_STRANGER + 1, 1, 1, 1, registrar);
}

static void
serial_of_two_keys(struct test_log *log, enum story_point point)
{
	const struct note_private_key *registrar = &log->campaign.registrars[0];

	if (point == STORY_OPEN)
		certified(log, STORY_STRANGER, 1, 5, 1, registrar);
	if (point == STORY_LATE)
		certified(log, STORY_STRANGER, 2, 5, 2, registrar);
}

static void
unknown_registrar(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		certified(log, STORY_STRANGER, 1, 1, 1, &log->campaign.frontends[0]);
}

static void
forged_certificate(struct test_log *log, enum story_point point)
{
	struct note_private_key forger = log->campaign.frontends[0];

	forger.key.id = log->campaign.registrars[0].key.id;
	if (point == STORY_OPEN)
		certified(log, STORY_STRANGER, 1, 1, 1, &forger);
}

static const struct tamper cases[] = {
    {"a bit of a signature", &first, NULL, change_signature, AUDIT_SIGNATURES, "bad-signature"},
    {"another choice", &first, NULL, change_choice, AUDIT_SIGNATURES, "bad-signature"},
    {"another tag", &first, NULL, change_tag, AUDIT_SIGNATURES, "bad-signature"},
    {"a signer not listed", &first, unknown_frontend, NULL, AUDIT_SIGNATURES, "unknown-signer"},
    {"a forged signer", &first, forged_frontend, NULL, AUDIT_SIGNATURES, "bad-signature"},
    {"another campaign", &first, other_campaign, NULL, AUDIT_RULES, "wrong-campaign"},
    {"too many choices", &one_choice, too_many_choices, NULL, AUDIT_RULES, "too-many-choices"},
    {"an unknown option", &first, unknown_option, NULL, AUDIT_RULES, "unknown-option"},
    {"options descending", &first, descending_options, NULL, AUDIT_RULES, "not-canonical"},
    {"an option twice", &first, option_twice, NULL, AUDIT_RULES, "not-canonical"},
    {"a weighty value", &first, weighty_value, NULL, AUDIT_RULES, "not-canonical"},
    {"a blank vote", &first, blank_vote, NULL, AUDIT_RULES, "blank-not-allowed"},
    {"an unknown district", &first, unknown_district, NULL, AUDIT_RULES, "unknown-district"},
    {"a high revision", &last, high_revision, NULL, AUDIT_RULES, "bad-revision"},
    {"a revision under `first`", &first, second_revision_under_first, NULL, AUDIT_VOTES,
     "no ballot before that it could follow"},
    {"a cut ballot", &first, NULL, cut_ballot, AUDIT_RULES, "malformed"},
    {"a longer ballot", &first, NULL, long_ballot, AUDIT_RULES, "malformed"},
    {"an empty ballot", &first, NULL, no_ballot, AUDIT_RULES, "malformed"},
    {"a ballot of the future", &first, NULL, newer_ballot, AUDIT_RULES, "unknown-version"},
    {"a ballot again, `first`", &first, again, NULL, AUDIT_VOTES, "before, at entry 11"},
    {"a ballot again, `last`", &last, again, NULL, AUDIT_VOTES,
     "its revision 1 is not above the revision 1"},
    {"a lower revision", &last, going_down, NULL, AUDIT_VOTES, "2 is not above the revision 3"},
    {"the same revision", &last, same_revision, NULL, AUDIT_VOTES, "not above the revision 1"},
    {"two revisions exchanged", &last, NULL, in_other_order, AUDIT_VOTES,
     "its revision 1 is not above the revision 2"},
    {"too many voters", &crowded, NULL, too_many_voters, AUDIT_VOTERS,
     "the manifest allows 500"},
    {"an older certificate", &voters, older_certificate, NULL, AUDIT_KEYS,
     "serial 6 is below the 7"},
    {"a voter key on two tags", &voters, key_on_two_tags, NULL, AUDIT_KEYS,
     "its voter key serves another voter tag"},
    {"a serial of two keys", &voters, serial_of_two_keys, NULL, AUDIT_KEYS,
     "serial 5 is another voter key's"},
    {"a registrar not listed", &voters, unknown_registrar, NULL, AUDIT_SIGNATURES,
     "bad-certificate"},
    {"a forged certificate", &voters, forged_certificate, NULL, AUDIT_SIGNATURES,
     "bad-certificate"},
};

static void
names_entry_and_rule(void **state)
{
	(void)state;
	tamper_run(cases, sizeof cases / sizeof *cases);
}

/* Of several faults each check names its first. */
static void
names_the_first_of_several(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, NULL, NULL);
	for (long i = 500; i >= 20; i -= 60)
		tamper_flip(&scene.log, i, test_log_entry(&scene.log, (size_t)i).size - 1);
	tamper_flip(&scene.log, 400, 1 + 14);
	scene_publish(&scene);
	scene.options.jobs = 4;
	scene_audit(&scene);
	assert_found(&scene, AUDIT_SIGNATURES, 20, "bad-signature");
	assert_found(&scene, AUDIT_RULES, 400, "unknown-version");
	assert_false(scene.audit.counted);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_entry_and_rule),
	    cmocka_unit_test(names_the_first_of_several),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
