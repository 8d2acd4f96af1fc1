/* stagesocket: the far ends of a stage's connections. For stage.c alone; what tests call is in
 * stage.h. */
#ifndef TALLY_TESTS_STAGESOCKET_H
#define TALLY_TESTS_STAGESOCKET_H

#include "tests/lib/stage.h"

/* Takes output as the socket would, and looks at every frame in it; stage->sent says what
 * STATION_SENT is due for. */
void
stagesocket_collect(struct stage *stage, unsigned number);

/* One move of one socket; false if it has none. */
bool
stagesocket_move(struct stage *stage, unsigned number);

#endif
