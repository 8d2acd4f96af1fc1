/* lies PROGRAM FOLDER SEED FIRST COUNT: tells so many lies, has each audited by the built
 * tally-verify, and judges its exit code and what --json says. FOLDER is empty and stays so.
 * Exit code 1 if one was not refused as it should be. */
#include <fcntl.h>
#include <jansson.h>
#include <sodium.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/text.h"
#include "tests/lib/lies.h"

enum {
	DEADLINE_S = 60, /* for one audit: nothing may keep it waiting */
	HASTE_EVERY = 7, /* one lie of so many is told to --fast */
};

struct run {
	const char *program;
	char log[300];
	char old[300];
	char out[300];
	char key[NOTE_VKEY_TEXT_MAX];
	char campaign[2 * TALLY_HASH_SIZE + 1];
};

static void
text_end(const struct writer *writer)
{
	assert_false(writer->failed);
	writer->data[writer->size] = '\0';
}

static void
prepare(struct run *run, const struct lie *lie)
{
	struct writer key = writer_make(run->key, sizeof run->key - 1);
	struct writer campaign = writer_make(run->campaign, sizeof run->campaign - 1);
	char *slash = strrchr(run->old, '/');

	note_key_write(&key, &lie->options.key);
	text_end(&key);
	text_hex_write(&campaign, bytes_make(lie->campaign, sizeof lie->campaign));
	text_end(&campaign);
	*slash = '\0';
	if (lie->old_size > 0)
		test_file_write(run->old, slash + 1, lie->options.old);
	*slash = '/';
}

/* The exit code, or a negative signal. */
static int
audit(const struct run *run, const struct lie *lie)
{
	const char *arguments[12] = {run->program, "--json", "--key", run->key};
	size_t count = 4;
	int status = 0;
	pid_t pid;

	if (lie->options.campaign != NULL) {
		arguments[count++] = "--campaign";
		arguments[count++] = run->campaign;
	}
	if (lie->old_size > 0) {
		arguments[count++] = "--old";
		arguments[count++] = run->old;
	}
	if (lie->options.fast)
		arguments[count++] = "--fast";
	arguments[count] = run->log;
	pid = fork();
	if (pid == 0) {
		int out = open(run->out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

		alarm(DEADLINE_S);
		if (out < 0 || dup2(out, STDOUT_FILENO) < 0)
			_exit(127);
		execv(run->program, (char *const *)(uintptr_t)arguments);
		_exit(127);
	}
	assert_true(pid > 0 && waitpid(pid, &status, 0) == pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static void
read_check(struct report_check *check, json_t *from)
{
	const char *status = json_string_value(json_object_get(from, "status"));
	const char *why = json_string_value(json_object_get(from, "why"));
	const json_t *index = json_object_get(from, "index");

	check->status = strcmp(status, "FAIL") == 0   ? REPORT_FAIL
			: strcmp(status, "PASS") == 0 ? REPORT_PASS
						      : REPORT_SKIPPED;
	check->why.exit = TALLY_EXIT_FAILED;
	check->why.has_index = index != NULL;
	check->why.index = (uint64_t)json_integer_value(index);
	snprintf(check->why.sentence, sizeof check->why.sentence, "%s", why != NULL ? why : "");
}

/* What --json says, as the report that it was made from; texts of the questions are left out. */
static bool
read_report(const char *path, struct report *report)
{
	static struct report_question questions[AUDIT_CHECKS_COUNT];
	json_t *object = json_load_file(path, 0, NULL);
	json_t *checks = json_object_get(object, "checks");
	json_t *each;
	size_t i;

	for (i = 0; i < AUDIT_CHECKS_COUNT; i++)
		questions[i] = (struct report_question){"", "", "a check"};
	report_init(report, questions, AUDIT_CHECKS_COUNT);
	json_array_foreach(checks, i, each)
	{
		if (i < AUDIT_CHECKS_COUNT)
			read_check(&report->checks[i], each);
	}
	i = json_array_size(checks);
	json_decref(object);
	return i == AUDIT_CHECKS_COUNT;
}

static bool
hear(const struct lies *lies, struct run *run, uint64_t number)
{
	struct report report;
	struct lie lie;
	bool refused;
	int code;

	assert_int_equal(mkdir(run->log, 0700), 0);
	lie_tell(lies, number, run->log, &lie);
	lie.options.fast = number % HASTE_EVERY == 0;
	prepare(run, &lie);
	code = audit(run, &lie);
	if (!read_report(run->out, &report))
		printf("LIE=%llu: the report cannot be read\n", (unsigned long long)number);
	refused = lie_judge(&lie, &report) && code == TALLY_EXIT_FAILED;
	if (!refused)
		printf("LIE=%llu: exit code %d\n", (unsigned long long)number, code);
	lie_end(&lie);
	return refused;
}

int
main(int argc, char **argv)
{
	static struct lies lies;
	struct run run;
	uint64_t first;
	uint64_t count;
	uint64_t refused = 0;

	if (argc != 6 || sodium_init() < 0)
		return 2;
	run.program = argv[1];
	snprintf(run.log, sizeof run.log, "%s/log", argv[2]);
	snprintf(run.old, sizeof run.old, "%s/old", argv[2]);
	snprintf(run.out, sizeof run.out, "%s/out", argv[2]);
	first = strtoull(argv[4], NULL, 10);
	count = strtoull(argv[5], NULL, 10);
	lies_open(&lies, strtoull(argv[3], NULL, 10));
	for (uint64_t number = first; number < first + count; number++) {
		refused += hear(&lies, &run, number);
		test_folder_clear(argv[2]);
	}
	lies_close(&lies);
	printf("%llu of %llu lies refused, of %zu kinds\n", (unsigned long long)refused,
	       (unsigned long long)count, lies_kinds());
	return refused == count ? 0 : 1;
}
