#include "tests/lib/gallery.h"

#include <sys/stat.h>

#include "tally/proof.h"

static void
vote(struct test_log *log, uint64_t voter)
{
	struct campaign_choice choice = {0, (uint16_t)(voter % 3), 1};

	test_log_vote(log, &(struct campaign_vote){
			       .voter = voter, .choices = &choice, .choices_count = 1});
}

void
gallery_make(struct gallery *gallery)
{
	struct test_log *log = &gallery->log;

	gallery->folder = test_folder_make();
	snprintf(gallery->public, sizeof gallery->public, "%s/public", gallery->folder.path);
	assert_int_equal(mkdirat(gallery->folder.fd, "public", 0755), 0);
	test_log_make(log, NULL);
	test_log_phase(log, TALLY_PHASE_OPEN, TALLY_CAUSE_CLOCK, "2026-01-01T08:00:00Z");
	while (log->count < 100)
		vote(log, log->count);
	test_log_tally(log);
	while (log->count < GALLERY_SIZE)
		vote(log, log->count);
	test_log_publish(log, gallery->public, GALLERY_PUBLISHED);
	gallery->tree = treefile_open(gallery->folder.fd);
	assert_non_null(gallery->tree);
	for (size_t i = 0; i < log->count; i++) {
		struct tree_hash leaf;

		tree_leaf(test_log_entry(log, i), &leaf);
		assert_int_equal(treefile_append(gallery->tree, &leaf, 1), DISK_OK);
	}
}

void
gallery_free(struct gallery *gallery)
{
	treefile_close(gallery->tree);
	test_log_free(&gallery->log);
	test_folder_remove(&gallery->folder);
}

struct door *
gallery_door(const struct gallery *gallery, uint16_t port, unsigned request_ms)
{
	return door_start(&(struct door_options){
	    .host = "127.0.0.1",
	    .port = port,
	    .dir_fd = gallery->folder.fd,
	    .tree = gallery->tree,
	    .log_key = &gallery->log.campaign.log.key,
	    .connections_max = GALLERY_CONNECTIONS,
	    .request_ms = request_ms,
	});
}

struct gallery_visit *
gallery_visit(unsigned request_ms)
{
	struct gallery_visit *visit = calloc(1, sizeof *visit);

	assert_non_null(visit);
	gallery_make(&visit->gallery);
	visit->door = gallery_door(&visit->gallery, 0, request_ms);
	assert_non_null(visit->door);
	visit->port = door_port(visit->door);
	return visit;
}

void
gallery_leave(struct gallery_visit *visit)
{
	door_stop(visit->door);
	gallery_free(&visit->gallery);
	free(visit);
}

void
gallery_check_receipt(const struct gallery *gallery, struct bytes text, uint64_t index,
		      uint64_t size)
{
	struct bytes entry = test_log_entry(&gallery->log, index);
	uint8_t leaf[TALLY_HASH_SIZE];
	char vkey[300];
	struct writer writer = writer_make(vkey, sizeof vkey - 1);
	struct tally_receipt facts;

	note_key_write(&writer, &gallery->log.campaign.log.key);
	vkey[writer.size] = 0;
	tally_leaf_hash(entry.data, entry.size, leaf);
	assert_int_equal(tally_receipt_check_leaf(text.data, text.size, vkey, leaf, &facts),
			 TALLY_RECEIPT_PROVEN);
	assert_int_equal(facts.index, index);
	assert_int_equal(facts.size, size);
}
