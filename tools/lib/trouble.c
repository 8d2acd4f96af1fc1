#include "tools/lib/trouble.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

enum tally_exit
trouble_set(struct trouble *trouble, enum tally_exit code, const char *format, ...)
{
	va_list arguments;

	*trouble = (struct trouble){.exit = code};
	va_start(arguments, format);
	vsnprintf(trouble->sentence, sizeof trouble->sentence, format, arguments);
	va_end(arguments);
	return code;
}

enum tally_exit
trouble_at(struct trouble *trouble, enum tally_exit code, uint64_t index, const char *format,
	   ...)
{
	va_list arguments;
	int used;

	*trouble = (struct trouble){.exit = code, .has_index = true, .index = index};
	used =
	    snprintf(trouble->sentence, sizeof trouble->sentence, "entry %" PRIu64 ": ", index);
	va_start(arguments, format);
	vsnprintf(trouble->sentence + used, sizeof trouble->sentence - (size_t)used, format,
		  arguments);
	va_end(arguments);
	return code;
}
