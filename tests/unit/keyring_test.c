/* The verifier that a process works with, and what it is when a path is not what it must be. */
#include "tests/lib/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "keyring/keyring.h"
#include "verify/genuine.h"

static bool
accepts(const struct keyring *keyring, const struct draft_campaign *campaign)
{
	struct draft draft = draft_make(campaign);
	struct verify_item items[2];

	draft_finish(&draft, campaign);
	items[0].bytes = draft.bytes;
	verify_batch(&keyring->verifier, items, 1);
	draft.memory[draft.bytes.size - 1] ^= 1;
	items[1].bytes = draft.bytes;
	verify_batch(&keyring->verifier, items + 1, 1);
	return items[0].verdict == TALLY_ACCEPTED && items[1].verdict == TALLY_BAD_SIGNATURE;
}

static void
every_path(void **state)
{
	struct draft_campaign campaign;
	struct keyring keyring;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	for (int i = 0; i < VERIFIER_PATHS_COUNT; i++) {
		enum verifier_path path = (enum verifier_path)i;

		if (!verifier_path_available(path))
			continue;
		assert_int_equal(keyring_open(&keyring, &campaign.manifest, path),
				 KEYRING_READY);
		assert_int_equal(keyring.verifier.path, path);
		assert_int_equal(verifier_tables(&keyring.verifier),
				 path == VERIFIER_LIBSODIUM ? 0 : 2);
		assert_true(accepts(&keyring, &campaign));
		keyring_close(&keyring);
	}
}

/* Nobody changes a table any more: the kernel itself may not write there. */
static void
locked(void **state)
{
	struct draft_campaign campaign;
	struct keyring keyring;
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	assert_int_equal(keyring_open(&keyring, &campaign.manifest, VERIFIER_PORTABLE),
			 KEYRING_READY);
	assert_int_equal(read(fd, (void *)(uintptr_t)keyring.verifier.keys[0].entries, 1), -1);
	assert_int_equal(errno, EFAULT);
	keyring_close(&keyring);
	close(fd);
}

static void
is_plain(struct keyring *keyring, const struct draft_campaign *campaign)
{
	assert_int_equal(keyring->verifier.path, VERIFIER_LIBSODIUM);
	assert_null(keyring->pages.mapping);
	assert_true(accepts(keyring, campaign));
	keyring_close(keyring);
}

static void
spoilt(void **state)
{
	struct draft_campaign campaign;
	struct keyring keyring;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	assert_int_equal(keyring_make(&keyring, &campaign.manifest, VERIFIER_PORTABLE),
			 KEYRING_READY);
	*(uint8_t *)(uintptr_t)&keyring.verifier.base.entries[5000] ^= 4;
	assert_int_equal(keyring_try(&keyring), KEYRING_UNFIT);
	is_plain(&keyring, &campaign);
}

/* From now on; what there is stays. */
static struct rlimit
take_memory(void)
{
	struct rlimit usual, none;

	assert_int_equal(getrlimit(RLIMIT_DATA, &usual), 0);
	none = (struct rlimit){4096, usual.rlim_max}; /* Linux takes 0 for no limit */
	assert_int_equal(setrlimit(RLIMIT_DATA, &none), 0);
	return usual;
}

static void
no_memory_for_tables(void **state)
{
	struct draft_campaign campaign;
	enum keyring_state said;
	struct keyring keyring;
	struct rlimit usual;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	usual = take_memory();
	said = keyring_open(&keyring, &campaign.manifest, VERIFIER_PORTABLE);
	assert_int_equal(setrlimit(RLIMIT_DATA, &usual), 0);
	assert_int_equal(said, KEYRING_NO_MEMORY);
	assert_int_equal(keyring.error, ENOMEM);
	is_plain(&keyring, &campaign);
}

/* A trial that could not be held accuses nobody. */
static void
no_memory_for_the_trial(void **state)
{
	struct draft_campaign campaign;
	enum keyring_state said;
	struct keyring keyring;
	struct rlimit usual;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	assert_int_equal(keyring_make(&keyring, &campaign.manifest, VERIFIER_PORTABLE),
			 KEYRING_READY);
	usual = take_memory();
	said = keyring_try(&keyring);
	assert_int_equal(setrlimit(RLIMIT_DATA, &usual), 0);
	assert_int_equal(said, KEYRING_NO_MEMORY);
	assert_int_equal(keyring.error, ENOMEM);
	is_plain(&keyring, &campaign);
}

/* Nor does a lock that the system refuses: here for a hole behind the tables. */
static void
no_lock(void **state)
{
	struct draft_campaign campaign;
	struct keyring keyring;

	(void)state;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	assert_int_equal(keyring_make(&keyring, &campaign.manifest, VERIFIER_PORTABLE),
			 KEYRING_READY);
	assert_int_equal(
	    munmap((uint8_t *)keyring.pages.memory + keyring.pages.bytes - 4096, 4096), 0);
	assert_int_equal(keyring_try(&keyring), KEYRING_NO_MEMORY);
	assert_int_equal(keyring.error, ENOMEM);
	is_plain(&keyring, &campaign);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_path),
	    cmocka_unit_test(locked),
	    cmocka_unit_test(spoilt),
	    cmocka_unit_test(no_memory_for_tables),
	    cmocka_unit_test(no_memory_for_the_trial),
	    cmocka_unit_test(no_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
