#include "bench/tally-bench/report.h"

#include <inttypes.h>
#include <stdio.h>

#include "bench/tally-bench/histogram.h"

static const struct argp report_argp = {0};

const struct argp_child report_argp_children[] = {{&report_argp, 0, NULL, 0}, {0}};

static void
quantiles_tell(const char *what, const struct run_quantiles *quantiles)
{
	printf("%s p50 %.3f ms, p99 %.3f ms, p99.9 %.3f ms, max %.3f ms\n", what,
	       (double)quantiles->p50_ns / 1e6, (double)quantiles->p99_ns / 1e6,
	       (double)quantiles->p999_ns / 1e6, (double)quantiles->max_ns / 1e6);
}

static void
cpu_tell(const char *who, uint64_t cpu_ns, const struct run_sample *total)
{
	printf("%s %.2f s of processor time, %.2f us a ballot\n", who, (double)cpu_ns / 1e9,
	       total->answered > 0 ? (double)cpu_ns / 1e3 / (double)total->answered : 0);
}

static void
answers_tell(const struct run *run)
{
	for (unsigned i = 0; i < TALLY_VERDICTS_COUNT; i++)
		if (run->total.verdicts[i] > 0)
			printf("%s %" PRIu32 "\n", tally_verdict_text(i)->name,
			       run->total.verdicts[i]);
	if (run->kinds_count > 0)
		printf("not as foretold %" PRIu64 "\n", run->total.surprises);
	for (size_t i = 0; i < run->surprises_count; i++)
		printf("surprise: ballot %" PRIu64 " (%s): %s, not %s\n",
		       run->surprises[i].place, run->surprises[i].kind,
		       tally_verdict_text(run->surprises[i].verdict)->name,
		       tally_verdict_text(run->surprises[i].foretold)->name);
}

static void
run_tell(const struct run *run)
{
	const struct run_sample *total = &run->total;

	printf("%s: %" PRIu64 " answers in %.2f s, %.0f/s\n", run->label, total->answered,
	       (double)total->length_ns / 1e9, run_rate(total));
	if (run->open)
		printf("offered %" PRIu64 ", %.0f/s; sent late %" PRIu64 "\n", total->offered,
		       run->offered_rate, total->late);
	quantiles_tell("latency", &total->latency);
	if (run->open)
		quantiles_tell("from sending", &total->service);
	cpu_tell("the load took", total->client_cpu_ns, total);
	if (run->has_server)
		cpu_tell("the server took", total->server_cpu_ns, total);
	if (run->has_server)
		printf("memory of the server %.1f MB\n",
		       (double)total->server_memory_bytes / 1e6);
	if (run->has_data && total->answered > 0)
		printf("disk %.0f bytes a ballot of %.0f\n",
		       (double)run->data_bytes / (double)total->answered,
		       (double)run->ballot_bytes / (double)total->sent);
	if (total->metrics.known)
		printf("%" PRIu64 " commits, %.1f entries each, %.2f ms a sync\n",
		       total->metrics.batch.count,
		       total->metrics.batch.count > 0
			   ? total->metrics.batch.sum / (double)total->metrics.batch.count
			   : 0,
		       total->metrics.sync.count > 0
			   ? 1e3 * total->metrics.sync.sum / (double)total->metrics.sync.count
			   : 0);
	printf("sent again %" PRIu64 ", reconnects %" PRIu64 ", without an answer %" PRIu64
	       "\n",
	       total->resent, total->reconnects, run->unanswered);
	answers_tell(run);
}

enum tally_exit
report_write(const struct run_set *set, const struct report_options *options)
{
	(void)options;
	for (size_t i = 0; i < set->runs_count; i++)
		run_tell(&set->runs[i]);
	return TALLY_EXIT_FINE;
}
