#include "keyring/pages.h"
#include "tests/lib/test.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum {
	BYTES = 3 * PAGES_SIZE - 12345,
};

static size_t
resident(const struct pages *pages)
{
	size_t small = (size_t)sysconf(_SC_PAGESIZE);
	unsigned char here[4 * PAGES_SIZE / 4096];
	size_t count = 0;

	assert_true(pages->bytes / small <= sizeof here);
	assert_int_equal(mincore(pages->memory, pages->bytes, here), 0);
	for (size_t i = 0; i < pages->bytes / small; i++)
		count += here[i] & 1;
	return count * small;
}

static bool
all_zero(const struct pages *pages)
{
	const uint8_t *memory = pages->memory;

	return memory[0] == 0 && memcmp(memory, memory + 1, pages->bytes - 1) == 0;
}

static void
mapped_whole(void **state)
{
	struct pages pages;

	(void)state;
	assert_true(pages_map(&pages, BYTES));
	assert_int_equal((uintptr_t)pages.memory % PAGES_SIZE, 0);
	assert_int_equal(pages.bytes, 3 * PAGES_SIZE);
	assert_int_equal(resident(&pages), 0);
	assert_true(all_zero(&pages));
	pages_unmap(&pages);
	assert_null(pages.memory);
	pages_unmap(&pages); /* again: nothing */
}

static void
filled_before_it_is_touched(void **state)
{
	struct pages pages;

	(void)state;
	assert_true(pages_map(&pages, BYTES));
	assert_true(pages_fill(&pages));
	assert_int_equal(resident(&pages), pages.bytes);
	assert_true(all_zero(&pages));
	pages_unmap(&pages);
}

static void
zeros_again(void **state)
{
	struct pages pages;

	(void)state;
	assert_true(pages_map(&pages, BYTES));
	memset(pages.memory, 0xa5, pages.bytes);
	pages_clear(&pages);
	assert_int_equal(resident(&pages), 0);
	assert_true(all_zero(&pages));
	pages_unmap(&pages);
}

static void
more_than_there_is(void **state)
{
	static const size_t sizes[] = {SIZE_MAX, SIZE_MAX / 2, SIZE_MAX / 4};
	struct pages pages;

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		errno = 0;
		assert_false(pages_map(&pages, sizes[i]));
		assert_int_equal(errno, ENOMEM);
		assert_null(pages.memory);
		pages_clear(&pages);
		pages_unmap(&pages);
	}
}

/* What is no longer there cannot be filled or locked. */
static void
a_hole(void **state)
{
	struct pages pages;

	(void)state;
	assert_true(pages_map(&pages, BYTES));
	assert_int_equal(munmap((uint8_t *)pages.memory + PAGES_SIZE, PAGES_SIZE), 0);
	assert_false(pages_fill(&pages));
	assert_int_equal(errno, ENOMEM);
	errno = 0;
	assert_false(pages_lock(&pages));
	assert_int_equal(errno, ENOMEM);
	pages_unmap(&pages);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(mapped_whole), cmocka_unit_test(filled_before_it_is_touched),
	    cmocka_unit_test(zeros_again),  cmocka_unit_test(more_than_there_is),
	    cmocka_unit_test(a_hole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
