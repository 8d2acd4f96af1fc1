/* web: a small web server of one folder on loopback, that can be told to misbehave. */
#ifndef TALLY_TESTS_WEB_H
#define TALLY_TESTS_WEB_H

#include <pthread.h>
#include <stdatomic.h>

#include "tests/lib/test.h"

enum web_fault {
	WEB_FINE,
	WEB_BUSY,     /* answers 503 */
	WEB_SHORT,    /* closes in the middle of the body */
	WEB_SILENT,   /* answers nothing until the client goes */
	WEB_ENDLESS,  /* sends until the client goes */
	WEB_GONE,     /* answers 404 */
	WEB_REDIRECT, /* to a file: address */
};

struct web {
	char address[64]; /* http://127.0.0.1:PORT */
	char folder[256];
	int listener;
	pthread_t thread;
	atomic_bool stop;
	atomic_uint requests;
	pthread_mutex_t lock; /* of what follows */
	enum web_fault fault;
	char where[64]; /* paths that hold this text are concerned */
	unsigned times; /* left */
};

void
web_start(struct web *web, const char *folder);

/* The next `times` requests for paths with `where` in them go wrong. */
void
web_misbehave(struct web *web, enum web_fault fault, const char *where, unsigned times);

void
web_stop(struct web *web);

#endif
