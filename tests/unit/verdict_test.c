#include "tests/lib/test.h"

#include "tally/status.h"

static bool
name_well_formed(const char *name)
{
	size_t size = strlen(name);

	if (size == 0 || name[0] == '-' || name[size - 1] == '-' || strstr(name, "--") != NULL)
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyz-") == size;
}

static void
every_number_has_its_row(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++) {
		const struct tally_verdict_text *text = tally_verdict_text(i);

		assert_non_null(text->name);
		assert_true(name_well_formed(text->name));
		assert_string_not_equal(text->name, "unknown-verdict");
		assert_true(strlen(text->sentence) > 10);
		assert_null(strpbrk(text->sentence, "\n\t%\""));
		assert_int_not_equal(text->sentence[strlen(text->sentence) - 1], '.');
		assert_in_range(text->class, TALLY_CLASS_ACCEPTED, TALLY_CLASS_MEND);
		assert_int_equal(text->class == TALLY_CLASS_ACCEPTED, i == TALLY_ACCEPTED);
	}
}

static void
names_and_sentences_differ(void **state)
{
	(void)state;
	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++)
		for (unsigned j = 0; j < i; j++) {
			assert_string_not_equal(tally_verdict_text(i)->name,
						tally_verdict_text(j)->name);
			assert_string_not_equal(tally_verdict_text(i)->sentence,
						tally_verdict_text(j)->sentence);
		}
}

/* The numbers are on the wire: these never move. */
static void
numbers_stay(void **state)
{
	static const struct {
		unsigned number;
		const char *name;
		enum tally_class class;
	} rows[] = {
	    {0, "accepted", TALLY_CLASS_ACCEPTED},    {1, "malformed", TALLY_CLASS_MEND},
	    {4, "not-open-yet", TALLY_CLASS_LATER},   {5, "closed", TALLY_CLASS_FINAL},
	    {6, "paused", TALLY_CLASS_LATER},         {8, "revoked-signer", TALLY_CLASS_FINAL},
	    {11, "bad-signature", TALLY_CLASS_MEND},  {20, "not-canonical", TALLY_CLASS_MEND},
	    {22, "has-voted", TALLY_CLASS_FINAL},     {23, "superseded", TALLY_CLASS_FINAL},
	    {26, "slow-down", TALLY_CLASS_LATER},     {27, "unavailable", TALLY_CLASS_LATER},
	    {30, "internal", TALLY_CLASS_LATER},      {34, "roll-full", TALLY_CLASS_FINAL},
	    {39, "not-supported", TALLY_CLASS_FINAL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct tally_verdict_text *text = tally_verdict_text(rows[i].number);

		assert_string_equal(text->name, rows[i].name);
		assert_int_equal(text->class, rows[i].class);
	}
	assert_int_equal(TALLY_HAS_VOTED, 22);
	assert_int_equal(TALLY_NOT_SUPPORTED, 39);
}

static void
unknown_numbers_mean_later(void **state)
{
	static const unsigned numbers[] = {TALLY_VERDICTS_COUNT, 255, 65535, 4294967295u};

	(void)state;
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		const struct tally_verdict_text *text = tally_verdict_text(numbers[i]);

		assert_int_equal(text->class, TALLY_CLASS_LATER);
		assert_string_equal(text->name, "unknown-verdict");
		assert_non_null(text->sentence);
	}
}

static void
classes_have_names(void **state)
{
	(void)state;
	assert_string_equal(tally_class_name(TALLY_CLASS_ACCEPTED), "accepted");
	assert_string_equal(tally_class_name(TALLY_CLASS_FINAL), "final");
	assert_string_equal(tally_class_name(TALLY_CLASS_LATER), "later");
	assert_string_equal(tally_class_name(TALLY_CLASS_MEND), "mend");
	/* a class byte of a later version */
	assert_string_equal(tally_class_name((enum tally_class)200), "later");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_number_has_its_row),
	    cmocka_unit_test(names_and_sentences_differ),
	    cmocka_unit_test(numbers_stay),
	    cmocka_unit_test(unknown_numbers_mean_later),
	    cmocka_unit_test(classes_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
