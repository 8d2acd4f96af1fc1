#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/tally-bench/amount.h"
#include "bench/tally-bench/commands.h"
#include "bench/tally-bench/earlier.h"
#include "bench/tally-bench/figure.h"
#include "bench/tally-bench/json.h"
#include "bench/tally-bench/host.h"
#include "bench/tally-bench/parts.h"
#include "bench/tally-bench/reckon.h"
#include "bench/tally-bench/report.h"
#include "ledger/batch.h"
#include "limits.h"
#include "pollbook/capacity.h"
#include "tools/lib/complain.h"

enum {
	KEY_VOTERS = 'n',
	KEY_PEAK = 'r',
	KEY_BYTES = 'b',
	KEY_VERIFY = 'v',
	KEY_DATA = 'd',
	KEY_FROM = 'f',
	KEY_JSON = 0x6000,
};

struct options {
	struct reckon_vote vote;
	enum verifier_path path;
	const char *data;
	const char *from;
	const char *json;
};

/* What was measured, and how it was come by. */
struct plan {
	struct options options;
	struct host machine;
	struct reckon_parts parts;
	struct parts_sync sync;
	bool voters_sign;  /* in the earlier run; without one it is frontends */
	double seen_bytes; /* of disk a ballot, by the earlier run; 0: reckoned */
	struct reckon need;
};

static const struct argp_option option_table[] = {
    {"voters", KEY_VOTERS, "N", 0, "who vote, once each", 0},
    {"peak", KEY_PEAK, "R", 0, "ballots a second when most come", 0},
    {"ballot-bytes", KEY_BYTES, "B", 0, "of one ballot (170)", 0},
    {"verify", KEY_VERIFY, "PATH", 0, "auto (default), libsodium, portable or ifma", 0},
    {"data", KEY_DATA, "DIR", 0, "whose disk it is (.)", 0},
    {"from", KEY_FROM, "FILE.json", 0,
     "saturation of a tallyd on this machine: a `sweep` or a closed `load` with --pid", 0},
    {"json", KEY_JSON, "FILE", 0, "the same for programs", 0},
    {0},
};

static double
number(struct argp_state *state, const char *name, const char *text, double least, double most)
{
	double value = 0;

	if (!amount_number(text, &value) || value < least || value > most)
		argp_error(state, "%s is a number from %.0f to %.0f, not '%s'", name, least,
			   most, text);
	return value;
}

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_VOTERS:
		options->vote.voters = number(state, "--voters", argument, 1, voters_limit);
		return 0;
	case KEY_PEAK:
		options->vote.peak = number(state, "--peak", argument, 1, 1e7);
		return 0;
	case KEY_BYTES:
		options->vote.ballot_bytes =
		    number(state, "--ballot-bytes", argument, 100, TALLY_BALLOT_SIZE_MAX);
		return 0;
	case KEY_VERIFY:
		if (strcmp(argument, "auto") != 0 &&
		    !verifier_path_parse(bytes_of_string(argument), &options->path))
			argp_error(state, "--verify is auto, libsodium, portable or ifma");
		if (!verifier_path_available(options->path))
			argp_error(state, "--verify %s: this processor does not have it",
				   argument);
		return 0;
	case KEY_DATA:
		options->data = argument;
		return 0;
	case KEY_FROM:
		options->from = argument;
		return 0;
	case KEY_JSON:
		options->json = argument;
		return 0;
	case ARGP_KEY_END:
		if (options->vote.voters <= 0 || options->vote.peak <= 0)
			argp_error(state, "--voters N and --peak R are needed");
		if (options->vote.peak > options->vote.voters)
			argp_error(state,
				   "a peak of more ballots a second than there are voters");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* an earlier run */

/* All of tallyd's CPU, less what its signatures take here: where voters sign, their own by
 * libsodium and the registrar's by the path. */
static void
take_earlier(struct plan *plan, const struct earlier *earlier)
{
	struct reckon_parts *parts = &plan->parts;

	if (!earlier->has_path)
		complain(
		    "%s does not say by which path that tallyd verified (no --metrics): taken "
		    "for %s",
		    plan->options.from, verifier_path_name(plan->options.path));
	plan->voters_sign = earlier->voters_sign;
	if (plan->voters_sign)
		parts->verify_ns += parts_verify_ns(VERIFIER_LIBSODIUM,
						    (size_t)plan->options.vote.ballot_bytes);
	parts->seen_rate = earlier->rate;
	/* Never less than what was measured here: that run may have had a quieter processor. */
	parts->beyond_ns = fmax(parts->beyond_ns, earlier->cpu_ns - parts->verify_ns);
	plan->seen_bytes = earlier->data_bytes;
}

/* measuring */

/* Entry and batch in the ledger, the same in the public log, a hash in the tree on both sides, the
 * tag's record in the poll book's home. */
static double
disk_bytes(const struct reckon_vote *vote)
{
	double entry = vote->ballot_bytes + 3;

	return 2 * entry + 2 * TALLY_HASH_SIZE * 256.0 / 255 + 2 * TALLY_HASH_SIZE;
}

static double
fixed_bytes(void)
{
	return (double)connections_max * (receive_bytes + send_bytes) +
	       (double)parcels_max * parcel_bytes_max + 2.0 * batch_bytes_max +
	       key_tables_bytes_max;
}

static double
table_bytes(double voters, bool voters_sign)
{
	return (double)pollbook_slots_memory(&(struct pollbook_capacity){
	    .voters_max = (uint32_t)voters, .ballots_max = 1, .voter_mode = voters_sign});
}

static enum tally_exit
measure(struct plan *plan)
{
	const struct options *options = &plan->options;
	size_t size = (size_t)options->vote.ballot_bytes;
	struct earlier earlier;
	enum tally_exit code = report_check_path(options->json);

	if (code == TALLY_EXIT_FINE && options->from != NULL)
		code = earlier_read(options->from, options->path, &earlier);
	if (code == TALLY_EXIT_FINE)
		code = parts_sync(options->data, 16 * 1024, &plan->sync);
	if (code != TALLY_EXIT_FINE)
		return code;
	host_describe(&plan->machine);
	plan->parts.verify_ns = parts_verify_ns(options->path, size);
	plan->parts.beyond_ns = parts_beyond_ns(size);
	plan->parts.loop_share = 1;
	if (options->from != NULL)
		take_earlier(plan, &earlier);
	plan->parts.sync_ns = plan->sync.mean_ns;
	plan->parts.sync_p99_ns = plan->sync.p99_ns;
	plan->parts.free_bytes = plan->sync.free_bytes;
	plan->parts.disk_bytes =
	    plan->seen_bytes > 0 ? plan->seen_bytes : disk_bytes(&options->vote);
	plan->parts.voter_bytes =
	    table_bytes(options->vote.voters, plan->voters_sign) / options->vote.voters;
	plan->parts.fixed_bytes = fixed_bytes();
	plan->parts.cores = plan->machine.cores;
	plan->parts.memory_bytes = (double)plan->machine.memory_bytes;
	return TALLY_EXIT_FINE;
}

/* telling */

static void
tell_parts(FILE *to, const struct plan *plan)
{
	const struct reckon_parts *parts = &plan->parts;
	struct figure room[3];

	fprintf(to, "%s, %u cores, %s; %s; load %.2f\n\nmeasured here\n",
		plan->machine.processor, plan->machine.cores,
		figure_bytes(&room[0], parts->memory_bytes), plan->machine.system,
		plan->machine.load);
	fprintf(to, "  %s %s of CPU by %s: %s/s a core\n",
		plan->voters_sign ? "voter's and registrar's signature"
				  : "a signature          ",
		figure_time(&room[0], parts->verify_ns), verifier_path_name(plan->options.path),
		figure_number(&room[1], 1e9 / parts->verify_ns));
	fprintf(to, "  all else of a ballot  %s of CPU, %s\n",
		figure_time(&room[0], parts->beyond_ns),
		plan->options.from != NULL ? "by that run of tallyd"
					   : "its socket and hashes alone: --from tells more");
	fprintf(to, "  a commit              %s on average, p99 %s: %llu in %s\n",
		figure_time(&room[0], parts->sync_ns),
		figure_time(&room[1], parts->sync_p99_ns), (unsigned long long)plan->sync.count,
		plan->options.data);
	fprintf(to, "  disk of a ballot      %s, %s\n",
		figure_bytes(&room[0], parts->disk_bytes),
		plan->seen_bytes > 0 ? "by that run"
				     : "ledger, public log, tree, poll book: reckoned");
	fprintf(to, "  memory of a voter     %s, and for all about %s (buffers, tables)\n",
		figure_bytes(&room[0], parts->voter_bytes),
		figure_bytes(&room[1], parts->fixed_bytes));
}

static void
tell_cpu(FILE *to, const struct plan *plan)
{
	const struct reckon_parts *parts = &plan->parts;
	const struct reckon_need *needs = plan->need.needs;
	double peak = plan->options.vote.peak;
	struct figure room[3];

	fprintf(to, "  cores   %.2f = %s/s x (%s + %s) / 0.7; there are %.0f\n",
		needs[RECKON_CORES].needed, figure_number(&room[0], peak),
		figure_time(&room[1], parts->verify_ns),
		figure_time(&room[2], parts->beyond_ns), parts->cores);
	fprintf(to, "  loop    %.2f of 1 = %s/s x %s / 0.7: one thread keeps the order\n",
		needs[RECKON_LOOP].needed, figure_number(&room[0], peak),
		figure_time(&room[1], parts->beyond_ns));
}

static void
tell_disk(FILE *to, const struct plan *plan)
{
	const struct reckon_parts *parts = &plan->parts;
	const struct reckon_need *needs = plan->need.needs;
	const struct reckon_vote *vote = &plan->options.vote;
	struct figure room[4];

	fprintf(
	    to,
	    "  syncs   %s/s: while one lasts %s, %.0f ballots come (with head-room %.0f); a "
	    "commit takes %.0f\n",
	    figure_number(&room[0], plan->need.syncs), figure_time(&room[1], parts->sync_ns),
	    ceil(vote->peak * parts->sync_ns / 1e9), ceil(needs[RECKON_SYNC].needed),
	    needs[RECKON_SYNC].there);
	fprintf(to, "  memory  %s = (%s + %s x %s) / 0.7; there are %s\n",
		figure_bytes(&room[0], needs[RECKON_MEMORY].needed),
		figure_bytes(&room[1], parts->fixed_bytes),
		figure_number(&room[2], vote->voters),
		figure_bytes(&room[3], parts->voter_bytes),
		figure_bytes(&(struct figure){""}, parts->memory_bytes));
	fprintf(to, "  disk    %s = %s x %s / 0.8; %s are free in %s\n",
		figure_bytes(&room[0], needs[RECKON_DISK].needed),
		figure_number(&room[1], vote->voters),
		figure_bytes(&room[2], parts->disk_bytes),
		figure_bytes(&room[3], parts->free_bytes), plan->options.data);
}

static const char *const part_names[RECKON_PARTS] = {
    [RECKON_CORES] = "cores",   [RECKON_LOOP] = "loop", [RECKON_SYNC] = "syncs",
    [RECKON_MEMORY] = "memory", [RECKON_DISK] = "disk", [RECKON_SEEN] = "reached",
};

static const char *const part_words[RECKON_PARTS] = {
    [RECKON_CORES] = "the cores",        [RECKON_LOOP] = "the thread that keeps the order",
    [RECKON_SYNC] = "the disk's syncs",  [RECKON_MEMORY] = "memory",
    [RECKON_DISK] = "space on the disk", [RECKON_SEEN] = "what that run reached",
};

static void
tell(FILE *to, const struct plan *plan)
{
	const struct reckon *need = &plan->need;
	double share = need->needs[need->binds].share;
	struct figure room[3];

	tell_parts(to, plan);
	fprintf(to, "\nneeded for %s voters and %s ballots/s of %s, 30 %% left idle\n",
		figure_number(&room[0], plan->options.vote.voters),
		figure_number(&room[1], plan->options.vote.peak),
		figure_bytes(&room[2], plan->options.vote.ballot_bytes));
	tell_cpu(to, plan);
	tell_disk(to, plan);
	if (plan->parts.seen_rate > 0)
		fprintf(to,
			"  reached %s/s x 0.7: what that run had when it sent all it could\n",
			figure_number(&room[0], plan->parts.seen_rate));
	fprintf(to, "\n%s: what binds is %s (%s of what is there); the rate could be %s/s%s\n",
		share <= 1 ? "This machine is enough" : "This machine is not enough",
		part_words[need->binds], figure_share(&room[0], share),
		figure_number(&room[1], need->rate_max),
		plan->options.from != NULL ? "" : " at most");
	if (plan->options.from == NULL)
		fputs(
		    "No tallyd was measured: a bound from above, for ballots that frontends "
		    "sign "
		    "(where voters\nsign, each has two signatures). --from with a sweep's JSON "
		    "says what one bears here.\n",
		    to);
}

/* JSON */

static json_t *
json_of_plan(const struct plan *plan)
{
	const struct reckon_parts *parts = &plan->parts;
	json_t *needs = json_object();
	json_t *root = json_pack(
	    "{s:s, s:s, s:o, s:{s:f, s:f, s:f}, s:{s:s, s:f, s:f, s:s, s:f, s:f, s:f, s:f, "
	    "s:f}}",
	    "format", "tally-bench/plan/v1", "version", TALLY_VERSION, "machine",
	    json_of_host(&plan->machine), "vote", "voters", plan->options.vote.voters, "peak",
	    plan->options.vote.peak, "ballot_bytes", plan->options.vote.ballot_bytes, "parts",
	    "verify", verifier_path_name(plan->options.path), "verify_ns", parts->verify_ns,
	    "beyond_ns", parts->beyond_ns, "beyond_by",
	    plan->options.from != NULL ? "run" : "parts", "sync_ns", parts->sync_ns,
	    "sync_p99_ns", parts->sync_p99_ns, "disk_bytes", parts->disk_bytes, "voter_bytes",
	    parts->voter_bytes, "fixed_bytes", parts->fixed_bytes);

	CHECK(root != NULL && needs != NULL);
	for (unsigned i = 0; i < RECKON_PARTS; i++) {
		const struct reckon_need *need = &plan->need.needs[i];

		if (need->there <= 0)
			continue;
		json_object_set_new(needs, part_names[i],
				    json_pack("{s:f, s:f, s:f}", "needed", need->needed,
					      "there", need->there, "share", need->share));
	}
	json_object_set_new(root, "needs", needs);
	json_object_set_new(root, "binds", json_string(part_names[plan->need.binds]));
	json_object_set_new(root, "enough",
			    json_boolean(plan->need.needs[plan->need.binds].share <= 1));
	json_object_set_new(root, "rate_max", json_real(plan->need.rate_max));
	return root;
}

int
plan_run(int argc, char **argv)
{
	static const char doc[] = "Says what a vote needs of this machine, from what its parts "
				  "cost here: some seconds "
				  "of measuring, then arithmetic."
				  "\vExit code 1 if this machine is not enough.";
	const struct argp argp = {option_table, take, NULL, doc, NULL, NULL, NULL};
	struct plan plan = {.options = {.vote = {.ballot_bytes = 170},
					.path = verifier_path_best(),
					.data = "."}};
	bool to_stdout;
	enum tally_exit code;

	command_parse(&argp, argc, argv, &plan.options);
	to_stdout = plan.options.json != NULL && strcmp(plan.options.json, "-") == 0;
	code = measure(&plan);
	if (code != TALLY_EXIT_FINE)
		return code;
	plan.need = reckon(&plan.options.vote, &plan.parts);
	tell(to_stdout ? stderr : stdout, &plan);
	if (plan.options.json != NULL)
		code = json_put(json_of_plan(&plan), plan.options.json);
	if (code == TALLY_EXIT_FINE && plan.need.needs[plan.need.binds].share > 1)
		code = TALLY_EXIT_FAILED;
	return code;
}
