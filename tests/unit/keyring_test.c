/* The verifier that a process works with: what it says, and what it does when a path is not what it
 * must be. */
#include "tests/lib/child.h"
#include "tests/lib/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "shell/keyring.h"
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
		keyring_open(&keyring, &campaign.manifest, path);
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
	keyring_open(&keyring, &campaign.manifest, VERIFIER_PORTABLE);
	assert_int_equal(read(fd, (void *)(uintptr_t)keyring.verifier.keys[0].entries, 1), -1);
	assert_int_equal(errno, EFAULT);
	keyring_close(&keyring);
	close(fd);
}

/* The children exit with 0 if all is as it must be. */

static int
run_spoilt(void *context)
{
	struct draft_campaign campaign;
	struct keyring keyring;
	bool good;

	(void)context;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	if (!keyring_make(&keyring, &campaign.manifest, VERIFIER_PORTABLE))
		return 1;
	*(uint8_t *)(uintptr_t)&keyring.verifier.base.entries[5000] ^= 4;
	keyring_try(&keyring);
	good = keyring.verifier.path == VERIFIER_LIBSODIUM && keyring.mapping == NULL &&
	       accepts(&keyring, &campaign);
	keyring_close(&keyring);
	return good ? 0 : 2;
}

static void
spoilt(void **state)
{
	struct test_child child;

	(void)state;
	assert_int_equal(test_child_run(&child, run_spoilt, NULL), 0);
	assert_said(&child, "the path 'portable' does not do here what libsodium does");
}

static int
run_short(void *context)
{
	struct rlimit usual, none;
	struct draft_campaign campaign;
	struct keyring keyring;
	bool good;

	(void)context;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	if (getrlimit(RLIMIT_DATA, &usual) != 0)
		return 1;
	none = (struct rlimit){4096, usual.rlim_max}; /* Linux takes 0 for no limit */
	if (setrlimit(RLIMIT_DATA, &none) != 0)
		return 1;
	keyring_open(&keyring, &campaign.manifest, VERIFIER_PORTABLE);
	if (setrlimit(RLIMIT_DATA, &usual) != 0)
		return 1;
	good = keyring.verifier.path == VERIFIER_LIBSODIUM && accepts(&keyring, &campaign);
	keyring_close(&keyring);
	return good ? 0 : 2;
}

static void
no_memory(void **state)
{
	struct test_child child;

	(void)state;
	assert_int_equal(test_child_run(&child, run_short, NULL), 0);
	assert_said(&child, "no memory for the tables of the path 'portable'");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_path),
	    cmocka_unit_test(locked),
	    cmocka_unit_test(spoilt),
	    cmocka_unit_test(no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
