#include "tools/lib/source.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "tools/lib/complain.h"

/* An address that libcurl cannot take is refused before anything is made. */
static enum tally_exit
probe(const struct mirror *mirror, struct trouble *trouble)
{
	struct http *http;
	enum tally_exit status = http_open(&http, mirror->url, &mirror->patience, trouble);

	http_close(http);
	return status;
}

static enum tally_exit
open_mirror(struct source *source, const char *folder, struct trouble *trouble)
{
	enum tally_exit status = probe(&source->mirror, trouble);

	if (status != TALLY_EXIT_FINE)
		return status;
	if (folder == NULL) {
		status = shelter_make(&source->shelter, trouble);
		source->sheltered = status == TALLY_EXIT_FINE;
		folder = source->shelter.path;
	} else if (mkdir(folder, 0755) != 0 && errno != EEXIST) {
		status = trouble_set(trouble, TALLY_EXIT_USAGE, "%s: it cannot be made: %s",
				     folder, strerror(errno));
	}
	if (status == TALLY_EXIT_FINE)
		status = publiclog_open(&source->log, folder, trouble);
	if (status == TALLY_EXIT_FINE && source->sheltered)
		status = publiclog_call(&source->log, source->mirror.url, trouble);
	return status;
}

enum tally_exit
source_open(struct source *source, const char *name, const char *mirror,
	    const struct note_key *key, audit_progress *progress, void *context,
	    struct trouble *trouble)
{
	enum tally_exit status;

	*source = (struct source){.log.folder = -1, .remote = http_is_url(name)};
	source->mirror = (struct mirror){.url = name,
					 .folder = &source->log,
					 .key = *key,
					 .patience = http_patience_usual(),
					 .progress = progress,
					 .context = context};
	if (source->remote)
		status = open_mirror(source, mirror, trouble);
	else if (mirror != NULL)
		status =
		    trouble_set(trouble, TALLY_EXIT_USAGE,
				"%s: --mirror belongs to an http:// or https:// address", name);
	else
		status = publiclog_open(&source->log, name, trouble);
	if (status != TALLY_EXIT_FINE)
		source_close(source);
	return status;
}

enum tally_exit
source_refresh(struct source *source, struct trouble *trouble)
{
	return source->remote ? mirror_update(&source->mirror, trouble) : TALLY_EXIT_FINE;
}

void
source_complete(struct source *source, uint64_t size, bool sealed)
{
	source->mirror.complete_bundles = sealed ? 0 : size;
	source->mirror.complete = size;
}

void
source_take_back(struct source *source)
{
	struct trouble trouble;

	if (source->remote && mirror_take_back(&source->mirror, &trouble) != TALLY_EXIT_FINE)
		complain("%s", trouble.sentence);
}

void
source_close(struct source *source)
{
	publiclog_close(&source->log);
	if (source->sheltered)
		shelter_remove(&source->shelter);
	source->sheltered = false;
}
