/* What certificate_parse accepts, certificate_write writes again: the same bytes. */
#include "tests/fuzz/fuzz.h"

#include "ballot/certificate.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t memory[CERTIFICATE_SIZE];
	struct writer writer = writer_make(memory, sizeof memory);
	struct ballot_certificate certificate;

	if (!certificate_parse(bytes_make(data, size), &certificate))
		return 0;
	certificate_write(&writer, &certificate);
	CHECK(!writer.failed);
	CHECK(bytes_equal(writer_view(&writer), bytes_make(data, size)));
	return 0;
}
