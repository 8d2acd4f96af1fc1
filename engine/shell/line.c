#include "shell/line.h"

#include "base/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static void
line_write(char priority, const char *format, va_list arguments)
    __attribute__((format(printf, 2, 0)));

static void
line_write(char priority, const char *format, va_list arguments)
{
	char text[1024];
	int used = getenv("JOURNAL_STREAM") != NULL
		       ? snprintf(text, sizeof text, "<%c>tallyd: ", priority)
		       : snprintf(text, sizeof text, "tallyd: ");

	vsnprintf(text + used, sizeof text - (size_t)used, format, arguments);
	fprintf(stderr, "%s\n", text);
}

void
line_say(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	line_write('6', format, arguments);
	va_end(arguments);
}

void
line_warn(const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	line_write('3', format, arguments);
	va_end(arguments);
}

static void
report_check(const char *file, int line, const char *condition)
{
	line_warn("stopped by its own check at %s:%d: %s", file, line, condition);
}

void
line_report_checks(void)
{
	check_reporter_set(report_check);
}
