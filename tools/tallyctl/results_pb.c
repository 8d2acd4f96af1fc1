#include "tools/tallyctl/results_pb.h"

#include <string.h>

#include "tools/lib/complain.h"
#include "tools/tallyctl/logfolder.h"

/* contests_count, with a complaint, if it is not clear which one is meant. */
static size_t
contest_find(const struct manifest *manifest, const char *id)
{
	size_t count = manifest->contests_count;

	if (id == NULL && count == 1)
		return 0;
	for (size_t i = 0; i < count && id != NULL; i++) {
		if (strcmp(manifest->contests[i].id, id) == 0)
			return i;
	}
	complain(id == NULL ? "a .pb file has one contest: --contest ID is needed, one of"
			    : "there is no contest %s; these are",
		 id);
	for (size_t i = 0; i < count; i++)
		complain("  %s", manifest->contests[i].id);
	return count;
}

static enum tally_exit
write_contest(const struct export_given *given, const struct export_wish *wish)
{
	if (!export_write(stdout, given, wish)) {
		complain("not enough memory for the ballots' order");
		return TALLY_EXIT_WORLD;
	}
	if (fflush(stdout) == 0 && !ferror(stdout))
		return TALLY_EXIT_FINE;
	complain("writing failed");
	return TALLY_EXIT_WORLD;
}

enum tally_exit
results_pb_print(const struct recount *recount, const struct winners *winners,
		 const char *contest, const struct export_wish *wish)
{
	const struct manifest *manifest = recount->manifest;
	size_t at = contest_find(manifest, contest);
	struct export_given given = {.manifest = manifest,
				     .contest = at,
				     .counts = &recount->replay.counts,
				     .law = &recount->replay.law};
	struct profile profile;
	struct trouble trouble;
	enum tally_exit code = TALLY_EXIT_USAGE;

	if (at == manifest->contests_count)
		return code;
	if (export_obstacle(&manifest->contests[at]) != NULL) {
		complain("%s: %s", manifest->contests[at].id,
			 export_obstacle(&manifest->contests[at]));
		return code;
	}
	if (winners->contests[at].status == OUTCOME_DECIDED)
		given.result = &winners->contests[at].outcome.result;
	given.profile = &profile;
	code = winners_profile(&recount->scroll, recount, at, &profile, &trouble);
	code = code == TALLY_EXIT_FINE ? write_contest(&given, wish)
				       : logfolder_complain(&trouble);
	profile_free(&profile);
	return code;
}
