#include "shell/adopt.h"

#include "shell/foundation.h"
#include "shell/line.h"
#include "shell/registry.h"
#include "shell/vetting.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

struct work {
	const struct adopt *asked;
	struct note_private_key key;
	struct copy copy;
	struct vetting_known known[VETTING_KNOWN_MAX];
	size_t known_count;
	bool anchor_there;
	uint8_t anchor_campaign[TALLY_HASH_SIZE];
	struct vetting vetting;
	struct foundation foundation;
	struct remembered remembered;
};

/* What the copy lacks is a finding; what the disk did is not. */
static enum tally_exit
refused(int status)
{
	line_warn("%s", disk_error());
	return status == DISK_DAMAGED ? TALLY_EXIT_FAILED : TALLY_EXIT_WORLD;
}

/* which checkpoint is the newest */

static void
know(struct work *work, const struct checkpoint *checkpoint, const char *from)
{
	CHECK(work->known_count < VETTING_KNOWN_MAX);
	work->known[work->known_count++] = (struct vetting_known){*checkpoint, from};
}

/* People take one for the other. */
static bool
is_note(const char *path)
{
	uint8_t *bytes;
	size_t size;
	bool is;

	if (disk_load(AT_FDCWD, path, TALLY_CHECKPOINT_SIZE_MAX, &bytes, &size) != DISK_OK)
		return false;
	is = memmem(bytes, size, "\n\n\xe2\x80\x94 ", 6) != NULL;
	free(bytes);
	return is;
}

/* A file that does not exist yet will be made; it can remember nothing. */
static enum tally_exit
ask_anchor(struct work *work)
{
	const char *anchor = work->asked->anchor;
	struct remembered remembered;
	struct checkpoint checkpoint;
	int status;

	if (anchor == NULL)
		return TALLY_EXIT_FINE;
	status = remembered_peek(&remembered, AT_FDCWD, anchor);
	if (status == DISK_ABSENT) {
		line_say("%s: there is no anchor yet: it says nothing, and will be made",
			 anchor);
		return foundation_anchor_fits(anchor);
	}
	if (status == DISK_DAMAGED && is_note(anchor)) {
		line_warn("%s: it is a checkpoint and no anchor: --newest takes checkpoints",
			  anchor);
		return TALLY_EXIT_USAGE;
	}
	if (status != DISK_OK)
		return refused(status);
	if (!checkpoint_open(bytes_make(remembered.note, remembered.note_size), &work->key.key,
			     &checkpoint)) {
		line_warn("%s: it is the anchor of another log than that of %s", anchor,
			  work->asked->log_key);
		return TALLY_EXIT_USAGE;
	}
	work->anchor_there = true;
	memcpy(work->anchor_campaign, remembered.campaign, TALLY_HASH_SIZE);
	know(work, &checkpoint, anchor);
	return TALLY_EXIT_FINE;
}

/* DISK_ABSENT; DISK_DAMAGED if it is no checkpoint that the log's key has signed. */
static int
know_file(struct work *work, int dir_fd, const char *name)
{
	struct checkpoint checkpoint;
	uint8_t *note;
	size_t size;
	bool genuine;
	int status = disk_load(dir_fd, name, TALLY_CHECKPOINT_SIZE_MAX, &note, &size);

	if (status != DISK_OK)
		return status;
	genuine = checkpoint_open(bytes_make(note, size), &work->key.key, &checkpoint);
	free(note);
	if (!genuine)
		return disk_fail(DISK_DAMAGED,
				 "%s: it is no checkpoint signed by the log's key in %s", name,
				 work->asked->log_key);
	know(work, &checkpoint, name);
	return DISK_OK;
}

static enum tally_exit
ask_newest(struct work *work)
{
	if (work->asked->newest == NULL ||
	    know_file(work, AT_FDCWD, work->asked->newest) == DISK_OK)
		return TALLY_EXIT_FINE;
	line_warn("%s", disk_error());
	return TALLY_EXIT_USAGE;
}

/* L6: a tallyd that still runs on it would go on signing beside the new one. */
static int
check_idle(const struct work *work, int dir_fd)
{
	int fd;
	int status = disk_open(dir_fd, "lock", O_RDONLY | O_NONBLOCK, 0, &fd);

	if (status == DISK_ABSENT)
		return DISK_OK;
	if (status == DISK_OK && flock(fd, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK)
		status = disk_fail(DISK_FAILED, "%s is in use: stop its tallyd first",
				   work->asked->copy);
	if (fd >= 0)
		close(fd);
	return status;
}

/* What lies about that the log's key has signed; what it has not says nothing. */
static int
know_shown(struct work *work, int dir_fd)
{
	static const char *const names[] = {"ahead", "checkpoint.next",
					    "public/checkpoint.next"};
	int status = DISK_OK;

	for (size_t i = 0; i < sizeof names / sizeof *names && status == DISK_OK; i++) {
		status = know_file(work, dir_fd, names[i]);
		if (status == DISK_ABSENT || status == DISK_DAMAGED)
			status = DISK_OK;
	}
	return status;
}

/* A whole data directory remembers by itself. */
static int
know_remembered(struct work *work, int dir_fd)
{
	struct remembered remembered;
	int status = remembered_peek(&remembered, dir_fd, "remembered");

	if (status == DISK_OK)
		know(work, &remembered.checkpoint, "what this directory remembers");
	return status == DISK_ABSENT ? DISK_OK : status;
}

static enum tally_exit
ask_copy(struct work *work)
{
	int dir_fd;
	int status = disk_open(AT_FDCWD, work->asked->copy, O_RDONLY | O_DIRECTORY, 0, &dir_fd);

	if (status != DISK_OK) {
		line_warn("%s", disk_error());
		return TALLY_EXIT_USAGE;
	}
	status = check_idle(work, dir_fd);
	if (status == DISK_OK)
		status = know_remembered(work, dir_fd);
	if (status == DISK_OK)
		status = know_shown(work, dir_fd);
	close(dir_fd);
	return status == DISK_OK ? TALLY_EXIT_FINE : refused(status);
}

static enum tally_exit
ask_all(struct work *work)
{
	enum tally_exit code = ask_anchor(work);

	if (code == TALLY_EXIT_FINE)
		code = ask_newest(work);
	if (code == TALLY_EXIT_FINE && work->known_count == 0) {
		line_warn(
		    "which checkpoint is the newest that this log has signed? Name its anchor "
		    "(--anchor FILE), or the newest that anybody has kept (--newest FILE)");
		return TALLY_EXIT_USAGE;
	}
	return code == TALLY_EXIT_FINE ? ask_copy(work) : code;
}

/* L5 */
static enum tally_exit
compare_sizes(const struct work *work)
{
	uint64_t size = work->copy.checkpoint.size;

	for (size_t i = 0; i < work->known_count; i++) {
		const struct vetting_known *known = &work->known[i];

		if (known->checkpoint.size <= size)
			continue;
		line_warn(
		    "%s has %llu entries, and this log has signed %llu (%s): going on from the "
		    "copy would sign a second history; look for a larger copy. A log that has "
		    "signed more than any copy holds cannot go on under this key "
		    "(engine/README.md, After a disaster)",
		    work->asked->copy, (unsigned long long)size,
		    (unsigned long long)known->checkpoint.size, known->from);
		return TALLY_EXIT_FAILED;
	}
	return TALLY_EXIT_FINE;
}

/* Whoever kept the copy may not know what else was signed. */
static void
warn_of_word(const struct work *work)
{
	if (work->anchor_there || work->asked->newest == NULL)
		return;
	line_warn(
	    "nothing but %s and the copy itself says that no checkpoint of more than %llu "
	    "entries left the house: ask every frontend, witness and auditor for their "
	    "largest; whoever holds a larger one can stop this log for good",
	    work->asked->newest, (unsigned long long)work->copy.checkpoint.size);
}

/* the copy */

static enum tally_exit
check_campaign(const struct work *work)
{
	const struct manifest *manifest = work->vetting.start.manifest;

	if (work->anchor_there &&
	    memcmp(work->anchor_campaign, manifest->id, TALLY_HASH_SIZE) != 0) {
		line_warn("%s: it is the anchor of another campaign", work->asked->anchor);
		return TALLY_EXIT_USAGE;
	}
	return foundation_key_fits(work->asked->log_key, &work->key, manifest);
}

/* Where the roster lies; *fd is to be closed if it is no AT_FDCWD. */
static int
find_roster(const struct work *work, int *fd, const char **name)
{
	*fd = AT_FDCWD;
	*name = work->asked->roster;
	if (*name != NULL)
		return DISK_OK;
	*name = "roster";
	if (disk_open(AT_FDCWD, work->asked->copy, O_RDONLY | O_DIRECTORY, 0, fd) != DISK_OK)
		return DISK_FAILED;
	if (faccessat(*fd, *name, F_OK, 0) != 0)
		*name = "public/roster";
	return DISK_OK;
}

/* Checked and opened before anything is made, then checked again while it is copied (`made`). */
static int
take_roster(struct work *work, bool made)
{
	const struct manifest *manifest = work->vetting.start.manifest;
	const char *name;
	int fd;
	int status;

	if (!manifest->has_roster)
		return work->asked->roster == NULL
			   ? DISK_OK
			   : disk_fail(DISK_DAMAGED, "%s: the manifest commits to no roster",
				       work->asked->roster);
	status = find_roster(work, &fd, &name);
	if (status == DISK_OK)
		status = made ? registry_copy(work->foundation.dir_fd, fd, name, manifest)
			      : registry_open_other(&work->vetting.start.registry, fd, name,
						    manifest);
	if (fd != AT_FDCWD && fd >= 0)
		close(fd);
	return status;
}

static enum tally_exit
vet(struct work *work)
{
	enum tally_exit code;
	int status;

	work->vetting = (struct vetting){.copy = &work->copy,
					 .known = work->known,
					 .known_count = work->known_count,
					 .workers_count = work->asked->workers_count,
					 .verify = work->asked->verify};
	status = vetting_begin(&work->vetting);
	if (status != DISK_OK)
		return refused(status);
	code = check_campaign(work);
	if (code != TALLY_EXIT_FINE)
		return code;
	line_say("checking %llu entries of %s", (unsigned long long)work->copy.checkpoint.size,
		 work->asked->copy);
	status = take_roster(work, false);
	if (status == DISK_OK)
		status = vetting_run(&work->vetting);
	return status == DISK_OK ? TALLY_EXIT_FINE : refused(status);
}

/* the directory */

static int
write_entries(struct work *work)
{
	struct copy_bundle bundle = {.data = NULL};
	struct tree_hash root;
	int status = DISK_OK;

	for (uint64_t n = 0; n < copy_bundles(&work->copy) && status == DISK_OK; n++) {
		status = copy_read(&work->copy, n, &bundle);
		for (unsigned i = 0; status == DISK_OK && i < bundle.count; i++)
			status = foundation_entry(&work->foundation, bundle.entries[i]);
	}
	copy_bundle_free(&bundle);
	if (status == DISK_OK)
		status = foundation_end(&work->foundation);
	if (status != DISK_OK)
		return status;
	frontier_root(&work->foundation.frontier, &root);
	if (memcmp(root.bytes, work->copy.checkpoint.root, sizeof root.bytes) != 0)
		return disk_fail(DISK_DAMAGED, "%s: it was changed while it was read",
				 work->asked->copy);
	return DISK_OK;
}

/* Last. Signed anew: the same size and root, without what others have added to the note. */
static int
remember(struct work *work)
{
	const struct checkpoint *checkpoint = &work->copy.checkpoint;
	const uint8_t *campaign = work->vetting.start.manifest->id;
	uint8_t memory[REMEMBERED_NOTE_MAX];
	struct writer note = writer_make(memory, sizeof memory);

	checkpoint_write(&note, checkpoint, &work->key);
	CHECK(!note.failed);
	if (work->anchor_there)
		return remembered_adopt(&work->remembered, work->foundation.dir_fd,
					work->asked->anchor, campaign, checkpoint,
					writer_view(&note));
	return remembered_create(&work->remembered, work->foundation.dir_fd,
				 work->asked->anchor, campaign, checkpoint, writer_view(&note));
}

static enum tally_exit
write_all(struct work *work)
{
	enum tally_exit code = foundation_open(&work->foundation, work->asked->data,
					       work->vetting.start.manifest, &work->key);
	int status;

	if (code != TALLY_EXIT_FINE)
		return code;
	status = take_roster(work, true);
	if (status == DISK_OK)
		status = write_entries(work);
	if (status == DISK_OK)
		status = remember(work);
	if (status == DISK_OK)
		status = disk_sync_folder(work->foundation.dir_fd, "..");
	if (status != DISK_OK)
		return refused(status);
	line_say("%s holds the %llu entries of %s; start it, then let every frontend send "
		 "again what "
		 "it has sent since: whatever is in the log already gets its first answer",
		 work->asked->data, (unsigned long long)work->copy.checkpoint.size,
		 work->asked->copy);
	return TALLY_EXIT_FINE;
}

static enum tally_exit
run(struct work *work)
{
	enum tally_exit code = foundation_key_read(work->asked->log_key, &work->key);
	int status;

	if (code == TALLY_EXIT_FINE)
		code = foundation_free_at(work->asked->data);
	if (code == TALLY_EXIT_FINE)
		code = ask_all(work);
	if (code != TALLY_EXIT_FINE)
		return code;
	status = copy_open(&work->copy, work->asked->copy, &work->key.key);
	if (status != DISK_OK)
		return refused(status);
	code = compare_sizes(work);
	if (code == TALLY_EXIT_FINE) {
		warn_of_word(work);
		code = vet(work);
	}
	return code == TALLY_EXIT_FINE ? write_all(work) : code;
}

int
adopt_run(const struct adopt *adopt)
{
	struct work *work = calloc(1, sizeof *work);
	enum tally_exit code;

	if (work == NULL)
		return TALLY_EXIT_WORLD;
	work->asked = adopt;
	work->copy.fd = -1;
	work->foundation.dir_fd = -1;
	work->foundation.segment_fd = -1;
	work->remembered.fd = -1;
	work->remembered.anchor_fd = -1;
	start_blank(&work->vetting.start);
	code = run(work);
	sodium_memzero(&work->key, sizeof work->key);
	remembered_close(&work->remembered);
	foundation_close(&work->foundation);
	vetting_end(&work->vetting);
	copy_close(&work->copy);
	free(work);
	return code;
}
