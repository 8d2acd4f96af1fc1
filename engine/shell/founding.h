/* founding: `tallyd --init`: makes the data directory of one campaign.
 *
 *   DIR/log.key       the log's private key, 0600
 *   DIR/ledger/       the first segment, whose first batch holds the CAMPAIGN entries
 *   DIR/remembered    the first checkpoint (and DIR/anchor, FILE, if an anchor is asked for)
 *
 * DIR must not exist or be empty. Everything is synced before it returns. */
#ifndef TALLY_SHELL_FOUNDING_H
#define TALLY_SHELL_FOUNDING_H

struct founding {
	const char *data;     /* DIR */
	const char *campaign; /* FILE.json */
	const char *roster;   /* FILE or NULL: as the manifest says */
	const char *log_key;  /* FILE */
	const char *anchor;   /* FILE or NULL */
};

/* An exit code (tally/status.h); what went wrong, or what was made, is said on stderr. */
int
founding_run(const struct founding *founding);

#endif
