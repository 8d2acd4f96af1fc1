#include "shell/visits.h"

#include <stddef.h>
#include <sys/socket.h>

void
visits_init(struct visits *visits, struct visit *list, unsigned capacity)
{
	*visits = (struct visits){list, capacity};
	for (unsigned i = 0; i < capacity; i++)
		list[i].fd = -1;
}

struct visit *
visits_begin(struct visits *visits, int fd, uint64_t now_ms)
{
	for (unsigned i = 0; i < visits->capacity; i++)
		if (visits->list[i].fd < 0) {
			visits->list[i] = (struct visit){fd, now_ms};
			return &visits->list[i];
		}
	return NULL;
}

void
visits_again(struct visit *visit, uint64_t now_ms)
{
	visit->since_ms = now_ms;
}

void
visits_end(struct visit *visit)
{
	visit->fd = -1;
}

void
visits_end_late(const struct visits *visits, uint64_t now_ms, uint64_t patience_ms)
{
	for (unsigned i = 0; i < visits->capacity; i++) {
		struct visit *visit = &visits->list[i];

		if (visit->fd < 0 || now_ms - visit->since_ms < patience_ms)
			continue;
		(void)shutdown(visit->fd, SHUT_RDWR); /* one that is gone already is as good */
		visit->since_ms = now_ms;
	}
}
