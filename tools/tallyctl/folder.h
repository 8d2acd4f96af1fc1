/* folder: a new test campaign, put together in memory, then written to a directory.
 *
 *   campaign.json                         the manifest
 *   {log,frontend,authority}.key[.pub]    its keys
 *   tag.secret                            from identities to tags
 *   ballots.bin, ...                      what the caller adds
 *
 * Nothing is written before all of it is known to be right, and nothing is overwritten. */
#ifndef TALLY_TOOLS_FOLDER_H
#define TALLY_TOOLS_FOLDER_H

#include <jansson.h>

#include "campaign/manifest.h"
#include "tally/status.h"
#include "tally/tag.h"
#include "tree/key.h"

enum {
	FOLDER_ORIGIN_MAX = NOTE_NAME_MAX - 16
};

struct folder {
	struct note_private_key log;
	struct note_private_key frontend;
	struct note_private_key authority;
	uint8_t tag_secret[TALLY_TAG_SECRET_SIZE];
	uint8_t tag_context[TALLY_TAG_CONTEXT_SIZE];
	char *json; /* of the manifest */
	struct manifest *manifest;
};

/* Fresh keys and secrets. `origin` is a key name of at most FOLDER_ORIGIN_MAX bytes. */
void
folder_init(struct folder *folder, const char *origin);

void
folder_free(struct folder *folder);

/* A manifest of a campaign marked test, open since a minute, for thirty days, that publishes
 * every second; without titles, identity, voters_max, districts and contests. The caller owns
 * it. */
json_t *
folder_manifest_begin(const struct folder *folder);

/* Takes the finished manifest and fills folder->json and folder->manifest. TALLY_EXIT_USAGE,
 * with a complaint, if it is not a manifest after all. */
MUST_USE enum tally_exit
folder_manifest_end(struct folder *folder, json_t *manifest);

/* Makes the directory (one that is there is used) and writes everything but the ballots. */
MUST_USE enum tally_exit
folder_save(const struct folder *folder, const char *path);

/* Adds a file of that name. */
MUST_USE enum tally_exit
folder_add(const char *path, const char *name, struct bytes bytes);

/* {"en": "text", ...} from pairs of language and text; ends with NULL. */
json_t *
folder_titles(const char *language, const char *text, ...) __attribute__((sentinel));

#endif
