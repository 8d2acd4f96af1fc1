/* order: the tie order of a contest, and options brought into an order.
 *
 * A tie order gives each option a place: of options that are equal in all else the one with the
 * smallest place comes first.
 *   listed    as the options stand in the manifest
 *   given     as the list in the manifest says
 *   cheaper   by cost, the least first; equal ones as listed
 *   dearer    by cost, the greatest first; equal ones as listed
 *   drawn     shuffled by the campaign's draw (law.h: law->draw is the seed):
 *             places 0 to n-1 hold the options as listed. r_i (i = 0, 1, ...) is the number in the
 *             first 8 bytes, big-endian, of SHA-256(seed || u16 contest || u64 i). For j = n-1
 *             down to 1: take the next r; take another one while
 *             r >= floor(2^64 / (j + 1)) * (j + 1); swap the options at places j and r mod (j + 1)
 *
 * Thread: one at a time. No allocation but order_sort's. */
#ifndef TALLY_OUTCOME_ORDER_H
#define TALLY_OUTCOME_ORDER_H

#include "campaign/law.h"

/* In place of a tie order's places: before and behind them all. Places are 1 to options_count. */
enum {
	ORDER_FRONT = 0,
	ORDER_BACK = 0xffff
};

/* Fills places[options_count], each from 1. `contest` is its place in the manifest. False if ties
 * are drawn and no notice has drawn (law NULL: none has). */
MUST_USE bool
order_make(const struct manifest *manifest, size_t contest, const struct law *law,
	   uint16_t *places);

/* Sorts options: the strongest first, equal ones by their places. False: no memory. */
MUST_USE bool
order_sort(uint16_t *options, size_t count, const int64_t *strength, const uint16_t *places);

#endif
