#include "tools/lib/audit_state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char suffix[] = ".tlog-proof";

enum {
	PROGRESS_EVERY = 256,
};

struct pile {
	struct audit_state *state;
	struct publiclog folder;
	uint64_t count;
	uint64_t newer; /* than the checkpoint */
};

static int
is_receipt(const struct dirent *item)
{
	size_t size = strlen(item->d_name);

	return size >= sizeof suffix - 1 &&
	       strcmp(item->d_name + size - (sizeof suffix - 1), suffix) == 0;
}

static enum tally_exit
wrong(const struct pile *pile, const char *name, uint64_t index, const char *why,
      struct trouble *trouble)
{
	return trouble_at(trouble, TALLY_EXIT_FAILED, index, "%s/%s: %s", pile->folder.path,
			  name, why);
}

/* Its path leads to its checkpoint from this log's entry. */
static enum tally_exit
check_path(struct pile *pile, const char *name, const struct receipt *receipt,
	   const struct checkpoint *checkpoint, struct trouble *trouble)
{
	struct tree_hash leaf;
	struct tree_hash root;
	enum tally_exit status = audit_leaf(pile->state, receipt->index, &leaf, trouble);

	if (status != TALLY_EXIT_FINE)
		return status;
	memcpy(root.bytes, checkpoint->root, sizeof root.bytes);
	if (!proof_inclusion_verify(&receipt->proof, receipt->index, checkpoint->size, &leaf,
				    &root))
		return wrong(pile, name, receipt->index,
			     "its hashes do not lead from the log's entry to its checkpoint",
			     trouble);
	return TALLY_EXIT_FINE;
}

/* Its checkpoint is one of this tree, too. */
static enum tally_exit
check_in_tree(struct pile *pile, const char *name, const struct receipt *receipt,
	      const struct checkpoint *checkpoint, struct trouble *trouble)
{
	bool contains;
	enum tally_exit status = audit_contains(pile->state, checkpoint, &contains, trouble);

	if (status == TALLY_EXIT_FINE && !contains)
		return wrong(pile, name, receipt->index,
			     "its checkpoint is signed by the log's key and is not one of this "
			     "tree: the log's history was changed",
			     trouble);
	return status == TALLY_EXIT_FINE ? check_path(pile, name, receipt, checkpoint, trouble)
					 : status;
}

/* Its checkpoint is newer than the log's. */
static enum tally_exit
check_newer(struct pile *pile, const char *name, const struct receipt *receipt,
	    const struct checkpoint *checkpoint, struct trouble *trouble)
{
	pile->newer++;
	if (receipt->index < pile->state->scroll.size)
		return check_path(pile, name, receipt, checkpoint, trouble);
	if (audit_closed(pile->state))
		return wrong(pile, name, receipt->index,
			     "the log is closed and ends before this entry; if voting was "
			     "opened again, take a newer checkpoint",
			     trouble);
	return TALLY_EXIT_FINE;
}

static enum tally_exit
check_text(struct pile *pile, const char *name, struct bytes text, struct trouble *trouble)
{
	struct receipt receipt;
	struct checkpoint checkpoint;

	if (!receipt_parse(text, &receipt))
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "%s/%s: it has not the shape of c2sp.org/tlog-proof@v1",
				   pile->folder.path, name);
	if (!checkpoint_open(receipt.checkpoint, &pile->state->options->key, &checkpoint))
		return wrong(pile, name, receipt.index,
			     "its checkpoint is not signed by the log's key", trouble);
	if (receipt.index >= checkpoint.size)
		return wrong(pile, name, receipt.index, "its own checkpoint does not cover it",
			     trouble);
	if (checkpoint.size <= pile->state->scroll.size)
		return check_in_tree(pile, name, &receipt, &checkpoint, trouble);
	return check_newer(pile, name, &receipt, &checkpoint, trouble);
}

static void
check_file(struct pile *pile, const char *name)
{
	const struct audit_options *options = pile->state->options;
	uint8_t *data = NULL;
	size_t capacity = 0;
	size_t size;
	struct trouble trouble;
	enum tally_exit status = publiclog_read(&pile->folder, name, TALLY_RECEIPT_SIZE_MAX,
						&data, &capacity, &size, &trouble);

	if (status == TALLY_EXIT_FINE)
		status = check_text(pile, name, bytes_make(data, size), &trouble);
	if (status != TALLY_EXIT_FINE)
		audit_found(pile->state, AUDIT_RECEIPTS, &trouble);
	free(data);
	if (++pile->count % PROGRESS_EVERY == 0 && options->progress != NULL)
		options->progress(options->context, "checking receipts", pile->count, 0);
}

static enum tally_exit
check_folder(struct pile *pile, struct trouble *trouble)
{
	int copy = fcntl(pile->folder.folder, F_DUPFD_CLOEXEC, 0);
	DIR *listing = copy < 0 ? NULL : fdopendir(copy);
	const struct dirent *item;

	if (listing == NULL) {
		if (copy >= 0)
			close(copy);
		return trouble_set(trouble, TALLY_EXIT_WORLD, "%s: %s", pile->folder.path,
				   strerror(errno));
	}
	errno = 0;
	while ((item = readdir(listing)) != NULL) {
		if (is_receipt(item))
			check_file(pile, item->d_name);
		errno = 0;
	}
	if (errno != 0)
		trouble_set(trouble, TALLY_EXIT_WORLD, "%s: %s", pile->folder.path,
			    strerror(errno));
	else
		trouble->exit = TALLY_EXIT_FINE;
	closedir(listing);
	return trouble->exit;
}

static void
conclude(const struct pile *pile)
{
	struct report *report = &pile->state->audit->report;

	if (pile->count == 0) {
		report_nothing(report, AUDIT_RECEIPTS, "%s: there is no file *%s in it",
			       pile->folder.path, suffix);
		return;
	}
	if (pile->newer > 0) {
		report_skip(report, AUDIT_RECEIPTS,
			    "%" PRIu64 " of %" PRIu64
			    " receipts are under newer checkpoints than the log's: audit again "
			    "when it has caught up; the others are kept",
			    pile->newer, pile->count);
		return;
	}
	report_remark(report, AUDIT_RECEIPTS, "%" PRIu64 " receipts", pile->count);
	report_pass(report, AUDIT_RECEIPTS);
}

void
audit_receipts(struct audit_state *state)
{
	struct pile pile = {.state = state};
	struct trouble trouble;

	if (state->options->receipts == NULL)
		return;
	if (state->holes) {
		report_skip(&state->audit->report, AUDIT_RECEIPTS,
			    "another check failed: the tree is not known");
		return;
	}
	if (publiclog_open(&pile.folder, state->options->receipts, &trouble) !=
	    TALLY_EXIT_FINE) {
		trouble.exit = TALLY_EXIT_WORLD;
		audit_found(state, AUDIT_RECEIPTS, &trouble);
		return;
	}
	if (check_folder(&pile, &trouble) != TALLY_EXIT_FINE)
		audit_found(state, AUDIT_RECEIPTS, &trouble);
	else
		conclude(&pile);
	publiclog_close(&pile.folder);
}
