#include "tools/tallyctl/testimony.h"

#include <string.h>

#include "base/text.h"

static const char dash[] = "\xe2\x80\x94 ";
static const char words[] = " entries with root ";

bool
testimony_begins(struct bytes line)
{
	struct bytes start = bytes_of_string(dash);

	return line.size >= start.size && bytes_equal(bytes_make(line.data, start.size), start);
}

/* The number that ends right before `at`. */
static bool
number_before(struct bytes line, size_t at, uint64_t *number)
{
	size_t from = at;

	while (from > 0 && line.data[from - 1] >= '0' && line.data[from - 1] <= '9')
		from--;
	return text_decimal_parse(bytes_make(line.data + from, at - from), number);
}

static void
take_size(struct testimony *testimony, struct bytes line)
{
	size_t size = sizeof words - 1;

	for (size_t at = 0; at + size <= line.size; at++)
		if (memcmp(line.data + at, words, size) == 0 &&
		    number_before(line, at, &testimony->size))
			testimony->has_size = true;
}

bool
testimony_take(struct testimony *testimony, struct bytes line)
{
	if (testimony_begins(line))
		return cosignature_parse(line, &testimony->cosignature);
	take_size(testimony, line);
	return false;
}
