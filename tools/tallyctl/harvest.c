#include "tools/tallyctl/harvest.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>

#include "tally/proof.h"
#include "tools/lib/complain.h"
#include "tools/lib/wholefile.h"
#include "tools/tallyctl/fetch.h"

struct harvest {
	const char *folder;
	char vkey[NOTE_VKEY_TEXT_MAX + 1];
	struct tally_connection *connection;
};

static enum tally_exit
check(const struct harvest *harvest, const struct tally_client_event *receipt,
      const struct bytes *ballot, uint64_t index)
{
	struct tally_receipt facts;
	enum tally_receipt_result result =
	    tally_receipt_check(receipt->text, receipt->text_size, harvest->vkey, ballot->data,
				ballot->size, &facts);

	if (result == TALLY_RECEIPT_PROVEN && facts.index == index)
		return TALLY_EXIT_FINE;
	complain("the receipt of entry %" PRIu64 " does not prove the ballot: %s", index,
		 tally_receipt_sentence(result));
	return TALLY_EXIT_FAILED;
}

static enum tally_exit
one(const struct harvest *harvest, const struct bytes *ballot, uint64_t index)
{
	struct tally_client_event receipt;
	char path[PATH_MAX];
	enum tally_exit code = fetch_receipt(harvest->connection, index, &receipt);

	if (code == TALLY_EXIT_FINE)
		code = check(harvest, &receipt, ballot, index);
	if (code != TALLY_EXIT_FINE)
		return code;
	if (snprintf(path, sizeof path, "%s/%" PRIu64 ".tlog-proof", harvest->folder, index) >=
	    (int)sizeof path) {
		complain("%s: the name is too long", harvest->folder);
		return TALLY_EXIT_USAGE;
	}
	return wholefile_write(path, bytes_make(receipt.text, receipt.text_size));
}

enum tally_exit
harvest_receipts(const struct peer *peer, const struct note_private_key *key,
		 const char *folder, const struct bytes *ballots,
		 const struct sender_answer *answers, size_t count)
{
	struct harvest harvest = {.folder = folder};
	enum tally_exit code;

	if (mkdir(folder, 0755) < 0 && errno != EEXIST)
		return complain_errno("cannot make the directory %s", folder);
	peer_log_text(peer, harvest.vkey);
	code = peer_connect(peer, key, &harvest.connection);
	for (size_t i = 0; i < count && code == TALLY_EXIT_FINE; i++)
		if (answers[i].answered && answers[i].verdict == TALLY_ACCEPTED)
			code = one(&harvest, &ballots[i], answers[i].index);
	tally_close(harvest.connection);
	return code;
}
