#include "bench/tally-bench/deal.h"

#include "tools/lib/dice.h"

static const enum kind forgeries[][6] = {
    [TALLY_SIGNING_FRONTEND] = {KIND_BIT, KIND_SCALAR, KIND_KEY, KIND_CHANGED, KIND_CAMPAIGN,
				KIND_STRANGER},
    [TALLY_SIGNING_VOTER] = {KIND_BIT, KIND_SCALAR, KIND_KEY, KIND_CHANGED, KIND_CAMPAIGN,
			     KIND_CERTIFICATE},
};

/* Who votes again must have voted: of the fresh ballots so many are theirs, and a tenth more,
 * that the first of them is there when the second is dealt. */
static void
revoters_set(struct deal *deal)
{
	const struct deal_wish *wish = &deal->wish;
	double fresh = 1 - wish->repeats - wish->revotes - wish->forged;
	double voters = 0.9 * fresh / (wish->revotes > 0 ? wish->revotes : 1);

	deal->again = 1;
	while (deal->again * voters < 2 && deal->again + 1 < wish->revisions_max)
		deal->again++;
	deal->stride = deal->again * voters < 2 ? 2 : (uint64_t)(deal->again * voters);
}

void
deal_init(struct deal *deal, const struct deal_wish *wish)
{
	CHECK(wish->repeats + wish->revotes + wish->forged < 1);
	*deal = (struct deal){.wish = *wish};
	revoters_set(deal);
}

/* One of those who have voted; not one of those who vote again, if `settled`. */
static uint64_t
voter_draw(const struct deal *deal, struct dice *dice, bool settled)
{
	uint64_t voter = dice_below(dice, deal->fresh);

	if (settled && deal->wish.last && voter % deal->stride == deal->stride - 1)
		voter--;
	return voter;
}

static bool
revote_deal(struct deal *deal, struct dice *dice, struct deal_ballot *out)
{
	uint64_t voter = deal->revotes / deal->again * deal->stride + deal->stride - 1;

	out->kind = deal->wish.last ? KIND_REVOTE : KIND_SECOND;
	if (!deal->wish.last) {
		out->voter = voter_draw(deal, dice, false);
		return true;
	}
	if (voter >= deal->fresh || deal->wish.revisions_max < 2)
		return false;
	out->voter = voter;
	out->revision = (uint16_t)(2 + deal->revotes++ % deal->again);
	return true;
}

/* False: this one is fresh. */
static bool
other_deal(struct deal *deal, struct dice *dice, struct deal_ballot *out)
{
	double at = (double)(dice_next(dice) >> 11) * 0x1p-53;

	if (deal->fresh == 0)
		return false;
	if (at < deal->wish.repeats) {
		out->kind = KIND_REPEAT;
		out->voter = voter_draw(deal, dice, true);
		return true;
	}
	at -= deal->wish.repeats;
	if (at < deal->wish.revotes)
		return revote_deal(deal, dice, out);
	if (at - deal->wish.revotes >= deal->wish.forged)
		return false;
	out->kind = forgeries[deal->wish.signing][dice_below(dice, 6)];
	out->voter = voter_draw(deal, dice, false);
	return true;
}

bool
deal_next(struct deal *deal, struct deal_ballot *out)
{
	struct dice dice = dice_make(deal->wish.seed, deal->place);

	if (deal->fresh == deal->wish.voters_count)
		return false;
	*out = (struct deal_ballot){.place = deal->place++, .revision = 1};
	if (!other_deal(deal, &dice, out)) {
		out->kind = KIND_FRESH;
		out->voter = deal->fresh++;
	}
	return true;
}
