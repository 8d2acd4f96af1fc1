#include "tools/tallyctl/order.h"

#include <inttypes.h>
#include <stdio.h>

bool
order_is_span(const struct order *order)
{
	return order->kind == TALLY_NOTICE_VOID && order->tags.count == 0;
}

size_t
order_pieces(const struct order *order)
{
	if (order_is_span(order))
		return (size_t)((order->last - order->first) / NOTICE_SPAN_MAX) + 1;
	return order->tags.count == 0
		   ? 1
		   : (order->tags.count + NOTICE_TAGS_MAX - 1) / NOTICE_TAGS_MAX;
}

static uint64_t
span_first(const struct order *order, size_t piece)
{
	return order->first + (uint64_t)piece * NOTICE_SPAN_MAX;
}

static uint64_t
span_last(const struct order *order, size_t piece)
{
	return piece + 1 < order_pieces(order) ? span_first(order, piece) + NOTICE_SPAN_MAX - 1
					       : order->last;
}

static size_t
tags_of(const struct order *order, size_t piece)
{
	size_t rest = order->tags.count - piece * NOTICE_TAGS_MAX;

	return rest < NOTICE_TAGS_MAX ? rest : NOTICE_TAGS_MAX;
}

static void
void_write(const struct order *order, size_t piece, struct writer *writer)
{
	static uint8_t tags[NOTICE_TAGS_MAX * TALLY_TAG_SIZE];
	struct notice_void voided = {.fate = order->fate, .reason = order->text};

	if (order_is_span(order)) {
		voided.signer = order->key_id;
		voided.first = span_first(order, piece);
		voided.last = span_last(order, piece);
	} else {
		struct writer to = writer_make(tags, sizeof tags);

		voided.tags_count = tags_of(order, piece);
		voided.tags = tags;
		for (size_t i = 0; i < voided.tags_count; i++)
			writer_copy(&to, taglist_at(&order->tags, piece * NOTICE_TAGS_MAX + i),
				    TALLY_TAG_SIZE);
		CHECK(!to.failed);
	}
	notice_void_write(writer, &voided);
}

void
order_body(const struct order *order, size_t piece, struct writer *writer)
{
	switch (order->kind) {
	case TALLY_NOTICE_EXTEND:
	case TALLY_NOTICE_UNSEAL:
		writer_u64(writer, (uint64_t)order->time);
		break;
	case TALLY_NOTICE_REVOKE:
		notice_revoke_write(writer, order->holder, order->key_id);
		break;
	case TALLY_NOTICE_WITHDRAW:
		notice_withdraw_write(writer, order->contest, order->option);
		break;
	case TALLY_NOTICE_VOID:
		void_write(order, piece, writer);
		break;
	case TALLY_NOTICE_ENROL:
		notice_enrol_write(writer, taglist_at(&order->tags, piece * NOTICE_TAGS_MAX),
				   tags_of(order, piece));
		break;
	case TALLY_NOTICE_DRAW:
	case TALLY_NOTICE_TEXT:
		writer_bytes(writer, order->text);
		break;
	default: /* pause, resume, close: nothing */
		break;
	}
	CHECK(!writer->failed);
}

void
order_piece_text(const struct order *order, size_t piece, char text[ORDER_TEXT_MAX])
{
	size_t first = piece * NOTICE_TAGS_MAX;

	text[0] = 0;
	if (order_pieces(order) == 1)
		return;
	if (order_is_span(order))
		snprintf(text, ORDER_TEXT_MAX, "entries %" PRIu64 " to %" PRIu64,
			 span_first(order, piece), span_last(order, piece));
	else
		snprintf(text, ORDER_TEXT_MAX, "tags %zu to %zu of %zu", first + 1,
			 first + tags_of(order, piece), order->tags.count);
}
