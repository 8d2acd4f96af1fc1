/* scene: a story's log as files in a temporary folder, and an audit of them. */
#ifndef TALLY_TESTS_SCENE_H
#define TALLY_TESTS_SCENE_H

#include "tests/lib/folder.h"
#include "tests/lib/story.h"
#include "tools/lib/audit.h"

enum {
	SCENE_EARLY = 70, /* entries of the sizes that were published before the last */
	SCENE_MIDDLE = 300,
};

struct scene {
	struct test_log log;
	struct test_folder folder;
	struct publiclog files;
	struct audit_options options;
	struct audit audit;
	bool audited;
};

/* Builds the story; publishes nothing yet. Options: the log's key, two threads, no patience. */
void
scene_make(struct scene *scene, const struct campaign_wish *wish, story_hook *hook);

/* Publishes SCENE_EARLY, SCENE_MIDDLE and all entries. */
void
scene_publish(struct scene *scene);

void
scene_audit(struct scene *scene);

void
scene_close(struct scene *scene);

/* Fails the test unless every check passed but those for which there is nothing to check. */
void
assert_passed(const struct scene *scene);

enum {
	NO_INDEX = -1
};

/* Fails the test unless `check` failed, naming the entry (or none), in these words. */
void
assert_found(const struct scene *scene, enum audit_check check, long index, const char *words);

/* What a person with write access does to one published file. */
void
scene_flip(const struct scene *scene, const char *name, size_t offset);

size_t
scene_size(const struct scene *scene, const char *name);

/* Cuts the file, or lengthens it with zeros. */
void
scene_resize(const struct scene *scene, const char *name, size_t size);

void
scene_remove(const struct scene *scene, const char *name);

#endif
