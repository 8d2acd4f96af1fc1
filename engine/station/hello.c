#include "station/state.h"

#include "verify/genuine.h"

#include <string.h>

void
hello_send(struct station *station, unsigned number)
{
	const struct manifest *manifest = station->manifest;
	struct writer writer = output_begin(station);
	struct frame_hello hello = {
	    .version_min = TALLY_WIRE_VERSION,
	    .version_max = TALLY_WIRE_VERSION,
	    .campaign = manifest->id,
	    .log_key = manifest->log_key.public_key,
	    .nonce = station->connections[number].nonce,
	    .payload_max = TALLY_WIRE_PAYLOAD_MAX,
	    .window_requests = window_requests,
	    .window_reads = window_reads,
	    .idle_s = idle_deadline_ms / 1000,
	    .checkpoint = bytes_make(station->note, station->note_size),
	};

	frame_hello_write(&writer, &hello);
	output_end(station, number, &writer);
}

/* L5: a validly signed checkpoint beyond our ledger means that this ledger has lost something:
 * nothing more is accepted. One within it is compared with our tree. */
static void
compare_seen(struct station *station, struct bytes note)
{
	struct checkpoint seen;

	if (note.size == 0 || !checkpoint_open(note, &station->manifest->log_key, &seen))
		return;
	if (seen.size > station->durable)
		rhythm_fallen_behind(station, note);
	else
		reads_compare(station, &seen, note);
}

static bool
key_proven(const struct station *station, const struct connection *connection,
	   const struct frame_auth *auth, const struct note_key *key)
{
	uint8_t message[FRAME_PROOF_SIZE];

	frame_proof_message(station->manifest->id, connection->nonce, auth->nonce,
			    station->manifest->log_key.public_key, message);
	return verify_signature(auth->signature, bytes_make(message, sizeof message),
				key->public_key);
}

/* The frontend or authority of that key id, and its place among the signers; or NULL. */
static const struct note_key *
find_key(const struct manifest *manifest, uint32_t key_id, size_t *signer)
{
	const struct manifest_frontend *frontend = manifest_frontend_find(manifest, key_id);

	if (frontend != NULL) {
		*signer = (size_t)(frontend - manifest->frontends);
		return &frontend->key;
	}
	for (size_t i = 0; i < manifest->authorities_count; i++)
		if (manifest->authorities[i].id == key_id) {
			*signer = manifest->frontends_count + 1 + i;
			return &manifest->authorities[i];
		}
	return NULL;
}

/* L2: by the durable law. */
static bool
is_revoked(const struct station *station, size_t signer)
{
	return signer < station->manifest->frontends_count &&
	       law_frontend_revoked(&station->durable_standing.law, signer);
}

void
hello_revoke(struct station *station)
{
	for (unsigned i = 0; i < connections_max; i++)
		if (station->connections[i].state == CONNECTION_MEMBER &&
		    is_revoked(station, station->connections[i].signer))
			connection_part(station, i, TALLY_REVOKED_SIGNER);
}

/* TALLY_ACCEPTED and *signer, or why not. */
static enum tally_verdict
introduce(const struct station *station, const struct connection *connection,
	  const struct frame *frame, struct frame_auth *auth, size_t *signer)
{
	const struct note_key *key;

	if (frame->message != TALLY_MESSAGE_AUTH || !frame_auth_parse(frame->payload, auth))
		return TALLY_MALFORMED;
	if (auth->version != TALLY_WIRE_VERSION)
		return TALLY_UNKNOWN_VERSION;
	*signer = station->manifest->frontends_count;
	if (auth->key_id == 0)
		return TALLY_ACCEPTED;
	key = find_key(station->manifest, auth->key_id, signer);
	if (key == NULL)
		return TALLY_UNKNOWN_SIGNER;
	if (!key_proven(station, connection, auth, key))
		return TALLY_BAD_SIGNATURE;
	return is_revoked(station, *signer) ? TALLY_REVOKED_SIGNER : TALLY_ACCEPTED;
}

/* The key that holds most places. */
static size_t
greediest(const struct station *station)
{
	unsigned counts[SIGNERS_MAX] = {0};
	size_t most = 0;

	for (unsigned i = 0; i < connections_max; i++)
		if (station->connections[i].state == CONNECTION_MEMBER)
			counts[station->connections[i].signer]++;
	for (size_t i = 1; i < SIGNERS_MAX; i++)
		if (counts[i] > counts[most])
			most = i;
	return most;
}

static unsigned
members(const struct station *station)
{
	unsigned count = 0;

	for (unsigned i = 0; i < connections_max; i++)
		count += station->connections[i].state == CONNECTION_MEMBER;
	return count;
}

static unsigned
quietest_of(const struct station *station, size_t signer)
{
	const struct connection *connections = station->connections;
	unsigned quietest = connections_max;

	for (unsigned i = 0; i < connections_max; i++)
		if (connections[i].state == CONNECTION_MEMBER &&
		    connections[i].signer == signer &&
		    (quietest == connections_max ||
		     connections[i].heard_ms < connections[quietest].heard_ms))
			quietest = i;
	CHECK(quietest < connections_max);
	return quietest;
}

/* S1: no key keeps another one out. When all places are taken, the key that holds most gives one
 * up. False if that is the newcomer's own. */
static bool
make_place(struct station *station, size_t signer)
{
	size_t most;

	if (members(station) < connections_members_max)
		return true;
	most = greediest(station);
	if (most == signer)
		return false;
	connection_goodbye(station, quietest_of(station, most), TALLY_SLOW_DOWN);
	return true;
}

void
hello_answer(struct station *station, unsigned number, const struct frame *frame)
{
	struct connection *connection = &station->connections[number];
	struct writer writer;
	struct frame_auth auth;
	size_t signer = 0;
	enum tally_verdict verdict = introduce(station, connection, frame, &auth, &signer);
	struct frame_welcome welcome = {TALLY_WIRE_VERSION, window_requests, window_reads};

	if (verdict == TALLY_ACCEPTED && auth.key_id != 0 && !make_place(station, signer))
		verdict = TALLY_SLOW_DOWN;
	if (verdict != TALLY_ACCEPTED) {
		connection_goodbye(station, number, verdict);
		return;
	}
	connection->signer = (uint16_t)signer;
	connection_move(station, connection,
			auth.key_id == 0 ? CONNECTION_ANONYMOUS : CONNECTION_MEMBER);
	writer = output_begin(station);
	frame_welcome_write(&writer, &welcome);
	output_end(station, number, &writer);
	compare_seen(station, auth.checkpoint);
}
