#include "tools/lib/checks.h"

const struct report_question checks_questions[AUDIT_CHECKS_COUNT] = {
    [AUDIT_CHECKPOINT] = {"log", "checkpoint", "the checkpoint is signed by the log's key"},
    [AUDIT_FILES] =
	{"log", "files",
	 "every file of the log is there; none in its folders that is not the log's"},
    [AUDIT_BUNDLES] = {"log", "bundles", "every bundle is exactly its entries"},
    [AUDIT_LEAVES] = {"log", "leaves", "every entry's hash is in the tile that lists it"},
    [AUDIT_TILES] = {"log", "tiles", "every tile of every level holds the right hashes"},
    [AUDIT_ROOT] = {"log", "root", "the entries have the root that the checkpoint signs"},
    [AUDIT_WITNESSES] = {"log", "witnesses",
			 "every cosignature of a witness the manifest names is valid"},
    [AUDIT_MANIFEST] = {"law", "manifest", "the first entries are the campaign's manifest"},
    [AUDIT_CAMPAIGN] = {"law", "campaign", "the campaign is the one asked for"},
    [AUDIT_LOG_KEY] = {"law", "log-key", "the manifest names the log's key"},
    [AUDIT_ENTRIES] = {"law", "entries", "every entry is of a known kind and in its place"},
    [AUDIT_NOTICES] =
	{"law", "notices",
	 "every notice is an authority's, follows the one before, and was possible"},
    [AUDIT_PHASES] = {"law", "phases", "phases changed as clock and notices allow"},
    [AUDIT_OPEN] = {"law", "open", "no ballot lies outside an open phase, or in a pause"},
    [AUDIT_FORBIDDEN] = {"law", "forbidden",
			 "no ballot is of a revoked key or names a withdrawn option"},
    [AUDIT_VOIDS] = {"law", "voids", "every void takes out ballots that counted"},
    [AUDIT_PROOFS] = {"law", "proofs", "every file under law/ is proven to be its entry"},
    [AUDIT_SEAL] = {"law", "seal", "nothing that is sealed has been published"},
    [AUDIT_RULES] = {"ballots", "rules",
		     "every ballot and sheet keeps the rules of its contests"},
    [AUDIT_SIGNATURES] = {"ballots", "signatures",
			  "every ballot's and sheet's signature is genuine"},
    [AUDIT_VOTES] = {"ballots", "votes",
		     "every voter tag counts once at most, by its newest ballot"},
    [AUDIT_KEYS] = {"ballots", "keys", "every voter key serves one tag, by its newest serial"},
    [AUDIT_VOTERS] = {"eligibility", "voters", "no more voters than the manifest allows"},
    [AUDIT_ROSTER] = {"eligibility", "roster",
		      "every voter tag is on the committed roster, or was enrolled before"},
    [AUDIT_TALLIES] = {"tally", "tallies", "every TALLY entry is the recount at its index"},
    [AUDIT_TEXTS] = {"tally", "texts",
		     "every published tally text is the recount at its index"},
    [AUDIT_CADENCE] = {"tally", "cadence", "tallies were stated as often as promised"},
    [AUDIT_CLASSES] = {"tally", "classes",
		       "ballots counted, replaced and voided are the ballots in the tree"},
    [AUDIT_OUTCOME] = {"outcome", "outcome", "the winners follow from the ballots by the rule"},
    [AUDIT_RECEIPTS] = {"receipts", "receipts", "the log keeps every receipt it gave"},
    [AUDIT_JOURNALS] = {"receipts", "journals",
			"the log has what the frontends' journals say, and nothing else of "
			"theirs"},
    [AUDIT_OLD] = {"history", "old", "the log continues the older checkpoint"},
};

const char checks_signatures_by_tables[] =
    "ballots' signatures hold by tables of the listed keys, a sample's and all others by "
    "libsodium";

void
checks_skip_rest(struct report *report, enum audit_check on)
{
	for (size_t i = 0; i < AUDIT_CHECKS_COUNT; i++)
		if (report->checks[i].status == REPORT_SKIPPED &&
		    report->checks[i].why.sentence[0] == '\0')
			report_skip(report, i, "check %u failed", (unsigned)on + 1);
}
