#include "bench/tally-bench/parts.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "bench/tally-bench/histogram.h"
#include "bench/tally-bench/signed.h"
#include "bench/tally-bench/zeros.h"
#include "ledger/batch.h"
#include "tools/lib/complain.h"
#include "tools/lib/ticks.h"
#include "tree/frontier.h"

enum {
	BATCH = 256, /* signatures */
	ANSWER_BYTES = 24,
	SEGMENT_BYTES = 32 * 1024 * 1024,
	ROUND = 64, /* ballots that travel together */
	SOCKET_BYTES = 64 * 1024,
};

static const double measure_s = 0.5;

/* signatures */

double
parts_verify_ns(enum verifier_path path, size_t ballot_bytes)
{
	struct signed_messages *all = signed_make(path, ballot_bytes, 1);
	double begin;
	double spent;
	size_t rounds = 0;

	CHECK(signed_check(all, 0, BATCH));
	begin = ticks_s(CLOCK_THREAD_CPUTIME_ID);
	do {
		CHECK(signed_check(all, rounds * BATCH, BATCH));
		rounds++;
		spent = ticks_s(CLOCK_THREAD_CPUTIME_ID) - begin;
	} while (spent < measure_s);
	signed_free(all);
	return spent * 1e9 / (double)(rounds * BATCH);
}

/* all else */

/* No more at a time than a socket holds: nobody reads meanwhile. */
static void
pass(int from, int to, uint8_t *memory, size_t size)
{
	for (size_t sent = 0, came = 0; came < size;) {
		size_t left = size - sent;
		size_t part = left < SOCKET_BYTES ? left : SOCKET_BYTES;

		CHECK(write(from, memory + sent, part) == (ssize_t)part);
		for (sent += part; came < sent;) {
			ssize_t more = read(to, memory + came, sent - came);

			CHECK(more > 0);
			came += (size_t)more;
		}
	}
}

static void
take_round(const int sockets[2], uint8_t *wire, uint8_t *area, size_t size,
	   struct frontier *frontier)
{
	struct batch batch = {.entries = {area + BATCH_HEADER_SIZE, ROUND * (2 + size)},
			      .entries_count = ROUND,
			      .size = batch_size(ROUND * (2 + size))};
	static const uint8_t campaign[TALLY_HASH_SIZE];
	uint8_t digest[16];
	struct tree_hash leaf;

	pass(sockets[0], sockets[1], wire, ROUND * size);
	for (size_t i = 0; i < ROUND; i++) {
		uint8_t *entry = area + BATCH_HEADER_SIZE + i * (2 + size) + 2;

		be16_store(entry - 2, (uint16_t)size);
		memcpy(entry, wire + i * size, size);
		CHECK(crypto_generichash(digest, sizeof digest, entry, size, NULL, 0) == 0);
		tree_leaf(bytes_make(entry, size), &leaf);
		frontier_append(frontier, &leaf);
	}
	batch.checksum = batch_seal(area, &batch, campaign);
	pass(sockets[1], sockets[0], wire, ROUND * ANSWER_BYTES);
}

double
parts_beyond_ns(size_t ballot_bytes)
{
	size_t size = ballot_bytes + 1;
	uint8_t *wire = calloc(ROUND, size + ANSWER_BYTES);
	uint8_t *area = calloc(1, batch_size(ROUND * (2 + size)));
	struct frontier frontier = {.size = 0};
	int sockets[2];
	double begin;
	double spent;
	size_t rounds = 0;

	CHECK(wire != NULL && area != NULL);
	CHECK(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, sockets) == 0);
	begin = ticks_s(CLOCK_THREAD_CPUTIME_ID);
	do {
		for (unsigned i = 0; i < 32; i++)
			take_round(sockets, wire, area, size, &frontier);
		rounds += 32;
		spent = ticks_s(CLOCK_THREAD_CPUTIME_ID) - begin;
	} while (spent < measure_s / 2);
	close(sockets[0]);
	close(sockets[1]);
	free(wire);
	free(area);
	return spent * 1e9 / (double)(rounds * ROUND);
}

/* syncs */

static bool
sync_for_a_while(int file, size_t bytes, struct histogram *times)
{
	uint8_t *memory = malloc(bytes);
	double begin = ticks_s(CLOCK_MONOTONIC);
	double last = begin;
	off_t at = 0;
	bool fine = memory != NULL;

	if (fine)
		memset(memory, 0x5a, bytes);
	while (fine && (last - begin < measure_s || times->count < 20)) {
		double then;

		if (at + (off_t)bytes > SEGMENT_BYTES)
			at = 0;
		fine =
		    pwrite(file, memory, bytes, at) == (ssize_t)bytes && fdatasync(file) == 0;
		then = ticks_s(CLOCK_MONOTONIC);
		histogram_record(times, (uint64_t)((then - last) * 1e9));
		last = then;
		at += (off_t)bytes;
	}
	free(memory);
	return fine;
}

enum tally_exit
parts_sync(const char *folder, size_t bytes, struct parts_sync *out)
{
	int file = zeros_file(folder, SEGMENT_BYTES);
	struct histogram *times = calloc(1, sizeof *times);
	enum tally_exit code = TALLY_EXIT_FINE;
	struct statvfs about;

	CHECK(times != NULL && bytes <= SEGMENT_BYTES);
	if (file < 0 || fstatvfs(file, &about) != 0 || !sync_for_a_while(file, bytes, times))
		code = complain_errno("measuring the disk of %s", folder);
	else
		*out = (struct parts_sync){.mean_ns = histogram_mean(times),
					   .p99_ns = (double)histogram_quantile(times, 0.99),
					   .count = times->count,
					   .free_bytes =
					       (double)about.f_bavail * (double)about.f_frsize};
	if (file >= 0)
		close(file);
	free(times);
	return code;
}
