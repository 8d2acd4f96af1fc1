/* verdicts: asks a `tallyd --test` for verdicts and prints each answer as a line: what was asked,
 * a colon, a space, and the verdict's row of the table in include/README.md, section 16.
 *
 *   verdicts PORT FOLDER vectors   every ballot of tests/vectors/verdicts.txt
 *   verdicts PORT FOLDER natural   what provokes a verdict without being asked for it by a tag
 */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ballot/notice.h"
#include "tally/ballot.h"
#include "tally/client.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/manifestfile.h"

struct guest {
	struct tally_connect_options options;
	struct tally_client_key key;
	struct note_private_key authority;
	struct note_key log;
	struct manifest *manifest;
	struct tally_connection *connection;
	struct tally_client_event answer;
};

static void
give_up(const char *why)
{
	fprintf(stderr, "verdicts: %s\n", why);
	exit(TALLY_EXIT_WORLD);
}

static const char *
in_folder(const char *folder, const char *name)
{
	static char path[4096];

	snprintf(path, sizeof path, "%s/%s", folder, name);
	return path;
}

static void
connect_as(struct guest *guest, const struct tally_client_key *key)
{
	char trouble[TALLY_TROUBLE_MAX];

	guest->options.client.key = key;
	tally_close(guest->connection);
	if (tally_connect(&guest->connection, &guest->options, trouble) != TALLY_CLIENT_FINE)
		give_up(trouble);
}

static void
prepare(struct guest *guest, const char *port, const char *folder)
{
	struct note_private_key frontend;

	if (manifestfile_read(in_folder(folder, "campaign.json"), &guest->manifest) ||
	    keyfile_public_read(in_folder(folder, "log.key.pub"), &guest->log) ||
	    keyfile_read(in_folder(folder, "authority.key"), &guest->authority) ||
	    keyfile_read(in_folder(folder, "frontend.key"), &frontend))
		give_up("its files cannot be read");
	guest->key.id = frontend.key.id;
	memcpy(guest->key.secret, frontend.secret, sizeof guest->key.secret);
	guest->options = (struct tally_connect_options){
	    .host = "127.0.0.1",
	    .port = (uint16_t)atoi(port),
	    .client = {.campaign = guest->manifest->id,
		       .log_name = guest->log.name,
		       .log_key = guest->log.public_key},
	};
	connect_as(guest, &guest->key);
}

/* The answer of a call that ended with `status`. */
static void
show(struct guest *guest, const char *asked, int status)
{
	const struct tally_client_event *answer = &guest->answer;

	if (status != TALLY_CLIENT_FINE)
		give_up(tally_trouble(guest->connection));
	if (answer->kind != TALLY_CLIENT_EVENT_VERDICT)
		give_up("the answer is no verdict");
	printf("%s: | %u | %s | %s | %.*s |\n", asked, answer->verdict,
	       tally_verdict_text(answer->verdict)->name, tally_class_name(answer->class),
	       (int)answer->text_size, answer->text);
}

static void
show_vectors(struct guest *guest)
{
	FILE *file = fopen("tests/vectors/verdicts.txt", "r");
	char *line = NULL;
	size_t capacity = 0;

	if (file == NULL)
		give_up("tests/vectors/verdicts.txt cannot be read");
	while (getline(&line, &capacity, file) > 0) {
		uint8_t ballot[TALLY_BALLOT_SIZE_MAX];
		char *hex = strchr(line, ' ');
		size_t size = 0;

		if (*line == '#' || hex == NULL)
			continue;
		*hex++ = '\0';
		if (sodium_hex2bin(ballot, sizeof ballot, hex, strlen(hex), "\n", &size,
				   NULL) != 0)
			give_up("a vector is not hexadecimal");
		show(guest, line,
		     tally_submit(guest->connection, ballot, size, &guest->answer));
	}
	free(line);
	fclose(file);
}

static void
show_notice(struct guest *guest, const char *asked, uint32_t number, int kind, uint64_t time)
{
	struct notice_head head = {.campaign = guest->manifest->id,
				   .number = number,
				   .previous = (uint8_t[TALLY_HASH_SIZE]){0},
				   .kind = (enum tally_notice_kind)kind};
	uint8_t body[8], memory[256];
	struct writer notice = writer_make(memory, sizeof memory);

	be64_store(body, time);
	notice_write(&notice, &head, bytes_make(body, kind == 1 ? sizeof body : 0),
		     guest->authority.key.id, guest->authority.secret);
	show(guest, asked,
	     tally_notice(guest->connection, notice.data, notice.size, &guest->answer));
}

/* A ballot of voter `number` for option 0. */
static size_t
make_ballot(const struct guest *guest, uint64_t number, uint8_t ballot[TALLY_BALLOT_SIZE_MAX])
{
	struct tally_ballot_draft draft;
	struct tally_choice choice = {0, 1};
	uint8_t tag[TALLY_TAG_SIZE] = {0};
	long size;

	be64_store(tag, number);
	tally_ballot_begin(&draft, ballot, TALLY_BALLOT_SIZE_MAX, guest->manifest->id, tag, 1,
			   0, TALLY_SIGNING_FRONTEND);
	tally_ballot_choose(&draft, &choice, 1);
	size = tally_ballot_sign(&draft, &guest->key);
	CHECK(size > 0);
	return (size_t)size;
}

struct crowd {
	const struct guest *guest;
	uint64_t next;
	uint8_t ballot[TALLY_BALLOT_SIZE_MAX];
};

static bool
next_voter(void *context, const void **ballot, size_t *size)
{
	struct crowd *crowd = context;

	if (crowd->next == crowd->guest->manifest->voters_max)
		return false;
	*size = make_ballot(crowd->guest, crowd->next++, crowd->ballot);
	*ballot = crowd->ballot;
	return true;
}

static bool
take_answer(void *context, uint64_t place, const struct tally_client_event *answer)
{
	(void)context;
	(void)place;
	(void)answer;
	return true;
}

/* As many as the roll has places, and one. */
static void
show_roll_full(struct guest *guest)
{
	static struct crowd crowd;
	size_t size;

	crowd.guest = guest;
	if (tally_submit_all(guest->connection, next_voter, take_answer, &crowd) !=
	    TALLY_CLIENT_FINE)
		give_up(tally_trouble(guest->connection));
	size = make_ballot(guest, crowd.next, crowd.ballot);
	show(guest, "one voter too many",
	     tally_submit(guest->connection, crowd.ballot, size, &guest->answer));
}

/* The last one asked within a second. */
static void
show_slow_down(struct guest *guest)
{
	uint8_t tag[TALLY_TAG_SIZE] = {0};
	int status = TALLY_CLIENT_FINE;

	guest->answer.kind = TALLY_CLIENT_EVENT_STATUS;
	for (int i = 0; i < 100000 && guest->answer.kind == TALLY_CLIENT_EVENT_STATUS; i++)
		status = tally_status(guest->connection, tag, &guest->answer);
	show(guest, "many STATUS", status);
}

static void
show_natural(struct guest *guest)
{
	static uint8_t large[TALLY_BALLOT_SIZE_MAX + 1];

	show(guest, "a ballot of 8,193 bytes",
	     tally_submit(guest->connection, large, sizeof large, &guest->answer));
	show(guest, "RECEIPT of an index far away",
	     tally_receipt(guest->connection, 1 << 30, &guest->answer));
	show_notice(guest, "NOTICE number 2 first", 2, TALLY_NOTICE_CLOSE, 0);
	show_notice(guest, "NOTICE extend to what is past", 1, TALLY_NOTICE_EXTEND, 60);
	show_notice(guest, "NOTICE resume of what is not paused", 1, TALLY_NOTICE_RESUME, 0);
	show_notice(guest, "NOTICE of kind 12", 1, 12, 0);
	show_slow_down(guest);
	connect_as(guest, NULL);
	show(guest, "SUBMIT without a proven key",
	     tally_submit(guest->connection, large, 1, &guest->answer));
	connect_as(guest, &guest->key);
	show_roll_full(guest);
}

int
main(int count, char **arguments)
{
	static struct guest guest;

	if (count != 4 || sodium_init() < 0)
		return TALLY_EXIT_USAGE;
	prepare(&guest, arguments[1], arguments[2]);
	if (strcmp(arguments[3], "vectors") == 0)
		show_vectors(&guest);
	else
		show_natural(&guest);
	tally_close(guest.connection);
	manifest_free(guest.manifest);
	return TALLY_EXIT_FINE;
}
