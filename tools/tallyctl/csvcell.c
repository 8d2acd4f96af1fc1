#include "tools/tallyctl/csvcell.h"

#include <string.h>

void
csvcell_print(FILE *out, const char *text)
{
	if (strpbrk(text, "\",\r\n") == NULL) {
		fputs(text, out);
		return;
	}
	fputc('"', out);
	for (; *text != 0; text++) {
		if (*text == '"')
			fputc('"', out);
		fputc(*text, out);
	}
	fputc('"', out);
}
