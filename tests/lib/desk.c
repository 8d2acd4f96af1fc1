#include "tests/lib/desk.h"

#include <unistd.h>

void
desk_begin(struct desk *desk, size_t at, size_t frontend)
{
	const struct note_private_key *key = &desk->scene.log.campaign.frontends[frontend];
	size_t capacity = 512 * 1024;
	struct writer *writer = &desk->journals[at];

	*writer = writer_make(malloc(capacity), capacity);
	desk->keys[at].id = key->key.id;
	memcpy(desk->keys[at].secret, key->secret, sizeof key->secret);
	writer->size = tally_journal_put_head(
	    &desk->tapes[at], desk->scene.log.campaign.manifest->id, key->key.id, writer->data);
}

void
desk_submit(struct desk *desk, size_t at, struct bytes ballot)
{
	struct writer *writer = &desk->journals[at];

	writer->size += tally_journal_put_submit(&desk->tapes[at], ballot.data, ballot.size,
						 writer->data + writer->size);
	assert_true(writer->size + TALLY_BALLOT_SIZE_MAX < writer->capacity);
}

void
desk_answer(struct desk *desk, size_t at, enum tally_verdict verdict, uint64_t index)
{
	struct writer *writer = &desk->journals[at];

	writer->size += tally_journal_put_answer(&desk->tapes[at], desk->tapes[at].ballots - 1,
						 verdict, index, writer->data + writer->size);
}

void
desk_seal(struct desk *desk, size_t at)
{
	struct writer *writer = &desk->journals[at];

	writer->size += tally_journal_put_seal(&desk->tapes[at], &desk->keys[at],
					       writer->data + writer->size);
}

struct bytes
desk_ballot(const struct desk *desk, size_t index)
{
	struct bytes entry = test_log_entry(&desk->scene.log, index);

	assert_int_equal(entry.data[0], TALLY_ENTRY_BALLOT);
	return bytes_make(entry.data + 1, entry.size - 1);
}

void
desk_keep(struct desk *desk, size_t at, size_t from, size_t end)
{
	for (size_t i = from; i < end; i++) {
		if (test_log_entry(&desk->scene.log, i).data[0] != TALLY_ENTRY_BALLOT)
			continue;
		desk_submit(desk, at, desk_ballot(desk, i));
		desk_answer(desk, at, TALLY_ACCEPTED, i);
	}
}

struct desk *
desk_make(const struct campaign_wish *wish, story_hook *hook)
{
	struct desk *desk = calloc(1, sizeof *desk);

	assert_non_null(desk);
	scene_make(&desk->scene, wish, hook);
	return desk;
}

struct desk *
desk_kept(const struct campaign_wish *wish)
{
	struct desk *desk = desk_make(wish, NULL);

	desk_begin(desk, 0, 0);
	desk_keep(desk, 0, 0, desk->scene.log.count);
	return desk;
}

void
desk_free(struct desk *desk)
{
	for (size_t i = 0; i < DESK_JOURNALS; i++)
		free(desk->journals[i].data);
	reconcile_close(desk->reconcile);
	scene_close(&desk->scene);
	free(desk);
}

enum tally_exit
desk_present(struct desk *desk, struct trouble *trouble)
{
	struct reconcile_options options = {
	    .paths = desk->given, .some = desk->some, .memory_max = 1};

	reconcile_close(desk->reconcile);
	desk->reconcile = NULL;
	for (size_t i = 0; i < DESK_JOURNALS && desk->journals[i].data != NULL; i++) {
		char name[32];

		snprintf(name, sizeof name, "journal-%zu", i);
		snprintf(desk->paths[i], sizeof desk->paths[i], "%s/%s",
			 desk->scene.folder.path, name);
		test_file_write(desk->scene.folder.path, name, writer_view(&desk->journals[i]));
		desk->given[options.count++] = desk->paths[i];
	}
	return reconcile_open(&desk->reconcile, &options, trouble);
}

void
desk_unlink(const struct desk *desk)
{
	for (size_t i = 0; i < DESK_JOURNALS && desk->given[i] != NULL; i++)
		assert_int_equal(unlink(desk->given[i]), 0);
}

/* Audits the log, which was published, with the journals: the check about them. */
static const struct report_check *
audit(struct desk *desk)
{
	struct trouble trouble;

	if (desk_present(desk, &trouble) != TALLY_EXIT_FINE)
		fail_msg("%s", trouble.sentence);
	desk->scene.options.journals = desk->reconcile;
	scene_audit(&desk->scene);
	desk_unlink(desk);
	return &desk->scene.audit.report.checks[AUDIT_JOURNALS];
}

void
assert_remark(struct desk *desk, const char *words)
{
	const struct report_check *check = audit(desk);

	if (check->status != REPORT_PASS || strstr(check->why.sentence, words) == NULL)
		fail_msg("status %d: \"%s\" does not say \"%s\"", (int)check->status,
			 check->why.sentence, words);
	assert_int_equal(report_exit(&desk->scene.audit.report), TALLY_EXIT_FINE);
}

void
assert_uncovered(struct desk *desk, long index, const char *words)
{
	(void)audit(desk);
	assert_found(&desk->scene, AUDIT_JOURNALS, index, words);
}

long
desk_number(const struct desk *desk, const char *name)
{
	json_t *object = reconcile_json(desk->reconcile);
	long number = (long)json_integer_value(json_object_get(object, name));

	json_decref(object);
	return number;
}
