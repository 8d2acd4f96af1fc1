/* campaign: a whole made-up campaign for tests: keys from fixed seeds, the manifest's JSON and
 * its parsed form, and signed ballots and notices under them.
 *
 * The same wish makes the same bytes. Contests are "c0", "c1", ..., options "o0", ..., districts
 * "d0", ...; option k costs (k + 1) * 100. Contest 0 is for all districts; of the others, contest
 * c is for the districts d with d % 2 == c % 2, if there are districts. */
#ifndef TALLY_TESTS_CAMPAIGN_H
#define TALLY_TESTS_CAMPAIGN_H

#include "ballot/ballot.h"
#include "ballot/notice.h"
#include "campaign/manifest.h"
#include "campaign/roster.h"
#include "tests/lib/test.h"
#include "tree/key.h"

enum {
	campaign_keys_max = 8
};

/* Zero means the value in brackets. */
struct campaign_wish {
	size_t districts;   /* [0] */
	size_t contests;    /* [1] */
	size_t options;     /* of each contest [3] */
	size_t max;         /* choices in each contest [all options] */
	size_t min;         /* [1] */
	int64_t budget_cap; /* [none] */
	bool single;        /* method [approval] */
	bool ranked;        /* method [approval] */
	const char *method; /* another one [approval] */
	const char *limits; /* members of every contest, `"a":1,"b":2` [none] */
	const char *more;   /* members of the campaign [none] */
	bool grouped;       /* option k has category "k<k % 3>" and zone d<k % (districts
				     * + 1)>, which for the last of them is none [neither] */
	uint32_t
	    roster; /* voters 0 to roster - 1 are on one, of district voter % districts [none] */
	const char *outcome;        /* JSON of every contest [{"rule":"none"}] */
	bool blank;                 /* allowed in every contest [no] */
	size_t frontends;           /* the last one is a booth if there are several [1] */
	size_t authorities;         /* [1] */
	size_t registrars;          /* voter signing only [1] */
	size_t witnesses;           /* [0] */
	uint32_t witness_wait_s;    /* with witnesses [5] */
	enum tally_signing signing; /* [TALLY_SIGNING_FRONTEND] */
	uint16_t revisions_max;     /* 2 or more: revote policy last [1: first] */
	const char *precedence;     /* "booth" or "online" [none] */
	uint32_t voters_max;        /* [1000] */
	uint32_t publish_every_s;   /* [60] */
	uint32_t publish_min;       /* [32] */
	uint32_t tally_every;       /* ballots [10000] */
	bool real;                  /* not marked test [it is] */
	bool sealed;                /* results [live] */
	uint32_t unseal_delay_s;    /* if sealed [0] */
	const char *origin;         /* ["tally.example/test"] */
	const char *opens;          /* ["2026-01-01T08:00:00Z"] */
	const char *closes;         /* ["2026-01-31T20:00:00Z"] */
};

struct campaign {
	struct manifest *manifest;
	struct roster roster; /* its records are malloc'ed; empty without one */
	struct note_private_key log;
	struct note_private_key authorities[campaign_keys_max];
	struct note_private_key frontends[campaign_keys_max];
	struct note_private_key registrars[campaign_keys_max];
	struct note_private_key witnesses[campaign_keys_max];
};

/* `wish` may be NULL. Fails the test if the manifest is refused or not supported. */
void
campaign_make(struct campaign *campaign, const struct campaign_wish *wish);

/* The JSON alone, malloc'ed and NUL-terminated; keys are filled in. */
char *
campaign_json(struct campaign *campaign, const struct campaign_wish *wish);

void
campaign_free(struct campaign *campaign);

/* Tag, voter key of voter number `voter`: any number. */
void
campaign_tag(uint64_t voter, uint8_t tag[TALLY_TAG_SIZE]);

struct campaign_choice {
	uint16_t contest; /* its place in the manifest */
	uint16_t option;  /* TALLY_CHOICES_BLANK: a blank vote in that contest */
	int32_t value;
};

/* One vote as a test writes it. `choices` ascend by contest, then option; a contest of the
 * district that is not named is an abstention. */
struct campaign_vote {
	uint64_t voter;
	uint16_t revision; /* 0 means 1 */
	uint16_t district;
	size_t signer;   /* place among frontends or registrars */
	uint64_t serial; /* voter signing; the voter key depends on voter and serial */
	const struct campaign_choice *choices;
	size_t choices_count;
};

/* Writes the signed ballot into `memory`, at least TALLY_BALLOT_SIZE_MAX bytes. */
struct bytes
campaign_ballot(const struct campaign *campaign, const struct campaign_vote *vote,
		uint8_t *memory);

/* Fills district and choices (at most `capacity`) of a vote that the rules allow. */
void
campaign_vote_random(const struct campaign *campaign, struct test_random *random,
		     struct campaign_vote *vote, struct campaign_choice *choices,
		     size_t capacity);

/* Writes a notice signed by authority 0 into `memory`; `previous` is the one before, or {0}. */
struct bytes
campaign_order(const struct campaign *campaign, struct bytes previous, uint32_t number,
	       enum tally_notice_kind kind, struct bytes body, uint8_t *memory,
	       size_t capacity);

/* The same; extend and unseal name `time`, the others have no body. */
struct bytes
campaign_notice(const struct campaign *campaign, struct bytes previous, uint32_t number,
		enum tally_notice_kind kind, int64_t time, uint8_t *memory, size_t capacity);

#endif
