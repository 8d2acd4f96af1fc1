#include "tools/lib/http.h"

#include <curl/curl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum {
	SPEED_LEAST = 1024, /* bytes a second */
	REDIRECTS_MAX = 3,
	PAUSES_MAX = 16, /* the longest pause, in first ones */
	URL_MAX = 2048,
};

struct http {
	CURL *curl;
	struct http_patience patience;
	size_t base_size;
	char url[URL_MAX]; /* base, "/", name */
	char why[CURL_ERROR_SIZE];
};

/* Where an answer goes. */
struct sink {
	uint8_t **data;
	size_t *capacity;
	size_t size;
	size_t size_max;
	bool too_large;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;

static void
start_curl(void)
{
	(void)curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct http_patience
http_patience_usual(void)
{
	return (struct http_patience){
	    .connect_ms = 10000, .stall_s = 20, .total_s = 600, .attempts = 5, .pause_ms = 250};
}

bool
http_is_url(const char *text)
{
	return strncmp(text, "http://", 7) == 0 || strncmp(text, "https://", 8) == 0;
}

static size_t
take(char *bytes, size_t one, size_t count, void *context)
{
	struct sink *sink = context;
	size_t wanted = sink->size + count;
	uint8_t *grown;

	(void)one;
	if (wanted > sink->size_max) {
		sink->too_large = true;
		return 0;
	}
	if (*sink->data == NULL || *sink->capacity < wanted + 1) {
		size_t capacity = wanted + 1 > 2 * sink->size ? wanted + 1 : 2 * sink->size;

		grown = realloc(*sink->data, capacity);
		if (grown == NULL)
			return 0;
		*sink->data = grown;
		*sink->capacity = capacity;
	}
	memcpy(*sink->data + sink->size, bytes, count);
	sink->size = wanted;
	return count;
}

static bool
prepare(struct http *http)
{
	const char *protocols = strncmp(http->url, "https:", 6) == 0 ? "https" : "http,https";
	CURL *curl = http->curl;

	return curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, http->why) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, protocols) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, protocols) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_MAXREDIRS, (long)REDIRECTS_MAX) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "") == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_USERAGENT, "tally/" TALLY_VERSION) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT_MS,
				(long)http->patience.connect_ms) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, (long)SPEED_LEAST) == CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, (long)http->patience.stall_s) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_TIMEOUT, (long)http->patience.total_s) ==
		   CURLE_OK &&
	       curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take) == CURLE_OK;
}

enum tally_exit
http_open(struct http **out, const char *base, const struct http_patience *patience,
	  struct trouble *trouble)
{
	size_t size = strlen(base);
	struct http *http;

	*out = NULL;
	while (size > 0 && base[size - 1] == '/')
		size--;
	if (!http_is_url(base) || strpbrk(base, "?# ") != NULL || size > URL_MAX / 2)
		return trouble_set(trouble, TALLY_EXIT_USAGE,
				   "%s: it is no http:// or https:// address of a folder",
				   base);
	(void)pthread_once(&once, start_curl);
	http = calloc(1, sizeof *http);
	if (http != NULL)
		http->curl = curl_easy_init();
	if (http == NULL || http->curl == NULL) {
		free(http);
		return trouble_set(trouble, TALLY_EXIT_WORLD, "%s: not enough memory", base);
	}
	http->patience = *patience;
	memcpy(http->url, base, size);
	http->url[size] = '/';
	http->base_size = size + 1;
	*out = http;
	if (prepare(http))
		return TALLY_EXIT_FINE;
	http_close(http);
	*out = NULL;
	return trouble_set(trouble, TALLY_EXIT_WORLD, "%s: libcurl refuses what we ask of it",
			   base);
}

void
http_close(struct http *http)
{
	if (http != NULL)
		curl_easy_cleanup(http->curl);
	free(http);
}

/* One attempt. *again: what failed may pass. */
static enum tally_exit
attempt(struct http *http, struct sink *sink, bool *found, bool *again, struct trouble *trouble)
{
	CURLcode code;
	long answer = 0;

	sink->size = 0;
	http->why[0] = '\0';
	*again = *found = false;
	(void)curl_easy_setopt(http->curl, CURLOPT_URL, http->url);
	(void)curl_easy_setopt(http->curl, CURLOPT_WRITEDATA, sink);
	code = curl_easy_perform(http->curl);
	(void)curl_easy_getinfo(http->curl, CURLINFO_RESPONSE_CODE, &answer);
	if (answer == 404 || answer == 410)
		return TALLY_EXIT_FINE;
	if (sink->too_large)
		return trouble_set(trouble, TALLY_EXIT_FAILED,
				   "%s: it has more than the %zu bytes it may have", http->url,
				   sink->size_max);
	if (code == CURLE_OK && answer == 200) {
		*found = true;
		return TALLY_EXIT_FINE;
	}
	*again = code != CURLE_OK || answer >= 500 || answer == 429 || answer == 408;
	if (code == CURLE_OK)
		return trouble_set(trouble, TALLY_EXIT_WORLD, "%s: the server answers %ld",
				   http->url, answer);
	return trouble_set(trouble, TALLY_EXIT_WORLD, "%s: %s", http->url,
			   http->why[0] != '\0' ? http->why : curl_easy_strerror(code));
}

static void
rest(uint64_t ms)
{
	const struct timespec pause = {.tv_sec = (time_t)(ms / 1000),
				       .tv_nsec = (long)(ms % 1000) * 1000000};

	nanosleep(&pause, NULL);
}

enum tally_exit
http_get(struct http *http, const char *name, size_t size_max, uint8_t **data, size_t *capacity,
	 size_t *size, bool *found, struct trouble *trouble)
{
	struct sink sink = {.data = data, .capacity = capacity, .size_max = size_max};
	uint64_t pause_ms = http->patience.pause_ms;
	enum tally_exit status;
	bool again;

	CHECK(http->base_size + strlen(name) < sizeof http->url);
	strcpy(http->url + http->base_size, name);
	for (unsigned i = 1;; i++) {
		status = attempt(http, &sink, found, &again, trouble);
		if (!again || i >= http->patience.attempts)
			break;
		rest(pause_ms);
		if (pause_ms < (uint64_t)PAUSES_MAX * http->patience.pause_ms)
			pause_ms *= 2;
	}
	*size = sink.size;
	return status;
}
