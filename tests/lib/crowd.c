#include "tests/lib/crowd.h"

#include <sodium.h>

#include "tests/lib/judge.h"

enum {
	OUTPUT = 4 * TALLY_CLIENT_OUTPUT_MIN
};

static uint64_t
below(struct crowd *crowd, uint64_t count)
{
	return test_random_below(&crowd->random, count);
}

struct crowd *
crowd_make(struct stage *stage, struct test_random random, size_t voters, size_t frontends)
{
	struct crowd *crowd = calloc(1, sizeof *crowd);
	struct writer vkey;

	assert_non_null(crowd);
	assert_true(voters <= crowd_voters_max && frontends <= crowd_frontends_max);
	crowd->stage = stage;
	crowd->random = random;
	crowd->voters_count = voters;
	crowd->frontends_count = frontends;
	vkey = writer_make(crowd->vkey, sizeof crowd->vkey - 1);
	note_key_write(&vkey, &stage->campaign.log.key);
	for (size_t i = 0; i < frontends; i++) {
		crowd->frontends[i].memory = malloc(TALLY_CLIENT_MEMORY);
		crowd->frontends[i].output = malloc(OUTPUT);
		assert_non_null(crowd->frontends[i].memory);
		assert_non_null(crowd->frontends[i].output);
	}
	return crowd;
}

void
crowd_free(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->frontends_count; i++) {
		free(crowd->frontends[i].memory);
		free(crowd->frontends[i].output);
	}
	for (size_t i = 0; i < crowd->casts_count; i++)
		free(crowd->casts[i].bytes);
	free(crowd);
}

/* --- what is cast ------------------------------------------------------------------------- */

static struct crowd_cast *
new_cast(struct crowd *crowd, struct bytes bytes)
{
	struct crowd_cast *cast = &crowd->casts[crowd->casts_count];

	assert_true(crowd->casts_count < crowd_casts_max);
	crowd->casts_count++;
	*cast = (struct crowd_cast){.index = UINT64_MAX, .size = bytes.size};
	cast->bytes = malloc(bytes.size);
	assert_non_null(cast->bytes);
	memcpy(cast->bytes, bytes.data, bytes.size);
	return cast;
}

void
crowd_cast(struct crowd *crowd, uint64_t voter, uint16_t revision, bool forged)
{
	const struct campaign *campaign = &crowd->stage->campaign;
	struct campaign_choice choices[64];
	bool by_voter = campaign->manifest->signing == TALLY_SIGNING_VOTER;
	struct campaign_vote vote = {.voter = voter, .revision = revision};
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct bytes bytes;
	struct crowd_cast *cast;

	if (crowd->casts_count == crowd_casts_max)
		return;
	vote.signer = (size_t)below(crowd, by_voter ? campaign->manifest->registrars_count
						    : campaign->manifest->frontends_count);
	/* Certificates are renewed now and then; an old one may turn up again. */
	if (by_voter)
		vote.serial = revision / 3 + (below(crowd, 8) == 0);
	campaign_vote_random(campaign, &crowd->random, &vote, choices, 64);
	bytes = campaign_ballot(campaign, &vote, memory);
	if (forged)
		memory[bytes.size - 1 - below(crowd, 60)] ^= (uint8_t)(1 + below(crowd, 255));
	cast = new_cast(crowd, bytes);
	cast->voter = voter;
	cast->revision = revision;
	cast->serial = vote.serial;
	cast->forged = forged;
}

static void
cast_notice(struct crowd *crowd, struct bytes bytes)
{
	new_cast(crowd, bytes)->notice = true;
}

void
crowd_notice(struct crowd *crowd, enum tally_notice_kind kind, int64_t time)
{
	uint8_t memory[1024];

	if (crowd->casts_count < crowd_casts_max)
		cast_notice(crowd, campaign_notice(&crowd->stage->campaign, crowd->notice,
						   crowd->notices + 1, kind, time, memory,
						   sizeof memory));
}

void
crowd_order(struct crowd *crowd, enum tally_notice_kind kind, struct bytes body)
{
	uint8_t memory[4096];

	if (crowd->casts_count < crowd_casts_max)
		cast_notice(crowd, campaign_order(&crowd->stage->campaign, crowd->notice,
						  crowd->notices + 1, kind, body, memory,
						  sizeof memory));
}

void
crowd_repeat(struct crowd *crowd, size_t cast)
{
	crowd->casts[cast].settled = false;
	crowd->casts[cast].again_ms = 0;
}

size_t
crowd_waiting(const struct crowd *crowd)
{
	size_t count = 0;

	for (size_t i = 0; i < crowd->casts_count; i++)
		count += !crowd->casts[i].settled;
	return count;
}

/* --- frontends ---------------------------------------------------------------------------- */

static void
lost(struct crowd *crowd, struct crowd_frontend *frontend)
{
	if (frontend->client == NULL)
		return;
	frontend->client = NULL;
	for (size_t i = 0; i < frontend->asks_count; i++) {
		const struct crowd_ask *ask = &frontend->asks[i];

		if (!ask->answered && (ask->message == TALLY_MESSAGE_SUBMIT ||
				       ask->message == TALLY_MESSAGE_NOTICE))
			crowd->casts[ask->cast].carried = false;
	}
	frontend->asks_count = 0;
}

void
crowd_disconnect(struct crowd *crowd, size_t at)
{
	struct crowd_frontend *frontend = &crowd->frontends[at];

	if (frontend->client == NULL)
		return;
	stage_disconnect(crowd->stage, frontend->number);
	lost(crowd, frontend);
}

void
crowd_lost(struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->frontends_count; i++)
		lost(crowd, &crowd->frontends[i]);
}

static void
connect_frontend(struct crowd *crowd, size_t at)
{
	struct crowd_frontend *frontend = &crowd->frontends[at];
	const struct campaign *campaign = &crowd->stage->campaign;
	const struct note_private_key *own =
	    &campaign->frontends[at % campaign->manifest->frontends_count];
	struct tally_client_key key = {.id = own->key.id};
	uint8_t nonce[TALLY_NONCE_SIZE];
	struct tally_client_config config = {
	    .campaign = campaign->manifest->id,
	    .log_vkey = crowd->vkey,
	    .key = &key,
	    .nonce = nonce,
	    .checkpoint = frontend->newest_size > 0 ? frontend->newest : NULL,
	    .checkpoint_size = frontend->newest_size,
	    .output = frontend->output,
	    .output_size = OUTPUT,
	};
	int number = stage_connect(crowd->stage);

	if (number < 0)
		return;
	memcpy(key.secret, own->secret, sizeof key.secret);
	test_random_fill(&crowd->random, nonce, sizeof nonce);
	assert_int_equal(tally_client_init(&frontend->client, frontend->memory,
					   TALLY_CLIENT_MEMORY, &config),
			 TALLY_CLIENT_FINE);
	frontend->number = (unsigned)number;
	frontend->opened = crowd->stage->sockets[number].opened;
	frontend->ready = false;
	frontend->asks_count = 0;
}

/* Answered requests leave the list, in the order of their lane. */
static void
forget(struct crowd_frontend *frontend, uint32_t correlation)
{
	for (size_t i = 0; i < frontend->asks_count; i++) {
		if (frontend->asks[i].correlation != correlation)
			continue;
		assert_true(frontend->asks[i].answered);
		memmove(&frontend->asks[i], &frontend->asks[i + 1],
			(--frontend->asks_count - i) * sizeof frontend->asks[0]);
		return;
	}
	fail_msg("an answer to nothing");
}

static void
take_event(struct crowd *crowd, struct crowd_frontend *frontend,
	   const struct tally_client_event *event)
{
	size_t size;
	const char *newest = tally_client_newest(frontend->client, &size);

	memcpy(frontend->newest, newest, size);
	frontend->newest_size = size;
	switch (event->kind) {
	case TALLY_CLIENT_EVENT_READY:
		frontend->ready = true;
		break;
	case TALLY_CLIENT_EVENT_GOODBYE:
		assert_int_equal(event->verdict, TALLY_STOPPING);
		lost(crowd, frontend);
		break;
	case TALLY_CLIENT_EVENT_BROKEN:
		fail_msg("broken: %s", tally_client_sentence(event->status));
		break;
	default:
		forget(frontend, event->correlation);
	}
}

static void
move_bytes(struct crowd *crowd, struct crowd_frontend *frontend)
{
	struct stage *stage = crowd->stage;
	struct tally_client_event event;
	struct bytes got;
	const uint8_t *output;
	size_t size;

	while (frontend->client != NULL &&
	       (got = stage_received(stage, frontend->number)).size > 0) {
		size_t taken = tally_client_receive(frontend->client, got.data, got.size);

		stage_take(stage, frontend->number, taken);
		while (frontend->client != NULL && tally_client_event(frontend->client, &event))
			take_event(crowd, frontend, &event);
	}
	if (frontend->client == NULL)
		return;
	output = tally_client_output(frontend->client, &size);
	stage_send(stage, frontend->number, bytes_make(output, size));
	tally_client_sent(frontend->client, size);
}

static bool
carry(struct crowd_frontend *frontend, struct crowd_cast *cast, size_t at, bool opened)
{
	uint32_t correlation;
	int status =
	    cast->notice
		? tally_client_notice(frontend->client, cast->bytes, cast->size, &correlation)
		: tally_client_submit(frontend->client, cast->bytes, cast->size, &correlation);

	if (status != TALLY_CLIENT_FINE)
		return false;
	cast->carried = true;
	frontend->asks[frontend->asks_count++] = (struct crowd_ask){
	    .message = cast->notice ? TALLY_MESSAGE_NOTICE : TALLY_MESSAGE_SUBMIT,
	    .correlation = correlation,
	    .cast = at,
	    .opened = opened};
	return true;
}

/* A frontend to carry something; NULL where the one chosen cannot now. */
static struct crowd_frontend *
any_frontend(struct crowd *crowd)
{
	struct crowd_frontend *frontend =
	    &crowd->frontends[below(crowd, crowd->frontends_count)];

	return frontend->client != NULL && frontend->ready &&
		       frontend->asks_count < window_requests
		   ? frontend
		   : NULL;
}

static void
ask_about(struct crowd *crowd, struct crowd_frontend *frontend, uint64_t voter)
{
	struct crowd_ask ask = {.message = TALLY_MESSAGE_STATUS, .voter = voter};
	uint8_t tag[TALLY_TAG_SIZE];

	campaign_tag(voter, tag);
	ask.revision = crowd->answered[voter];
	if (tally_client_status(frontend->client, tag, &ask.correlation) == TALLY_CLIENT_FINE)
		frontend->asks[frontend->asks_count++] = ask;
}

static void
ask_receipt(struct crowd *crowd, struct crowd_frontend *frontend)
{
	struct crowd_ask ask = {.message = TALLY_MESSAGE_RECEIPT};

	if (crowd->casts_count == 0)
		return;
	ask.index = crowd->casts[below(crowd, crowd->casts_count)].index;
	if (ask.index == UINT64_MAX ||
	    crowd->stage->entries[ask.index].data[0] != TALLY_ENTRY_BALLOT)
		return;
	if (tally_client_receipt(frontend->client, ask.index, &ask.correlation) ==
	    TALLY_CLIENT_FINE)
		frontend->asks[frontend->asks_count++] = ask;
}

void
crowd_ask(struct crowd *crowd)
{
	struct crowd_frontend *frontend = any_frontend(crowd);
	struct crowd_ask ask = {0};
	int status = TALLY_CLIENT_FULL;

	if (frontend == NULL)
		return;
	switch (below(crowd, 6)) {
	case 0:
		status = tally_client_state(frontend->client, &ask.correlation);
		break;
	case 1:
		status = tally_client_checkpoint(frontend->client, &ask.correlation);
		break;
	case 2:
		ask.message = TALLY_MESSAGE_RESULTS;
		status = tally_client_results(frontend->client, 0, &ask.correlation);
		break;
	case 3:
	case 4:
		ask_receipt(crowd, frontend);
		break;
	default:
		ask_about(crowd, frontend, below(crowd, crowd->voters_count));
	}
	if (status == TALLY_CLIENT_FINE)
		frontend->asks[frontend->asks_count++] = ask;
}

void
crowd_move(struct crowd *crowd)
{
	bool opened;

	crowd->stage->watch = judge_saw;
	crowd->stage->watcher = crowd;
	for (size_t i = 0; i < crowd->frontends_count; i++) {
		struct crowd_frontend *frontend = &crowd->frontends[i];

		if (frontend->client != NULL) {
			const struct stage_socket *socket =
			    &crowd->stage->sockets[frontend->number];

			move_bytes(crowd, frontend);
			if (frontend->client != NULL &&
			    (!socket->open || socket->opened != frontend->opened))
				lost(crowd, frontend);
		} else if (below(crowd, 8) == 0) {
			connect_frontend(crowd, i);
		}
	}
	opened = judge_phase_was(crowd->stage, TALLY_PHASE_OPEN) ||
		 judge_phase_was(crowd->stage, TALLY_PHASE_CLOSED);
	for (size_t i = 0; i < crowd->casts_count; i++) {
		struct crowd_cast *cast = &crowd->casts[i];
		struct crowd_frontend *frontend;

		if (cast->settled || cast->carried || cast->again_ms > crowd->stage->mono_ms ||
		    below(crowd, 4) != 0)
			continue;
		frontend = any_frontend(crowd);
		if (frontend != NULL)
			carry(frontend, cast, i, opened);
	}
	for (size_t i = 0; i < crowd->frontends_count; i++)
		if (crowd->frontends[i].client != NULL)
			move_bytes(crowd, &crowd->frontends[i]);
}

void
crowd_check(const struct crowd *crowd)
{
	for (size_t i = 0; i < crowd->casts_count; i++) {
		const struct crowd_cast *cast = &crowd->casts[i];

		if (cast->index == UINT64_MAX)
			continue;
		assert_true(cast->index < crowd->stage->entries_count);
		assert_true(judge_entry_is(
		    &crowd->stage->entries[cast->index],
		    cast->notice ? TALLY_ENTRY_NOTICE : TALLY_ENTRY_BALLOT, cast));
	}
}
