#include "shell/chores.h"

#include "shell/clock.h"
#include "shell/gathering.h"
#include "shell/line.h"
#include "shell/receipts.h"
#include "tally/status.h"
#include "tree/cosignature.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* the mailbox */

static _Noreturn void
end_process(const char *why)
{
	line_warn("%s", why);
	line_warn(
	    "stopped: what was answered is safe; nothing more is promised by this process");
	_exit(TALLY_EXIT_WORLD);
}

static void
on_failed(void *context, const char *why)
{
	(void)context;
	end_process(why);
}

static void
on_said(void *context, const char *text)
{
	(void)context;
	line_warn("%s", text);
}

static struct mailbox *
mailbox_open(struct server *server)
{
	pthread_mutex_lock(&server->mailbox.lock);
	return &server->mailbox;
}

static void
mailbox_close(struct server *server)
{
	pthread_mutex_unlock(&server->mailbox.lock);
	uv_async_send(&server->wake);
}

static void
on_committed(void *context, const struct committer_done *done)
{
	struct mailbox *mailbox = mailbox_open(context);

	mailbox->committed = true;
	mailbox->done = *done;
	mailbox_close(context);
}

static void
on_space(void *context, uint64_t space)
{
	struct mailbox *mailbox = mailbox_open(context);

	mailbox->space_changed = true;
	mailbox->space = space;
	mailbox_close(context);
}

static void
on_noted(void *context, struct bytes note)
{
	struct mailbox *mailbox = mailbox_open(context);

	CHECK(note.size <= sizeof mailbox->note);
	mailbox->noted = true;
	mailbox->note_size = note.size;
	memcpy(mailbox->note, note.data, note.size);
	mailbox_close(context);
}

void
chores_published(void *context, int status, const char *why)
{
	struct server *server = context;
	struct mailbox *mailbox = mailbox_open(server);

	if (status != DISK_OK)
		line_warn("publishing: %s", why);
	mailbox->published = true;
	mailbox->published_ok = status == DISK_OK;
	mailbox->published_size = publisher_size(server->start.publisher);
	mailbox_close(context);
}

static void
on_kept(void *context, int status, const char *why)
{
	struct mailbox *mailbox = mailbox_open(context);

	if (status != DISK_OK)
		line_warn("keeping the poll book: %s", why);
	mailbox->kept = true;
	mailbox->kept_ok = status == DISK_OK;
	mailbox_close(context);
}

/* The texts of TALLY entries go to the publisher once their entries are durable. */
static void
batch_committed(struct server *server, const struct mailbox *mail)
{
	const struct station_batch *batch = server->committing;
	struct station_event event = {.kind = STATION_COMMITTED,
				      .checksum = mail->done.checksum,
				      .space = mail->done.space};

	server->committing = NULL;
	metrics_committed(&server->metrics, &mail->done);
	if (batch->text_size > 0 &&
	    publisher_text(server->start.publisher, batch->text_index,
			   bytes_make(batch->text, batch->text_size)) != DISK_OK)
		line_warn("keeping a tally's text: %s", disk_error());
	server_hear(server, &event);
}

static void
signature_came(struct server *server, struct bytes note)
{
	metrics_signed(&server->metrics, clock_mono_ns() - server->sign_asked_ns);
	server_hear(server, &(struct station_event){.kind = STATION_SIGNED, .note = note});
}

static void
on_wake(uv_async_t *wake)
{
	struct server *server = wake->data;
	struct mailbox mail;

	pthread_mutex_lock(&server->mailbox.lock);
	mail = server->mailbox;
	server->mailbox.committed = false;
	server->mailbox.space_changed = false;
	server->mailbox.noted = false;
	server->mailbox.published = false;
	server->mailbox.kept = false;
	pthread_mutex_unlock(&server->mailbox.lock);
	if (mail.committed)
		batch_committed(server, &mail);
	if (mail.space_changed)
		server_hear(server, &(struct station_event){.kind = STATION_SPACE,
							    .space = mail.space});
	if (mail.noted)
		signature_came(server, bytes_make(mail.note, mail.note_size));
	if (mail.published)
		server_hear(server, &(struct station_event){.kind = STATION_PUBLISHED,
							    .ok = mail.published_ok,
							    .size = mail.published_size});
	if (mail.kept)
		server_hear(server,
			    &(struct station_event){.kind = STATION_KEPT, .ok = mail.kept_ok});
}

/* workers */

static void
fetch_replaced(struct server *server, struct parcel *parcel)
{
	for (size_t i = 0; i < parcel->items_count; i++) {
		struct parcel_item *item = &parcel->items[i];

		if (item->replaces != UINT64_MAX &&
		    archive_read(server->start.archive, item->replaces, item->replaced,
				 TALLY_BALLOT_SIZE_MAX + 1, &item->replaced_size) != DISK_OK)
			end_process(disk_error());
	}
}

static bool
make_receipt(struct treefile *tree, struct station_read *read)
{
	struct writer writer = writer_make(read->answer, sizeof read->answer);

	if (!receipts_write(&writer, tree, read->index, &read->seen,
			    bytes_make(read->note, read->note_size)))
		return false;
	read->answer_size = writer.size;
	return true;
}

static void
check_cosignature(struct station_read *read)
{
	uint64_t time;

	if (!cosignature_verify(bytes_make(read->answer, read->answer_size),
				bytes_make(read->note, read->note_size), read->witness, &time))
		read->verdict = TALLY_BAD_SIGNATURE;
}

/* As many whole entries as fit the room, at least one. */
static bool
take_entry(void *context, uint64_t index, struct bytes entry)
{
	struct station_read *read = context;
	struct writer room = writer_make(read->entries, entries_bytes);

	(void)index;
	room.size = read->entries_size;
	writer_u16(&room, (uint16_t)entry.size);
	writer_bytes(&room, entry);
	if (room.failed)
		return false;
	read->entries_size = room.size;
	return ++read->entries_count < UINT16_MAX;
}

static void
read_entries(struct archive *archive, struct station_read *read)
{
	if (archive_walk(archive, read->index, read->seen.size - read->index, take_entry,
			 read) == DISK_OK &&
	    read->entries_count > 0)
		return;
	line_warn("reading entries for an authority: %s", disk_error());
	read->verdict = TALLY_INTERNAL;
}

static void
answer_read(const struct start *start, struct station_read *read)
{
	struct treefile *tree = start->tree;
	struct tree_hash root;

	if (read->message == TALLY_MESSAGE_COSIGN) {
		check_cosignature(read);
		return;
	}
	if (read->message == TALLY_MESSAGE_ENTRIES) {
		read_entries(start->archive, read);
		return;
	}
	if (read->message == TALLY_MESSAGE_RECEIPT) {
		if (!make_receipt(tree, read)) {
			line_warn(
			    "making a receipt: the tree's files do not give a valid proof");
			read->verdict = TALLY_INTERNAL;
		}
		return;
	}
	if (!proof_root(read->seen.size, treefile_source, tree, &root))
		line_warn("comparing a checkpoint: the tree's files cannot be read");
	else if (memcmp(root.bytes, read->seen.root, sizeof root.bytes) != 0)
		read->verdict = TALLY_INTERNAL;
}

static void
verify_parcel(struct job *job)
{
	struct server *server = job->server;
	uint64_t began = clock_mono_ns();

	fetch_replaced(server, job->parcel);
	parcel_verify(job->parcel, &server->start.keyring.verifier,
		      server->start.manifest->has_roster ? &server->start.registry.roster
							 : NULL);
	job->ns = clock_mono_ns() - began;
}

static void
job_run(uv_work_t *work)
{
	struct job *job = work->data;
	struct server *server = job->server;

	if (job->parcel != NULL) {
		verify_parcel(job);
	} else if (job->read != NULL) {
		answer_read(&server->start, job->read);
	} else if (job->gather != NULL) {
		if (gathering_read(server->start.archive, job->gather) != DISK_OK)
			end_process(disk_error());
	} else if (archive_read(server->start.archive, job->fetch_index,
				station_fetch_room(server->start.station),
				TALLY_BALLOT_SIZE_MAX + 1, &job->fetched_size) != DISK_OK) {
		end_process(disk_error());
	}
}

static void
job_done(uv_work_t *work, int status)
{
	struct job *job = work->data;
	struct server *server = job->server;
	struct station_event event = {.kind = STATION_FETCHED, .size = job->fetched_size};

	CHECK(status == 0);
	if (job->parcel != NULL)
		metrics_verified(&server->metrics, job->parcel->items_count, job->ns);
	if (job->parcel != NULL)
		event = (struct station_event){.kind = STATION_VERIFIED, .parcel = job->parcel};
	else if (job->read != NULL)
		event = (struct station_event){.kind = STATION_READ, .read = job->read};
	else if (job->gather != NULL)
		event = (struct station_event){.kind = STATION_GATHERED};
	job->next_free = server->jobs_free;
	server->jobs_free = job;
	server_hear(server, &event);
}

static void
job_queue(struct server *server, const struct station_effect *effect)
{
	struct job *job = server->jobs_free;

	CHECK(job != NULL);
	server->jobs_free = job->next_free;
	job->work.data = job;
	job->server = server;
	job->parcel = effect->parcel;
	job->read = effect->read;
	job->gather = NULL;
	if (effect->kind == EFFECT_GATHER)
		job->gather = station_gather(server->start.station);
	job->fetch_index = effect->index;
	job->fetched_size = 0;
	CHECK(uv_queue_work(&server->loop, &job->work, job_run, job_done) == 0);
}

/* effects */

static void
commit(struct server *server, const struct station_batch *batch)
{
	struct committer_batch job = {
	    .memory = batch->memory,
	    .number = batch->number,
	    .first_index = batch->first_index,
	    .entries_count = batch->entries_count,
	    .entries_size = batch->entries_size,
	};

	CHECK(server->committing == NULL);
	server->committing = batch;
	committer_commit(server->committer, &job);
}

static void
publish(struct server *server)
{
	struct station_publication due;
	struct results *results = &server->outlook.results;

	station_publication(server->start.station, &due);
	results->index = due.checkpoint.size;
	results->law = &due.standing->law;
	results->counts = &due.standing->counts;
	results->note = due.note;
	results->sealed = due.sealed;
	publisher_publish(server->start.publisher,
			  &(struct publication){.checkpoint = due.checkpoint,
						.note = due.note,
						.results = outlook_write,
						.results_context = &server->outlook,
						.sealed = due.sealed,
						.waiting = due.waiting});
}

static void
keep(struct server *server)
{
	struct station_keepsake keepsake;
	struct home_state state;

	station_keepsake(server->start.station, &keepsake);
	state = (struct home_state){
	    .index = keepsake.index,
	    .batches_count = keepsake.batches_count,
	    .checksum = keepsake.checksum,
	    .replay = keepsake.replay,
	    .frontier = keepsake.frontier,
	};
	keeper_keep(server->keeper, &state);
}

void
chores_perform(struct server *server, const struct station_effect *effect)
{
	switch (effect->kind) {
	case EFFECT_VERIFY:
	case EFFECT_FETCH:
	case EFFECT_GATHER:
	case EFFECT_READ:
		job_queue(server, effect);
		break;
	case EFFECT_COMMIT:
		commit(server, effect->batch);
		break;
	case EFFECT_SIGN:
		server->sign_asked_ns = clock_mono_ns();
		signer_ask(server->signer, effect->sign.size, &effect->sign.root);
		break;
	case EFFECT_PUBLISH:
		publish(server);
		break;
	case EFFECT_KEEP:
		keep(server);
		break;
	default:
		CHECK(!"an effect that is not a chore");
	}
}

int
chores_start(struct server *server)
{
	struct start *start = &server->start;
	struct committer_calls committer = {on_committed, on_space, on_failed, on_said, server};
	struct signer_calls signer = {on_noted, on_failed, server};

	pthread_mutex_init(&server->mailbox.lock, NULL);
	metrics_ledger(&server->metrics,
		       start->place.segment * start->place.segment_bytes + start->place.offset);
	if (!outlook_open(&server->outlook, start->manifest)) {
		line_warn("finding memory for the results failed");
		return TALLY_EXIT_WORLD;
	}
	for (size_t i = 0; i < JOBS_MAX; i++) {
		server->jobs[i].next_free = server->jobs_free;
		server->jobs_free = &server->jobs[i];
	}
	if (uv_async_init(&server->loop, &server->wake, on_wake) != 0) {
		line_warn("making the event loop failed");
		return TALLY_EXIT_WORLD;
	}
	server->wake.data = server;
	server->committer = committer_start(start->dir_fd, start->manifest->id, start->archive,
					    &start->place, &committer);
	if (server->committer != NULL)
		server->signer = signer_start(&start->desk, &signer);
	if (server->signer != NULL)
		server->keeper = keeper_start(start->dir_fd, start->manifest, start->archive,
					      start->tree, on_kept, server);
	if (server->keeper == NULL) {
		line_warn("%s", disk_error());
		return TALLY_EXIT_WORLD;
	}
	server_step(server,
		    &(struct station_event){.kind = STATION_SPACE,
					    .space = committer_space(server->committer)});
	return 0;
}

void
chores_stop(struct server *server)
{
	if (server->committer != NULL)
		committer_stop(server->committer);
	if (server->signer != NULL)
		signer_stop(server->signer);
	if (server->keeper != NULL)
		keeper_stop(server->keeper);
}
