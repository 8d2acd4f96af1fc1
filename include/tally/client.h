/* client: speaking to tallyd. A protocol machine without I/O, then a blocking wrapper around it.
 *
 * The machine holds no socket and no clock and never allocates: you move bytes, it tells what
 * they mean. One machine serves one connection, from its first byte to its last.
 *
 *   struct tally_client *client;
 *   tally_client_init(&client, memory, sizeof memory, &config);
 *   for (;;) {
 *           bytes = tally_client_output(client, &size);
 *           sent = write(socket, bytes, size);
 *           tally_client_sent(client, sent);
 *           got = read(socket, buffer, sizeof buffer);
 *           while (got > 0) {
 *                   taken = tally_client_receive(client, buffer, got);
 *                   while (tally_client_event(client, &event))
 *                           ... look at event.kind; submit what you have ...
 *                   buffer += taken; got -= taken;
 *           }
 *   }
 *
 * The server speaks first. The machine checks its HELLO (campaign, log key, the signature of the
 * checkpoint it shows), answers with AUTH and reports READY when the server has said WELCOME.
 * From then on requests may be made, as many at once as the server's window allows. Answers to
 * SUBMIT, STATUS, NOTICE, SHEET and STATE come in the order of the requests (lane one); so do
 * those to RECEIPT, CHECKPOINT, RESULTS, ENTRIES and COSIGN among themselves (lane two). Anything
 * else breaks the machine.
 *
 * States:  hello -> welcome -> ready -> gone;  every state but gone -> broken;  hello and welcome
 * -> gone. In gone (the server said GOODBYE) and broken nothing moves any more.
 *
 * A connection that ends before an answer leaves its requests unknown: send the same bytes
 * again, through any frontend. That is always safe: a ballot that is in the log already gets its
 * first answer again.
 *
 * Receipts are checked with tally/proof.h, tags are made with tally/tag.h.
 *
 * A machine, like a connection, belongs to one thread at a time. Call sodium_init() once before
 * anything here. Link with -ltally -lsodium -lcrypto. */
#ifndef TALLY_CLIENT_H
#define TALLY_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tally/formats.h"
#include "tally/status.h"
#include "tally/wire.h"

/* Part one: the machine. */

/* X(enumerator, number, sentence) */
#define TALLY_CLIENT_STATUSES(X) \
	X(FINE, 0, "fine") \
	/* a request was not taken; the machine goes on */ \
	X(FULL, -1, "the server owes as many answers as its window allows") \
	X(OUTPUT_FULL, -2, "the output buffer is full: send first") \
	X(NOT_READY, -3, "requests are possible only after ready") \
	X(TOO_LARGE, -4, "the request is larger than the server takes") \
	X(BAD_CONFIG, -5, "the configuration is incomplete, or a key in it is not valid") \
	/* the machine is broken: close the connection */ \
	X(NOT_A_FRAME, -10, "the server's bytes are not a frame") \
	X(BAD_SHAPE, -11, "a message of the server does not have its shape") \
	X(UNEXPECTED, -12, "the server sent a message that has no place here") \
	X(OUT_OF_ORDER, -13, "an answer came out of order, or to nothing that was asked") \
	X(NO_VERSION, -14, "the server does not speak version 1 of the protocol") \
	X(WRONG_CAMPAIGN, -15, "the server runs another campaign") \
	X(WRONG_LOG, -16, "the server's log key is not the expected one") \
	X(BAD_CHECKPOINT, -17, "a checkpoint of the server is not signed by the log key") \
	X(BAD_RECEIPT, -18, "a receipt of the server does not prove the entry asked for") \
	X(SPLIT_VIEW, -19, "the log key has signed two different trees of the same size") \
	/* the blocking wrapper */ \
	X(GOODBYE, -30, "the server ended the connection") \
	X(LOST, -31, "the connection was lost") \
	X(TIMEOUT, -32, "the server did not answer in time") \
	X(WORLD, -33, "the system refused") \
	X(NO_MEMORY, -34, "there is no memory left") \
	X(JOURNAL, -35, "the journal cannot be written") \
	X(NOT_THIS_JOURNAL, -36, "this journal cannot be continued")

enum tally_client_status {
	TALLY_CLIENT_FINE = 0,
	TALLY_CLIENT_FULL = -1,
	TALLY_CLIENT_OUTPUT_FULL = -2,
	TALLY_CLIENT_NOT_READY = -3,
	TALLY_CLIENT_TOO_LARGE = -4,
	TALLY_CLIENT_BAD_CONFIG = -5,
	TALLY_CLIENT_NOT_A_FRAME = -10,
	TALLY_CLIENT_BAD_SHAPE = -11,
	TALLY_CLIENT_UNEXPECTED = -12,
	TALLY_CLIENT_OUT_OF_ORDER = -13,
	TALLY_CLIENT_NO_VERSION = -14,
	TALLY_CLIENT_WRONG_CAMPAIGN = -15,
	TALLY_CLIENT_WRONG_LOG = -16,
	TALLY_CLIENT_BAD_CHECKPOINT = -17,
	TALLY_CLIENT_BAD_RECEIPT = -18,
	TALLY_CLIENT_SPLIT_VIEW = -19,
	TALLY_CLIENT_GOODBYE = -30,
	TALLY_CLIENT_LOST = -31,
	TALLY_CLIENT_TIMEOUT = -32,
	TALLY_CLIENT_WORLD = -33,
	TALLY_CLIENT_NO_MEMORY = -34,
	TALLY_CLIENT_JOURNAL = -35,
	TALLY_CLIENT_NOT_THIS_JOURNAL = -36,
};

#define TALLY_CLIENT_NO_INDEX UINT64_MAX

enum {
	/* Memory of one machine, without its output buffer. */
	TALLY_CLIENT_MEMORY = 96 * 1024,
	/* An output buffer holds any one request; a larger one lets more of them wait. */
	TALLY_CLIENT_OUTPUT_MIN = TALLY_WIRE_HEADER_SIZE + TALLY_WIRE_PAYLOAD_MAX,
};

/* The sentence of a status; never NULL. */
const char *
tally_client_sentence(int status);

/* A frontend's (or an authority's) signing key. Wipe it with sodium_memzero. */
struct tally_client_key {
	uint32_t id;
	uint8_t secret[64]; /* libsodium's form: seed, then public key */
};

/* From a private key file's text ("PRIVATE+TALLY+..."); false if it is none. */
bool
tally_client_key_parse(const char *text, size_t size, struct tally_client_key *out);

/* From name and seed; false if the name is not valid (empty, white space, "+"). */
bool
tally_client_key_make(const char *name, const uint8_t seed[TALLY_SEED_SIZE],
		      struct tally_client_key *out);

struct tally_client_config {
	/* What the server must be. The log key as a vkey text, or, with log_vkey NULL, as its
	 * name and 32 bytes. */
	const uint8_t *campaign; /* 32 bytes */
	const char *log_vkey;
	const char *log_name;
	const uint8_t *log_key;

	/* Who we are; NULL: anonymous. */
	const struct tally_client_key *key;

	/* 32 fresh random bytes (randombytes_buf). */
	const uint8_t *nonce;

	/* The newest checkpoint an earlier connection has seen (tally_client_newest), or NULL.
	 * A server whose log does not contain it takes no new ballots from then on. */
	const char *checkpoint;
	size_t checkpoint_size;

	/* Requests wait here until they are sent; at least TALLY_CLIENT_OUTPUT_MIN bytes, yours,
	 * not to be touched while the machine lives. */
	uint8_t *output;
	size_t output_size;
};

struct tally_client;

/* Makes a machine in `memory` (8-aligned, TALLY_CLIENT_MEMORY bytes or more; yours, not to be
 * touched until you are done with the machine). The configuration is read only during the call,
 * but for config->output. FINE, BAD_CONFIG, BAD_CHECKPOINT. */
int
tally_client_init(struct tally_client **client, void *memory, size_t size,
		  const struct tally_client_config *config);

/* Gives received bytes to the machine; returns how many it took, at least one of any. Take all
 * events before giving it the rest. Views in earlier events end here. */
size_t
tally_client_receive(struct tally_client *client, const void *bytes, size_t size);

/* What is to be sent, and how much; valid until the next call. */
const uint8_t *
tally_client_output(const struct tally_client *client, size_t *size);

/* The first `size` of those bytes have been sent. */
void
tally_client_sent(struct tally_client *client, size_t size);

enum tally_client_event_kind {
	TALLY_CLIENT_EVENT_NONE = 0,
	TALLY_CLIENT_EVENT_READY = 1,      /* requests may be made */
	TALLY_CLIENT_EVENT_VERDICT = 2,    /* verdict, class, index, text = sentence */
	TALLY_CLIENT_EVENT_STATUS = 3,     /* known; then revision, index (none: it was
					    * voided, the tag may vote again) */
	TALLY_CLIENT_EVENT_RECEIPT = 4,    /* index, text = receipt, tree_size */
	TALLY_CLIENT_EVENT_CHECKPOINT = 5, /* text = signed note, tree_size */
	TALLY_CLIENT_EVENT_RESULTS = 6,    /* results */
	TALLY_CLIENT_EVENT_STATE = 7,      /* state */
	TALLY_CLIENT_EVENT_GOODBYE = 8,  /* verdict, class, text = sentence; nothing follows */
	TALLY_CLIENT_EVENT_BROKEN = 9,   /* status, text = sentence; nothing follows */
	TALLY_CLIENT_EVENT_ENTRIES = 10, /* entries */
};

/* The counts of one contest. */
struct tally_client_results {
	uint64_t covered; /* entries of the log that are counted */
	uint64_t ballots; /* counted, in the whole campaign */
	uint64_t replaced;
	uint64_t voided;
	uint64_t in_tree;
	uint16_t contests_count;
	uint16_t contest;
	uint64_t contest_ballots; /* with at least one choice */
	uint64_t blank;
	uint64_t abstained;
	uint32_t options_count;
	const uint8_t *options; /* read with tally_client_option */
};

/* Entries of the log, in order. */
struct tally_client_entries {
	uint64_t first;       /* index of the first */
	uint32_t count;       /* at least one */
	const uint8_t *bytes; /* read with tally_client_entry */
	size_t size;
};

struct tally_client_state {
	enum tally_phase phase;
	uint32_t notices_count;
	int64_t opens; /* seconds since 1970 */
	int64_t closes;
	uint64_t log_size;
	const uint8_t *notice_hash; /* 32 bytes; zeros before the first notice */
};

/* Only the fields named beside the kind mean something. Pointers are valid until the next
 * tally_client_receive; texts have a size and no NUL. */
struct tally_client_event {
	enum tally_client_event_kind kind;
	enum tally_message request; /* of an answer: what was asked */
	uint32_t correlation;       /* of an answer: what the request's call returned */
	unsigned verdict;           /* enum tally_verdict, or a number newer than this header */
	enum tally_class class;     /* what to do about it, known or not */
	int status;                 /* enum tally_client_status */
	uint64_t index;             /* of an entry, or TALLY_CLIENT_NO_INDEX */
	uint64_t tree_size;
	bool known; /* the tag has a ballot in the log */
	uint16_t revision;
	const char *text;
	size_t text_size;
	struct tally_client_results results;
	struct tally_client_state state;
	struct tally_client_entries entries;
};

/* The next thing that happened; false if more bytes are needed. */
bool
tally_client_event(struct tally_client *client, struct tally_client_event *event);

/* Votes and score of option `at` < options_count. */
void
tally_client_option(const struct tally_client_results *results, uint32_t at, uint64_t *votes,
		    int64_t *score);

/* Takes the front entry off: its bytes, and false if none is left. */
bool
tally_client_entry(struct tally_client_entries *entries, const uint8_t **entry, size_t *size);

/* Requests. FINE and *correlation set (unless it is NULL), or FULL, OUTPUT_FULL, NOT_READY,
 * TOO_LARGE, and nothing has changed. The bytes are copied to the output buffer. */
int
tally_client_submit(struct tally_client *client, const void *ballot, size_t size,
		    uint32_t *correlation);
int
tally_client_notice(struct tally_client *client, const void *notice, size_t size,
		    uint32_t *correlation);
int
tally_client_sheet(struct tally_client *client, const void *sheet, size_t size,
		   uint32_t *correlation);
int
tally_client_status(struct tally_client *client, const uint8_t tag[TALLY_TAG_SIZE],
		    uint32_t *correlation);
int
tally_client_state(struct tally_client *client, uint32_t *correlation);
int
tally_client_receipt(struct tally_client *client, uint64_t index, uint32_t *correlation);
int
tally_client_checkpoint(struct tally_client *client, uint32_t *correlation);
int
tally_client_results(struct tally_client *client, uint16_t contest, uint32_t *correlation);

/* Entries from `first` on, as many as fit an answer, of a tree of `tree_size` entries (at most the
 * newest checkpoint's). For a connection with an authority's key. */
int
tally_client_entries(struct tally_client *client, uint64_t first, uint64_t tree_size,
		     uint32_t *correlation);

/* A witness's cosignature line, its line feed included, over the checkpoint of that size that
 * waits for cosignatures. A verdict answers: accepted, or why not. */
int
tally_client_cosign(struct tally_client *client, uint64_t tree_size, const void *line,
		    size_t size, uint32_t *correlation);

/* Answers owed in both lanes. */
size_t
tally_client_owed(const struct tally_client *client);

/* The newest checkpoint the machine has seen, its signature verified (a signed note; *size 0:
 * none yet). Keep it for the next connection. Valid until the next tally_client_event. */
const char *
tally_client_newest(const struct tally_client *client, size_t *size);

/* Part two: the blocking wrapper. */

enum {
	TALLY_TROUBLE_MAX = 256
};

struct tally_connection;
struct tally_journal; /* tally/journal.h */

struct tally_connect_options {
	const char *host;
	uint16_t port;
	/* As above; nonce, output and output_size are supplied by the wrapper. */
	struct tally_client_config client;
	int connect_timeout_ms; /* until ready; 0: 10 seconds */
	int answer_timeout_ms;  /* without any byte from the server; 0: 30 seconds */
	/* What is submitted and answered is written down there, ballots before they leave; of the
	 * same campaign and key. NULL: nowhere. Several connections may share one; it is yours
	 * to open before them and to close after them. */
	struct tally_journal *journal;
};

/* Connects and returns when the server is ready for requests: FINE, or a negative status and
 * `trouble`, a sentence "what we did: why", with *connection NULL. */
int
tally_connect(struct tally_connection **connection, const struct tally_connect_options *options,
	      char trouble[TALLY_TROUBLE_MAX]);

/* NULL is allowed. */
void
tally_close(struct tally_connection *connection);

/* What the last negative status was about; valid until the next call. */
const char *
tally_trouble(const struct tally_connection *connection);

/* As tally_client_newest. */
const char *
tally_newest(const struct tally_connection *connection, size_t *size);

/* Hands out the next ballot (valid until the next call); false if there are no more. */
typedef bool
tally_ballot_source(void *context, const void **ballot, size_t *size);

/* The answer to the ballot handed out at `place` (0, 1, ...), in that order. False: hand out no
 * more ballots; the answers still owed are awaited. */
typedef bool
tally_answer_sink(void *context, uint64_t place, const struct tally_client_event *answer);

/* Submits as fast as the server's window allows until the source is empty and every answer has
 * come. FINE, or a negative status: the ballots without an answer are unknown (see the top).
 * A refusal is an answer, not a status. */
int
tally_submit_all(struct tally_connection *connection, tally_ballot_source *source,
		 tally_answer_sink *sink, void *context);

/* One request and its answer. FINE and *answer (pointers in it are valid until the next call on
 * the connection), or a negative status. The answer is the message asked for, or a verdict. */
int
tally_submit(struct tally_connection *connection, const void *ballot, size_t size,
	     struct tally_client_event *answer);
int
tally_notice(struct tally_connection *connection, const void *notice, size_t size,
	     struct tally_client_event *answer);
int
tally_sheet(struct tally_connection *connection, const void *sheet, size_t size,
	    struct tally_client_event *answer);
int
tally_status(struct tally_connection *connection, const uint8_t tag[TALLY_TAG_SIZE],
	     struct tally_client_event *answer);
int
tally_state(struct tally_connection *connection, struct tally_client_event *answer);
int
tally_receipt(struct tally_connection *connection, uint64_t index,
	      struct tally_client_event *answer);
int
tally_checkpoint(struct tally_connection *connection, struct tally_client_event *answer);
int
tally_results(struct tally_connection *connection, uint16_t contest,
	      struct tally_client_event *answer);
int
tally_entries(struct tally_connection *connection, uint64_t first, uint64_t tree_size,
	      struct tally_client_event *answer);
int
tally_cosign(struct tally_connection *connection, uint64_t tree_size, const void *line,
	     size_t size, struct tally_client_event *answer);

#endif
