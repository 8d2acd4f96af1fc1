#include "tests/lib/test.h"

#include "tools/tallyctl/pb.h"

static struct pb *
read_text(const char *text)
{
	struct pb_fault fault = {0};
	struct pb *pb = pb_parse(text, strlen(text), &fault);

	if (!pb)
		print_message("line %zu: %s\n", fault.line, fault.sentence);
	assert_non_null(pb);
	return pb;
}

static void
refuse(const char *text, size_t line, const char *part)
{
	struct pb_fault fault = {0};

	assert_null(pb_parse(text, strlen(text), &fault));
	assert_int_equal(fault.line, line);
	assert_non_null(strstr(fault.sentence, part));
}

static void
a_small_file(void **state)
{
	struct pb *pb = read_text("meta\r\nkey;value\r\nvote_type;approval\r\nBudget;1500.5\r\n"
				  "\r\nProjects\r\n"
				  "colour;cost;project_id;Name;category\r\n"
				  "red;100;BO.1/24;\"Park; new\";green,sport\r\n"
				  "blue;12.5;7;;\r\n"
				  "VOTES\nage;vote;VOTER_ID\n"
				  "44;7,BO.1/24;ann\n9; 7 , nine ,7;bob\n1;;c");

	(void)state;
	assert_string_equal(pb_meta(pb, "VOTE_TYPE"), "approval");
	assert_string_equal(pb_meta(pb, "budget"), "1500.5");
	assert_null(pb_meta(pb, "rule"));
	assert_int_equal(pb->projects_count, 2);
	assert_string_equal(pb->projects[0].id, "BO.1/24");
	assert_string_equal(pb->projects[0].name, "Park; new");
	assert_string_equal(pb->projects[0].category, "green,sport");
	assert_int_equal(pb->places, 2);
	assert_int_equal(pb->projects[0].cost, 10000);
	assert_int_equal(pb->projects[1].cost, 1250);
	assert_string_equal(pb->projects[1].name, "");
	assert_int_equal(pb->votes_count, 3);
	assert_string_equal(pb->votes[0].voter_id, "ann");
	assert_int_equal(pb->votes[0].count, 2);
	assert_int_equal(pb->choices[0], 1);
	assert_int_equal(pb->choices[1], 0);
	assert_int_equal(pb->votes[1].first, 2);
	assert_int_equal(pb->votes[1].count, 3);
	assert_int_equal(pb->choices[2], 1);
	assert_int_equal(pb->choices[3], PB_UNKNOWN_PROJECT);
	assert_int_equal(pb->choices[4], 1);
	assert_int_equal(pb->votes[2].count, 0);
	assert_int_equal(pb->votes[2].line, 14);
	pb_free(pb);
}

static void
short_and_long_rows(void **state)
{
	struct pb *pb = read_text("META\nbudget;1\nPROJECTS\nproject_id;cost;name\na;1\n"
				  "VOTES\nvoter_id;vote;age\nv;a;;;\nw\n");

	(void)state;
	assert_string_equal(pb_meta(pb, "budget"), "1");
	assert_string_equal(pb->projects[0].name, "");
	assert_int_equal(pb->votes_count, 2);
	assert_int_equal(pb->votes[1].count, 0);
	pb_free(pb);
}

static void
ids_are_compared_exactly(void **state)
{
	struct pb *pb =
	    read_text("META\nkey;value\nPROJECTS\nproject_id;cost\n7;1\n07;2\na;3\nA;4\n"
		      "VOTES\nvoter_id;vote\nv;A,7,07\n");

	(void)state;
	assert_int_equal(pb->choices[0], 3);
	assert_int_equal(pb->choices[1], 0);
	assert_int_equal(pb->choices[2], 1);
	pb_free(pb);
}

#define HEAD "META\nkey;value\nPROJECTS\nproject_id;cost\n"

static void
refusals(void **state)
{
	(void)state;
	refuse("", 1, "ends before its VOTES");
	refuse("hello;world\n", 1, "begins with META");
	refuse("PROJECTS\n", 1, "out of place");
	refuse("META\nkey;value\nVOTES\n", 3, "out of place");
	refuse("META\nkey;value\nMETA\n", 3, "out of place");
	refuse("META\nkey;value\nPROJECTS\nproject_id;price\n", 4, "no column cost");
	refuse(HEAD "VOTES\n", 5, "PROJECTS has no rows");
	refuse(HEAD "a;1\na;2\nVOTES\nvoter_id;vote\n", 6, "a is there twice");
	refuse(HEAD ";1\n", 5, "without project_id");
	refuse(HEAD "a;1e3\n", 5, "1e3");
	refuse(HEAD "a;9007199254740992\nb;1.5\nVOTES\nvoter_id;vote\nv;a\n", 5,
	       "is too large");
	refuse(HEAD "a;1;2\n", 5, "3 fields where the header has 2");
	refuse(HEAD "a;1\nVOTES\n", 7, "ends before its VOTES");
	refuse(HEAD "a;1\nVOTES\nvoter_id;points\n", 7, "no column vote");
	refuse(HEAD "a;1\nVOTES\nvoter_id;vote\n;a\n", 8, "without voter_id");
	refuse(HEAD "a;1\nVOTES\nvoter_id;vote\nv;\"a\n", 8, "never closed");
}

/* Money has as many decimals as the longest number needs, and two if any. */
static void
minor_units(void **state)
{
	static const struct {
		const char *budget, *cost;
		unsigned places;
		int64_t minor;
	} cases[] = {
	    {"100", "7", 0, 7},        {"100.00", "7.0", 0, 7},   {"100", "7.5", 2, 750},
	    {"100.5", "7", 2, 700},    {"100.25", "7.5", 2, 750}, {"100", "7.125", 3, 7125},
	    {"1.0001", "7", 4, 70000}, {"all of it", "7", 0, 7},
	};

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		char text[256];
		struct pb *pb;
		int64_t sum;

		snprintf(text, sizeof text,
			 "META\nkey;value\nbudget;%s\nPROJECTS\nproject_id;cost\na;%s\nVOTES\n"
			 "voter_id;vote\nv;a\n",
			 cases[i].budget, cases[i].cost);
		pb = read_text(text);
		assert_int_equal(pb->places, cases[i].places);
		assert_int_equal(pb->projects[0].cost, cases[i].minor);
		assert_true(pb_money(pb, "2", &sum));
		assert_false(pb_money(pb, "2.0000001", &sum));
		pb_free(pb);
	}
}

static void
oddities(void **state)
{
	struct pb *pb = read_text("\xef\xbb\xbfMETA\nkey;value\r\nbudget;5\nmood;good\n\n \n"
				  "PROJECTS\nproject_id;cost;name;colour\na;1;the \"A\";red\n"
				  "VOTES\nvoter_id;vote;AGE;shoe\nv;a;4;5");

	(void)state;
	assert_true(pb->oddities.marked);
	assert_true(pb->oddities.cut);
	assert_int_equal(pb->oddities.lines_crlf, 1);
	assert_int_equal(pb->oddities.lines_lf, 8);
	assert_int_equal(pb->oddities.blank_lines, 2);
	assert_int_equal(pb->oddities.loose_quotes, 1);
	assert_int_equal(pb->oddities.unknown_columns, 2);
	assert_int_equal(pb->oddities.unknown_keys, 1);
	assert_string_equal(pb->oddities.unknown_names, "mood, colour, shoe");
	assert_string_equal(pb->projects[0].name, "the \"A\"");
	pb_free(pb);
}

static void
cut_anywhere_it_never_crashes(void **state)
{
	static const char whole[] = "META\nkey;value\n\"a\"\"b\";\"c;\r\nd\"\nPROJECTS\r\n"
				    "project_id;cost;name\n1;2.5;\"x\"\n2;3;\nVOTES\n"
				    "voter_id;vote\nv;1,2\n\"w\";\"2,1\"\n";
	struct test_random random = test_random_make(7);

	(void)state;
	for (size_t i = 0; i < 20000; i++) {
		size_t size = test_random_below(&random, sizeof whole);
		char *text = malloc(size + 1);
		struct pb_fault fault = {0};

		assert_non_null(text);
		memcpy(text, whole, size);
		if (size && i % 2)
			text[test_random_below(&random, size)] =
			    "\";\n\r,\0x"[test_random_below(&random, 7)];
		pb_free(pb_parse(text, size, &fault));
		free(text);
	}
}

/* Counts from the data's own README; `votes` is what the PROJECTS section says was counted. */
static void
real_files(void **state)
{
	static const struct {
		const char *name;
		size_t projects, votes;
	} files[] = {
	    {"pabulib/France_Toulouse_2024.pb", 183, 7260},
	    {"pabulib/Netherlands_Assen_2024.pb", 14, 84},
	    {"pabulib/Poland_Czestochowa_2025.pb", 44, 30375},
	    {"pabulib/Poland_Gdynia_2020.pb", 13, 27073},
	    {"pabulib/Poland_Warszawa_2022_Wola.pb", 94, 9256},
	    {"pabulib/Poland_Wroclaw_2015_up_to_150.pb", 220, 108499},
	    {"pabulib/Switzerland_Zurich_S5R.pb", 24, 180},
	    {"pabulib/US_Stanford_Dataset_PB_Rochester_NY_2019_vote_knapsacks.pb", 22, 740},
	};

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof files[0]; i++) {
		const char *path = test_data(files[i].name);
		size_t size, unknown = 0;
		uint8_t *text;
		struct pb *pb;

		if (!path)
			return;
		text = test_file_read(path, &size);
		assert_non_null(text);
		pb = read_text((char *)text);
		assert_int_equal(pb->projects_count, files[i].projects);
		assert_int_equal(pb->votes_count, files[i].votes);
		for (size_t v = 0; v < pb->votes_count; v++)
			for (size_t c = 0; c < pb->votes[v].count; c++)
				unknown +=
				    pb->choices[pb->votes[v].first + c] == PB_UNKNOWN_PROJECT;
		assert_int_equal(unknown, 0);
		pb_free(pb);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_small_file),
	    cmocka_unit_test(short_and_long_rows),
	    cmocka_unit_test(ids_are_compared_exactly),
	    cmocka_unit_test(refusals),
	    cmocka_unit_test(minor_units),
	    cmocka_unit_test(oddities),
	    cmocka_unit_test(cut_anywhere_it_never_crashes),
	    cmocka_unit_test(real_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
