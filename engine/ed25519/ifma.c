#include "ed25519/batch.h"

/* No processor has it until its eight lanes are written. */
bool
ed25519_ifma_available(void)
{
	return false;
}

void
ed25519_ifma(const struct keytable *base, struct ed25519_item *items, size_t count)
{
	CHECK(ed25519_ifma_available());
	ed25519_portable(base, items, count);
}
