#include "shell/restore.h"

#include "ledger/entry.h"
#include "shell/ahead.h"
#include "shell/forerunner.h"
#include "shell/gathering.h"
#include "shell/line.h"

#include <stdlib.h>
#include <string.h>

enum {
	SOON = 16, /* entries ahead whose places in the poll book are asked for */
};

/* step 4 */

struct assembly {
	struct writer json;
	uint16_t next;
	uint16_t parts;
};

static bool
assemble(void *context, uint64_t index, struct bytes bytes)
{
	struct assembly *assembly = context;
	struct entry entry;

	if (!entry_parse(bytes, &entry) || entry.kind != TALLY_ENTRY_CAMPAIGN ||
	    entry.part != index)
		return false;
	assembly->parts = entry.parts;
	assembly->next++;
	writer_bytes(&assembly->json, entry.body);
	return assembly->next < entry.parts;
}

int
restore_manifest(struct restore *restore)
{
	struct start *start = restore->start;
	struct assembly assembly = {0};
	struct manifest_fault fault;
	uint8_t *memory = malloc(TALLY_MANIFEST_SIZE_MAX);
	int status;

	CHECK(memory != NULL);
	assembly.json = writer_make(memory, TALLY_MANIFEST_SIZE_MAX);
	status =
	    archive_walk(start->archive, 0, archive_size(start->archive), assemble, &assembly);
	if (status == DISK_OK && (assembly.next == 0 || assembly.next != assembly.parts))
		status = disk_fail(DISK_DAMAGED, "the ledger does not begin with a campaign");
	if (status == DISK_OK) {
		start->manifest = manifest_parse(writer_view(&assembly.json), &fault);
		if (start->manifest == NULL)
			status = disk_fail(DISK_DAMAGED, "the ledger's campaign: %s: %s",
					   fault.path, fault.sentence);
	}
	if (status == DISK_OK &&
	    memcmp(start->manifest->id, restore->scan.campaign, TALLY_HASH_SIZE) != 0)
		status = disk_fail(DISK_DAMAGED, "the ledger's campaign is not the one its "
						 "segments name");
	free(memory);
	return status;
}

/* steps 7 and 8 */

struct walk {
	struct restore *restore;
	uint64_t index; /* of the next entry */
	size_t count;   /* leaves that no tree has yet, of one tile */
	struct tree_hash leaves[TALLY_TILE_WIDTH];
	uint8_t replaced[TALLY_BALLOT_SIZE_MAX + 1];
};

/* `leaves`: behind those of the station's tree. */
static int
compare_remembered(const struct start *start, const struct tree_hash *leaves, size_t count)
{
	struct frontier frontier;
	struct tree_hash root;

	station_frontier(start->station, &frontier);
	for (size_t i = 0; i < count; i++)
		frontier_append(&frontier, &leaves[i]);
	CHECK(frontier.size == start->remembered.checkpoint.size);
	frontier_root(&frontier, &root);
	if (memcmp(root.bytes, start->remembered.checkpoint.root, TALLY_HASH_SIZE) == 0)
		return DISK_OK;
	return disk_fail(DISK_DAMAGED,
			 "the ledger's first %llu entries are not those that were "
			 "signed; nothing is signed or accepted",
			 (unsigned long long)start->remembered.checkpoint.size);
}

/* Most texts are where they belong; the others go out with the next publication. */
static int
restore_text(struct publisher *publisher, uint64_t index, struct bytes bytes, struct bytes text)
{
	struct entry entry;

	CHECK(entry_parse(bytes, &entry) && entry.kind == TALLY_ENTRY_TALLY);
	if (publisher_has_text(publisher, index, entry.salt, entry.hash))
		return DISK_OK;
	return publisher_text(publisher, index, text);
}

/* What the replay of an entry needs to know of others. */
static int
restore_needed(struct walk *walk, const struct station_glance *glance, struct bytes *replaced)
{
	struct start *start = walk->restore->start;
	uint64_t needs = station_restore_needs(start->station, glance);
	struct gather *gather;
	size_t size;
	int status = DISK_OK;

	*replaced = bytes_make(NULL, 0);
	if (needs != UINT64_MAX) {
		status = archive_read(start->archive, needs, walk->replaced,
				      sizeof walk->replaced, &size);
		if (status == DISK_OK)
			*replaced = bytes_make(walk->replaced + 1, size - 1);
		return status;
	}
	while (status == DISK_OK && !glance->is_ballot &&
	       (gather = station_restore_gather(start->station, glance->bytes)) != NULL)
		status = gathering_read(start->archive, gather);
	return status;
}

/* Tree and treefile catch up. `root`: NULL, or of the leaves, which are a tile. */
static int
restore_leaves(struct walk *walk, const struct tree_hash *root)
{
	struct start *start = walk->restore->start;
	size_t count = walk->count;

	walk->count = 0;
	if (root == NULL) {
		station_restore_leaves(start->station, walk->leaves, count);
		return treefile_append(start->tree, walk->leaves, count);
	}
	CHECK(count == TALLY_TILE_WIDTH);
	station_restore_tile(start->station, root);
	return treefile_append_tile(start->tree, walk->leaves, root);
}

static int
restore_entry(struct walk *walk, const struct station_glance *glance)
{
	struct start *start = walk->restore->start;
	struct bytes replaced;
	struct bytes text;
	const char *broken;
	int status = restore_needed(walk, glance, &replaced);

	if (status != DISK_OK)
		return status;
	walk->leaves[walk->count++] = glance->leaf;
	broken = station_restore_entry(start->station, glance, replaced, &text);
	if (broken != NULL)
		return disk_fail(DISK_DAMAGED, "replaying entry %llu: %s",
				 (unsigned long long)walk->index, broken);
	if (text.size > 0)
		status = restore_text(start->publisher, walk->index, glance->bytes, text);
	walk->index++;
	if (status == DISK_OK && walk->index == start->remembered.checkpoint.size)
		status = compare_remembered(start, walk->leaves, walk->count);
	return status;
}

static int
restore_run(struct walk *walk, const struct forerun *run)
{
	const struct station *station = walk->restore->start->station;
	int status = DISK_OK;

	for (size_t i = 0; i < run->count && i < SOON; i++)
		station_restore_soon(station, &run->glances[i]);
	for (size_t i = 0; i < run->count && status == DISK_OK; i++) {
		if (i + SOON < run->count)
			station_restore_soon(station, &run->glances[i + SOON]);
		status = restore_entry(walk, &run->glances[i]);
		if (status == DISK_OK && walk->index % TALLY_TILE_WIDTH == 0)
			status = restore_leaves(walk, forerun_root(run, i));
	}
	return status;
}

static int
restore_walk(struct walk *walk, struct forerunner *forerunner)
{
	struct forerun run;
	int status;

	do {
		status = forerunner_next(forerunner, &run);
		if (status == DISK_OK)
			status = restore_run(walk, &run);
	} while (status == DISK_OK && run.count > 0);
	if (status == DISK_OK && walk->count > 0)
		status = restore_leaves(walk, NULL);
	return status;
}

/* A TALLY entry below the kept state whose text is missing can only be had by replaying all. */
static bool
check_text(void *context, uint64_t index, struct bytes bytes)
{
	struct restore *restore = context;
	struct entry entry;

	if (entry_parse(bytes, &entry) && entry.kind == TALLY_ENTRY_TALLY &&
	    !publisher_has_text(restore->start->publisher, index, entry.salt, entry.hash))
		restore->text_missing = true;
	return !restore->text_missing;
}

static int
check_texts(struct restore *restore)
{
	struct start *start = restore->start;
	uint64_t proven = publisher_texts_proven(start->publisher);
	int status = DISK_OK;

	if (proven < restore->from)
		status = archive_walk(start->archive, proven, restore->from - proven,
				      check_text, restore);
	if (status != DISK_OK || !restore->text_missing)
		return status;
	line_say("a tally's text is missing: replaying the whole ledger");
	return restore_nothing(restore);
}

int
restore_replay(struct restore *restore)
{
	struct start *start = restore->start;
	uint64_t size = archive_size(start->archive);
	int status = check_texts(restore);
	struct forerunner *forerunner;
	struct walk *walk;

	if (status == DISK_OK && restore->from == start->remembered.checkpoint.size)
		status = compare_remembered(start, NULL, 0);
	if (status != DISK_OK || restore->from == size)
		return status;
	forerunner = forerunner_start(start->archive, start->station, restore->from, size,
				      restore->threads_count);
	if (forerunner == NULL)
		return DISK_FAILED;
	walk = calloc(1, sizeof *walk);
	CHECK(walk != NULL);
	walk->restore = restore;
	walk->index = restore->from;
	status = restore_walk(walk, forerunner);
	free(walk);
	forerunner_stop(forerunner);
	return status;
}

static bool
count_ballot(void *context, uint64_t index, struct bytes entry)
{
	uint64_t *count = context;

	(void)index;
	*count += entry.data[0] == TALLY_ENTRY_BALLOT;
	return true;
}

/* A publication that was cut is made again; but its size has been seen: the ballots that the next
 * one waits for are counted from there. */
static int
found_on_disk(const struct restore *restore, struct station_found *found)
{
	const struct start *start = restore->start;
	uint64_t size = station_size(start->station);
	uint64_t seen = publisher_size(start->publisher);

	if (seen > size)
		return disk_fail(DISK_DAMAGED, "public/checkpoint is larger than the ledger");
	*found = (struct station_found){
	    .batches_count = restore->scan.batches_count,
	    .checksum = restore->scan.checksum,
	    .published_size = publisher_finished(start->publisher),
	};
	return archive_walk(start->archive, seen, size - seen, count_ballot,
			    &found->unpublished_ballots);
}

int
restore_sign(struct restore *restore)
{
	struct start *start = restore->start;
	uint64_t size = station_size(start->station);
	struct station_found found;
	struct tree_hash root;
	int status = ahead_check(start->dir_fd, &start->manifest->log_key, start->tree, size);

	if (status == DISK_OK)
		status = found_on_disk(restore, &found);
	if (status != DISK_OK)
		return status;
	start->desk = (struct signer_desk){
	    .archive = start->archive,
	    .tree = start->tree,
	    .remembered = &start->remembered,
	    .key = &start->key,
	};
	station_frontier(start->station, &start->desk.frontier);
	station_root(start->station, &root);
	if (size > start->remembered.checkpoint.size)
		status = signer_sign(&start->desk, size, &root);
	else
		status = remembered_repeat(&start->remembered); /* L5: it leaves from now on */
	start->place = (struct committer_place){
	    .segment = restore->scan.segment,
	    .offset = restore->scan.offset,
	    .segments_count = restore->scan.segments_count,
	    .checksum = restore->scan.checksum,
	    .segment_bytes = committer_segment_bytes(start->manifest->voters_max),
	};
	found.signed_at = start->remembered.checkpoint;
	found.note = bytes_make(start->remembered.note, start->remembered.note_size);
	if (status == DISK_OK)
		station_restored(start->station, &found);
	return status;
}

void
restore_end(struct restore *restore)
{
	free(restore->checksums);
	free(restore->batch_ends);
}
