#include "shell/treefile.h"

#include "limits.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	SHARE_LEAST = 64, /* tiles that are worth a thread */
	WHY_MAX = 256,
};

struct treefile {
	int files[TILE_LEVELS_MAX];
	_Atomic uint64_t size;
	/* The writer's own, of every level's last tile: hash i at place i % 256. */
	struct tree_hash tails[TILE_LEVELS_MAX][TALLY_TILE_WIDTH];
	bool broken; /* an append failed halfway: nothing more until trust or reset */
};

static const char *const names[TILE_LEVELS_MAX] = {"tree/0", "tree/1", "tree/2", "tree/3",
						   "tree/4", "tree/5", "tree/6", "tree/7"};

static uint64_t
place(uint64_t i)
{
	return i * TALLY_HASH_SIZE;
}

struct treefile *
treefile_open(int dir_fd)
{
	struct treefile *tree = calloc(1, sizeof *tree);
	int folder_fd;

	if (tree == NULL) {
		disk_fail_errno("find memory for", "the tree's files");
		return NULL;
	}
	for (int level = 0; level < TILE_LEVELS_MAX; level++)
		tree->files[level] = -1;
	if (disk_directory(dir_fd, "tree", 0755, &folder_fd) != DISK_OK)
		goto out;
	close(folder_fd);
	for (int level = 0; level < TILE_LEVELS_MAX; level++) {
		if (disk_open(dir_fd, names[level], O_RDWR | O_CREAT, 0644,
			      &tree->files[level]) != DISK_OK)
			goto out;
	}
	return tree;
out:
	treefile_close(tree);
	return NULL;
}

void
treefile_close(struct treefile *tree)
{
	if (tree == NULL)
		return;
	for (int level = 0; level < TILE_LEVELS_MAX; level++) {
		if (tree->files[level] >= 0)
			close(tree->files[level]);
	}
	free(tree);
}

uint64_t
treefile_size(const struct treefile *tree)
{
	return atomic_load_explicit(&tree->size, memory_order_acquire);
}

/* Cuts a level's file to `count` hashes and reads its last, unfinished tile. */
static int
level_trust(struct treefile *tree, int level, uint64_t count)
{
	unsigned width = (unsigned)(count % TALLY_TILE_WIDTH);
	struct stat about;

	if (fstat(tree->files[level], &about) != 0)
		return disk_fail_errno("look at", names[level]);
	if ((uint64_t)about.st_size < place(count))
		return disk_fail(DISK_DAMAGED, "read %s: %lld bytes, %llu hashes wanted",
				 names[level], (long long)about.st_size,
				 (unsigned long long)count);
	if (ftruncate(tree->files[level], (off_t)place(count)) != 0)
		return disk_fail_errno("cut", names[level]);
	return disk_read_at(tree->files[level], names[level], tree->tails[level], place(width),
			    place(count - width));
}

/* Tiles [first, end) of a level, for one thread. */
struct check {
	const struct treefile *tree;
	int level;
	uint64_t first;
	uint64_t end;
	int status;
	char why[WHY_MAX];
};

static int
tile_check(const struct check *check, uint64_t number)
{
	int level = check->level;
	struct tree_hash hashes[TALLY_TILE_WIDTH];
	struct tree_hash parent;
	struct tree_hash root;
	int status = disk_read_at(check->tree->files[level], names[level], hashes,
				  sizeof hashes, place(number * TALLY_TILE_WIDTH));

	if (status == DISK_OK)
		status = disk_read_at(check->tree->files[level + 1], names[level + 1], &parent,
				      sizeof parent, place(number));
	if (status != DISK_OK)
		return status;
	tile_root(hashes, TALLY_TILE_WIDTH, &root);
	if (tree_hash_equal(&root, &parent))
		return DISK_OK;
	return disk_fail(DISK_DAMAGED, "read %s: hash %llu is not that of its tile",
			 names[level + 1], (unsigned long long)number);
}

static void *
check_run(void *context)
{
	struct check *check = context;

	for (uint64_t number = check->first; number < check->end; number++) {
		check->status = tile_check(check, number);
		if (check->status == DISK_OK)
			continue;
		snprintf(check->why, sizeof check->why, "%s", disk_error());
		break;
	}
	return NULL;
}

static unsigned
shares_of(uint64_t tiles_count, unsigned threads)
{
	unsigned most = threads < treefile_threads_max ? threads : treefile_threads_max;

	return tiles_count < (uint64_t)SHARE_LEAST * most ? 1 : most;
}

/* Every full tile of a level against its hash on the next one: together with the root, every
 * byte below `size`. A hash that rotted would spoil receipts, and nothing else would show it. What
 * no thread can be had for is the caller's. */
static int
level_check(const struct treefile *tree, int level, uint64_t tiles_count,
	    unsigned threads_count)
{
	unsigned count = shares_of(tiles_count, threads_count);
	struct check checks[treefile_threads_max];
	pthread_t threads[treefile_threads_max];
	bool started[treefile_threads_max] = {false};
	int status = DISK_OK;

	for (unsigned i = 0; i < count; i++) {
		checks[i] = (struct check){.tree = tree,
					   .level = level,
					   .first = tiles_count * i / count,
					   .end = tiles_count * (i + 1) / count,
					   .status = DISK_OK};
		started[i] = i + 1 < count &&
			     pthread_create(&threads[i], NULL, check_run, &checks[i]) == 0;
		if (!started[i])
			check_run(&checks[i]);
	}
	for (unsigned i = 0; i < count; i++) {
		if (started[i])
			CHECK(pthread_join(threads[i], NULL) == 0);
		if (status == DISK_OK && checks[i].status != DISK_OK)
			status = disk_fail(checks[i].status, "%s", checks[i].why);
	}
	return status;
}

int
treefile_trust(struct treefile *tree, uint64_t size, const struct tree_hash *root,
	       unsigned threads)
{
	struct tree_hash found;

	CHECK(threads > 0);
	tree->broken = true;
	atomic_store(&tree->size, 0);
	for (int level = 0; level < TILE_LEVELS_MAX; level++) {
		int status = level_trust(tree, level, tile_hashes(level, size));

		if (status != DISK_OK)
			return status;
	}
	for (int level = 0; level + 1 < TILE_LEVELS_MAX; level++) {
		int status = level_check(tree, level, tile_hashes(level + 1, size), threads);

		if (status != DISK_OK)
			return status;
	}
	atomic_store_explicit(&tree->size, size, memory_order_release);
	if (!proof_root(size, treefile_source, tree, &found) ||
	    !tree_hash_equal(&found, root)) {
		atomic_store(&tree->size, 0);
		return disk_fail(DISK_DAMAGED, "read tree: its root at %llu is another one",
				 (unsigned long long)size);
	}
	tree->broken = false;
	return DISK_OK;
}

int
treefile_reset(struct treefile *tree)
{
	atomic_store(&tree->size, 0);
	tree->broken = true;
	for (int level = 0; level < TILE_LEVELS_MAX; level++) {
		if (ftruncate(tree->files[level], 0) != 0)
			return disk_fail_errno("empty", names[level]);
	}
	tree->broken = false;
	return DISK_OK;
}

/* Appends a hash to a level above the leaves, and what it completes further up. */
static int
node_append(struct treefile *tree, int level, uint64_t i, struct tree_hash hash)
{
	for (; level < TILE_LEVELS_MAX; level++, i /= TALLY_TILE_WIDTH) {
		int status = disk_write_at(tree->files[level], names[level], &hash, sizeof hash,
					   place(i));

		if (status != DISK_OK)
			return status;
		tree->tails[level][i % TALLY_TILE_WIDTH] = hash;
		if ((i + 1) % TALLY_TILE_WIDTH != 0)
			break;
		tile_root(tree->tails[level], TALLY_TILE_WIDTH, &hash);
	}
	return DISK_OK;
}

static int
append_leaves(struct treefile *tree, uint64_t size, const struct tree_hash *leaves,
	      size_t count)
{
	int status = disk_write_at(tree->files[0], names[0], leaves, place(count), place(size));

	for (size_t i = 0; i < count && status == DISK_OK; i++, size++) {
		struct tree_hash root;

		tree->tails[0][size % TALLY_TILE_WIDTH] = leaves[i];
		if ((size + 1) % TALLY_TILE_WIDTH != 0)
			continue;
		tile_root(tree->tails[0], TALLY_TILE_WIDTH, &root);
		status = node_append(tree, 1, size / TALLY_TILE_WIDTH, root);
	}
	return status;
}

static int
append_tile(struct treefile *tree, uint64_t size, const struct tree_hash *leaves,
	    const struct tree_hash *root)
{
	int status = disk_write_at(tree->files[0], names[0], leaves, place(TALLY_TILE_WIDTH),
				   place(size));

	return status == DISK_OK ? node_append(tree, 1, size / TALLY_TILE_WIDTH, *root)
				 : status;
}

/* `root`: NULL, or of the leaves, which are a tile. */
static int
append(struct treefile *tree, const struct tree_hash *leaves, size_t count,
       const struct tree_hash *root)
{
	uint64_t size = treefile_size(tree);
	int status;

	if (tree->broken)
		return disk_fail(DISK_FAILED, "write tree: an earlier write failed");
	status = root == NULL ? append_leaves(tree, size, leaves, count)
			      : append_tile(tree, size, leaves, root);
	if (status == DISK_OK)
		atomic_store_explicit(&tree->size, size + count, memory_order_release);
	else
		tree->broken = status != DISK_FULL || count > TALLY_TILE_WIDTH;
	return status;
}

int
treefile_append(struct treefile *tree, const struct tree_hash *leaves, size_t count)
{
	return append(tree, leaves, count, NULL);
}

int
treefile_append_tile(struct treefile *tree, const struct tree_hash leaves[TALLY_TILE_WIDTH],
		     const struct tree_hash *root)
{
	CHECK(treefile_size(tree) % TALLY_TILE_WIDTH == 0);
	return append(tree, leaves, TALLY_TILE_WIDTH, root);
}

int
treefile_sync(struct treefile *tree)
{
	for (int level = 0; level < TILE_LEVELS_MAX; level++) {
		int status = disk_sync(tree->files[level], names[level]);

		if (status != DISK_OK)
			return status;
	}
	return DISK_OK;
}

bool
treefile_source(void *context, int level, uint64_t first, unsigned count, struct tree_hash *out)
{
	struct treefile *tree = context;
	uint64_t there;

	CHECK(level >= 0);
	CHECK(level < TILE_LEVELS_MAX);
	there = tile_hashes(level, treefile_size(tree));
	if (first > there || count > there - first) {
		disk_fail(DISK_ABSENT, "read %s: %u hashes from %llu, it has %llu",
			  names[level], count, (unsigned long long)first,
			  (unsigned long long)there);
		return false;
	}
	return disk_read_at(tree->files[level], names[level], out, place(count),
			    place(first)) == DISK_OK;
}
