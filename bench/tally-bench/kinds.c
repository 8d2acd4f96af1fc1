#include "bench/tally-bench/kinds.h"

#include <string.h>

static const struct {
	const char *name;
	enum tally_verdict verdict;
} kinds[KINDS_COUNT] = {
    [KIND_FRESH] = {"fresh", TALLY_ACCEPTED},
    [KIND_REPEAT] = {"repeat", TALLY_ACCEPTED},
    [KIND_REVOTE] = {"revote", TALLY_ACCEPTED},
    [KIND_SECOND] = {"second", TALLY_HAS_VOTED},
    [KIND_BIT] = {"forged-bit", TALLY_BAD_SIGNATURE},
    [KIND_SCALAR] = {"forged-scalar", TALLY_BAD_SIGNATURE},
    [KIND_KEY] = {"forged-key", TALLY_BAD_SIGNATURE},
    [KIND_CHANGED] = {"forged-changed", TALLY_BAD_SIGNATURE},
    [KIND_CAMPAIGN] = {"forged-campaign", TALLY_WRONG_CAMPAIGN},
    [KIND_STRANGER] = {"forged-stranger", TALLY_UNKNOWN_SIGNER},
    [KIND_CERTIFICATE] = {"forged-certificate", TALLY_BAD_CERTIFICATE},
};

const char *
kind_name(enum kind kind)
{
	return kind < KINDS_COUNT ? kinds[kind].name : "not-told";
}

enum tally_verdict
kind_verdict(enum kind kind)
{
	CHECK(kind < KINDS_COUNT);
	return kinds[kind].verdict;
}

void
kinds_header_write(uint8_t header[KINDS_HEADER_SIZE], uint64_t file_size, uint64_t count)
{
	memcpy(header, KINDS_MAGIC, sizeof KINDS_MAGIC);
	be64_store(header + sizeof KINDS_MAGIC, file_size);
	be64_store(header + sizeof KINDS_MAGIC + 8, count);
}

bool
kinds_parse(struct bytes bytes, uint64_t file_size, uint64_t *count, const uint8_t **out)
{
	if (bytes.size < KINDS_HEADER_SIZE ||
	    memcmp(bytes.data, KINDS_MAGIC, sizeof KINDS_MAGIC) != 0 ||
	    be64_load(bytes.data + sizeof KINDS_MAGIC) != file_size)
		return false;
	*count = be64_load(bytes.data + sizeof KINDS_MAGIC + 8);
	*out = bytes.data + KINDS_HEADER_SIZE;
	if (*count != bytes.size - KINDS_HEADER_SIZE)
		return false;
	for (uint64_t i = 0; i < *count; i++)
		if ((*out)[i] >= KINDS_COUNT)
			return false;
	return true;
}
