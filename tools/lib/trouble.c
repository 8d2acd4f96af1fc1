#include "tools/lib/trouble.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

#include "base/text.h"

/* A file name from a stranger's log may hold anything: what is no clean UTF-8 is shown as `?`. */
static void
clean(char *sentence)
{
	if (text_utf8_clean(bytes_of_string(sentence)))
		return;
	for (; *sentence != '\0'; sentence++)
		if (*sentence < 0x20 || *sentence > 0x7e)
			*sentence = '?';
}

enum tally_exit
trouble_set(struct trouble *trouble, enum tally_exit code, const char *format, ...)
{
	va_list arguments;

	*trouble = (struct trouble){.exit = code};
	va_start(arguments, format);
	vsnprintf(trouble->sentence, sizeof trouble->sentence, format, arguments);
	va_end(arguments);
	clean(trouble->sentence);
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
	clean(trouble->sentence);
	return code;
}
