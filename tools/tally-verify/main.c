/* tally-verify: is this public log what its key's owner promised? */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

#include "tools/lib/complain.h"
#include "tools/lib/interrupt.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/wholefile.h"
#include "tools/tally-verify/inspect.h"
#include "tools/tally-verify/receipt.h"
#include "tools/tally-verify/show.h"
#include "tree/sha256pair.h"
#include "verify/trial.h"

enum {
	BALLOT_FILE_MAX = 256 * 1024 * 1024,
};

static int
receipt_show(const struct wishes *wishes, const struct note_key *key, struct bytes text,
	     struct bytes ballots)
{
	struct report report;
	uint64_t index;
	uint64_t size;

	receipt_examine(text, ballots, key, &report, &index, &size);
	if (!wishes->json) {
		show_receipt(&report, index, size, wishes->quiet, stdout);
	} else if (!show_receipt_json(&report, index, size, stdout)) {
		complain("cannot write the report as JSON");
		return TALLY_EXIT_WORLD;
	}
	return report_exit(&report);
}

static int
receipt_main(const struct wishes *wishes, const struct note_key *key)
{
	struct wholefile receipt = {0};
	struct wholefile ballots = {0};
	int code = wholefile_read(wishes->receipt, TALLY_RECEIPT_SIZE_MAX, &receipt);

	if (code == TALLY_EXIT_FINE && wishes->ballot != NULL)
		code = wholefile_read(wishes->ballot, BALLOT_FILE_MAX, &ballots);
	if (code == TALLY_EXIT_FINE)
		code = receipt_show(wishes, key, bytes_make(receipt.data, receipt.size),
				    bytes_make(ballots.data, ballots.size));
	free(receipt.data);
	free(ballots.data);
	return code;
}

static void
report_check_failure(const char *file, int line, const char *condition)
{
	complain("%s:%d: it should hold that %s", file, line, condition);
}

int
main(int argc, char **argv)
{
	struct wishes wishes;
	struct note_key key;
	int code;

	check_reporter_set(report_check_failure);
	interrupt_arm();
	wishes_parse(argc, argv, &wishes);
	if (sodium_init() < 0 || !trial_libsodium()) {
		fprintf(
		    stderr,
		    "tally-verify: libsodium does not check signatures by the log's rule\n");
		return TALLY_EXIT_WORLD;
	}
	if (!sha256_pair_fits(sha256_pair)) {
		fputs("tally-verify: this processor's SHA-256 is not libcrypto's: have the "
		      "machine checked\n",
		      stderr);
		return TALLY_EXIT_WORLD;
	}
	code = keyfile_public_read(wishes.key, &key);
	if (code != TALLY_EXIT_FINE)
		return code;
	code =
	    wishes.receipt != NULL ? receipt_main(&wishes, &key) : inspect_log(&wishes, &key);
	if (fflush(stdout) != 0 || ferror(stdout)) {
		complain("standard output: it could not be written");
		return TALLY_EXIT_WORLD;
	}
	return code;
}
