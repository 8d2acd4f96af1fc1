#include "shell/outlook.h"

#include <stdlib.h>

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

struct bytes
outlook_write(void *context)
{
	struct outlook *outlook = context;
	struct writer writer = writer_make(outlook->memory, outlook->capacity);

	for (size_t i = 0; i < outlook->manifest->contests_count; i++)
		outlook->winners[i].known =
		    outlook->manifest->contests[i].outcome.rule == MANIFEST_RULE_NONE;
	results_write(&writer, outlook->manifest, &outlook->results);
	CHECK(!writer.failed);
	return writer_view(&writer);
}
