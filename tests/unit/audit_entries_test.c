/* What an operator could enter and sign, and the audit refuses, naming the entry and the rule. */
#include "tools/lib/audit.h"

#include <sodium.h>

#include "ballot/certificate.h"
#include "tests/lib/scene.h"

static const struct campaign_wish first = {0};
static const struct campaign_wish last = {.revisions_max = 5};
static const struct campaign_wish one_choice = {.max = 1};
static const struct campaign_wish crowded = {.voters_max = 500};
static const struct campaign_wish voters = {.signing = TALLY_SIGNING_VOTER, .revisions_max = 5};

struct entry_case {
	const char *name;
	const struct campaign_wish *wish;
	story_hook *hook;		      /* while the log is built, or NULL */
	void (*change)(struct test_log *log); /* when it is complete, or NULL */
	enum audit_check check;
	const char *words;
};

/* The entry that breaks the rule: set by the hook or the change. */
static long where;

static uint8_t memory[TALLY_ENTRY_SIZE_MAX];

/* A copy of an entry, to be changed and put back. */
static struct bytes
copy(const struct test_log *log, long index)
{
	struct bytes entry = test_log_entry(log, (size_t)index);

	memcpy(memory, entry.data, entry.size);
	where = index;
	return bytes_make(memory, entry.size);
}

static void
flip(struct test_log *log, long index, size_t offset)
{
	struct bytes entry = copy(log, index);

	memory[offset] ^= 1;
	test_log_replace(log, (size_t)index, entry);
}

/* In the story's `first` form: entries 0 manifest, 1 PHASE, 2 + v the voters, 302 TALLY, 303
 * NOTICE, 304 + v - 300 the later voters, 644 PHASE, 645 TALLY. */

static void
change_signature(struct test_log *log)
{
	flip(log, 52, test_log_entry(log, 52).size - 1);
}

static void
change_choice(struct test_log *log)
{
	flip(log, 4, 1 + BALLOT_CHOICES_OFFSET + 3);
}

static void
change_tag(struct test_log *log)
{
	flip(log, 52, 1 + 48);
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
	where = (long)story_vote(log, STORY_STRANGER, 1);
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
	struct bytes ballot;

	if (point != STORY_OPEN)
		return;
	log->campaign.manifest->id[3] ^= 1;
	ballot = story_ballot(log, STORY_STRANGER, 1, memory);
	log->campaign.manifest->id[3] ^= 1;
	where = (long)test_log_ballot(log, ballot);
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

	where = (long)test_log_vote(log, &wished);
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
	struct bytes entry = copy(log, 60);

	test_log_replace(log, 60, bytes_make(entry.data, entry.size - 70));
}

static void
long_ballot(struct test_log *log)
{
	struct bytes entry = copy(log, 60);

	memory[entry.size] = 0;
	test_log_replace(log, 60, bytes_make(entry.data, entry.size + 1));
}

static void
no_ballot(struct test_log *log)
{
	struct bytes entry = copy(log, 60);

	test_log_replace(log, 60, bytes_make(entry.data, 1));
}

static void
newer_ballot(struct test_log *log)
{
	flip(log, 60, 1 + 14);
}

static void
again(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		where = (long)story_vote(log, 9, 1);
}

static void
going_down(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		(void)story_vote(log, STORY_STRANGER, 3);
	if (point == STORY_LATE)
		where = (long)story_vote(log, STORY_STRANGER, 2);
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
	where = (long)later;
}

static void
before_opening(struct test_log *log, enum story_point point)
{
	if (point == STORY_BEFORE)
		where = (long)story_vote(log, STORY_STRANGER, 1);
}

static void
after_closing(struct test_log *log, enum story_point point)
{
	if (point == STORY_CLOSED)
		where = (long)story_vote(log, STORY_STRANGER, 1);
}

static void
opened_early(struct test_log *log, enum story_point point)
{
	if (point == STORY_BEFORE)
		where = (long)test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK,
					     "2026-01-01T07:59:00Z");
}

static void
closed_early(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		where = (long)test_log_phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK,
					     "2026-01-31T19:59:00Z");
}

/* The closing time as the manifest has it no longer holds after the extension. */
static void
closed_before_extension(struct test_log *log, enum story_point point)
{
	if (point == STORY_LATE)
		where = (long)test_log_phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_CLOCK,
					     STORY_CLOSES);
}

static void
opened_twice(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		where = (long)test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK,
					     "2026-01-02T08:00:00Z");
}

static void
clock_goes_back(struct test_log *log, enum story_point point)
{
	if (point != STORY_CLOSED)
		return;
	(void)test_log_notice(log, TALLY_NOTICE_EXTEND, "2026-02-03T20:00:00Z");
	where = (long)test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_NOTICE,
				     "2026-02-01T20:00:00Z");
}

static void
closed_by_no_notice(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		where = (long)test_log_phase(log, TALLY_PHASE_CLOSED, TALLY_CAUSE_NOTICE,
					     "2026-01-05T20:00:00Z");
}

static void
vote_where_phase_is_owed(struct test_log *log, enum story_point point)
{
	if (point != STORY_LATE)
		return;
	(void)test_log_notice(log, TALLY_NOTICE_CLOSE, NULL);
	where = (long)story_vote(log, STORY_STRANGER, 1);
}

static void
change_notice(struct test_log *log)
{
	flip(log, 303, test_log_entry(log, 303).size - 1);
}

static void
change_notice_body(struct test_log *log)
{
	flip(log, 303, 1 + 87 + 5);
}

static void
cut_notice(struct test_log *log)
{
	struct bytes entry = copy(log, 303);

	test_log_replace(log, 303, bytes_make(entry.data, entry.size - 1));
}

static void
extend_again(struct test_log *log)
{
	where = (long)test_log_notice(log, TALLY_NOTICE_EXTEND, "2026-02-04T20:00:00Z");
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

static void
notice_of_other_campaign(struct test_log *log, enum story_point point)
{
	uint8_t *id = log->campaign.manifest->id;
	struct bytes notice;

	if (point != STORY_LATE)
		return;
	id[0] ^= 1;
	notice =
	    campaign_notice(&log->campaign, bytes_make(log->last_notice, log->last_notice_size),
			    2, TALLY_NOTICE_EXTEND, 2000000040, memory + 1, sizeof memory - 1);
	id[0] ^= 1;
	memory[0] = TALLY_ENTRY_NOTICE;
	where = (long)test_log_append(log, bytes_make(memory, 1 + notice.size));
}

static void
extend_backwards(struct test_log *log, enum story_point point)
{
	if (point == STORY_LATE)
		where = (long)test_log_notice(log, TALLY_NOTICE_EXTEND, STORY_CLOSES);
}

static void
close_twice(struct test_log *log, enum story_point point)
{
	if (point == STORY_CLOSED)
		where = (long)test_log_notice(log, TALLY_NOTICE_CLOSE, NULL);
}

static void
tally_of_another_index(struct test_log *log)
{
	flip(log, 302, 1 + 7);
}

static void
tally_of_another_hash(struct test_log *log)
{
	flip(log, 645, ENTRY_TALLY_SIZE - 1);
}

static void
tally_of_another_salt(struct test_log *log)
{
	flip(log, 302, 1 + 8);
}

/* One vote is moved to the next option, in the text and in its hash. */
static void
tally_moved(struct test_log *log)
{
	struct test_log_entry *entry = &log->entries[302];
	char *votes = strstr(entry->text, "option o0 votes 100 ");

	assert_non_null(votes);
	memcpy(votes, "option o0 votes 101 ", 20);
	(void)copy(log, 302);
	counts_text_hash(bytes_of_string(entry->text), memory + 9, memory + 9 + 32);
	test_log_replace(log, 302, bytes_make(memory, ENTRY_TALLY_SIZE));
}

static void
drop_ballot(struct test_log *log)
{
	test_log_drop(log, 100);
	where = 301;
}

static void
append_kind(struct test_log *log, uint8_t kind, size_t size)
{
	memset(memory, 0, size + 1);
	memory[0] = kind;
	where = (long)test_log_append(log, bytes_make(memory, size));
}

static void
unknown_kind(struct test_log *log, enum story_point point)
{
	if (point == STORY_OPEN)
		append_kind(log, 7, 40);
}

static void
reserved_kind(struct test_log *log, enum story_point point)
{
	if (point == STORY_END)
		append_kind(log, TALLY_ENTRY_SHEET, 40);
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
		where = (long)test_log_append(log, copy(log, 0));
}

static void
manifest_missing(struct test_log *log)
{
	test_log_drop(log, 0);
	where = 0;
}

static void
manifest_cut(struct test_log *log)
{
	struct bytes entry = copy(log, 0);

	test_log_replace(log, 0, bytes_make(entry.data, entry.size - 10));
}

/* One of several parts stands in the place of another. */
static void
manifest_parts(struct test_log *log)
{
	(void)copy(log, 0);
	be16_store(memory + 1, 1);
	be16_store(memory + 3, 2);
	test_log_replace(log, 0, bytes_make(memory, 100));
}

static void
too_many_voters(struct test_log *log)
{
	(void)log;
	where = 304 + 200;
}

/* The last TALLY gives way to something else that may follow a close. */
static void
no_last_tally(struct test_log *log)
{
	uint8_t notice[256];
	struct bytes body =
	    campaign_notice(&log->campaign, bytes_make(log->last_notice, log->last_notice_size),
			    2, TALLY_NOTICE_EXTEND, (int64_t)2000000040, notice, sizeof notice);

	memory[0] = TALLY_ENTRY_NOTICE;
	memcpy(memory + 1, body.data, body.size);
	test_log_replace(log, 645, bytes_make(memory, 1 + body.size));
	free(log->entries[645].text);
	log->entries[645].text = NULL;
	where = 645;
}

/* A voter-mode ballot under any certificate. */
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
	where = (long)test_log_ballot(log, writer_view(&writer));
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

static const struct entry_case cases[] = {
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
    {"a revision under `first`", &first, second_revision_under_first, NULL, AUDIT_RULES,
     "bad-revision"},
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
     "out of order"},
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
    {"a reserved kind", &first, reserved_kind, NULL, AUDIT_ENTRIES, "kind is unknown"},
    {"an empty entry", &first, empty_entry, NULL, AUDIT_ENTRIES, "kind is unknown"},
    {"a phase without shape", &first, phase_without_shape, NULL, AUDIT_ENTRIES,
     "shape is wrong"},
    {"a tally without shape", &first, tally_without_shape, NULL, AUDIT_ENTRIES,
     "shape is wrong"},
    {"the manifest again", &first, manifest_again, NULL, AUDIT_ENTRIES, "part of the manifest"},
    {"no manifest", &first, NULL, manifest_missing, AUDIT_MANIFEST, "part 0 of the manifest"},
    {"a cut manifest", &first, NULL, manifest_cut, AUDIT_MANIFEST, "the manifest is none"},
    {"a manifest's second part", &first, NULL, manifest_parts, AUDIT_MANIFEST, "part 0"},
    {"too many voters", &crowded, NULL, too_many_voters, AUDIT_VOTERS,
     "the manifest allows 500"},
    {"no last tally", &first, NULL, no_last_tally, AUDIT_CADENCE,
     "no TALLY covers the ballots up to entry 643"},
    {"an older certificate", &voters, older_certificate, NULL, AUDIT_KEYS,
     "serial 6 is below the 7"},
    {"a voter key on two tags", &voters, key_on_two_tags, NULL, AUDIT_KEYS,
     "its voter key serves another voter tag"},
    {"a registrar not listed", &voters, unknown_registrar, NULL, AUDIT_SIGNATURES,
     "bad-certificate"},
    {"a forged certificate", &voters, forged_certificate, NULL, AUDIT_SIGNATURES,
     "bad-certificate"},
};

static void
names_entry_and_rule(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scene scene;

		print_message("    %s\n", cases[i].name);
		where = NO_INDEX;
		scene_make(&scene, cases[i].wish, cases[i].hook);
		if (cases[i].change != NULL)
			cases[i].change(&scene.log);
		scene_publish(&scene);
		scene_audit(&scene);
		assert_found(&scene, cases[i].check, where, cases[i].words);
		assert_int_equal(scene.audit.report.checks[AUDIT_ROOT].status, REPORT_PASS);
		scene_close(&scene);
	}
}

static void
vote_on_and_on(struct test_log *log, enum story_point point)
{
	if (point != STORY_LATE)
		return;
	for (uint64_t i = 0; i < 8192; i++)
		where = (long)story_vote(log, STORY_STRANGER + i, 1);
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
	assert_found(&scene, AUDIT_CADENCE, where, "8532 ballots have come since a TALLY");
	scene_close(&scene);
	scene_make(&scene, &in_time, vote_on_and_on);
	scene_publish(&scene);
	scene_audit(&scene);
	assert_passed(&scene);
	scene_close(&scene);
}

/* The whole log is honest but for who signs it. */
static void
asks_for_the_log_key_of_the_manifest(void **state)
{
	struct note_private_key other;
	const uint8_t seed[TALLY_SEED_SIZE] = {3};
	struct scene scene;

	(void)state;
	scene_make(&scene, NULL, NULL);
	note_private_key_make(&other, bytes_of_string(scene.log.campaign.log.key.name), seed);
	scene.log.campaign.log = other;
	scene.options.key = other.key;
	scene_publish(&scene);
	scene_audit(&scene);
	assert_found(&scene, AUDIT_LOG_KEY, NO_INDEX, "the manifest's log key is");
	scene_close(&scene);
}

/* Of several faults each check names its first. */
static void
names_the_first_of_several(void **state)
{
	struct scene scene;

	(void)state;
	scene_make(&scene, NULL, NULL);
	for (long i = 500; i >= 20; i -= 60)
		flip(&scene.log, i, test_log_entry(&scene.log, (size_t)i).size - 1);
	flip(&scene.log, 400, 1 + 14);
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
	    cmocka_unit_test(asks_for_tallies_in_time),
	    cmocka_unit_test(asks_for_the_log_key_of_the_manifest),
	    cmocka_unit_test(names_the_first_of_several),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
