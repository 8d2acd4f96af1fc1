#include "station/provoke.h"

#include "base/bytes.h"

#include <string.h>

enum {
	TEXT_SIZE = sizeof PROVOKE_TEXT - 1
};

_Static_assert(TEXT_SIZE + 2 == TALLY_TAG_SIZE, "text and number are a tag");

enum tally_verdict
provoke_verdict(const uint8_t tag[TALLY_TAG_SIZE])
{
	uint16_t number = be16_load(tag + TEXT_SIZE);

	if (memcmp(tag, PROVOKE_TEXT, TEXT_SIZE) != 0 || number >= TALLY_VERDICTS_COUNT)
		return TALLY_ACCEPTED;
	return (enum tally_verdict)number;
}
