#include "tests/lib/vector.h"

/* What follows "name " on its line, malloc'ed; NULL if there is no such line. Cuts `text`. */
static char *
value_find(char *text, const char *name)
{
	size_t name_size = strlen(name);
	char *line, *next = text;

	while ((line = strsep(&next, "\n")) != NULL) {
		if (strncmp(line, name, name_size) == 0 && line[name_size] == ' ')
			return strdup(line + name_size + 1);
	}
	return NULL;
}

size_t
test_vector(const char *file, const char *name, uint8_t *out, size_t capacity)
{
	char path[256];
	size_t size;
	char *text, *value;

	snprintf(path, sizeof path, "tests/vectors/%s", file);
	text = (char *)test_file_read(path, &size);
	if (text == NULL)
		fail_msg("cannot read %s", path);
	value = value_find(text, name);
	if (value == NULL)
		fail_msg("%s has no %s", path, name);
	size = strcmp(value, "-") == 0 ? 0 : test_hex(value, out, capacity);
	free(value);
	free(text);
	return size;
}

void
assert_vector(const char *file, const char *name, struct bytes actual)
{
	static uint8_t expected[65536];
	size_t size = test_vector(file, name, expected, sizeof expected);

	if (!bytes_equal(actual, bytes_make(expected, size)))
		print_error("vector %s %s differs\n", file, name);
	assert_int_equal(actual.size, size);
	if (size > 0)
		assert_memory_equal(actual.data, expected, size);
}
