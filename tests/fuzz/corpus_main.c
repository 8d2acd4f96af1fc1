/* corpus_main: runs a harness once on every file of the folders given, so that what fuzzing has
 * found stays found in every build. Prints "N inputs"; none at all is a failure. */
#include "tests/fuzz/fuzz.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/check.h"

static void
report(const char *file, int line, const char *condition)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, condition);
}

/* Reads into a block of exactly the file's size: a sanitizer then sees the first byte overrun.
 */
static int
file_run(const char *path)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	long size;

	if (file == NULL || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) < 0) {
		perror(path);
		return 1;
	}
	rewind(file);
	data = malloc(size > 0 ? (size_t)size : 1);
	if (data == NULL || fread(data, 1, (size_t)size, file) != (size_t)size) {
		perror(path);
		return 1;
	}
	fclose(file);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
	return 0;
}

static int
folder_run(const char *folder, size_t *count)
{
	DIR *stream = opendir(folder);
	struct dirent *entry;
	int failed = 0;

	if (stream == NULL) {
		perror(folder);
		return 1;
	}
	while ((entry = readdir(stream)) != NULL) {
		char path[1024];

		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
		failed |= file_run(path);
		(*count)++;
	}
	closedir(stream);
	return failed;
}

int
main(int argc, char **argv)
{
	size_t count = 0;
	int failed = 0;

	check_reporter_set(report);
	for (int i = 1; i < argc; i++)
		failed |= folder_run(argv[i], &count);
	printf("%zu inputs\n", count);
	return failed || count == 0;
}
