/* publisher: keeps DIR/public, the public log, in the layout of C2SP tlog-tiles.
 *
 *   checkpoint                  the newest published checkpoint
 *   results                     what stands there, as JSON (tally/results.h)
 *   tile/<L>/<N>[.p/<W>]        hash tiles; partials of every published size stay until the full
 *   tile/entries/<N>[.p/<W>]    tile exists
 *   tally/<index>               canonical text of the TALLY entry at that index
 *   law/<index>, law/list       of a sealed campaign only (lawfiles.h)
 *
 * All of it is derived. One publication of a checkpoint of size n, in this order: full tiles and
 * bundles that became full, partials of n, tally texts below n, each by atomic rename; one
 * syncfs; the checkpoint, synced before its rename and its directory after; `results`; then
 * DIR/published (decimal n), the proven mark; last, partials whose full tile exists are removed.
 * At start every file beyond the mark is made anew and compared: one that differs is replaced;
 * temporary files are removed.
 *
 * A publication that waits for cosignatures goes as far as the sync; its note is put, synced, at
 * public/checkpoint.next. What is published afterwards removes that. A start removes one that is
 * no checkpoint beyond `checkpoint`.
 *
 * Sealed publications make no bundles and no texts: texts wait in DIR/sealed (texts.h). The first
 * one of a sealed campaign that is not sealed makes them all; DIR/unsealed (decimal) is the proven
 * mark of the bundles, written as they are made, so that a crash in the middle costs little.
 *
 * It runs on its own thread, one publication at a time. Reads the archive and the treefile. */
#ifndef TALLY_SHELL_PUBLISHER_H
#define TALLY_SHELL_PUBLISHER_H

#include "shell/archive.h"
#include "shell/treefile.h"
#include "tree/note.h"

struct publisher;

/* Called on the publisher's thread when a publication has ended; status as disk.h, `why` valid
 * during the call. */
typedef void
publisher_done(void *context, int status, const char *why);

/* `dir_fd` is the data directory; `sealed`: results are sealed in this campaign until they are
 * unsealed. Opens, reads the marks, starts the thread. NULL on failure. */
MUST_USE struct publisher *
publisher_start(int dir_fd, struct archive *archive, struct treefile *tree, bool sealed,
		publisher_done *done, void *context);

/* For a start, before the first publication, while results are sealed: removes bundles and texts
 * that are in public all the same; *count: how many files. */
MUST_USE int
publisher_seal(struct publisher *publisher, uint64_t *count);

/* Size of the checkpoint in DIR/public as found at start and since published; 0: none. */
uint64_t
publisher_size(const struct publisher *publisher);

/* Size of the last publication that was finished, its mark included, as found at start: less than
 * publisher_size if a crash cut the last one, which is then to be made again. */
uint64_t
publisher_finished(const struct publisher *publisher);

/* Hands over a tally text, to be published with the next checkpoint beyond `index` that is not
 * sealed. Copies it. Any thread. Statuses of texts_add. */
MUST_USE int
publisher_text(struct publisher *publisher, uint64_t index, struct bytes text);

/* Texts below this index need not be looked for at a start. */
uint64_t
publisher_texts_proven(const struct publisher *publisher);

/* True if the text at `index` is published or waits in DIR/sealed, and SHA-256(salt || text)
 * equals `hash`. Any thread. */
bool
publisher_has_text(struct publisher *publisher, uint64_t index, const uint8_t salt[32],
		   const uint8_t hash[32]);

/* Gives what public/results is to be; called on the publisher's thread, once all files are there.
 * The bytes are read before it is called again. */
typedef struct bytes
publisher_results(void *context);

struct publication {
	struct checkpoint checkpoint;
	struct bytes note;          /* the signed checkpoint */
	publisher_results *results; /* NULL: public/results is left as it is */
	void *results_context;
	bool sealed; /* ballots and counts are not public: law/ in place of bundles, no texts */
	bool waiting; /* for cosignatures: all is made and synced, but the note is put at
		       * public/checkpoint.next; the same checkpoint comes again */
};

/* Copies the publication and its note. Not while one is under way. The archive and the treefile
 * hold at least its checkpoint's size. */
void
publisher_publish(struct publisher *publisher, const struct publication *publication);

/* Ends the thread after the publication under way. */
void
publisher_stop(struct publisher *publisher);

#endif
