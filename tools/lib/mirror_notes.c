#include "tools/lib/haul.h"

#include <inttypes.h>
#include <string.h>
#include <unistd.h>

static struct bytes
served_note(const struct served *served)
{
	return bytes_make(served->note, served->size);
}

/* The server's `name`, signed by the log key. */
static enum tally_exit
fetch_note(struct haul *haul, const char *name, struct served *served, struct trouble *trouble)
{
	struct mirror *mirror = haul->mirror;
	struct carrier *carrier = &haul->carriers[0];
	enum tally_exit status = haul_fetch(haul, carrier, name, TALLY_CHECKPOINT_SIZE_MAX,
					    &served->size, &served->found, trouble);

	if (status != TALLY_EXIT_FINE || !served->found)
		return status;
	if (served->size > 0)
		memcpy(served->note, carrier->data, served->size);
	if (checkpoint_open(served_note(served), &mirror->key, &served->checkpoint))
		return TALLY_EXIT_FINE;
	return trouble_set(trouble, TALLY_EXIT_FAILED,
			   "%s/%s: it is no checkpoint of %s signed by key %08" PRIx32,
			   mirror->url, name, mirror->key.name, mirror->key.id);
}

/* The waiting one first: when it is removed the other one has caught up with it. */
enum tally_exit
haul_notes(struct haul *haul, struct served *published, struct served *waiting,
	   struct trouble *trouble)
{
	enum tally_exit status = TALLY_EXIT_FINE;

	waiting->found = false;
	if (haul->mirror->folder->next)
		status = fetch_note(haul, "checkpoint.next", waiting, trouble);
	if (status == TALLY_EXIT_FINE)
		status = fetch_note(haul, "checkpoint", published, trouble);
	if (status != TALLY_EXIT_FINE)
		return status;
	if (!published->found && !waiting->found)
		return trouble_set(trouble, TALLY_EXIT_FAILED, "%s/checkpoint: it is missing",
				   haul->mirror->url);
	if (waiting->found && published->found &&
	    waiting->checkpoint.size <= published->checkpoint.size)
		waiting->found = false;
	return TALLY_EXIT_FINE;
}

enum tally_exit
haul_store_notes(const struct haul *haul, const struct served *published,
		 const struct served *waiting, struct trouble *trouble)
{
	const struct mirror *mirror = haul->mirror;
	enum tally_exit status = TALLY_EXIT_FINE;

	if (!mirror->unchanged && mirror->before_size > 0)
		status = haul_store(mirror, ".fetched", "checkpoint.before",
				    bytes_make(mirror->before, mirror->before_size), trouble);
	if (status == TALLY_EXIT_FINE && published->found)
		status = haul_store(mirror, ".fetched", "checkpoint", served_note(published),
				    trouble);
	if (status == TALLY_EXIT_FINE && waiting->found)
		status = haul_store(mirror, ".fetched", "checkpoint.next", served_note(waiting),
				    trouble);
	return status;
}

enum tally_exit
mirror_take_back(const struct mirror *mirror, struct trouble *trouble)
{
	const struct bytes before = bytes_make(mirror->before, mirror->before_size);
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	enum tally_exit status;
	struct bytes note;
	size_t size;

	if (before.size == 0)
		return TALLY_EXIT_FINE;
	status = publiclog_checkpoint(mirror->folder, memory, &size, trouble);
	if (status != TALLY_EXIT_FINE)
		return status;
	note = bytes_make(memory, size);
	if (bytes_equal(note, before))
		return TALLY_EXIT_FINE;
	status = haul_store(mirror, ".fetched", "checkpoint.conflict", note, trouble);
	if (status == TALLY_EXIT_FINE)
		status = haul_store(mirror, ".fetched", "checkpoint", before, trouble);
	if (status == TALLY_EXIT_FINE && mirror->folder->next)
		(void)unlinkat(mirror->folder->folder, "checkpoint.next", 0);
	return status;
}
