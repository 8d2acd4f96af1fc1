#include "tests/lib/relic.h"

#include "tally/status.h"
#include "tests/lib/child.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

static struct test_child child;

void
relic_make_changed(struct relic *relic, const struct campaign_wish *wish, story_hook *hook,
		   void (*change)(struct test_log *log))
{
	struct founded *founded = &relic->founded;
	const char *folder;
	char text[NOTE_PRIVATE_TEXT_MAX];
	struct writer key = writer_make(text, sizeof text);

	memset(relic, 0, sizeof *relic);
	founded->folder = test_folder_make();
	folder = founded->folder.path;
	story_make(&founded->log, wish, hook);
	if (change != NULL)
		change(&founded->log);
	snprintf(founded->key, sizeof founded->key, "%s/key", folder);
	snprintf(founded->anchor, sizeof founded->anchor, "%s/anchor", folder);
	snprintf(founded->data, sizeof founded->data, "%s/data", folder);
	snprintf(relic->copy, sizeof relic->copy, "%s/copy", folder);
	snprintf(relic->newest, sizeof relic->newest, "%s/newest", folder);
	note_private_key_write(&key, &founded->log.campaign.log);
	test_file_write(folder, "key", writer_view(&key));
	assert_int_equal(mkdir(relic->copy, 0755), 0);
	test_log_publish(&founded->log, relic->copy, founded->log.count);
	relic->adopt = (struct adopt){.copy = relic->copy,
				      .data = founded->data,
				      .log_key = founded->key,
				      .newest = relic->newest,
				      .workers_count = 2};
	relic_newest(relic, founded->log.count);
}

void
relic_make(struct relic *relic, const struct campaign_wish *wish, story_hook *hook)
{
	relic_make_changed(relic, wish, hook, NULL);
}

void
relic_free(struct relic *relic)
{
	founded_free(&relic->founded);
}

void
relic_newest(const struct relic *relic, size_t size)
{
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];

	test_file_write(relic->founded.folder.path, "newest",
			test_log_checkpoint(&relic->founded.log, size, memory));
}

void
relic_anchor(struct relic *relic, size_t size)
{
	struct test_log *log = &relic->founded.log;
	struct checkpoint checkpoint = {.size = size};
	struct test_folder other = test_folder_make();
	struct remembered remembered;
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];

	test_log_root(log, 0, size, checkpoint.root);
	assert_int_equal(remembered_create(&remembered, other.fd, relic->founded.anchor,
					   log->campaign.manifest->id, &checkpoint,
					   test_log_checkpoint(log, size, memory)),
			 DISK_OK);
	remembered_close(&remembered);
	test_folder_remove(&other);
	relic->adopt.anchor = relic->founded.anchor;
}

static int
adopt(void *context)
{
	return adopt_run(context);
}

void
relic_adopts(struct relic *relic)
{
	int code = test_child_run(&child, adopt, &relic->adopt);

	if (code != TALLY_EXIT_FINE)
		fail_msg("exit code %d; it said: %s", code, child.said);
}

void
relic_refused(struct relic *relic, int code, const char *words)
{
	assert_int_equal(test_child_run(&child, adopt, &relic->adopt), code);
	assert_said(&child, words);
	assert_int_equal(access(relic->founded.data, F_OK), -1);
}
