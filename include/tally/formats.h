/* formats: numbers and names of everything that is signed, stored or published.
 *
 * The byte layouts are in include/README.md; this header holds the constants that a client, an
 * auditor and tallyd must agree on. Public integers are big-endian. */
#ifndef TALLY_FORMATS_H
#define TALLY_FORMATS_H

/* Every signature covers a message that begins with its separator, NUL included. */
#define TALLY_SEPARATOR_BALLOT "tally/ballot/v1"
#define TALLY_SEPARATOR_CERTIFICATE "tally/certificate/v1"
#define TALLY_SEPARATOR_DRAW "tally/draw/v1"
#define TALLY_SEPARATOR_HELLO "tally/hello/v1"
#define TALLY_SEPARATOR_JOURNAL "tally/journal/v1"
#define TALLY_SEPARATOR_NOTICE "tally/notice/v1"
#define TALLY_SEPARATOR_SHEET "tally/sheet/v1"
#define TALLY_SEPARATOR_TAG "tally/tag/v1"

#define TALLY_MANIFEST_FORMAT "tally/campaign/v1"
#define TALLY_COUNTS_FORMAT "tally/counts/v1"

enum {
	TALLY_HASH_SIZE = 32,
	TALLY_KEY_SIZE = 32,
	TALLY_SIGNATURE_SIZE = 64,
	TALLY_SEED_SIZE = 32,
	TALLY_TAG_SIZE = 32,
	TALLY_NONCE_SIZE = 32,
	TALLY_ENTRY_SIZE_MAX = 65535,
	TALLY_BALLOT_SIZE_MAX = 8192,
	TALLY_NOTICE_SIZE_MAX = 65000,
	TALLY_SHEET_SIZE_MAX = 65000,
	TALLY_MANIFEST_SIZE_MAX = 4 * 1024 * 1024,
	TALLY_CAMPAIGN_PART_SIZE =
	    65000, /* manifest bytes in every CAMPAIGN entry but the last */
	TALLY_CHECKPOINT_SIZE_MAX = 4096,
	TALLY_RECEIPT_SIZE_MAX = 8192,
	TALLY_LAW_FILE_SIZE_MAX = 98304, /* of law/<index> */
	TALLY_TILE_WIDTH = 256,
};

/* First byte of an entry. */
enum tally_entry_kind {
	TALLY_ENTRY_CAMPAIGN = 1,
	TALLY_ENTRY_BALLOT = 2,
	TALLY_ENTRY_TALLY = 3,
	TALLY_ENTRY_PHASE = 4,
	TALLY_ENTRY_NOTICE = 5,
	TALLY_ENTRY_SHEET = 6,
};

enum tally_signing {
	TALLY_SIGNING_FRONTEND = 1,
	TALLY_SIGNING_VOTER = 2,
};

/* In place of a count of choices: a blank vote in that contest. */
enum {
	TALLY_CHOICES_BLANK = 0xffff
};

enum tally_phase {
	TALLY_PHASE_BEFORE = 0, /* never in an entry: the state until the first PHASE entry */
	TALLY_PHASE_OPEN = 1,
	TALLY_PHASE_CLOSED = 2,
};

enum tally_cause {
	TALLY_CAUSE_CLOCK = 1,
	TALLY_CAUSE_NOTICE = 2,
};

enum tally_notice_kind {
	TALLY_NOTICE_EXTEND = 1,
	TALLY_NOTICE_PAUSE = 2,
	TALLY_NOTICE_RESUME = 3,
	TALLY_NOTICE_CLOSE = 4,
	TALLY_NOTICE_UNSEAL = 5,
	TALLY_NOTICE_REVOKE = 6,
	TALLY_NOTICE_WITHDRAW = 7,
	TALLY_NOTICE_VOID = 8,
	TALLY_NOTICE_ENROL = 9,
	TALLY_NOTICE_DRAW = 10,
	TALLY_NOTICE_TEXT = 11,
};

#endif
