#include "shell/rehearsal.h"

#include "shell/address.h"
#include "shell/disk.h"
#include "shell/founding.h"
#include "shell/line.h"
#include "tally/status.h"
#include "tree/key.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* clang-format off */
static const char manifest[] =
    "{\n"
    "\t\"format\": \"tally/campaign/v1\",\n"
    "\t\"test\": true,\n"
    "\t\"origin\": \"tally.example/test\",\n"
    "\t\"titles\": {\"en\": \"A small campaign\", \"ro\": \"O campanie mică\"},\n"
    "\t\"opens\": \"2023-11-15T00:00:00+02:00\",\n"
    "\t\"closes\": \"2030-01-01T00:00:00Z\",\n"
    "\t\"log_key\": "
    "\"tally.example/test+6ae2d1d0+AepKbGPinFIKvvVQexMuxfmVR3auvr57kkIe6mkURtIs\",\n"
    "\t\"authorities\": "
    "[\"authority.example/1+ba346481+AUOnLnFEAXYt9mtowm373yaCquyfJHTspGE+QkoPuv08\"],\n"
    "\t\"frontends\": [\n"
    "\t\t{\n"
    "\t\t\t\"key\": "
    "\"front.example/a+934ba001+Af0XJDhaoMdbZPt4zWAvodmR/ev3axPFjtcC6sg16fYY\",\n"
    "\t\t\t\"kind\": \"online\"\n"
    "\t\t}\n"
    "\t],\n"
    "\t\"signing\": \"frontend\",\n"
    "\t\"tag_context\": "
    "\"7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c7c\",\n"
    "\t\"identity\": \"phone\",\n"
    "\t\"voters_max\": 1000,\n"
    "\t\"revote\": {\"policy\": \"first\"},\n"
    "\t\"results\": {\"policy\": \"live\"},\n"
    "\t\"publishing\": {\"every_s\": 60, \"min_ballots\": 32, "
    "\"tally_every_ballots\": 10000},\n"
    "\t\"contests\": [\n"
    "\t\t{\n"
    "\t\t\t\"id\": \"projects\",\n"
    "\t\t\t\"titles\": {\"en\": \"Which projects shall be built?\"},\n"
    "\t\t\t\"method\": \"approval\",\n"
    "\t\t\t\"min\": 1,\n"
    "\t\t\t\"max\": 2,\n"
    "\t\t\t\"blank\": true,\n"
    "\t\t\t\"options\": [\n"
    "\t\t\t\t{\"id\": \"park\", \"titles\": {\"en\": \"A park\"}, "
    "\"cost\": 50000000, \"category\": \"green\"},\n"
    "\t\t\t\t{\"id\": \"bridge\", \"titles\": {\"en\": \"A footbridge\"}, "
    "\"cost\": 120000000},\n"
    "\t\t\t\t{\"id\": \"library\", \"titles\": {\"en\": \"A library\"}, "
    "\"cost\": 80000000}\n"
    "\t\t\t],\n"
    "\t\t\t\"outcome\": {\"rule\": \"none\"}\n"
    "\t\t}\n"
    "\t]\n"
    "}\n";
/* clang-format on */

struct known_key {
	const char *file;
	const char *name;
	uint8_t seed; /* 32 times */
};

static const struct known_key keys[] = {
    {"log.key", "tally.example/test", 0x07},
    {"frontend.key", "front.example/a", 0x09},
    {"authority.key", "authority.example/1", 0x0a},
};

enum {
	KEYS_COUNT = sizeof keys / sizeof keys[0],
	TAG_SECRET = 0x0b, /* 32 times */
};

struct rehearsal {
	const struct server_options *asked;
	char folder[PATH_MAX - 64];
	int fd;
	bool made; /* the folder is ours to remove */
};

struct bytes
rehearsal_manifest(void)
{
	return bytes_make(manifest, sizeof manifest - 1);
}

static int
write_file(const struct rehearsal *rehearsal, const char *name, struct bytes bytes)
{
	return disk_replace(rehearsal->fd, name, bytes, 0600, false);
}

static int
write_key(const struct rehearsal *rehearsal, const struct known_key *known)
{
	struct note_private_key key;
	uint8_t seed[TALLY_SEED_SIZE];
	char text[NOTE_PRIVATE_TEXT_MAX + 1];
	char vkey[NOTE_VKEY_TEXT_MAX + 1];
	char name[32];
	struct writer to = writer_make(text, sizeof text);
	struct writer to_public = writer_make(vkey, sizeof vkey);
	int status;

	memset(seed, known->seed, sizeof seed);
	note_private_key_make(&key, bytes_of_string(known->name), seed);
	note_private_key_write(&to, &key);
	writer_u8(&to, '\n');
	note_key_write(&to_public, &key.key);
	writer_u8(&to_public, '\n');
	CHECK(!to.failed && !to_public.failed);
	snprintf(name, sizeof name, "%s.pub", known->file);
	status = write_file(rehearsal, known->file, writer_view(&to));
	return status == DISK_OK ? write_file(rehearsal, name, writer_view(&to_public))
				 : status;
}

static int
write_tag_secret(const struct rehearsal *rehearsal)
{
	char text[2 * TALLY_SEED_SIZE + 2];

	for (size_t i = 0; i < TALLY_SEED_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", TAG_SECRET);
	text[sizeof text - 2] = '\n';
	return write_file(rehearsal, "tag.secret", bytes_make(text, sizeof text - 1));
}

static int
write_files(const struct rehearsal *rehearsal)
{
	int status = write_file(rehearsal, "campaign.json", rehearsal_manifest());

	for (size_t i = 0; i < KEYS_COUNT && status == DISK_OK; i++)
		status = write_key(rehearsal, &keys[i]);
	return status == DISK_OK ? write_tag_secret(rehearsal) : status;
}

static void
path_of(const struct rehearsal *rehearsal, const char *name, char path[PATH_MAX])
{
	CHECK(snprintf(path, PATH_MAX, "%s/%s", rehearsal->folder, name) < PATH_MAX);
}

static int
found(const struct rehearsal *rehearsal)
{
	char data[PATH_MAX], campaign[PATH_MAX], log_key[PATH_MAX];
	struct founding founding = {.data = data, .campaign = campaign, .log_key = log_key};

	path_of(rehearsal, "data", data);
	path_of(rehearsal, "campaign.json", campaign);
	path_of(rehearsal, "log.key", log_key);
	return founding_run(&founding);
}

/* True if it holds our manifest and a founded data directory. */
static bool
was_made_before(const struct rehearsal *rehearsal)
{
	uint8_t *json;
	size_t size;
	bool same;

	if (disk_load(rehearsal->fd, "campaign.json", sizeof manifest, &json, &size) != DISK_OK)
		return false;
	same = bytes_equal(bytes_make(json, size), rehearsal_manifest());
	free(json);
	return same && faccessat(rehearsal->fd, "data/remembered", F_OK, 0) == 0;
}

/* The folder, and true in *founded if it holds a rehearsal already. */
static int
make_folder(struct rehearsal *rehearsal, bool *founded)
{
	const char *place = getenv("TMPDIR");
	const char *data = rehearsal->asked->data;
	size_t size = sizeof rehearsal->folder;
	int used = data != NULL ? snprintf(rehearsal->folder, size, "%s", data)
				: snprintf(rehearsal->folder, size, "%s/tallyd-test.XXXXXX",
					   place != NULL && *place != '\0' ? place : "/tmp");

	if (used < 0 || (size_t)used >= size)
		return disk_fail(DISK_FAILED, "making a folder: its name is too long");
	if (data == NULL) {
		if (mkdtemp(rehearsal->folder) == NULL)
			return disk_fail_errno("making", rehearsal->folder);
		rehearsal->made = true;
	}
	if (disk_directory(AT_FDCWD, rehearsal->folder, 0700, &rehearsal->fd) != DISK_OK)
		return DISK_FAILED;
	*founded = was_made_before(rehearsal);
	if (*founded || disk_is_empty(rehearsal->fd))
		return DISK_OK;
	return disk_fail(DISK_FAILED,
			 "%s: the folder is neither empty nor one that --test made",
			 rehearsal->folder);
}

static void
tell_address(const char *name, const char *asked, uint16_t port)
{
	struct address address;

	CHECK(address_parse(asked, &address)); /* or the server would not be ready */
	printf(strchr(address.host, ':') != NULL ? "%s [%s]:%u\n" : "%s %s:%u\n", name,
	       address.host, (unsigned)port);
}

static void
tell(void *context, uint16_t port, uint16_t http)
{
	static const char *const names[] = {"campaign.json", "log.key.pub", "frontend.key",
					    "authority.key", "tag.secret"};
	const struct rehearsal *rehearsal = context;

	tell_address("listen", rehearsal->asked->listen, port);
	tell_address("http", rehearsal->asked->http, http);
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		printf("%s %s/%s\n", names[i], rehearsal->folder, names[i]);
	printf("public %s/data/public\n", rehearsal->folder);
	fflush(stdout);
}

static int
remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
	(void)about;
	(void)kind;
	(void)where;
	return remove(path);
}

/* SIGTERM and SIGINT wait until the server takes them: none may end this before `rehearsal_run`
 * has removed the folder. */
static void
hold_signals(void)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	CHECK(pthread_sigmask(SIG_BLOCK, &set, NULL) == 0);
}

static int
run(struct rehearsal *rehearsal)
{
	struct server_options options = *rehearsal->asked;
	char data[PATH_MAX];
	bool founded = false;
	int code = TALLY_EXIT_FINE;

	if (make_folder(rehearsal, &founded) != DISK_OK ||
	    (!founded && write_files(rehearsal) != DISK_OK)) {
		line_warn("%s", disk_error());
		return TALLY_EXIT_WORLD;
	}
	if (!founded)
		code = found(rehearsal);
	if (code != TALLY_EXIT_FINE)
		return code;
	path_of(rehearsal, "data", data);
	options.data = data;
	options.rehearsal = true;
	options.ready = tell;
	options.context = rehearsal;
	line_say("a rehearsal: everybody knows its keys");
	return server_run(&options);
}

int
rehearsal_run(const struct server_options *options)
{
	struct rehearsal *rehearsal = calloc(1, sizeof *rehearsal);
	int code;

	if (rehearsal == NULL)
		return TALLY_EXIT_WORLD;
	rehearsal->asked = options;
	rehearsal->fd = -1;
	hold_signals();
	code = run(rehearsal);
	if (rehearsal->fd >= 0)
		close(rehearsal->fd);
	if (rehearsal->made &&
	    nftw(rehearsal->folder, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0) {
		line_warn("removing %s: %s", rehearsal->folder, strerror(errno));
		code = TALLY_EXIT_WORLD;
	}
	free(rehearsal);
	return code;
}
