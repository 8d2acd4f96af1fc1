#include "tests/lib/log.h"

#include <errno.h>
#include <inttypes.h>
#include <sodium.h>
#include <sys/stat.h>

#include "base/text.h"
#include "tests/lib/logfollow.h"
#include "tree/proof.h"

enum {
	TILE = TALLY_TILE_WIDTH
};

void
test_log_make(struct test_log *log, const struct campaign_wish *wish)
{
	static uint8_t memory[ENTRY_CAMPAIGN_HEAD + TALLY_CAMPAIGN_PART_SIZE];
	struct bytes json;

	*log = (struct test_log){.salt = 1};
	campaign_make(&log->campaign, wish);
	log->memory = malloc(replay_memory(log->campaign.manifest));
	assert_non_null(log->memory);
	replay_init(&log->replay, log->campaign.manifest, log->memory);
	json = log->campaign.manifest->json;
	for (uint16_t part = 0; part < entry_campaign_parts(json.size); part++) {
		struct writer writer = writer_make(memory, sizeof memory);

		entry_campaign_write(&writer, json, part);
		assert_false(writer.failed);
		(void)test_log_append(log, writer_view(&writer));
	}
	assert_int_equal(log->replay.index, log->count);
}

void
test_log_free(struct test_log *log)
{
	for (size_t i = 0; i < log->count; i++) {
		free(log->entries[i].data);
		free(log->entries[i].text);
	}
	free(log->entries);
	free(log->leaves);
	free(log->memory);
	if (!log->shares)
		campaign_free(&log->campaign);
}

void
test_log_copy(struct test_log *log, const struct test_log *from, bool corrected)
{
	*log =
	    (struct test_log){.campaign = from->campaign, .salt = from->salt, .shares = true};
	log->memory = malloc(replay_memory(log->campaign.manifest));
	assert_non_null(log->memory);
	replay_init(&log->replay, log->campaign.manifest, log->memory);
	for (size_t i = 0; i < from->count; i++) {
		const char *text = from->entries[i].text;

		if (corrected && text != NULL)
			(void)test_log_tally(log);
		else
			(void)test_log_append(log, test_log_entry(from, i));
		if (!corrected && text != NULL)
			log->entries[i].text = strdup(text);
	}
	memcpy(log->last_notice, from->last_notice, from->last_notice_size);
	log->last_notice_size = from->last_notice_size;
	log->notices_count = from->notices_count;
}

struct bytes
test_log_entry(const struct test_log *log, size_t index)
{
	assert_true(index < log->count);
	return bytes_make(log->entries[index].data, log->entries[index].size);
}

size_t
test_log_append(struct test_log *log, struct bytes entry)
{
	struct test_log_entry *last;

	if (log->count == log->capacity) {
		log->capacity = log->capacity == 0 ? 64 : 2 * log->capacity;
		log->entries = realloc(log->entries, log->capacity * sizeof *log->entries);
		log->leaves = realloc(log->leaves, log->capacity * sizeof *log->leaves);
		assert_non_null(log->entries);
		assert_non_null(log->leaves);
	}
	last = &log->entries[log->count++];
	*last = (struct test_log_entry){.data = malloc(entry.size + 1), .size = entry.size};
	assert_non_null(last->data);
	if (entry.size > 0)
		memcpy(last->data, entry.data, entry.size);
	tree_leaf(entry, &log->leaves[log->count - 1]);
	log_follow(log);
	return log->count - 1;
}

static size_t
append_kind(struct test_log *log, enum tally_entry_kind kind, struct bytes body)
{
	static uint8_t memory[1 + TALLY_NOTICE_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);

	writer_u8(&writer, (uint8_t)kind);
	writer_bytes(&writer, body);
	assert_false(writer.failed);
	return test_log_append(log, writer_view(&writer));
}

size_t
test_log_ballot(struct test_log *log, struct bytes ballot)
{
	return append_kind(log, TALLY_ENTRY_BALLOT, ballot);
}

size_t
test_log_vote(struct test_log *log, const struct campaign_vote *vote)
{
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];

	return test_log_ballot(log, campaign_ballot(&log->campaign, vote, memory));
}

static int64_t
seconds_of(const char *time)
{
	int64_t seconds = 0;

	assert_true(text_time_parse(bytes_of_string(time), &seconds));
	return seconds;
}

size_t
test_log_phase(struct test_log *log, enum tally_phase phase, enum tally_cause cause,
	       const char *time)
{
	uint8_t memory[ENTRY_PHASE_SIZE];
	struct writer writer = writer_make(memory, sizeof memory);

	entry_phase_write(&writer, phase, cause, seconds_of(time) / 60);
	return test_log_append(log, writer_view(&writer));
}

/* Enters what was just made to be the last notice. */
static size_t
append_notice(struct test_log *log, struct bytes notice)
{
	memcpy(log->last_notice, notice.data, notice.size);
	log->last_notice_size = notice.size;
	return append_kind(log, TALLY_ENTRY_NOTICE, notice);
}

size_t
test_log_notice(struct test_log *log, enum tally_notice_kind kind, const char *closes)
{
	uint8_t memory[256];

	return append_notice(
	    log,
	    campaign_notice(&log->campaign, bytes_make(log->last_notice, log->last_notice_size),
			    ++log->notices_count, kind, closes == NULL ? 0 : seconds_of(closes),
			    memory, sizeof memory));
}

size_t
test_log_order(struct test_log *log, enum tally_notice_kind kind, struct bytes body)
{
	static uint8_t memory[TALLY_NOTICE_SIZE_MAX];

	return append_notice(
	    log,
	    campaign_order(&log->campaign, bytes_make(log->last_notice, log->last_notice_size),
			   ++log->notices_count, kind, body, memory, sizeof memory));
}

static int
compare_tags(const void *a, const void *b)
{
	return memcmp(a, b, TALLY_TAG_SIZE);
}

static size_t
append_void(struct test_log *log, const struct notice_void *voided)
{
	static uint8_t memory[TALLY_NOTICE_SIZE_MAX];
	struct writer body = writer_make(memory, sizeof memory);

	notice_void_write(&body, voided);
	assert_false(body.failed);
	return test_log_order(log, TALLY_NOTICE_VOID, writer_view(&body));
}

size_t
test_log_void(struct test_log *log, enum notice_fate fate, const uint64_t *voters, size_t count)
{
	uint8_t tags[64][TALLY_TAG_SIZE];
	const struct notice_void voided = {.fate = fate,
					   .tags_count = count,
					   .tags = tags[0],
					   .reason = BYTES_OF("seen twice")};

	assert_true(count > 0 && count <= 64);
	for (size_t i = 0; i < count; i++)
		campaign_tag(voters[i], tags[i]);
	qsort(tags, count, sizeof tags[0], compare_tags);
	return append_void(log, &voided);
}

size_t
test_log_sweep(struct test_log *log, enum notice_fate fate, size_t signer, uint64_t first,
	       uint64_t last)
{
	const struct campaign *campaign = &log->campaign;
	bool voters = campaign->manifest->signing == TALLY_SIGNING_VOTER;
	const struct notice_void voided = {.fate = fate,
					   .signer = voters
							 ? campaign->registrars[signer].key.id
							 : campaign->frontends[signer].key.id,
					   .first = first,
					   .last = last,
					   .reason = BYTES_OF("its key was stolen")};

	return append_void(log, &voided);
}

size_t
test_log_tally(struct test_log *log)
{
	uint8_t memory[ENTRY_TALLY_SIZE];
	uint8_t salt[32];
	struct writer writer = writer_make(memory, sizeof memory);
	struct bytes text;
	size_t index;

	memset(salt, log->salt++, sizeof salt);
	replay_tally_entry(&log->replay, salt, &writer);
	index = test_log_append(log, writer_view(&writer));
	text = writer_view(&log->replay.text);
	log->entries[index].text = strndup((const char *)text.data, text.size);
	assert_non_null(log->entries[index].text);
	return index;
}

void
test_log_replace(struct test_log *log, size_t index, struct bytes entry)
{
	uint8_t *data = malloc(entry.size + 1);

	assert_non_null(data);
	assert_true(index < log->count);
	if (entry.size > 0)
		memcpy(data, entry.data, entry.size);
	free(log->entries[index].data);
	log->entries[index].data = data;
	log->entries[index].size = entry.size;
	tree_leaf(bytes_make(data, entry.size), &log->leaves[index]);
}

void
test_log_drop(struct test_log *log, size_t index)
{
	size_t behind = log->count - index - 1;

	assert_true(index < log->count);
	free(log->entries[index].data);
	free(log->entries[index].text);
	memmove(&log->entries[index], &log->entries[index + 1], behind * sizeof *log->entries);
	memmove(&log->leaves[index], &log->leaves[index + 1], behind * sizeof *log->leaves);
	log->count--;
}

void
test_log_swap(struct test_log *log, size_t a, size_t b)
{
	struct test_log_entry entry = log->entries[a];
	struct tree_hash leaf = log->leaves[a];

	log->entries[a] = log->entries[b];
	log->entries[b] = entry;
	log->leaves[a] = log->leaves[b];
	log->leaves[b] = leaf;
}

void
test_log_move(struct test_log *log, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		test_log_swap(log, i, i + 1);
	for (size_t i = from; i > to; i--)
		test_log_swap(log, i, i - 1);
}

size_t
test_log_find(const struct test_log *log, enum tally_entry_kind kind, size_t from)
{
	for (size_t i = from; i < log->count; i++)
		if (log->entries[i].size > 0 && log->entries[i].data[0] == kind)
			return i;
	fail_msg("no entry of kind %d from %zu on", (int)kind, from);
	return 0;
}

void
test_log_root(const struct test_log *log, size_t first, size_t count,
	      uint8_t root[TALLY_HASH_SIZE])
{
	struct tree_hash hash;

	assert_true(first + count <= log->count);
	if (count == 0)
		crypto_hash_sha256(hash.bytes, NULL, 0);
	else
		hash = merkle_root(log->leaves + first, count);
	memcpy(root, hash.bytes, sizeof hash.bytes);
}

struct bytes
test_log_checkpoint(const struct test_log *log, size_t size, uint8_t *memory)
{
	struct writer writer = writer_make(memory, TALLY_CHECKPOINT_SIZE_MAX);
	struct checkpoint checkpoint = {.size = size};

	test_log_root(log, 0, size, checkpoint.root);
	checkpoint_write(&writer, &checkpoint, &log->campaign.log);
	assert_false(writer.failed);
	return writer_view(&writer);
}

void
test_file_write(const char *folder, const char *name, struct bytes bytes)
{
	char path[512];
	char half[520];
	FILE *file;

	snprintf(path, sizeof path, "%s/%s", folder, name);
	for (char *at = path + strlen(folder) + 1; (at = strchr(at, '/')) != NULL; at++) {
		*at = '\0';
		assert_true(mkdir(path, 0700) == 0 || errno == EEXIST);
		*at = '/';
	}
	snprintf(half, sizeof half, "%s.half", path);
	file = fopen(half, "wb");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes.data, 1, bytes.size, file), bytes.size);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(rename(half, path), 0);
}

/* Tile `number` of `level`, whose hashes stand for `span` entries each. */
static void
write_tile(const struct test_log *log, const char *folder, int level, size_t number,
	   size_t width, size_t span)
{
	struct tile tile = {level, number, (unsigned)width};
	uint8_t hashes[TILE * TALLY_HASH_SIZE];
	char path[TILE_PATH_MAX];

	for (size_t i = 0; i < width; i++)
		test_log_root(log, (number * TILE + i) * span, span,
			      hashes + i * TALLY_HASH_SIZE);
	tile_path(&tile, path);
	test_file_write(folder, path, bytes_make(hashes, width * TALLY_HASH_SIZE));
}

static void
write_bundle(const struct test_log *log, const char *folder, size_t number, size_t width)
{
	struct tile tile = {TILE_LEVEL_ENTRIES, number, (unsigned)width};
	size_t capacity = width * (2 + TALLY_ENTRY_SIZE_MAX);
	uint8_t *memory = malloc(capacity);
	struct writer writer = writer_make(memory, capacity);
	char path[TILE_PATH_MAX];

	assert_non_null(memory);
	for (size_t i = 0; i < width; i++) {
		struct bytes entry = test_log_entry(log, number * TILE + i);

		writer_u16(&writer, (uint16_t)entry.size);
		writer_bytes(&writer, entry);
	}
	assert_false(writer.failed);
	tile_path(&tile, path);
	test_file_write(folder, path, writer_view(&writer));
	free(memory);
}

static size_t
width_at(size_t number, size_t hashes)
{
	return hashes - number * TILE < TILE ? hashes - number * TILE : TILE;
}

void
test_log_publish_hashes(const struct test_log *log, const char *path, size_t size)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	size_t span = 1;

	assert_true(size <= log->count);
	for (int level = 0; size / span > 0; level++, span *= TILE)
		for (size_t n = 0; n * TILE < size / span; n++)
			write_tile(log, path, level, n, width_at(n, size / span), span);
	test_file_write(path, "checkpoint", test_log_checkpoint(log, size, note));
}

void
test_log_publish(const struct test_log *log, const char *path, size_t size)
{
	char name[64];

	for (size_t n = 0; n * TILE < size; n++)
		write_bundle(log, path, n, width_at(n, size));
	for (size_t i = 0; i < size; i++) {
		if (log->entries[i].text == NULL)
			continue;
		snprintf(name, sizeof name, "tally/%zu", i);
		test_file_write(path, name, bytes_of_string(log->entries[i].text));
	}
	test_log_publish_hashes(log, path, size);
}

struct bytes
test_log_receipt(const struct test_log *log, size_t index, size_t size, uint8_t *memory)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	struct writer writer = writer_make(memory, TALLY_RECEIPT_SIZE_MAX);
	struct proof proof = {0};

	merkle_path(index, log->leaves, size, &proof);
	receipt_write(&writer, index, &proof, test_log_checkpoint(log, size, note));
	assert_false(writer.failed);
	return writer_view(&writer);
}
