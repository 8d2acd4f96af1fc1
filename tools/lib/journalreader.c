#include "tools/lib/journalreader.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/bytes.h"

_Static_assert((int)JOURNALREADER_WINDOW >
		   (int)TALLY_JOURNAL_FRAME_SIZE + (int)TALLY_JOURNAL_SUBMIT_MAX,
	       "a record fits the window");

static size_t
held(const struct journalreader *reader)
{
	return reader->end - reader->first;
}

/* Fills the window behind what it holds; false if the system refuses. */
static bool
fill(struct journalreader *reader)
{
	memmove(reader->window, reader->window + reader->first, held(reader));
	reader->end = held(reader);
	reader->first = 0;
	while (!reader->ended && reader->end < JOURNALREADER_WINDOW) {
		ssize_t got = pread(reader->file, reader->window + reader->end,
				    JOURNALREADER_WINDOW - reader->end,
				    (off_t)(reader->tape.offset + reader->end));

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return false;
		reader->ended = got == 0;
		reader->end += (size_t)got;
	}
	return true;
}

/* A window without a whole record holds the zeros that a crash can leave, or the beginning of
 * something else: the rest of the file decides, a window at a time. */
static long
find_end(struct journalreader *reader)
{
	size_t kept = held(reader);

	while (!reader->ended) {
		ssize_t got = pread(reader->file, reader->window, JOURNALREADER_WINDOW,
				    (off_t)(reader->tape.offset + kept));

		if (got < 0 && errno != EINTR)
			return JOURNALREADER_WORLD;
		if (got > 0 && !bytes_all_zero(bytes_make(reader->window, (size_t)got)))
			return TALLY_JOURNAL_BAD_END;
		kept += got > 0 ? (size_t)got : 0;
		reader->ended = got == 0;
	}
	reader->first = reader->end = 0;
	return 0;
}

long
journalreader_open(struct journalreader *reader, int file)
{
	long used;

	*reader = (struct journalreader){.file = file, .window = malloc(JOURNALREADER_WINDOW)};
	if (reader->window == NULL || !fill(reader))
		return JOURNALREADER_WORLD;
	used = tally_journal_get_head(&reader->tape, reader->window, reader->end);
	if (used > 0)
		reader->first = (size_t)used;
	return used > 0 ? 1 : used;
}

long
journalreader_next(struct journalreader *reader, struct tally_journal_record *record)
{
	long used = tally_journal_get(&reader->tape, reader->window + reader->first,
				      held(reader), record);

	if (used == 0 && !reader->ended) {
		if (!fill(reader))
			return JOURNALREADER_WORLD;
		used = tally_journal_get(&reader->tape, reader->window, reader->end, record);
		if (used == 0)
			return find_end(reader);
	}
	if (used > 0)
		reader->first += (size_t)used;
	return used > 0 ? 1 : used;
}

void
journalreader_close(struct journalreader *reader)
{
	free(reader->window);
	reader->window = NULL;
}
