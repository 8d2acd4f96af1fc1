/* mail: what committer, signer, keeper and publisher say, kept for the loop. */
#ifndef TALLY_BENCH_GROWTH_MAIL_H
#define TALLY_BENCH_GROWTH_MAIL_H

#include "shell/keeper.h"
#include "shell/start.h"

struct mail {
	bool committed;
	bool spaced;
	bool noted;
	bool published;
	bool published_ok;
	bool kept;
	uint64_t checksum;
	uint64_t space;
	size_t note_size;
	uint8_t note[REMEMBERED_NOTE_MAX];
};

/* Call it once, before anything is started. What fails ends the process. */
void
mail_open(struct committer_calls *committer, struct signer_calls *signer,
	  publisher_done **published, keeper_done **kept);

/* All that has come; false: nothing has. Waits for it, `wait_ms` at most. */
bool
mail_take(struct mail *out, unsigned wait_ms);

#endif
