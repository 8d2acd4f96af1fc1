/* press: a ledger, its tree and a publisher that prints DIR/public from them. */
#ifndef TALLY_TESTS_PRESS_H
#define TALLY_TESTS_PRESS_H

#include "shell/publisher.h"
#include "tests/lib/store.h"

#include <pthread.h>

enum {
	PRESS_SIZES_MAX = 512
};

struct press {
	struct test_store *store;
	struct treefile *tree;
	struct publisher *publisher;
	bool sealed; /* a campaign with sealed results */
	struct test_random random;
	bool sealing; /* publications are sealed */
	char public[300];
	uint64_t sizes[PRESS_SIZES_MAX]; /* of all publications since the beginning */
	size_t sizes_count;
	pthread_mutex_t mutex; /* guards what follows */
	pthread_cond_t wake;
	bool done;
	int status;
	char why[512];
};

struct press *
press_make(uint64_t seed);

/* The same of a campaign whose results are sealed. */
struct press *
press_make_sealed(uint64_t seed);

void
press_free(struct press *press);

/* A new process's publisher on the same folder; press_restart ends the old one before. */
void
press_start(struct press *press);

void
press_restart(struct press *press);

/* Random entries until the tree has `size` leaves. */
void
press_grow(struct press *press, size_t size);

/* A TALLY entry with the salted hash of `text`, committed; its index. */
uint64_t
press_tally(struct press *press, const char *text);

/* Salt of those entries, and the hash that goes with `text`. */
void
press_text_hash(const char *text, uint8_t salt[32], uint8_t hash[32]);

/* Hands the text over, and publisher_text accepts it. */
void
press_text(struct press *press, uint64_t index, const char *text);

/* The signed note of `checkpoint`, whose root is filled in; its size. */
size_t
press_note(struct press *press, struct checkpoint *checkpoint, uint8_t note[512]);

/* Waits for the end of the publication under way; its status, and why. */
int
press_wait(struct press *press);

/* Publishes and waits. */
int
press_publish(struct press *press, uint64_t size);

int
press_publish_as(struct press *press, uint64_t size, bool waiting);

/* The same, and fails the test unless all of public/ is right (but for law/ and tally/). */
void
press_publish_and_check(struct press *press, uint64_t size);

/* Fails the test unless public/NAME is the note of that size. */
void
press_note_is(struct press *press, const char *name, uint64_t size);

void
press_checkpoint_is(struct press *press, uint64_t size);

void
press_path(const struct press *press, const char *name, char path[400]);

/* Puts a file below public/. */
void
press_plant(struct press *press, const char *name, const char *bytes);

bool
press_exists(const struct press *press, const char *name);

#endif
