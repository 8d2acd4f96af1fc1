/* Notices, phases, tallies and manifests that an operator could enter and sign, and the audit
 * refuses. */
#include <sodium.h>

#include "ballot/sheet.h"
#include "tests/lib/tamper.h"

static const struct campaign_wish first = {0};
static const struct campaign_wish booth = {.frontends = 2};
static const struct campaign_wish parts = {.options = 2000, .max = 5};

/* In the story's `first` form: entries 0 manifest, 1 PHASE, 2 + v the voters, 302 TALLY, 303
 * NOTICE, 304 + v - 300 the later voters, 644 PHASE, 645 TALLY. */

static void
before_opening(struct test_log *log, enum story_point point)
{
	if (point == STORY_BEFORE)
		tamper_where = (long)story_vote(log, STORY_STRANGER, 1);
}

static void
after_closing(struct test_log *log, enum story_point point)
{
	if (point == STORY_CLOSED)
		tamper_where = (long)story_vote(log, STORY_STRANGER, 1);
}

static void
opened_early(struct test_log *log, enum story_point point)
{
	if (point == STORY_BEFORE)
		tamper_where = (long)test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK,
						    "2026-01-01T07:59:00Z");
}

static void
closed_early(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		tamper_where = (long)test_log_phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK,
						    "2026-01-31T19:59:00Z");
}

static void
closed_before_extension(struct test_log *log, enum story_point point)
{
	if (point == STORY_LATE)
		tamper_where = (long)test_log_phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK,
						    STORY_CLOSES);
}

static void
opened_twice(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		tamper_where = (long)test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK,
						    "2026-01-02T08:00:00Z");
}

static void
clock_goes_back(struct test_log *log, enum story_point point)
{
	if (point != STORY_CLOSED)
		return;
	(void)test_log_notice(log, TALLY_NOTICE_EXTEND, "2026-02-03T20:00:00Z");
	tamper_where = (long)test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE,
					    "2026-02-01T20:00:00Z");
}

static void
closed_by_no_notice(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		tamper_where = (long)test_log_phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE,
						    "2026-01-05T20:00:00Z");
}

static void
vote_where_phase_is_owed(struct test_log *log, enum story_point point)
{
	if (point != STORY_LATE)
		return;
	(void)test_log_notice(log, TALLY_NOTICE_CLOSE, NULL);
	tamper_where = (long)story_vote(log, STORY_STRANGER, 1);
}

static void
change_notice(struct test_log *log)
{
	tamper_flip(log, 303, test_log_entry(log, 303).size - 1);
}

static void
change_notice_body(struct test_log *log)
{
	tamper_flip(log, 303, 1 + 87 + 5);
}

static void
cut_notice(struct test_log *log)
{
	tamper_resize(log, 303, test_log_entry(log, 303).size - 1);
}

static void
extend_again(struct test_log *log)
{
	tamper_where = (long)test_log_notice(log, TALLY_NOTICE_EXTEND, "2026-02-04T20:00:00Z");
}

static void
notice_of_frontend(struct test_log *log, enum story_point point)
{
	struct note_private_key kept = log->campaign.authorities[0];

	if (point != STORY_LATE)
		return;
	log->campaign.authorities[0] = log->campaign.frontends[0];
	extend_again(log);
	log->campaign.authorities[0] = kept;
}

static void
notice_number_skipped(struct test_log *log, enum story_point point)
{
	if (point != STORY_LATE)
		return;
	log->notices_count++;
	extend_again(log);
}

static void
notice_number_again(struct test_log *log, enum story_point point)
{
	if (point != STORY_LATE)
		return;
	log->notices_count--;
	extend_again(log);
}

static void
notice_of_other_history(struct test_log *log, enum story_point point)
{
	if (point != STORY_LATE)
		return;
	log->last_notice[200 % log->last_notice_size] ^= 1;
	extend_again(log);
}

/* A second notice, as an entry that is not appended yet. */
static size_t
next_notice(const struct test_log *log, uint8_t *entry, size_t capacity)
{
	struct bytes previous = bytes_make(log->last_notice, log->last_notice_size);

	entry[0] = TALLY_ENTRY_NOTICE;
	return 1 + campaign_notice(&log->campaign, previous, 2, TALLY_NOTICE_EXTEND, 2000000040,
				   entry + 1, capacity - 1)
		       .size;
}

static void
notice_of_other_campaign(struct test_log *log, enum story_point point)
{
	uint8_t *id = log->campaign.manifest->id;
	uint8_t entry[256];
	size_t size;

	if (point != STORY_LATE)
		return;
	id[0] ^= 1;
	size = next_notice(log, entry, sizeof entry);
	id[0] ^= 1;
	tamper_where = (long)test_log_append(log, bytes_make(entry, size));
}

static void
extend_backwards(struct test_log *log, enum story_point point)
{
	if (point == STORY_LATE)
		tamper_where = (long)test_log_notice(log, TALLY_NOTICE_EXTEND, STORY_CLOSES);
}

static void
close_twice(struct test_log *log, enum story_point point)
{
	if (point == STORY_CLOSED)
		tamper_where = (long)test_log_notice(log, TALLY_NOTICE_CLOSE, NULL);
}

static void
tally_of_another_index(struct test_log *log)
{
	tamper_flip(log, 302, 1 + 7);
}

static void
tally_of_another_hash(struct test_log *log)
{
	tamper_flip(log, 645, ENTRY_TALLY_SIZE - 1);
}

static void
tally_of_another_salt(struct test_log *log)
{
	tamper_flip(log, 302, 1 + 8);
}

/* One vote is moved to the next option, in the text and in its hash. */
static void
tally_moved(struct test_log *log)
{
	char *text = log->entries[302].text;
	char *votes = strstr(text, "option o0 votes 100 ");
	size_t size;
	uint8_t *entry = tamper_copy(log, 302, &size);

	assert_non_null(votes);
	memcpy(votes, "option o0 votes 101 ", 20);
	counts_text_hash(bytes_of_string(text), entry + 9, entry + 9 + 32);
	test_log_replace(log, 302, bytes_make(entry, size));
}

static void
drop_ballot(struct test_log *log)
{
	test_log_drop(log, 100);
	tamper_where = 301;
}

static void
append_kind(struct test_log *log, uint8_t kind, size_t size)
{
	uint8_t entry[128] = {kind};

	assert_true(size <= sizeof entry);
	tamper_where = (long)test_log_append(log, bytes_make(entry, size));
}

static void
unknown_kind(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		append_kind(log, 7, 40);
}

static void
sheet_without_shape(struct test_log *log, enum story_point point)
{
	if (point == STORY_END)
		append_kind(log, TALLY_ENTRY_SHEET, 40);
}

/* A sheet of three papers, that names one frontend and is signed by another. */
static void
append_sheet(struct test_log *log, size_t named, size_t signer)
{
	const struct campaign *campaign = &log->campaign;
	const struct sheet_head head = {.campaign = campaign->manifest->id,
					.number = 1,
					.papers = 3,
					.counted_by = BYTES_OF("table 4")};
	const struct sheet_row row = {.votes = 3, .score = 3};
	uint8_t memory[512] = {TALLY_ENTRY_SHEET};
	struct writer writer = writer_make(memory + 1, sizeof memory - 1);

	sheet_head_write(&writer, &head);
	sheet_contest_write(&writer, 3, 0, &row, 1);
	sheet_sign(&writer, campaign->frontends[named].key.id,
		   campaign->frontends[signer].secret);
	assert_false(writer.failed);
	tamper_where = (long)test_log_append(log, bytes_make(memory, writer.size + 1));
}

static void
forged_sheet(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		append_sheet(log, 1, 0);
}

static void
sheet_of_no_booth(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		append_sheet(log, 0, 0);
}

static void
sheet_twice(struct test_log *log, enum story_point point)
{
	if (point != STORY_OPEN)
		return;
	append_sheet(log, 1, 1);
	append_sheet(log, 1, 1);
}

static void
empty_entry(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		append_kind(log, 0, 0);
}

static void
phase_without_shape(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		append_kind(log, TALLY_ENTRY_PHASE, ENTRY_PHASE_SIZE);
}

static void
tally_without_shape(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		append_kind(log, TALLY_ENTRY_TALLY, ENTRY_TALLY_SIZE + 1);
}

static void
manifest_again(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		tamper_where = (long)test_log_append(log, test_log_entry(log, 0));
}

static void
manifest_missing(struct test_log *log)
{
	test_log_drop(log, 0);
	tamper_where = 0;
}

static void
manifest_cut(struct test_log *log)
{
	tamper_resize(log, 0, test_log_entry(log, 0).size - 10);
}

/* A second part stands in the place of the first. */
static void
manifest_parts(struct test_log *log)
{
	size_t size;
	uint8_t *entry = tamper_copy(log, 0, &size);

	be16_store(entry + 1, 1);
	be16_store(entry + 3, 2);
	test_log_replace(log, 0, bytes_make(entry, 100));
}

static void
parts_swapped(struct test_log *log)
{
	test_log_swap(log, 0, 1);
	tamper_where = 0;
}

static void
part_missing(struct test_log *log)
{
	test_log_drop(log, 1);
	tamper_where = 1;
}

/* The last TALLY gives way to something else that may follow a close. */
static void
no_last_tally(struct test_log *log)
{
	uint8_t entry[256];

	test_log_replace(log, 645, bytes_make(entry, next_notice(log, entry, sizeof entry)));
	free(log->entries[645].text);
	log->entries[645].text = NULL;
	tamper_where = 645;
}

static const struct tamper cases[] = {
    {"a vote before opening", &first, before_opening, NULL, AUDIT_OPEN,
     "outside an open phase"},
    {"a vote after the close", &first, after_closing, NULL, AUDIT_OPEN,
     "outside an open phase"},
    {"opened early", &first, opened_early, NULL, AUDIT_PHASES, "clock rule"},
    {"closed early", &first, closed_early, NULL, AUDIT_PHASES, "clock rule"},
    {"closed in spite of a notice", &first, closed_before_extension, NULL, AUDIT_PHASES,
     "clock rule"},
    {"opened twice", &first, opened_twice, NULL, AUDIT_PHASES, "no such change"},
    {"a clock going back", &first, clock_goes_back, NULL, AUDIT_PHASES, "clock rule"},
    {"closed by no notice", &first, closed_by_no_notice, NULL, AUDIT_PHASES, "no such change"},
    {"a phase owed", &first, vote_where_phase_is_owed, NULL, AUDIT_PHASES, "was owed here"},
    {"a bit of a notice's signature", &first, NULL, change_notice, AUDIT_NOTICES,
     "bad-signature"},
    {"a bit of a notice", &first, NULL, change_notice_body, AUDIT_NOTICES, "the notice is"},
    {"a cut notice", &first, NULL, cut_notice, AUDIT_NOTICES, "malformed"},
    {"a notice of a frontend", &first, notice_of_frontend, NULL, AUDIT_NOTICES,
     "unknown-signer"},
    {"a notice's number skipped", &first, notice_number_skipped, NULL, AUDIT_NOTICES,
     "out of order"},
    {"a notice's number again", &first, notice_number_again, NULL, AUDIT_NOTICES,
     "out of order"},
    {"a notice of another history", &first, notice_of_other_history, NULL, AUDIT_NOTICES,
     "out of order"},
    {"a notice of another campaign", &first, notice_of_other_campaign, NULL, AUDIT_NOTICES,
     "another campaign"},
    {"an extension to an earlier time", &first, extend_backwards, NULL, AUDIT_NOTICES,
     "cannot take effect"},
    {"a close when closed", &first, close_twice, NULL, AUDIT_NOTICES, "cannot take effect"},
    {"a tally of another index", &first, NULL, tally_of_another_index, AUDIT_TALLIES,
     "another index"},
    {"a tally of another hash", &first, NULL, tally_of_another_hash, AUDIT_TALLIES,
     "not the recount"},
    {"a tally of another salt", &first, NULL, tally_of_another_salt, AUDIT_TALLIES,
     "not the recount"},
    {"a vote moved in a tally", &first, NULL, tally_moved, AUDIT_TALLIES, "not the recount"},
    {"a ballot left out", &first, NULL, drop_ballot, AUDIT_TALLIES, "another index"},
    {"an unknown kind", &first, unknown_kind, NULL, AUDIT_ENTRIES, "kind is unknown"},
    {"a sheet without shape", &first, sheet_without_shape, NULL, AUDIT_RULES, "the sheet is"},
    {"a forged sheet", &booth, forged_sheet, NULL, AUDIT_SIGNATURES, "bad-signature"},
    {"a sheet of no booth", &booth, sheet_of_no_booth, NULL, AUDIT_SIGNATURES,
     "unknown-signer"},
    {"a sheet twice", &booth, sheet_twice, NULL, AUDIT_RULES, "the sheet is out of order"},
    {"an empty entry", &first, empty_entry, NULL, AUDIT_ENTRIES, "kind is unknown"},
    {"a phase without shape", &first, phase_without_shape, NULL, AUDIT_ENTRIES,
     "shape is wrong"},
    {"a tally without shape", &first, tally_without_shape, NULL, AUDIT_ENTRIES,
     "shape is wrong"},
    {"the manifest again", &first, manifest_again, NULL, AUDIT_ENTRIES, "part of the manifest"},
    {"no manifest", &first, NULL, manifest_missing, AUDIT_MANIFEST, "part 0 of the manifest"},
    {"a cut manifest", &first, NULL, manifest_cut, AUDIT_MANIFEST, "the manifest is none"},
    {"a manifest's second part", &first, NULL, manifest_parts, AUDIT_MANIFEST, "part 0"},
    {"the manifest's parts exchanged", &parts, NULL, parts_swapped, AUDIT_MANIFEST, "part 0"},
    {"a part of the manifest missing", &parts, NULL, part_missing, AUDIT_MANIFEST, "part 1"},
    {"no last tally", &first, NULL, no_last_tally, AUDIT_CADENCE,
     "no TALLY covers the ballots up to entry 643"},
};

static void
names_entry_and_rule(void **state)
{
	(void)state;
	tamper_run(cases, sizeof cases / sizeof *cases);
}

static void
vote_on_and_on(struct test_log *log, enum story_point point)
{
	if (point != STORY_LATE)
		return;
	for (uint64_t i = 0; i < 8192; i++)
		tamper_where = (long)story_vote(log, STORY_STRANGER + i, 1);
}

/* 340 ballots since the first TALLY, then a batch more than the manifest's 340. */
static void
asks_for_tallies_in_time(void **state)
{
	static const struct campaign_wish late = {.tally_every = 339, .voters_max = 10000};
	static const struct campaign_wish in_time = {.tally_every = 340, .voters_max = 10000};
	struct scene scene;

	(void)state;
	scene_make(&scene, &late, vote_on_and_on);
	scene_publish(&scene);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_CADENCE, tamper_where,
		     "8532 ballots have come since a TALLY");
	scene_close(&scene);
	scene_make(&scene, &in_time, vote_on_and_on);
	scene_publish(&scene);
	scene_audit(&scene);
	assert_passed(&scene);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_entry_and_rule),
	    cmocka_unit_test(asks_for_tallies_in_time),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
