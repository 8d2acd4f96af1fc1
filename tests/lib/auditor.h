/* auditor: the built tally-verify, run on a scene's folder. */
#ifndef TALLY_TESTS_AUDITOR_H
#define TALLY_TESTS_AUDITOR_H

#include "tests/lib/scene.h"

/* A scene, and the last run of the program on it. */
struct auditor {
	struct scene scene;
	char vkey[NOTE_VKEY_TEXT_MAX];
	char program[512];
	int code;
	char *out;
	char *err;
};

/* False, after one SKIPPED line, where the program was not built. */
bool
auditor_open(struct auditor *stage);

void
auditor_close(struct auditor *stage);

/* Runs the program in the scene's folder; `arguments` are the shell's. */
void
auditor_run(struct auditor *stage, const char *arguments);

void
auditor_run_with_key(struct auditor *stage, const char *arguments);

void
assert_says(const char *text, const char *words);

/* The last line begins with those words. */
void
assert_ends(const char *text, const char *words);

#endif
