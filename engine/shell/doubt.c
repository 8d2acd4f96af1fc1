#include "shell/doubt.h"

#include "shell/line.h"

#include <string.h>

void
doubt_tell(const struct keyring *keyring, enum keyring_state state, enum verifier_path path)
{
	if (state == KEYRING_NO_MEMORY)
		line_warn("SIGNATURES: no memory for the tables of the path '%s': libsodium "
			  "looks at every signature: %s",
			  verifier_path_name(path), strerror(keyring->error));
	if (state == KEYRING_UNFIT)
		line_warn("SIGNATURES: the path '%s' does not do here what libsodium does, and "
			  "is not used: every signature is looked at by libsodium, which is "
			  "right and slower; have the processor and the memory of this machine "
			  "checked",
			  verifier_path_name(path));
}
