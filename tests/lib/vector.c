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

/* The text after the quote mark; `\n` is a line feed. */
static size_t
text_unescape(const char *value, uint8_t *out, size_t capacity)
{
	size_t size = 0;

	while (*value != 0) {
		bool escape = value[0] == '\\' && value[1] == 'n';

		assert_true(size < capacity);
		out[size++] = escape ? '\n' : (uint8_t)value[0];
		value += escape ? 2 : 1;
	}
	return size;
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
	if (value[0] == '"')
		size = text_unescape(value + 1, out, capacity);
	else
		size = strcmp(value, "-") == 0 ? 0 : test_hex(value, out, capacity);
	free(value);
	free(text);
	return size;
}

struct bytes
test_vector_view(const char *file, const char *name)
{
	static uint8_t arena[256 * 1024];
	static size_t used;
	uint8_t *out = arena + used;
	size_t size = test_vector(file, name, out, sizeof arena - used - 1);

	out[size] = 0;
	used += size + 1;
	return bytes_make(out, size);
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
