/* sync_times: what it takes to make a write durable here: into a file that grows, and into one that
 * was filled with zeros and synced before, as the ledger's segments are.
 *
 *   sync_times [FOLDER [WRITES]]
 *
 * Microseconds by the wall clock: median and worst of WRITES (40) in turns, for writes of 4 KiB to
 * 1 MiB. The file lies in FOLDER (.), without a name. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "bench/tally-bench/zeros.h"
#include "tools/lib/ticks.h"

enum {
	WRITES_MAX = 10000,
	WRITE_MAX = 1024 * 1024,
};

static uint8_t bytes[WRITE_MAX];
static double times[2][WRITES_MAX];

static double
now_us(void)
{
	return ticks_s(CLOCK_MONOTONIC) * 1e6;
}

static int
by_size(const void *a, const void *b)
{
	double x = *(const double *)a;
	double y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
write_once(int file, size_t size, size_t at)
{
	double begin = now_us();

	CHECK(pwrite(file, bytes, size, (off_t)(at * size)) == (ssize_t)size);
	CHECK(fdatasync(file) == 0);
	return now_us() - begin;
}

static void
measure(const char *folder, size_t size, size_t writes)
{
	int growing = zeros_file(folder, 0);
	int filled = zeros_file(folder, size * writes);

	CHECK(growing >= 0 && filled >= 0);
	memset(bytes, 'x', size);
	for (size_t i = 0; i < writes; i++) {
		times[0][i] = write_once(growing, size, i);
		times[1][i] = write_once(filled, size, i);
	}
	close(growing);
	close(filled);
	for (int i = 0; i < 2; i++)
		qsort(times[i], writes, sizeof times[i][0], by_size);
	printf("%4zu KiB: growing %8.0f us (worst %.0f), zero-filled %8.0f us (worst %.0f), "
	       "ratio %.2f\n",
	       size / 1024, times[0][writes / 2], times[0][writes - 1], times[1][writes / 2],
	       times[1][writes - 1], times[0][writes / 2] / times[1][writes / 2]);
}

int
main(int count, char **arguments)
{
	const char *folder = count > 1 ? arguments[1] : ".";
	size_t writes = count > 2 ? strtoul(arguments[2], NULL, 10) : 40;

	if (count > 3 || writes < 1 || writes > WRITES_MAX)
		return 2;
	for (size_t size = 4096; size <= WRITE_MAX; size *= 4)
		measure(folder, size, writes);
	return 0;
}
