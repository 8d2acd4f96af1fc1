#include "tally/status.h"

#include <stddef.h>

#define ROW(enumerator, number, class, name, sentence) \
	[number] = {TALLY_CLASS_##class, name, sentence},

static const struct tally_verdict_text rows[TALLY_VERDICTS_COUNT] = {TALLY_VERDICTS(ROW)};

static const struct tally_verdict_text unknown = {TALLY_CLASS_LATER, "unknown-verdict",
						  "a verdict this version does not know"};

#define SAME(enumerator, number, class, name, sentence) \
	_Static_assert(TALLY_##enumerator == (number), "the enum differs from the table");
TALLY_VERDICTS(SAME)

const struct tally_verdict_text *
tally_verdict_text(unsigned verdict)
{
	return verdict < TALLY_VERDICTS_COUNT ? &rows[verdict] : &unknown;
}

const char *tally_class_name(enum tally_class class)
{
	static const char *const names[] = {"accepted", "final", "later", "mend"};

	return (unsigned)class < 4 ? names[class] : "later";
}
