#include "tests/lib/snapshot.h"

#include <ftw.h>
#include <sodium.h>
#include <sys/stat.h>

enum {
	LINES_MAX = 4096
};

/* nftw hands no context around. */
static struct {
	const char *except;
	size_t base_size;
	bool names_alone;
	size_t count;
	char *lines[LINES_MAX];
} walk;

static void
hash_file(const char *path, char text[17])
{
	uint8_t hash[crypto_generichash_BYTES_MIN];
	size_t size;
	uint8_t *bytes = test_file_read(path, &size);

	assert_non_null(bytes);
	crypto_generichash(hash, sizeof hash, bytes, size, NULL, 0);
	sodium_bin2hex(text, 17, hash, 8);
	free(bytes);
}

static int
take(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	const char *name = path + walk.base_size;
	char hash[17] = "";
	char line[600];

	(void)where;
	if (*name == '\0' || (walk.except != NULL && strcmp(name + 1, walk.except) == 0))
		return 0;
	if (kind == FTW_F && !walk.names_alone)
		hash_file(path, hash);
	if (walk.names_alone)
		snprintf(line, sizeof line, "%s%s", name + 1, kind == FTW_D ? "/" : "");
	else
		snprintf(line, sizeof line, "%s %o %lld %s", name + 1, about->st_mode,
			 kind == FTW_D ? 0 : (long long)about->st_size, hash);
	assert_true(walk.count < LINES_MAX);
	walk.lines[walk.count++] = strdup(line);
	return 0;
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char *
gather(const char *path, const char *except, bool names_alone)
{
	char *text;
	size_t size = 1;
	size_t used = 0;

	walk.except = except;
	walk.names_alone = names_alone;
	walk.base_size = strlen(path);
	walk.count = 0;
	assert_int_equal(nftw(path, take, 16, FTW_PHYS), 0);
	qsort(walk.lines, walk.count, sizeof *walk.lines, compare);
	for (size_t i = 0; i < walk.count; i++)
		size += strlen(walk.lines[i]) + 1;
	text = calloc(1, size);
	assert_non_null(text);
	for (size_t i = 0; i < walk.count; i++) {
		used += (size_t)snprintf(text + used, size - used, "%s%s",
					 names_alone && i > 0 ? " " : "", walk.lines[i]);
		if (!names_alone)
			text[used++] = '\n';
		free(walk.lines[i]);
	}
	return text;
}

char *
test_snapshot(const char *path, const char *except)
{
	return gather(path, except, false);
}

char *
test_names(const char *path)
{
	return gather(path, NULL, true);
}
