#include "bench/tally-bench/shard.h"

#include <stdlib.h>
#include <string.h>

static void
span_init(struct shard_span *span)
{
	span->latency = calloc(1, sizeof *span->latency);
	span->service = calloc(1, sizeof *span->service);
	CHECK(span->latency != NULL && span->service != NULL);
}

void
shard_init(struct shard *shard)
{
	memset(shard, 0, sizeof *shard);
	CHECK(pthread_mutex_init(&shard->lock, NULL) == 0);
	span_init(&shard->spans[0]);
	span_init(&shard->spans[1]);
}

void
shard_free(struct shard *shard)
{
	pthread_mutex_destroy(&shard->lock);
	for (int i = 0; i < 2; i++) {
		free(shard->spans[i].latency);
		free(shard->spans[i].service);
	}
}

struct run_sample *
shard_counts(struct shard *shard)
{
	return &shard->spans[shard->active].counts;
}

void
shard_verdict(struct shard *shard, unsigned verdict)
{
	struct run_sample *counts = shard_counts(shard);

	if (verdict < TALLY_VERDICTS_COUNT)
		counts->verdicts[verdict]++;
	else
		counts->verdicts_unknown++;
}

static void
surprise(struct shard *shard, deck_card card, unsigned verdict)
{
	shard_counts(shard)->surprises++;
	shard->surprised[deck_kind(card)]++;
	if (shard->surprises_count < RUN_KINDS_MAX)
		shard->surprises[shard->surprises_count++] =
		    (struct shard_surprise){card, (uint16_t)verdict};
}

void
shard_answer(struct shard *shard, deck_card card, unsigned verdict, uint64_t latency_ns,
	     uint64_t service_ns)
{
	struct shard_span *span = &shard->spans[shard->active];
	enum kind kind = deck_kind(card);

	span->counts.answered++;
	shard->answered[kind]++;
	histogram_record(span->latency, latency_ns);
	histogram_record(span->service, service_ns);
	if (kind != KIND_NONE && verdict != kind_verdict(kind))
		surprise(shard, card, verdict);
}

void
shard_collect(struct shard *shard, struct run_sample *counts, struct histogram *latency,
	      struct histogram *service)
{
	struct shard_span *span;

	CHECK(pthread_mutex_lock(&shard->lock) == 0);
	span = &shard->spans[shard->active];
	shard->active ^= 1;
	counts->in_flight += shard->in_flight;
	CHECK(pthread_mutex_unlock(&shard->lock) == 0);
	run_sample_add(counts, &span->counts);
	histogram_merge(latency, span->latency);
	histogram_merge(service, span->service);
	memset(&span->counts, 0, sizeof span->counts);
	histogram_reset(span->latency);
	histogram_reset(span->service);
}
