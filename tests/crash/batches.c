/* batches: where the batches of a ledger lie: "segment offset size number first count", a line
 * each. batches DIR */
#include <inttypes.h>
#include <stdio.h>

#include "tests/lib/rawlog.h"

int
main(int count, char **arguments)
{
	struct rawlog log;

	if (count != 2 || !rawlog_read_ledger(&log, arguments[1]))
		return 2;
	for (size_t i = 0; i < log.batches_count; i++) {
		const struct rawlog_batch *batch = &log.batches[i];

		printf("%u %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu64 " %" PRIu32 "\n",
		       batch->segment, batch->offset, batch->size, batch->number, batch->first,
		       batch->count);
	}
	rawlog_free(&log);
	return 0;
}
