#include "tests/lib/voters.h"

#include "ballot/ballot.h"
#include "ballot/notice.h"
#include "ledger/entry.h"

enum {
	SIGNER = 77,
	BOOTH = 79, /* takes precedence, where voters may vote again at a frontend */
	ROLLS_MAX = 600,
};

struct test_voters *
test_voters_make(uint64_t seed, bool revotes, bool voter_mode, uint32_t voters_count)
{
	static const uint8_t table_seed[16] = {3};
	struct test_voters *voters = calloc(1, sizeof *voters);
	const struct pollbook_capacity capacity = {.voters_max = voters_count,
						   .rolls_max = ROLLS_MAX,
						   .ballots_max = 5 + 8000 / voters_count,
						   .voter_mode = voter_mode};

	assert_non_null(voters);
	voters->random = test_random_make(seed);
	voters->store = test_store_make(8 * 1024 * 1024);
	memset(voters->manifest.id, 0x1d, sizeof voters->manifest.id);
	voters->manifest.revisions_max = revotes ? 1000 : 1;
	voters->manifest.revote = revotes ? MANIFEST_REVOTE_LAST : MANIFEST_REVOTE_FIRST;
	voters->manifest.signing = voter_mode ? TALLY_SIGNING_VOTER : TALLY_SIGNING_FRONTEND;
	if (revotes && !voter_mode) {
		voters->manifest.precedence = MANIFEST_PRECEDENCE_BOOTH;
		voters->manifest.frontends = voters->frontends;
		voters->manifest.frontends_count = 2;
		voters->frontends[0].key.id = SIGNER;
		voters->frontends[1].key.id = BOOTH;
		voters->frontends[1].booth = true;
	}
	assert_true(voters_count <= TEST_VOTERS_MAX);
	voters->voters_count = voters_count;
	test_pollbook_make(&voters->table, &capacity, table_seed);
	frontier_init(&voters->frontier);
	return voters;
}

void
test_voters_free(struct test_voters *voters)
{
	test_pollbook_free(&voters->table);
	test_store_free(voters->store);
	free(voters);
}

static void
tag_of(uint32_t voter, uint8_t tag[TALLY_TAG_SIZE])
{
	memset(tag, 0, TALLY_TAG_SIZE);
	tag[0] = 0x7a;
	be32_store(tag + 9, voter * 2654435761u); /* in another order than they vote */
}

static void
signer_write(struct writer *writer, const struct test_voters *voters, uint32_t voter,
	     unsigned rank)
{
	static const uint8_t zeros[64];
	uint8_t key[32] = {0xee};

	writer_u32(writer, rank > 0 ? BOOTH : SIGNER);
	if (voters->manifest.signing == TALLY_SIGNING_VOTER) {
		be32_store(key + 4, voter);
		key[8] = voters->keys[voter];
		writer_u64(writer, voters->revisions[voter]);
		writer_copy(writer, key, sizeof key);
		writer_copy(writer, zeros, 64);
	}
	writer_copy(writer, zeros, 64);
}

/* Of the voter's next ballot: none falls behind the one before. In the booth they begin again with
 * revision 1. */
static unsigned
rank_of(struct test_voters *voters, uint32_t voter, const uint8_t tag[TALLY_TAG_SIZE])
{
	struct pollbook_record record;

	if (voters->manifest.precedence == MANIFEST_PRECEDENCE_NONE)
		return 0;
	if (pollbook_find(&voters->table, POLLBOOK_VOTER, tag, &record) &&
	    pollbook_word_read(record.word).rank > 0)
		return 1;
	if (test_random_below(&voters->random, 8) > 0)
		return 0;
	voters->revisions[voter] = 0;
	return 1;
}

static void
ballot_put(struct test_voters *voters, uint32_t voter)
{
	struct ballot_choice choice = {(uint16_t)test_random_below(&voters->random, 9), 1};
	uint8_t memory[512] = {TALLY_ENTRY_BALLOT};
	uint8_t tag[TALLY_TAG_SIZE];
	struct writer writer = writer_make(memory + 1, sizeof memory - 1);
	struct ballot_head head = {voters->manifest.id, tag, 0, 0, voters->manifest.signing};
	uint8_t digest[BALLOT_DIGEST_SIZE];
	struct pollbook_ballot entered;
	struct ballot ballot;
	unsigned rank;

	tag_of(voter, tag);
	rank = rank_of(voters, voter, tag);
	head.revision = ++voters->revisions[voter];
	if (test_random_below(&voters->random, 3) == 0)
		voters->keys[voter]++;
	ballot_head_write(&writer, &head);
	ballot_choices_write(&writer, &choice, 1);
	signer_write(&writer, voters, voter, rank);
	assert_int_equal(ballot_parse(writer_view(&writer), &ballot), TALLY_ACCEPTED);
	ballot_digest(&ballot, digest);
	entered = (struct pollbook_ballot){.tag = ballot.tag,
					   .revision = ballot.revision,
					   .rank = rank,
					   .digest = digest,
					   .voter_key = ballot.voter_key,
					   .serial = ballot.serial};
	pollbook_enter(&voters->table, &entered, voters->store->size);
	test_store_put(voters->store, bytes_make(memory, writer.size + 1));
}

static void
notice_put(struct test_voters *voters, enum tally_notice_kind kind, const struct writer *body)
{
	static const uint8_t secret[64];
	static const uint8_t hash[TALLY_HASH_SIZE];
	uint8_t memory[1024] = {TALLY_ENTRY_NOTICE};
	struct writer writer = writer_make(memory + 1, sizeof memory - 1);
	struct notice_head head = {voters->manifest.id, 1, hash, kind};

	notice_write(&writer, &head, writer_view(body), 5, secret);
	assert_false(body->failed || writer.failed);
	test_store_put(voters->store, bytes_make(memory, writer.size + 1));
}

static void
void_notice_put(struct test_voters *voters, const struct notice_void *voided)
{
	uint8_t memory[1024];
	struct writer body = writer_make(memory, sizeof memory);

	notice_void_write(&body, voided);
	notice_put(voters, TALLY_NOTICE_VOID, &body);
}

/* Three tags at most, voters' own among them. */
static void
enrol_put(struct test_voters *voters)
{
	uint8_t records[3][NOTICE_ENROLMENT_SIZE];
	uint8_t memory[1024];
	struct writer body = writer_make(memory, sizeof memory);
	size_t count = 0;

	for (int tries = 0; tries < 9 && count < 3; tries++) {
		uint8_t *to = records[count];

		tag_of((uint32_t)test_random_below(&voters->random, 2 * voters->voters_count),
		       to);
		be16_store(to + TALLY_TAG_SIZE,
			   (uint16_t)test_random_below(&voters->random, 65536));
		if (pollbook_enrolled(&voters->table, to) < 0 &&
		    (count == 0 || memcmp(to, records[count - 1], TALLY_TAG_SIZE) > 0))
			count++;
	}
	if (count == 0 || voters->table.rolls_count + count > ROLLS_MAX)
		return;
	notice_enrol_write(&body, records[0], count);
	notice_put(voters, TALLY_NOTICE_ENROL, &body);
	for (size_t i = 0; i < count; i++)
		pollbook_enrol(&voters->table, records[i],
			       be16_load(records[i] + TALLY_TAG_SIZE));
}

static bool
is_counted(const struct test_voters *voters, const uint8_t tag[TALLY_TAG_SIZE])
{
	struct pollbook_record record;

	return pollbook_find(&voters->table, POLLBOOK_VOTER, tag, &record) &&
	       pollbook_word_read(record.word).standing == POLLBOOK_COUNTED;
}

static void
void_tags_put(struct test_voters *voters, struct notice_void *voided)
{
	uint8_t tags[5][TALLY_TAG_SIZE];

	for (int tries = 0; tries < 20 && voided->tags_count < 5; tries++) {
		uint8_t *tag = tags[voided->tags_count];

		tag_of((uint32_t)test_random_below(&voters->random, voters->voters_count), tag);
		if (is_counted(voters, tag) &&
		    (voided->tags_count == 0 || memcmp(tag, tag - TALLY_TAG_SIZE, 32) > 0))
			voided->tags_count++;
	}
	if (voided->tags_count == 0)
		return;
	voided->tags = tags[0];
	void_notice_put(voters, voided);
	for (size_t i = 0; i < voided->tags_count; i++)
		pollbook_void(&voters->table, tags[i],
			      voided->fate == NOTICE_AGAIN ? POLLBOOK_AGAIN : POLLBOOK_BARRED);
}

static void
void_range_put(struct test_voters *voters, struct notice_void *voided)
{
	struct test_store *store = voters->store;

	voided->first = test_random_below(&voters->random, store->size);
	voided->last = voided->first + test_random_below(&voters->random, 30);
	voided->signer = SIGNER + (uint32_t)test_random_below(&voters->random, 3);
	if (voided->last >= store->size)
		return;
	for (size_t i = voided->first; i <= voided->last; i++) {
		struct ballot ballot;

		if (ballot_parse(
			bytes_make(store->entries[i].data + 1, store->entries[i].size - 1),
			&ballot) == TALLY_ACCEPTED &&
		    notice_void_names(voided, ballot.key_id, i) &&
		    pollbook_counts(&voters->table, ballot.tag, i))
			pollbook_void(&voters->table, ballot.tag,
				      voided->fate == NOTICE_AGAIN ? POLLBOOK_AGAIN
								   : POLLBOOK_BARRED);
	}
	void_notice_put(voters, voided);
}

static void
void_put(struct test_voters *voters)
{
	struct notice_void voided = {
	    .fate = test_random_below(&voters->random, 4) == 0 ? NOTICE_BARRED : NOTICE_AGAIN,
	    .reason = bytes_of_string("a mistake")};

	if (test_random_below(&voters->random, 2) == 0)
		void_tags_put(voters, &voided);
	else
		void_range_put(voters, &voided);
}

static bool
may_vote(const struct test_voters *voters, uint32_t voter)
{
	struct pollbook_record record;
	uint8_t tag[TALLY_TAG_SIZE];
	enum pollbook_standing standing;

	tag_of(voter, tag);
	if (!pollbook_find(&voters->table, POLLBOOK_VOTER, tag, &record))
		return true;
	standing = pollbook_word_read(record.word).standing;
	return standing == POLLBOOK_AGAIN || (standing == POLLBOOK_COUNTED &&
					      voters->manifest.revote == MANIFEST_REVOTE_LAST);
}

static void
other_put(struct test_voters *voters)
{
	uint8_t memory[ENTRY_PHASE_SIZE];
	struct writer writer = writer_make(memory, sizeof memory);

	entry_phase_write(&writer, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, 12);
	test_store_put(voters->store, writer_view(&writer));
}

void
test_voters_vote(struct test_voters *voters, size_t size)
{
	struct test_store *store = voters->store;

	while (store->size < size) {
		uint32_t voter =
		    (uint32_t)test_random_below(&voters->random, voters->voters_count);
		size_t before = store->size;
		struct tree_hash leaf;

		if (test_random_below(&voters->random, 16) == 0)
			other_put(voters);
		else if (before > 0 && test_random_below(&voters->random, 40) == 0)
			void_put(voters);
		else if (test_random_below(&voters->random, 60) == 0)
			enrol_put(voters);
		else if (may_vote(voters, voter))
			ballot_put(voters, voter);
		if (store->size == before)
			continue;
		tree_leaf(store->entries[store->size - 1], &leaf);
		frontier_append(&voters->frontier, &leaf);
		if (store->size == size || test_random_below(&voters->random, 100) == 0)
			test_store_commit(store);
	}
}

struct home_state
test_voters_state(const struct test_voters *voters, struct bytes replay)
{
	return (struct home_state){
	    .index = voters->store->size,
	    .batches_count = voters->store->batches_count,
	    .checksum = voters->store->checksum,
	    .replay = replay,
	    .frontier = voters->frontier,
	};
}
