#include "bench/growth/measure.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

_Noreturn void
give_up(const char *why)
{
	fprintf(stderr, "grow: %s\n", why);
	exit(3);
}

void
sample(struct samples *samples, double ms)
{
	if (samples->count < SAMPLES_MAX)
		samples->ms[samples->count++] = (float)ms;
}

static int
by_size(const void *a, const void *b)
{
	float x = *(const float *)a;
	float y = *(const float *)b;

	return (x > y) - (x < y);
}

double
quantile(struct samples *samples, double part)
{
	size_t at = (size_t)(part * (double)samples->count);

	if (samples->count == 0)
		return 0;
	qsort(samples->ms, samples->count, sizeof *samples->ms, by_size);
	return (double)samples->ms[at < samples->count ? at : samples->count - 1];
}

double
memory_mb(const char *name)
{
	FILE *file = fopen("/proc/self/smaps_rollup", "r");
	unsigned long kb = 0;
	char line[256];

	if (file == NULL)
		return 0;
	while (fgets(line, sizeof line, file) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			kb = strtoul(line + strlen(name), NULL, 10);
	fclose(file);
	return (double)kb / 1024;
}

static double disk_sum;

static int
add_file(const char *path, const struct stat *about, int kind, struct FTW *place)
{
	(void)path;
	(void)place;
	if (kind == FTW_F)
		disk_sum += (double)about->st_blocks * 512;
	return 0;
}

double
disk_bytes(const char *folder, const char *name)
{
	char path[4096];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	disk_sum = 0;
	nftw(path, add_file, 16, FTW_PHYS);
	return disk_sum;
}
