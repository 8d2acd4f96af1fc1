#include "campaign/node.h"

#include <string.h>

#include "base/text.h"

struct node
node_root(struct node_reading *reading, json_t *value)
{
	return (struct node){.reading = reading, .value = value};
}

/* Keys are a stranger's: what a terminal would act on is shown as '?', what is too long is cut
 * between characters. */
static void
write_key(struct writer *path, const char *key)
{
	for (size_t i = 0; key[i] != 0; i++) {
		uint8_t byte = (uint8_t)key[i];

		if ((byte & 0xc0) != 0x80 && path->capacity - path->size < 8)
			return;
		writer_u8(path, byte < 0x20 || byte == 0x7f ? '?' : byte);
	}
}

static void
write_path(struct writer *path, const struct node *node)
{
	if (node->parent == NULL) {
		writer_string(path, "$");
		return;
	}
	write_path(path, node->parent);
	if (node->key == NULL) {
		writer_string(path, "[");
		writer_decimal(path, node->at);
		writer_string(path, "]");
		return;
	}
	writer_string(path, ".");
	write_key(path, node->key);
}

/* Fills the sentence through the writer; true if this is the first fault. */
static bool
fault_begin(const struct node *node, struct writer *sentence)
{
	struct node_reading *reading = node->reading;
	struct writer path;

	if (reading->failed)
		return false;
	reading->failed = true;
	memset(reading->fault, 0, sizeof *reading->fault);
	path = writer_make(reading->fault->path, sizeof reading->fault->path - 1);
	write_path(&path, node);
	*sentence = writer_make(reading->fault->sentence, sizeof reading->fault->sentence - 1);
	return true;
}

void
node_fault(const struct node *node, const char *sentence)
{
	struct writer writer;

	if (fault_begin(node, &writer))
		writer_string(&writer, sentence);
}

void
node_fault_memory(const struct node *node)
{
	node_fault(node, "out of memory");
}

static void
fault_range(const struct node *node, const char *what, int64_t least, int64_t most)
{
	struct writer writer;

	if (!fault_begin(node, &writer))
		return;
	writer_string(&writer, what);
	writer_signed_decimal(&writer, least);
	writer_string(&writer, " to ");
	writer_signed_decimal(&writer, most);
}

bool
node_present(const struct node *node)
{
	return node->value != NULL;
}

/* True if there is something to read that nothing before has spoilt. */
static bool
readable(const struct node *node)
{
	return !node->reading->failed && node->value != NULL;
}

static bool
is_among(const char *key, const char *const *keys)
{
	for (; *keys != NULL; keys++) {
		if (strcmp(key, *keys) == 0)
			return true;
	}
	return false;
}

static struct node
member(const struct node *object, const char *key)
{
	struct node node = {.reading = object->reading, .parent = object, .key = key};

	if (readable(object))
		node.value = json_object_get(object->value, key);
	return node;
}

void
node_object(const struct node *node, const char *const *keys)
{
	if (!readable(node))
		return;
	if (!json_is_object(node->value)) {
		node_fault(node, "is not an object");
		return;
	}
	for (void *at = json_object_iter(node->value); at != NULL;
	     at = json_object_iter_next(node->value, at)) {
		struct node here = member(node, json_object_iter_key(at));

		if (!is_among(here.key, keys))
			node_fault(&here, "is not a key that is known here");
	}
}

size_t
node_members(const struct node *node, size_t least, size_t most)
{
	size_t count;

	if (!readable(node))
		return 0;
	if (!json_is_object(node->value)) {
		node_fault(node, "is not an object");
		return 0;
	}
	count = json_object_size(node->value);
	if (count >= least && count <= most)
		return count;
	fault_range(node, "its number of members is not from ", (int64_t)least, (int64_t)most);
	return 0;
}

struct node
node_key(const struct node *object, const char *key)
{
	struct node node = member(object, key);

	if (node.value == NULL)
		node_fault(&node, "is missing");
	return node;
}

struct node
node_maybe(const struct node *object, const char *key)
{
	return member(object, key);
}

void
node_forbid(const struct node *object, const char *key, const char *sentence)
{
	struct node node = member(object, key);

	if (node.value != NULL)
		node_fault(&node, sentence);
}

size_t
node_array(const struct node *node, size_t least, size_t most)
{
	size_t count;

	if (!readable(node))
		return 0;
	if (!json_is_array(node->value)) {
		node_fault(node, "is not an array");
		return 0;
	}
	count = json_array_size(node->value);
	if (count >= least && count <= most)
		return count;
	fault_range(node, "its number of elements is not from ", (int64_t)least, (int64_t)most);
	return 0;
}

struct node
node_at(const struct node *array, size_t at)
{
	struct node node = {.reading = array->reading, .parent = array, .at = at};

	if (readable(array))
		node.value = json_array_get(array->value, at);
	return node;
}

int64_t
node_integer(const struct node *node, int64_t least, int64_t most)
{
	int64_t value;

	if (!readable(node))
		return 0;
	value = json_integer_value(node->value);
	if (json_is_integer(node->value) && value >= least && value <= most)
		return value;
	fault_range(node, "is not an integer from ", least, most);
	return 0;
}

int64_t
node_integer_or(const struct node *object, const char *key, int64_t least, int64_t most,
		int64_t otherwise)
{
	struct node node = member(object, key);

	return node.value == NULL ? otherwise : node_integer(&node, least, most);
}

bool
node_boolean_or_false(const struct node *object, const char *key)
{
	struct node node = member(object, key);

	if (!readable(&node))
		return false;
	if (!json_is_boolean(node.value))
		node_fault(&node, "is not true or false");
	return json_is_true(node.value);
}

/* {NULL, 0} and a fault if it is not a string. */
static struct bytes
string_of(const struct node *node)
{
	if (!readable(node))
		return bytes_make(NULL, 0);
	if (!json_is_string(node->value)) {
		node_fault(node, "is not a string");
		return bytes_make(NULL, 0);
	}
	return bytes_make(json_string_value(node->value), json_string_length(node->value));
}

static const char *
keep(const struct node *node, struct bytes text)
{
	const char *copy = NULL;

	if (!node->reading->failed) {
		copy = arena_copy(&node->reading->arena, text);
		if (copy == NULL)
			node_fault_memory(node);
	}
	return copy == NULL ? "" : copy;
}

const char *
node_text(const struct node *node, size_t most)
{
	struct bytes text = string_of(node);

	if (text.data == NULL)
		return "";
	if (text.size < 1 || text.size > most)
		fault_range(node, "its number of bytes is not from ", 1, (int64_t)most);
	if (!text_utf8_clean(text))
		node_fault(node, "has control characters");
	return keep(node, text);
}

const char *
node_identifier(const struct node *node)
{
	struct bytes text = string_of(node);

	if (text.data == NULL)
		return "";
	if (!text_identifier(text))
		node_fault(node, "is not an identifier: 1 to 64 bytes without white space");
	return keep(node, text);
}

const char *
node_identifier_new(const struct node *node, json_t *ids)
{
	const char *id = node_identifier(node);

	if (node->reading->failed)
		return id;
	if (json_object_get(ids, id) != NULL)
		node_fault(node, "is there twice");
	else if (json_object_set_new(ids, id,
				     json_integer((json_int_t)json_object_size(ids))) != 0)
		node_fault_memory(node);
	return id;
}

size_t
node_identifier_place(const struct node *node, const json_t *ids, const char *sentence)
{
	struct bytes text = string_of(node);
	const json_t *place = NULL;

	if (text.data == NULL)
		return 0;
	place = json_object_get(ids, json_string_value(node->value));
	if (place == NULL)
		node_fault(node, sentence);
	return (size_t)json_integer_value(place);
}

const uint8_t *
node_marks(const struct node *node, size_t least, const json_t *ids, const char *sentence)
{
	size_t most = json_object_size(ids);
	size_t count = node_array(node, least, most > least ? most : least);
	uint8_t *marks = node_take(node, most > 0 ? most : 1, 1);

	for (size_t i = 0; i < count && marks != NULL; i++) {
		struct node here = node_at(node, i);
		size_t place = node_identifier_place(&here, ids, sentence);

		if (node->reading->failed)
			return NULL;
		if (marks[place] != 0)
			node_fault(&here, "is there twice");
		marks[place] = 1;
	}
	return node->reading->failed ? NULL : marks;
}

size_t
node_choice(const struct node *node, const char *const *names)
{
	struct bytes text = string_of(node);
	struct writer writer;

	if (text.data == NULL)
		return 0;
	for (size_t i = 0; names[i] != NULL; i++) {
		if (bytes_equal(text, bytes_of_string(names[i])))
			return i;
	}
	if (fault_begin(node, &writer)) {
		writer_string(&writer, "is not one of");
		for (size_t i = 0; names[i] != NULL; i++) {
			writer_string(&writer, i == 0 ? " " : ", ");
			writer_string(&writer, names[i]);
		}
	}
	return 0;
}

void
node_hash(const struct node *node, uint8_t hash[TALLY_HASH_SIZE])
{
	struct bytes text = string_of(node);

	if (text.data != NULL && !text_hex_parse(text, hash, TALLY_HASH_SIZE))
		node_fault(node, "is not 64 lower-case hexadecimal digits");
}

int64_t
node_minute(const struct node *node)
{
	struct bytes text = string_of(node);
	int64_t seconds = 0;

	if (text.data == NULL)
		return 0;
	if (!text_time_parse(text, &seconds))
		node_fault(node,
			   "is not a time as in RFC 3339, such as 2026-11-23T08:00:00+02:00");
	else if (seconds % 60 != 0)
		node_fault(node, "is not a whole minute");
	return seconds;
}

void *
node_take(const struct node *node, size_t count, size_t size)
{
	void *memory;

	if (node->reading->failed)
		return NULL;
	memory = arena_take(&node->reading->arena, count, size);
	if (memory == NULL)
		node_fault_memory(node);
	return memory;
}
