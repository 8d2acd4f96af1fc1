#include "bench/tally-bench/process.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

enum {
	text_max = 4096
};

static bool
file_read(pid_t pid, const char *name, char text[text_max])
{
	char path[320];
	FILE *file;
	size_t size;

	snprintf(path, sizeof path, "/proc/%ld/%s", (long)pid, name);
	file = fopen(path, "re");
	if (file == NULL)
		return false;
	size = fread(text, 1, text_max - 1, file);
	text[size] = 0;
	fclose(file);
	return size > 0;
}

/* The number behind "name:"; 0 where there is none. */
static uint64_t
number_of(const char *text, const char *name)
{
	const char *at = strstr(text, name);
	uint64_t value = 0;

	if (at != NULL && sscanf(at + strlen(name), " %" SCNu64, &value) != 1)
		return 0;
	return value;
}

/* utime and stime are the 14th and 15th words; the second, a name in brackets, may hold spaces. A
 * process that has ended and was not waited for has them still. */
static bool
cpu_read(pid_t pid, uint64_t *cpu_ns)
{
	char text[text_max];
	const char *name_end;
	unsigned long user, system;
	char state;

	if (!file_read(pid, "stat", text))
		return false;
	name_end = strrchr(text, ')');
	if (name_end == NULL ||
	    sscanf(name_end + 1, " %c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &state,
		   &user, &system) != 3 ||
	    state == 'Z' || state == 'X')
		return false;
	*cpu_ns = (user + system) * (UINT64_C(1000000000) / (uint64_t)sysconf(_SC_CLK_TCK));
	return true;
}

static uint64_t
switches_of(pid_t pid)
{
	char name[300];
	char text[text_max];
	const struct dirent *thread;
	uint64_t switches = 0;
	DIR *threads;

	snprintf(name, sizeof name, "/proc/%ld/task", (long)pid);
	threads = opendir(name);
	while (threads != NULL && (thread = readdir(threads)) != NULL) {
		snprintf(name, sizeof name, "task/%s/status", thread->d_name);
		if (thread->d_name[0] != '.' && file_read(pid, name, text))
			switches += number_of(text, "\nvoluntary_ctxt_switches:") +
				    number_of(text, "nonvoluntary_ctxt_switches:");
	}
	if (threads != NULL)
		closedir(threads);
	return switches;
}

bool
process_look(pid_t pid, struct process_figures *out)
{
	char text[text_max];

	*out = (struct process_figures){0};
	if (!cpu_read(pid, &out->cpu_ns) || !file_read(pid, "status", text))
		return false;
	out->memory_bytes = number_of(text, "VmRSS:") * 1024;
	out->switches = switches_of(pid);
	out->has_written = file_read(pid, "io", text);
	if (out->has_written)
		out->written_bytes = number_of(text, "\nwrite_bytes:");
	return true;
}

uint64_t
process_own_cpu_ns(void)
{
	struct rusage usage;

	if (getrusage(RUSAGE_SELF, &usage) != 0)
		return 0;
	return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000 +
	       (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}
