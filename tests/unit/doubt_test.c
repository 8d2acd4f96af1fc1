/* What a server says of tables that it does not use: who is to blame, or nobody. */
#include "tests/lib/child.h"
#include "tests/lib/draft.h"

#include <errno.h>
#include <sys/resource.h>

#include "shell/doubt.h"
#include "shell/start.h"

static int
tell(void *context)
{
	const struct keyring keyring = {.error = ENOMEM};

	doubt_tell(&keyring, *(enum keyring_state *)context, VERIFIER_PORTABLE);
	return 0;
}

static struct test_child
told(enum keyring_state state)
{
	struct test_child child;

	assert_int_equal(test_child_run(&child, tell, &state), 0);
	return child;
}

static void
every_state(void **state)
{
	struct test_child child = told(KEYRING_UNFIT);

	(void)state;
	assert_said(&child, "the path 'portable' does not do here what libsodium does");
	assert_said(&child, "have the processor and the memory of this machine checked");
	child = told(KEYRING_NO_MEMORY);
	assert_said(&child, "no memory for the tables of the path 'portable': libsodium looks "
			    "at every signature: Cannot allocate memory");
	assert_null(strstr(child.said, "checked"));
	child = told(KEYRING_READY);
	assert_string_equal(child.said, "");
}

/* Exits with 0 if libsodium is at work. */
static int
start_short_of_memory(void *context)
{
	const struct start_options options = {.workers_count = 1, .verify = VERIFIER_PORTABLE};
	struct rlimit usual, none;
	struct draft_campaign campaign;
	static struct start start;
	bool good;

	(void)context;
	draft_campaign_init(&campaign, TALLY_SIGNING_FRONTEND);
	start_blank(&start);
	start.manifest = &campaign.manifest;
	if (getrlimit(RLIMIT_DATA, &usual) != 0)
		return 1;
	none = (struct rlimit){4096, usual.rlim_max}; /* Linux takes 0 for no limit */
	if (setrlimit(RLIMIT_DATA, &none) != 0)
		return 1;
	good = start_make_state(&start, &options) != DISK_OK &&
	       start.keyring.verifier.path == VERIFIER_LIBSODIUM;
	return setrlimit(RLIMIT_DATA, &usual) == 0 && good ? 0 : 2;
}

static void
a_start_says_it(void **state)
{
	struct test_child child;

	(void)state;
	assert_int_equal(test_child_run(&child, start_short_of_memory, NULL), 0);
	assert_said(&child, "no memory for the tables of the path 'portable'");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_state),
	    cmocka_unit_test(a_start_says_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
