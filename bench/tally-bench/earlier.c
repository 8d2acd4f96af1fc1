#include "bench/tally-bench/earlier.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tally-bench/json.h"
#include "tools/lib/complain.h"
#include "tools/lib/wholefile.h"

enum {
	file_size_max = 1024 * 1024 * 1024,
	answered_min = 1000,
};

static double
real_of(const json_t *object, const char *name)
{
	return json_number_value(json_object_get(object, name));
}

static bool
text_is(const json_t *object, const char *name, const char *text)
{
	const char *found = json_string_value(json_object_get(object, name));

	return found != NULL && strcmp(found, text) == 0;
}

/* What is wrong with it, NULL if nothing. At a given rate a ballot costs more than where many
 * come: most are a wake-up, a commit and a write of their own. */
static const char *
fault_of(const json_t *root, const json_t *run, enum verifier_path verifier)
{
	const json_t *total = json_object_get(run, "total");

	if (!text_is(root, "format", JSON_RUN_FORMAT))
		return "is not what `load` or `sweep` write with --json";
	if (json_is_number(json_object_get(run, "server_ended_s")))
		return "the server's process ended during that run";
	if (real_of(total, "answered") < answered_min ||
	    real_of(json_object_get(total, "server"), "cpu_s") <= 0)
		return "no run with --pid and 1,000 answers";
	if (!text_is(run, "loop", "closed"))
		return "a run at given times: it does not say what saturation costs (feed a "
		       "closed loop, or a sweep)";
	if (json_is_string(json_object_get(run, "verify")) &&
	    !text_is(run, "verify", verifier_path_name(verifier)))
		return "that tallyd verified by another path than this plan's --verify";
	return NULL;
}

static void
take(const json_t *root, const json_t *run, struct earlier *out)
{
	const json_t *total = json_object_get(run, "total");
	double accepted = real_of(json_object_get(total, "verdicts"), "accepted");
	double cpu_s = real_of(json_object_get(total, "server"), "cpu_s");

	*out = (struct earlier){.voters_sign = text_is(root, "signing", "voter"),
				.has_path = json_is_string(json_object_get(run, "verify")),
				.cpu_ns = cpu_s * 1e9 / real_of(total, "answered"),
				.rate = real_of(run, "answered_per_s")};
	if (accepted > 0)
		out->data_bytes = real_of(run, "data_bytes") / accepted;
}

enum tally_exit
earlier_read(const char *path, enum verifier_path verifier, struct earlier *out)
{
	struct wholefile file;
	enum tally_exit code = wholefile_read(path, file_size_max, &file);
	const char *fault;
	const json_t *run;
	json_t *root;

	if (code != TALLY_EXIT_FINE)
		return code;
	root = json_loadb((const char *)file.data, file.size, JSON_REJECT_DUPLICATES, NULL);
	free(file.data);
	run = json_array_get(json_object_get(root, "runs"), 0);
	fault = fault_of(root, run, verifier);
	if (fault == NULL)
		take(root, run, out);
	else
		complain("%s: %s", path, fault);
	json_decref(root);
	return fault == NULL ? TALLY_EXIT_FINE : TALLY_EXIT_USAGE;
}
