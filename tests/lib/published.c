#include "tests/lib/published.h"

#include <fcntl.h>
#include <ftw.h>
#include <sodium.h>
#include <unistd.h>

/* The walk's visitor takes no context. */
static struct {
	const char *path;
	const struct bytes *entries;
	uint64_t size;
	const uint64_t *sizes;
	size_t sizes_count;
	uint64_t files_count;
	bool sealed;
} now;

static void
leaf_hash(struct bytes entry, uint8_t hash[32])
{
	crypto_hash_sha256_state sha;

	crypto_hash_sha256_init(&sha);
	crypto_hash_sha256_update(&sha, (const uint8_t *)"\0", 1);
	crypto_hash_sha256_update(&sha, entry.data, entry.size);
	crypto_hash_sha256_final(&sha, hash);
}

void
published_root(const struct bytes *entries, uint64_t first, uint64_t count, uint8_t root[32])
{
	uint8_t node[65] = {1};
	uint64_t left = 1;

	if (count == 0) {
		crypto_hash_sha256(root, NULL, 0);
		return;
	}
	if (count == 1) {
		leaf_hash(entries[first], root);
		return;
	}
	while (left * 2 < count)
		left *= 2;
	published_root(entries, first, left, node + 1);
	published_root(entries, first + left, count - left, node + 33);
	crypto_hash_sha256(root, node, sizeof node);
}

static uint64_t
span_of(int level)
{
	uint64_t span = 1;

	while (level-- > 0)
		span *= 256;
	return span;
}

/* "x001/x234/067" at the front of *text. */
static bool
number_parse(const char **text, uint64_t *number)
{
	*number = 0;
	while (true) {
		bool more = **text == 'x';

		*text += more;
		for (int i = 0; i < 3; i++, ++*text) {
			if (**text < '0' || **text > '9')
				return false;
			*number = *number * 10 + (uint64_t)(**text - '0');
		}
		if (!more)
			return true;
		if (*(*text)++ != '/')
			return false;
	}
}

static bool
width_published(int level, uint64_t number, uint64_t width)
{
	for (size_t i = 0; i < now.sizes_count; i++) {
		if (now.sizes[i] / span_of(level) == number * 256 + width)
			return true;
	}
	return now.sizes_count == 0;
}

static void
content_check(const char *path, int level, uint64_t number, uint64_t width)
{
	static uint8_t expected[256 * 65537];
	uint8_t *found;
	size_t expected_size = 0;
	size_t size;

	for (uint64_t i = number * 256; i < number * 256 + width; i++) {
		if (level >= 0) {
			published_root(now.entries, i * span_of(level), span_of(level),
				       expected + expected_size);
			expected_size += 32;
			continue;
		}
		expected[expected_size] = (uint8_t)(now.entries[i].size >> 8);
		expected[expected_size + 1] = (uint8_t)now.entries[i].size;
		memcpy(expected + expected_size + 2, now.entries[i].data, now.entries[i].size);
		expected_size += 2 + now.entries[i].size;
	}
	found = test_file_read(path, &size);
	assert_non_null(found);
	if (size != expected_size || memcmp(found, expected, size) != 0)
		fail_msg("%s holds the wrong bytes", path);
	free(found);
}

static int
file_check(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	const char *name = path + strlen(now.path);
	uint64_t number;
	uint64_t width = 256;
	uint64_t hashes;
	int level = -1;

	(void)about;
	(void)where;
	if (kind != FTW_F)
		return 0;
	if (now.sealed &&
	    (strstr(name, "/entries/") != NULL || strstr(name, "/tally/") != NULL))
		fail_msg("%s is public", path);
	if (strncmp(name, "/tile/entries/", 14) == 0) {
		name += 14;
	} else if (strncmp(name, "/tile/", 6) == 0) {
		level = name[6] - '0';
		name += 8;
	} else {
		assert_null(strstr(name, ".tmp"));
		return 0;
	}
	if (!number_parse(&name, &number))
		fail_msg("%s is no tile's name", path);
	hashes = now.size / span_of(level < 0 ? 0 : level);
	if (*name != 0) {
		char *end;

		assert_int_equal(strncmp(name, ".p/", 3), 0);
		width = strtoul(name + 3, &end, 10);
		if (*end != 0)
			fail_msg("%s is no tile's name", path);
		if ((number + 1) * 256 <= hashes)
			fail_msg("%s stays although its tile is full", path);
		if (!width_published(level < 0 ? 0 : level, number, width))
			fail_msg("%s is of no published size", path);
	}
	if (width == 0 || number * 256 + width > hashes)
		fail_msg("%s is beyond %llu", path, (unsigned long long)now.size);
	content_check(path, level, number, width);
	now.files_count++;
	return 0;
}

static void
number_name(uint64_t number, char *name)
{
	if (number < 1000)
		sprintf(name, "%03u", (unsigned)number);
	else
		sprintf(name, "x%03u/%03u", (unsigned)(number / 1000),
			(unsigned)(number % 1000));
}

static void
presence_check(const char *kind, uint64_t hashes)
{
	for (uint64_t number = 0; number * 256 < hashes; number++) {
		uint64_t left = hashes - number * 256;
		char path[512];
		char digits[16];

		number_name(number, digits);
		if (left >= 256)
			snprintf(path, sizeof path, "%s/tile/%s/%s", now.path, kind, digits);
		else
			snprintf(path, sizeof path, "%s/tile/%s/%s.p/%u", now.path, kind,
				 digits, (unsigned)left);
		if (access(path, R_OK) != 0)
			fail_msg("%s is missing", path);
	}
}

static void
check(const char *path, const struct bytes *entries, uint64_t size, const uint64_t *sizes,
      size_t sizes_count, bool sealed)
{
	now.sealed = sealed;
	now.path = path;
	now.entries = entries;
	now.size = size;
	now.sizes = sizes;
	now.sizes_count = sizes_count;
	now.files_count = 0;
	assert_int_equal(nftw(path, file_check, 16, FTW_PHYS), 0);
	if (!sealed)
		presence_check("entries", size);
	for (int level = 0; level < 8 && size / span_of(level) > 0; level++) {
		char kind[2] = {(char)('0' + level), 0};

		presence_check(kind, size / span_of(level));
	}
}

void
published_check(const char *path, const struct bytes *entries, uint64_t size,
		const uint64_t *sizes, size_t sizes_count)
{
	check(path, entries, size, sizes, sizes_count, false);
}

void
published_check_sealed(const char *path, const struct bytes *entries, uint64_t size,
		       const uint64_t *sizes, size_t sizes_count)
{
	check(path, entries, size, sizes, sizes_count, true);
}
