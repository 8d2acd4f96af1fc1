#include "shell/outlook.h"

#include <stdlib.h>

#include "outcome/outcome.h"

bool
outlook_open(struct outlook *outlook, const struct manifest *manifest)
{
	*outlook = (struct outlook){.manifest = manifest};
	outlook->capacity = results_size_max(manifest);
	outlook->memory = malloc(outlook->capacity);
	outlook->winners = calloc(manifest->contests_count, sizeof *outlook->winners);
	outlook->results.winners = outlook->winners;
	return outlook->memory != NULL && outlook->winners != NULL;
}

void
outlook_close(struct outlook *outlook)
{
	free(outlook->memory);
	free(outlook->winners);
	*outlook = (struct outlook){0};
}

static void
decide(struct outlook *outlook, size_t contest, struct outcome *outcome)
{
	const struct outcome_given given = {.manifest = outlook->manifest,
					    .counts = outlook->results.counts,
					    .law = outlook->results.law,
					    .winners_only = true};
	enum outcome_status status = outcome_decide(&given, contest, NULL, outcome);

	outlook->winners[contest] = (struct results_winners){
	    .known = status == OUTCOME_DECIDED || status == OUTCOME_NO_RULE,
	    .count = outcome->result.winners_count,
	    .options = outcome->result.winners,
	};
}

struct bytes
outlook_write(void *context)
{
	struct outlook *outlook = context;
	size_t count = outlook->results.sealed ? 0 : outlook->manifest->contests_count;
	struct outcome *outcomes = calloc(count + 1, sizeof *outcomes);
	struct writer writer = writer_make(outlook->memory, outlook->capacity);

	for (size_t i = 0; i < count; i++) {
		outlook->winners[i] = (struct results_winners){0};
		if (outcomes != NULL)
			decide(outlook, i, &outcomes[i]);
	}
	results_write(&writer, outlook->manifest, &outlook->results);
	CHECK(!writer.failed);
	for (size_t i = 0; i < count && outcomes != NULL; i++)
		outcome_free(&outcomes[i]);
	free(outcomes);
	return writer_view(&writer);
}
