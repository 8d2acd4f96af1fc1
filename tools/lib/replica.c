#include "tools/lib/replica.h"

#include "tools/lib/complain.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* files */

static bool
is_there(const struct replica *replica, const char *name, struct bytes bytes)
{
	struct trouble ignored;
	uint8_t *data = NULL;
	size_t capacity = 0;
	size_t size;
	bool same = publiclog_read(replica->log, name, PUBLICLOG_BUNDLE_SIZE_MAX, &data,
				   &capacity, &size, &ignored) == TALLY_EXIT_FINE &&
		    bytes_equal(bytes_make(data, size), bytes);

	free(data);
	return same;
}

/* A published log may have only the full file, and its front counts (publiclog_tile). */
static bool
front_is_there(const struct replica *replica, const char *name, struct bytes bytes)
{
	const char *partial = strstr(name, ".p/");
	char full[TILE_PATH_MAX];
	struct trouble ignored;
	uint8_t *data = NULL;
	size_t capacity = 0;
	size_t size;
	bool same;

	if (partial == NULL)
		return false;
	snprintf(full, sizeof full, "%.*s", (int)(partial - name), name);
	same = publiclog_read(replica->log, full, PUBLICLOG_BUNDLE_SIZE_MAX, &data, &capacity,
			      &size, &ignored) == TALLY_EXIT_FINE &&
	       size >= bytes.size && memcmp(data, bytes.data, bytes.size) == 0;
	free(data);
	return same;
}

static enum tally_exit
put_file(struct replica *replica, const char *name, struct bytes bytes, struct trouble *trouble)
{
	enum tally_exit status = deposit_put(&replica->deposit, ".file", name, bytes, trouble);

	replica->spoiled = replica->spoiled || status != TALLY_EXIT_FINE;
	return status;
}

static enum tally_exit
take_file(void *context, const char *name, struct bytes bytes, struct trouble *trouble)
{
	struct replica *replica = context;

	if (is_there(replica, name, bytes))
		return TALLY_EXIT_FINE;
	if (replica->writes && !replica->passed) {
		replica->held = true;
		return TALLY_EXIT_FINE;
	}
	if (replica->writes)
		return put_file(replica, name, bytes, trouble);
	if (front_is_there(replica, name, bytes))
		return TALLY_EXIT_FINE;
	return trouble_set(trouble, TALLY_EXIT_FAILED,
			   "%s/%s: it is missing, or not what the entries make it",
			   replica->log->path, name);
}

static void
remove_file(void *context, const char *name)
{
	const struct replica *replica = context;
	char folder[TILE_PATH_MAX];

	(void)unlinkat(replica->deposit.folder, name, 0);
	snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(name, '/') - name), name);
	(void)unlinkat(replica->deposit.folder, folder, AT_REMOVEDIR);
}

/* from nothing */

static enum tally_exit
begin(struct replica *replica, struct trouble *trouble)
{
	totals_init(&replica->totals, replica->log, &replica->deposit);
	if (layout_init(&replica->layout, take_file, replica))
		return TALLY_EXIT_FINE;
	return trouble_set(trouble, TALLY_EXIT_WORLD, "not enough memory for a bundle");
}

static void
end(struct replica *replica)
{
	totals_free(&replica->totals);
	layout_free(&replica->layout);
}

static enum tally_exit
restart(struct replica *replica, struct trouble *trouble)
{
	end(replica);
	replica->held = false;
	replica->sealed = false;
	replica->spoiled = false;
	return begin(replica, trouble);
}

enum tally_exit
replica_recover(struct replica *replica, struct trouble *trouble)
{
	return replica->spoiled ? restart(replica, trouble) : TALLY_EXIT_FINE;
}

enum tally_exit
replica_again(struct replica *replica, struct trouble *trouble)
{
	replica->suspicious = true;
	return restart(replica, trouble);
}

/* from the folder */

uint64_t
replica_size(const struct replica *replica)
{
	return replica->layout.frontier.size;
}

/* Do the leaves of the bundle stand in the tile beside it? */
static bool
fits_tile(const struct replica *replica, const struct bundle *bundle, uint64_t size)
{
	struct tree_hash hashes[TALLY_TILE_WIDTH];
	struct trouble ignored;
	unsigned width;

	if (publiclog_tile(replica->log, 0, bundle->first / TALLY_TILE_WIDTH, size, hashes,
			   &width, &ignored) != TALLY_EXIT_FINE ||
	    width != bundle->count)
		return false;
	for (unsigned i = 0; i < width; i++) {
		struct tree_hash leaf;

		tree_leaf(bundle->entries[i], &leaf);
		if (!tree_hash_equal(&leaf, &hashes[i]))
			return false;
	}
	return true;
}

static enum tally_exit
compare_root(const struct replica *replica, const struct checkpoint *checkpoint,
	     struct trouble *trouble)
{
	struct tree_hash root;

	frontier_root(&replica->layout.frontier, &root);
	if (memcmp(root.bytes, checkpoint->root, sizeof root.bytes) == 0)
		return TALLY_EXIT_FINE;
	return trouble_set(trouble, TALLY_EXIT_FAILED,
			   "%s: the first %" PRIu64
			   " entries do not have the root that was signed for them",
			   replica->log->path, checkpoint->size);
}

/* After an entry or a hash. */
static enum tally_exit
look_at_older(struct replica *replica, struct trouble *trouble)
{
	enum tally_exit status;

	if (replica_size(replica) != replica->older.size)
		return TALLY_EXIT_FINE;
	status = compare_root(replica, &replica->older, trouble);
	replica->passed = replica->passed || status == TALLY_EXIT_FINE;
	return status;
}

static enum tally_exit
take_bundle(struct replica *replica, const struct bundle *bundle, struct trouble *trouble)
{
	enum tally_exit status = TALLY_EXIT_FINE;

	for (unsigned i = 0; i < bundle->count && status == TALLY_EXIT_FINE; i++)
		if (bundle->first + i == replica_size(replica))
			status = replica_entry(replica, bundle->entries[i], trouble);
	return status;
}

enum tally_exit
replica_reuse(struct replica *replica, uint64_t size, struct trouble *trouble)
{
	enum tally_exit status = TALLY_EXIT_FINE;
	struct bundle bundle;

	if (replica->sealed)
		status = restart(replica, trouble);
	bundle_init(&bundle);
	while (status == TALLY_EXIT_FINE && !replica->suspicious &&
	       replica_size(replica) < size) {
		uint64_t number = replica_size(replica) / TALLY_TILE_WIDTH;

		status = publiclog_bundle(replica->log, number, size, &bundle, trouble);
		if (status == TALLY_EXIT_FAILED && replica->writes) {
			status = TALLY_EXIT_FINE; /* to be had from elsewhere */
			break;
		}
		if (status == TALLY_EXIT_FINE && replica->writes &&
		    !fits_tile(replica, &bundle, size))
			break;
		if (status == TALLY_EXIT_FINE)
			status = take_bundle(replica, &bundle, trouble);
	}
	bundle_free(&bundle);
	return status;
}

enum tally_exit
replica_reuse_hashes(struct replica *replica, uint64_t size, struct trouble *trouble)
{
	struct tree_hash hashes[TALLY_TILE_WIDTH];
	enum tally_exit status = TALLY_EXIT_FINE;
	unsigned width;

	CHECK(replica->sealed || replica_size(replica) == 0);
	replica->sealed = true;
	while (status == TALLY_EXIT_FINE && replica_size(replica) < size) {
		uint64_t first =
		    replica_size(replica) - replica_size(replica) % TALLY_TILE_WIDTH;

		status = publiclog_tile(replica->log, 0, first / TALLY_TILE_WIDTH, size, hashes,
					&width, trouble);
		while (status == TALLY_EXIT_FINE && replica_size(replica) < first + width) {
			status = layout_leaf(&replica->layout,
					     &hashes[replica_size(replica) - first], trouble);
			if (status == TALLY_EXIT_FINE)
				status = look_at_older(replica, trouble);
		}
	}
	return status;
}

/* entries */

enum tally_exit
replica_entry(struct replica *replica, struct bytes entry, struct trouble *trouble)
{
	enum tally_exit status = layout_entry(&replica->layout, entry, trouble);

	return status == TALLY_EXIT_FINE ? look_at_older(replica, trouble) : status;
}

/* A log whose entries break its law is copied all the same: it may be needed as evidence. */
static enum tally_exit
make_texts(struct replica *replica, uint64_t size, struct trouble *trouble)
{
	enum tally_exit status;

	if (!replica->writes || replica->lawless)
		return TALLY_EXIT_FINE;
	status = totals_until(&replica->totals, size, trouble);
	replica->spoiled = replica->spoiled || status == TALLY_EXIT_WORLD;
	if (status != TALLY_EXIT_FAILED)
		return status;
	complain("%s: %s; from here on no texts of tallies are made, ask tally-verify",
		 replica->log->path, trouble->sentence);
	replica->lawless = true;
	return TALLY_EXIT_FINE;
}

static enum tally_exit
put_checkpoint(struct replica *replica, const struct checkpoint *checkpoint, struct bytes note,
	       struct trouble *trouble)
{
	enum tally_exit status = deposit_sync(&replica->deposit, trouble);

	if (status == TALLY_EXIT_FINE)
		status =
		    deposit_put(&replica->deposit, ".checkpoint", "checkpoint", note, trouble);
	if (status == TALLY_EXIT_FINE)
		status = deposit_sync(&replica->deposit, trouble);
	if (status == TALLY_EXIT_FINE && replica->older.size > 0)
		layout_outgrown(replica->older.size, checkpoint->size, remove_file, replica);
	return status;
}

enum tally_exit
replica_prove(struct replica *replica, const struct checkpoint *checkpoint, struct bytes note,
	      struct trouble *trouble)
{
	enum tally_exit status;

	CHECK(replica_size(replica) == checkpoint->size);
	status = compare_root(replica, checkpoint, trouble);
	if (status == TALLY_EXIT_FINE && replica->held) {
		replica->held = false;
		return replica_again(replica, trouble);
	}
	if (status == TALLY_EXIT_FINE)
		status = layout_edge(&replica->layout, trouble);
	if (status == TALLY_EXIT_FINE)
		status = make_texts(replica, checkpoint->size, trouble);
	if (status == TALLY_EXIT_FINE && replica->writes &&
	    memcmp(checkpoint, &replica->newest, sizeof *checkpoint) != 0)
		status = put_checkpoint(replica, checkpoint, note, trouble);
	if (status != TALLY_EXIT_FINE)
		return status;
	replica->older = *checkpoint;
	replica->newest = *checkpoint;
	return TALLY_EXIT_FINE;
}

void
replica_conflict(const struct replica *replica, struct bytes note)
{
	struct trouble trouble;

	if (deposit_put(&replica->deposit, ".checkpoint", "checkpoint.conflict", note,
			&trouble) != TALLY_EXIT_FINE)
		complain("%s", trouble.sentence);
}

enum tally_exit
replica_compare(const struct replica *replica, const struct checkpoint *checkpoint,
		struct bytes note, struct trouble *trouble)
{
	const struct checkpoint *ours = &replica->older;

	if (checkpoint->size > ours->size ||
	    (checkpoint->size == ours->size &&
	     memcmp(checkpoint->root, ours->root, sizeof ours->root) == 0))
		return TALLY_EXIT_FINE;
	replica_conflict(replica, note);
	if (checkpoint->size < ours->size)
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "the log has %" PRIu64 " entries, and has signed %" PRIu64
				   " before; both checkpoints are in %s",
				   checkpoint->size, ours->size, replica->log->path);
	return trouble_set(trouble, TALLY_EXIT_FAILED,
			   "the log has signed two trees of %" PRIu64
			   " entries; both checkpoints are in %s",
			   checkpoint->size, replica->log->path);
}

/* beginning */

static enum tally_exit
look_back(struct replica *replica, struct trouble *trouble)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	struct stat about;
	size_t size;

	if (fstatat(replica->log->folder, "checkpoint", &about, AT_SYMLINK_NOFOLLOW) != 0)
		return TALLY_EXIT_FINE;
	if (publiclog_checkpoint(replica->log, note, &size, trouble) != TALLY_EXIT_FINE)
		return trouble->exit;
	if (checkpoint_open(bytes_make(note, size), &replica->key, &replica->older))
		return TALLY_EXIT_FINE;
	return trouble_set(trouble, TALLY_EXIT_USAGE,
			   "%s: it is a copy of another log, or damaged: its checkpoint is not "
			   "signed by %s",
			   replica->log->path, replica->key.name);
}

enum tally_exit
replica_open(struct replica *replica, const struct publiclog *log, const struct note_key *key,
	     bool writes, struct trouble *trouble)
{
	mode_t files = writes ? 0600 : 0644;
	mode_t folders = writes ? 0700 : 0755;
	enum tally_exit status;

	*replica = (struct replica){.log = log, .key = *key, .writes = writes};
	replica->deposit = (struct deposit){log->folder, log->path, files, folders};
	if (flock(log->folder, LOCK_EX | LOCK_NB) != 0)
		return trouble_set(trouble, TALLY_EXIT_USAGE,
				   "%s: another program keeps a copy in it: %s", log->path,
				   strerror(errno));
	status = look_back(replica, trouble);
	replica->passed = replica->older.size == 0;
	return status == TALLY_EXIT_FINE ? begin(replica, trouble) : status;
}

void
replica_close(struct replica *replica)
{
	end(replica);
}
