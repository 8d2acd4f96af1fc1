#include "tests/lib/draft.h"
#include "tests/lib/verifiers.h"

#include "tools/lib/signature.h"
#include "verify/genuine.h"

/* The auditor's verifier and the daemon's, by whatever path, are two pieces of code: here they must
 * say the same. */

static struct verifiers verifiers; /* of the campaign at hand */

static void
begin(struct draft_campaign *campaign, enum tally_signing signing)
{
	draft_campaign_init(campaign, signing);
	verifiers_make(&verifiers, &campaign->manifest);
}

static enum tally_verdict
both(const struct draft_campaign *campaign, struct bytes bytes)
{
	struct ballot ballot;
	enum tally_verdict verdict = signature_ballot(&campaign->manifest, bytes, &ballot);

	for (size_t i = 0; i < verifiers.count; i++) {
		struct verify_item item = {.bytes = bytes};

		verify_batch(&verifiers.list[i], &item, 1);
		assert_int_equal(verdict, item.verdict);
	}
	return verdict;
}

static struct draft
good_draft(const struct draft_campaign *campaign)
{
	struct draft draft = draft_make(campaign);

	if (campaign->manifest.signing == TALLY_SIGNING_VOTER)
		draft_certify(&draft, DRAFT_REGISTRAR);
	return draft;
}

static void
every_bit(enum tally_signing signing)
{
	struct draft_campaign campaign;
	struct draft draft;
	size_t refused = 0;

	begin(&campaign, signing);
	draft = good_draft(&campaign);
	draft_finish(&draft, &campaign);
	assert_int_equal(both(&campaign, draft.bytes), TALLY_ACCEPTED);
	for (size_t bit = 0; bit < 8 * draft.bytes.size; bit++) {
		draft.memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
		refused += both(&campaign, draft.bytes) != TALLY_ACCEPTED;
		draft.memory[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	assert_int_equal(refused, 8 * draft.bytes.size);
	verifiers_free(&verifiers);
}

static void
every_bit_of_a_frontends_ballot(void **state)
{
	(void)state;
	every_bit(TALLY_SIGNING_FRONTEND);
}

static void
every_bit_of_a_voters_ballot(void **state)
{
	(void)state;
	every_bit(TALLY_SIGNING_VOTER);
}

static void
signers(void **state)
{
	struct draft_campaign campaign;
	struct draft draft;

	(void)state;
	begin(&campaign, TALLY_SIGNING_FRONTEND);
	draft = good_draft(&campaign);
	draft.key_id = DRAFT_FRONTEND_OTHER; /* claims the other's name */
	draft_finish(&draft, &campaign);
	assert_int_equal(both(&campaign, draft.bytes), TALLY_BAD_SIGNATURE);
	draft = good_draft(&campaign);
	draft.key_id = 99;
	draft_finish(&draft, &campaign);
	assert_int_equal(both(&campaign, draft.bytes), TALLY_UNKNOWN_SIGNER);
	verifiers_free(&verifiers);
}

static void
registrars(void **state)
{
	struct draft_campaign campaign;
	struct draft draft;

	(void)state;
	begin(&campaign, TALLY_SIGNING_VOTER);
	draft = draft_make(&campaign);
	draft_certify(&draft, 99); /* nobody's registrar */
	draft_finish(&draft, &campaign);
	assert_int_equal(both(&campaign, draft.bytes), TALLY_BAD_CERTIFICATE);
	draft = good_draft(&campaign);
	draft.signer = DRAFT_FRONTEND; /* not the certified key */
	draft_finish(&draft, &campaign);
	assert_int_equal(both(&campaign, draft.bytes), TALLY_BAD_SIGNATURE);
	verifiers_free(&verifiers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_bit_of_a_frontends_ballot),
	    cmocka_unit_test(every_bit_of_a_voters_ballot),
	    cmocka_unit_test(signers),
	    cmocka_unit_test(registrars),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
