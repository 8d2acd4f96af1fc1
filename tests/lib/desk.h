/* desk: a log and frontends' journals about it, put together in memory, and an audit of both. */
#ifndef TALLY_TESTS_DESK_H
#define TALLY_TESTS_DESK_H

#include "tally/journal.h"
#include "tests/lib/scene.h"
#include "tools/lib/reconcile.h"

enum {
	DESK_JOURNALS = 3,
	DESK_VOTE = 50 /* an entry of the story that is a ballot */
};

struct desk {
	struct scene scene;
	struct writer journals[DESK_JOURNALS];
	struct tally_journal_tape tapes[DESK_JOURNALS];
	struct tally_client_key keys[DESK_JOURNALS];
	char paths[DESK_JOURNALS][300];
	const char *given[DESK_JOURNALS];
	bool some;
	struct reconcile *reconcile;
};

/* A desk with the story's log, not published, and no journals. */
struct desk *
desk_make(const struct campaign_wish *wish, story_hook *hook);

/* And a first journal that has all its ballots, without a seal. */
struct desk *
desk_kept(const struct campaign_wish *wish);

void
desk_free(struct desk *desk);

/* Begins journal `at`, of that frontend. */
void
desk_begin(struct desk *desk, size_t at, size_t frontend);

void
desk_submit(struct desk *desk, size_t at, struct bytes ballot);

/* To the ballot submitted last. */
void
desk_answer(struct desk *desk, size_t at, enum tally_verdict verdict, uint64_t index);

void
desk_seal(struct desk *desk, size_t at);

/* What the frontend of journal `at` has sent: the log's ballots from entry `from` to `end`. */
void
desk_keep(struct desk *desk, size_t at, size_t from, size_t end);

/* The ballot that is that entry. */
struct bytes
desk_ballot(const struct desk *desk, size_t index);

/* Writes the journals as files and opens them; desk_unlink is due. */
MUST_USE enum tally_exit
desk_present(struct desk *desk, struct trouble *trouble);

void
desk_unlink(const struct desk *desk);

/* Audits; fails the test unless all passes, and the check's remark has these words. */
void
assert_remark(struct desk *desk, const char *words);

/* Audits; fails the test unless the check fails at that entry (or NO_INDEX), in these words. */
void
assert_uncovered(struct desk *desk, long index, const char *words);

/* A number of reconcile_json. */
long
desk_number(const struct desk *desk, const char *name);

#endif
