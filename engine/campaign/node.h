/* node: a place in a JSON document, read strictly.
 *
 * A node knows the way to itself, so that a fault names its JSON path. Reading is sticky: after
 * the first fault every function yields nothing (absent nodes, zero, "", no elements) and the
 * fault stays, so that a reader is written straight down and asks once, at its end.
 *
 * A node points to the node it was reached from: that one must outlive it. Strings handed out
 * are copies in the reading's arena. Thread: whoever loads the manifest. */
#ifndef TALLY_CAMPAIGN_NODE_H
#define TALLY_CAMPAIGN_NODE_H

#include <jansson.h>

#include "campaign/arena.h"
#include "campaign/manifest.h"

struct node_reading {
	struct arena arena;
	struct manifest_fault *fault;
	bool failed;
};

struct node {
	struct node_reading *reading;
	const struct node *parent; /* NULL: the document, "$" */
	const char *key;           /* of an object's member; NULL: element `at` of an array */
	size_t at;
	json_t *value; /* NULL: absent */
};

struct node
node_root(struct node_reading *reading, json_t *value);

/* A fault is what is wrong at `node`; the first one is kept. */
void
node_fault(const struct node *node, const char *sentence);

/* Out of memory. */
void
node_fault_memory(const struct node *node);

bool
node_present(const struct node *node);

/* Checks that the node is an object and that each of its keys is among `keys` (NULL ends). */
void
node_object(const struct node *node, const char *const *keys);

/* Members of an object whose keys are data; a fault unless there are between `least` and
 * `most`. */
size_t
node_members(const struct node *node, size_t least, size_t most);

/* A member that must be there. */
struct node
node_key(const struct node *object, const char *key);

/* A member that may be absent. */
struct node
node_maybe(const struct node *object, const char *key);

/* A fault if the member is there: `sentence` says when it may be. */
void
node_forbid(const struct node *object, const char *key, const char *sentence);

/* Elements of an array; a fault unless it has between `least` and `most`. */
size_t
node_array(const struct node *node, size_t least, size_t most);

struct node
node_at(const struct node *array, size_t at);

int64_t
node_integer(const struct node *node, int64_t least, int64_t most);

/* `otherwise` if the member is absent. */
int64_t
node_integer_or(const struct node *object, const char *key, int64_t least, int64_t most,
		int64_t otherwise);

/* False if the member is absent. */
bool
node_boolean_or_false(const struct node *object, const char *key);

/* Clean UTF-8 of 1 to `most` bytes. */
const char *
node_text(const struct node *node, size_t most);

/* text_identifier. */
const char *
node_identifier(const struct node *node);

/* An identifier that is not among `ids`, and is from then on: an object that maps each to its
 * place, 0 for the first. */
const char *
node_identifier_new(const struct node *node, json_t *ids);

/* The place of an identifier that is among `ids`; `sentence` says what it is if not. */
size_t
node_identifier_place(const struct node *node, const json_t *ids, const char *sentence);

/* A list of at least `least` identifiers that are among `ids`, none twice: one byte for each of
 * `ids`, by place, 1 if the list names it; NULL after a fault. */
const uint8_t *
node_marks(const struct node *node, size_t least, const json_t *ids, const char *sentence);

/* Place of the string among `names` (NULL ends). */
size_t
node_choice(const struct node *node, const char *const *names);

/* Exactly 32 bytes in lower-case hexadecimal. */
void
node_hash(const struct node *node, uint8_t hash[TALLY_HASH_SIZE]);

/* RFC 3339, a whole minute. */
int64_t
node_minute(const struct node *node);

/* Zeroed memory for `count` things, with the reading's life; NULL after a fault. */
void *
node_take(const struct node *node, size_t count, size_t size);

#endif
