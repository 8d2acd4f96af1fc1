#include "tools/tallyctl/diary.h"

#include <inttypes.h>
#include <string.h>

#include "tally/journal.h"
#include "tools/lib/complain.h"

enum tally_exit
diary_open(const char *path, bool sync, struct peer *peer, const struct note_private_key *key)
{
	struct tally_client_key signer = {.id = key->key.id};
	const struct tally_journal_options options = {
	    .path = path, .campaign = peer->campaign, .key = &signer, .sync = sync};
	char trouble[TALLY_TROUBLE_MAX];
	uint64_t cut;
	int status;

	memcpy(signer.secret, key->secret, sizeof signer.secret);
	status = tally_journal_open(&peer->journal, &options, trouble);
	explicit_bzero(&signer, sizeof signer);
	if (status != TALLY_CLIENT_FINE) {
		complain("%s", trouble);
		return status == TALLY_CLIENT_NOT_THIS_JOURNAL ? TALLY_EXIT_USAGE
							       : TALLY_EXIT_WORLD;
	}
	cut = tally_journal_cut(peer->journal);
	if (cut > 0)
		complain("%s: its last %" PRIu64 " bytes were no whole record, as a crash "
			 "leaves them; taken away",
			 path, cut);
	return TALLY_EXIT_FINE;
}

enum tally_exit
diary_close(struct peer *peer)
{
	char trouble[TALLY_TROUBLE_MAX];
	int status = tally_journal_close(peer->journal, trouble);

	peer->journal = NULL;
	if (status == TALLY_CLIENT_FINE)
		return TALLY_EXIT_FINE;
	complain("%s", trouble);
	return TALLY_EXIT_WORLD;
}
