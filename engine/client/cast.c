#include "tally/ballot.h"

#include <sodium.h>
#include <string.h>

#include "ballot/ballot.h"
#include "ballot/certificate.h"
#include "tally/client.h"

_Static_assert((int)TALLY_CERTIFICATE_SIZE == (int)CERTIFICATE_SIZE,
	       "one size of certificates");
_Static_assert((int)TALLY_SECRET_KEY_SIZE == (int)crypto_sign_SECRETKEYBYTES,
	       "libsodium's form of keys");
_Static_assert(TALLY_BALLOT_SIZE_MAX / BALLOT_CHOICE_SIZE < TALLY_CHOICES_BLANK,
	       "no count of choices that fit reads as blank");
_Static_assert(TALLY_BALLOT_SIZE_MAX == 8192, "the sentence of TOO_LARGE says so");

#define SAME(enumerator, number, sentence) \
	_Static_assert(TALLY_BALLOT_##enumerator == (number), \
		       "the enum differs from the table");
TALLY_BALLOT_STATUSES(SAME)

const char *
tally_ballot_sentence(int status)
{
	switch (status) {
#define ROW(enumerator, number, sentence) \
	case (number): \
		return sentence;
		TALLY_BALLOT_STATUSES(ROW)
	default:
		return "a status this version does not know";
	}
}

static int
fail(struct tally_ballot_draft *draft, int status)
{
	draft->status = status;
	return status;
}

static int
overrun(struct tally_ballot_draft *draft)
{
	return fail(draft, draft->capacity == TALLY_BALLOT_SIZE_MAX ? TALLY_BALLOT_TOO_LARGE
								    : TALLY_BALLOT_NO_ROOM);
}

static struct writer
draft_writer(const struct tally_ballot_draft *draft)
{
	return (struct writer){draft->memory, draft->size, draft->capacity, false};
}

static int
draft_written(struct tally_ballot_draft *draft, const struct writer *writer)
{
	if (writer->failed)
		return overrun(draft);
	draft->size = writer->size;
	return draft->status;
}

int
tally_ballot_begin(struct tally_ballot_draft *draft, void *memory, size_t size,
		   const uint8_t campaign[TALLY_HASH_SIZE], const uint8_t tag[TALLY_TAG_SIZE],
		   uint16_t revision, uint16_t district, enum tally_signing signing)
{
	struct writer writer;

	*draft = (struct tally_ballot_draft){
	    .memory = memory,
	    .capacity = size < TALLY_BALLOT_SIZE_MAX ? size : TALLY_BALLOT_SIZE_MAX,
	    .signing = signing,
	};
	if (revision == 0)
		return fail(draft, TALLY_BALLOT_BAD_REVISION);
	if (signing != TALLY_SIGNING_FRONTEND && signing != TALLY_SIGNING_VOTER)
		return fail(draft, TALLY_BALLOT_BAD_SIGNING);
	writer = draft_writer(draft);
	ballot_head_write(&writer, &(struct ballot_head){.campaign = campaign,
							 .tag = tag,
							 .revision = revision,
							 .district = district,
							 .signing = signing});
	return draft_written(draft, &writer);
}

/* Puts a choice to its place among `count` ascending ones; false if its option is there. */
static bool
choice_insert(uint8_t *pairs, size_t count, const struct tally_choice *choice)
{
	uint8_t *end = pairs + count * BALLOT_CHOICE_SIZE;
	uint8_t *at = end;

	while (at > pairs && be16_load(at - BALLOT_CHOICE_SIZE) > choice->option)
		at -= BALLOT_CHOICE_SIZE;
	if (at > pairs && be16_load(at - BALLOT_CHOICE_SIZE) == choice->option)
		return false;
	memmove(at + BALLOT_CHOICE_SIZE, at, (size_t)(end - at));
	be16_store(at, choice->option);
	be32_store(at + 2, (uint32_t)choice->value);
	return true;
}

int
tally_ballot_choose(struct tally_ballot_draft *draft, const struct tally_choice *choices,
		    size_t count)
{
	size_t room = draft->capacity - draft->size;
	uint8_t *start;

	if (draft->status != TALLY_BALLOT_FINE)
		return draft->status;
	if (count == 0)
		return fail(draft, TALLY_BALLOT_NO_CHOICE);
	if (room < 2 || count > (room - 2) / BALLOT_CHOICE_SIZE)
		return overrun(draft);
	start = draft->memory + draft->size;
	be16_store(start, (uint16_t)count);
	for (size_t i = 0; i < count; i++) {
		if (!choice_insert(start + 2, i, &choices[i]))
			return fail(draft, TALLY_BALLOT_NAMED_TWICE);
	}
	draft->size += 2 + count * BALLOT_CHOICE_SIZE;
	return TALLY_BALLOT_FINE;
}

static int
count_add(struct tally_ballot_draft *draft, uint16_t count)
{
	struct writer writer = draft_writer(draft);

	if (draft->status != TALLY_BALLOT_FINE)
		return draft->status;
	writer_u16(&writer, count);
	return draft_written(draft, &writer);
}

int
tally_ballot_blank(struct tally_ballot_draft *draft)
{
	return count_add(draft, TALLY_CHOICES_BLANK);
}

int
tally_ballot_abstain(struct tally_ballot_draft *draft)
{
	return count_add(draft, 0);
}

static long
finish(struct tally_ballot_draft *draft, const struct writer *writer)
{
	int status = draft_written(draft, writer);

	if (status != TALLY_BALLOT_FINE)
		return status;
	draft->status = TALLY_BALLOT_ENDED;
	return (long)draft->size;
}

long
tally_ballot_sign(struct tally_ballot_draft *draft, const struct tally_client_key *frontend)
{
	struct writer writer = draft_writer(draft);

	if (draft->status != TALLY_BALLOT_FINE)
		return draft->status;
	if (draft->signing != TALLY_SIGNING_FRONTEND)
		return fail(draft, TALLY_BALLOT_BAD_SIGNING);
	ballot_frontend_sign(&writer, frontend->id, frontend->secret);
	return finish(draft, &writer);
}

/* Campaign, tag and district are the ballot's own: it carries only the rest of a certificate. */
static bool
certificate_fits(const struct tally_ballot_draft *draft,
		 const struct ballot_certificate *certificate)
{
	struct reader reader = reader_make(bytes_make(draft->memory, draft->size));

	reader_expect(&reader,
		      bytes_make(TALLY_SEPARATOR_BALLOT, sizeof TALLY_SEPARATOR_BALLOT));
	reader_expect(&reader, bytes_make(certificate->campaign, TALLY_HASH_SIZE));
	reader_expect(&reader, bytes_make(certificate->tag, TALLY_TAG_SIZE));
	(void)reader_u16(&reader);
	return reader_u16(&reader) == certificate->district && !reader.failed;
}

long
tally_ballot_sign_voter(struct tally_ballot_draft *draft,
			const uint8_t certificate[TALLY_CERTIFICATE_SIZE],
			const uint8_t voter[TALLY_SECRET_KEY_SIZE])
{
	struct writer writer = draft_writer(draft);
	struct ballot_certificate parsed;

	if (draft->status != TALLY_BALLOT_FINE)
		return draft->status;
	if (draft->signing != TALLY_SIGNING_VOTER)
		return fail(draft, TALLY_BALLOT_BAD_SIGNING);
	if (!certificate_parse(bytes_make(certificate, TALLY_CERTIFICATE_SIZE), &parsed))
		return fail(draft, TALLY_BALLOT_BAD_CERTIFICATE);
	if (!certificate_fits(draft, &parsed))
		return fail(draft, TALLY_BALLOT_NOT_FOR_THIS);
	if (memcmp(voter + TALLY_SEED_SIZE, parsed.voter_key, TALLY_KEY_SIZE) != 0)
		return fail(draft, TALLY_BALLOT_BAD_KEY);
	ballot_voter_sign(&writer, &parsed, voter);
	return finish(draft, &writer);
}

int
tally_certificate_make(const struct tally_client_key *registrar,
		       const uint8_t campaign[TALLY_HASH_SIZE],
		       const uint8_t tag[TALLY_TAG_SIZE], uint16_t district,
		       const uint8_t voter_key[TALLY_KEY_SIZE], uint64_t serial,
		       uint8_t certificate[TALLY_CERTIFICATE_SIZE])
{
	struct writer writer = writer_make(certificate, TALLY_CERTIFICATE_SIZE);
	struct ballot_certificate made = {
	    .district = district, .serial = serial, .registrar = registrar->id};

	if (crypto_core_ed25519_is_valid_point(voter_key) != 1)
		return TALLY_BALLOT_BAD_KEY;
	memcpy(made.campaign, campaign, sizeof made.campaign);
	memcpy(made.tag, tag, sizeof made.tag);
	memcpy(made.voter_key, voter_key, sizeof made.voter_key);
	certificate_sign(&made, registrar->secret);
	certificate_write(&writer, &made);
	CHECK(!writer.failed);
	return TALLY_BALLOT_FINE;
}
