#include "bench/tally-bench/scrape.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	line_max = 512
};

/* The value behind `name` exactly, labels included; false if the line is of another metric. */
static bool
value_of(const char *line, const char *name, double *out)
{
	size_t size = strlen(name);

	if (strncmp(line, name, size) != 0 || line[size] != ' ')
		return false;
	*out = strtod(line + size, NULL);
	return true;
}

/* Of a count: no number, a negative or a boundless one is none. */
static bool
number_take(double value, uint64_t *out)
{
	if (!(value >= 0) || !(value < 0x1p63))
		return false;
	*out = (uint64_t)value;
	return true;
}

static bool
count_of(const char *line, const char *name, uint64_t *out)
{
	double value;

	return value_of(line, name, &value) && number_take(value, out);
}

static void
bucket_add(const char *line, struct run_spread *spread)
{
	const char *bound = strstr(line, "le=\"");
	const char *value = strrchr(line, ' ');

	if (bound == NULL || value == NULL || spread->buckets_count == RUN_SPREAD_MAX ||
	    !number_take(strtod(value, NULL), &spread->at_most[spread->buckets_count]))
		return;
	spread->bounds[spread->buckets_count++] = strtod(bound + 4, NULL); /* "+Inf" as well */
}

static void
spread_take(const char *line, const char *name, struct run_spread *spread)
{
	size_t size = strlen(name);

	if (strncmp(line, name, size) != 0)
		return;
	line += size;
	if (strncmp(line, "_bucket{", 8) == 0)
		bucket_add(line, spread);
	else if (!value_of(line, "_sum", &spread->sum))
		count_of(line, "_count", &spread->count);
}

static void
line_take(const char *line, struct run_metrics *out)
{
	if (line[0] == '#')
		return;
	spread_take(line, "tallyd_commit_entries", &out->batch);
	spread_take(line, "tallyd_sync_seconds", &out->sync);
	spread_take(line, "tallyd_commit_seconds", &out->commit);
	count_of(line, "tallyd_commit_bytes_total", &out->log_bytes);
	count_of(line, "tallyd_requests_waiting", &out->queued);
	(void)sscanf(line,
		     "tallyd_build_info{version=\"%*[^\"]\",verify=\"%15[a-z0-9]\","
		     "sums=\"%7[a-z0-9]\"",
		     out->verify, out->sums);
	if (count_of(line, "tallyd_tree_entries{stage=\"sequenced\"}", &out->tree_size))
		out->known = true;
}

void
scrape_parse(struct bytes text, struct run_metrics *out)
{
	memset(out, 0, sizeof *out);
	while (text.size > 0) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		size_t size = end != NULL ? (size_t)(end - text.data) : text.size;
		char line[line_max];

		if (size < sizeof line) {
			memcpy(line, text.data, size);
			line[size] = 0;
			line_take(line, out);
		}
		size += end != NULL;
		text = bytes_make(text.data + size, text.size - size);
	}
}

/* False: the later is not a continuation of the earlier. */
static bool
spread_between(const struct run_spread *before, const struct run_spread *now,
	       struct run_spread *out)
{
	*out = *now;
	if (before->buckets_count != now->buckets_count || before->count > now->count)
		return false;
	for (size_t i = 0; i < now->buckets_count; i++) {
		if (before->at_most[i] > now->at_most[i])
			return false;
		out->at_most[i] -= before->at_most[i];
	}
	out->sum -= before->sum;
	out->count -= before->count;
	return true;
}

struct run_metrics
scrape_between(const struct run_metrics *before, const struct run_metrics *now)
{
	struct run_metrics out = *now;

	out.known = before->known && now->known && before->log_bytes <= now->log_bytes &&
		    spread_between(&before->batch, &now->batch, &out.batch) &&
		    spread_between(&before->sync, &now->sync, &out.sync) &&
		    spread_between(&before->commit, &now->commit, &out.commit);
	if (!out.known)
		return (struct run_metrics){0};
	out.log_bytes -= before->log_bytes;
	return out;
}
