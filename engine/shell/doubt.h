/* doubt: what a server says of tables that it does not use (keyring/keyring.h). Thread: any. */
#ifndef TALLY_SHELL_DOUBT_H
#define TALLY_SHELL_DOUBT_H

#include "keyring/keyring.h"

/* A warning, unless READY. `path` is what was asked of keyring_open, `state` what it said. */
void
doubt_tell(const struct keyring *keyring, enum keyring_state state, enum verifier_path path);

#endif
