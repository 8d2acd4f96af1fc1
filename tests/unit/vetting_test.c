/* Copies of logs that are signed and should not have been: each is refused at its entry. */
#include "tests/lib/test.h"

#include "shell/vetting.h"
#include "tests/lib/relic.h"
#include "tests/lib/sheets.h"
#include "tests/lib/tamper.h"

static const struct campaign_wish first = {0};
static const struct campaign_wish last = {.revisions_max = 5};
static const struct campaign_wish booths = {.frontends = 2};
static const struct campaign_wish listed = {.roster = 700};
static struct relic relic;

static int
vet(void)
{
	struct copy copy;
	struct vetting vetting = {.copy = &copy, .workers_count = 2};
	int status = copy_open(&copy, relic.copy, &relic.founded.log.campaign.log.key);

	assert_int_equal(status, DISK_OK);
	status = vetting_begin(&vetting);
	vetting.start.registry.roster = relic.founded.log.campaign.roster;
	if (status == DISK_OK)
		status = vetting_run(&vetting);
	vetting_end(&vetting);
	copy_close(&copy);
	return status;
}

struct lie {
	const char *name;
	const struct campaign_wish *wish;
	story_hook *hook;
	void (*change)(struct test_log *log);
	const char *words;
};

static void
second_vote(struct test_log *log, enum story_point point)
{
	if (point == STORY_LATE)
		tamper_where = (long)story_vote(log, 7, 1);
}

static void
lower_revision(struct test_log *log, enum story_point point)
{
	if (point == STORY_LATE)
		tamper_where = (long)story_vote(log, 0, 1);
}

static void
early_vote(struct test_log *log, enum story_point point)
{
	if (point == STORY_BEFORE)
		tamper_where = (long)story_vote(log, STORY_STRANGER, 1);
}

static void
late_vote(struct test_log *log, enum story_point point)
{
	if (point == STORY_CLOSED)
		tamper_where = (long)story_vote(log, STORY_STRANGER, 1);
}

/* A notice whose signer the campaign does not know. */
static void
usurped_notice(struct test_log *log, enum story_point point)
{
	struct note_private_key kept = log->campaign.authorities[0];
	const uint8_t seed[TALLY_SEED_SIZE] = {99};

	if (point != STORY_LATE)
		return;
	note_private_key_make(&log->campaign.authorities[0], BYTES_OF("usurper.example"), seed);
	tamper_where = (long)test_log_notice(log, TALLY_NOTICE_CLOSE, NULL);
	log->campaign.authorities[0] = kept;
}

static void
flipped_signature(struct test_log *log)
{
	tamper_flip(log, 52, test_log_entry(log, 52).size - 1);
}

/* Both in one bundle: the earlier one is named. */
static void
two_signatures(struct test_log *log)
{
	tamper_flip(log, 60, test_log_entry(log, 60).size - 1);
	flipped_signature(log);
}

static void
flipped_choice(struct test_log *log)
{
	tamper_flip(log, 400, 1 + BALLOT_CHOICES_OFFSET + 3);
}

static void
flipped_notice(struct test_log *log)
{
	tamper_flip(log, (long)test_log_find(log, TALLY_ENTRY_NOTICE, 0), 100);
}

static void
forged_tally(struct test_log *log)
{
	tamper_flip(log, (long)test_log_find(log, TALLY_ENTRY_TALLY, 0), 60);
}

static void
unknown_kind(struct test_log *log)
{
	const uint8_t entry[] = {77};

	tamper_where = 100;
	test_log_replace(log, 100, bytes_make(entry, sizeof entry));
}

static void
no_opening(struct test_log *log)
{
	tamper_where = 1;
	test_log_drop(log, 1);
}

static void
no_campaign(struct test_log *log)
{
	tamper_where = 0;
	test_log_drop(log, 0);
}

/* Two voters' ballots, by tag; then whatever of frontend 0 is left of the first hundred. */
static void
voids(struct test_log *log, enum story_point point)
{
	const uint64_t voters[] = {0, 1};

	if (point != STORY_LATE)
		return;
	test_log_void(log, NOTICE_AGAIN, voters, 2);
	test_log_tally(log);
	test_log_sweep(log, NOTICE_BARRED, 0, 0, 100);
	test_log_tally(log);
}

static void
void_of_nobody(struct test_log *log, enum story_point point)
{
	const uint64_t voter = STORY_STRANGER;

	if (point == STORY_LATE)
		tamper_where = (long)test_log_void(log, NOTICE_AGAIN, &voter, 1);
}

static void
enter_sheet(struct test_log *log, unsigned flipped)
{
	const struct sheet_wish wish = {.number = 1,
					.papers = 9,
					.frontend = 1,
					.contests_count = 1,
					.contests = {{9, 0, 1, {{1, 9, 9}}}}};
	uint8_t entry[1 + TALLY_SHEET_SIZE_MAX] = {TALLY_ENTRY_SHEET};
	struct bytes sheet = sheet_made(&log->campaign, &wish, entry + 1);

	entry[sheet.size] ^= (uint8_t)flipped;
	tamper_where = (long)test_log_append(log, bytes_make(entry, 1 + sheet.size));
	test_log_tally(log);
}

static void
forged_sheet(struct test_log *log, enum story_point point)
{
	if (point == STORY_LATE)
		enter_sheet(log, 1);
}

static void
sheet(struct test_log *log, enum story_point point)
{
	if (point == STORY_LATE)
		enter_sheet(log, 0);
}

static void
enrol(struct test_log *log, uint64_t voter)
{
	uint8_t enrolment[NOTICE_ENROLMENT_SIZE] = {0};
	uint8_t body[TALLY_NOTICE_SIZE_MAX];
	struct writer writer = writer_make(body, sizeof body);

	campaign_tag(voter, enrolment);
	notice_enrol_write(&writer, enrolment, 1);
	tamper_where = (long)test_log_order(log, TALLY_NOTICE_ENROL, writer_view(&writer));
}

static void
unlisted_vote(struct test_log *log, enum story_point point)
{
	if (point == STORY_LATE)
		tamper_where = (long)story_vote(log, STORY_STRANGER, 1);
}

static void
enrolled_vote(struct test_log *log, enum story_point point)
{
	if (point != STORY_LATE)
		return;
	enrol(log, STORY_STRANGER);
	story_vote(log, STORY_STRANGER, 1);
}

static void
enrolled_though_listed(struct test_log *log, enum story_point point)
{
	if (point == STORY_LATE)
		enrol(log, 5);
}

static const struct lie lies[] = {
    {"second vote", &first, second_vote, NULL, "a voter has a second ballot"},
    {"lower revision", &last, lower_revision, NULL, "a voter has a second ballot"},
    {"vote before the opening", &first, early_vote, NULL, "phase"},
    {"vote behind the close", &first, late_vote, NULL, "phase"},
    {"notice by a stranger", &first, usurped_notice, NULL, "signing key is not listed"},
    {"signature of a ballot", &first, NULL, flipped_signature, "signature does not verify"},
    {"signatures of two ballots", &first, NULL, two_signatures, "signature does not verify"},
    {"choice of a ballot", &first, NULL, flipped_choice, ""},
    {"notice changed", &first, NULL, flipped_notice, ""},
    {"void of nobody", &first, void_of_nobody, NULL, "takes out what is not there"},
    {"signature of a sheet", &booths, forged_sheet, NULL, "signature does not verify"},
    {"vote off the roster", &listed, unlisted_vote, NULL, "not on the roster"},
    {"enrolment of a listed voter", &listed, enrolled_though_listed, NULL,
     "enrols a voter who is on the roster"},
    {"forged tally", &first, NULL, forged_tally, "recount"},
    {"unknown kind", &first, NULL, unknown_kind, ""},
    {"no opening", &first, NULL, no_opening, ""},
    {"no campaign", &first, NULL, no_campaign, "does not begin with a campaign"},
};

static void
lies_are_named(void **state)
{
	char entry[64];

	(void)state;
	for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
		const struct lie *lie = &lies[i];

		print_message("%s\n", lie->name);
		tamper_where = -1;
		relic_make_changed(&relic, lie->wish, lie->hook, lie->change);
		assert_int_equal(vet(), DISK_DAMAGED);
		snprintf(entry, sizeof entry, "entry %ld: ", tamper_where);
		if (strstr(disk_error(), entry) == NULL ||
		    strstr(disk_error(), lie->words) == NULL)
			fail_msg("at entry %ld it says: %s", tamper_where, disk_error());
		relic_free(&relic);
	}
}

static void
honest_ones_pass(void **state)
{
	static const struct campaign_wish wishes[] = {
	    {0}, {.revisions_max = 5}, {.signing = TALLY_SIGNING_VOTER}};

	(void)state;
	for (size_t i = 0; i < sizeof wishes / sizeof *wishes; i++) {
		relic_make(&relic, &wishes[i], voids);
		if (vet() != DISK_OK)
			fail_msg("%s", disk_error());
		relic_free(&relic);
	}
}

static void
honest_ones_of_other_kinds_pass(void **state)
{
	(void)state;
	relic_make(&relic, &booths, sheet);
	if (vet() != DISK_OK)
		fail_msg("%s", disk_error());
	relic_free(&relic);
	relic_make(&relic, &listed, enrolled_vote);
	if (vet() != DISK_OK)
		fail_msg("%s", disk_error());
	relic_free(&relic);
}

/* Entries other than the signed ones, each of them valid: only the root tells. */
static void
root_is_another(void **state)
{
	char path[400];
	struct bytes note;
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];

	(void)state;
	relic_make(&relic, &first, NULL);
	test_log_swap(&relic.founded.log, 10, 11);
	note = test_log_checkpoint(&relic.founded.log, relic.founded.log.count, memory);
	snprintf(path, sizeof path, "%s", relic.copy);
	test_file_write(path, "checkpoint", note);
	assert_int_equal(vet(), DISK_DAMAGED);
	assert_non_null(strstr(disk_error(), "its own checkpoint"));
	relic_free(&relic);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(honest_ones_pass),
	    cmocka_unit_test(honest_ones_of_other_kinds_pass),
	    cmocka_unit_test(lies_are_named),
	    cmocka_unit_test(root_is_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
