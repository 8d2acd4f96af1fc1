#include "tools/lib/audit_state.h"

#include <inttypes.h>
#include <string.h>

#include "base/text.h"

/* The id in hex, for sentences. */
static const char *
hex(const uint8_t id[TALLY_HASH_SIZE], char text[2 * TALLY_HASH_SIZE + 1])
{
	struct writer writer = writer_make(text, 2 * TALLY_HASH_SIZE);

	text_hex_write(&writer, bytes_make(id, TALLY_HASH_SIZE));
	text[writer.size] = '\0';
	return text;
}

static void
check_campaign(struct audit_state *state, const struct manifest *manifest)
{
	char is[2 * TALLY_HASH_SIZE + 1];
	char wished[2 * TALLY_HASH_SIZE + 1];
	struct trouble trouble;

	if (state->options->campaign == NULL)
		report_nothing(&state->audit->report, AUDIT_CAMPAIGN,
			       "no campaign id was given (--campaign); this log's is %s",
			       hex(manifest->id, is));
	else if (memcmp(state->options->campaign, manifest->id, sizeof manifest->id) == 0)
		report_pass(&state->audit->report, AUDIT_CAMPAIGN);
	else {
		trouble_set(&trouble, TALLY_EXIT_FAILED, "the log is of campaign %s, not of %s",
			    hex(manifest->id, is), hex(state->options->campaign, wished));
		audit_found(state, AUDIT_CAMPAIGN, &trouble);
	}
}

static void
check_log_key(struct audit_state *state, const struct manifest *manifest)
{
	const struct note_key *key = &state->options->key;
	struct trouble trouble;

	if (strcmp(manifest->log_key.name, key->name) == 0 &&
	    memcmp(manifest->log_key.public_key, key->public_key, sizeof key->public_key) ==
		0) {
		report_pass(&state->audit->report, AUDIT_LOG_KEY);
		return;
	}
	trouble_set(&trouble, TALLY_EXIT_FAILED,
		    "the manifest's log key is %s+%08" PRIx32
		    ", the checkpoint's is %s+%08" PRIx32,
		    manifest->log_key.name, manifest->log_key.id, key->name, key->id);
	audit_found(state, AUDIT_LOG_KEY, &trouble);
}

static bool
states_winners(const struct manifest *manifest)
{
	for (size_t i = 0; i < manifest->contests_count; i++)
		if (strcmp(manifest->contests[i].outcome.id, "none") != 0)
			return true;
	return false;
}

/* Checks for which the campaign, or the caller, gives no occasion. */
static void
skip_what_is_not_there(struct audit_state *state, const struct manifest *manifest)
{
	struct report *report = &state->audit->report;

	if (manifest->witnesses_count == 0)
		report_nothing(report, AUDIT_WITNESSES, "the manifest names no witnesses");
	if (!manifest->sealed) {
		report_nothing(report, AUDIT_PROOFS,
			       "results are live: the law stands in the bundles");
		report_nothing(report, AUDIT_SEAL, "results are live: nothing is sealed");
	}
	if (manifest->signing != TALLY_SIGNING_VOTER)
		report_nothing(report, AUDIT_KEYS,
			       "in this campaign frontends sign, not voters");
	if (!manifest->has_roster)
		report_nothing(report, AUDIT_ROSTER,
			       "the manifest commits to no roster: frontends could have added "
			       "ballots of people who do not exist");
	if (!states_winners(manifest))
		report_nothing(report, AUDIT_OUTCOME,
			       "the rule of every contest is none: no winners are stated");
}

/* A live campaign's law stands in its bundles. */
static void
refuse_law(struct audit_state *state)
{
	struct trouble trouble;

	if (!state->has_book || state->audit->recount.manifest->sealed)
		return;
	trouble_set(&trouble, TALLY_EXIT_FAILED,
		    "%s/law: only the log of a campaign with sealed results has it",
		    state->log->path);
	audit_found(state, AUDIT_FILES, &trouble);
}

void
audit_manifest(struct audit_state *state)
{
	struct recount *recount = &state->audit->recount;
	struct bundle bundle;
	struct trouble trouble;
	enum tally_exit status;

	if (state->sealed)
		lawbook_front(&state->book, &bundle);
	else
		bundle_init(&bundle);
	if (recount->manifest != NULL)
		status = TALLY_EXIT_FINE;
	else if (recount->checkpoint.size == 0) {
		status = trouble_set(&trouble, TALLY_EXIT_FAILED, "the log has no entries");
	} else {
		status = state->sealed
			     ? TALLY_EXIT_FINE
			     : publiclog_bundle(state->log, 0, recount->checkpoint.size,
						&bundle, &trouble);
		if (status == TALLY_EXIT_FINE)
			status = recount_manifest(&bundle, &recount->manifest, &trouble);
	}
	bundle_free(&bundle);
	if (status != TALLY_EXIT_FINE) {
		audit_found(state, AUDIT_MANIFEST, &trouble);
		return;
	}
	report_pass(&state->audit->report, AUDIT_MANIFEST);
	refuse_law(state);
	skip_what_is_not_there(state, recount->manifest);
	check_campaign(state, recount->manifest);
	check_log_key(state, recount->manifest);
}
