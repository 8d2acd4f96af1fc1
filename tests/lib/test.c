#include "tests/lib/test.h"

#include "base/text.h"

#include <unistd.h>

struct test_random
test_random_make(uint64_t fallback)
{
	const char *wish = getenv("TEST_SEED");
	uint64_t seed = wish != NULL ? strtoull(wish, NULL, 0) : fallback;

	printf("seed %llu\n", (unsigned long long)seed);
	return (struct test_random){seed};
}

uint64_t
test_random_next(struct test_random *random)
{
	uint64_t z = random->state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

uint64_t
test_random_below(struct test_random *random, uint64_t below)
{
	return test_random_next(random) % below;
}

void
test_random_fill(struct test_random *random, void *memory, size_t size)
{
	uint8_t *at = memory;

	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)test_random_next(random);
}

uint8_t *
test_file_read(const char *path, size_t *size)
{
	FILE *file = fopen(path, "rb");
	uint8_t *data;
	long end;

	if (file == NULL)
		return NULL;
	fseek(file, 0, SEEK_END);
	end = ftell(file);
	rewind(file);
	data = malloc((size_t)end + 1);
	*size = data == NULL ? 0 : fread(data, 1, (size_t)end, file);
	if (data != NULL)
		data[*size] = 0;
	fclose(file);
	return data;
}

const char *
test_data(const char *name)
{
	static char path[512];
	const char *folder = getenv("TALLY_DATA");

	snprintf(path, sizeof path, "%s/%s", folder != NULL ? folder : "../shared/data", name);
	if (access(path, R_OK) == 0)
		return path;
	printf("SKIPPED: no %s\n", path);
	return NULL;
}

size_t
test_hex(const char *text, uint8_t *out, size_t capacity)
{
	size_t size = strlen(text) / 2;

	assert_true(size <= capacity);
	assert_true(text_hex_parse(bytes_of_string(text), out, size));
	return size;
}
