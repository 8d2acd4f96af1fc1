#include "tools/lib/lawbook.h"

#include <fcntl.h>
#include <sodium.h>
#include <unistd.h>

#include "tests/lib/vault.h"

static void
reads_every_page(void **state)
{
	static const uint64_t law[] = {0, 1, 303, 644, 646};
	struct scene scene;
	struct lawbook book;
	struct bundle front;
	struct trouble trouble;

	(void)state;
	vault_make(&scene, NULL);
	vault_publish_open(&scene);
	assert_int_equal(lawbook_open(&book, &scene.files, &scene.log.campaign.log.key,
				      VAULT_OPEN, &trouble),
			 TALLY_EXIT_FINE);
	assert_false(book.torn);
	assert_int_equal(book.count, sizeof law / sizeof *law);
	for (size_t i = 0; i < book.count; i++) {
		assert_int_equal(book.pages[i].index, law[i]);
		assert_true(lawbook_has(&book, law[i]));
		assert_false(lawbook_has(&book, law[i] + 5));
		assert_true(
		    bytes_equal(book.pages[i].entry, test_log_entry(&scene.log, law[i])));
	}
	assert_int_equal(book.pages[0].checkpoint.size, SCENE_EARLY);
	assert_int_equal(book.pages[4].checkpoint.size, VAULT_OPEN);
	lawbook_front(&book, &front);
	assert_int_equal(front.count, 2);
	lawbook_close(&book);
	scene_remove(&scene, "law/646");
	assert_int_equal(lawbook_open(&book, &scene.files, &scene.log.campaign.log.key,
				      VAULT_SEALED, &trouble),
			 TALLY_EXIT_FINE);
	assert_false(book.torn);
	assert_int_equal(book.count, 4);
	lawbook_close(&book);
	scene_close(&scene);
}

/* Whatever bit of a page is flipped, the page is not good, or says what it said. */
static void
believes_no_flipped_page(void **state)
{
	struct scene scene;
	size_t size;

	(void)state;
	vault_make(&scene, NULL);
	vault_publish_sealed(&scene);
	size = scene_size(&scene, "law/303");
	for (size_t at = 0; at < size; at += 3) {
		struct lawbook book;
		struct trouble trouble;

		scene_flip(&scene, "law/303", at);
		assert_int_equal(lawbook_open(&book, &scene.files, &scene.log.campaign.log.key,
					      VAULT_OPEN, &trouble),
				 TALLY_EXIT_FINE);
		if (!book.torn || book.count != 3 || book.trouble.index != 303)
			fail_msg("byte %zu of %zu: believed", at, size);
		lawbook_close(&book);
		scene_flip(&scene, "law/303", at);
	}
	scene_close(&scene);
}

static void
believes_no_page_of_another_entry(void **state)
{
	struct scene scene;
	struct lawbook book;
	struct trouble trouble;

	(void)state;
	vault_make(&scene, NULL);
	vault_publish_sealed(&scene);
	assert_int_equal(linkat(scene.folder.fd, "law/1", scene.folder.fd, "law/1.kept", 0), 0);
	assert_int_equal(renameat(scene.folder.fd, "law/1.kept", scene.folder.fd, "law/303"),
			 0);
	assert_int_equal(lawbook_open(&book, &scene.files, &scene.log.campaign.log.key,
				      VAULT_OPEN, &trouble),
			 TALLY_EXIT_FINE);
	assert_true(book.torn);
	assert_int_equal(book.trouble.index, 303);
	assert_non_null(strstr(book.trouble.sentence, "the proof of another entry"));
	lawbook_close(&book);
	scene_close(&scene);
}

static void
reads_on_behind_a_bad_page(void **state)
{
	struct scene scene;
	struct lawbook book;
	struct trouble trouble;

	(void)state;
	vault_make(&scene, NULL);
	vault_publish_sealed(&scene);
	scene_remove(&scene, "law/1");
	scene_resize(&scene, "law/303", TALLY_LAW_FILE_SIZE_MAX + 1);
	assert_int_equal(lawbook_open(&book, &scene.files, &scene.log.campaign.log.key,
				      VAULT_OPEN, &trouble),
			 TALLY_EXIT_FINE);
	assert_true(book.torn);
	assert_int_equal(book.trouble.index, 1);
	assert_int_equal(book.count, 2);
	lawbook_close(&book);
	assert_int_equal(lawbook_open(&book, &scene.files, &scene.log.campaign.frontends[0].key,
				      VAULT_OPEN, &trouble),
			 TALLY_EXIT_FINE);
	assert_int_equal(book.count, 0);
	assert_non_null(strstr(book.trouble.sentence, "not signed by the log's key"));
	lawbook_close(&book);
	scene_close(&scene);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reads_every_page),
	    cmocka_unit_test(believes_no_flipped_page),
	    cmocka_unit_test(believes_no_page_of_another_entry),
	    cmocka_unit_test(reads_on_behind_a_bad_page),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
