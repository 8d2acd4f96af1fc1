#include "tests/lib/votes.h"

#include "tests/lib/test.h"

struct votes_bench
votes_bench_make(const struct pollbook_capacity *capacity, bool revotes)
{
	static const uint8_t seed[16] = {1, 2, 3};
	struct votes_bench bench = {.model = calloc(1, sizeof *bench.model), .next_index = 40};

	assert_non_null(bench.model);
	test_pollbook_make(&bench.table, capacity, seed);
	bench.model->voters_max = capacity->voters_max;
	bench.model->revotes = revotes;
	return bench;
}

void
votes_bench_free(struct votes_bench *bench)
{
	test_pollbook_free(&bench->table);
	free(bench->model);
}

const struct pollbook_ballot *
votes_ballot(const struct vote *vote, struct vote_bytes *bytes)
{
	memset(bytes, 0, sizeof *bytes);
	be32_store(bytes->tag + 28, vote->tag);
	be32_store(bytes->key, (uint32_t)vote->key);
	be32_store(bytes->digest, vote->tag);
	be16_store(bytes->digest + 4, vote->revision);
	be32_store(bytes->digest + 6, vote->choice);
	be16_store(bytes->digest + 10, (uint16_t)(vote->key * 2 + (int)vote->rank));
	be32_store(bytes->digest + 12, (uint32_t)vote->serial);
	bytes->ballot = (struct pollbook_ballot){
	    .tag = bytes->tag,
	    .revision = vote->revision,
	    .rank = vote->rank,
	    .digest = bytes->digest,
	    .voter_key = vote->key == VOTE_NO_KEY ? NULL : bytes->key,
	    .serial = vote->serial,
	};
	return &bytes->ballot;
}

struct pollbook_decision
votes_decide(const struct votes_bench *bench, const struct vote *vote)
{
	struct pollbook_decision decision;
	struct vote_bytes bytes;

	memset(&decision, 0xee, sizeof decision);
	pollbook_decide(&bench->table, votes_ballot(vote, &bytes), bench->model->revotes,
			&decision);
	return decision;
}

static bool
same_bytes(const struct vote *a, const struct vote *b)
{
	return a->tag == b->tag && a->revision == b->revision && a->rank == b->rank &&
	       a->choice == b->choice && a->key == b->key && a->serial == b->serial;
}

/* The tag's newest. */
static const struct vote *
newest_of(const struct votes_model *model, uint32_t tag)
{
	const struct vote *newest = NULL;

	for (size_t i = 0; i < model->count; i++) {
		if (model->entered[i].tag == tag)
			newest = &model->entered[i];
	}
	return newest;
}

size_t
votes_voters(const struct votes_model *model)
{
	size_t count = 0;

	for (size_t i = 0; i < model->count; i++)
		count += newest_of(model, model->entered[i].tag) == &model->entered[i];
	return count;
}

static enum tally_verdict
model_certificate(const struct votes_model *model, const struct vote *vote)
{
	const struct vote *at = model->entered;
	const struct vote *end = at + model->count;

	for (; at < end; at++) {
		if (at->tag == vote->tag &&
		    (at->serial > vote->serial ||
		     (at->serial == vote->serial && at->key != vote->key)))
			return TALLY_OLD_CERTIFICATE;
	}
	for (at = model->entered; at < end; at++) {
		if (at->key == vote->key && at->tag != vote->tag)
			return TALLY_KEY_IN_USE;
	}
	return TALLY_ACCEPTED;
}

static enum tally_verdict
model_first(const struct vote *before, const struct vote *vote)
{
	if (before == NULL)
		return vote->revision == 1 ? TALLY_ACCEPTED : TALLY_BAD_REVISION;
	if (before->standing == POLLBOOK_BARRED)
		return TALLY_BARRED;
	if (vote->rank < before->rank)
		return TALLY_HAS_VOTED;
	if (vote->rank > before->rank)
		return vote->revision == 1 ? TALLY_ACCEPTED : TALLY_BAD_REVISION;
	if (before->standing == POLLBOOK_COUNTED)
		return TALLY_HAS_VOTED;
	return vote->revision == before->revision + 1 ? TALLY_ACCEPTED : TALLY_BAD_REVISION;
}

static enum tally_verdict
model_last(const struct vote *before, const struct vote *vote)
{
	if (before == NULL)
		return TALLY_ACCEPTED;
	if (before->standing == POLLBOOK_BARRED)
		return TALLY_BARRED;
	return vote->rank * 65536 + vote->revision > before->rank * 65536 + before->revision
		   ? TALLY_ACCEPTED
		   : TALLY_SUPERSEDED;
}

static enum tally_verdict
model_refusal(const struct votes_model *model, const struct vote *vote)
{
	const struct vote *before = newest_of(model, vote->tag);
	enum tally_verdict verdict = TALLY_ACCEPTED;

	if (vote->key != VOTE_NO_KEY)
		verdict = model_certificate(model, vote);
	if (verdict != TALLY_ACCEPTED)
		return verdict;
	verdict = model->revotes ? model_last(before, vote) : model_first(before, vote);
	if (verdict == TALLY_ACCEPTED && before == NULL &&
	    votes_voters(model) == model->voters_max)
		return TALLY_ROLL_FULL;
	return verdict;
}

static struct pollbook_decision
model_decide(const struct votes_model *model, const struct vote *vote)
{
	const struct vote *before = newest_of(model, vote->tag);
	struct pollbook_decision decision = {.index = before != NULL ? before->index : 0};

	for (size_t i = 0; i < model->count; i++) {
		if (model->entered[i].told && same_bytes(&model->entered[i], vote))
			return (struct pollbook_decision){POLLBOOK_SAME, TALLY_ACCEPTED,
							  model->entered[i].index};
	}
	decision.verdict = model_refusal(model, vote);
	decision.outcome = decision.verdict != TALLY_ACCEPTED ? POLLBOOK_REFUSED
			   : before != NULL && before->standing == POLLBOOK_COUNTED
			       ? POLLBOOK_REPLACES
			       : POLLBOOK_COUNTS;
	return decision;
}

void
votes_enter(struct votes_bench *bench, const struct vote *vote)
{
	struct votes_model *model = bench->model;
	struct vote_bytes bytes;

	assert_true(model->count < VOTES_MAX);
	pollbook_enter(&bench->table, votes_ballot(vote, &bytes), bench->next_index);
	model->entered[model->count] = *vote;
	model->entered[model->count].index = bench->next_index++;
	model->entered[model->count].standing = POLLBOOK_COUNTED;
	model->entered[model->count++].told = true;
}

struct pollbook_decision
assert_decision(const struct votes_bench *bench, const struct vote *vote)
{
	struct pollbook_decision decision = votes_decide(bench, vote);
	struct pollbook_decision expected = model_decide(bench->model, vote);

	assert_int_equal(decision.outcome, expected.outcome);
	assert_int_equal(decision.verdict, expected.verdict);
	assert_true(decision.index == expected.index);
	return decision;
}

bool
votes_void(struct votes_bench *bench, uint32_t tag, enum pollbook_standing fate)
{
	const struct vote vote = {.tag = tag, .key = VOTE_NO_KEY};
	struct vote_bytes bytes;
	const struct vote *newest = newest_of(bench->model, tag);

	if (newest == NULL || newest->standing != POLLBOOK_COUNTED)
		return false;
	bench->model->entered[newest - bench->model->entered].standing = fate;
	bench->next_index++;
	votes_ballot(&vote, &bytes);
	assert_true(pollbook_counts(&bench->table, bytes.tag, newest->index));
	assert_false(pollbook_counts(&bench->table, bytes.tag, newest->index + 1));
	pollbook_void(&bench->table, bytes.tag, fate);
	assert_false(pollbook_counts(&bench->table, bytes.tag, newest->index));
	return true;
}
