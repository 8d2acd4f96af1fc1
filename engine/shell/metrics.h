/* metrics: how the process is doing, as numbers for whoever operates it (Prometheus' text format).
 *
 * What is counted is fixed by one table in metrics.c. Nothing in it depends on what a ballot
 * chooses; but counts that are this fresh tell when each ballot came, so that they are shown at a
 * door of their own (shell/metrics_door.h), never among what everybody may read (R1).
 *
 * Threads: the loop writes, and any thread reads at any time. Every number is an atomic of its
 * own, written without order: a reading may show a commit's bytes without its count, never a torn
 * number, and no number but a gauge ever goes back. */
#ifndef TALLY_SHELL_METRICS_H
#define TALLY_SHELL_METRICS_H

#include "base/check.h"
#include "shell/committer.h"
#include "station/gauge.h"

enum {
	METRICS_BUCKETS_MAX = 16,
	METRICS_TEXT_MAX = 64 * 1024,
};

/* How often what was seen lies at or below each bound, by bound; the last bucket has none. */
struct metrics_spread {
	_Atomic uint64_t buckets[METRICS_BUCKETS_MAX];
	_Atomic uint64_t sum; /* nanoseconds, or what is counted */
};

struct metrics {
	const char *verify; /* what ballots' signatures are verified with: verifier_path_name */
	const char *sums;   /* and verifier_path_sums */
	int64_t began_ms;   /* wall clock */
	_Atomic uint64_t answers[TALLY_VERDICTS_COUNT];
	_Atomic uint64_t ballots[TALLY_VERDICTS_COUNT];
	_Atomic uint64_t connections[GAUGE_CONNECTIONS];
	_Atomic uint64_t parcels[GAUGE_PARCELS];
	_Atomic uint64_t requests;
	_Atomic uint64_t sequenced;
	_Atomic uint64_t durable;
	_Atomic uint64_t signed_size;
	_Atomic uint64_t published_size;
	_Atomic uint64_t ready;
	_Atomic uint64_t commits;
	_Atomic uint64_t commit_bytes;
	_Atomic uint64_t ledger_bytes;
	_Atomic uint64_t verified;
	struct metrics_spread commit_entries;
	struct metrics_spread commit_ns;
	struct metrics_spread sync_ns;
	struct metrics_spread verify_ns;
	struct metrics_spread sign_ns;
};

/* The texts must last as long as `metrics`. */
void
metrics_init(struct metrics *metrics, const char *verify, const char *sums, int64_t wall_ms);

/* Bytes of the ledger in use before the first batch. */
void
metrics_ledger(struct metrics *metrics, uint64_t bytes);

/* The station as it is now. */
void
metrics_gauge(struct metrics *metrics, const struct station *station);

/* A batch is durable. */
void
metrics_committed(struct metrics *metrics, const struct committer_done *done);

/* A parcel of so many requests is back from a worker that had it for so long. */
void
metrics_verified(struct metrics *metrics, size_t requests, uint64_t ns);

/* A checkpoint was signed, so long after it was asked for. */
void
metrics_signed(struct metrics *metrics, uint64_t ns);

/* All of it and the process's own, as `text/plain; version=0.0.4`; at most METRICS_TEXT_MAX. */
void
metrics_write(const struct metrics *metrics, struct writer *writer);

#endif
