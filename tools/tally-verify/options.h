/* options: what tally-verify is asked for. */
#ifndef TALLY_VERIFY_OPTIONS_H
#define TALLY_VERIFY_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
	WISHES_JOURNALS_MAX = 256
};

struct wishes {
	const char *key;
	const char *campaign;
	const char *old;
	const char *receipt;
	const char *receipts; /* folder */
	const char *ballot;
	const char *log;
	const char *mirror;
	const char *state;
	const char *cosign;
	const char *journals[WISHES_JOURNALS_MAX];
	size_t journals_count;
	bool some_journals;
	unsigned jobs;
	uint64_t memory_mb;  /* 0: usual */
	uint64_t interval_s; /* between two looks of --follow */
	uint64_t until;      /* --follow ends at so many entries */
	bool private_copy;
	bool fast;
	bool follow;
	bool next;
	bool json;
	bool quiet;
};

/* Ends the program with TALLY_EXIT_USAGE and a sentence if what is asked makes no sense. */
void
wishes_parse(int argc, char **argv, struct wishes *wishes);

#endif
