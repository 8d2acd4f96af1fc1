/* journal: what a frontend keeps of the ballots it submitted and of the answers it got.
 *
 * With it an auditor finds out whether every ballot that was accepted is in the log, and whether
 * the log has ballots under the frontend's key that the frontend never submitted
 * (`tally-verify --journal`); and when a server has lost what it had answered, the ballots are
 * sent again from it (`tallyctl send --ballots JOURNAL`).
 *
 *   offset size
 *   0      17   "tally/journal/v1" NUL
 *   17     32   campaign id
 *   49     4    key id of the frontend that keeps the journal
 *   53     n    records: u8 kind, u16 size, as many bytes, u8 the kind again
 *
 *   kind  name    bytes
 *   1     SUBMIT  a ballot, as it is submitted; its number is the count of SUBMITs before it
 *   2     ANSWER  u64 number of a ballot before it, u16 verdict, u64 index (all ones: none)
 *   3     SEAL    the frontend's Ed25519 over "tally/journal/v1" NUL || SHA-256 of all bytes of
 *                 the file before this record
 *
 * A SUBMIT is written before its ballot leaves; a ballot that is sent again is another SUBMIT. A
 * SEAL is written when the journal is closed; the journal may be continued, and the last SEAL
 * vouches for all that precedes it.
 *
 * A file is valid if and only if its head is whole and the records fill the rest, but that at
 * the end there may be what a crash leaves: the beginning of a record, or zeros from some byte of
 * a record (its last one included) to the end of the file. That is no record; who continues a
 * journal takes it away first. The kind stands at both ends so that an answer of which the disk
 * kept only a part, zeros for the rest, is never taken for another answer.
 *
 * A journal holds who voted what, by tag: keep it as you keep the tag secret.
 *
 * Call sodium_init() once before anything here. Link with -ltally -lsodium -lcrypto. */
#ifndef TALLY_JOURNAL_H
#define TALLY_JOURNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tally/client.h"

/* Part one: the bytes, without I/O and allocation, for those with their own event loop. */

enum {
	TALLY_JOURNAL_HEAD_SIZE = 53,
	TALLY_JOURNAL_SUBMIT_MAX = 65535, /* bytes of a ballot */
	TALLY_JOURNAL_FRAME_SIZE = 4,     /* kind, size, and the kind again */
	TALLY_JOURNAL_ANSWER_SIZE = TALLY_JOURNAL_FRAME_SIZE + 18,
	TALLY_JOURNAL_SEAL_SIZE = TALLY_JOURNAL_FRAME_SIZE + TALLY_SIGNATURE_SIZE,
};

enum tally_journal_kind {
	TALLY_JOURNAL_SUBMIT = 1,
	TALLY_JOURNAL_ANSWER = 2,
	TALLY_JOURNAL_SEAL = 3,
};

/* Where a reader or a writer stands: everything up to `offset` was read or written. Plain data;
 * one caller at a time. */
struct tally_journal_tape {
	uint8_t campaign[TALLY_HASH_SIZE];
	uint32_t key_id;
	uint64_t offset;
	uint64_t ballots;  /* SUBMITs so far */
	uint64_t sealed;   /* offset behind the last SEAL; 0: none */
	uint64_t hash[16]; /* of all bytes so far; the library's own */
};

/* Writing: each writes to `out` what comes next in the file and returns how many bytes that are.
 * They are to be appended in this order, all of them or none any more. */
size_t
tally_journal_put_head(struct tally_journal_tape *tape, const uint8_t campaign[TALLY_HASH_SIZE],
		       uint32_t key_id, uint8_t out[TALLY_JOURNAL_HEAD_SIZE]);

/* At most TALLY_JOURNAL_SUBMIT_MAX bytes of ballot; `out` has room for them and the record's
 * frame. The ballot's number is tape->ballots before the call. */
size_t
tally_journal_put_submit(struct tally_journal_tape *tape, const void *ballot, size_t size,
			 uint8_t *out);

/* `number` < tape->ballots. Verdict and index as a client's event has them. */
size_t
tally_journal_put_answer(struct tally_journal_tape *tape, uint64_t number, unsigned verdict,
			 uint64_t index, uint8_t out[TALLY_JOURNAL_ANSWER_SIZE]);

size_t
tally_journal_put_seal(struct tally_journal_tape *tape, const struct tally_client_key *key,
		       uint8_t out[TALLY_JOURNAL_SEAL_SIZE]);

/* Reading. X(enumerator, number, sentence) */
#define TALLY_JOURNAL_FAULTS(X) \
	X(NO_HEAD, -1, "it does not begin as a journal does") \
	X(BAD_KIND, -2, "no record is of this kind") \
	X(BAD_SIZE, -3, "no record of this kind has that size") \
	X(BAD_NUMBER, -4, "it answers a ballot that was not submitted before it") \
	X(BAD_END, -5, "the record does not end with its kind")

enum tally_journal_fault {
	TALLY_JOURNAL_NO_HEAD = -1,
	TALLY_JOURNAL_BAD_KIND = -2,
	TALLY_JOURNAL_BAD_SIZE = -3,
	TALLY_JOURNAL_BAD_NUMBER = -4,
	TALLY_JOURNAL_BAD_END = -5,
};

/* The sentence of a fault; never NULL. */
const char *
tally_journal_fault_text(long fault);

struct tally_journal_record {
	enum tally_journal_kind kind;
	uint64_t offset;       /* of the record in the file */
	uint64_t number;       /* SUBMIT: its own; ANSWER: whose it is */
	const uint8_t *ballot; /* SUBMIT: a view into the bytes given */
	size_t ballot_size;
	unsigned verdict;                /* ANSWER */
	uint64_t index;                  /* ANSWER; TALLY_CLIENT_NO_INDEX: none */
	const uint8_t *signature;        /* SEAL: TALLY_SIGNATURE_SIZE bytes, a view */
	uint8_t digest[TALLY_HASH_SIZE]; /* SEAL: SHA-256 of all that precedes it */
};

/* Makes the tape from a file's first bytes: TALLY_JOURNAL_HEAD_SIZE, 0 if they are fewer, or
 * TALLY_JOURNAL_NO_HEAD. */
long
tally_journal_get_head(struct tally_journal_tape *tape, const void *bytes, size_t size);

/* The record at tape->offset, of which `bytes` are the file's next ones: how many it has, and
 * *record; 0 if there is no whole one, as at the end of a file; or a negative fault, and the tape
 * stays where it is. */
long
tally_journal_get(struct tally_journal_tape *tape, const void *bytes, size_t size,
		  struct tally_journal_record *record);

/* Is this SEAL the key's? */
bool
tally_journal_seal_valid(const struct tally_journal_record *seal,
			 const uint8_t public_key[TALLY_KEY_SIZE]);

/* Part two: a journal as a file. Any thread, and connections of several threads, may use one.
 * FINE, or a negative status of client.h with its sentence in `trouble`; after TALLY_CLIENT_JOURNAL
 * nothing more is written. */

struct tally_journal;

struct tally_journal_options {
	const char *path;
	const uint8_t *campaign; /* 32 bytes */
	const struct tally_client_key *key;
	bool sync; /* fdatasync before ballots leave: they survive a power loss, too */
};

/* Creates the file with mode 0600, or continues it: it must be of the same campaign and key, and
 * nobody else's at the moment. An end that a crash has cut is taken away. TALLY_CLIENT_JOURNAL if
 * the system refuses, TALLY_CLIENT_NOT_THIS_JOURNAL for a file that cannot be continued. */
int
tally_journal_open(struct tally_journal **journal, const struct tally_journal_options *options,
		   char trouble[TALLY_TROUBLE_MAX]);

/* Bytes of a cut record that were taken away when it was opened. */
uint64_t
tally_journal_cut(const struct tally_journal *journal);

/* What the wrapper (tally_connect_options.journal) calls by itself. submit and answer keep the
 * record in memory; flush gives all of them to the system. A ballot's bytes may leave after a
 * flush that came after its submit. */
int
tally_journal_submit(struct tally_journal *journal, const void *ballot, size_t size,
		     uint64_t *number);
int
tally_journal_answer(struct tally_journal *journal, uint64_t number, unsigned verdict,
		     uint64_t index);
int
tally_journal_flush(struct tally_journal *journal);

/* Why nothing is written any more; valid as long as the journal. */
const char *
tally_journal_trouble(struct tally_journal *journal);

/* True if the journal is of that campaign and key. */
bool
tally_journal_is(const struct tally_journal *journal, const uint8_t campaign[TALLY_HASH_SIZE],
		 uint32_t key_id);

/* Seals, syncs, closes and frees. NULL is allowed. */
int
tally_journal_close(struct tally_journal *journal, char trouble[TALLY_TROUBLE_MAX]);

#endif
