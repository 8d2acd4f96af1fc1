#include "tools/tallyctl/annals.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "ledger/entry.h"
#include "tools/lib/complain.h"

typedef bool
entry_visit(void *context, uint64_t index, struct bytes entry);

/* The size of a signed checkpoint that covers all that is durable: it follows within 200 ms. */
static enum tally_exit
size_ask(struct tally_connection *connection, uint64_t *size)
{
	static const struct timespec pause = {.tv_nsec = 50 * 1000 * 1000};
	struct tally_client_event answer;
	uint64_t durable = 0;
	int status = tally_state(connection, &answer);

	if (status == TALLY_CLIENT_FINE && answer.kind == TALLY_CLIENT_EVENT_STATE)
		durable = answer.state.log_size;
	for (int i = 0; i < 40 && status == TALLY_CLIENT_FINE; i++) {
		status = tally_checkpoint(connection, &answer);
		if (status != TALLY_CLIENT_FINE || answer.kind != TALLY_CLIENT_EVENT_CHECKPOINT)
			break;
		*size = answer.tree_size;
		if (*size >= durable)
			return TALLY_EXIT_FINE;
		nanosleep(&pause, NULL);
	}
	if (status == TALLY_CLIENT_FINE && *size > 0)
		return TALLY_EXIT_FINE;
	complain("%s", status == TALLY_CLIENT_FINE ? "the log tells no size"
						   : tally_trouble(connection));
	return TALLY_EXIT_WORLD;
}

/* Shows entries from `index` on until `visit` has enough, or `size` is reached. */
static enum tally_exit
walk(struct tally_connection *connection, uint64_t index, uint64_t size, entry_visit *visit,
     void *context)
{
	struct tally_client_event answer;
	bool more = true;

	while (more && index < size) {
		const uint8_t *entry;
		size_t entry_size;

		if (tally_entries(connection, index, size, &answer) != TALLY_CLIENT_FINE) {
			complain("%s", tally_trouble(connection));
			return TALLY_EXIT_WORLD;
		}
		if (answer.kind != TALLY_CLIENT_EVENT_ENTRIES) {
			complain("the log's entries: %.*s", (int)answer.text_size, answer.text);
			return TALLY_EXIT_WORLD;
		}
		while (more && index < size &&
		       tally_client_entry(&answer.entries, &entry, &entry_size))
			more = visit(context, index++, bytes_make(entry, entry_size));
	}
	return TALLY_EXIT_FINE;
}

/* --- manifest ----------------------------------------------------------------------------- */

struct json {
	uint8_t *data;
	size_t size;
	bool whole;
};

static bool
take_part(void *context, uint64_t index, struct bytes bytes)
{
	struct json *json = context;
	struct entry entry;

	if (!entry_parse(bytes, &entry) || entry.kind != TALLY_ENTRY_CAMPAIGN ||
	    entry.part != index || json->size + entry.body.size > TALLY_MANIFEST_SIZE_MAX)
		return false;
	memcpy(json->data + json->size, entry.body.data, entry.body.size);
	json->size += entry.body.size;
	json->whole = entry.part + 1 == entry.parts;
	return !json->whole;
}

enum tally_exit
annals_manifest(struct tally_connection *connection, struct manifest **out)
{
	struct json json = {.data = malloc(TALLY_MANIFEST_SIZE_MAX)};
	struct manifest_fault fault = {.sentence = "the log does not begin with a manifest"};
	uint64_t size = 0;
	enum tally_exit code;

	CHECK(json.data);
	*out = NULL;
	code = size_ask(connection, &size);
	if (code == TALLY_EXIT_FINE)
		code = walk(connection, 0, size, take_part, &json);
	if (code == TALLY_EXIT_FINE && json.whole)
		*out = manifest_parse(bytes_make(json.data, json.size), &fault);
	if (code == TALLY_EXIT_FINE && *out == NULL) {
		complain("%s", fault.sentence);
		code = TALLY_EXIT_FAILED;
	}
	free(json.data);
	return code;
}

/* --- ballots of one key ------------------------------------------------------------------- */

struct tracks {
	uint32_t key_id;
	uint64_t *indexes;
	size_t count;
};

static bool
take_track(void *context, uint64_t index, struct bytes bytes)
{
	struct tracks *tracks = context;
	struct entry entry;
	struct ballot ballot;

	if (!entry_parse(bytes, &entry) || entry.kind != TALLY_ENTRY_BALLOT ||
	    ballot_parse(entry.body, &ballot) != TALLY_ACCEPTED ||
	    ballot.key_id != tracks->key_id)
		return true;
	if (tracks->count % 4096 == 0)
		tracks->indexes =
		    realloc(tracks->indexes, (tracks->count + 4096) * sizeof *tracks->indexes);
	CHECK(tracks->indexes);
	tracks->indexes[tracks->count++] = index;
	return true;
}

enum tally_exit
annals_ballots(struct tally_connection *connection, uint32_t key_id, uint64_t first,
	       uint64_t last, uint64_t **indexes, size_t *count)
{
	struct tracks tracks = {.key_id = key_id};
	uint64_t size = 0;
	enum tally_exit code = size_ask(connection, &size);

	if (code == TALLY_EXIT_FINE && last < size)
		size = last + 1;
	if (code == TALLY_EXIT_FINE)
		code = walk(connection, first, size, take_track, &tracks);
	*indexes = tracks.indexes;
	*count = tracks.count;
	return code;
}

/* --- law ---------------------------------------------------------------------------------- */

static bool
is_same(const struct notice *a, const struct notice *b)
{
	return a != NULL && a->kind == b->kind && bytes_equal(a->body, b->body);
}

/* Marks the tag if it is among the `count` that ascend. */
static void
see(struct annals *annals, const uint8_t *tags, size_t count, size_t stride, const uint8_t *tag)
{
	size_t low = 0, high = count;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (memcmp(tags + middle * stride, tag, TALLY_TAG_SIZE) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low < count && memcmp(tags + low * stride, tag, TALLY_TAG_SIZE) == 0)
		annals->tags_seen[low] = true;
}

static void
take_notice(struct annals *annals, uint64_t index, struct bytes bytes)
{
	const struct notice *wanted = annals->wanted;
	struct notice notice;

	if (notice_parse(bytes, &notice) != TALLY_ACCEPTED ||
	    law_notice_check(&annals->law, annals->manifest, &notice) != TALLY_ACCEPTED)
		return;
	law_notice_apply(&annals->law, annals->manifest, &notice);
	annals->enrolled += notice.enrolments_count;
	if (is_same(wanted, &notice))
		annals->same = index;
	for (size_t i = 0; wanted != NULL && i < notice.enrolments_count; i++)
		see(annals, wanted->enrolments, wanted->enrolments_count, NOTICE_ENROLMENT_SIZE,
		    notice.enrolments + i * NOTICE_ENROLMENT_SIZE);
}

static void
take_ballot(struct annals *annals, uint64_t index, struct bytes bytes)
{
	const struct notice *wanted = annals->wanted;
	struct ballot ballot;

	if (wanted == NULL || wanted->kind != TALLY_NOTICE_VOID ||
	    ballot_parse(bytes, &ballot) != TALLY_ACCEPTED)
		return;
	annals->ballots_count += notice_void_names(&wanted->voided, ballot.key_id, index);
	see(annals, wanted->voided.tags, wanted->voided.tags_count, TALLY_TAG_SIZE, ballot.tag);
}

static bool
take_entry(void *context, uint64_t index, struct bytes bytes)
{
	struct annals *annals = context;
	struct entry entry;

	if (!entry_parse(bytes, &entry))
		return true;
	if (entry.kind == TALLY_ENTRY_PHASE &&
	    law_phase_check(&annals->law, entry.phase, entry.cause, entry.minute))
		law_phase_apply(&annals->law, entry.phase, entry.cause, entry.minute);
	if (entry.kind == TALLY_ENTRY_NOTICE)
		take_notice(annals, index, entry.body);
	if (entry.kind == TALLY_ENTRY_BALLOT)
		take_ballot(annals, index, entry.body);
	return true;
}

enum tally_exit
annals_read(struct tally_connection *connection, struct annals *annals)
{
	uint64_t size = 0;
	enum tally_exit code = size_ask(connection, &size);

	law_init(&annals->law, annals->manifest);
	annals->same = UINT64_MAX;
	annals->ballots_count = 0;
	annals->enrolled = 0;
	annals->tags_seen = calloc(NOTICE_TAGS_MAX, sizeof *annals->tags_seen);
	CHECK(annals->tags_seen);
	return code == TALLY_EXIT_FINE ? walk(connection, 0, size, take_entry, annals) : code;
}

void
annals_free(struct annals *annals)
{
	free(annals->tags_seen);
	annals->tags_seen = NULL;
}
