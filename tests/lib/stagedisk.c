#include "tests/lib/stagedisk.h"

#include <sys/mman.h>

#include "campaign/rules.h"
#include "ledger/batch.h"
#include "tests/lib/merkle.h"
#include "tests/lib/pollbook.h"
#include "tests/lib/witness.h"
#include "tree/proof.h"

static void *
grown(void *memory, size_t count, size_t *capacity, size_t size)
{
	if (count < *capacity)
		return memory;
	*capacity = *capacity > 0 ? 2 * *capacity : 64;
	memory = realloc(memory, *capacity * size);
	assert_non_null(memory);
	return memory;
}

static void
append(struct stage *stage, struct bytes entry)
{
	size_t capacity = stage->entries_capacity;
	uint8_t *copy = malloc(entry.size);

	assert_non_null(copy);
	memcpy(copy, entry.data, entry.size);
	stage->entries =
	    grown(stage->entries, stage->entries_count, &capacity, sizeof *stage->entries);
	stage->leaves = grown(stage->leaves, stage->entries_count, &stage->entries_capacity,
			      sizeof *stage->leaves);
	stage->entries[stage->entries_count] = (struct stage_entry){copy, entry.size};
	tree_leaf(entry, &stage->leaves[stage->entries_count++]);
}

static void
end_batch(struct stage *stage)
{
	uint64_t checksum = 0x9e3779b97f4a7c15u * (stage->entries_count + 1);

	stage->batches = grown(stage->batches, stage->batches_count, &stage->batches_capacity,
			       sizeof *stage->batches);
	stage->batches[stage->batches_count++] =
	    (struct stage_batch){stage->entries_count, checksum};
}

/* The root of a size, read from the disk. */
static struct tree_hash
root_at(const struct stage *stage, uint64_t size)
{
	assert_true(size > 0 && size <= stage->entries_count);
	return merkle_root(stage->leaves, size);
}

/* L5: one size, one root, for the life of the log. */
static void
remember(struct stage *stage, uint64_t size)
{
	struct tree_hash root = root_at(stage, size);
	struct writer note = writer_make(stage->remembered_note, sizeof stage->remembered_note);

	assert_true(size >= stage->remembered.size);
	stage->remembered.size = size;
	memcpy(stage->remembered.root, root.bytes, sizeof root.bytes);
	checkpoint_write(&note, &stage->remembered, &stage->campaign.log);
	assert_false(note.failed);
	stage->remembered_size = note.size;
	for (size_t i = 0; i < stage->signed_count; i++)
		if (stage->signed_[i].size == size)
			assert_memory_equal(stage->signed_[i].root, root.bytes,
					    sizeof root.bytes);
	assert_true(stage->signed_count < stage_signed_max);
	stage->signed_[stage->signed_count++] = stage->remembered;
}

void
stagedisk_found(struct stage *stage)
{
	struct bytes json = stage->campaign.manifest->json;
	uint8_t memory[TALLY_ENTRY_SIZE_MAX];

	stage->signed_ = malloc(stage_signed_max * sizeof *stage->signed_);
	assert_non_null(stage->signed_);
	for (uint16_t part = 0; part < entry_campaign_parts(json.size); part++) {
		struct writer entry = writer_make(memory, sizeof memory);

		entry_campaign_write(&entry, json, part);
		assert_false(entry.failed);
		append(stage, writer_view(&entry));
	}
	end_batch(stage);
	remember(stage, stage->entries_count);
}

void
stagedisk_free(struct stage *stage)
{
	for (size_t i = 0; i < stage->entries_count; i++)
		free(stage->entries[i].data);
	free(stage->entries);
	free(stage->leaves);
	free(stage->batches);
	free(stage->signed_);
	free(stage->kept.replay);
}

void
stagedisk_commit(struct stage *stage, const struct station_batch *batch)
{
	const uint8_t *at = batch->memory + BATCH_HEADER_SIZE;
	const uint8_t *end = at + batch->entries_size;

	assert_int_equal(batch->first_index, stage->entries_count); /* L3 */
	assert_int_equal(batch->number, stage->batches_count);
	assert_true(batch->entries_count > 0 && batch->entries_count <= batch_entries_max);
	assert_true(BATCH_HEADER_SIZE + batch->entries_size <= batch_bytes_max);
	for (size_t i = 0; i < batch->entries_count; i++) {
		size_t size = be16_load(at);

		assert_int_equal(batch->offsets[i], at - batch->memory - BATCH_HEADER_SIZE);
		assert_true(size > 0 && size <= (size_t)(end - at) - 2);
		append(stage, bytes_make(at + 2, size));
		at += 2 + size;
	}
	assert_ptr_equal(at, end);
	end_batch(stage);
}

void
stagedisk_sign(struct stage *stage, const struct station_sign *sign)
{
	struct tree_hash root;

	assert_true(sign->size <= stage->entries_count); /* only what is durable */
	assert_true(sign->first <= sign->size);
	root = root_at(stage, sign->size);
	assert_memory_equal(root.bytes, sign->root.bytes, sizeof root.bytes);
	remember(stage, sign->size);
}

static uint64_t
published_size(const struct stage *stage)
{
	return stage->published_count > 0 ? stage->published[stage->published_count - 1].size
					  : 0;
}

void
stagedisk_publish(struct stage *stage)
{
	struct station_publication due;
	struct checkpoint checkpoint;
	struct checkpoint opened;

	station_publication(stage->station, &due);
	checkpoint = due.checkpoint;
	assert_true(checkpoint_open(due.note, &stage->campaign.log.key, &opened));
	assert_memory_equal(&opened, &checkpoint, sizeof opened);
	assert_int_equal(due.sealed, stage_is_sealed(stage, checkpoint.size)); /* R1 */
	if (stage->publish_fails)
		return;
	assert_true(checkpoint.size <= stage->remembered.size);
	assert_true(stage->published_count == 0 ||
		    stage->published[stage->published_count - 1].size <= checkpoint.size);
	if (due.waiting) {
		stage->offered = checkpoint;
		stage->offered_size = due.note.size;
		memcpy(stage->offered_note, due.note.data, due.note.size);
		return;
	}
	stage->offered.size = 0;
	stage->published_size = due.note.size;
	memcpy(stage->published_note, due.note.data, due.note.size);
	stage->cosigned += witness_lines_all(stage);
	assert_true(stage->published_count < stage_published_max);
	stage->published[stage->published_count++] = checkpoint;
}

void
stagedisk_keep(struct stage *stage)
{
	struct station_keepsake keepsake;
	struct stage_kept *kept = &stage->kept;
	const struct stage_batch *last;

	station_keepsake(stage->station, &keepsake);
	assert_true(keepsake.index <= stage->remembered.size); /* L5 */
	assert_true(keepsake.index >= kept->index);
	assert_true(keepsake.batches_count > 0 &&
		    keepsake.batches_count <= stage->batches_count);
	last = &stage->batches[keepsake.batches_count - 1];
	assert_int_equal(keepsake.index, last->end);
	assert_int_equal(keepsake.checksum, last->checksum);
	for (size_t i = 0; i < keepsake.index; i++) /* a start from it makes no text anew */
		assert_true(stage->entries[i].data[0] != TALLY_ENTRY_TALLY ||
			    i < published_size(stage));
	if (stage->keep_fails)
		return;
	free(kept->replay);
	kept->index = keepsake.index;
	kept->batches_count = keepsake.batches_count;
	kept->checksum = keepsake.checksum;
	kept->replay_size = keepsake.replay.size;
	kept->replay = malloc(keepsake.replay.size);
	assert_non_null(kept->replay);
	memcpy(kept->replay, keepsake.replay.data, keepsake.replay.size);
	kept->frontier = keepsake.frontier;
}

size_t
stagedisk_fetch(const struct stage *stage, uint64_t index, uint8_t *memory)
{
	const struct stage_entry *entry;

	assert_true(index < stage->entries_count);
	entry = &stage->entries[index];
	assert_int_equal(entry->data[0], TALLY_ENTRY_BALLOT);
	memcpy(memory, entry->data, entry->size);
	return entry->size;
}

void
stagedisk_gather(struct stage *stage, struct gather *gather)
{
	uint64_t first;
	uint64_t count;

	while (gather_wants(gather, &first, &count)) {
		assert_true(count > 0 && first + count <= stage->entries_count);
		(void)gather_take(
		    gather, first,
		    bytes_make(stage->entries[first].data, stage->entries[first].size));
		if (stage->wish.unordered && test_random_below(&stage->random, 8) == 0)
			return;
	}
}

/* --- proofs ------------------------------------------------------------------------------- */

static bool
source(void *context, int level, uint64_t first, unsigned count, struct tree_hash *out)
{
	const struct stage *stage = context;
	uint64_t width = (uint64_t)1 << 8 * level;

	for (uint64_t i = 0; i < count; i++) {
		assert_true((first + i + 1) * width <= stage->entries_count);
		out[i] = merkle_root(stage->leaves + (first + i) * width, width);
	}
	return true;
}

static void
read_entries(const struct stage *stage, struct station_read *read)
{
	struct writer writer = writer_make(read->entries, entries_bytes);

	assert_true(read->seen.size <= stage->remembered.size); /* L5 */
	for (uint64_t at = read->index; at < read->seen.size; at++) {
		writer_u16(&writer, (uint16_t)stage->entries[at].size);
		writer_copy(&writer, stage->entries[at].data, stage->entries[at].size);
		if (writer.failed)
			return;
		read->entries_size = writer.size;
		read->entries_count++;
	}
}

void
stagedisk_read(struct stage *stage, struct station_read *read)
{
	struct writer writer = writer_make(read->answer, sizeof read->answer);
	struct proof proof;
	struct tree_hash root;
	uint64_t time;

	if (read->message == TALLY_MESSAGE_COSIGN) {
		if (!cosignature_verify(bytes_make(read->answer, read->answer_size),
					bytes_make(read->note, read->note_size), read->witness,
					&time))
			read->verdict = TALLY_BAD_SIGNATURE;
		return;
	}
	if (read->message == TALLY_MESSAGE_ENTRIES) {
		read_entries(stage, read);
		return;
	}
	if (read->message != TALLY_MESSAGE_RECEIPT) {
		root = root_at(stage, read->seen.size);
		if (memcmp(root.bytes, read->seen.root, sizeof root.bytes) != 0)
			read->verdict = TALLY_INTERNAL;
		return;
	}
	assert_true(read->seen.size <= stage->remembered.size);
	assert_true(read->index < read->seen.size);
	assert_true(proof_inclusion(read->index, read->seen.size, source, stage, &proof));
	receipt_write(&writer, read->index, &proof, bytes_make(read->note, read->note_size));
	assert_false(writer.failed);
	read->answer_size = writer.size;
}

/* --- start -------------------------------------------------------------------------------- */

static void *
map(size_t size)
{
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert_true(memory != MAP_FAILED);
	return memory;
}

static void
make_pollbook(struct stage *stage)
{
	const struct manifest *manifest = stage->campaign.manifest;
	const struct pollbook_capacity capacity = {
	    .voters_max = manifest->voters_max,
	    .rolls_max = manifest->has_roster ? enrolled_max : 0,
	    .ballots_max = rules_ballots_max(manifest),
	    .voter_mode = manifest->signing == TALLY_SIGNING_VOTER,
	};
	uint8_t seed[16];

	test_random_fill(&stage->random, seed, sizeof seed);
	test_pollbook_make(&stage->pollbook, &capacity, seed);
}

static bool
read_ballot(const struct stage *stage, size_t at, struct ballot *ballot)
{
	struct bytes bytes =
	    bytes_make(stage->entries[at].data + 1, stage->entries[at].size - 1);

	if (stage->entries[at].data[0] != TALLY_ENTRY_BALLOT)
		return false;
	assert_int_equal(ballot_parse(bytes, ballot), TALLY_ACCEPTED);
	return true;
}

static void
enter_void(struct stage *stage, const struct notice_void *voided)
{
	enum pollbook_standing fate =
	    voided->fate == NOTICE_AGAIN ? POLLBOOK_AGAIN : POLLBOOK_BARRED;
	struct ballot ballot;

	for (size_t i = 0; i < voided->tags_count; i++)
		pollbook_void(&stage->pollbook, voided->tags + i * TALLY_TAG_SIZE, fate);
	for (size_t i = voided->first; voided->tags_count == 0 && i <= voided->last; i++)
		if (read_ballot(stage, i, &ballot) && ballot.key_id == voided->signer &&
		    pollbook_counts(&stage->pollbook, ballot.tag, i))
			pollbook_void(&stage->pollbook, ballot.tag, fate);
}

static void
enter_kept_notice(struct stage *stage, size_t at)
{
	struct bytes bytes =
	    bytes_make(stage->entries[at].data + 1, stage->entries[at].size - 1);
	struct notice notice;

	if (stage->entries[at].data[0] != TALLY_ENTRY_NOTICE)
		return;
	assert_int_equal(notice_parse(bytes, &notice), TALLY_ACCEPTED);
	if (notice.kind == TALLY_NOTICE_VOID)
		enter_void(stage, &notice.voided);
	roll_enter(stage->station, &notice);
}

/* What the home of the poll book would hold: ballots and notices below the kept index. */
static void
enter_kept(struct stage *stage)
{
	for (size_t i = 0; i < stage->kept.index; i++) {
		struct pollbook_ballot entered;
		struct ballot ballot;
		uint8_t digest[BALLOT_DIGEST_SIZE];

		if (!read_ballot(stage, i, &ballot)) {
			enter_kept_notice(stage, i);
			continue;
		}
		ballot_digest(&ballot, digest);
		entered = station_asked(stage->station, &ballot, digest);
		pollbook_enter(&stage->pollbook, &entered, i);
	}
	assert_true(station_restore_state(
	    stage->station, bytes_make(stage->kept.replay, stage->kept.replay_size),
	    &stage->kept.frontier));
}

static void
restore_entry(struct stage *stage, size_t at)
{
	struct bytes entry = bytes_make(stage->entries[at].data, stage->entries[at].size);
	struct station_glance glance;
	uint64_t needs;
	struct bytes replaced = {NULL, 0};
	struct gather *gather;
	struct bytes text;
	const char *broken;

	station_glance(stage->station, entry, &glance);
	station_restore_soon(stage->station, &glance);
	needs = station_restore_needs(stage->station, &glance);
	if (needs != UINT64_MAX) {
		assert_true(needs < at);
		replaced =
		    bytes_make(stage->entries[needs].data + 1, stage->entries[needs].size - 1);
	}
	while ((gather = station_restore_gather(stage->station, entry)) != NULL)
		stagedisk_gather(stage, gather);
	assert_memory_equal(&glance.leaf, &stage->leaves[at], sizeof glance.leaf);
	broken = station_restore_entry(stage->station, &glance, replaced, &text);
	if (broken != NULL)
		fail_msg("entry %zu: %s", at, broken);
	station_restore_leaves(stage->station, &glance.leaf, 1);
	assert_true((text.size > 0) == (entry.data[0] == TALLY_ENTRY_TALLY));
}

static uint64_t
unpublished_ballots(const struct stage *stage, uint64_t published)
{
	uint64_t count = 0;

	for (size_t i = published; i < stage->entries_count; i++)
		count += stage->entries[i].data[0] == TALLY_ENTRY_BALLOT;
	return count;
}

void
stagedisk_start(struct stage *stage, bool kept)
{
	const struct manifest *manifest = stage->campaign.manifest;
	struct station_setup setup = {
	    .manifest = manifest,
	    .pollbook = &stage->pollbook,
	    .workers_count = stage->wish.workers,
	    .parcel_items = stage->wish.parcel_items,
	    .rehearsal = stage->wish.rehearsal,
	    .space = stage->space,
	    .wall_ms = stage_wall_ms(stage),
	    .mono_ms = stage->mono_ms,
	};
	uint64_t published = published_size(stage);
	struct tree_hash root;
	struct tree_hash whole;

	make_pollbook(stage);
	test_random_fill(&stage->random, setup.salt_key, sizeof setup.salt_key);
	stage->memory_size = station_memory(manifest);
	stage->memory = map(stage->memory_size);
	stage->station = station_init(stage->memory, &setup);
	kept = kept && stage->kept.index > 0;
	if (kept)
		enter_kept(stage);
	for (size_t i = kept ? stage->kept.index : 0; i < stage->entries_count; i++)
		restore_entry(stage, i);
	station_root(stage->station, &root);
	assert_int_equal(station_size(stage->station), stage->entries_count);
	whole = root_at(stage, stage->entries_count);
	assert_memory_equal(root.bytes, whole.bytes, sizeof root.bytes);
	/* tallyd signs at its start; a station must not rely on it. */
	if (!stage->wish.unordered || test_random_below(&stage->random, 2) == 0)
		remember(stage, stage->entries_count);
	station_restored(stage->station,
			 &(struct station_found){
			     .batches_count = stage->batches_count,
			     .checksum = stage->batches[stage->batches_count - 1].checksum,
			     .signed_at = stage->remembered,
			     .note = stage_note(stage),
			     .published_size = published,
			     .unpublished_ballots = unpublished_ballots(stage, published),
			 });
}

void
stagedisk_drop(struct stage *stage)
{
	munmap(stage->memory, stage->memory_size);
	test_pollbook_free(&stage->pollbook);
	stage->station = NULL;
	stage->memory = NULL;
}
