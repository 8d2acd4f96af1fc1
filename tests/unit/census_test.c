#include "tools/tallyctl/census.h"

#include <unistd.h>

#include "tests/lib/campaign.h"

static char path[] = "/tmp/census_test.XXXXXX";
static char map_path[] = "/tmp/census_map_test.XXXXXX";
static struct campaign campaign;
static struct census census;

static void
write_to(const char *to, const char *text)
{
	FILE *file = fopen(to, "wb");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static enum tally_exit
read_rows(const char *text)
{
	census_free(&census);
	census.count = 0;
	memset(census.refused, 0, sizeof census.refused);
	write_to(path, text);
	return census_read(&census, path);
}

/* The voter is the only one, in that district. */
static void
assert_only(const char *identity, int district)
{
	uint8_t tag[TALLY_TAG_SIZE];

	tally_tag(census.secret, campaign.manifest->tag_context, (const uint8_t *)identity,
		  strlen(identity), tag);
	assert_int_equal(census.count, 1);
	assert_memory_equal(census.records, tag, sizeof tag);
	assert_int_equal(be16_load(census.records + TALLY_TAG_SIZE), district);
}

static void
columns_by_name(void **state)
{
	(void)state;
	census.district = "zone";
	assert_int_equal(read_rows("who;street;zone\nana;x;d1\n"), TALLY_EXIT_FINE);
	assert_only("ana", 1);
	census.identity = "who";
	assert_int_equal(read_rows("zone;who\nd2;ana\n"), TALLY_EXIT_FINE);
	assert_only("ana", 2);
	assert_int_equal(read_rows("zone;name\nd2;ana\n"), TALLY_EXIT_USAGE);
	assert_int_equal(read_rows("zone;who;zone\nd2;ana;d1\n"), TALLY_EXIT_USAGE);
	assert_int_equal(read_rows(""), TALLY_EXIT_FAILED);
}

static void
refused_rows(void **state)
{
	(void)state;
	census.district = "zone";
	assert_int_equal(read_rows("who;zone\nana;d1\nana;d1\nana;d2\nbob;d9\n;d1\ncarl\n"
				   "eve;12; flat 3;d1\ndan;d0\n"),
			 TALLY_EXIT_FINE);
	assert_int_equal(census.count, 2);
	assert_int_equal(census.refused[CENSUS_TAKEN], 2);
	assert_int_equal(census.refused[CENSUS_DOUBLE], 1);
	assert_int_equal(census.refused[CENSUS_TORN], 1);
	assert_int_equal(census.refused[CENSUS_NO_DISTRICT], 1);
	assert_int_equal(census.refused[CENSUS_NO_IDENTITY], 1);
	assert_int_equal(census.refused[CENSUS_RAGGED], 2);
	assert_true(
	    memcmp(census.records, census.records + ROSTER_RECORD_SIZE, TALLY_TAG_SIZE) < 0);
}

/* A youth budget: 12 to 27, both included, on the day. */
static void
ages(void **state)
{
	(void)state;
	census.district = "zone";
	census.birth = "born";
	census.aged = true;
	census.age_min = 12;
	census.age_max = 27;
	census.on = (struct birth_day){2026, 11, 23};
	assert_int_equal(read_rows("who;zone;born\na;d0;2014-11-24\nb;d0;1998-11-23\n"
				   "c;d0;2014-11-23\ne;d0;1998\n"),
			 TALLY_EXIT_FINE);
	assert_only("c", 0);
	assert_int_equal(census.refused[CENSUS_TOO_YOUNG], 1);
	assert_int_equal(census.refused[CENSUS_TOO_OLD], 1);
	assert_int_equal(census.refused[CENSUS_NO_BIRTH], 1);
}

static void
codes_of_addresses(void **state)
{
	(void)state;
	census.district = "code";
	census.districts = map_path;
	write_to(map_path, "300;d2\n100;d0\n200;d1\n900;nowhere\n");
	assert_int_equal(read_rows("who;code\nana;200\nbob;d1\ncarl;900\n"), TALLY_EXIT_FINE);
	assert_only("ana", 1);
	assert_int_equal(census.refused[CENSUS_NO_DISTRICT], 2);
	write_to(map_path, "200;d1\n100;d0\n200;d1\n");
	assert_int_equal(read_rows("who;code\nana;200\n"), TALLY_EXIT_FINE);
	write_to(map_path, "200;d1\n100;d0\n200;d2\n");
	assert_int_equal(read_rows("who;code\nana;100\n"), TALLY_EXIT_FAILED);
	write_to(map_path, "300\n");
	assert_int_equal(read_rows("who;code\nana;200\n"), TALLY_EXIT_FAILED);
}

static int
setup(void **state)
{
	(void)state;
	campaign_make(&campaign, &(struct campaign_wish){.districts = 3});
	census = (struct census){.manifest = campaign.manifest, .age_max = 200};
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	census_free(&census);
	campaign_free(&campaign);
	return 0;
}

static int
open_files(void **state)
{
	(void)state;
	return mkstemp(path) < 0 || mkstemp(map_path) < 0;
}

static int
remove_files(void **state)
{
	(void)state;
	return unlink(path) | unlink(map_path);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(columns_by_name),
	    TEST(refused_rows),
	    TEST(ages),
	    TEST(codes_of_addresses),
	};

	return cmocka_run_group_tests(tests, open_files, remove_files);
}
