#include "base/check.h"

#include <stddef.h>
#include <stdlib.h>

static check_reporter *reporter_installed;

void
check_reporter_set(check_reporter *reporter)
{
	reporter_installed = reporter;
}

void
check_failed(const char *file, int line, const char *condition)
{
	if (reporter_installed != NULL)
		reporter_installed(file, line, condition);
	abort();
}
