#include "tools/tallyctl/folder.h"

#include <errno.h>
#include <sodium.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/text.h"
#include "tools/lib/complain.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/wholefile.h"

enum {
	minute_s = 60,
	open_for_s = 30 * 86400
};

static void
generate(struct note_private_key *key, const char *origin, const char *role)
{
	char name[NOTE_NAME_MAX + 1];

	snprintf(name, sizeof name, "%s%s", origin, role);
	CHECK(keyfile_generate(name, key));
}

void
folder_init(struct folder *folder, const char *origin)
{
	CHECK(strlen(origin) <= FOLDER_ORIGIN_MAX);
	*folder = (struct folder){0};
	generate(&folder->log, origin, "");
	generate(&folder->frontend, origin, "/frontend");
	generate(&folder->authority, origin, "/authority");
	randombytes_buf(folder->tag_secret, sizeof folder->tag_secret);
	randombytes_buf(folder->tag_context, sizeof folder->tag_context);
}

void
folder_free(struct folder *folder)
{
	manifest_free(folder->manifest);
	free(folder->json);
	sodium_memzero(folder, sizeof *folder);
}

json_t *
folder_titles(const char *language, const char *text, ...)
{
	json_t *titles = json_object();
	va_list arguments;

	va_start(arguments, text);
	while (language && text) {
		CHECK(json_object_set_new(titles, language, json_string(text)) == 0);
		language = va_arg(arguments, const char *);
		text = language ? va_arg(arguments, const char *) : NULL;
	}
	va_end(arguments);
	return titles;
}

static json_t *
text_of(const struct writer *writer)
{
	CHECK(!writer->failed);
	return json_stringn((const char *)writer->data, writer->size);
}

static json_t *
vkey_json(const struct note_private_key *key)
{
	uint8_t text[NOTE_VKEY_TEXT_MAX];
	struct writer writer = writer_make(text, sizeof text);

	note_key_write(&writer, &key->key);
	return text_of(&writer);
}

static json_t *
time_json(int64_t seconds)
{
	uint8_t text[32];
	struct writer writer = writer_make(text, sizeof text);

	text_time_write(&writer, seconds);
	return text_of(&writer);
}

static json_t *
hex_json(struct bytes bytes)
{
	uint8_t text[64];
	struct writer writer = writer_make(text, sizeof text);

	text_hex_write(&writer, bytes);
	return text_of(&writer);
}

json_t *
folder_manifest_begin(const struct folder *folder)
{
	int64_t opens = (time(NULL) / minute_s - 1) * minute_s;
	json_t *manifest = json_pack(
	    "{s:s, s:b, s:s, s:o, s:o, s:o, s:[o], s:[{s:o, s:s}], s:s, s:o, s:{s:s}, s:{s:s},"
	    " s:{s:i, s:i}}",
	    "format", TALLY_MANIFEST_FORMAT, "test", 1, "origin", folder->log.key.name, "opens",
	    time_json(opens), "closes", time_json(opens + open_for_s), "log_key",
	    vkey_json(&folder->log), "authorities", vkey_json(&folder->authority), "frontends",
	    "key", vkey_json(&folder->frontend), "kind", "online", "signing", "frontend",
	    "tag_context",
	    hex_json(bytes_make(folder->tag_context, sizeof folder->tag_context)), "revote",
	    "policy", "first", "results", "policy", "live", "publishing", "every_s", 1,
	    "min_ballots", 1);

	CHECK(manifest);
	return manifest;
}

enum tally_exit
folder_manifest_end(struct folder *folder, json_t *manifest)
{
	struct manifest_fault fault;
	char *text = json_dumps(manifest, JSON_INDENT(2));

	json_decref(manifest);
	CHECK(text);
	CHECK(asprintf(&folder->json, "%s\n", text) > 0);
	free(text);
	folder->manifest = manifest_parse(bytes_of_string(folder->json), &fault);
	if (!folder->manifest) {
		complain("this makes no campaign: %s: %s", fault.path, fault.sentence);
		return TALLY_EXIT_USAGE;
	}
	return TALLY_EXIT_FINE;
}

static void
join(char path[PATH_MAX], const char *folder, const char *name)
{
	int size = snprintf(path, PATH_MAX, "%s/%s", folder, name);

	if (size >= PATH_MAX)
		path[0] = 0; /* no file has that name: the caller's open says so */
}

static enum tally_exit
save_secrets(const struct folder *folder, const char *path)
{
	const struct {
		const char *name;
		const struct note_private_key *key;
	} keys[] = {{"log.key", &folder->log},
		    {"frontend.key", &folder->frontend},
		    {"authority.key", &folder->authority}};
	char name[PATH_MAX];
	enum tally_exit code = TALLY_EXIT_FINE;

	for (size_t i = 0; i < 3 && code == TALLY_EXIT_FINE; i++) {
		join(name, path, keys[i].name);
		code = keyfile_create(name, keys[i].key);
	}
	if (code != TALLY_EXIT_FINE)
		return code;
	join(name, path, "tag.secret");
	return keyfile_secret_create(name, folder->tag_secret);
}

enum tally_exit
folder_add(const char *path, const char *name, struct bytes bytes)
{
	char whole[PATH_MAX];

	join(whole, path, name);
	return wholefile_create(whole, 0644, bytes);
}

enum tally_exit
folder_save(const struct folder *folder, const char *path)
{
	enum tally_exit code;

	if (mkdir(path, 0755) < 0 && errno != EEXIST)
		return complain_errno("cannot make the directory %s", path);
	code = folder_add(path, "campaign.json", bytes_of_string(folder->json));
	return code == TALLY_EXIT_FINE ? save_secrets(folder, path) : code;
}
