#include "tests/lib/tamper.h"

long tamper_where;

void
tamper_run(const struct tamper *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		struct scene scene;

		print_message("    %s\n", cases[i].name);
		tamper_where = NO_INDEX;
		scene_make(&scene, cases[i].wish, cases[i].hook);
		if (cases[i].change != NULL)
			cases[i].change(&scene.log);
		scene_publish(&scene);
		scene_audit(&scene);
		assert_found(&scene, cases[i].check, tamper_where, cases[i].words);
		assert_int_equal(scene.audit.report.checks[AUDIT_ROOT].status, REPORT_PASS);
		scene_close(&scene);
	}
}

uint8_t *
tamper_copy(const struct test_log *log, long index, size_t *size)
{
	static uint8_t memory[TALLY_ENTRY_SIZE_MAX];
	struct bytes entry = test_log_entry(log, (size_t)index);

	memset(memory, 0, sizeof memory);
	memcpy(memory, entry.data, entry.size);
	*size = entry.size;
	tamper_where = index;
	return memory;
}

void
tamper_flip(struct test_log *log, long index, size_t offset)
{
	size_t size;
	uint8_t *entry = tamper_copy(log, index, &size);

	assert_true(offset < size);
	entry[offset] ^= 1;
	test_log_replace(log, (size_t)index, bytes_make(entry, size));
}

void
tamper_resize(struct test_log *log, long index, size_t size)
{
	size_t old_size;
	uint8_t *entry = tamper_copy(log, index, &old_size);

	test_log_replace(log, (size_t)index, bytes_make(entry, size));
}
