#include "station/gather.h"

#include <string.h>

#include "limits.h"

void
gather_init(struct gather *gather, const struct manifest *manifest,
	    const struct pollbook_table *table, uint8_t *room, void *counts)
{
	gather->manifest = manifest;
	gather->table = table;
	gather->room = writer_make(room, gather_bytes);
	gather->counts_memory = counts;
}

static bool
by_tags(const struct gather *gather)
{
	return gather->voided.tags_count > 0;
}

static bool
find_tags(struct gather *gather)
{
	for (size_t i = 0; i < gather->voided.tags_count; i++) {
		const uint8_t *tag = gather->voided.tags + i * TALLY_TAG_SIZE;
		struct pollbook_record voter;
		struct pollbook_entered newest;

		if (!pollbook_find(gather->table, POLLBOOK_VOTER, tag, &voter))
			return false;
		newest = pollbook_word_read(voter.word);
		if (newest.standing != POLLBOOK_COUNTED)
			return false;
		gather->indexes[i] = newest.index;
	}
	return true;
}

enum gather_end
gather_begin(struct gather *gather, const struct notice_void *voided)
{
	CHECK(voided->tags_count <= NOTICE_TAGS_MAX);
	gather->voided = *voided;
	gather->next = by_tags(gather) ? 0 : voided->first;
	gather->full = false;
	gather->room = writer_make(gather->room.data, gather->room.capacity);
	counts_init(&gather->counts, gather->manifest, gather->counts_memory);
	gather->count = 0;
	return find_tags(gather) ? GATHER_MORE : GATHER_IMPOSSIBLE;
}

static bool
is_read(const struct gather *gather)
{
	return by_tags(gather) ? gather->next == gather->voided.tags_count
			       : gather->next > gather->voided.last;
}

bool
gather_wants(const struct gather *gather, uint64_t *first, uint64_t *count)
{
	if (gather->full || is_read(gather))
		return false;
	*first = by_tags(gather) ? gather->indexes[gather->next] : gather->next;
	*count = by_tags(gather) ? 1 : gather->voided.last + 1 - gather->next;
	return true;
}

static bool
is_named(const struct gather *gather, uint64_t index, struct bytes entry)
{
	struct ballot ballot;

	return by_tags(gather) || (entry.data[0] == TALLY_ENTRY_BALLOT &&
				   ballot_parse(bytes_make(entry.data + 1, entry.size - 1),
						&ballot) == TALLY_ACCEPTED &&
				   notice_void_names(&gather->voided, ballot.key_id, index));
}

bool
gather_take(struct gather *gather, uint64_t index, struct bytes entry)
{
	CHECK(entry.size > 0);
	if (is_named(gather, index, entry)) {
		if (gather->room.capacity - gather->room.size < 10 + entry.size) {
			gather->full = true;
			return false;
		}
		writer_u64(&gather->room, index);
		writer_u16(&gather->room, (uint16_t)entry.size);
		writer_bytes(&gather->room, entry);
	}
	gather->next++;
	return true;
}

/* Is it, byte for byte, what was entered for its tag at that index? */
static bool
is_the_counted(const struct gather *gather, const struct ballot *ballot)
{
	struct pollbook_record voter;
	uint8_t digest[BALLOT_DIGEST_SIZE];

	if (!pollbook_find(gather->table, POLLBOOK_VOTER, ballot->tag, &voter))
		return false;
	ballot_digest(ballot, digest);
	return memcmp(digest, voter.value, sizeof digest) == 0;
}

static enum gather_end
count_one(struct gather *gather, uint64_t index, struct bytes entry)
{
	struct ballot ballot;

	if (entry.data[0] != TALLY_ENTRY_BALLOT ||
	    ballot_parse(bytes_make(entry.data + 1, entry.size - 1), &ballot) != TALLY_ACCEPTED)
		return GATHER_WRONG;
	if (!pollbook_counts(gather->table, ballot.tag, index))
		return by_tags(gather) ? GATHER_WRONG : GATHER_MORE;
	if (!is_the_counted(gather, &ballot))
		return GATHER_WRONG;
	if (gather->count == NOTICE_TAGS_MAX)
		return GATHER_IMPOSSIBLE;
	memcpy(gather->tags[gather->count++], ballot.tag, TALLY_TAG_SIZE);
	counts_add(&gather->counts, gather->manifest, &ballot);
	return GATHER_MORE;
}

enum gather_end
gather_work(struct gather *gather)
{
	struct reader reader = reader_make(writer_view(&gather->room));
	enum gather_end end = GATHER_MORE;

	while (end == GATHER_MORE && !reader_done(&reader)) {
		uint64_t index = reader_u64(&reader);
		struct bytes entry = reader_bytes(&reader, reader_u16(&reader));

		CHECK(!reader.failed);
		end = count_one(gather, index, entry);
	}
	gather->room = writer_make(gather->room.data, gather->room.capacity);
	gather->full = false;
	if (end != GATHER_MORE || !is_read(gather))
		return end;
	return gather->count > 0 ? GATHER_WHOLE : GATHER_IMPOSSIBLE;
}

void
gather_enter(const struct gather *gather, struct pollbook_table *table)
{
	enum pollbook_standing fate =
	    gather->voided.fate == NOTICE_AGAIN ? POLLBOOK_AGAIN : POLLBOOK_BARRED;

	CHECK(table == gather->table);
	for (size_t i = 0; i < gather->count; i++)
		pollbook_void(table, gather->tags[i], fate);
}
