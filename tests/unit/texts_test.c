#include "limits.h"
#include "shell/texts.h"

#include "tests/lib/press.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

/* A log with two TALLY entries, whose texts are "five" and "ten"; its publisher is not used. */
static struct press *press;
static struct texts *texts;
static struct tiles tiles;
static int public_fd;

static int
set_up(void **state)
{
	(void)state;
	press = press_make(7401);
	press_grow(press, 5);
	assert_int_equal(press_tally(press, "five"), 5);
	press_grow(press, 10);
	assert_int_equal(press_tally(press, "ten"), 10);
	press_grow(press, 20);
	texts = texts_open(press->store->folder.fd, press->store->archive);
	assert_non_null(texts);
	assert_int_equal(disk_directory(press->store->folder.fd, "public", 0755, &public_fd),
			 DISK_OK);
	tiles_init(&tiles, public_fd, press->store->archive, press->tree);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	texts_close(texts);
	tiles_free(&tiles);
	close(public_fd);
	press_free(press);
	return 0;
}

static void
add(uint64_t index, const char *text)
{
	assert_int_equal(texts_add(texts, index, bytes_of_string(text)), DISK_OK);
}

static bool
has(uint64_t index, const char *text, bool in_public)
{
	uint8_t salt[32];
	uint8_t hash[32];

	press_text_hash(text, salt, hash);
	return texts_has(texts, index, salt, hash, in_public);
}

static bool
waits(const char *name)
{
	char path[64];

	snprintf(path, sizeof path, "sealed/tally/%s", name);
	return faccessat(press->store->folder.fd, path, F_OK, 0) == 0;
}

static void
plant(const char *name, const char *text)
{
	char path[64];

	snprintf(path, sizeof path, "sealed/tally/%s", name);
	assert_int_equal(
	    disk_replace(press->store->folder.fd, path, bytes_of_string(text), 0600, false),
	    DISK_OK);
}

static mode_t
mode_of(const char *name)
{
	struct stat about;

	assert_int_equal(fstatat(press->store->folder.fd, name, &about, 0), 0);
	return about.st_mode & 0777;
}

static void
wait_privately(void **state)
{
	mode_t before = umask(0);

	(void)state;
	add(5, "five");
	assert_false(waits("5"));
	assert_int_equal(texts_store(texts), DISK_OK);
	assert_int_equal(texts_sync(texts), DISK_OK);
	umask(before);
	assert_true(waits("5"));
	assert_int_equal(mode_of("sealed") & 077, 0);
	assert_int_equal(mode_of("sealed/tally") & 077, 0);
	assert_int_equal(mode_of("sealed/tally/5"), 0600);
	assert_true(has(5, "five", false));
	assert_false(has(5, "six", false));
	assert_false(has(10, "ten", true));
	assert_false(press_exists(press, "tally/5"));
}

static void
printed_and_cleared(void **state)
{
	(void)state;
	add(5, "five");
	add(10, "ten");
	assert_int_equal(texts_store(texts), DISK_OK);
	assert_int_equal(texts_print(texts, &tiles, 10), DISK_OK);
	assert_true(press_exists(press, "tally/5"));
	assert_false(press_exists(press, "tally/10"));
	assert_true(waits("5")); /* until its checkpoint is public */
	plant("5.tmp", "a crash");
	assert_int_equal(texts_clear(texts, 10), DISK_OK);
	assert_false(waits("5"));
	assert_false(waits("5.tmp"));
	assert_true(waits("10"));
	assert_false(has(5, "five", false));
	assert_true(has(5, "five", true));
	assert_int_equal(texts_print(texts, &tiles, 11), DISK_OK);
	assert_true(has(10, "ten", true));
	assert_int_equal(texts_clear(texts, 11), DISK_OK);
	assert_true(has(10, "ten", true));
}

/* What rotted while it waited is not published. */
static void
another_text(void **state)
{
	(void)state;
	add(5, "fife");
	assert_int_equal(texts_store(texts), DISK_OK);
	assert_int_equal(texts_print(texts, &tiles, 20), DISK_DAMAGED);
	assert_non_null(strstr(disk_error(), "tally/5"));
	assert_false(press_exists(press, "tally/5"));
	press_plant(press, "tally/5", "five"); /* printed before a crash */
	assert_int_equal(texts_print(texts, &tiles, 20), DISK_OK);
	assert_false(waits("5"));
	assert_true(has(5, "five", true));
}

static void
what_is_no_text(void **state)
{
	(void)state;
	plant("7", "of no TALLY entry");
	plant("x", "not ours");
	plant("5.tmp", "a crash");
	plant("400", "of an entry that does not exist");
	assert_int_equal(texts_print(texts, &tiles, 20), DISK_OK);
	assert_false(waits("7"));
	assert_true(waits("x"));
	assert_false(waits("5.tmp"));
	assert_true(waits("400"));
	assert_false(press_exists(press, "tally/7"));
	assert_int_equal(texts_print(texts, &tiles, 401), DISK_ABSENT);
}

/* A disk that takes nothing keeps them in memory, in which there is room for so many. */
static void
bounds(void **state)
{
	uint8_t *big = calloc(1, text_bytes_max + 1);

	(void)state;
	assert_non_null(big);
	assert_int_equal(texts_add(texts, 18, bytes_make(big, text_bytes_max + 1)), DISK_FULL);
	assert_int_equal(texts_add(texts, 19, bytes_make(big, text_bytes_max)), DISK_OK);
	assert_int_equal(unlinkat(press->store->folder.fd, "sealed/tally", AT_REMOVEDIR), 0);
	assert_int_equal(texts_store(texts), DISK_ABSENT);
	for (int i = 1; i < texts_bytes_max / text_bytes_max; i++)
		assert_int_equal(texts_add(texts, 19, bytes_make(big, text_bytes_max)),
				 DISK_OK);
	assert_int_equal(
	    texts_add(texts, 19, bytes_make(big, texts_bytes_max % text_bytes_max)), DISK_OK);
	assert_int_equal(texts_add(texts, 17, BYTES_OF("x")), DISK_FULL);
	assert_int_equal(texts_print(texts, &tiles, 17), DISK_OK);
	assert_int_equal(texts_print(texts, &tiles, 18), DISK_FULL);
	assert_non_null(strstr(disk_error(), "tally/17"));
	free(big);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(wait_privately), TEST(printed_and_cleared),
	    TEST(another_text),   TEST(what_is_no_text),
	    TEST(bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
