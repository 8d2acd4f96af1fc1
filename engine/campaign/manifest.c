#include "campaign/manifest.h"

#include <string.h>

#include <sodium.h>

#include "campaign/contests.h"
#include "campaign/node.h"
#include "campaign/titles.h"
#include "limits.h"

enum {
	keys_max = 1 + authorities_max + frontends_max + registrars_max + witnesses_max
};

/* One key has one part: no two of a campaign's keys share an id or a public key. */
struct keys {
	const struct note_key *seen[keys_max];
	size_t count;
};

static void
key_read(const struct node *node, enum note_key_type type, struct keys *keys,
	 struct note_key *key)
{
	const char *text = node_text(node, NOTE_VKEY_TEXT_MAX);

	if (node->reading->failed)
		return;
	if (!note_key_parse_as(bytes_of_string(text), type, key)) {
		node_fault(node, type == NOTE_KEY_COSIGNER
				     ? "is not a cosigner's key text: NAME+ID+BASE64, type 04"
				     : "is not an Ed25519 key text: NAME+ID+BASE64");
		return;
	}
	for (size_t i = 0; i < keys->count; i++) {
		if (keys->seen[i]->id == key->id)
			node_fault(node, "another key of the campaign has this key's id");
		if (memcmp(keys->seen[i]->public_key, key->public_key, TALLY_KEY_SIZE) == 0)
			node_fault(node, "this public key is there twice");
	}
	keys->seen[keys->count++] = key;
}

static const struct note_key *
keys_read(const struct node *node, enum note_key_type type, size_t least, size_t most,
	  struct keys *keys, size_t *count)
{
	struct note_key *list;

	*count = node_array(node, least, most);
	list = node_take(node, *count, sizeof *list);
	for (size_t i = 0; i < *count && list != NULL; i++) {
		struct node here = node_at(node, i);

		key_read(&here, type, keys, &list[i]);
	}
	return list;
}

static void
frontends_read(const struct node *root, struct keys *keys, struct manifest *manifest)
{
	static const char *const members[] = {"key", "kind", NULL};
	static const char *const kinds[] = {"online", "booth", NULL};
	struct node node = node_key(root, "frontends");
	size_t count = node_array(&node, 1, frontends_max);
	struct manifest_frontend *list = node_take(&node, count, sizeof *list);

	for (size_t i = 0; i < count && list != NULL; i++) {
		struct node here = node_at(&node, i);
		struct node key;
		struct node kind;

		node_object(&here, members);
		key = node_key(&here, "key");
		key_read(&key, NOTE_KEY_ED25519, keys, &list[i].key);
		kind = node_key(&here, "kind");
		list[i].booth = node_choice(&kind, kinds) == 1;
	}
	manifest->frontends_count = count;
	manifest->frontends = list;
}

static void
all_keys_read(const struct node *root, struct manifest *manifest)
{
	bool voters_sign = manifest->signing == TALLY_SIGNING_VOTER;
	struct node log = node_key(root, "log_key");
	struct node authorities = node_key(root, "authorities");
	struct node registrars =
	    voters_sign ? node_key(root, "registrars") : node_maybe(root, "registrars");
	struct node witnesses = node_maybe(root, "witnesses");
	struct keys keys = {.count = 0};

	key_read(&log, NOTE_KEY_ED25519, &keys, &manifest->log_key);
	if (strcmp(manifest->log_key.name, manifest->origin) != 0)
		node_fault(&log, "its name is not the campaign's origin");
	manifest->authorities = keys_read(&authorities, NOTE_KEY_ED25519, 1, authorities_max,
					  &keys, &manifest->authorities_count);
	frontends_read(root, &keys, manifest);
	manifest->registrars =
	    keys_read(&registrars, NOTE_KEY_ED25519, voters_sign ? 1 : 0,
		      voters_sign ? registrars_max : 0, &keys, &manifest->registrars_count);
	manifest->witnesses = keys_read(&witnesses, NOTE_KEY_COSIGNER, 0, witnesses_max, &keys,
					&manifest->witnesses_count);
}

static void
times_read(const struct node *root, struct manifest *manifest)
{
	struct node opens = node_key(root, "opens");
	struct node closes = node_key(root, "closes");

	manifest->opens = node_minute(&opens);
	manifest->closes = node_minute(&closes);
	if (manifest->closes <= manifest->opens)
		node_fault(&closes, "is not later than opens");
}

static void
revote_read(const struct node *root, struct manifest *manifest)
{
	static const char *const members[] = {"policy", "revisions_max", NULL};
	static const char *const policies[] = {"first", "last", NULL};
	struct node node = node_key(root, "revote");
	struct node policy;
	struct node revisions;

	node_object(&node, members);
	policy = node_key(&node, "policy");
	manifest->revisions_max = 1;
	if (node_choice(&policy, policies) == MANIFEST_REVOTE_FIRST) {
		node_forbid(&node, "revisions_max", "applies to the policy last only");
		return;
	}
	manifest->revote = MANIFEST_REVOTE_LAST;
	revisions = node_key(&node, "revisions_max");
	manifest->revisions_max = (uint16_t)node_integer(&revisions, 2, revisions_limit);
}

static void
results_read(const struct node *root, struct manifest *manifest)
{
	static const char *const members[] = {"policy", "unseal_delay_s", NULL};
	static const char *const policies[] = {"live", "sealed", NULL};
	struct node node = node_key(root, "results");
	struct node policy;
	struct node delay;

	node_object(&node, members);
	policy = node_key(&node, "policy");
	manifest->sealed = node_choice(&policy, policies) == 1;
	if (!manifest->sealed) {
		node_forbid(&node, "unseal_delay_s", "applies to the policy sealed only");
		return;
	}
	delay = node_key(&node, "unseal_delay_s");
	manifest->unseal_delay_s = (uint32_t)node_integer(&delay, 0, unseal_delay_max_s);
}

/* A wait without witnesses waits for nobody; without a wait no witness comes in time. */
static void
witness_wait_read(const struct node *publishing, struct manifest *manifest)
{
	struct node wait = node_maybe(publishing, "witness_wait_s");

	manifest->witness_wait_s =
	    (uint32_t)node_integer_or(publishing, "witness_wait_s", 0, witness_wait_max_s, 0);
	if (manifest->witness_wait_s > 0 && manifest->witnesses_count == 0)
		node_fault(&wait, "there are no witnesses to wait for");
	if (manifest->witness_wait_s == 0 && manifest->witnesses_count > 0)
		node_fault(&wait, "the witnesses need at least 1");
}

static void
publishing_read(const struct node *root, struct manifest *manifest)
{
	static const char *const members[] = {"every_s", "min_ballots", "tally_every_ballots",
					      "witness_wait_s", NULL};
	struct node node = node_maybe(root, "publishing");

	node_object(&node, members);
	manifest->publish_every_s =
	    (uint32_t)node_integer_or(&node, "every_s", 1, publish_every_max_s, 60);
	manifest->publish_min =
	    (uint32_t)node_integer_or(&node, "min_ballots", 1, publish_min_max, 32);
	manifest->tally_every_ballots =
	    (uint32_t)node_integer_or(&node, "tally_every_ballots", 1, tally_every_max, 10000);
	witness_wait_read(&node, manifest);
}

static void
roster_read(const struct node *root, struct manifest *manifest)
{
	static const char *const members[] = {"root", "count", NULL};
	struct node node = node_maybe(root, "roster");
	struct node hash;
	struct node count;

	manifest->has_roster = node_present(&node);
	if (!manifest->has_roster)
		return;
	node_object(&node, members);
	hash = node_key(&node, "root");
	node_hash(&hash, manifest->roster_root);
	count = node_key(&node, "count");
	manifest->roster_count = (uint64_t)node_integer(&count, 1, voters_limit);
}

static void
voting_read(const struct node *root, struct manifest *manifest)
{
	static const char *const signings[] = {"frontend", "voter", NULL};
	static const char *const identities[] = {"cnp", "phone", "opaque", NULL};
	static const char *const precedences[] = {"none", "booth", "online", NULL};
	struct node signing = node_key(root, "signing");
	struct node context = node_key(root, "tag_context");
	struct node identity = node_key(root, "identity");
	struct node voters = node_key(root, "voters_max");
	struct node precedence = node_maybe(root, "precedence");

	manifest->signing =
	    node_choice(&signing, signings) == 1 ? TALLY_SIGNING_VOTER : TALLY_SIGNING_FRONTEND;
	node_hash(&context, manifest->tag_context);
	manifest->identity = (enum manifest_identity)node_choice(&identity, identities);
	manifest->voters_max = (uint32_t)node_integer(&voters, 1, voters_limit);
	manifest->precedence = (enum manifest_precedence)node_choice(&precedence, precedences);
}

/* Precedence goes by the kind of the frontend that signed. */
static void
precedence_check(const struct node *root, const struct manifest *manifest)
{
	struct node node = node_maybe(root, "precedence");
	bool booth = manifest->precedence == MANIFEST_PRECEDENCE_BOOTH;

	if (manifest->precedence == MANIFEST_PRECEDENCE_NONE)
		return;
	if (manifest->signing == TALLY_SIGNING_VOTER)
		node_fault(&node, "applies where frontends sign");
	for (size_t i = 0; i < manifest->frontends_count; i++)
		if (manifest->frontends[i].booth == booth)
			return;
	node_fault(&node, "no frontend is of this kind");
}

static void
root_read(const struct node *root, struct manifest *manifest)
{
	static const char *const members[] = {
	    "format",    "test",        "origin",    "titles",     "opens",   "closes",
	    "log_key",   "authorities", "frontends", "registrars", "signing", "tag_context",
	    "identity",  "voters_max",  "revote",    "precedence", "results", "publishing",
	    "witnesses", "roster",      "districts", "contests",   "across",  NULL};
	static const char *const formats[] = {TALLY_MANIFEST_FORMAT, NULL};
	struct node format = node_key(root, "format");
	struct node origin = node_key(root, "origin");

	(void)node_choice(&format, formats);
	node_object(root, members);
	manifest->test = node_boolean_or_false(root, "test");
	manifest->origin = node_text(&origin, NOTE_NAME_MAX);
	manifest->titles = titles_read(root);
	times_read(root, manifest);
	voting_read(root, manifest);
	all_keys_read(root, manifest);
	precedence_check(root, manifest);
	revote_read(root, manifest);
	results_read(root, manifest);
	publishing_read(root, manifest);
	roster_read(root, manifest);
	contests_read(root, manifest);
}

static void
bytes_keep(const struct node *root, struct bytes json, struct manifest *manifest)
{
	char *copy = arena_copy(&root->reading->arena, json);

	if (copy == NULL)
		node_fault_memory(root);
	manifest->json = bytes_make(copy, json.size);
	crypto_hash_sha256(manifest->id, json.data, json.size);
}

/* What the JSON library says holds a stranger's bytes. */
static void
syntax_fault(const struct node *root, const json_error_t *error)
{
	char sentence[sizeof error->text + 64];
	struct writer writer = writer_make(sentence, sizeof sentence - 1);

	writer_string(&writer, "line ");
	writer_signed_decimal(&writer, error->line);
	writer_string(&writer, ", column ");
	writer_signed_decimal(&writer, error->column);
	writer_string(&writer, ": ");
	for (const char *at = error->text; *at != 0; at++)
		writer_u8(&writer, *at < ' ' || *at == 0x7f ? '?' : (uint8_t)*at);
	sentence[writer.size] = 0;
	node_fault(root, sentence);
}

static json_t *
tree_load(struct node_reading *reading, struct bytes json)
{
	struct node root = node_root(reading, NULL);
	json_error_t error;
	json_t *tree = NULL;

	if (json.size > TALLY_MANIFEST_SIZE_MAX) {
		node_fault(&root, "is larger than 4 MiB");
		return NULL;
	}
	if (json.size >= 3 && memcmp(json.data, "\xef\xbb\xbf", 3) == 0) {
		node_fault(&root, "begins with a byte order mark");
		return NULL;
	}
	tree = json_loadb((const char *)json.data, json.size, JSON_REJECT_DUPLICATES, &error);
	if (tree == NULL)
		syntax_fault(&root, &error);
	return tree;
}

struct manifest *
manifest_parse(struct bytes json, struct manifest_fault *fault)
{
	struct node_reading reading = {.fault = fault};
	json_t *tree = tree_load(&reading, json);
	struct node root = node_root(&reading, tree);
	struct manifest *manifest = node_take(&root, 1, sizeof *manifest);

	if (manifest != NULL) {
		root_read(&root, manifest);
		bytes_keep(&root, json, manifest);
	}
	json_decref(tree);
	if (reading.failed) {
		arena_free(&reading.arena);
		return NULL;
	}
	manifest->memory = reading.arena.newest;
	return manifest;
}

void
manifest_free(struct manifest *manifest)
{
	struct arena arena = {NULL};

	if (manifest == NULL)
		return;
	arena.newest = manifest->memory;
	arena_free(&arena);
}

bool
manifest_votes_in(const struct manifest_contest *contest, uint16_t district)
{
	return contest->districts[district] != 0;
}

size_t
manifest_districts(const struct manifest *manifest)
{
	return manifest->districts_count == 0 ? 1 : manifest->districts_count;
}

size_t
manifest_frontend_place(const struct manifest *manifest, uint32_t key_id)
{
	size_t place = 0;

	while (place < manifest->frontends_count && manifest->frontends[place].key.id != key_id)
		place++;
	return place;
}

size_t
manifest_registrar_place(const struct manifest *manifest, uint32_t key_id)
{
	size_t place = 0;

	while (place < manifest->registrars_count && manifest->registrars[place].id != key_id)
		place++;
	return place;
}

const struct manifest_frontend *
manifest_frontend_find(const struct manifest *manifest, uint32_t key_id)
{
	size_t place = manifest_frontend_place(manifest, key_id);

	return place < manifest->frontends_count ? &manifest->frontends[place] : NULL;
}

const char *
manifest_title_in(const struct manifest_titles *titles, const char *language)
{
	for (size_t i = 0; i < titles->count; i++) {
		if (strcmp(titles->titles[i].language, language) == 0)
			return titles->titles[i].text;
	}
	return titles->titles[0].text;
}
