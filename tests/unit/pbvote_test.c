#include "tools/tallyctl/pbvote.h"

#include "tests/lib/test.h"

static struct pb *pb;
static struct pbvote vote;

/* One vote of that type in a file with the projects a, b, c, d. */
static const char *
read_one(enum pbvote_type type, const char *projects, const char *points)
{
	struct pb_fault fault;
	const char *sentence = "";
	char text[512];

	snprintf(text, sizeof text,
		 "META\nkey;value\nPROJECTS\nproject_id;cost\na;1\nb;1\nc;1\nd;1\nVOTES\n"
		 "voter_id;vote;points\nv;%s;%s\n",
		 projects, points);
	pb_free(pb);
	pb = pb_parse(text, strlen(text), &fault);
	assert_non_null(pb);
	return pbvote_read(pb, &pb->votes[0], type, &vote, &sentence) ? NULL : sentence;
}

/* Options are places of a, b, c, d; values go with them. */
static void
assert_vote(size_t count, const int32_t (*choices)[2])
{
	assert_int_equal(vote.count, count);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(vote.choices[i].option, choices[i][0]);
		assert_int_equal(vote.choices[i].value, choices[i][1]);
	}
}

static void
types_have_names(void **state)
{
	enum pbvote_type type;

	(void)state;
	assert_true(pbvote_type_find("choose-1", &type) && type == PBVOTE_CHOOSE_1);
	assert_true(pbvote_type_find("scoring", &type) && type == PBVOTE_SCORING);
	assert_false(pbvote_type_find("Scoring", &type));
	assert_false(pbvote_type_find("", &type));
}

static void
marks(void **state)
{
	(void)state;
	assert_null(read_one(PBVOTE_APPROVAL, "c,a", ""));
	assert_vote(2, (const int32_t[][2]){{0, 1}, {2, 1}});
	assert_null(read_one(PBVOTE_APPROVAL, "c, nine ,a,c", "no points"));
	assert_vote(2, (const int32_t[][2]){{0, 1}, {2, 1}});
	assert_int_equal(vote.unknown, 1);
	assert_int_equal(vote.repeated, 1);
	assert_null(read_one(PBVOTE_CHOOSE_1, "", ""));
	assert_vote(0, NULL);
}

static void
places(void **state)
{
	(void)state;
	assert_null(read_one(PBVOTE_ORDINAL, "d,a,c", ""));
	assert_vote(3, (const int32_t[][2]){{0, 2}, {2, 3}, {3, 1}});
	assert_false(vote.other_points);
	assert_null(read_one(PBVOTE_ORDINAL, "d,x,d,c", ""));
	assert_vote(2, (const int32_t[][2]){{2, 2}, {3, 1}});
	assert_null(read_one(PBVOTE_ORDINAL, "d,a,c", "3,2,1"));
	assert_false(vote.other_points);
	assert_null(read_one(PBVOTE_ORDINAL, "d,a,c", "9,2,1"));
	assert_true(vote.other_points);
	assert_vote(3, (const int32_t[][2]){{0, 2}, {2, 3}, {3, 1}});
}

static void
points(void **state)
{
	(void)state;
	assert_null(read_one(PBVOTE_CUMULATIVE, "d,a", "7, 0"));
	assert_vote(2, (const int32_t[][2]){{0, 0}, {3, 7}});
	assert_null(read_one(PBVOTE_SCORING, "d,a,d,x", "7,-1,9,3.0"));
	assert_vote(2, (const int32_t[][2]){{0, -1}, {3, 7}});
	assert_null(read_one(PBVOTE_SCORING, "", ""));
	assert_vote(0, NULL);
}

static void
points_that_do_not_fit(void **state)
{
	static const char few[] = "not as many points as projects";
	static const char odd[] = "points that are not whole numbers";

	(void)state;
	assert_string_equal(read_one(PBVOTE_CUMULATIVE, "d,a", "7"), few);
	assert_string_equal(read_one(PBVOTE_CUMULATIVE, "d,a", "7,1,1"), few);
	assert_string_equal(read_one(PBVOTE_CUMULATIVE, "d,a", ""), few);
	assert_string_equal(read_one(PBVOTE_SCORING, "", "1"), few);
	assert_string_equal(read_one(PBVOTE_SCORING, "d,a", "1,"), odd);
	assert_string_equal(read_one(PBVOTE_SCORING, "d", "1.5"), odd);
	assert_string_equal(read_one(PBVOTE_ORDINAL, "d", "one"), odd);
	assert_string_equal(
	    read_one(PBVOTE_SCORING, "d", "11111111111111111111111111111111111111111"), odd);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(types_have_names),
	    cmocka_unit_test(marks),
	    cmocka_unit_test(places),
	    cmocka_unit_test(points),
	    cmocka_unit_test(points_that_do_not_fit),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);

	pb_free(pb);
	return failed;
}
