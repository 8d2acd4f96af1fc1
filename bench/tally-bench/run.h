/* run: what one run against a live tallyd has measured: the numbers between load and report.
 *
 * Latency is counted from the time a ballot was meant to be sent. A load that stops sending while
 * its server stalls would leave out the very waits that voters had ("coordinated omission"); here
 * they are in. `service` is the same from the time it was really sent. In a closed loop a ballot
 * is meant to be sent when it is sent: both are the same.
 *
 * Nanoseconds of the monotonic clock; bytes; counts. Filled by load.c, then read-only. */
#ifndef TALLY_BENCH_RUN_H
#define TALLY_BENCH_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tally/status.h"

struct histogram; /* bench/tally-bench/histogram.h: nanoseconds */

enum {
	RUN_TEXT_MAX = 128,
	RUN_SAMPLES_MAX = 100000, /* more than a day; what comes after is in the totals alone */
	RUN_SPREAD_MAX = 32,
	RUN_KINDS_MAX = 16,
	RUN_LATE_NS = 1000000, /* sent that much after its time, a ballot was sent late */
};

/* Of those who answered in some span of time; zeros where nobody did. */
struct run_quantiles {
	uint64_t count;
	uint64_t p50_ns;
	uint64_t p99_ns;
	uint64_t p999_ns;
	uint64_t max_ns;
};

/* A histogram as Prometheus tells it: how many were at most `bounds[i]`. The last bound is
 * INFINITY; buckets_count 0: not told. */
struct run_spread {
	size_t buckets_count;
	double bounds[RUN_SPREAD_MAX];
	uint64_t at_most[RUN_SPREAD_MAX];
	double sum;
	uint64_t count;
};

/* What tallyd's metrics door has said: the difference over a span of time, but for what is
 * measured at its end. */
struct run_metrics {
	bool known;
	char verify[16];          /* the path of its signatures; "": not told */
	char sums[8];             /* of `portable`: avx2, adx or plain */
	struct run_spread batch;  /* entries of a commit */
	struct run_spread sync;   /* seconds of its fdatasync */
	struct run_spread commit; /* seconds of all of it */
	uint64_t log_bytes;       /* written to the ledger */
	uint64_t tree_size;       /* at the end */
	uint64_t queued;          /* at the end: requests taken and not yet answered */
};

/* What went on in a span of time: about a second, or the whole run. */
struct run_sample {
	uint64_t at_ns;     /* its beginning, from the run's */
	uint64_t length_ns; /* 0: nothing was measured */
	uint64_t offered;   /* ballots meant to be sent in it; closed loop: those that were */
	uint64_t sent;      /* again ones not among them */
	uint64_t late;      /* of the sent ones: more than RUN_LATE_NS after their time */
	uint64_t resent;    /* again, after slow-down and its like, or a lost connection */
	uint64_t answered;  /* for good */
	uint64_t in_flight; /* at its end: sent, not answered */
	uint64_t behind;    /* at its end: their time has come, they are not sent */
	uint64_t reconnects;
	uint64_t surprises;                      /* answers other than the file foretold */
	uint32_t verdicts[TALLY_VERDICTS_COUNT]; /* of all answers; those asked again too */
	uint32_t verdicts_unknown;               /* numbers beyond */
	struct run_quantiles latency;            /* of the answered */
	struct run_quantiles service;
	uint64_t client_cpu_ns;       /* of the load itself: user and system */
	bool server_known;            /* its process was there at both ends */
	uint64_t server_cpu_ns;       /* these four if so */
	uint64_t server_memory_bytes; /* resident at its end; of the run: the most */
	uint64_t server_written_bytes;
	uint64_t server_context_switches; /* of all its threads */
	struct run_metrics metrics;
};

/* A kind of ballot in the file, and what became of it. */
struct run_kind {
	const char *name; /* "fresh", "repeat", ... */
	uint16_t verdict; /* foretold */
	uint64_t answered;
	uint64_t surprises;
};

/* The first answers that the file did not foretell. */
struct run_surprise {
	uint64_t place; /* of the ballot in the file, from 0 */
	const char *kind;
	uint16_t foretold;
	uint16_t verdict;
};

struct run {
	char label[RUN_TEXT_MAX]; /* "closed loop", "4000/s", "60 % of saturation" */
	bool open;                /* open loop: ballots have their times */
	bool has_server;          /* --pid was given */
	bool has_written;         /* and its system lets us see what it writes */
	uint64_t server_ended_ns; /* its process was found gone then; 0: it was not */
	char verify[16];          /* by the metrics: run_metrics.verify */
	char sums[8];             /* and sums */
	bool interrupted;
	unsigned connections;
	unsigned window; /* answers owed to a connection, at most */
	unsigned threads;
	double offered_rate; /* open loop: the mean of the schedule, ballots/s */
	struct run_sample total;
	size_t samples_count;
	struct run_sample *samples;
	struct histogram *latency; /* of total; NULL before load has run */
	struct histogram *service;
	uint64_t ballot_bytes; /* that were submitted, once each */
	uint64_t unanswered;   /* at the end, given up: their waits until then are in latency,
				  with those of total.behind */
	uint64_t missing;    /* open loop: ballots of the schedule that the file did not have */
	bool has_data;       /* --data: what the folder grew by; the public log's files too */
	uint64_t data_bytes; /* ledger, tree, index, public */
	size_t kinds_count;  /* 0: the file foretells nothing */
	struct run_kind kinds[RUN_KINDS_MAX];
	size_t surprises_count; /* of the list below; all of them: total.surprises */
	struct run_surprise surprises[RUN_KINDS_MAX];
};

/* Runs of one sitting against one server: one of `load`; of `sweep` first saturation, then the
 * offered loads as they were asked for. */
struct run_set {
	char server[RUN_TEXT_MAX];      /* HOST:PORT */
	char campaign[65];              /* hexadecimal */
	char ballots[4 * RUN_TEXT_MAX]; /* the file */
	bool voters_sign;               /* the ballots' signing mode */
	char began[32];                 /* UTC: 2026-11-22T10:00:00Z */
	bool swept;
	char left_out[RUN_TEXT_MAX]; /* loads that there were too few ballots for; "": none */
	size_t runs_count;
	struct run *runs;
};

/* Adds what was counted of ballots, answers and connections; the rest of `to` stays. */
void
run_sample_add(struct run_sample *to, const struct run_sample *from);

/* Answers per second of the run; 0 where it measured nothing. */
double
run_rate(const struct run_sample *sample);

/* Of a sweep, the load with the most answers for the wait: the greatest rate / p99 ("power",
 * Kleinrock, ICC 1979). More than it costs longer waits than it brings answers. NULL where fewer
 * than two offered loads were measured. */
const struct run *
run_knee(const struct run_set *set);

/* Was no greater load offered? Then the knee may lie beyond it. */
bool
run_is_greatest(const struct run_set *set, const struct run *run);

/* Takes the last run out if it measured nothing. */
void
run_set_cut(struct run_set *set);

/* Frees what the runs own, and the runs. */
void
run_set_free(struct run_set *set);

#endif
