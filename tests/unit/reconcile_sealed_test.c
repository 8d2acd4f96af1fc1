/* Journals against logs whose entries are sealed: leaf hashes are all there is to compare with. */
#include "tools/lib/reconcile.h"

#include <sodium.h>

#include "tests/lib/desk.h"
#include "tests/lib/vault.h"

/* A sealed campaign's log, and a journal that has all its ballots. */
static struct desk *
vault_desk(void)
{
	struct desk *desk = calloc(1, sizeof *desk);

	assert_non_null(desk);
	vault_make(&desk->scene, NULL);
	desk_begin(desk, 0, 0);
	desk_keep(desk, 0, 0, desk->scene.log.count);
	return desk;
}

static void
sealed_and_open(void **state)
{
	struct desk *desk = vault_desk();

	(void)state;
	desk_submit(desk, 0, desk_ballot(desk, DESK_VOTE)); /* unanswered: nobody can say */
	desk_seal(desk, 0);
	vault_publish(&desk->scene, SCENE_MIDDLE);
	assert_remark(desk, "298 accepted and in the log, 342 accepted beyond this checkpoint");
	vault_publish(&desk->scene, VAULT_SEALED);
	assert_remark(desk, "640 accepted and in the log, 0 accepted beyond this checkpoint, 0 "
			    "refused, 1 unanswered, of which 0 in the log; what else the log "
			    "holds is sealed");
	vault_publish_open(&desk->scene);
	assert_remark(desk, "1 unanswered, of which 1 in the log");
	desk_free(desk);
}

/* What the operator hides behind the seal is proven before it is opened. */
static void
swapped_behind_the_seal(void **state)
{
	struct desk *desk = vault_desk();

	(void)state;
	desk_seal(desk, 0);
	test_log_swap(&desk->scene.log, DESK_VOTE, DESK_VOTE + 3);
	vault_publish_sealed(&desk->scene);
	assert_uncovered(desk, DESK_VOTE, "but that one's hash is not the ballot's");
	assert_int_equal(desk_number(desk, "missing"), 2);
	/* sent again, and answered anew */
	for (size_t i = 0; i <= 3; i += 3) {
		desk_submit(desk, 0, desk_ballot(desk, DESK_VOTE + i));
		desk_answer(desk, 0, TALLY_ACCEPTED, DESK_VOTE + i);
	}
	desk_seal(desk, 0);
	assert_remark(desk, "; 2 had another index before they were sent again");
	desk_free(desk);
}

static void
cut_short_behind_the_seal(void **state)
{
	struct desk *desk = vault_desk();
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];

	(void)state;
	desk_submit(desk, 0, story_ballot(&desk->scene.log, STORY_STRANGER, 1, memory));
	desk_answer(desk, 0, TALLY_ACCEPTED, VAULT_SEALED);
	desk_seal(desk, 0);
	vault_publish_sealed(&desk->scene);
	assert_uncovered(desk, VAULT_SEALED, "the log is closed and ends before it");
	desk_free(desk);
}

static int
setup(void **state)
{
	(void)state;
	return sodium_init() < 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sealed_and_open),
	    cmocka_unit_test(swapped_behind_the_seal),
	    cmocka_unit_test(cut_short_behind_the_seal),
	};

	return cmocka_run_group_tests(tests, setup, NULL);
}
