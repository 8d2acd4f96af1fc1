/* status: every answer tallyd gives to a request, and the exit codes of the programs.
 *
 * One table, many readers: the enum, names, sentences, classes, the specification and the
 * metrics are all made from TALLY_VERDICTS. Numbers are part of the wire protocol: they are
 * never reused, and a client treats a number it does not know by its class byte. */
#ifndef TALLY_STATUS_H
#define TALLY_STATUS_H

#include <stdint.h>

/* What the sender can do about an answer. */
enum tally_class {
	TALLY_CLASS_ACCEPTED = 0, /* it is in the log, durable, at the index told */
	TALLY_CLASS_FINAL = 1,    /* the same bytes will not be accepted as the campaign stands;
				  `closed` alone can change, by an extend notice */
	TALLY_CLASS_LATER = 2,    /* send the same bytes again later */
	TALLY_CLASS_MEND = 3,     /* the request is wrong: correct it, then send the new one */
};

/* X(enumerator, number, class, name, sentence) */
#define TALLY_VERDICTS(X) \
	X(ACCEPTED, 0, ACCEPTED, "accepted", "the entry is in the log") \
	X(MALFORMED, 1, MEND, "malformed", "the bytes do not have the shape of this message") \
	X(UNKNOWN_VERSION, 2, MEND, "unknown-version", \
	  "the version is not one this server speaks") \
	X(WRONG_CAMPAIGN, 3, MEND, "wrong-campaign", "it is made for another campaign") \
	X(NOT_OPEN_YET, 4, LATER, "not-open-yet", "voting has not opened yet") \
	X(CLOSED, 5, FINAL, "closed", "voting is closed") \
	X(PAUSED, 6, LATER, "paused", "voting is paused") \
	X(UNKNOWN_SIGNER, 7, MEND, "unknown-signer", \
	  "the signing key is not listed in the campaign") \
	X(REVOKED_SIGNER, 8, FINAL, "revoked-signer", "the signing key has been revoked") \
	X(REVOKED_REGISTRAR, 9, FINAL, "revoked-registrar", \
	  "the registrar's key has been revoked") \
	X(BAD_CERTIFICATE, 10, MEND, "bad-certificate", \
	  "the certificate is not a listed registrar's word for this tag, district and key") \
	X(BAD_SIGNATURE, 11, MEND, "bad-signature", "the signature does not verify") \
	X(UNKNOWN_DISTRICT, 12, MEND, "unknown-district", \
	  "the campaign has no district of that number") \
	X(WRONG_DISTRICT, 13, MEND, "wrong-district", \
	  "the tag is registered in another district") \
	X(UNKNOWN_OPTION, 14, MEND, "unknown-option", \
	  "a contest has no option of that number") \
	X(WITHDRAWN_OPTION, 15, MEND, "withdrawn-option", "an option has been withdrawn") \
	X(TOO_MANY_CHOICES, 16, MEND, "too-many-choices", \
	  "more choices than the contest allows") \
	X(TOO_FEW_CHOICES, 17, MEND, "too-few-choices", \
	  "fewer choices than the contest asks for") \
	X(OVER_BUDGET, 18, MEND, "over-budget", "the chosen options cost more than the cap") \
	X(OVER_POINTS, 19, MEND, "over-points", "the points given exceed the contest's sum") \
	X(NOT_CANONICAL, 20, MEND, "not-canonical", \
	  "there is another encoding of this vote, and only that one is valid") \
	X(NOT_ON_ROSTER, 21, FINAL, "not-on-roster", "the tag is not on the roster") \
	X(HAS_VOTED, 22, FINAL, "has-voted", "this voter has another ballot in the log") \
	X(SUPERSEDED, 23, FINAL, "superseded", \
	  "the log has a ballot of this voter with a revision at least as high") \
	X(BARRED, 24, FINAL, "barred", "this voter's ballot was voided and barred") \
	X(TOO_LARGE, 25, MEND, "too-large", "it is larger than the limit") \
	X(SLOW_DOWN, 26, LATER, "slow-down", "too many requests of this kind at once") \
	X(UNAVAILABLE, 27, LATER, "unavailable", \
	  "the server cannot store new entries at the moment") \
	X(STOPPING, 28, LATER, "stopping", "the server is stopping") \
	X(NOT_FOR_YOU, 29, MEND, "not-for-you", "this connection may not ask that") \
	X(INTERNAL, 30, LATER, "internal", \
	  "the server failed; it will say why in its journal") \
	X(BAD_REVISION, 31, MEND, "bad-revision", \
	  "the revision is not one the campaign's revote policy allows") \
	X(OLD_CERTIFICATE, 32, FINAL, "old-certificate", \
	  "the log has a newer certificate for this tag") \
	X(KEY_IN_USE, 33, FINAL, "key-in-use", "this voter key already votes for another tag") \
	X(ROLL_FULL, 34, FINAL, "roll-full", \
	  "the campaign's greatest number of voters is reached") \
	X(BLANK_NOT_ALLOWED, 35, MEND, "blank-not-allowed", \
	  "the contest does not take blank votes") \
	X(NOT_FOUND, 36, LATER, "not-found", "the log has no such entry yet") \
	X(NOTICE_OUT_OF_ORDER, 37, MEND, "notice-out-of-order", \
	  "the notice does not follow the newest notice in the log") \
	X(NOTICE_IMPOSSIBLE, 38, MEND, "notice-impossible", \
	  "the notice cannot take effect in the campaign's present state") \
	X(NOT_SUPPORTED, 39, FINAL, "not-supported", "this server does not implement that") \
	X(SEALED, 40, LATER, "sealed", "results are sealed until the authority unseals them") \
	X(VALUE_OUT_OF_RANGE, 41, MEND, "value-out-of-range", \
	  "a value is outside the contest's range") \
	X(BAD_RANKING, 42, MEND, "bad-ranking", \
	  "the ranks are not 1, 2, 3 and so on, each once") \
	X(CATEGORY_LIMIT, 43, MEND, "category-limit", \
	  "the choices in a category are more, fewer or dearer than it allows") \
	X(ZONE_LIMIT, 44, MEND, "zone-limit", \
	  "the choices in a zone are more, fewer or dearer than it allows") \
	X(TOO_MANY_ZONES, 45, MEND, "too-many-zones", \
	  "the choices lie in more zones than the contest allows") \
	X(EXCLUSIVE_OPTIONS, 46, MEND, "exclusive-options", \
	  "two of the chosen options exclude each other") \
	X(TOO_MANY_ACROSS, 47, MEND, "too-many-across", \
	  "more choices than these contests together allow") \
	X(TOO_MANY_CONTESTS, 48, MEND, "too-many-contests", \
	  "choices in more of these contests than are allowed") \
	X(SHEET_OUT_OF_ORDER, 49, MEND, "sheet-out-of-order", \
	  "the sheet does not follow the booth's newest sheet in the log")

enum tally_verdict {
	TALLY_ACCEPTED = 0,
	TALLY_MALFORMED = 1,
	TALLY_UNKNOWN_VERSION = 2,
	TALLY_WRONG_CAMPAIGN = 3,
	TALLY_NOT_OPEN_YET = 4,
	TALLY_CLOSED = 5,
	TALLY_PAUSED = 6,
	TALLY_UNKNOWN_SIGNER = 7,
	TALLY_REVOKED_SIGNER = 8,
	TALLY_REVOKED_REGISTRAR = 9,
	TALLY_BAD_CERTIFICATE = 10,
	TALLY_BAD_SIGNATURE = 11,
	TALLY_UNKNOWN_DISTRICT = 12,
	TALLY_WRONG_DISTRICT = 13,
	TALLY_UNKNOWN_OPTION = 14,
	TALLY_WITHDRAWN_OPTION = 15,
	TALLY_TOO_MANY_CHOICES = 16,
	TALLY_TOO_FEW_CHOICES = 17,
	TALLY_OVER_BUDGET = 18,
	TALLY_OVER_POINTS = 19,
	TALLY_NOT_CANONICAL = 20,
	TALLY_NOT_ON_ROSTER = 21,
	TALLY_HAS_VOTED = 22,
	TALLY_SUPERSEDED = 23,
	TALLY_BARRED = 24,
	TALLY_TOO_LARGE = 25,
	TALLY_SLOW_DOWN = 26,
	TALLY_UNAVAILABLE = 27,
	TALLY_STOPPING = 28,
	TALLY_NOT_FOR_YOU = 29,
	TALLY_INTERNAL = 30,
	TALLY_BAD_REVISION = 31,
	TALLY_OLD_CERTIFICATE = 32,
	TALLY_KEY_IN_USE = 33,
	TALLY_ROLL_FULL = 34,
	TALLY_BLANK_NOT_ALLOWED = 35,
	TALLY_NOT_FOUND = 36,
	TALLY_NOTICE_OUT_OF_ORDER = 37,
	TALLY_NOTICE_IMPOSSIBLE = 38,
	TALLY_NOT_SUPPORTED = 39,
	TALLY_SEALED = 40,
	TALLY_VALUE_OUT_OF_RANGE = 41,
	TALLY_BAD_RANKING = 42,
	TALLY_CATEGORY_LIMIT = 43,
	TALLY_ZONE_LIMIT = 44,
	TALLY_TOO_MANY_ZONES = 45,
	TALLY_EXCLUSIVE_OPTIONS = 46,
	TALLY_TOO_MANY_ACROSS = 47,
	TALLY_TOO_MANY_CONTESTS = 48,
	TALLY_SHEET_OUT_OF_ORDER = 49,
	TALLY_VERDICTS_COUNT = 50,
};

struct tally_verdict_text {
	enum tally_class class;
	const char *name;     /* lower case, hyphens: "has-voted" */
	const char *sentence; /* for people; may change between versions */
};

/* Never NULL: a number outside the table yields class LATER and the name "unknown-verdict". */
const struct tally_verdict_text *
tally_verdict_text(unsigned verdict);

/* "accepted", "final", "later", "mend". */
const char *tally_class_name(enum tally_class class);

/* Exit codes of tallyd, tallyctl, tally-verify. */
enum tally_exit {
	TALLY_EXIT_FINE = 0,
	TALLY_EXIT_FAILED = 1, /* the check failed: an audit finding, refused ballots */
	TALLY_EXIT_USAGE = 2,  /* wrong options or input */
	TALLY_EXIT_WORLD = 3,  /* I/O, network */
	TALLY_EXIT_INTERRUPTED = 130,
};

#endif
