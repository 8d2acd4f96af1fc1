/* seal: what `results` may say while a campaign's results are sealed.
 *
 *   {"campaign":"<hex>","test":B,"index":N,"phase":"..","sealed":true,"turnout":N,
 *    "districts":[{"id":"..","turnout":N or null}],"checkpoint":".."}
 *
 * and nothing else. A district's turnout is shown only above SEAL_TURNOUT_MIN; where exactly one
 * of several is hidden, the total would tell it. Allocates by jansson. */
#ifndef TALLY_TOOLS_SEAL_H
#define TALLY_TOOLS_SEAL_H

#include "base/bytes.h"

enum {
	SEAL_TURNOUT_MIN = 10
};

/* NULL if the text keeps the seal, else what is wrong with it. */
const char *
seal_breach(struct bytes json);

#endif
