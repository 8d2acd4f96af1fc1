#include "tools/lib/manifestfile.h"

#include <stdlib.h>

#include "tools/lib/complain.h"
#include "tools/lib/wholefile.h"

enum tally_exit
manifestfile_read(const char *path, struct manifest **out)
{
	struct manifest_fault fault;
	struct wholefile file;
	enum tally_exit code = wholefile_read(path, TALLY_MANIFEST_SIZE_MAX, &file);

	*out = NULL;
	if (code != TALLY_EXIT_FINE)
		return code;
	*out = manifest_parse(bytes_make(file.data, file.size), &fault);
	free(file.data);
	if (*out)
		return TALLY_EXIT_FINE;
	complain("%s: %s: %s", path, fault.path, fault.sentence);
	return TALLY_EXIT_FAILED;
}
