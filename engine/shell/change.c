#include "shell/change.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

#include "shell/collate.h"

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
changes_add(struct changes *changes, const struct ballot *ballot, unsigned rank, uint64_t index)
{
	struct pollbook_entered entered = {index, ballot->revision, rank, POLLBOOK_COUNTED};
	uint8_t digest[BALLOT_DIGEST_SIZE];
	int status = changes_reserve(changes, changes->count + 3);

	if (status != DISK_OK)
		return status;
	ballot_digest(ballot, digest);
	changes_put(changes, POLLBOOK_VOTER, ballot->tag, pollbook_word(&entered), digest);
	if (ballot->voter_key != NULL)
		put_certificate(changes, ballot);
	return DISK_OK;
}

int
changes_void(struct changes *changes, const uint8_t tag[TALLY_TAG_SIZE], uint64_t ballot,
	     enum pollbook_standing fate, uint64_t index)
{
	struct pollbook_entered entered = {.index = index, .standing = fate};
	uint8_t value[16] = {0};
	int status = changes_reserve(changes, changes->count + 1);

	if (status != DISK_OK)
		return status;
	be64_store(value, ballot);
	changes_put(changes, POLLBOOK_VOTER, tag, pollbook_word(&entered), value);
	return DISK_OK;
}

int
changes_enrol(struct changes *changes, const uint8_t tag[TALLY_TAG_SIZE], uint16_t district)
{
	static const uint8_t zeros[16];
	int status = changes_reserve(changes, changes->count + 1);

	if (status == DISK_OK)
		changes_put(changes, POLLBOOK_ROLL, tag, (uint64_t)district + 1, zeros);
	return status;
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

static bool
is_void(const struct change *row)
{
	return pollbook_word_read(row->word).revision == 0;
}

static void
void_apply(const struct change *row, struct change *newest)
{
	struct pollbook_entered entered = pollbook_word_read(newest->word);
	uint64_t meant = be64_load(row->value);

	if (entered.standing != POLLBOOK_COUNTED ||
	    (meant != entered.index && meant != (uint64_t)CHANGE_WHICHEVER))
		return;
	entered.standing = pollbook_word_read(row->word).standing;
	newest->word = pollbook_word(&entered);
}

/* What is being settled, and with what. */
struct settling {
	struct changes *changes;
	struct changes olds;
	bool replaces;
	change_find *find;
	void *context;
};

/* The tag's record in the book: 1 and *newest, 0 if it has none there, or a status. */
static int
find_before(struct settling *settling, const struct change *row, struct change *newest)
{
	struct pollbook_record before;
	int status = 0;

	if (settling->replaces || pollbook_word_read(row->word).revision != 1)
		status = settling->find(settling->context, row->key, &before);
	if (status <= 0)
		return status;
	if (before.word >= row->word)
		return disk_fail(DISK_DAMAGED, "keep the poll book: it has entry %llu already",
				 (unsigned long long)pollbook_word_read(before.word).index);
	*newest = *row;
	newest->word = before.word;
	memcpy(newest->value, before.value, sizeof newest->value);
	return 1;
}

/* What rows[first, end) of one tag come to, after what is in the book already. */
static int
settle_tag(struct settling *settling, size_t first, size_t end, struct change *newest)
{
	const struct change *rows = settling->changes->rows;
	int status = find_before(settling, &rows[first], newest);
	bool known = status > 0;

	for (size_t i = first; i < end && status >= 0; i++) {
		if (is_void(&rows[i]) && !known)
			return disk_fail(DISK_DAMAGED,
					 "keep the poll book: a void names a tag without a "
					 "ballot");
		if (is_void(&rows[i])) {
			void_apply(&rows[i], newest);
			continue;
		}
		status =
		    known ? old_add(&settling->olds, newest->word, newest->value) : DISK_OK;
		*newest = rows[i];
		known = true;
	}
	return status < 0 ? status : DISK_OK;
}

/* Keeps one row of every key: of a voter what the tag's rows come to, else the last. */
static int
compact(struct settling *settling)
{
	struct changes *changes = settling->changes;
	size_t kept = 0;

	for (size_t first = 0, end; first < changes->count; first = end) {
		const uint8_t *key = changes->rows[first].key;
		struct change last;
		int status = DISK_OK;

		end = first + 1;
		while (end < changes->count &&
		       memcmp(changes->rows[end].key, key, CHANGE_KEY_SIZE) == 0)
			end++;
		last = changes->rows[end - 1];
		if (key[0] == POLLBOOK_VOTER)
			status = settle_tag(settling, first, end, &last);
		if (status != DISK_OK)
			return status;
		changes->rows[kept++] = last;
	}
	changes->count = kept;
	return DISK_OK;
}

int
changes_settle(struct changes *changes, bool replaces, change_find *find, void *context)
{
	struct settling settling = {
	    .changes = changes, .replaces = replaces, .find = find, .context = context};
	struct changes *olds = &settling.olds;
	int status;

	if (changes->count == 0)
		return DISK_OK;
	collate(changes->rows, changes->count);
	status = compact(&settling);
	if (status == DISK_OK && olds->count > 0)
		status = changes_reserve(changes, changes->count + olds->count);
	if (status == DISK_OK && olds->count > 0) {
		/* OLD is the last family: what is appended stands in its place. */
		collate(olds->rows, olds->count);
		memcpy(changes->rows + changes->count, olds->rows,
		       olds->count * sizeof *olds->rows);
		changes->count += olds->count;
	}
	changes_free(olds);
	return status;
}
