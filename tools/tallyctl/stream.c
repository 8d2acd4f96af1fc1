#include "tools/tallyctl/stream.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/keyfile.h"
#include "tools/lib/cast.h"
#include "tools/tallyctl/city.h"

enum {
	per_mille = 1000,
	own_zone_percent = 60
};

/* How often, in thousandths; the rest is fresh. */
static const struct {
	const char *name;
	enum tally_verdict verdict;
	unsigned share;
} kinds[STREAM_KINDS_COUNT] = {
    [STREAM_FRESH] = {"fresh", TALLY_ACCEPTED, 0},
    [STREAM_RESENT] = {"resent", TALLY_ACCEPTED, 20},
    [STREAM_SECOND] = {"second", TALLY_HAS_VOTED, 10},
    [STREAM_TAMPERED] = {"tampered", TALLY_BAD_SIGNATURE, 3},
    [STREAM_FORGED] = {"forged", TALLY_BAD_SIGNATURE, 3},
    [STREAM_STRANGER] = {"stranger", TALLY_UNKNOWN_SIGNER, 3},
    [STREAM_OVERFULL] = {"overfull", TALLY_TOO_MANY_CHOICES, 3},
};

const char *
stream_kind_name(enum stream_kind kind)
{
	return kinds[kind].name;
}

enum tally_verdict
stream_kind_verdict(enum stream_kind kind)
{
	return kinds[kind].verdict;
}

static unsigned
draw_below(struct stream *stream, uint64_t below)
{
	return (unsigned)(dice_below(&stream->dice, below));
}

void
stream_init(struct stream *stream, const struct folder *folder, uint64_t seed)
{
	*stream = (struct stream){.folder = folder, .dice = {seed}};
	CHECK(keyfile_generate("stranger.example", &stream->stranger));
}

void
stream_free(struct stream *stream)
{
	free(stream->ballots.data);
	free(stream->verdicts.data);
	free(stream->accepted);
	sodium_memzero(stream, sizeof *stream);
}

/* A voter, as the tag's identity shows: telephone numbers nobody has. Voter v always votes in
 * the same district. */
static void
voter_set(const struct stream *stream, uint64_t voter, struct cast_vote *vote)
{
	char phone[32];

	snprintf(phone, sizeof phone, "+999%09llu", (unsigned long long)voter);
	CHECK(cast_tag(stream->folder->manifest, stream->folder->tag_secret,
		       bytes_of_string(phone), vote->tag) == 0);
	vote->revision = 1;
	vote->district = (uint16_t)(voter * 5 % CITY_ZONES);
}

static bool
chosen(const struct ballot_choice *choices, size_t count, unsigned option)
{
	for (size_t i = 0; i < count; i++)
		if (choices[i].option == option)
			return true;
	return false;
}

/* People mostly vote for their own zone, and some projects are more popular: the smaller of two
 * draws prefers the front of the list. */
static unsigned
draw_project(struct stream *stream, unsigned zone)
{
	bool own = draw_below(stream, 100) < own_zone_percent;

	for (;;) {
		unsigned a = draw_below(stream, CITY_PROJECTS);
		unsigned b = draw_below(stream, CITY_PROJECTS);
		unsigned option = a < b ? a : b;

		if (!own || city_projects[option].zone == zone)
			return option;
	}
}

static int
by_option(const void *a, const void *b)
{
	const struct ballot_choice *left = a, *right = b;

	return left->option - right->option;
}

static void
choose(struct stream *stream, unsigned zone, size_t count, struct ballot_choice *choices)
{
	for (size_t i = 0; i < count;) {
		unsigned option = draw_project(stream, zone);

		if (chosen(choices, i, option))
			continue;
		choices[i++] = (struct ballot_choice){.option = (uint16_t)option, .value = 1};
	}
	qsort(choices, count, sizeof *choices, by_option);
}

/* Signs a vote for `count` projects. */
static void
sign(struct stream *stream, uint64_t voter, size_t count, const struct note_private_key *key,
     struct writer *writer)
{
	struct ballot_choice choices[CITY_CHOICES_MAX + 1];
	const struct cast_contest contest = {.count = count, .choices = choices};
	struct cast_vote vote = {.contests = &contest};

	voter_set(stream, voter, &vote);
	choose(stream, vote.district, count, choices);
	CHECK(cast_ballot(writer, stream->folder->manifest, &vote, key));
}

static size_t
draw_count(struct stream *stream)
{
	return 1 + draw_below(stream, CITY_CHOICES_MAX);
}

/* An accepted ballot of the stream, as it was sent. */
static struct bytes
draw_accepted(struct stream *stream)
{
	size_t offset = stream->accepted[draw_below(stream, stream->accepted_count)];

	return bytes_make(stream->ballots.data + offset + 2,
			  be16_load(stream->ballots.data + offset));
}

static void
remember(struct stream *stream)
{
	size_t count = stream->accepted_count;

	if ((count & (count - 1)) == 0) {
		stream->accepted = reallocarray(stream->accepted, count ? 2 * count : 1,
						sizeof *stream->accepted);
		CHECK(stream->accepted);
	}
	stream->accepted[stream->accepted_count++] = stream->ballots.size;
}

/* Another vote under the tag of `earlier`: what it says must differ, or it would be a resend.
 */
static void
second(struct stream *stream, struct bytes earlier, struct writer *writer)
{
	struct ballot_choice choices[CITY_CHOICES_MAX];
	struct ballot ballot;
	struct ballot_choices before;
	struct reader reader;
	struct cast_contest contest = {.choices = choices};
	struct cast_vote vote = {.revision = 1, .contests = &contest};

	CHECK(ballot_parse(earlier, &ballot) == TALLY_ACCEPTED);
	reader = reader_make(ballot.choices);
	before = ballot_choices_next(&reader);
	contest.count = before.count % CITY_CHOICES_MAX + 1; /* another number of choices */
	vote.district = ballot.district;
	memcpy(vote.tag, ballot.tag, sizeof vote.tag);
	choose(stream, vote.district, contest.count, choices);
	CHECK(cast_ballot(writer, stream->folder->manifest, &vote, &stream->folder->frontend));
}

static void
break_signature(struct stream *stream, struct writer *writer)
{
	size_t at = writer->size - TALLY_SIGNATURE_SIZE + draw_below(stream, 32);

	writer->data[at] ^= (uint8_t)(1 << draw_below(stream, 8));
}

static void
make(struct stream *stream, enum stream_kind kind, struct writer *writer)
{
	const struct note_private_key *frontend = &stream->folder->frontend;

	switch (kind) {
	case STREAM_FRESH:
		sign(stream, stream->voters_count++, draw_count(stream), frontend, writer);
		remember(stream);
		break;
	case STREAM_RESENT:
		writer_bytes(writer, draw_accepted(stream));
		break;
	case STREAM_SECOND:
		second(stream, draw_accepted(stream), writer);
		break;
	case STREAM_TAMPERED:
		writer_bytes(writer, draw_accepted(stream));
		break_signature(stream, writer);
		break;
	case STREAM_FORGED:
		sign(stream, stream->voters_count++, draw_count(stream), frontend, writer);
		break_signature(stream, writer);
		break;
	case STREAM_STRANGER:
		sign(stream, stream->voters_count++, draw_count(stream), &stream->stranger,
		     writer);
		break;
	case STREAM_OVERFULL:
		sign(stream, stream->voters_count++, CITY_CHOICES_MAX + 1, frontend, writer);
		break;
	case STREAM_KINDS_COUNT:
		break;
	}
	CHECK(!writer->failed);
}

static enum stream_kind
draw_kind(struct stream *stream)
{
	unsigned at = draw_below(stream, per_mille);

	for (int kind = STREAM_RESENT; kind < STREAM_KINDS_COUNT && stream->accepted_count;
	     kind++) {
		if (at < kinds[kind].share)
			return (enum stream_kind)kind;
		at -= kinds[kind].share;
	}
	return STREAM_FRESH;
}

static void
text_append(struct ballotfile_maker *maker, const char *line)
{
	ballotfile_put(maker, bytes_of_string(line));
	ballotfile_put(maker, BYTES_OF("\n"));
}

void
stream_add(struct stream *stream, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		enum stream_kind kind = draw_kind(stream);
		uint8_t memory[TALLY_BALLOT_SIZE_MAX];
		struct writer writer = writer_make(memory, sizeof memory);

		make(stream, kind, &writer);
		ballotfile_append(&stream->ballots, writer_view(&writer));
		text_append(&stream->verdicts, tally_verdict_text(kinds[kind].verdict)->name);
		stream->counts[kind]++;
	}
}

void
stream_late(struct stream *stream, size_t count, struct ballotfile_maker *late)
{
	for (size_t i = 0; i < count; i++) {
		uint8_t memory[TALLY_BALLOT_SIZE_MAX];
		struct writer writer = writer_make(memory, sizeof memory);

		sign(stream, stream->voters_count++, draw_count(stream),
		     &stream->folder->frontend, &writer);
		ballotfile_append(late, writer_view(&writer));
	}
}
