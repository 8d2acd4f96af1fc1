#include "tools/tallyctl/dispatch.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "tools/lib/complain.h"
#include "tools/tallyctl/annals.h"
#include "tools/tallyctl/whynot.h"

enum {
	TRIES = 3 /* while other notices come between */
};

static enum tally_exit
broken(struct tally_connection *connection)
{
	complain("%s", tally_trouble(connection));
	return TALLY_EXIT_WORLD;
}

/* Asks for the newest notice, then sends one that follows it. */
static enum tally_exit
send_once(const struct dispatch *dispatch, struct tally_connection *connection,
	  struct bytes body, struct writer *notice, struct tally_client_event *answer)
{
	struct notice_head head = {.campaign = dispatch->peer.campaign,
				   .kind = dispatch->decree->kind};

	if (tally_state(connection, answer) != TALLY_CLIENT_FINE)
		return broken(connection);
	if (answer->kind != TALLY_CLIENT_EVENT_STATE)
		return TALLY_EXIT_FINE;
	head.number = answer->state.notices_count + 1;
	head.previous = answer->state.notice_hash;
	notice->size = 0;
	notice_write(notice, &head, body, dispatch->key.key.id, dispatch->key.secret);
	CHECK(!notice->failed);
	if (tally_notice(connection, notice->data, notice->size, answer) != TALLY_CLIENT_FINE)
		return broken(connection);
	return TALLY_EXIT_FINE;
}

/* The log, read with the authority's key, explains an impossible notice. */
static bool
is_settled(const struct dispatch *dispatch, struct bytes bytes, char why[WHYNOT_MAX])
{
	struct tally_connection *connection;
	struct manifest *manifest = NULL;
	struct notice notice;
	struct annals annals = {.wanted = &notice};
	bool settled = false;

	why[0] = 0;
	if (notice_parse(bytes, &notice) != TALLY_ACCEPTED ||
	    peer_connect(&dispatch->peer, &dispatch->key, &connection) != TALLY_EXIT_FINE)
		return false;
	if (annals_manifest(connection, &manifest) == TALLY_EXIT_FINE) {
		annals.manifest = manifest;
		if (annals_read(connection, &annals) == TALLY_EXIT_FINE)
			settled = whynot_settled(&annals, time(NULL), why);
		annals_free(&annals);
	}
	manifest_free(manifest);
	tally_close(connection);
	return settled;
}

static enum tally_exit
refused(const struct dispatch *dispatch, const struct tally_client_event *answer,
	struct bytes notice, const char *piece)
{
	const struct tally_verdict_text *text = tally_verdict_text(answer->verdict);
	bool set = decree_pieces(dispatch->decree) > 1;
	const char *apart = piece[0] != 0 ? ": " : "";
	char why[WHYNOT_MAX] = "";

	if (answer->verdict == TALLY_NOTICE_IMPOSSIBLE && is_settled(dispatch, notice, why) &&
	    set) {
		complain("%s: left out: %s", piece, why);
		return TALLY_EXIT_FINE;
	}
	printf("%s\n", text->name);
	complain("%s%sthe notice is refused: %s%s%s", piece, apart, text->sentence,
		 why[0] != 0 ? ": " : "", why);
	return TALLY_EXIT_FAILED;
}

static enum tally_exit
send_piece(const struct dispatch *dispatch, struct tally_connection *connection, size_t piece,
	   struct writer *body, struct writer *notice)
{
	struct tally_client_event answer = {0};
	enum tally_exit code = TALLY_EXIT_FINE;
	char text[DECREE_TEXT_MAX];

	decree_piece_text(dispatch->decree, piece, text);
	body->size = 0;
	decree_body(dispatch->decree, piece, body);
	for (int i = 0; i < TRIES; i++) {
		code = send_once(dispatch, connection, writer_view(body), notice, &answer);
		if (code != TALLY_EXIT_FINE || answer.verdict != TALLY_NOTICE_OUT_OF_ORDER)
			break;
	}
	if (code != TALLY_EXIT_FINE)
		return code;
	if (answer.verdict != TALLY_ACCEPTED)
		return refused(dispatch, &answer, writer_view(notice), text);
	printf("%s %" PRIu64 "\n", tally_verdict_text(answer.verdict)->name, answer.index);
	if (text[0] != 0)
		complain("%s: in the log", text);
	return TALLY_EXIT_FINE;
}

/* A void looks at what stands before it. */
static enum tally_exit
check_span(const struct decree *decree, struct tally_connection *connection)
{
	struct tally_client_event answer;

	if (!decree_is_span(decree))
		return TALLY_EXIT_FINE;
	if (tally_state(connection, &answer) != TALLY_CLIENT_FINE)
		return broken(connection);
	if (answer.kind != TALLY_CLIENT_EVENT_STATE || decree->last < answer.state.log_size)
		return TALLY_EXIT_FINE;
	complain("the log has no entry %" PRIu64 ": it has %" PRIu64, decree->last,
		 answer.state.log_size);
	return TALLY_EXIT_USAGE;
}

static enum tally_exit
send_all(const struct dispatch *dispatch, struct tally_connection *connection)
{
	static uint8_t body_memory[TALLY_NOTICE_SIZE_MAX];
	static uint8_t notice_memory[TALLY_NOTICE_SIZE_MAX];
	struct writer body = writer_make(body_memory, sizeof body_memory);
	struct writer notice = writer_make(notice_memory, sizeof notice_memory);
	size_t pieces = decree_pieces(dispatch->decree);
	enum tally_exit code = TALLY_EXIT_FINE;

	if (pieces > 1)
		complain("%zu notices", pieces);
	for (size_t i = 0; code == TALLY_EXIT_FINE && i < pieces; i++)
		code = send_piece(dispatch, connection, i, &body, &notice);
	return code;
}

/* The manifest is an authority's to read here; a notice needs no proven key: its own signature is
 * its authority. */
static enum tally_exit
complete(const struct dispatch *dispatch)
{
	struct tally_connection *connection;
	struct manifest *manifest = NULL;
	enum tally_exit code = peer_connect(&dispatch->peer, &dispatch->key, &connection);

	if (code != TALLY_EXIT_FINE)
		return code;
	code = annals_manifest(connection, &manifest);
	tally_close(connection);
	if (code == TALLY_EXIT_FINE)
		code = dispatch->complete(dispatch->context, manifest);
	manifest_free(manifest);
	return code;
}

/* Where its ballots lie is an authority's to read. */
static enum tally_exit
split(const struct dispatch *dispatch)
{
	struct decree *decree = dispatch->decree;
	struct tally_connection *connection;
	uint64_t *ballots = NULL;
	size_t count = 0;
	enum tally_exit code = peer_connect(&dispatch->peer, &dispatch->key, &connection);

	if (code != TALLY_EXIT_FINE)
		return code;
	code = check_span(decree, connection);
	if (code == TALLY_EXIT_FINE)
		code = annals_ballots(connection, decree->key_id, decree->first, decree->last,
				      &ballots, &count);
	if (code == TALLY_EXIT_FINE)
		decree_split(decree, ballots, count);
	free(ballots);
	tally_close(connection);
	return code;
}

enum tally_exit
dispatch_send(struct dispatch *dispatch)
{
	struct tally_connection *connection;
	enum tally_exit code = peer_learn(&dispatch->peer);

	if (code == TALLY_EXIT_FINE && dispatch->complete != NULL)
		code = complete(dispatch);
	if (code == TALLY_EXIT_FINE && decree_is_span(dispatch->decree))
		code = split(dispatch);
	if (code == TALLY_EXIT_FINE)
		code = peer_connect(&dispatch->peer, NULL, &connection);
	if (code != TALLY_EXIT_FINE)
		return code;
	code = send_all(dispatch, connection);
	tally_close(connection);
	return code;
}
