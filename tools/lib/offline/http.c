/* http for a program without a network: it says how to get by. */
#include "tools/lib/http.h"

#include <string.h>

struct http_patience
http_patience_usual(void)
{
	return (struct http_patience){0};
}

bool
http_is_url(const char *text)
{
	return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

enum tally_exit
http_open(struct http **out, const char *base, const struct http_patience *patience,
	  struct trouble *trouble)
{
	(void)patience;
	*out = NULL;
	return trouble_set(
	    trouble, TALLY_EXIT_USAGE,
	    "%s: this build has no network; make a copy and name its folder: `tally-verify "
	    "--key VKEY --mirror COPY %s` of the usual build, or where the server lists its "
	    "folders `wget -m -np -nH -R 'index.html*' -P COPY %s/`",
	    base, base, base);
}

void
http_close(struct http *http)
{
	(void)http;
}

enum tally_exit
http_get(struct http *http, const char *name, size_t size_max, uint8_t **data, size_t *capacity,
	 size_t *size, bool *found, struct trouble *trouble)
{
	(void)http;
	(void)size_max;
	(void)data;
	(void)capacity;
	*size = 0;
	*found = false;
	return trouble_set(trouble, TALLY_EXIT_WORLD, "%s: this build has no network", name);
}
