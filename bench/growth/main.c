/* grow: what a campaign of millions costs beside its signatures.
 *
 *   grow [-p] [-k INDEX] DATA BALLOTS FRONTEND-KEY VOTERS
 *
 * DATA is a data directory that `tallyd --init` has founded, of a campaign marked test that is
 * open, with one ballot for a voter and room for VOTERS. BALLOTS holds ballots as `tallyctl
 * campaign demo` writes them: their choices are used again and again under made-up tags, AND THE
 * SIGNATURES ARE THEN NOT GENUINE. The folder that is left is good for measuring starts and for
 * nothing else: no audit of it passes.
 *
 * It is the engine itself in one process: start, station, poll book, committer, signer, keeper
 * and publisher on their threads; but for the sockets, and for trip 1, which hashes on the loop
 * and verifies nothing. Eight connections keep their windows full.
 *
 *   -p        publish as the campaign says; else public/ stays empty, and nobody tells
 *   -k INDEX  keep a last state at INDEX or a little beyond, and end as kill -9 would
 *
 * A line for every million: ballots a second; microseconds of the loop's processor time for each;
 * milliseconds of a commit (half are quicker, 99 of 100), and of a turn of the loop (99 of 100, and
 * the slowest); MB of memory that are no file's pages, how many for each million voters, and MB
 * with files' pages; bytes on disk for each ballot: the ledger's beyond the ballot itself (what is
 * preallocated and not used is not counted), the poll book's home, the tree. At the end the last
 * million against the first one. */
#include <getopt.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/growth/feed.h"
#include "bench/growth/mail.h"
#include "bench/growth/measure.h"
#include "shell/clock.h"
#include "tools/lib/ticks.h"

enum {
	MILLION = 1000000,
};

static struct {
	const char *data;
	bool publishes;
	uint64_t keep_until;
	struct start start;
	struct committer *committer;
	struct signer_thread *signer;
	struct keeper *keeper;
	struct feed feed;
	struct station_read *reads[reads_max];
	size_t reads_count;
	struct parcel *ready[parcels_max];
	size_t ready_count;
	double commit_began;
	double tick_due;
	uint64_t keeping;
	uint64_t kept;
	double keep_began;
	bool refuses_keep;
	bool pretends_publish;
	uint64_t published_size;
	double ledger_bytes; /* used, but for segments' headers */
	bool stopped;
	struct samples commits;
	struct samples turns;
} grow;

static void
keep(void)
{
	struct station_keepsake keepsake;
	struct home_state state;

	if (grow.keep_until > 0 && grow.kept >= grow.keep_until) {
		grow.refuses_keep = true;
		return;
	}
	station_keepsake(grow.start.station, &keepsake);
	state = (struct home_state){.index = keepsake.index,
				    .batches_count = keepsake.batches_count,
				    .checksum = keepsake.checksum,
				    .replay = keepsake.replay,
				    .frontier = keepsake.frontier};
	grow.keeping = keepsake.index;
	grow.keep_began = ticks_s(CLOCK_MONOTONIC);
	keeper_keep(grow.keeper, &state);
}

static void
publish(void)
{
	struct station_publication due;

	station_publication(grow.start.station, &due);
	grow.published_size = due.checkpoint.size;
	grow.pretends_publish = !grow.publishes;
	if (grow.pretends_publish)
		return;
	publisher_publish(grow.start.publisher,
			  &(struct publication){.checkpoint = due.checkpoint,
						.note = due.note,
						.sealed = due.sealed,
						.waiting = due.waiting});
}

static void
commit(const struct station_batch *batch)
{
	struct bytes text = bytes_make(batch->text, batch->text_size);

	grow.ledger_bytes += (double)batch_size(batch->entries_size);
	grow.commit_began = ticks_s(CLOCK_MONOTONIC);
	committer_commit(grow.committer,
			 &(struct committer_batch){.memory = batch->memory,
						   .number = batch->number,
						   .first_index = batch->first_index,
						   .entries_count = batch->entries_count,
						   .entries_size = batch->entries_size});
	if (text.size > 0 &&
	    publisher_text(grow.start.publisher, batch->text_index, text) != DISK_OK)
		give_up(disk_error());
}

static void
perform(const struct station_effect *effect)
{
	switch (effect->kind) {
	case EFFECT_SEND:
		feed_owed(&grow.feed, effect->connection);
		break;
	case EFFECT_RESUME:
		break;
	case EFFECT_VERIFY:
		CHECK(grow.ready_count < parcels_max);
		grow.ready[grow.ready_count++] = effect->parcel;
		break;
	case EFFECT_READ: /* is the checkpoint that AUTH shows ours? It is. */
		CHECK(grow.reads_count < reads_max);
		grow.reads[grow.reads_count++] = effect->read;
		break;
	case EFFECT_COMMIT:
		commit(effect->batch);
		break;
	case EFFECT_SIGN:
		signer_ask(grow.signer, effect->sign.size, &effect->sign.root);
		break;
	case EFFECT_PUBLISH:
		publish();
		break;
	case EFFECT_KEEP:
		keep();
		break;
	case EFFECT_SAY:
		fprintf(stderr, "grow: %s\n", effect->text);
		break;
	case EFFECT_STOPPED:
		grow.stopped = true;
		break;
	case EFFECT_CLOSE:
		give_up("a connection passed a deadline: this process stood still for long");
	default:
		give_up("the station asks for what is not here");
	}
}

static void
step(const struct station_event *asked)
{
	static struct station_effects effects;
	struct station_event event = *asked;

	event.wall_ms = clock_wall_ms();
	event.mono_ms = clock_mono_ms();
	station_step(grow.start.station, &event, &effects);
	for (size_t i = 0; i < effects.count; i++)
		perform(&effects.list[i]);
}

/* Trip 1 without the signatures. */
static void
work(struct parcel *parcel)
{
	for (size_t i = 0; i < parcel->items_count; i++) {
		struct parcel_item *item = &parcel->items[i];

		if (item->task != TASK_BALLOT)
			continue;
		if (ballot_parse(item->payload, &item->facts->ballot) != TALLY_ACCEPTED)
			give_up("a ballot is malformed");
		ballot_digest(&item->facts->ballot, item->facts->digest);
		item->facts->verdict = TALLY_ACCEPTED;
		item->verdict = TALLY_ACCEPTED;
		tree_leaf(parcel_entry(item), &item->leaf);
	}
	step(&(struct station_event){.kind = STATION_VERIFIED, .parcel = parcel});
}

static bool
work_all(void)
{
	struct parcel *parcels[parcels_max];
	size_t count = grow.ready_count;

	memcpy(parcels, grow.ready, count * sizeof *parcels);
	grow.ready_count = 0;
	for (size_t i = 0; i < count; i++)
		work(parcels[i]);
	while (grow.reads_count > 0)
		step(&(struct station_event){.kind = STATION_READ,
					     .read = grow.reads[--grow.reads_count]});
	return count > 0;
}

static void
keep_done(bool ok)
{
	if (ok) {
		grow.kept = grow.keeping;
		printf("# a state kept at %llu, in %.2f s\n", (unsigned long long)grow.kept,
		       ticks_s(CLOCK_MONOTONIC) - grow.keep_began);
		fflush(stdout);
	}
	grow.keeping = 0;
	grow.refuses_keep = false;
	step(&(struct station_event){.kind = STATION_KEPT, .ok = ok});
}

static void
publish_done(bool ok)
{
	grow.pretends_publish = false;
	step(&(struct station_event){
	    .kind = STATION_PUBLISHED, .ok = ok, .size = publisher_size(grow.start.publisher)});
}

static void
read_mail(unsigned wait_ms)
{
	struct mail mail;

	if (mail_take(&mail, wait_ms) && mail.committed) {
		sample(&grow.commits, (ticks_s(CLOCK_MONOTONIC) - grow.commit_began) * 1e3);
		step(&(struct station_event){
		    .kind = STATION_COMMITTED, .checksum = mail.checksum, .space = mail.space});
	}
	if (mail.spaced)
		step(&(struct station_event){.kind = STATION_SPACE, .space = mail.space});
	if (mail.noted)
		step(&(struct station_event){.kind = STATION_SIGNED,
					     .note = bytes_make(mail.note, mail.note_size)});
	if (mail.published || grow.pretends_publish)
		publish_done(mail.published_ok || grow.pretends_publish);
	if (mail.kept || grow.refuses_keep)
		keep_done(mail.kept);
}

/* One turn of the loop. */
static void
turn(void)
{
	double began = ticks_s(CLOCK_MONOTONIC);
	bool busy = feed_submit(&grow.feed);

	busy = work_all() || busy;
	busy = feed_answers(&grow.feed) || busy;
	if (began >= grow.tick_due) {
		grow.tick_due = began + tick_ms / 1e3;
		step(&(struct station_event){.kind = STATION_TICK});
	}
	sample(&grow.turns, (ticks_s(CLOCK_MONOTONIC) - began) * 1e3);
	read_mail(busy ? 0 : 5);
}

/* A state is kept at the end of a batch: so there is one now and then. */
static void
wait_kept(void)
{
	uint64_t index = station_size(grow.start.station);

	while (grow.kept < index) {
		double until = ticks_s(CLOCK_MONOTONIC) + 0.1;

		grow.feed.target++;
		while (ticks_s(CLOCK_MONOTONIC) < until)
			turn();
	}
}

/* What is compared of two millions. */
struct stretch {
	double count; /* ballots when it ended */
	double rate;
	double commit_p99;
	double turn_p99;
};

static void
compare(const struct stretch *first, const struct stretch *last)
{
	printf("# %.0f M against %.0f M: rate %.2f, p99 of a commit %.2f, of a turn %.2f\n",
	       last->count / MILLION, first->count / MILLION, last->rate / first->rate,
	       last->commit_p99 / first->commit_p99, last->turn_p99 / first->turn_p99);
	fflush(stdout);
}

static struct stretch
report(uint64_t before, double wall_s, double processor_s)
{
	double count = (double)grow.feed.answered;
	double part = count - (double)before;
	double memory = memory_mb("Anonymous:");
	struct stretch stretch = {.count = count,
				  .rate = part / wall_s,
				  .commit_p99 = quantile(&grow.commits, 0.99),
				  .turn_p99 = quantile(&grow.turns, 0.99)};

	printf("%3.0f %8.0f/s %6.2f us, commit %6.2f %6.2f ms, turn %5.2f %7.2f ms, %5.0f MB "
	       "(%5.1f) of %5.0f, ledger + %5.1f, home %5.1f, tree %5.1f B\n",
	       count / MILLION, stretch.rate, processor_s / part * 1e6,
	       quantile(&grow.commits, 0.5), stretch.commit_p99, stretch.turn_p99,
	       quantile(&grow.turns, 1), memory, memory / count * MILLION, memory_mb("Rss:"),
	       (grow.ledger_bytes - (double)grow.feed.bytes) / count,
	       disk_bytes(grow.data, "state") / count, disk_bytes(grow.data, "tree") / count);
	fflush(stdout);
	grow.commits.count = 0;
	grow.turns.count = 0;
	return stretch;
}

static void
run(uint64_t voters)
{
	struct stretch first = {0};
	struct stretch last = {0};

	while (grow.feed.answered < voters) {
		uint64_t before = grow.feed.answered;
		double wall = ticks_s(CLOCK_MONOTONIC);
		double processor = ticks_s(CLOCK_THREAD_CPUTIME_ID);

		grow.feed.target = before + MILLION < voters ? before + MILLION : voters;
		if (grow.keep_until > before && grow.keep_until < grow.feed.target)
			grow.feed.target = grow.keep_until;
		while (grow.feed.answered < grow.feed.target)
			turn();
		wall = ticks_s(CLOCK_MONOTONIC) - wall;
		processor = ticks_s(CLOCK_THREAD_CPUTIME_ID) - processor;
		if (grow.feed.answered == grow.keep_until)
			wait_kept();
		last = report(before, wall, processor);
		if (before == 0)
			first = last;
	}
	if (last.count > first.count)
		compare(&first, &last);
}

static void
begin(const char *ballots, const char *frontend_key)
{
	struct committer_calls committer;
	struct signer_calls signer;
	struct start_options options = {.data = grow.data, .workers_count = 2};
	struct start *start = &grow.start;
	keeper_done *kept;

	mail_open(&committer, &signer, &options.published, &kept);
	if (start_run(start, &options) != TALLY_EXIT_FINE)
		give_up("the folder does not start");
	if (!start->manifest->test)
		give_up("the campaign is not marked test");
	grow.committer = committer_start(start->dir_fd, start->manifest->id, start->archive,
					 &start->place, &committer);
	grow.signer = signer_start(&start->desk, &signer);
	grow.keeper = keeper_start(start->dir_fd, start->manifest, start->archive, start->tree,
				   kept, NULL);
	if (grow.committer == NULL || grow.signer == NULL || grow.keeper == NULL)
		give_up(disk_error());
	step(&(struct station_event){.kind = STATION_SPACE,
				     .space = committer_space(grow.committer)});
	feed_open(&grow.feed, start->station, start->manifest, ballots, frontend_key, step);
}

static void
end(void)
{
	if (grow.keep_until > 0) {
		printf("# the last state is of %llu, the ledger of %llu: ended as by kill -9\n",
		       (unsigned long long)grow.kept,
		       (unsigned long long)station_size(grow.start.station));
		fflush(stdout);
		_exit(0);
	}
	step(&(struct station_event){.kind = STATION_STOP});
	while (!grow.stopped)
		turn();
	committer_stop(grow.committer);
	signer_stop(grow.signer);
	keeper_stop(grow.keeper);
	start_end(&grow.start);
}

int
main(int count, char **arguments)
{
	uint64_t voters;
	int option;

	while ((option = getopt(count, arguments, "pk:")) >= 0) {
		if (option == '?')
			return 2;
		grow.publishes = grow.publishes || option == 'p';
		if (option == 'k')
			grow.keep_until = strtoull(optarg, NULL, 10);
	}
	if (count - optind != 4 || sodium_init() < 0)
		return 2;
	grow.data = arguments[optind];
	voters = strtoull(arguments[optind + 3], NULL, 10);
	begin(arguments[optind + 1], arguments[optind + 2]);
	run(voters);
	end();
	return 0;
}
