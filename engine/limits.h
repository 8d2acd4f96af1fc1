/* limits: every bound of the engine, and the arithmetic between them.
 *
 * Peak load is arithmetic: what is past a bound is slowed (its socket is not read) or refused,
 * never buffered without end. */
/* The C library has a <limits.h> too, and its own headers (argp.h) ask for it: pass it on. Outside
 * the guard, because theirs come back here. */
#pragma GCC system_header
#include_next <limits.h>

#ifndef TALLY_LIMITS_H
#define TALLY_LIMITS_H

#include "tally/formats.h"
#include "tally/wire.h"

enum {
	/* campaign */
	districts_max = 1024,
	contests_max = 64,
	options_max = 4096,         /* of one campaign */
	contest_options_max = 2048, /* so that its results fit a frame */
	choices_max = 1024,         /* of one ballot */
	cells_max = 65536,         /* options x districts that vote on them, where several do */
	pairs_max = 262144,        /* of options of ranked contests: a sum of squares */
	sheet_papers_max = 100000, /* on one sheet of paper totals */
	languages_max = 16,        /* of one title */
	title_bytes_max = 1024,
	name_bytes_max = 128, /* names of keys */
	enrolled_max = 65536, /* tags that notices add to a roster */
	authorities_max = 16,
	frontends_max = 256,
	registrars_max = 16,
	witnesses_max = 15,        /* so that their lines fit a checkpoint */
	groups_max = 256,          /* categories with limits, and zones, of one contest */
	exclusions_max = 256,      /* of one contest: for voters, and for winners */
	pools_max = districts_max, /* of one contest's money */
	across_max = 64,
	revisions_limit = 1000, /* the largest revisions_max a manifest may ask for */
	voters_limit = 100000000,
	unseal_delay_max_s = 365 * 86400,
	publish_every_max_s = 3600,
	publish_min_max = 100000,
	tally_every_max = 1000000000, /* ballots */
	witness_wait_max_s = 60,
	shares_rounds_max = 65535, /* endowments that one add1 tries: steps count in 16 bits */

	/* journey */
	connections_max = 512,
	connections_anonymous_max = 64,
	connections_members_max = connections_max - connections_anonymous_max,
	window_requests = 1024, /* answers owed to one connection */
	window_reads = 8,       /* receipts, checkpoints, results owed to one connection */
	receive_bytes = 2 * (TALLY_WIRE_HEADER_SIZE + TALLY_WIRE_PAYLOAD_MAX),
	send_bytes = 256 * 1024,
	pipeline_items =
	    2 * window_requests,   /* taken and not yet answered: one connection's window
					       * is half of it, so that beside a flood an
					       * honest frontend gets its half */
	parcel_items_plain = 32,   /* one verify job of libsodium's: about 2 ms of CPU */
	parcel_items_tables = 160, /* of tables', one signature after the other */
	parcel_items_max = 256,    /* of tables', side by side: AVX2, AVX-512 IFMA */
	parcel_bytes_max = 72 * 1024,
	parcels_max = 64,
	batch_entries_max = 8192,
	batch_bytes_max = 2 * 1024 * 1024,
	reads_max = 256,
	reads_anonymous_max = 64,
	reads_compare_max = 32, /* of them for the checkpoints that AUTH shows alone (L5) */
	reads_entries_max = 4,  /* answers full of entries in the workers' hands */
	entries_bytes = TALLY_WIRE_PAYLOAD_MAX - 10, /* of one such answer */
	gather_bytes = 256 * 1024, /* of ballots that a void takes out, in one reading */
	says_max = 16,             /* lines for the operator in one step */
	effects_max = 3 * connections_max + parcels_max + reads_max + says_max + 16,
	status_per_second = 200,                 /* status questions of one connection */
	workers_max = 64,                        /* threads that verify */
	key_tables_bytes_max = 64 * 1024 * 1024, /* for all listed keys of a campaign */

	/* time, in milliseconds unless said */
	tick_ms = 25,
	/* between two looks of the loop (shell/pace.h) */
	pace_request_ns = 8000, /* of a worker, for each request that waits */
	pace_least_ns = 100000, /* what is less is not worth a sleep */
	pace_most_ns = 1000000,
	pace_requests_max = pipeline_items / 2, /* of so many, all that can come have come */
	auth_deadline_ms = 5000,
	idle_deadline_ms = 300000,
	write_deadline_ms = 30000,
	drain_patience_ms = 5000, /* closing waits so long for one that does not read */
	sign_every_ms = 200,
	clock_window_ms = 60000, /* wall and monotonic clock must have agreed so long */
	clock_slack_ms = 2000,

	/* disk */
	segment_bytes = 64 * 1024 * 1024,
	segment_bytes_least = 4 * 1024 * 1024,
	keep_every_ms = 5000,
	keep_rest = 4,            /* times what keeping took, before it is done again: */
	keep_rest_max_ms = 60000, /* a large poll book is written anew each time */
	publish_again_ms = 5000,  /* after a publication that failed */
	text_bytes_max = 24 * 1024 * 1024,   /* of one tally's text */
	texts_bytes_max = 512 * 1024 * 1024, /* that wait in memory while the disk is full */

	files_max = 1024, /* open ones beside sockets: a ledger of 60 GB */

	/* start */
	refill_rows = 1024,         /* of the poll book, handed over together: */
	refill_portions = 4,        /* so many times, at most */
	treefile_threads_max = 16,  /* that hash the tree's tiles again */
	forerunner_threads_max = 8, /* that read the ledger ahead of a replay */
	forerunner_entries = 4096,  /* of a portion, two more of which exist than threads: or */
	forerunner_bytes = 4 * 1024 * 1024, /* until so many are there, and one entry more */

	/* HTTP: 512 connections x 8 KiB */
	http_connections_max = 512,
	http_connections_least = 16, /* with fewer tallyd does not start */
	http_connection_bytes = 8 * 1024,
	http_backlog_max = 512,
	http_silence_s = 10,
	http_request_ms = 60000, /* from a request's first byte to its answer's last */
	metrics_connections_max = 8,

	/* whom ballots come before (shell/turn.h) */
	nice_late = 5,  /* the publisher: a third of what others get, and it keeps up with a
			 * server that is never idle */
	nice_last = 10, /* door and keeper: a tenth */
};

_Static_assert(batch_bytes_max + 4096 < segment_bytes_least, "a batch fits an empty segment");
_Static_assert(forerunner_entries % TALLY_TILE_WIDTH == 0, "portions end with a tile");
_Static_assert(TALLY_BALLOT_SIZE_MAX + 1 <= TALLY_ENTRY_SIZE_MAX, "a ballot fits an entry");
_Static_assert(TALLY_NOTICE_SIZE_MAX + 1 <= TALLY_ENTRY_SIZE_MAX, "a notice fits an entry");
_Static_assert((int)TALLY_SHEET_SIZE_MAX <= (int)TALLY_NOTICE_SIZE_MAX,
	       "a sheet fits wherever a notice fits");
_Static_assert((int)TALLY_NOTICE_SIZE_MAX <= (int)TALLY_WIRE_PAYLOAD_MAX,
	       "a notice fits a frame");
_Static_assert(2 + 1 + TALLY_NOTICE_SIZE_MAX <= entries_bytes &&
		   2 + 64 + TALLY_CAMPAIGN_PART_SIZE <= entries_bytes,
	       "any entry that is ever made fits an answer");
_Static_assert(10 + TALLY_ENTRY_SIZE_MAX <= gather_bytes, "a reading takes any entry");
_Static_assert(72 + 16 * contest_options_max <= TALLY_WIRE_PAYLOAD_MAX, "results fit a frame");
_Static_assert(
    1024 + 128 * districts_max + 2 * (192 * contests_max + 192 * options_max) +
	    160 * cells_max + 21 * pairs_max + (75 * options_max + 21 * pairs_max) <=
	text_bytes_max,
    "a tally's text fits: its head and lines, cells, positions, pairs; ids of 64 bytes, "
    "numbers of 20 digits");
_Static_assert(TALLY_WIRE_PAYLOAD_MAX + 4096 <= parcel_bytes_max, "a frame fits a parcel");
_Static_assert(2 * window_requests >= pipeline_items,
	       "a second signer, however many its connections, leaves the first one its half");
_Static_assert(parcels_max *parcel_items_plain >= pipeline_items,
	       "the pipeline is full before the ring, where parcels are full");
_Static_assert(4 * 1024 * 1024 + frontends_max * (51 * 17 * 96 + 64) <= key_tables_bytes_max &&
		   registrars_max <= frontends_max,
	       "the base point's table, and one of window 5 for every key, fit");
_Static_assert(
    2 * (TALLY_WIRE_HEADER_SIZE + TALLY_WIRE_PAYLOAD_MAX) <= receive_bytes,
    "a frame fits the receive buffer although its first bytes move down only when as "
    "many before them have been taken");
_Static_assert((name_bytes_max + 1 + 20 + 1 + 44 + 1 + 1) + (4 + name_bytes_max + 1 + 92 + 1) +
		       witnesses_max * (4 + name_bytes_max + 1 + 104 + 1) <=
		   TALLY_CHECKPOINT_SIZE_MAX,
	       "text, the log's signature and a cosignature of each witness fit a checkpoint");
_Static_assert(TALLY_BALLOT_SIZE_MAX >= 85 + 2 * contests_max + 6 * choices_max + 108 + 64,
	       "the largest legal ballot fits");
_Static_assert(window_requests * 128 + window_reads * TALLY_WIRE_PAYLOAD_MAX >= send_bytes,
	       "send_bytes, not the window, bounds what waits for a slow reader");

#endif
