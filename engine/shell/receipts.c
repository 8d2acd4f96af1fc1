#include "shell/receipts.h"

#include <string.h>
#include <unistd.h>

#include "shell/beneath.h"

bool
receipts_write(struct writer *writer, struct treefile *tree, uint64_t index,
	       const struct checkpoint *checkpoint, struct bytes note)
{
	struct tree_hash leaf;
	struct tree_hash root;
	struct proof proof;

	memcpy(root.bytes, checkpoint->root, sizeof root.bytes);
	if (!treefile_source(tree, 0, index, 1, &leaf) ||
	    !proof_inclusion(index, checkpoint->size, treefile_source, tree, &proof) ||
	    !proof_inclusion_verify(&proof, index, checkpoint->size, &leaf, &root))
		return false;
	receipt_write(writer, index, &proof, note);
	return !writer->failed;
}

void
receipts_init(struct receipts *receipts, int public_fd, struct treefile *tree,
	      const struct note_key *log_key)
{
	receipts->public_fd = public_fd;
	receipts->tree = tree;
	receipts->log_key = log_key;
	receipts->note_size = 0;
	receipts->checkpoint = (struct checkpoint){.size = 0};
}

static enum tally_verdict
note_read(int public_fd, uint8_t note[TALLY_CHECKPOINT_SIZE_MAX], size_t *size)
{
	struct stat about;
	int fd;
	int status = beneath_open(public_fd, "checkpoint", &fd, &about);

	if (status != DISK_OK)
		return status == DISK_ABSENT ? TALLY_NOT_FOUND : TALLY_INTERNAL;
	*size = (size_t)about.st_size;
	status = DISK_DAMAGED;
	if (about.st_size <= TALLY_CHECKPOINT_SIZE_MAX)
		status = disk_read_at(fd, "public/checkpoint", note, *size, 0);
	close(fd);
	return status == DISK_OK ? TALLY_ACCEPTED : TALLY_INTERNAL;
}

/* Looks which checkpoint is published now. */
static enum tally_verdict
refresh(struct receipts *receipts)
{
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];
	size_t size;
	enum tally_verdict verdict = note_read(receipts->public_fd, note, &size);

	if (verdict != TALLY_ACCEPTED)
		return verdict;
	if (size > 0 && bytes_equal(bytes_make(note, size),
				    bytes_make(receipts->note, receipts->note_size)))
		return TALLY_ACCEPTED;
	receipts->note_size = 0;
	if (!checkpoint_open(bytes_make(note, size), receipts->log_key, &receipts->checkpoint))
		return TALLY_INTERNAL;
	receipts->note_size = size;
	memcpy(receipts->note, note, size);
	return TALLY_ACCEPTED;
}

enum tally_verdict
receipts_published(struct receipts *receipts, uint64_t index, struct writer *writer)
{
	enum tally_verdict verdict = refresh(receipts);

	if (verdict != TALLY_ACCEPTED)
		return verdict;
	if (index >= receipts->checkpoint.size)
		return TALLY_NOT_FOUND;
	return receipts_write(writer, receipts->tree, index, &receipts->checkpoint,
			      bytes_make(receipts->note, receipts->note_size))
		   ? TALLY_ACCEPTED
		   : TALLY_INTERNAL;
}
