#include <inttypes.h>
#include <stdlib.h>

#include "base/text.h"
#include "tools/lib/complain.h"
#include "tools/lib/recount.h"
#include "tools/tallyctl/commands.h"
#include "tools/tallyctl/logfolder.h"
#include "tools/tallyctl/show.h"

enum {
	KEY_LOG = 'l',
	KEY_JSON = 'j'
};

struct options {
	const char *log;
	const char *index_text;
	uint64_t index;
	bool as_json;
};

static const struct argp_option option_table[] = {
    {"log", KEY_LOG, "DIR", 0, "directory of the public log", 0},
    {"json", KEY_JSON, NULL, 0, "one JSON object", 0},
    {0},
};

static error_t
take(int key, char *argument, struct argp_state *state)
{
	struct options *options = state->input;

	switch (key) {
	case KEY_LOG:
		options->log = argument;
		return 0;
	case KEY_JSON:
		options->as_json = true;
		return 0;
	case ARGP_KEY_ARG:
		if (options->index_text)
			argp_usage(state);
		options->index_text = argument;
		options->index = command_number(state, "INDEX", argument, 0, UINT64_MAX);
		return 0;
	case ARGP_KEY_END:
		command_need(state, options->index_text, "INDEX");
		command_need(state, options->log, "--log");
		return 0;
	default:
		return ARGP_ERR_UNKNOWN;
	}
}

/* The log's own manifest, to name things by; NULL if it cannot be read. */
static struct manifest *
names(const struct publiclog *log, uint64_t size)
{
	struct manifest *manifest = NULL;
	struct trouble trouble;
	struct bundle bundle;

	bundle_init(&bundle);
	if (publiclog_bundle(log, 0, size, &bundle, &trouble) != TALLY_EXIT_FINE ||
	    recount_manifest(&bundle, &manifest, &trouble) != TALLY_EXIT_FINE)
		complain("warning: no names: %s", trouble.sentence);
	bundle_free(&bundle);
	return manifest;
}

static enum tally_exit
show(const struct publiclog *log, uint64_t size, const struct options *options)
{
	struct manifest *manifest;
	struct trouble trouble;
	struct bundle bundle;
	json_t *object;
	bool known;

	bundle_init(&bundle);
	if (publiclog_bundle(log, options->index / TALLY_TILE_WIDTH, size, &bundle, &trouble) !=
	    TALLY_EXIT_FINE) {
		bundle_free(&bundle);
		return logfolder_complain(&trouble);
	}
	manifest = names(log, size);
	object = json_pack("{s:I}", "index", (json_int_t)options->index);
	known = show_entry(object, bundle.entries[options->index - bundle.first], manifest);
	show_print(object, options->as_json);
	manifest_free(manifest);
	bundle_free(&bundle);
	return known ? TALLY_EXIT_FINE : TALLY_EXIT_FAILED;
}

int
entry_show_run(int argc, char **argv)
{
	const struct argp argp = {option_table,
				  take,
				  "INDEX",
				  "Shows one entry of a public log. Nothing is proven: that is"
				  " tally-verify's work.",
				  NULL,
				  NULL,
				  NULL};
	struct options options = {0};
	struct publiclog log;
	enum tally_exit code;
	uint64_t size;

	command_parse(&argp, argc, argv, &options);
	code = logfolder_open(&log, options.log);
	if (code != TALLY_EXIT_FINE)
		return code;
	code = logfolder_size(&log, &size);
	if (code == TALLY_EXIT_FINE && options.index >= size) {
		complain("the log has %" PRIu64 " entries, the first is 0", size);
		code = TALLY_EXIT_USAGE;
	} else if (code == TALLY_EXIT_FINE && logfolder_sealed(&log)) {
		complain("results are sealed, entries are not public yet; those of the law are "
			 "in %s/law",
			 log.path);
		code = TALLY_EXIT_FAILED;
	} else if (code == TALLY_EXIT_FINE) {
		code = show(&log, size, &options);
	}
	publiclog_close(&log);
	return code;
}
