/* An audit in haste whose tables err: spotcheck.c and keyring.c are compiled into this program,
 * with tables that say what a test wants and a trial or a memory that fails. */
#include "tests/lib/scene.h"
#include "tests/lib/tamper.h"

#include <sodium.h>
#include <sys/mman.h>

#include "tools/lib/signature.h"
#include "tools/lib/spotcheck.h"
#include "verify/trial.h"

enum {
	FIRST_BALLOT = 2, /* behind the manifest and the opening */
};

static enum tally_verdict
    all_are; /* what tables say of all ballots, unless TALLY_VERDICTS_COUNT */
static bool trial_fails;
static unsigned maps_left; /* before there is no more memory */

static void
erring_batch(const struct verifier *verifier, struct verify_item *items, size_t count)
{
	verify_batch(verifier, items, count);
	for (size_t i = 0; i < count && all_are != TALLY_VERDICTS_COUNT; i++)
		items[i].verdict = all_are;
}

static bool
erring_trial(const struct verifier *verifier, const uint8_t seed[TRIAL_SEED_SIZE], void *memory)
{
	return trial_tables(verifier, seed, memory) && !trial_fails;
}

static void *
scarce_map(void *at, size_t size, int access, int kind, int fd, off_t offset)
{
	if (maps_left == 0)
		return MAP_FAILED;
	maps_left--;
	return mmap(at, size, access, kind, fd, offset);
}

#define verify_batch erring_batch
#define trial_tables erring_trial
#define mmap scarce_map
#include "keyring/keyring.c"
#include "keyring/pages.c"
#include "tools/lib/spotcheck.c"

static int
set_up(void **state)
{
	static struct scene scene;
	static const struct campaign_wish wish = {0};

	all_are = TALLY_VERDICTS_COUNT;
	trial_fails = false;
	maps_left = 2;
	scene_make(&scene, &wish, NULL);
	scene.options.fast = true;
	*state = &scene;
	return 0;
}

static int
tear_down(void **state)
{
	scene_close(*state);
	return 0;
}

static void
passes_when_tables_do(void **state)
{
	struct scene *scene = *state;

	scene_publish(scene);
	scene_audit(scene);
	assert_passed(scene);
	assert_int_equal(scene->audit.haste.state, KEYRING_READY);
	assert_int_equal(scene->audit.haste.by_tables,
			 scene->audit.recount.replay.counts.in_tree);
}

/* The log is good: it is the tables that fail the audit, and it says so. */
static void
tables_that_refuse(void **state)
{
	struct scene *scene = *state;

	all_are = TALLY_BAD_SIGNATURE;
	scene_publish(scene);
	scene_audit(scene);
	assert_found(scene, AUDIT_SIGNATURES, FIRST_BALLOT,
		     "the tables say of the ballot: bad-signature; libsodium says: accepted; "
		     "--fast is not to be believed on this machine");
	assert_int_equal(report_exit(&scene->audit.report), TALLY_EXIT_FAILED);
}

/* A forgery that they take. */
static void
tables_that_accept(void **state)
{
	struct scene *scene = *state;

	all_are = TALLY_ACCEPTED;
	tamper_flip(&scene->log, 52, test_log_entry(&scene->log, 52).size - 1);
	scene_publish(scene);
	scene_audit(scene);
	assert_found(scene, AUDIT_SIGNATURES, 52,
		     "the tables say of the ballot: accepted; libsodium says: bad-signature; "
		     "--fast is not to be believed on this machine");
	assert_int_equal(report_exit(&scene->audit.report), TALLY_EXIT_FAILED);
}

static void
goes_by_libsodium(struct scene *scene, enum keyring_state state, const char *why)
{
	scene_publish(scene);
	scene_audit(scene);
	assert_passed(scene);
	assert_true(scene->audit.hasty);
	assert_int_equal(scene->audit.haste.state, state);
	assert_int_equal(scene->audit.haste.path, VERIFIER_LIBSODIUM);
	assert_int_equal(scene->audit.haste.by_tables, 0);
	assert_non_null(strstr(scene->audit.report.checks[AUDIT_SIGNATURES].why.sentence, why));
}

static void
a_trial_that_fails(void **state)
{
	trial_fails = true;
	goes_by_libsodium(*state, KEYRING_UNFIT, "they do not do what libsodium does");
}

static void
no_memory_for_the_tables(void **state)
{
	maps_left = 0;
	goes_by_libsodium(*state, KEYRING_NO_MEMORY, "no memory for them");
}

static void
no_memory_for_the_trial(void **state)
{
	maps_left = 1;
	goes_by_libsodium(*state, KEYRING_NO_MEMORY, "no memory for them");
}

#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    EACH(passes_when_tables_do),    EACH(tables_that_refuse),
	    EACH(tables_that_accept),       EACH(a_trial_that_fails),
	    EACH(no_memory_for_the_tables), EACH(no_memory_for_the_trial),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
