/* peer: the tallyd a command speaks to.
 *
 * A user need not say which campaign a server runs: its HELLO tells campaign and log key, and the
 * checkpoint in it names the log. That believes the server; --campaign and --log-key pin both.
 * Failures are complained about here. */
#ifndef TALLY_TOOLS_PEER_H
#define TALLY_TOOLS_PEER_H

#include <argp.h>
#include <stdbool.h>

#include "base/check.h"
#include "tally/client.h"
#include "tree/key.h"

enum {
	PEER_HOST_MAX = 255
};

struct peer {
	char host[PEER_HOST_MAX + 1];
	uint16_t port;
	uint8_t campaign[TALLY_HASH_SIZE];
	struct note_key log;
	bool has_campaign;
	bool has_log;
	struct tally_journal *journal; /* where what it is sent is written down, or NULL */
};

/* "HOST:PORT", "[::1]:PORT". False if it is neither. */
MUST_USE bool
peer_address(struct peer *peer, const char *text);

/* --campaign: 64 hexadecimal digits. */
MUST_USE bool
peer_pin_campaign(struct peer *peer, const char *text);

/* --log-key: a vkey, or a file that holds one. */
MUST_USE bool
peer_pin_log(struct peer *peer, const char *text);

/* What the user said of the server; strings of argv. */
struct peer_options {
	const char *connect;
	const char *campaign; /* NULL: not pinned */
	const char *log_key;  /* NULL: not pinned */
};

/* --connect (it must be there), --campaign and --log-key: a child of a command's argp, and the
 * children of one that has no others. Its input, state->child_inputs[..], is a struct
 * peer_options. */
extern const struct argp peer_argp;
extern const struct argp_child peer_argp_children[];

/* Address and pins of a peer that is all zero. False if one of them is not well-formed. */
MUST_USE bool
peer_aim(struct peer *peer, const struct peer_options *options);

/* Asks the server's HELLO for what is not pinned. TALLY_EXIT_WORLD where it cannot. */
MUST_USE enum tally_exit
peer_learn(struct peer *peer);

/* Connects to a peer that is known (pinned or learnt); `key` NULL: anonymous. */
MUST_USE enum tally_exit
peer_connect(const struct peer *peer, const struct note_private_key *key,
	     struct tally_connection **out);

/* The vkey text of the log, with a NUL. */
void
peer_log_text(const struct peer *peer, char text[NOTE_VKEY_TEXT_MAX + 1]);

#endif
