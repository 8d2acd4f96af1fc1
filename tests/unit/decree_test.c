#include "tools/tallyctl/decree.h"

#include "tests/lib/test.h"

static uint8_t body_memory[TALLY_NOTICE_SIZE_MAX];

/* The body of a piece, read as the notice it will be in. */
static struct notice
piece_of(const struct decree *decree, size_t piece)
{
	static uint8_t memory[TALLY_NOTICE_SIZE_MAX];
	static const uint8_t zeros[64];
	struct writer body = writer_make(body_memory, sizeof body_memory);
	struct writer writer = writer_make(memory, sizeof memory);
	struct notice_head head = {zeros, 1, zeros, decree->kind};
	struct notice notice;

	decree_body(decree, piece, &body);
	notice_write(&writer, &head, writer_view(&body), 7, zeros);
	assert_int_equal(notice_parse(writer_view(&writer), &notice), TALLY_ACCEPTED);
	return notice;
}

static struct taglist
tags_make(size_t count)
{
	struct taglist list = {.count = count, .records = calloc(count, 34)};

	assert_non_null(list.records);
	for (size_t i = 0; i < count; i++) {
		be32_store(list.records + i * 34, (uint32_t)i);
		be16_store(list.records + i * 34 + 32, (uint16_t)(i % 3));
	}
	return list;
}

static void
plain_ones(void **state)
{
	static const enum tally_notice_kind empty[] = {TALLY_NOTICE_PAUSE, TALLY_NOTICE_RESUME,
						       TALLY_NOTICE_CLOSE};
	struct decree decree = {.time = 6000, .key_id = 9, .holder = NOTICE_REGISTRAR};
	char text[DECREE_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		decree.kind = empty[i];
		assert_int_equal(piece_of(&decree, 0).kind, empty[i]);
		assert_int_equal(decree_pieces(&decree), 1);
	}
	decree.kind = TALLY_NOTICE_EXTEND;
	assert_int_equal(piece_of(&decree, 0).closes, 6000);
	decree.kind = TALLY_NOTICE_UNSEAL;
	assert_int_equal(piece_of(&decree, 0).unseals, 6000);
	decree.kind = TALLY_NOTICE_REVOKE;
	assert_int_equal(piece_of(&decree, 0).revoked, 9);
	assert_int_equal(piece_of(&decree, 0).holder, NOTICE_REGISTRAR);
	decree.kind = TALLY_NOTICE_WITHDRAW;
	decree.contest = 3;
	decree.option = 5;
	assert_int_equal(piece_of(&decree, 0).contest, 3);
	assert_int_equal(piece_of(&decree, 0).option, 5);
	decree.kind = TALLY_NOTICE_DRAW;
	decree.text = BYTES_OF("7, 23");
	assert_true(bytes_equal(piece_of(&decree, 0).body, decree.text));
	decree.kind = TALLY_NOTICE_TEXT;
	assert_true(bytes_equal(piece_of(&decree, 0).body, decree.text));
	decree_piece_text(&decree, 0, text);
	assert_string_equal(text, "");
}

/* Every tag is in exactly one piece, in decree. */
static void
sets_in_pieces(void **state)
{
	static const size_t counts[] = {1, NOTICE_TAGS_MAX, NOTICE_TAGS_MAX + 1,
					3 * NOTICE_TAGS_MAX};
	static const size_t pieces[] = {1, 1, 2, 3};
	char text[DECREE_TEXT_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		struct decree decree = {.kind = TALLY_NOTICE_ENROL,
					.tags = tags_make(counts[i])};
		uint32_t next = 0;

		assert_int_equal(decree_pieces(&decree), pieces[i]);
		for (size_t p = 0; p < pieces[i]; p++) {
			struct notice notice = piece_of(&decree, p);

			for (size_t j = 0; j < notice.enrolments_count; j++, next++)
				assert_memory_equal(notice.enrolments + j * 34,
						    taglist_at(&decree.tags, next), 34);
		}
		assert_int_equal(next, counts[i]);
		decree.kind = TALLY_NOTICE_VOID;
		decree.fate = NOTICE_BARRED;
		decree.text = BYTES_OF("x");
		next = 0;
		for (size_t p = 0; p < pieces[i]; p++) {
			struct notice notice = piece_of(&decree, p);

			for (size_t j = 0; j < notice.voided.tags_count; j++, next++)
				assert_memory_equal(notice.voided.tags + j * 32,
						    taglist_at(&decree.tags, next), 32);
			assert_int_equal(notice.voided.fate, NOTICE_BARRED);
		}
		assert_int_equal(next, counts[i]);
		decree_piece_text(&decree, pieces[i] - 1, text);
		assert_string_equal(text, pieces[i] == 1   ? ""
					  : pieces[i] == 2 ? "tags 1901 to 1901 of 1901"
							   : "tags 3801 to 5700 of 5700");
		taglist_free(&decree.tags);
	}
}

/* Every ballot in exactly one piece, none too large. */
static void
spans_in_pieces(void **state)
{
	static uint64_t ballots[3 * NOTICE_TAGS_MAX];
	struct decree decree = {.kind = TALLY_NOTICE_VOID,
				.fate = NOTICE_AGAIN,
				.key_id = 9,
				.first = 100,
				.last = 400000,
				.text = BYTES_OF("x")};
	char text[DECREE_TEXT_MAX];
	size_t count = 0;

	(void)state;
	assert_true(decree_is_span(&decree));
	decree_split(&decree, NULL, 0);
	assert_int_equal(decree_pieces(&decree), 1);
	assert_int_equal(piece_of(&decree, 0).voided.first, 100);
	decree_free(&decree);
	for (size_t i = 0; i <= NOTICE_TAGS_MAX; i++) /* one too many, close together */
		ballots[count++] = 200 + i;
	ballots[count++] = 200000; /* far away, and just too far from that one */
	ballots[count++] = 200000 + NOTICE_SPAN_MAX - 1;
	ballots[count++] = 200000 + NOTICE_SPAN_MAX;
	decree_split(&decree, ballots, count);
	assert_int_equal(decree_pieces(&decree), 4);
	assert_int_equal(piece_of(&decree, 0).voided.first, 200);
	assert_int_equal(piece_of(&decree, 0).voided.last, 200 + NOTICE_TAGS_MAX - 1);
	assert_int_equal(piece_of(&decree, 1).voided.first, 200 + NOTICE_TAGS_MAX);
	assert_int_equal(piece_of(&decree, 1).voided.last, 200 + NOTICE_TAGS_MAX);
	assert_int_equal(piece_of(&decree, 2).voided.first, 200000);
	assert_int_equal(piece_of(&decree, 2).voided.last, 200000 + NOTICE_SPAN_MAX - 1);
	assert_int_equal(piece_of(&decree, 3).voided.first, 200000 + NOTICE_SPAN_MAX);
	assert_int_equal(piece_of(&decree, 3).voided.signer, 9);
	decree_piece_text(&decree, 1, text);
	assert_string_equal(text, "entries 2100 to 2100");
	decree_free(&decree);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(plain_ones),
	    cmocka_unit_test(sets_in_pieces),
	    cmocka_unit_test(spans_in_pieces),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
