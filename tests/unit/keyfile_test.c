#include "tests/lib/test.h"

#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/keyfile.h"
#include "tools/lib/wholefile.h"

static char folder[] = "/tmp/tally-keyfile-XXXXXX";
static char path[sizeof folder + 8];
static char path_public[sizeof folder + 12];

static void
forget_files(void)
{
	unlink(path);
	unlink(path_public);
}

static void
a_key_comes_back(void **state)
{
	struct note_private_key made, read;
	struct note_key public;
	struct stat status;

	(void)state;
	assert_true(keyfile_generate("tally.example/test", &made));
	assert_int_equal(keyfile_create(path, &made), TALLY_EXIT_FINE);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(keyfile_read(path, &read), TALLY_EXIT_FINE);
	assert_memory_equal(read.secret, made.secret, sizeof made.secret);
	assert_string_equal(read.key.name, "tally.example/test");
	assert_int_equal(keyfile_public_read(path_public, &public), TALLY_EXIT_FINE);
	assert_int_equal(public.id, made.key.id);
	assert_memory_equal(public.public_key, made.key.public_key, TALLY_KEY_SIZE);
	forget_files();
}

static void
two_keys_differ(void **state)
{
	struct note_private_key a, b;

	(void)state;
	assert_true(keyfile_generate("a", &a));
	assert_true(keyfile_generate("a", &b));
	assert_memory_not_equal(a.secret, b.secret, sizeof a.secret);
	assert_false(keyfile_generate("", &a));
	assert_false(keyfile_generate("a b", &a));
	assert_false(keyfile_generate("a+b", &a));
}

static void
nothing_is_overwritten(void **state)
{
	struct note_private_key first, second, read;

	(void)state;
	assert_true(keyfile_generate("a", &first));
	assert_true(keyfile_generate("a", &second));
	assert_int_equal(keyfile_create(path, &first), TALLY_EXIT_FINE);
	assert_int_equal(keyfile_create(path, &second), TALLY_EXIT_USAGE);
	assert_int_equal(keyfile_read(path, &read), TALLY_EXIT_FINE);
	assert_memory_equal(read.secret, first.secret, sizeof first.secret);
	/* the public half alone is in the way too, and no private half is left behind */
	assert_int_equal(unlink(path), 0);
	assert_int_equal(keyfile_create(path, &second), TALLY_EXIT_USAGE);
	assert_int_equal(access(path, F_OK), -1);
	forget_files();
}

static void
the_golden_key(void **state)
{
	static const char text[] =
	    "tally.example/test+6ae2d1d0+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs";
	struct note_key key;

	(void)state;
	assert_int_equal(keyfile_public_read(text, &key), TALLY_EXIT_FINE);
	assert_int_equal(key.id, 0x6ae2d1d0);
	assert_int_equal(wholefile_write(path, bytes_of_string(text)), TALLY_EXIT_FINE);
	assert_int_equal(keyfile_public_read(path, &key), TALLY_EXIT_FINE);
	forget_files();
}

static void
what_is_no_key_is_refused(void **state)
{
	struct note_private_key key;
	struct note_key public;
	uint8_t secret[KEYFILE_SECRET_SIZE];
	uint8_t *large = calloc(1, KEYFILE_SIZE_MAX + 1);

	(void)state;
	assert_non_null(large);
	assert_int_equal(wholefile_create(path, 0600, BYTES_OF("hello\n")), TALLY_EXIT_FINE);
	assert_int_equal(keyfile_read(path, &key), TALLY_EXIT_USAGE);
	assert_int_equal(keyfile_public_read(path, &public), TALLY_EXIT_USAGE);
	assert_int_equal(keyfile_secret_read(path, secret), TALLY_EXIT_USAGE);
	assert_int_equal(keyfile_read("/nowhere/at/all", &key), TALLY_EXIT_USAGE);
	forget_files();
	assert_int_equal(wholefile_create(path, 0600, bytes_make(large, KEYFILE_SIZE_MAX + 1)),
			 TALLY_EXIT_FINE);
	assert_int_equal(keyfile_read(path, &key), TALLY_EXIT_USAGE);
	free(large);
	forget_files();
}

static void
a_secret_comes_back(void **state)
{
	uint8_t made[KEYFILE_SECRET_SIZE], read[KEYFILE_SECRET_SIZE];
	struct stat status;

	(void)state;
	randombytes_buf(made, sizeof made);
	assert_int_equal(keyfile_secret_create(path, made), TALLY_EXIT_FINE);
	assert_int_equal(keyfile_secret_create(path, made), TALLY_EXIT_USAGE);
	assert_int_equal(stat(path, &status), 0);
	assert_int_equal(status.st_mode & 07777, 0600);
	assert_int_equal(status.st_size, 65);
	assert_int_equal(keyfile_secret_read(path, read), TALLY_EXIT_FINE);
	assert_memory_equal(read, made, sizeof made);
	forget_files();
}

static int
begin(void **state)
{
	(void)state;
	if (sodium_init() < 0 || !mkdtemp(folder))
		return 1;
	snprintf(path, sizeof path, "%s/key", folder);
	snprintf(path_public, sizeof path_public, "%s/key.pub", folder);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_comes_back),          cmocka_unit_test(two_keys_differ),
	    cmocka_unit_test(nothing_is_overwritten),    cmocka_unit_test(the_golden_key),
	    cmocka_unit_test(what_is_no_key_is_refused), cmocka_unit_test(a_secret_comes_back),
	};

	return cmocka_run_group_tests(tests, begin, end);
}
