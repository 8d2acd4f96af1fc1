#include "tests/lib/auditor.h"

#include <sys/wait.h>
#include <unistd.h>

/* build/NAME/bin/tally-verify, seen from build/NAME/tests/unit/this. */
static bool
find_program(char *path, size_t size)
{
	char own[400];
	ssize_t length = readlink("/proc/self/exe", own, sizeof own - 1);

	assert_true(length > 0);
	own[length] = '\0';
	*strrchr(own, '/') = '\0';
	snprintf(path, size, "%s/../../bin/tally-verify", own);
	if (access(path, X_OK) == 0)
		return true;
	print_message("SKIPPED: no %s\n", path);
	return false;
}

bool
auditor_open(struct auditor *stage)
{
	struct writer writer = writer_make(stage->vkey, sizeof stage->vkey - 1);

	*stage = (struct auditor){0};
	if (!find_program(stage->program, sizeof stage->program))
		return false;
	scene_make(&stage->scene, NULL, NULL);
	scene_publish(&stage->scene);
	note_key_write(&writer, &stage->scene.log.campaign.log.key);
	stage->vkey[writer.size] = '\0';
	return true;
}

void
auditor_close(struct auditor *stage)
{
	free(stage->out);
	free(stage->err);
	scene_close(&stage->scene);
}

void
auditor_run(struct auditor *stage, const char *arguments)
{
	const char *folder = stage->scene.folder.path;
	char command[2048];
	char path[512];
	size_t size;
	int status;

	free(stage->out);
	free(stage->err);
	snprintf(command, sizeof command, "cd %s && %s %s >out.txt 2>err.txt </dev/null",
		 folder, stage->program, arguments);
	status = system(command);
	assert_true(WIFEXITED(status));
	stage->code = WEXITSTATUS(status);
	snprintf(path, sizeof path, "%s/out.txt", folder);
	stage->out = (char *)test_file_read(path, &size);
	snprintf(path, sizeof path, "%s/err.txt", folder);
	stage->err = (char *)test_file_read(path, &size);
	assert_non_null(stage->out);
	assert_non_null(stage->err);
}

void
auditor_run_with_key(struct auditor *stage, const char *arguments)
{
	char line[1024];

	snprintf(line, sizeof line, "--key '%s' %s", stage->vkey, arguments);
	auditor_run(stage, line);
}

void
assert_says(const char *text, const char *words)
{
	if (strstr(text, words) == NULL)
		fail_msg("\"%s\" does not say \"%s\"", text, words);
}

void
assert_ends(const char *text, const char *words)
{
	const char *line = text;

	for (const char *at = strchr(text, '\n'); at != NULL && at[1] != '\0';
	     at = strchr(at + 1, '\n'))
		line = at + 1;
	assert_int_equal(strncmp(line, words, strlen(words)), 0);
}
