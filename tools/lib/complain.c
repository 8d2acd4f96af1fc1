#include "tools/lib/complain.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void __attribute__((format(printf, 2, 0)))
line(const char *why, const char *format, va_list arguments)
{
	flockfile(stderr);
	fprintf(stderr, "%s: ", program_invocation_short_name);
	vfprintf(stderr, format, arguments);
	if (why)
		fprintf(stderr, ": %s", why);
	fputc('\n', stderr);
	funlockfile(stderr);
}

void
complain(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	line(NULL, format, arguments);
	va_end(arguments);
}

enum tally_exit
complain_errno(const char *format, ...)
{
	int error = errno;
	va_list arguments;

	va_start(arguments, format);
	line(strerror(error), format, arguments);
	va_end(arguments);
	switch (error) {
	case ENOENT:
	case ENOTDIR:
	case EISDIR:
	case EEXIST:
	case ENAMETOOLONG:
		return TALLY_EXIT_USAGE;
	default:
		return TALLY_EXIT_WORLD;
	}
}
