#include "tools/tallyctl/mirror_wire.h"

#include <string.h>
#include <strings.h>

void
mirror_wire_close(struct mirror_wire *wire)
{
	tally_close(wire->connection);
	wire->connection = NULL;
}

static enum tally_exit
lost(struct mirror_wire *wire, int status, const char *why, struct trouble *trouble)
{
	enum tally_exit code = TALLY_EXIT_WORLD;

	if (status == TALLY_CLIENT_BAD_CHECKPOINT || status == TALLY_CLIENT_SPLIT_VIEW ||
	    status == TALLY_CLIENT_WRONG_LOG || status == TALLY_CLIENT_WRONG_CAMPAIGN)
		code = TALLY_EXIT_FAILED;
	trouble_set(trouble, code, "%s port %u: %s", wire->peer.host, wire->peer.port, why);
	mirror_wire_close(wire);
	return code;
}

static int
dial(struct mirror_wire *wire, struct bytes seen, char why[TALLY_TROUBLE_MAX])
{
	struct tally_client_key key = {.id = wire->authority.key.id};
	const struct tally_connect_options options = {
	    .host = wire->peer.host,
	    .port = wire->peer.port,
	    .client = {.campaign = wire->peer.campaign,
		       .log_name = wire->peer.log.name,
		       .log_key = wire->peer.log.public_key,
		       .key = &key,
		       .checkpoint = (const char *)seen.data,
		       .checkpoint_size = seen.size}};
	int status;

	memcpy(key.secret, wire->authority.secret, sizeof key.secret);
	status = tally_connect(&wire->connection, &options, why);
	explicit_bzero(&key, sizeof key);
	return status;
}

/* Where the server shows another tree of the size we have, the client hangs up: again without
 * ours, to get hold of theirs. */
static enum tally_exit
connect_wire(struct mirror_wire *wire, struct trouble *trouble)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	char why[TALLY_TROUBLE_MAX];
	struct trouble ignored;
	size_t size = 0;
	int status;

	if (wire->connection != NULL)
		return TALLY_EXIT_FINE;
	if (peer_learn(&wire->peer) != TALLY_EXIT_FINE)
		return trouble_set(trouble, TALLY_EXIT_WORLD, "%s port %u: it does not answer",
				   wire->peer.host, wire->peer.port);
	if (wire->replica->older.size > 0 &&
	    publiclog_checkpoint(wire->replica->log, note, &size, &ignored) != TALLY_EXIT_FINE)
		size = 0;
	status = dial(wire, bytes_make(note, size), why);
	if (status == TALLY_CLIENT_SPLIT_VIEW)
		status = dial(wire, bytes_make(NULL, 0), why);
	return status == TALLY_CLIENT_FINE ? TALLY_EXIT_FINE : lost(wire, status, why, trouble);
}

/* A refusal where something else was asked for. */
static enum tally_exit
refused(struct mirror_wire *wire, const struct tally_client_event *answer,
	struct trouble *trouble)
{
	bool never = answer->verdict == TALLY_NOT_FOR_YOU;

	return trouble_set(
	    trouble, never ? TALLY_EXIT_USAGE : TALLY_EXIT_WORLD, "%s port %u: %.*s%s",
	    wire->peer.host, wire->peer.port, (int)answer->text_size, answer->text,
	    never ? ": it takes the key of one of the campaign's authorities" : "");
}

static enum tally_exit
ask_checkpoint(struct mirror_wire *wire, uint8_t note[TALLY_CHECKPOINT_SIZE_MAX], size_t *size,
	       struct checkpoint *checkpoint, struct trouble *trouble)
{
	struct tally_client_event answer;
	int status = tally_checkpoint(wire->connection, &answer);

	if (status != TALLY_CLIENT_FINE)
		return lost(wire, status, tally_trouble(wire->connection), trouble);
	if (answer.kind != TALLY_CLIENT_EVENT_CHECKPOINT)
		return refused(wire, &answer, trouble);
	*size = answer.text_size;
	memcpy(note, answer.text, answer.text_size);
	CHECK(checkpoint_open(bytes_make(note, *size), &wire->replica->key, checkpoint));
	return TALLY_EXIT_FINE;
}

static enum tally_exit
fetch_some(struct mirror_wire *wire, uint64_t size, struct trouble *trouble)
{
	struct replica *replica = wire->replica;
	enum tally_exit code = TALLY_EXIT_FINE;
	struct tally_client_event answer;
	const uint8_t *entry;
	size_t entry_size;
	int status = tally_entries(wire->connection, replica_size(replica), size, &answer);

	if (status != TALLY_CLIENT_FINE)
		return lost(wire, status, tally_trouble(wire->connection), trouble);
	if (answer.kind != TALLY_CLIENT_EVENT_ENTRIES)
		return refused(wire, &answer, trouble);
	while (code == TALLY_EXIT_FINE && replica_size(replica) < size &&
	       tally_client_entry(&answer.entries, &entry, &entry_size))
		code = replica_entry(replica, bytes_make(entry, entry_size), trouble);
	return code;
}

static enum tally_exit
fetch_all(struct mirror_wire *wire, const struct checkpoint *checkpoint, struct bytes note,
	  struct trouble *trouble)
{
	struct replica *replica = wire->replica;
	enum tally_exit code = TALLY_EXIT_FINE;

	/* Only at a beginning: what is proven goes on from memory. */
	if (replica_size(replica) == 0)
		code = replica_reuse(replica, checkpoint->size, trouble);
	while (code == TALLY_EXIT_FINE && replica_size(replica) < checkpoint->size)
		code = fetch_some(wire, checkpoint->size, trouble);
	return code == TALLY_EXIT_FINE ? replica_prove(replica, checkpoint, note, trouble)
				       : code;
}

/* A second time where files had to wait for what the first one proved. */
static enum tally_exit
fetch(struct mirror_wire *wire, const struct checkpoint *checkpoint, struct bytes note,
      struct trouble *trouble)
{
	enum tally_exit code = fetch_all(wire, checkpoint, note, trouble);

	if (code == TALLY_EXIT_FINE && wire->replica->newest.size != checkpoint->size)
		code = fetch_all(wire, checkpoint, note, trouble);
	return code;
}

enum tally_exit
mirror_wire_update(struct mirror_wire *wire, struct trouble *trouble)
{
	struct replica *replica = wire->replica;
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct checkpoint checkpoint;
	struct bytes note;
	size_t size = 0;
	enum tally_exit code = connect_wire(wire, trouble);

	if (code == TALLY_EXIT_FINE)
		code = ask_checkpoint(wire, memory, &size, &checkpoint, trouble);
	if (code != TALLY_EXIT_FINE)
		return code;
	note = bytes_make(memory, size);
	code = replica_compare(replica, &checkpoint, note, trouble);
	if (code != TALLY_EXIT_FINE || checkpoint.size == replica->newest.size)
		return code;
	code = fetch(wire, &checkpoint, note, trouble);
	if (code == TALLY_EXIT_FAILED && replica->newest.size == 0 && !replica->suspicious) {
		/* It may be the folder's bundles that are wrong: all from the server, once. */
		code = replica_again(replica, trouble);
		if (code == TALLY_EXIT_FINE)
			code = fetch(wire, &checkpoint, note, trouble);
	}
	if (code == TALLY_EXIT_FAILED)
		replica_conflict(replica, note);
	return code;
}
