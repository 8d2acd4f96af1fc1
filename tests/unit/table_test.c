#include "tests/lib/test.h"

#include "tests/lib/pollbook.h"

enum {
	MODEL_MAX = 4096
};

static const uint8_t seed[16] = {5, 4, 3, 2, 1};
static const struct pollbook_capacity wide = {
    .voters_max = 600, .rolls_max = 600, .ballots_max = 2, .voter_mode = true};

/* The naive one: a list, searched from its front. */
struct model {
	struct {
		enum pollbook_family family;
		uint8_t name[32];
		struct pollbook_record record;
	} items[MODEL_MAX];
	size_t count;
};

static struct pollbook_record *
model_find(struct model *model, enum pollbook_family family, const uint8_t name[32])
{
	for (size_t i = 0; i < model->count; i++) {
		if (model->items[i].family == family &&
		    memcmp(model->items[i].name, name, 32) == 0)
			return &model->items[i].record;
	}
	return NULL;
}

static void
model_put(struct model *model, enum pollbook_family family, const uint8_t name[32],
	  const struct pollbook_record *record)
{
	struct pollbook_record *there = model_find(model, family, name);

	if (there == NULL) {
		assert_true(model->count < MODEL_MAX);
		model->items[model->count].family = family;
		memcpy(model->items[model->count].name, name, 32);
		there = &model->items[model->count++].record;
	}
	*there = *record;
}

static struct pollbook_table
table_make(size_t slots_count)
{
	struct pollbook_slot *slots = calloc(slots_count, sizeof *slots);
	struct pollbook_table table;

	assert_non_null(slots);
	pollbook_table_init(&table, slots, slots_count, seed);
	return table;
}

/* Few different ones, which share all but a few bits. */
static void
random_name(struct test_random *random, uint8_t name[32])
{
	uint64_t which = test_random_below(random, 600);

	memset(name, 0xab, 32);
	name[which % 3 == 0 ? 0 : which % 3 == 1 ? 15 : 31] = (uint8_t)(which / 3);
}

static void
assert_same(const struct pollbook_table *table, struct model *model,
	    enum pollbook_family family, const uint8_t name[32])
{
	const struct pollbook_record *expected = model_find(model, family, name);
	struct pollbook_record found;

	assert_int_equal(pollbook_find(table, family, name, &found), expected != NULL);
	if (expected != NULL) {
		assert_true(found.word == expected->word);
		assert_memory_equal(found.value, expected->value, sizeof found.value);
	}
}

static size_t
model_voters(const struct model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < model->count; i++)
		count += model->items[i].family == POLLBOOK_VOTER;
	return count;
}

static void
same_as_a_list(void **state)
{
	struct test_random random = test_random_make(3);
	struct model *model = calloc(1, sizeof *model);
	struct pollbook_table table;
	uint8_t name[32];

	(void)state;
	assert_non_null(model);
	test_pollbook_make(&table, &wide, seed);
	for (int round = 0; round < 20000; round++) {
		enum pollbook_family family =
		    (enum pollbook_family)(1 + test_random_below(&random, POLLBOOK_OLD));
		struct pollbook_record record = {.word = test_random_next(&random) | 1};

		random_name(&random, name);
		pollbook_prefetch(&table, family, name);
		if (test_random_below(&random, 2) == 0) {
			if (family != POLLBOOK_OLD)
				test_random_fill(&random, record.value, sizeof record.value);
			assert_true(pollbook_put(&table, family, name, &record));
			model_put(model, family, name, &record);
		}
		assert_same(&table, model, family, name);
	}
	assert_true(model->count > 1000);
	assert_int_equal(test_pollbook_records(&table), model->count);
	assert_int_equal(table.voters_count, model_voters(model));
	for (size_t i = 0; i < model->count; i++)
		assert_same(&table, model, model->items[i].family, model->items[i].name);
	test_pollbook_free(&table);
	free(model);
}

static void
numbered(uint8_t name[32], uint32_t number)
{
	memset(name, 0, 32);
	be32_store(name, number);
}

static void
full(void **state)
{
	static const size_t sizes[] = {1, 2, 7, 8, 9, 100, 1000};
	struct pollbook_record record = {.word = 9};
	struct pollbook_record found;
	uint8_t name[32];

	(void)state;
	for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
		struct pollbook_table table = table_make(pollbook_slots_for(sizes[i]));
		uint32_t number = 0;

		assert_true(table.records_max >= sizes[i]);
		assert_true(table.records_max < table.slots_count);
		for (; number < table.records_max; number++) {
			numbered(name, number);
			assert_true(pollbook_put(&table, POLLBOOK_HOLDER, name, &record));
		}
		numbered(name, number);
		assert_false(pollbook_put(&table, POLLBOOK_HOLDER, name, &record));
		assert_false(pollbook_find(&table, POLLBOOK_HOLDER, name, &found));
		assert_int_equal(table.records_count, table.records_max);
		numbered(name, 0); /* one that is there can still change */
		assert_true(pollbook_put(&table, POLLBOOK_HOLDER, name, &record));
		for (number = 0; number < table.records_max; number++) {
			numbered(name, number);
			assert_true(pollbook_find(&table, POLLBOOK_HOLDER, name, &found));
		}
		free(table.slots);
	}
}

static void
slots(void **state)
{
	(void)state;
	assert_int_equal(pollbook_slots_for(0), 1);
	assert_int_equal(pollbook_slots_for(7), 8);
	assert_int_equal(pollbook_slots_for(8), 10);
	for (size_t records = 0; records < 100000; records++) {
		size_t count = pollbook_slots_for(records);

		assert_true(count * 7 / 8 >= records);
		assert_true(records == 0 || (count - 1) * 7 / 8 < records);
	}
}

static void
families_are_apart(void **state)
{
	struct pollbook_table table;
	struct pollbook_record found;
	uint8_t name[32];

	(void)state;
	test_pollbook_make(&table, &wide, seed);
	numbered(name, 1);
	for (int family = POLLBOOK_VOTER; family <= POLLBOOK_OLD; family++) {
		struct pollbook_record record = {.word = (uint64_t)family * 100};

		assert_false(pollbook_find(&table, (enum pollbook_family)family, name, &found));
		assert_true(pollbook_put(&table, (enum pollbook_family)family, name, &record));
	}
	for (int family = POLLBOOK_VOTER; family <= POLLBOOK_OLD; family++) {
		assert_true(pollbook_find(&table, (enum pollbook_family)family, name, &found));
		assert_int_equal(found.word, family * 100);
	}
	assert_int_equal(table.records_count, 4);
	assert_int_equal(test_pollbook_records(&table), POLLBOOK_OLD);
	assert_int_equal(table.voters_count, 1);
	test_pollbook_free(&table);
}

/* Names as an attacker without the seed can choose them land all over the table. */
static void
chosen_names_spread(void **state)
{
	enum {
		COUNT = 50000
	};
	struct pollbook_table table = table_make(pollbook_slots_for(COUNT));
	struct pollbook_record record = {.word = 1};
	size_t run = 0;
	size_t longest = 0;
	uint8_t name[32];

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++) {
		numbered(name, i);
		assert_true(pollbook_put(&table, POLLBOOK_VOTER, name, &record));
	}
	for (size_t i = 0; i < table.slots_count; i++) {
		run = table.slots[i].word != 0 ? run + 1 : 0;
		longest = run > longest ? run : longest;
	}
	assert_true(longest < 1500); /* about 600 at a load of 7/8 */
	free(table.slots);
}

static void
the_seed_decides_the_place(void **state)
{
	struct pollbook_table table = table_make(1000);
	struct pollbook_table other = table_make(1000);
	struct pollbook_record record = {.word = 1};
	uint8_t name[32];

	(void)state;
	other.seed[15] ^= 1;
	numbered(name, 1);
	assert_true(pollbook_put(&table, POLLBOOK_VOTER, name, &record));
	assert_true(pollbook_put(&other, POLLBOOK_VOTER, name, &record));
	assert_memory_not_equal(table.slots, other.slots, 1000 * sizeof *table.slots);
	free(table.slots);
	free(other.slots);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(same_as_a_list),
	    cmocka_unit_test(full),
	    cmocka_unit_test(slots),
	    cmocka_unit_test(families_are_apart),
	    cmocka_unit_test(chosen_names_spread),
	    cmocka_unit_test(the_seed_decides_the_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
