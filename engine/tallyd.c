#include "shell/line.h"
#include "shell/options.h"
#include "shell/rehearsal.h"
#include "tally/status.h"
#include "tree/sha256pair.h"
#include "verify/trial.h"

#include <sodium.h>

int
main(int count, char **arguments)
{
	struct options options;

	options_parse(&options, count, arguments);
	line_report_checks();
	if (sodium_init() < 0 || !trial_libsodium()) {
		line_warn("libsodium does not verify signatures by the rule of this protocol");
		return TALLY_EXIT_WORLD;
	}
	if (!sha256_pair_fits(sha256_pair)) {
		line_warn(
		    "this processor's SHA-256 is not libcrypto's: have the machine checked");
		return TALLY_EXIT_WORLD;
	}
	if (options.test)
		return rehearsal_run(&options.server);
	if (options.adopt.copy != NULL)
		return adopt_run(&options.adopt);
	return options.init ? founding_run(&options.founding) : server_run(&options.server);
}
