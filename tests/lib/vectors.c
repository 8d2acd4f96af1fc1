#include "tests/lib/vectors.h"

#include "base/text.h"
#include "tests/lib/test.h"

static uint8_t arena[256 * 1024];
static size_t arena_used;

static bool
value_find(struct bytes file, const char *name, struct bytes *value)
{
	size_t size = strlen(name);
	struct bytes line;

	while (text_line_next(&file, &line)) {
		if (line.size < size || memcmp(line.data, name, size) != 0)
			continue;
		if (line.size > size && line.data[size] != ' ')
			continue;
		*value = line.size == size
			     ? bytes_make(line.data + size, 0)
			     : bytes_make(line.data + size + 1, line.size - size - 1);
		return true;
	}
	return false;
}

static size_t
value_unescape(struct bytes value, uint8_t *out)
{
	size_t size = 0;

	for (size_t i = 0; i < value.size; i++) {
		bool escape = value.data[i] == '\\' && i + 1 < value.size;

		out[size++] = escape ? '\n' : value.data[i];
		i += escape;
	}
	return size;
}

struct bytes
test_vector(const char *file, const char *name)
{
	const char *kind = strrchr(name, '.');
	struct bytes value;
	char path[256];
	uint8_t *data;
	uint8_t *out = arena + arena_used;
	size_t size;

	snprintf(path, sizeof path, "tests/vectors/%s", file);
	data = test_file_read(path, &size);
	if (data == NULL || kind == NULL || !value_find(bytes_make(data, size), name, &value))
		fail_msg("no vector %s in %s", name, path);
	assert_true(arena_used + value.size + 1 <= sizeof arena);
	if (strcmp(kind, ".hex") == 0) {
		size = value.size / 2;
		assert_true(text_hex_parse(value, out, size));
	} else {
		size = value_unescape(value, out);
	}
	out[size] = 0;
	arena_used += size + 1;
	free(data);
	return bytes_make(out, size);
}
