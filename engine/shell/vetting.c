#include "shell/vetting.h"

#include "ballot/notice.h"
#include "ballot/sheet.h"
#include "ledger/entry.h"
#include "limits.h"
#include "shell/line.h"
#include "verify/genuine.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

enum {
	WINDOW_BUNDLES = 64, /* read, then verified on all threads, then replayed in order */
	WINDOW_BYTES = 64 * 1024 * 1024,
};

/* The first entry of a bundle that a signature or a rule of its kind refuses. */
struct finding {
	bool found;
	uint64_t index;
	enum tally_verdict verdict;
};

struct window {
	const struct verifier *verifier;
	size_t count;
	_Atomic size_t next;
	struct copy_bundle bundles[WINDOW_BUNDLES];
	struct finding findings[WINDOW_BUNDLES];
	struct copy_bundle older; /* the one that a replaced ballot was read from last */
};

/* signatures */

static enum tally_verdict
judge_notice(const struct manifest *manifest, struct bytes bytes)
{
	struct notice notice;
	enum tally_verdict verdict = notice_parse(bytes, &notice);

	return verdict == TALLY_ACCEPTED ? verify_notice(manifest, &notice) : verdict;
}

static enum tally_verdict
judge_sheet(const struct manifest *manifest, struct bytes bytes)
{
	struct sheet sheet;
	enum tally_verdict verdict = sheet_parse(bytes, &sheet);

	return verdict == TALLY_ACCEPTED ? verify_sheet(manifest, &sheet) : verdict;
}

static enum tally_verdict
judge_other(const struct manifest *manifest, const struct entry *entry)
{
	if (entry->kind == TALLY_ENTRY_NOTICE)
		return judge_notice(manifest, entry->body);
	if (entry->kind == TALLY_ENTRY_SHEET)
		return judge_sheet(manifest, entry->body);
	return TALLY_ACCEPTED;
}

/* The earliest stays. */
static void
found(struct finding *finding, uint64_t index, enum tally_verdict verdict)
{
	if (verdict == TALLY_ACCEPTED || (finding->found && finding->index < index))
		return;
	*finding = (struct finding){true, index, verdict};
}

static void
judge_bundle(const struct verifier *verifier, const struct copy_bundle *bundle,
	     struct finding *finding)
{
	struct verify_item ballots[TALLY_TILE_WIDTH];
	uint64_t indices[TALLY_TILE_WIDTH];
	size_t count = 0;

	finding->found = false;
	for (unsigned i = 0; i < bundle->count; i++) {
		struct entry entry;

		if (!entry_parse(bundle->entries[i], &entry))
			continue; /* the replay names the rule */
		if (entry.kind == TALLY_ENTRY_BALLOT) {
			indices[count] = bundle->first + i;
			ballots[count++].bytes = entry.body;
		} else {
			found(finding, bundle->first + i,
			      judge_other(verifier->manifest, &entry));
		}
	}
	verify_batch(verifier, ballots, count);
	for (size_t i = 0; i < count; i++)
		found(finding, indices[i], ballots[i].verdict);
}

static void *
judge_bundles(void *argument)
{
	struct window *window = argument;
	size_t at;

	while ((at = atomic_fetch_add(&window->next, 1)) < window->count)
		judge_bundle(window->verifier, &window->bundles[at], &window->findings[at]);
	return NULL;
}

/* On this thread alone where no other can be made. */
static void
judge_window(struct window *window, unsigned workers)
{
	pthread_t threads[workers_max];
	size_t started = 0;

	atomic_store(&window->next, 0);
	while (started + 1 < workers && started < window->count && started < workers_max &&
	       pthread_create(&threads[started], NULL, judge_bundles, window) == 0)
		started++;
	judge_bundles(window);
	while (started > 0)
		pthread_join(threads[--started], NULL);
}

/* the replay */

static int
fail_at(const struct vetting *vetting, uint64_t index, const char *why)
{
	return disk_fail(DISK_DAMAGED, "%s: entry %llu: %s", vetting->copy->path,
			 (unsigned long long)index, why);
}

/* An entry from before the window: good until the next call. */
static int
read_older(const struct vetting *vetting, struct window *window, uint64_t index,
	   struct bytes *entry)
{
	struct copy_bundle *bundle = &window->older;
	int status = DISK_OK;

	if (bundle->data == NULL || bundle->first != index - index % TALLY_TILE_WIDTH)
		status = copy_read(vetting->copy, index / TALLY_TILE_WIDTH, bundle);
	if (status == DISK_OK)
		*entry = bundle->entries[index % TALLY_TILE_WIDTH];
	return status;
}

/* What a void takes out, once that is known. */
static int
read_voided(const struct vetting *vetting, struct window *window, struct bytes entry)
{
	struct station *station = vetting->start.station;
	struct gather *gather;
	int status = DISK_OK;

	while (status == DISK_OK && (gather = station_restore_gather(station, entry)) != NULL) {
		uint64_t first;
		uint64_t count;
		struct bytes older;

		while (status == DISK_OK && gather_wants(gather, &first, &count)) {
			status = read_older(vetting, window, first, &older);
			if (status == DISK_OK)
				(void)gather_take(gather, first, older);
		}
	}
	return status;
}

static int
compare(const struct vetting *vetting, const struct checkpoint *checkpoint, const char *from)
{
	struct tree_hash root;

	if (checkpoint->size != station_size(vetting->start.station))
		return DISK_OK;
	station_root(vetting->start.station, &root);
	if (memcmp(root.bytes, checkpoint->root, sizeof root.bytes) == 0)
		return DISK_OK;
	return disk_fail(DISK_DAMAGED,
			 "%s: its first %llu entries are not those that %s has signed",
			 vetting->copy->path, (unsigned long long)checkpoint->size, from);
}

static int
compare_all(const struct vetting *vetting)
{
	int status = compare(vetting, &vetting->copy->checkpoint, "its own checkpoint");

	for (size_t i = 0; i < vetting->known_count && status == DISK_OK; i++)
		status =
		    compare(vetting, &vetting->known[i].checkpoint, vetting->known[i].from);
	return status;
}

static bool
enrols_the_listed(const struct vetting *vetting, const struct notice *notice)
{
	for (size_t i = 0; i < notice->enrolments_count; i++)
		if (roster_find(&vetting->start.registry.roster,
				notice->enrolments + i * NOTICE_ENROLMENT_SIZE) !=
		    ROSTER_ABSENT)
			return true;
	return false;
}

static bool
votes_where_listed(const struct vetting *vetting, const struct ballot *ballot)
{
	int district = roster_find(&vetting->start.registry.roster, ballot->tag);

	if (district == ROSTER_ABSENT)
		district = pollbook_enrolled(&vetting->start.pollbook, ballot->tag);
	return district == ballot->district;
}

/* What the roster says against an entry, or NULL. */
static const char *
roster_refuses(const struct vetting *vetting, struct bytes bytes)
{
	struct entry entry;
	struct ballot ballot;
	struct notice notice;

	if (!vetting->start.manifest->has_roster || !entry_parse(bytes, &entry))
		return NULL;
	if (entry.kind == TALLY_ENTRY_BALLOT &&
	    ballot_parse(entry.body, &ballot) == TALLY_ACCEPTED &&
	    !votes_where_listed(vetting, &ballot))
		return "the voter is not on the roster, or there in another district";
	if (entry.kind == TALLY_ENTRY_NOTICE &&
	    notice_parse(entry.body, &notice) == TALLY_ACCEPTED &&
	    enrols_the_listed(vetting, &notice))
		return "the notice enrols a voter who is on the roster";
	return NULL;
}

static int
replay(struct vetting *vetting, struct window *window, uint64_t index, struct bytes entry)
{
	struct station *station = vetting->start.station;
	struct station_glance glance;
	uint64_t needs;
	struct bytes replaced = bytes_make(NULL, 0);
	struct bytes older;
	struct bytes text;
	const char *broken;
	int status = DISK_OK;

	station_glance(station, entry, &glance);
	needs = station_restore_needs(station, &glance);
	if (needs != UINT64_MAX)
		status = read_older(vetting, window, needs, &older);
	if (needs != UINT64_MAX && status == DISK_OK)
		replaced = bytes_make(older.data + 1, older.size - 1);
	if (status == DISK_OK)
		status = read_voided(vetting, window, entry);
	if (status != DISK_OK)
		return status;
	broken = roster_refuses(vetting, entry);
	if (broken == NULL)
		broken = station_restore_entry(station, &glance, replaced, &text);
	if (broken != NULL)
		return fail_at(vetting, index, broken);
	station_restore_leaves(station, &glance.leaf, 1);
	return compare_all(vetting);
}

/* In order, so that what is named is the first entry that is wrong. */
static int
replay_bundle(struct vetting *vetting, struct window *window, size_t at)
{
	const struct copy_bundle *bundle = &window->bundles[at];
	const struct finding *finding = &window->findings[at];
	int status = DISK_OK;

	for (unsigned i = 0; i < bundle->count && status == DISK_OK; i++) {
		uint64_t index = bundle->first + i;

		if (finding->found && finding->index == index)
			return fail_at(vetting, index,
				       tally_verdict_text(finding->verdict)->sentence);
		status = replay(vetting, window, index, bundle->entries[i]);
	}
	return status;
}

static int
fill(const struct vetting *vetting, struct window *window, uint64_t *number)
{
	uint64_t end = copy_bundles(vetting->copy);
	size_t bytes = 0;
	int status = DISK_OK;

	window->count = 0;
	while (status == DISK_OK && *number < end && window->count < WINDOW_BUNDLES &&
	       bytes < WINDOW_BYTES) {
		struct copy_bundle *bundle = &window->bundles[window->count];

		status = copy_read(vetting->copy, *number, bundle);
		for (unsigned i = 0; status == DISK_OK && i < bundle->count; i++)
			bytes += bundle->entries[i].size;
		if (status != DISK_OK)
			break;
		window->count++;
		++*number;
	}
	/* What was read before it may be wrong earlier. */
	return window->count > 0 ? DISK_OK : status;
}

static int
run(struct vetting *vetting, struct window *window)
{
	uint64_t size = vetting->copy->checkpoint.size;
	uint64_t number = 0;
	uint64_t told = 0;
	const struct start_options options = {.workers_count = 1, .verify = vetting->verify};
	int status = start_make_state(&vetting->start, &options);

	if (status == DISK_OK)
		line_say("signatures by %s", verifier_path_name(window->verifier->path));
	while (status == DISK_OK && number < copy_bundles(vetting->copy)) {
		status = fill(vetting, window, &number);
		if (status == DISK_OK)
			judge_window(window, vetting->workers_count);
		for (size_t i = 0; i < window->count && status == DISK_OK; i++)
			status = replay_bundle(vetting, window, i);
		if (status == DISK_OK && (number * TALLY_TILE_WIDTH) >> 20 > told) {
			told = (number * TALLY_TILE_WIDTH) >> 20;
			line_say("%llu of %llu entries are checked",
				 (unsigned long long)number * TALLY_TILE_WIDTH,
				 (unsigned long long)size);
		}
	}
	CHECK(status != DISK_OK || station_size(vetting->start.station) == size);
	return status;
}

int
vetting_run(struct vetting *vetting)
{
	struct window *window = calloc(1, sizeof *window);
	int status;

	if (window == NULL)
		return disk_fail(DISK_FAILED, "checking %s: no memory", vetting->copy->path);
	window->verifier = &vetting->start.keyring.verifier;
	status = run(vetting, window);
	for (size_t i = 0; i < WINDOW_BUNDLES; i++)
		copy_bundle_free(&window->bundles[i]);
	copy_bundle_free(&window->older);
	free(window);
	return status;
}

/* the manifest */

static bool
assemble(const struct copy_bundle *bundle, struct writer *json)
{
	struct entry entry;
	unsigned part = 0;

	do {
		if (part == bundle->count || !entry_parse(bundle->entries[part], &entry) ||
		    entry.kind != TALLY_ENTRY_CAMPAIGN || entry.part != part)
			return false;
		writer_bytes(json, entry.body);
	} while (++part < entry.parts);
	return !json->failed;
}

static int
parse(struct vetting *vetting, struct bytes json)
{
	struct manifest_fault fault;
	struct manifest *manifest = manifest_parse(json, &fault);

	vetting->start.manifest = manifest;
	if (manifest != NULL)
		return DISK_OK;
	return disk_fail(DISK_DAMAGED, "%s: its campaign: %s: %s", vetting->copy->path,
			 fault.path, fault.sentence);
}

int
vetting_begin(struct vetting *vetting)
{
	struct copy_bundle bundle = {.data = NULL};
	uint8_t *memory = malloc(TALLY_MANIFEST_SIZE_MAX);
	struct writer json = writer_make(memory, TALLY_MANIFEST_SIZE_MAX);
	int status = DISK_OK;

	start_blank(&vetting->start);
	if (memory == NULL)
		return disk_fail(DISK_FAILED, "reading %s: no memory", vetting->copy->path);
	if (copy_bundles(vetting->copy) == 0)
		status =
		    disk_fail(DISK_DAMAGED, "%s: the log has no entries", vetting->copy->path);
	if (status == DISK_OK)
		status = copy_read(vetting->copy, 0, &bundle);
	if (status == DISK_OK && !assemble(&bundle, &json))
		status = fail_at(vetting, 0, "the log does not begin with a campaign");
	if (status == DISK_OK)
		status = parse(vetting, writer_view(&json));
	copy_bundle_free(&bundle);
	free(memory);
	return status;
}

void
vetting_end(struct vetting *vetting)
{
	start_end(&vetting->start);
}
