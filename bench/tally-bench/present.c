#include "bench/tally-bench/present.h"

#include <string.h>

#include "bench/tally-bench/json.h"
#include "bench/tally-bench/page.h"
#include "bench/tally-bench/summary.h"

static bool
is_stdout(const char *path)
{
	return path != NULL && strcmp(path, "-") == 0;
}

enum tally_exit
present_set(const struct run_set *set, const struct present *present)
{
	FILE *to = is_stdout(present->json) || is_stdout(present->report) ? stderr : stdout;
	enum tally_exit code = TALLY_EXIT_FINE;
	struct machine machine;

	machine_describe(&machine);
	summary_print(to, set, &machine, summary_look(to));
	if (present->json != NULL)
		code = json_put(json_of_set(set, &machine), present->json);
	if (present->report != NULL && code == TALLY_EXIT_FINE)
		code = page_put(set, &machine, present->report);
	return code;
}
