/* probe: the ceiling: what this machine does with ballots that are verified (or not), hashed,
 * deduplicated, made durable and answered, by the shortest way we know. It speaks enough of
 * tallyd's protocol that the same sender drives both, with the same bytes in both directions.
 *
 *   probe --campaign FILE --log-key FILE [--folder DIR] [--verify none|libsodium|portable|ifma]
 *         [--batch K] [--workers N] [--voters N]
 *
 * It has no poll book worth the name, no law, no counts, no receipts, and forgets everything; it
 * is measured against, never used. Says "ready: ballots at port N" on stderr; ends on SIGTERM or
 * SIGINT and prints what it did. */
#include <argp.h>
#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/probe/door.h"
#include "bench/probe/facts.h"
#include "bench/tally-bench/process.h"
#include "keyring/keyring.h"
#include "limits.h"
#include "tools/lib/command.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/wholefile.h"

struct options {
	const char *campaign;
	const char *log_key;
	bool unverified; /* else: */
	enum verifier_path path;
	struct course_options course;
};

enum {
	KEY_CAMPAIGN = 1,
	KEY_LOG_KEY,
	KEY_FOLDER,
	KEY_VERIFY,
	KEY_BATCH,
	KEY_WORKERS,
	KEY_VOTERS,
	BATCH_MOST = 1024,
	BATCH_UNVERIFIED = 256,
};

static const struct argp_option option_table[] = {
    {"campaign", KEY_CAMPAIGN, "FILE", 0, "the manifest", 0},
    {"log-key", KEY_LOG_KEY, "FILE", 0, "its log's private key", 0},
    {"folder", KEY_FOLDER, "DIR", 0, "where the log lies, 64 MiB (.)", 0},
    {"verify", KEY_VERIFY, "PATH", 0, "none, libsodium, portable or ifma (libsodium)", 0},
    {"batch", KEY_BATCH, "K", 0,
     "ballots of a verify job, at most 1024 (as many as tallyd's; 256 without verification)",
     0},
    {"workers", KEY_WORKERS, "N", 0, "verifying threads (one per core)", 0},
    {"voters", KEY_VOTERS, "N", 0, "who votes at most (4,000,000)", 0},
    {0},
};

static void
take_path(struct argp_state *state, struct options *options, const char *text)
{
	options->unverified = strcmp(text, "none") == 0;
	if (!options->unverified && !verifier_path_parse(bytes_of_string(text), &options->path))
		argp_error(state, "'%s' is no way to verify", text);
}

static error_t
take(int key, char *text, struct argp_state *state)
{
	struct options *options = state->input;

	if (key == KEY_CAMPAIGN)
		options->campaign = text;
	else if (key == KEY_LOG_KEY)
		options->log_key = text;
	else if (key == KEY_FOLDER)
		options->course.folder = text;
	else if (key == KEY_VERIFY)
		take_path(state, options, text);
	else if (key == KEY_BATCH)
		options->course.batch = command_number(state, "--batch", text, 1, BATCH_MOST);
	else if (key == KEY_WORKERS)
		options->course.workers =
		    command_number(state, "--workers", text, 1, workers_max);
	else if (key == KEY_VOTERS)
		options->course.voters =
		    command_number(state, "--voters", text, 1, voters_limit);
	else if (key == ARGP_KEY_END && (!options->campaign || !options->log_key))
		argp_error(state, "--campaign and --log-key are missing");
	else if (key != ARGP_KEY_END)
		return ARGP_ERR_UNKNOWN;
	return 0;
}

static struct manifest *
read_manifest(const char *path)
{
	struct manifest_fault fault;
	struct wholefile file;
	struct manifest *manifest;

	if (wholefile_read(path, TALLY_MANIFEST_SIZE_MAX, &file) != TALLY_EXIT_FINE)
		exit(2);
	manifest = manifest_parse(bytes_make(file.data, file.size), &fault);
	free(file.data);
	if (manifest == NULL) {
		fprintf(stderr, "probe: %s is not a manifest\n", path);
		exit(2);
	}
	return manifest;
}

static const struct verifier *
make_verifier(const struct manifest *manifest, enum verifier_path path)
{
	static struct keyring keyring;

	CHECK(keyring_open(&keyring, manifest, path) == KEYRING_READY);
	return &keyring.verifier;
}

static void
on_signal(uv_signal_t *handle, int number)
{
	(void)number;
	uv_stop(handle->loop);
}

static void
report(uint64_t began_ns)
{
	const struct course_sums *sums = &course_sums;
	double ballots = (double)(sums->accepted + sums->refused);

	printf("accepted %llu refused %llu jobs %llu commits %llu processor_us %.2f\n",
	       (unsigned long long)sums->accepted, (unsigned long long)sums->refused,
	       (unsigned long long)sums->jobs, (unsigned long long)sums->commits,
	       ballots > 0 ? (double)(process_own_cpu_ns() - began_ns) / 1e3 / ballots : 0);
}

static void
serve(const struct options *options, const struct manifest *manifest,
      const struct note_private_key *log)
{
	uv_loop_t *loop = uv_default_loop();
	uv_signal_t signals[2];
	unsigned port;
	uint64_t began_ns;

	CHECK(signal(SIGPIPE, SIG_IGN) != SIG_ERR);
	for (int i = 0; i < 2; i++)
		CHECK(uv_signal_init(loop, &signals[i]) == 0 &&
		      uv_signal_start(&signals[i], on_signal, i ? SIGINT : SIGTERM) == 0);
	course_begin(loop, &options->course);
	port = door_begin(loop, manifest, log);
	began_ns = process_own_cpu_ns();
	fprintf(stderr, "probe: ready: ballots at port %u\n", port);
	uv_run(loop, UV_RUN_DEFAULT);
	report(began_ns);
}

int
main(int count, char **arguments)
{
	const struct argp argp = {.options = option_table, .parser = take};
	struct options options = {.path = VERIFIER_LIBSODIUM,
				  .course = {.batch = 0,
					     .workers = (size_t)sysconf(_SC_NPROCESSORS_ONLN),
					     .voters = 4000000,
					     .folder = "."}};
	struct note_private_key log;
	struct manifest *manifest;
	const struct verifier *verifier = NULL;
	char threads[16];

	CHECK(sodium_init() >= 0);
	argp_parse(&argp, count, arguments, 0, NULL, &options);
	if (keyfile_read(options.log_key, &log) != TALLY_EXIT_FINE)
		return 2;
	manifest = read_manifest(options.campaign);
	snprintf(threads, sizeof threads, "%zu", options.course.workers);
	CHECK(setenv("UV_THREADPOOL_SIZE", threads, 1) == 0);
	if (!options.unverified && !verifier_path_available(options.path)) {
		fprintf(stderr, "probe: no %s here\n", verifier_path_name(options.path));
		return 4;
	}
	if (!options.unverified)
		verifier = make_verifier(manifest, options.path);
	if (options.course.batch == 0)
		options.course.batch = verifier ? verifier_job(verifier) : BATCH_UNVERIFIED;
	facts_begin(verifier);
	serve(&options, manifest, &log);
	return 0;
}
