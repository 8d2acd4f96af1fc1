#include "shell/change.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

void
changes_free(struct changes *changes)
{
	free(changes->rows);
	*changes = (struct changes){0};
}

static int
changes_reserve(struct changes *changes, size_t count)
{
	size_t capacity = changes->capacity < 1024 ? 1024 : changes->capacity;
	struct change *rows;

	if (count <= changes->capacity)
		return DISK_OK;
	while (capacity < count)
		capacity *= 2;
	rows = realloc(changes->rows, capacity * sizeof *rows);
	if (rows == NULL)
		return disk_fail_errno("find memory for", "the poll book's changes");
	changes->rows = rows;
	changes->capacity = capacity;
	return DISK_OK;
}

static void
changes_put(struct changes *changes, enum pollbook_family family, const uint8_t name[32],
	    uint64_t word, const uint8_t value[16])
{
	struct change *row = &changes->rows[changes->count++];

	CHECK(word != 0);
	row->key[0] = (uint8_t)family;
	memcpy(row->key + 1, name, 32);
	row->word = word;
	memcpy(row->value, value, sizeof row->value);
}

static void
put_certificate(struct changes *changes, const struct ballot *ballot)
{
	uint8_t value[16];

	CHECK(crypto_generichash(value, 16, ballot->voter_key, 32, NULL, 0) == 0);
	changes_put(changes, POLLBOOK_HOLDER, ballot->tag, ballot->serial + 1, value);
	CHECK(crypto_generichash(value, 16, ballot->tag, 32, NULL, 0) == 0);
	changes_put(changes, POLLBOOK_KEY, ballot->voter_key, 1, value);
}

int
changes_add(struct changes *changes, const struct ballot *ballot, uint64_t index)
{
	uint8_t digest[BALLOT_DIGEST_SIZE];
	int status = changes_reserve(changes, changes->count + 3);

	if (status != DISK_OK)
		return status;
	CHECK(index >> 48 == 0);
	ballot_digest(ballot, digest);
	changes_put(changes, POLLBOOK_VOTER, ballot->tag, index << 16 | ballot->revision,
		    digest);
	if (ballot->voter_key != NULL)
		put_certificate(changes, ballot);
	return DISK_OK;
}

static int
compare(const void *left, const void *right)
{
	const struct change *a = left;
	const struct change *b = right;
	int order = memcmp(a->key, b->key, CHANGE_KEY_SIZE);

	if (order != 0)
		return order;
	return a->word < b->word ? -1 : a->word > b->word;
}

static int
old_add(struct changes *olds, uint64_t word, const uint8_t digest[16])
{
	static const uint8_t zeros[16];
	uint8_t name[32] = {0};
	int status = changes_reserve(olds, olds->count + 1);

	if (status != DISK_OK)
		return status;
	memcpy(name, digest, 16);
	changes_put(olds, POLLBOOK_OLD, name, word, zeros);
	return DISK_OK;
}

/* The ballots that rows[first, end) of one tag replace, the one already in the book included. */
static int
olds_of(const struct changes *changes, size_t first, size_t end, struct changes *olds,
	change_find *find, void *context)
{
	struct pollbook_record before;
	int status = find(context, changes->rows[first].key, &before);

	if (status < 0)
		return status;
	if (status > 0 && before.word >= changes->rows[first].word)
		return disk_fail(DISK_DAMAGED, "keep the poll book: it has entry %llu already",
				 (unsigned long long)(before.word >> 16));
	status = status > 0 ? old_add(olds, before.word, before.value) : DISK_OK;
	for (size_t i = first; i + 1 < end && status == DISK_OK; i++)
		status = old_add(olds, changes->rows[i].word, changes->rows[i].value);
	return status;
}

/* Keeps the last row of every key. */
static int
compact(struct changes *changes, struct changes *olds, change_find *find, void *context)
{
	size_t kept = 0;

	for (size_t first = 0, end; first < changes->count; first = end) {
		const uint8_t *key = changes->rows[first].key;
		int status = DISK_OK;

		end = first + 1;
		while (end < changes->count &&
		       memcmp(changes->rows[end].key, key, CHANGE_KEY_SIZE) == 0)
			end++;
		if (key[0] == POLLBOOK_VOTER && find != NULL)
			status = olds_of(changes, first, end, olds, find, context);
		if (status != DISK_OK)
			return status;
		changes->rows[kept++] = changes->rows[end - 1];
	}
	changes->count = kept;
	return DISK_OK;
}

int
changes_settle(struct changes *changes, bool revotes, change_find *find, void *context)
{
	struct changes olds = {0};
	int status;

	if (changes->count == 0)
		return DISK_OK;
	qsort(changes->rows, changes->count, sizeof *changes->rows, compare);
	status = compact(changes, &olds, revotes ? find : NULL, context);
	if (status == DISK_OK && olds.count > 0)
		status = changes_reserve(changes, changes->count + olds.count);
	if (status == DISK_OK && olds.count > 0) {
		/* OLD is the last family: what is appended stands in its place. */
		qsort(olds.rows, olds.count, sizeof *olds.rows, compare);
		memcpy(changes->rows + changes->count, olds.rows,
		       olds.count * sizeof *olds.rows);
		changes->count += olds.count;
	}
	changes_free(&olds);
	return status;
}
