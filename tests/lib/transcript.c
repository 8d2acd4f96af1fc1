#include "tests/lib/transcript.h"

#include <string.h>

#include "ballot/notice.h"
#include "base/text.h"
#include "limits.h"
#include "tree/cosignature.h"

/* A field of `size` bytes; the last one of a message may be 0: the rest. */
struct field {
	const char *name;
	size_t size;
};

struct layout {
	uint8_t message;
	const char *name;
	struct field fields[16];
};

static const struct layout layouts[] = {
    {TALLY_MESSAGE_HELLO,
     "HELLO",
     {{"lowest version", 2},
      {"highest version", 2},
      {"campaign id", 32},
      {"log public key", 32},
      {"server nonce", 32},
      {"payload maximum", 4},
      {"window: requests", 4},
      {"window: reads", 4},
      {"idle limit, seconds", 4},
      {"newest checkpoint", 0}}},
    {TALLY_MESSAGE_AUTH,
     "AUTH",
     {{"version", 2},
      {"key id", 4},
      {"client nonce", 32},
      {"signature", 64},
      {"newest checkpoint seen", 0}}},
    {TALLY_MESSAGE_WELCOME,
     "WELCOME",
     {{"version", 2}, {"zero", 2}, {"window: requests", 4}, {"window: reads", 4}}},
    {TALLY_MESSAGE_SUBMIT, "SUBMIT", {{"ballot", 0}}},
    {TALLY_MESSAGE_NOTICE, "NOTICE", {{"notice", 0}}},
    {TALLY_MESSAGE_STATUS, "STATUS", {{"tag", 32}}},
    {TALLY_MESSAGE_STATE, "STATE", {{NULL, 0}}},
    {TALLY_MESSAGE_RECEIPT, "RECEIPT", {{"index", 8}}},
    {TALLY_MESSAGE_CHECKPOINT, "CHECKPOINT", {{NULL, 0}}},
    {TALLY_MESSAGE_RESULTS, "RESULTS", {{"contest", 2}}},
    {TALLY_MESSAGE_COSIGN, "COSIGN", {{"tree size", 8}, {"cosignature line", 0}}},
    {TALLY_MESSAGE_ENTRIES, "ENTRIES", {{"first", 8}, {"tree size", 8}}},
    {TALLY_MESSAGE_ENTRIES_ARE,
     "ENTRIES_ARE",
     {{"first", 8}, {"count", 2}, {"each entry behind its size, 2 bytes", 0}}},
    {TALLY_MESSAGE_VERDICT,
     "VERDICT",
     {{"verdict", 2}, {"class", 1}, {"zero", 1}, {"index", 8}, {"sentence", 0}}},
    {TALLY_MESSAGE_STATUS_IS,
     "STATUS_IS",
     {{"known", 1}, {"zero", 1}, {"revision", 2}, {"index", 8}}},
    {TALLY_MESSAGE_RECEIPT_IS, "RECEIPT_IS", {{"index", 8}, {"receipt", 0}}},
    {TALLY_MESSAGE_CHECKPOINT_IS, "CHECKPOINT_IS", {{"checkpoint", 0}}},
    {TALLY_MESSAGE_RESULTS_ARE,
     "RESULTS_ARE",
     {{"entries covered", 8},
      {"ballots", 8},
      {"replaced", 8},
      {"voided", 8},
      {"in tree", 8},
      {"contests", 2},
      {"contest", 2},
      {"contest ballots", 8},
      {"blank", 8},
      {"abstained", 8},
      {"options", 4},
      {"votes and score of each", 0}}},
    {TALLY_MESSAGE_STATE_IS,
     "STATE_IS",
     {{"phase", 1},
      {"zero", 3},
      {"notices", 4},
      {"opens", 8},
      {"closes", 8},
      {"log size", 8},
      {"hash of the last notice", 32}}},
    {TALLY_MESSAGE_GOODBYE,
     "GOODBYE",
     {{"verdict", 2}, {"class", 1}, {"zero", 1}, {"sentence", 0}}},
};

static const struct layout *
layout_of(uint8_t message)
{
	for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++)
		if (layouts[i].message == message)
			return &layouts[i];
	return NULL;
}

/* The frame that begins in the transcript's memory at `start` becomes a step. */
static void
step(struct transcript *to, size_t start, char sender, const char *about)
{
	CHECK(!to->memory.failed && to->count < TRANSCRIPT_STEPS_MAX);
	to->steps[to->count++] = (struct transcript_step){
	    sender, bytes_make(to->bytes + start, to->memory.size - start), about};
}

static void
client_says(struct transcript *to, uint8_t message, uint32_t correlation, struct bytes payload,
	    const char *about)
{
	size_t start = to->memory.size;

	frame_write(&to->memory, message, correlation, payload);
	step(to, start, 'C', about);
}

static void
server_verdict(struct transcript *to, uint32_t correlation, enum tally_verdict verdict,
	       uint64_t index, const char *about)
{
	size_t start = to->memory.size;

	frame_verdict_write(&to->memory, correlation, verdict, index);
	step(to, start, 'S', about);
}

static void
server_status(struct transcript *to, uint32_t correlation, const struct frame_status *status,
	      const char *about)
{
	size_t start = to->memory.size;

	frame_status_write(&to->memory, correlation, status);
	step(to, start, 'S', about);
}

/* What the client of these keys signs, written without the client. */
static void
client_auth(struct transcript *to, const struct note_private_key *key, struct bytes seen,
	    const char *about)
{
	const struct session *session = &to->session;
	uint8_t message[FRAME_PROOF_SIZE];
	uint8_t signature[TALLY_SIGNATURE_SIZE];
	struct frame_auth auth = {1, key->key.id, session->client_nonce, signature, seen};
	size_t start = to->memory.size;

	frame_proof_message(session->campaign, session->server_nonce, session->client_nonce,
			    session->log.key.public_key, message);
	session_sign(key, bytes_make(message, sizeof message), signature);
	frame_auth_write(&to->memory, &auth);
	step(to, start, 'C', about);
}

static void
opening(struct transcript *to)
{
	struct session at_opening = to->session;
	size_t start = to->memory.size;

	memcpy(at_opening.checkpoint, to->session.opening, sizeof at_opening.opening);
	at_opening.checkpoint_size = to->session.opening_size;
	session_hello(&at_opening, &to->memory);
	step(to, start, 'S', "the server speaks first; its log has two entries");
	client_auth(to, &to->session.frontend,
		    bytes_make(to->session.opening, to->session.opening_size),
		    "the frontend proves its key; it has seen nothing newer");
	start = to->memory.size;
	session_welcome(&to->memory, window_requests, window_reads);
	step(to, start, 'S', "requests may be sent from here on");
}

static void
state_of_the_campaign(struct transcript *to)
{
	static const uint8_t no_notice[TALLY_HASH_SIZE];
	struct frame_state state = {TALLY_PHASE_OPEN, 0, 1699999200, 1893456000, 2, no_notice};
	size_t start;

	client_says(to, TALLY_MESSAGE_STATE, 1, BYTES_OF(""), "what is in force?");
	start = to->memory.size;
	frame_state_write(&to->memory, 1, &state);
	step(to, start, 'S', "voting is open");
}

static void
voting(struct transcript *to)
{
	const struct session *session = &to->session;
	struct bytes tag = bytes_make(session->tag, sizeof session->tag);
	struct bytes ballot = bytes_make(session->ballot, session->ballot_size);
	struct frame_status none = {false, 0, 0};
	struct frame_status voted = {true, 1, 2};
	uint8_t second[512];
	size_t second_size = session_ballot(session, 2, second);

	client_says(to, TALLY_MESSAGE_STATUS, 2, tag, "has this tag voted?");
	server_status(to, 2, &none, "it has not");
	client_says(to, TALLY_MESSAGE_SUBMIT, 3, ballot, "a ballot: options 0 and 2");
	client_says(to, TALLY_MESSAGE_SUBMIT, 4, ballot, "the same bytes, without waiting");
	client_says(to, TALLY_MESSAGE_SUBMIT, 5, bytes_make(second, second_size),
		    "revision 2, which the policy first does not have");
	server_verdict(to, 3, TALLY_ACCEPTED, 2, "it is entry 2");
	server_verdict(to, 4, TALLY_ACCEPTED, 2, "the first answer again");
	server_verdict(to, 5, TALLY_BAD_REVISION, FRAME_NO_INDEX, "refused");
	client_says(to, TALLY_MESSAGE_STATUS, 6, tag, "and now?");
	server_status(to, 6, &voted, "revision 1 at index 2");
}

static void
proving(struct transcript *to)
{
	static const uint8_t index[8] = {0, 0, 0, 0, 0, 0, 0, 2};
	const struct session *session = &to->session;
	struct bytes tag = bytes_make(session->tag, sizeof session->tag);
	struct frame_status voted = {true, 1, 2};
	size_t start;

	client_says(to, TALLY_MESSAGE_RECEIPT, 7, bytes_make(index, 8),
		    "a receipt for entry 2");
	client_says(to, TALLY_MESSAGE_STATUS, 8, tag, "lane one does not wait for lane two");
	server_status(to, 8, &voted, "this answer overtakes the receipt");
	start = to->memory.size;
	frame_receipt_write(&to->memory, 7, 2,
			    bytes_make(session->receipt, session->receipt_size));
	step(to, start, 'S', "under the next working checkpoint");
	client_says(to, TALLY_MESSAGE_CHECKPOINT, 9, BYTES_OF(""), "the newest checkpoint");
	start = to->memory.size;
	frame_write(&to->memory, TALLY_MESSAGE_CHECKPOINT_IS, 9,
		    bytes_make(session->checkpoint, session->checkpoint_size));
	step(to, start, 'S', "of three entries");
}

static void
counting(struct transcript *to)
{
	struct frame_results results = {
	    .covered = 3,
	    .ballots = 1,
	    .in_tree = 1,
	    .contests_count = 1,
	    .contest_ballots = 1,
	    .options_count = 3,
	};
	uint8_t options[3 * FRAME_OPTION_SIZE] = {[7] = 1, [15] = 1, [39] = 1, [47] = 1};
	size_t start;

	results.options = bytes_make(options, sizeof options);
	client_says(to, TALLY_MESSAGE_RESULTS, 10, BYTES_OF("\0\0"), "counts of contest 0");
	start = to->memory.size;
	frame_results_write(&to->memory, 10, &results);
	step(to, start, 'S', "options 0 and 2 have one vote each");
	client_says(to, TALLY_MESSAGE_RESULTS, 11, BYTES_OF("\0\1"), "counts of contest 1");
	server_verdict(to, 11, TALLY_MALFORMED, FRAME_NO_INDEX, "there is none");
}

static void
witnessing(struct transcript *to)
{
	const struct session *session = &to->session;
	uint8_t memory[8 + COSIGNATURE_LINE_MAX];
	struct writer payload = writer_make(memory, sizeof memory);
	struct note_private_key witness;
	uint8_t seed[TALLY_SEED_SIZE];

	memset(seed, 0x08, sizeof seed);
	note_private_key_make_as(&witness, NOTE_KEY_COSIGNER, BYTES_OF("witness.example/w1"),
				 seed);
	writer_u64(&payload, 3);
	cosignature_write(&payload,
			  note_text(bytes_make(session->checkpoint, session->checkpoint_size)),
			  1700000000, &witness);
	client_says(to, TALLY_MESSAGE_COSIGN, 12, writer_view(&payload),
		    "a cosignature of a tree of 3");
	server_verdict(to, 12, TALLY_UNKNOWN_SIGNER, FRAME_NO_INDEX,
		       "the campaign has no such witness");
}

static void
ending(struct transcript *to)
{
	static const uint8_t zeros[TALLY_HASH_SIZE];
	struct notice_head head = {to->session.campaign, 2, zeros, TALLY_NOTICE_CLOSE};
	const struct note_private_key *authority = &to->session.authority;
	uint8_t memory[512];
	struct writer notice = writer_make(memory, sizeof memory);
	size_t start;

	notice_write(&notice, &head, BYTES_OF(""), authority->key.id, authority->secret);
	client_says(to, TALLY_MESSAGE_NOTICE, 13, writer_view(&notice),
		    "close, numbered 2 where 1 is due");
	server_verdict(to, 13, TALLY_NOTICE_OUT_OF_ORDER, FRAME_NO_INDEX, "refused");
	start = to->memory.size;
	frame_goodbye_write(&to->memory, TALLY_STOPPING);
	step(to, start, 'S', "the operator stops the server; it closes the connection");
}

void
transcript_make(struct transcript *to, struct bytes manifest)
{
	memset(to, 0, sizeof *to);
	to->memory = writer_make(to->bytes, sizeof to->bytes);
	session_make(&to->session, manifest);
	opening(to);
	state_of_the_campaign(to);
	voting(to);
	proving(to);
	counting(to);
	witnessing(to);
	ending(to);
}

static void
fetching(struct transcript *to)
{
	static const uint8_t from_1_of_3[16] = {[7] = 1, [15] = 3};
	static const uint8_t from_0_of_4[16] = {[15] = 4};
	const struct session *session = &to->session;
	struct bytes ballot = bytes_make(session->ballot, session->ballot_size);
	uint8_t memory[1024];
	struct writer entries = writer_make(memory, sizeof memory);
	struct frame_entries answer = {1, 2, bytes_make(NULL, 0)};
	size_t start;

	writer_u16(&entries, sizeof session->phase);
	writer_copy(&entries, session->phase, sizeof session->phase);
	writer_u16(&entries, (uint16_t)(1 + ballot.size));
	writer_u8(&entries, TALLY_ENTRY_BALLOT);
	writer_bytes(&entries, ballot);
	answer.entries = writer_view(&entries);
	client_says(to, TALLY_MESSAGE_ENTRIES, 1, bytes_make(from_1_of_3, 16),
		    "entries from 1 on, of a tree of 3");
	start = to->memory.size;
	frame_entries_write(&to->memory, 1, &answer);
	step(to, start, 'S', "both; the server may send fewer than there are");
	client_says(to, TALLY_MESSAGE_ENTRIES, 2, bytes_make(from_0_of_4, 16),
		    "of a tree of 4, which has not been signed");
	server_verdict(to, 2, TALLY_NOT_FOUND, FRAME_NO_INDEX, "refused");
	client_says(to, TALLY_MESSAGE_SUBMIT, 3, ballot, "an authority sends a ballot");
	server_verdict(to, 3, TALLY_NOT_FOR_YOU, FRAME_NO_INDEX, "refused");
}

void
transcript_make_authority(struct transcript *to, struct bytes manifest)
{
	const struct session *session = &to->session;
	size_t start;

	memset(to, 0, sizeof *to);
	to->memory = writer_make(to->bytes, sizeof to->bytes);
	session_make(&to->session, manifest);
	session_hello(session, &to->memory);
	step(to, 0, 'S', "its log has three entries");
	client_auth(to, &session->authority,
		    bytes_make(session->checkpoint, session->checkpoint_size),
		    "the authority proves its key");
	start = to->memory.size;
	session_welcome(&to->memory, window_requests, window_reads);
	step(to, start, 'S', "requests may be sent from here on");
	fetching(to);
}

static void
line_write(struct writer *writer, char sender, struct bytes bytes, const char *name)
{
	writer_u8(writer, (uint8_t)sender);
	writer_u8(writer, ' ');
	text_hex_write(writer, bytes);
	writer_string(writer, " # ");
	writer_string(writer, name);
	writer_u8(writer, '\n');
}

static void
step_write(struct writer *writer, const struct transcript_step *step)
{
	const struct layout *layout = layout_of(step->frame.data[4]);
	struct reader reader = reader_make(step->frame);

	CHECK(layout != NULL);
	writer_string(writer, step->sender == 'C' ? "\n# client: " : "\n# server: ");
	writer_string(writer, layout->name);
	writer_string(writer, ": ");
	writer_string(writer, step->about);
	writer_u8(writer, '\n');
	line_write(writer, step->sender, reader_bytes(&reader, 4), "payload size");
	line_write(writer, step->sender, reader_bytes(&reader, 1), "message");
	line_write(writer, step->sender, reader_bytes(&reader, 3), "zero");
	line_write(writer, step->sender, reader_bytes(&reader, 4), "correlation");
	for (const struct field *field = layout->fields; field->name != NULL; field++) {
		size_t size = field->size > 0 ? field->size : reader_left(&reader);

		if (size > 0)
			line_write(writer, step->sender, reader_bytes(&reader, size),
				   field->name);
	}
	CHECK(reader_done(&reader));
}

void
transcript_write(struct writer *writer, const struct transcript *transcript)
{
	writer_string(
	    writer,
	    "# One connection, byte by byte: C is what the client sends, S what the server "
	    "sends,\n"
	    "# in this order. A line is one field: sender, space, lower-case hex, comment.\n"
	    "#\n"
	    "# campaign id     SHA-256 of campaign.json, beside this file\n"
	    "# log key         seed 32 bytes of 07, name tally.example/test\n"
	    "# frontend key    seed 32 bytes of 09, name front.example/a\n"
	    "# authority key   seed 32 bytes of 0a, name authority.example/1\n"
	    "# server nonce    32 bytes of 51\n"
	    "# client nonce    32 bytes of c1\n"
	    "# log             entry 0 CAMPAIGN, part 0 of 1; entry 1 PHASE open, by the "
	    "clock,\n"
	    "#                 minute 28333333; entry 2 the BALLOT of the frontend\n");
	for (size_t i = 0; i < transcript->count; i++)
		step_write(writer, &transcript->steps[i]);
}

/* Takes what comes before the next `end`, which is dropped. */
static struct bytes
take_until(struct bytes *text, char end)
{
	const uint8_t *at = text->size == 0 ? NULL : memchr(text->data, end, text->size);
	struct bytes taken =
	    bytes_make(text->data, at == NULL ? text->size : (size_t)(at - text->data));
	size_t used = at == NULL ? text->size : taken.size + 1;

	*text = bytes_make(text->data + used, text->size - used);
	return taken;
}

/* Adds one field's bytes behind those before it. */
static bool
field_read(struct transcript *to, struct bytes line, char *sender)
{
	struct writer *memory = &to->memory;
	size_t size;

	if (line.size < 4 || (line.data[0] != 'C' && line.data[0] != 'S') ||
	    line.data[1] != ' ')
		return false;
	*sender = (char)line.data[0];
	line = bytes_make(line.data + 2, line.size - 2);
	line = take_until(&line, ' ');
	size = line.size / 2;
	if (size > memory->capacity - memory->size ||
	    !text_hex_parse(line, memory->data + memory->size, size))
		return false;
	memory->size += size;
	return true;
}

bool
transcript_read(struct bytes text, struct transcript *to)
{
	size_t start = 0;
	struct frame frame;
	char sender;

	memset(to, 0, sizeof *to);
	to->memory = writer_make(to->bytes, sizeof to->bytes);
	while (text.size > 0) {
		struct bytes line = take_until(&text, '\n');
		long used;

		if (line.size == 0 || line.data[0] == '#')
			continue;
		if (!field_read(to, line, &sender))
			return false;
		used =
		    frame_next(bytes_make(to->bytes + start, to->memory.size - start), &frame);
		if (used < 0 || (used > 0 && to->count == TRANSCRIPT_STEPS_MAX))
			return false;
		if (used == 0)
			continue;
		step(to, start, sender, "");
		start = to->memory.size;
	}
	return start == to->memory.size;
}
