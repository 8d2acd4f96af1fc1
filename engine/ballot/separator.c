#include "ballot/separator.h"

/* One to five digits and a NUL. */
static bool
version_follows(struct reader *reader)
{
	size_t digits = 0;
	uint8_t byte = reader_u8(reader);

	while (byte >= '0' && byte <= '9' && digits < 6) {
		byte = reader_u8(reader);
		digits++;
	}
	return !reader->failed && byte == 0 && digits >= 1 && digits <= 5;
}

enum tally_verdict
separator_take(struct reader *reader, struct bytes separator)
{
	struct reader expected = *reader;
	struct reader other = *reader;

	reader_expect(&expected, separator);
	if (!expected.failed) {
		*reader = expected;
		return TALLY_ACCEPTED;
	}
	reader_expect(&other, bytes_make(separator.data, separator.size - 2));
	return version_follows(&other) ? TALLY_UNKNOWN_VERSION : TALLY_MALFORMED;
}
