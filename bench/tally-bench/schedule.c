#include "bench/tally-bench/schedule.h"

#include <math.h>

void
schedule_init(struct schedule *schedule)
{
	schedule->pieces_count = 0;
}

static double
piece_ballots(const struct schedule_piece *piece)
{
	return (piece->from + piece->to) / 2 * piece->length_s;
}

/* NULL: there is none. */
static const struct schedule_piece *
last_piece(const struct schedule *schedule)
{
	return schedule->pieces_count > 0 ? &schedule->pieces[schedule->pieces_count - 1]
					  : NULL;
}

static double
ballots_of(const struct schedule *schedule)
{
	const struct schedule_piece *last = last_piece(schedule);

	return last != NULL ? last->before + piece_ballots(last) : 0;
}

const char *
schedule_add(struct schedule *schedule, double length_s, double from, double to)
{
	if (schedule->pieces_count == SCHEDULE_PIECES_MAX)
		return "there are more than 4,096 stretches of time";
	if (!(length_s > 0) ||
	    !(schedule_length_s(schedule) + length_s <= SCHEDULE_SECONDS_MAX))
		return "it lasts for no time, or for more than 10,000,000 seconds";
	if (!(from >= 0 && from <= SCHEDULE_RATE_MAX) || !(to >= 0 && to <= SCHEDULE_RATE_MAX))
		return "a rate is above 100,000,000/s";
	schedule->pieces[schedule->pieces_count] =
	    (struct schedule_piece){.begin_s = schedule_length_s(schedule),
				    .length_s = length_s,
				    .from = from,
				    .to = to,
				    .before = ballots_of(schedule)};
	schedule->pieces_count++;
	return NULL;
}

double
schedule_length_s(const struct schedule *schedule)
{
	const struct schedule_piece *last = last_piece(schedule);

	return last != NULL ? last->begin_s + last->length_s : 0;
}

void
schedule_cut(struct schedule *schedule, double length_s)
{
	struct schedule_piece *last;

	while (schedule->pieces_count > 1 &&
	       schedule->pieces[schedule->pieces_count - 1].begin_s >= length_s)
		schedule->pieces_count--;
	last = &schedule->pieces[schedule->pieces_count - 1];
	if (last->begin_s + last->length_s <= length_s)
		return;
	last->to =
	    last->from + (last->to - last->from) * (length_s - last->begin_s) / last->length_s;
	last->length_s = length_s - last->begin_s;
}

uint64_t
schedule_count(const struct schedule *schedule)
{
	return (uint64_t)ceil(ballots_of(schedule) - 1e-6);
}

/* The last piece that begins at or before the n-th ballot. */
static const struct schedule_piece *
piece_of(const struct schedule *schedule, double n)
{
	size_t low = 0, high = schedule->pieces_count;

	while (high - low > 1) {
		size_t middle = (low + high) / 2;

		if (schedule->pieces[middle].before <= n)
			low = middle;
		else
			high = middle;
	}
	return &schedule->pieces[low];
}

/* from * t + (to - from) / (2 * length) * t^2 = ballots, solved so that a small change of rate
 * loses no digits. */
static double
time_in(const struct schedule_piece *piece, double ballots)
{
	double change = (piece->to - piece->from) / piece->length_s;
	double root = sqrt(fmax(0, piece->from * piece->from + 2 * change * ballots));

	return ballots > 0 ? 2 * ballots / (piece->from + root) : 0;
}

uint64_t
schedule_time(const struct schedule *schedule, uint64_t n)
{
	const struct schedule_piece *piece = piece_of(schedule, (double)n);

	return (uint64_t)llround(1e9 *
				 (piece->begin_s + time_in(piece, (double)n - piece->before)));
}

/* The rounding of schedule_time may put a ballot on the other side of the moment. */
static uint64_t
settle(const struct schedule *schedule, uint64_t time_ns, uint64_t guess)
{
	uint64_t count = schedule_count(schedule);

	if (guess > count)
		guess = count;
	while (guess < count && schedule_time(schedule, guess) <= time_ns)
		guess++;
	while (guess > 0 && schedule_time(schedule, guess - 1) > time_ns)
		guess--;
	return guess;
}

uint64_t
schedule_due(const struct schedule *schedule, uint64_t time_ns)
{
	double ballots = ballots_of(schedule);

	for (size_t i = 0; i < schedule->pieces_count; i++) {
		const struct schedule_piece *piece = &schedule->pieces[i];
		double t = (double)time_ns / 1e9 - piece->begin_s;

		if (t >= piece->length_s)
			continue;
		ballots = piece->before + piece->from * t +
			  (piece->to - piece->from) / (2 * piece->length_s) * t * t;
		break;
	}
	return settle(schedule, time_ns, (uint64_t)ballots);
}
