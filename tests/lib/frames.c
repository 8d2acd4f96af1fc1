#include "tests/lib/frames.h"

struct frame
only_frame(const struct writer *writer)
{
	struct frame frame;

	assert_false(writer->failed);
	assert_int_equal(frame_next(writer_view(writer), &frame), writer->size);
	return frame;
}

/* A copy on the heap, so that a read past the end is seen by ASan. */
static bool
parses_cut(struct bytes payload, size_t size, bool (*parses)(struct bytes))
{
	uint8_t *copy = malloc(size > 0 ? size : 1);
	bool result;

	memcpy(copy, payload.data, size);
	result = parses(bytes_make(copy, size));
	free(copy);
	return result;
}

void
refuses_truncation(struct bytes payload, size_t least, bool (*parses)(struct bytes))
{
	for (size_t size = 0; size < payload.size; size++)
		if (parses_cut(payload, size, parses) != (size >= least))
			fail_msg("cut to %zu of %zu", size, payload.size);
	assert_true(parses_cut(payload, payload.size, parses));
}
