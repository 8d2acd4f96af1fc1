#include "bench/tally-bench/host.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

static void
find_processor(char out[HOST_TEXT_MAX])
{
	FILE *file = fopen("/proc/cpuinfo", "re");
	char line[512];

	snprintf(out, HOST_TEXT_MAX, "unknown");
	if (file == NULL)
		return;
	while (fgets(line, sizeof line, file) != NULL) {
		char *value = strchr(line, ':');

		if (strncmp(line, "model name", 10) != 0 || value == NULL || value[1] == '\0')
			continue;
		value += 2;
		value[strcspn(value, "\n")] = '\0';
		snprintf(out, HOST_TEXT_MAX, "%.*s", HOST_TEXT_MAX - 1, value);
		break;
	}
	fclose(file);
}

void
host_describe(struct host *out)
{
	struct utsname name;
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	*out = (struct host){.cores = cores < 1 ? 1 : (unsigned)cores};
	find_processor(out->processor);
	out->memory_bytes = (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
	if (uname(&name) == 0)
		snprintf(out->system, sizeof out->system, "%.20s %.60s %.20s", name.sysname,
			 name.release, name.machine);
	snprintf(out->libraries, sizeof out->libraries, "libsodium %s",
		 sodium_version_string());
	if (getloadavg(&out->load, 1) != 1)
		out->load = 0;
}
