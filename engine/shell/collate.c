#include "shell/collate.h"

#include <string.h>

/* Bytes of a row in the order that sorts it: its key, then its word. */
enum {
	ORDER_SIZE = CHANGE_KEY_SIZE + 8,
	ORDER_FEW = 20, /* so few are put in order one by one */
};

static uint8_t
order_byte(const struct change *row, size_t at)
{
	if (at < CHANGE_KEY_SIZE)
		return row->key[at];
	return (uint8_t)(row->word >> (8 * (ORDER_SIZE - 1 - at)));
}

static bool
is_before(const struct change *a, const struct change *b)
{
	int order = memcmp(a->key, b->key, CHANGE_KEY_SIZE);

	return order != 0 ? order < 0 : a->word < b->word;
}

static void
sort_few(struct change *rows, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct change row = rows[i];
		size_t at = i;

		for (; at > 0 && is_before(&row, &rows[at - 1]); at--)
			rows[at] = rows[at - 1];
		rows[at] = row;
	}
}

/* Moves every row to the bucket of its byte; ends[byte] is then where the bucket ends. */
static void
deal(struct change *rows, const size_t counts[256], size_t ends[256], size_t at)
{
	size_t next[256];
	size_t end = 0;

	for (size_t byte = 0; byte < 256; byte++) {
		next[byte] = end;
		end += counts[byte];
		ends[byte] = end;
	}
	for (size_t byte = 0; byte < 256; byte++)
		while (next[byte] < ends[byte]) {
			struct change row = rows[next[byte]];
			size_t to = order_byte(&row, at);

			while (to != byte) {
				struct change other = rows[next[to]];

				rows[next[to]++] = row;
				row = other;
				to = order_byte(&row, at);
			}
			rows[next[byte]++] = row;
		}
}

/* Sorts rows that have their first `at` bytes in common. */
static void
sort_many(struct change *rows, size_t count, size_t at)
{
	size_t counts[256] = {0};
	size_t ends[256];

	for (; at < ORDER_SIZE; at++) {
		for (size_t i = 0; i < count; i++)
			counts[order_byte(&rows[i], at)]++;
		if (counts[order_byte(&rows[0], at)] != count)
			break;
		counts[order_byte(&rows[0], at)] = 0;
	}
	if (at == ORDER_SIZE)
		return;
	deal(rows, counts, ends, at);
	for (size_t byte = 0; byte < 256; byte++) {
		struct change *bucket = rows + ends[byte] - counts[byte];

		if (counts[byte] > ORDER_FEW)
			sort_many(bucket, counts[byte], at + 1);
		else
			sort_few(bucket, counts[byte]);
	}
}

void
collate(struct change *rows, size_t count)
{
	if (count > ORDER_FEW)
		sort_many(rows, count, 0);
	else
		sort_few(rows, count);
}
