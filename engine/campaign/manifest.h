/* manifest: a campaign's whole law as its operator wrote it, parsed from JSON.
 *
 * The manifest's bytes are entries 0..k-1 of the log, the campaign id is their SHA-256, and
 * nothing in them changes afterwards: events are notices (campaign/law.h). Keys of the JSON and
 * their meaning are in include/README.md ("Campaign manifest").
 *
 * Parsing allocates what the manifest owns; manifest_free gives it back. After parsing a manifest
 * is read-only and may be shared by all threads. */
#ifndef TALLY_CAMPAIGN_MANIFEST_H
#define TALLY_CAMPAIGN_MANIFEST_H

#include "base/bytes.h"
#include "base/check.h"
#include "tally/formats.h"
#include "tree/key.h"

/* Greatest cost and cap, in minor units: the costs of all options of a campaign cannot overflow
 * an int64_t. */
#define MANIFEST_MONEY_MAX INT64_C(1000000000000000)

enum manifest_identity {
	MANIFEST_IDENTITY_CNP,
	MANIFEST_IDENTITY_PHONE,
	MANIFEST_IDENTITY_OPAQUE,
};

enum manifest_revote {
	MANIFEST_REVOTE_FIRST,
	MANIFEST_REVOTE_LAST,
};

enum manifest_precedence {
	MANIFEST_PRECEDENCE_NONE,
	MANIFEST_PRECEDENCE_BOOTH,
	MANIFEST_PRECEDENCE_ONLINE,
};

/* Every method a manifest may name; what each makes of choices is in method.h. */
enum manifest_method {
	MANIFEST_METHOD_SINGLE,
	MANIFEST_METHOD_APPROVAL,
	MANIFEST_METHOD_KNAPSACK,
	MANIFEST_METHOD_CUMULATIVE,
	MANIFEST_METHOD_SCORE,
	MANIFEST_METHOD_RANKED,
};

struct manifest_title {
	const char *language; /* "ro" */
	const char *text;
};

struct manifest_titles {
	size_t count;
	const struct manifest_title *titles;
};

struct manifest_frontend {
	struct note_key key; /* its name and key id are the frontend's */
	bool booth;
};

struct manifest_district {
	const char *id;
	struct manifest_titles titles;
};

struct manifest_option {
	const char *id;
	struct manifest_titles titles;
	int64_t cost;         /* minor units (bani, cents), >= 0 */
	const char *category; /* or NULL */
	const char *zone;     /* district id where its money belongs, or NULL */
	uint16_t zone_at;     /* that district's place */
};

/* Bounds on the choices that belong together: of a category, of a zone. */
struct manifest_group {
	const char *id;         /* the category's or the zone's */
	const uint8_t *options; /* one byte per option of the contest: 1 if it belongs to it */
	uint32_t min;           /* choices, where any are made in the contest */
	uint32_t max;
	int64_t budget_cap; /* minor units; -1: none */
};

/* Options of which a ballot may name one at most. */
struct manifest_exclusion {
	const uint8_t *options; /* one byte per option of the contest */
};

/* One contest's limits beyond min, max and cap. Nothing given: no limit (counts 0, maxima
 * UINT32_MAX). */
struct manifest_limits {
	size_t categories_count;
	const struct manifest_group *categories;
	size_t zones_count;
	const struct manifest_group *zones;
	uint32_t zones_max; /* different zones that a ballot's choices may lie in */
	uint32_t own_max;   /* choices in the zone of the ballot's district */
	uint32_t other_max; /* choices in other districts' zones */
	size_t exclusions_count;
	const struct manifest_exclusion *exclusions;
};

/* Limits over several contests; a ballot's district votes in some or all of them. */
struct manifest_across {
	const uint8_t *contests; /* one byte per contest: 1 if it is among them */
	uint32_t max;            /* choices in all of them */
	uint32_t contests_max;   /* of them that choices may be made in */
	int64_t budget_cap;      /* of all choices in them; -1: none */
};

/* Outcome rules: what each does is in outcome/, which parameters it takes in ruling.h. */
enum manifest_rule {
	MANIFEST_RULE_NONE,
	MANIFEST_RULE_COUNT,
	MANIFEST_RULE_GREEDY_SKIP,
	MANIFEST_RULE_GREEDY_STOP,
	MANIFEST_RULE_SHARES, /* the method of equal shares, in all its completions */
	MANIFEST_RULE_PHRAGMEN,
	MANIFEST_RULE_RUNOFF,
	MANIFEST_RULE_SCHULZE,
	MANIFEST_RULE_BORDA,
};

enum manifest_add1 {
	MANIFEST_ADD1_NONE,
	MANIFEST_ADD1_PABUTOOLS,
	MANIFEST_ADD1_PABULIB,
};

enum manifest_utility {
	MANIFEST_UTILITY_CARDINALITY,
	MANIFEST_UTILITY_COST,
	MANIFEST_UTILITY_SCORE,
	MANIFEST_UTILITY_SCORE_COST,
};

enum manifest_ties {
	MANIFEST_TIES_LISTED, /* as the options stand in the manifest */
	MANIFEST_TIES_GIVEN,
	MANIFEST_TIES_CHEAPER, /* then as listed */
	MANIFEST_TIES_DEARER,  /* then as listed */
	MANIFEST_TIES_DRAWN,   /* by a notice draw */
};

/* Where money lies: a zone's, a category's, the whole contest's. */
struct manifest_pool {
	const char *id;         /* of the whole: "" */
	const uint8_t *options; /* one byte per option: 1 if it is paid from here */
	int64_t budget;
};

/* Greedy: the gap of one option that does not fit, for each pool. */
struct manifest_top_up {
	bool given;
	int64_t gap_max;  /* of what is missing; -1: any */
	uint32_t percent; /* of the cost that must be there */
	int64_t reserve;  /* money for all gaps */
	bool leftovers;   /* and what pools without a gap have left */
};

struct manifest_outcome {
	const char *id; /* "none", "greedy-skip/v1", ... */
	enum manifest_rule rule;
	enum manifest_add1 add1;
	bool utilitarian;  /* shares: then greedy by votes over the rest */
	bool comparison;   /* shares: greedy instead, if more voters prefer that */
	bool last_is_zero; /* Borda: the last one named gets 0 points, not 1 */
	uint32_t seats;
	size_t pools_count;
	const struct manifest_pool *pools;
	bool by_score;              /* order by score, not votes */
	int64_t threshold;          /* least votes (score) */
	uint32_t threshold_percent; /* and least part of the contest's ballots */
	enum manifest_utility utility;
	int64_t add1_step;
	struct manifest_top_up top_up;
	size_t exclusions_count; /* of each at most one can win */
	const struct manifest_exclusion *exclusions;
	const uint8_t *left_out; /* one byte per option: 1 if it cannot win */
	bool sheets;             /* paper totals count as well */
	enum manifest_ties ties;
	const uint16_t *ties_given; /* options_count places, or NULL */
};

/* Where the contest's numbers begin among those of all contests (campaign/extent.h). */
struct manifest_extent {
	uint16_t voters_count; /* districts that vote in the contest; 2 or more: it has cells */
	const uint16_t *places; /* per district its place among those that vote */
	size_t cells_first;     /* options_count * voters_count of them */
	size_t positions_first; /* ranked: options_count * max of them */
	size_t pairs_first;     /* ranked: options_count * options_count of them */
};

struct manifest_contest {
	const char *id;
	struct manifest_titles titles;
	bool all_districts;
	const uint8_t *districts; /* one byte per district: 1 if it votes in this contest */
	enum manifest_method method;
	uint32_t min; /* choices, where any are made */
	uint32_t max;
	int64_t budget_cap; /* minor units; -1: none */
	int64_t sum_points; /* cumulative: greatest sum; -1: none */
	int32_t value_min;  /* score and cumulative: range of a value */
	int32_t value_max;
	bool blank; /* a blank vote is allowed */
	struct manifest_limits limits;
	struct manifest_outcome outcome;
	size_t options_first; /* place of its first option among all of the campaign's */
	size_t options_count;
	const struct manifest_option *options;
	struct manifest_extent extent;
};

struct manifest {
	uint8_t id[TALLY_HASH_SIZE];
	struct bytes json; /* the manifest's own copy */
	bool test;
	const char *origin;
	struct manifest_titles titles;
	int64_t opens; /* seconds since 1970 */
	int64_t closes;
	struct note_key log_key;
	size_t authorities_count;
	const struct note_key *authorities;
	size_t frontends_count;
	const struct manifest_frontend *frontends;
	size_t registrars_count;
	const struct note_key *registrars;
	size_t witnesses_count;
	const struct note_key *witnesses;
	enum tally_signing signing;
	uint8_t tag_context[32];
	enum manifest_identity identity;
	uint32_t voters_max;
	enum manifest_revote revote;
	uint16_t revisions_max; /* 1 under `first` */
	enum manifest_precedence precedence;
	bool sealed;
	uint32_t unseal_delay_s;
	uint32_t publish_every_s;
	uint32_t publish_min;
	uint32_t tally_every_ballots;
	uint32_t witness_wait_s;
	bool has_roster;
	uint8_t roster_root[TALLY_HASH_SIZE];
	uint64_t roster_count;
	size_t districts_count; /* 0: the campaign has one district without a name, number 0 */
	const struct manifest_district *districts;
	size_t contests_count;
	const struct manifest_contest *contests;
	size_t options_count; /* of all contests */
	size_t cells_count;   /* likewise, as the next two */
	size_t positions_count;
	size_t pairs_count;
	size_t across_count;
	const struct manifest_across *across;
	struct arena_block *memory; /* everything above points into it; manifest.c's own */
};

struct manifest_fault {
	char path[256];     /* JSON path: "$.contests[2].options[0].cost" */
	char sentence[256]; /* what is wrong there */
};

/* NULL and *fault filled if the JSON is no manifest. The bytes are copied. */
MUST_USE struct manifest *
manifest_parse(struct bytes json, struct manifest_fault *fault);

void
manifest_free(struct manifest *manifest);

/* True if `contest` is on the ballots of `district`. */
bool
manifest_votes_in(const struct manifest_contest *contest, uint16_t district);

/* Districts that ballots may name: districts_count, or 1 where the campaign has none. */
size_t
manifest_districts(const struct manifest *manifest);

const struct manifest_frontend *
manifest_frontend_find(const struct manifest *manifest, uint32_t key_id);

/* Place of the key with that id; the count of keys if there is none. */
size_t
manifest_frontend_place(const struct manifest *manifest, uint32_t key_id);

size_t
manifest_registrar_place(const struct manifest *manifest, uint32_t key_id);

/* Title in `language`, else the first one. */
const char *
manifest_title_in(const struct manifest_titles *titles, const char *language);

#endif
