#include "tools/tallyctl/decree.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

bool
decree_is_span(const struct decree *decree)
{
	return decree->kind == TALLY_NOTICE_VOID && decree->tags.count == 0;
}

/* A piece begins and ends at a ballot. */
void
decree_split(struct decree *decree, const uint64_t *ballots, size_t count)
{
	size_t i = 0;

	decree->spans = calloc(count + 1, sizeof *decree->spans);
	CHECK(decree->spans);
	if (count == 0)
		decree->spans[decree->spans_count++] =
		    (struct decree_span){decree->first, decree->first};
	while (i < count) {
		struct decree_span *span = &decree->spans[decree->spans_count++];
		size_t begin = i;

		span->first = ballots[i];
		while (i < count && i - begin < NOTICE_TAGS_MAX &&
		       ballots[i] - span->first < NOTICE_SPAN_MAX)
			span->last = ballots[i++];
	}
}

void
decree_free(struct decree *decree)
{
	taglist_free(&decree->tags);
	free(decree->spans);
	decree->spans = NULL;
	decree->spans_count = 0;
}

size_t
decree_pieces(const struct decree *decree)
{
	if (decree_is_span(decree))
		return decree->spans_count;
	return decree->tags.count == 0
		   ? 1
		   : (decree->tags.count + NOTICE_TAGS_MAX - 1) / NOTICE_TAGS_MAX;
}

static size_t
tags_of(const struct decree *decree, size_t piece)
{
	size_t rest = decree->tags.count - piece * NOTICE_TAGS_MAX;

	return rest < NOTICE_TAGS_MAX ? rest : NOTICE_TAGS_MAX;
}

static void
void_write(const struct decree *decree, size_t piece, struct writer *writer)
{
	static uint8_t tags[NOTICE_TAGS_MAX * TALLY_TAG_SIZE];
	struct notice_void voided = {.fate = decree->fate, .reason = decree->text};

	if (decree_is_span(decree)) {
		voided.signer = decree->key_id;
		voided.first = decree->spans[piece].first;
		voided.last = decree->spans[piece].last;
	} else {
		struct writer to = writer_make(tags, sizeof tags);

		voided.tags_count = tags_of(decree, piece);
		voided.tags = tags;
		for (size_t i = 0; i < voided.tags_count; i++)
			writer_copy(&to, taglist_at(&decree->tags, piece * NOTICE_TAGS_MAX + i),
				    TALLY_TAG_SIZE);
		CHECK(!to.failed);
	}
	notice_void_write(writer, &voided);
}

void
decree_body(const struct decree *decree, size_t piece, struct writer *writer)
{
	switch (decree->kind) {
	case TALLY_NOTICE_EXTEND:
	case TALLY_NOTICE_UNSEAL:
		writer_u64(writer, (uint64_t)decree->time);
		break;
	case TALLY_NOTICE_REVOKE:
		notice_revoke_write(writer, decree->holder, decree->key_id);
		break;
	case TALLY_NOTICE_WITHDRAW:
		notice_withdraw_write(writer, decree->contest, decree->option);
		break;
	case TALLY_NOTICE_VOID:
		void_write(decree, piece, writer);
		break;
	case TALLY_NOTICE_ENROL:
		notice_enrol_write(writer, taglist_at(&decree->tags, piece * NOTICE_TAGS_MAX),
				   tags_of(decree, piece));
		break;
	case TALLY_NOTICE_DRAW:
	case TALLY_NOTICE_TEXT:
		writer_bytes(writer, decree->text);
		break;
	default: /* pause, resume, close: nothing */
		break;
	}
	CHECK(!writer->failed);
}

void
decree_piece_text(const struct decree *decree, size_t piece, char text[DECREE_TEXT_MAX])
{
	size_t first = piece * NOTICE_TAGS_MAX;

	text[0] = 0;
	if (decree_pieces(decree) == 1)
		return;
	if (decree_is_span(decree))
		snprintf(text, DECREE_TEXT_MAX, "entries %" PRIu64 " to %" PRIu64,
			 decree->spans[piece].first, decree->spans[piece].last);
	else
		snprintf(text, DECREE_TEXT_MAX, "tags %zu to %zu of %zu", first + 1,
			 first + tags_of(decree, piece), decree->tags.count);
}
