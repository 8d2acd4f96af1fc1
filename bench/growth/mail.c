#include "bench/growth/mail.h"

#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "bench/growth/measure.h"

static struct {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	bool any;
	struct mail mail;
} box = {.lock = PTHREAD_MUTEX_INITIALIZER};

static struct mail *
begin(void)
{
	pthread_mutex_lock(&box.lock);
	box.any = true;
	return &box.mail;
}

static void
end(void)
{
	pthread_cond_signal(&box.changed);
	pthread_mutex_unlock(&box.lock);
}

static void
on_committed(void *context, const struct committer_done *done)
{
	struct mail *mail = begin();

	(void)context;
	mail->committed = true;
	mail->checksum = done->checksum;
	mail->space = done->space;
	end();
}

static void
on_space(void *context, uint64_t space)
{
	struct mail *mail = begin();

	(void)context;
	mail->spaced = true;
	mail->space = space;
	end();
}

static void
on_failed(void *context, const char *why)
{
	(void)context;
	give_up(why);
}

static void
on_said(void *context, const char *text)
{
	(void)context;
	fprintf(stderr, "grow: %s\n", text);
}

static void
on_noted(void *context, struct bytes note)
{
	struct mail *mail = begin();

	(void)context;
	mail->noted = true;
	mail->note_size = note.size;
	memcpy(mail->note, note.data, note.size);
	end();
}

static void
on_published(void *context, int status, const char *why)
{
	struct mail *mail = begin();

	(void)context;
	if (status != DISK_OK)
		fprintf(stderr, "grow: publishing: %s\n", why);
	mail->published = true;
	mail->published_ok = status == DISK_OK;
	end();
}

static void
on_kept(void *context, int status, const char *why)
{
	(void)context;
	if (status != DISK_OK)
		give_up(why);
	begin()->kept = true;
	end();
}

void
mail_open(struct committer_calls *committer, struct signer_calls *signer,
	  publisher_done **published, keeper_done **kept)
{
	pthread_condattr_t monotonic;

	pthread_condattr_init(&monotonic);
	pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
	pthread_cond_init(&box.changed, &monotonic);
	pthread_condattr_destroy(&monotonic);
	*committer = (struct committer_calls){on_committed, on_space, on_failed, on_said, NULL};
	*signer = (struct signer_calls){on_noted, on_failed, NULL};
	*published = on_published;
	*kept = on_kept;
}

bool
mail_take(struct mail *out, unsigned wait_ms)
{
	struct timespec until;
	bool any;

	clock_gettime(CLOCK_MONOTONIC, &until);
	until.tv_nsec += (long)wait_ms * 1000000;
	until.tv_sec += until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	pthread_mutex_lock(&box.lock);
	if (wait_ms > 0 && !box.any)
		pthread_cond_timedwait(&box.changed, &box.lock, &until);
	any = box.any;
	*out = box.mail;
	box.any = false;
	box.mail = (struct mail){0};
	pthread_mutex_unlock(&box.lock);
	return any;
}
