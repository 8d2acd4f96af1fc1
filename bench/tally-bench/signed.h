/* signed: messages signed by the frontends of a manifest that is made for them, verified as tallyd
 * would: with its verifier, and the windows that this chooses for so many keys.
 *
 * The numbers of a measurement are its caller's. Threads: once made, only `signed_check`, by any
 * number of them. */
#ifndef TALLY_BENCH_SIGNED_H
#define TALLY_BENCH_SIGNED_H

#include "limits.h"
#include "verify/verifier.h"

enum {
	SIGNED_MESSAGES = 1024,
};

struct signed_messages {
	struct manifest manifest;
	struct manifest_frontend frontends[frontends_max];
	struct verifier verifier;
	void *memory;
	size_t message_size;
	uint8_t *messages;
	uint8_t signatures[SIGNED_MESSAGES][TALLY_SIGNATURE_SIZE];
};

/* SIGNED_MESSAGES of them, all different, by 1 to frontends_max keys in turns. `path` is
 * available. */
struct signed_messages *
signed_make(enum verifier_path path, size_t message_size, size_t keys_count);

void
signed_free(struct signed_messages *all);

/* Of `count` messages, at most ED25519_BATCH_MAX, from the `first`th on, and from the beginning
 * again behind the last: is every signature genuine? */
bool
signed_check(const struct signed_messages *all, size_t first, size_t count);

#endif
