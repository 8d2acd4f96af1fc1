/* vault: the public log of a sealed campaign, before and after unsealing, and audits of it. */
#ifndef TALLY_TESTS_VAULT_H
#define TALLY_TESTS_VAULT_H

#include "tests/lib/scene.h"

/* In the story's `first` form with a notice unseal at its end: entries 0 manifest, 1 PHASE, 303
 * NOTICE, 644 PHASE, 646 NOTICE. */
enum {
	VAULT_SEALED = 646, /* entries before the notice */
	VAULT_OPEN = 647,
};

/* The story with sealed results, an hour of delay, and the notice; publishes nothing yet. `hook`
 * may be NULL. */
void
vault_make(struct scene *scene, story_hook *hook);

/* What a publication of the first `size` entries adds while results are sealed: tiles of hashes,
 * law/, results, the checkpoint. */
void
vault_publish(const struct scene *scene, size_t size);

/* All in order: sizes SCENE_EARLY and VAULT_SEALED, sealed. */
void
vault_publish_sealed(const struct scene *scene);

/* And then VAULT_OPEN, with everything. */
void
vault_publish_open(const struct scene *scene);

/* law/<index> of the first `size` entries. */
void
vault_write_page(const struct scene *scene, size_t index, size_t size);

/* law/list of the first `size` entries. */
void
vault_write_list(const struct scene *scene, size_t size);

/* Fails the test unless everything that can be asked of a sealed log passed, and the rest is said
 * to be sealed. */
void
assert_passed_sealed(const struct scene *scene);

#endif
