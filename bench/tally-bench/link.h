/* link: one connection of a load: its hand of ballots, what it has sent, what is to be sent again.
 *
 *   idle -> dialing -> greeting -> ready;  all -> idle, where it waits before it dials again
 *
 * A connection that breaks leaves its ballots unknown: they are sent again, which is always safe,
 * and the wait is in their latency. Nothing is allocated once it is made. One thread. */
#ifndef TALLY_BENCH_LINK_H
#define TALLY_BENCH_LINK_H

#include <netinet/in.h>
#include <sys/socket.h>

#include "bench/tally-bench/schedule.h"
#include "bench/tally-bench/shard.h"
#include "limits.h"
#include "tally/client.h"
#include "tools/lib/peer.h"

enum link_state {
	LINK_IDLE,
	LINK_DIALING,
	LINK_GREETING,
	LINK_READY,
	LINK_STATES,
};

/* What all links of a load have in common; read-only once it has begun. */
struct link_world {
	const struct peer *peer;
	struct sockaddr_storage address;
	socklen_t address_size;
	const struct deck *deck;
	const struct schedule *schedule; /* NULL: closed loop */
	unsigned links_count;
	unsigned window; /* 1 to window_requests */
	bool resend;     /* what is answered slow-down, unavailable or stopping */
	uint64_t start_ns;
};

/* A ballot under way. */
struct link_flight {
	deck_card card;
	uint64_t intended_ns;
	uint64_t sent_ns;
};

struct link_ring {
	size_t first;
	size_t count;
	struct link_flight flights[window_requests];
};

struct link {
	const struct link_world *world;
	struct shard *shard;
	const struct tally_client_key *key;
	struct deck_hand *hand;
	unsigned number;
	size_t quota;  /* of its hand, in this run */
	size_t played; /* of them */
	uint64_t due;  /* open loop: slots whose time has come */
	enum link_state state;
	int fd;
	int epoll;
	bool wants_out; /* epoll tells when it can be written */
	bool dirty;     /* is on its thread's list of those that may have something to send */
	bool refused;   /* for good: key, campaign or log are not the server's */
	unsigned failures;
	uint64_t wake_ns; /* idle: dials then. Ready: sends again then */
	struct tally_client *client;
	void *memory;
	uint8_t *output;
	struct link_ring sent;
	struct link_ring again;
};

void
link_init(struct link *link, const struct link_world *world, struct shard *shard,
	  unsigned number, int epoll);

void
link_free(struct link *link);

/* Something epoll has said. */
void
link_event(struct link *link, uint32_t events, uint64_t now_ns);

/* Dials if it is idle and its time has come. */
void
link_tick(struct link *link, uint64_t now_ns);

/* Sends what may be sent: again ones, then new ones if `fresh`. */
void
link_send(struct link *link, uint64_t now_ns, bool fresh);

/* Has its hand no more ballots for this run? */
bool
link_played_out(const struct link *link);

/* Ballots without an answer. */
size_t
link_owed(const struct link *link);

/* Puts the waits of all who got no answer until then into `waits`: of those sent, and of those that
 * were due. */
void
link_write_off(const struct link *link, uint64_t end_ns, struct histogram *waits);

#endif
