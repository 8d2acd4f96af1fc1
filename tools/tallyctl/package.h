/* package: results as a Frictionless tabular data package, fit for an open-data portal (CKAN):
 *
 *   datapackage.json   what the tables are, column by column
 *   contests.csv       contest, title, method, outcome, ballots, blank, abstained
 *   options.csv        contest, option, title, cost, votes, score, category, zone, withdrawn,
 *                      winner
 *   districts.csv      contest, option, district, votes, score, first
 *   positions.csv      contest, option, position, votes          of ranked contests
 *   pairs.csv          contest, option, other, ballots           of ranked contests
 *   paper.csv          contest, option, votes, score             of sheets of paper totals
 *   winners.csv        contest, place, option
 *   trace.csv          contest, step, act, pool, round, option, other, strength, other_strength,
 *                      cost, left, money, figure, tie, tie_mattered
 *
 * RFC 4180, UTF-8, one header row. A cell is empty where its fact is not known or says nothing.
 * `winner` is the place among the winners. Money is in whole units with decimals. */
#ifndef TALLY_TOOLS_PACKAGE_H
#define TALLY_TOOLS_PACKAGE_H

#include <jansson.h>

#include "campaign/manifest.h"
#include "tally/status.h"

struct package {
	const json_t *results;           /* outcome_json.h's members; of a server, no trace */
	const struct manifest *manifest; /* NULL: titles, costs and methods are not known */
	const char *language;
	unsigned units; /* minor units in one of the money's: 1, 10, 100 or 1000 */
};

/* All files, in the folder `path`, which is made if it is not there; files there are replaced. */
MUST_USE enum tally_exit
package_write(const struct package *package, const char *path);

#endif
