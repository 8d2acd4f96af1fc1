/* What cosignature_parse accepts is written again from what it said: the same line. */
#include "tests/fuzz/fuzz.h"

#include <string.h>

#include "base/text.h"
#include "tree/cosignature.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t memory[COSIGNATURE_LINE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	struct cosignature cosignature;
	uint8_t blob[4 + 8 + TALLY_SIGNATURE_SIZE];

	if (!cosignature_parse(bytes_make(data, size), &cosignature))
		return 0;
	CHECK(note_name_valid(cosignature.name));
	CHECK(cosignature.time <= INT64_MAX);
	be32_store(blob, cosignature.id);
	be64_store(blob + 4, cosignature.time);
	memcpy(blob + 12, cosignature.signature, sizeof cosignature.signature);
	writer_string(&writer, "\xe2\x80\x94 ");
	writer_bytes(&writer, cosignature.name);
	writer_u8(&writer, ' ');
	text_base64_write(&writer, bytes_make(blob, sizeof blob));
	writer_u8(&writer, '\n');
	CHECK(!writer.failed);
	CHECK(bytes_equal(writer_view(&writer), bytes_make(data, size)));
	return 0;
}
