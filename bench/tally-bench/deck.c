#include "bench/tally-bench/deck.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "tools/lib/complain.h"
#include "tools/lib/wholefile.h"

enum {
	size_size = 2,
	tag_offset = 48,
	signing_offset = 84,
};

static enum tally_exit
map(const char *path, struct deck *deck)
{
	enum tally_exit code = TALLY_EXIT_FINE;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat status;
	void *memory = NULL;

	if (fd < 0)
		return complain_errno("cannot open %s", path);
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0) {
		complain("%s holds no ballots", path);
		code = TALLY_EXIT_USAGE;
	} else {
		memory = mmap(NULL, (size_t)status.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
		if (memory == MAP_FAILED)
			code = complain_errno("cannot map %s", path);
	}
	close(fd);
	if (code != TALLY_EXIT_FINE)
		return code;
	deck->file = memory;
	deck->size = (size_t)status.st_size;
	return code;
}

static size_t
behind(const struct deck *deck, size_t at)
{
	return at + size_size + be16_load(deck->file + at);
}

/* By the tag; any mix will do that spreads made-up tags as well as real ones. */
static unsigned
hand_of(const struct deck *deck, size_t at)
{
	if (be16_load(deck->file + at) < tag_offset + 8)
		return 0;
	return (unsigned)(be64_load(deck->file + at + size_size + tag_offset) %
			  deck->hands_count);
}

/* Counts each hand's cards; the file is whole, or that is complained about. */
static enum tally_exit
count_cards(const char *path, struct deck *deck)
{
	size_t at = 0;

	while (at < deck->size) {
		if (deck->ballots_count == UINT32_MAX) {
			complain("%s holds more ballots than can be sent", path);
			return TALLY_EXIT_USAGE;
		}
		if (deck->size - at < size_size || behind(deck, at) > deck->size) {
			complain("%s: the ballot at offset %zu is cut off", path, at);
			return TALLY_EXIT_USAGE;
		}
		deck->hands[hand_of(deck, at)].count++;
		deck->ballots_count++;
		at = behind(deck, at);
	}
	return TALLY_EXIT_FINE;
}

static void
deal_cards(struct deck *deck, const uint8_t *kinds)
{
	deck_card **ends = calloc(deck->hands_count, sizeof *ends);
	deck_card *at = deck->cards;
	size_t offset = 0;

	CHECK(ends != NULL);
	for (unsigned i = 0; i < deck->hands_count; i++) {
		deck->hands[i].cards = at;
		deck->hands[i].slots = deck->slots + (at - deck->cards);
		ends[i] = at;
		at += deck->hands[i].count;
	}
	for (uint64_t i = 0; i < deck->ballots_count; i++) {
		deck->seats[i] = (uint16_t)hand_of(deck, offset);
		*ends[deck->seats[i]]++ =
		    (uint64_t)offset << 8 | (kinds != NULL ? kinds[i] : KIND_NONE);
		offset = behind(deck, offset);
	}
	free(ends);
}

static enum tally_exit
kinds_read(const char *path, struct deck *deck, struct wholefile *file, const uint8_t **kinds)
{
	char name[PATH_MAX];
	enum tally_exit code;
	uint64_t count;

	*kinds = NULL;
	if (snprintf(name, sizeof name, "%s.kinds", path) >= (int)sizeof name ||
	    (access(name, F_OK) != 0 && errno == ENOENT))
		return TALLY_EXIT_FINE;
	code = wholefile_read(name, SIZE_MAX / 4, file);
	if (code != TALLY_EXIT_FINE)
		return code;
	deck->foretold =
	    kinds_parse(bytes_make(file->data, file->size), deck->size, &count, kinds) &&
	    count == deck->ballots_count;
	if (deck->foretold)
		return TALLY_EXIT_FINE;
	complain("%s does not belong to this file of ballots", name);
	return TALLY_EXIT_USAGE;
}

enum tally_exit
deck_open(struct deck *deck, const char *path, unsigned hands)
{
	struct wholefile file = {0};
	const uint8_t *kinds = NULL;
	enum tally_exit code;

	*deck = (struct deck){.hands_count = hands};
	code = map(path, deck);
	if (code != TALLY_EXIT_FINE)
		return code;
	deck->hands = calloc(hands, sizeof *deck->hands);
	CHECK(deck->hands != NULL);
	code = count_cards(path, deck);
	if (code == TALLY_EXIT_FINE)
		code = kinds_read(path, deck, &file, &kinds);
	if (code == TALLY_EXIT_FINE) {
		deck->cards = calloc(deck->ballots_count, sizeof *deck->cards);
		deck->slots = calloc(deck->ballots_count, sizeof *deck->slots);
		deck->seats = calloc(deck->ballots_count, sizeof *deck->seats);
		deck->queue = calloc(deck->ballots_count, sizeof *deck->queue);
		CHECK(deck->cards != NULL && deck->slots != NULL && deck->seats != NULL &&
		      deck->queue != NULL);
		deal_cards(deck, kinds);
		deck->voters_sign =
		    be16_load(deck->file) > signing_offset &&
		    deck->file[size_size + signing_offset] == TALLY_SIGNING_VOTER;
	} else {
		deck_close(deck);
	}
	free(file.data);
	return code;
}

void
deck_close(struct deck *deck)
{
	if (deck->file != NULL)
		munmap((void *)(uintptr_t)deck->file, deck->size);
	free(deck->hands);
	free(deck->cards);
	free(deck->slots);
	free(deck->seats);
	free(deck->queue);
	*deck = (struct deck){0};
}

uint64_t
deck_left(const struct deck *deck)
{
	uint64_t left = 0;

	for (unsigned i = 0; i < deck->hands_count; i++)
		left += deck->hands[i].count - deck->hands[i].next;
	return left;
}

void
deck_queue(struct deck *deck, uint64_t count)
{
	size_t *seen = calloc(deck->hands_count, sizeof *seen);

	CHECK(seen != NULL);
	deck->queued = 0;
	for (unsigned i = 0; i < deck->hands_count; i++)
		deck->hands[i].quota = 0;
	for (uint64_t i = 0; i < deck->ballots_count && deck->queued < count; i++) {
		uint16_t seat = deck->seats[i];
		struct deck_hand *hand = &deck->hands[seat];

		if (seen[seat]++ < hand->next)
			continue;
		hand->slots[seen[seat] - 1] = (uint32_t)deck->queued;
		deck->queue[deck->queued++] = seat;
		hand->quota++;
	}
	free(seen);
}

struct bytes
deck_ballot(const struct deck *deck, deck_card card)
{
	const uint8_t *at = deck->file + (card >> 8);

	return bytes_make(at + size_size, be16_load(at));
}

enum kind
deck_kind(deck_card card)
{
	return (enum kind)(card & 0xff);
}

uint64_t
deck_place(const struct deck *deck, deck_card card)
{
	uint64_t place = 0;

	for (size_t at = 0; at < card >> 8; at = behind(deck, at))
		place++;
	return place;
}
