#include "tools/lib/lawbook.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "ledger/entry.h"

static void
tear(struct lawbook *book, const struct trouble *trouble)
{
	if (!book->torn)
		book->trouble = *trouble;
	book->torn = true;
}

static bool
is_law(struct bytes bytes)
{
	struct entry entry;

	return entry_parse(bytes, &entry) &&
	       (entry.kind == TALLY_ENTRY_CAMPAIGN || entry.kind == TALLY_ENTRY_PHASE ||
		entry.kind == TALLY_ENTRY_NOTICE);
}

static bool
is_proven(const struct receipt *receipt, const struct lawbook_page *page)
{
	struct tree_hash leaf;
	struct tree_hash root;

	tree_leaf(page->entry, &leaf);
	memcpy(root.bytes, page->checkpoint.root, sizeof root.bytes);
	return proof_inclusion_verify(&receipt->proof, receipt->index, page->checkpoint.size,
				      &leaf, &root);
}

/* The whole entry in the receipt's extra line, if it holds one. */
static bool
copy_entry(const struct receipt *receipt, struct lawbook_page *page)
{
	size_t capacity = receipt->extra.size / 4 * 3;
	long used;

	if (capacity == 0)
		return false;
	page->memory = malloc(capacity);
	if (page->memory == NULL)
		return false;
	used = text_base64_parse(receipt->extra, page->memory, capacity);
	if (used <= 0)
		return false;
	page->entry = bytes_make(page->memory, (size_t)used);
	return true;
}

/* What is wrong with the page whose file holds `text`, or NULL. */
static const char *
judge(struct bytes text, const struct note_key *key, struct lawbook_page *page)
{
	struct receipt receipt;

	if (!receipt_parse(text, &receipt))
		return "it has not the shape of c2sp.org/tlog-proof@v1";
	if (receipt.index != page->index)
		return "it is the proof of another entry";
	if (!checkpoint_open(receipt.checkpoint, key, &page->checkpoint))
		return "its checkpoint is not signed by the log's key";
	if (!copy_entry(&receipt, page))
		return "it holds no entry";
	if (!is_proven(&receipt, page))
		return "its entry is not the one that its checkpoint covers";
	if (!is_law(page->entry))
		return "its entry is neither CAMPAIGN nor PHASE nor NOTICE";
	return NULL;
}

/* Adds the page if it is good. */
static enum tally_exit
add_page(struct lawbook *book, const struct publiclog *log, const struct note_key *key,
	 uint64_t index, uint64_t tree_size, struct trouble *trouble)
{
	struct lawbook_page page = {.index = index};
	uint8_t *data = NULL;
	size_t capacity = 0;
	size_t size;
	char name[32];
	const char *wrong = NULL;
	enum tally_exit status;

	snprintf(name, sizeof name, "law/%" PRIu64, index);
	status = publiclog_read(log, name, TALLY_LAW_FILE_SIZE_MAX, &data, &capacity, &size,
				trouble);
	if (status == TALLY_EXIT_FINE)
		wrong = judge(bytes_make(data, size), key, &page);
	if (wrong != NULL)
		status = trouble_set(trouble, TALLY_EXIT_FAILED, "%s/%s: %s", log->path, name,
				     wrong);
	free(data);
	if (status == TALLY_EXIT_FINE) {
		book->pages[book->count++] = page;
		return TALLY_EXIT_FINE;
	}
	free(page.memory);
	trouble->has_index = true;
	trouble->index = index;
	if (status == TALLY_EXIT_FAILED && index < tree_size)
		tear(book, trouble);
	return status == TALLY_EXIT_FAILED ? TALLY_EXIT_FINE : status;
}

static enum tally_exit
add_pages(struct lawbook *book, const struct publiclog *log, const struct note_key *key,
	  struct bytes list, uint64_t tree_size, struct trouble *trouble)
{
	uint64_t next = 0;
	enum tally_exit status = TALLY_EXIT_FINE;

	while (list.size > 0 && status == TALLY_EXIT_FINE) {
		struct bytes line;
		uint64_t index;

		if (!text_line_next(&list, &line) || !text_decimal_parse(line, &index) ||
		    index < next || index == UINT64_MAX) {
			trouble_set(
			    trouble, TALLY_EXIT_FAILED,
			    "%s/law/list: it is no list of ascending indexes, one a line",
			    log->path);
			tear(book, trouble);
			break;
		}
		next = index + 1;
		status = add_page(book, log, key, index, tree_size, trouble);
	}
	return status;
}

enum tally_exit
lawbook_open(struct lawbook *book, const struct publiclog *log, const struct note_key *key,
	     uint64_t tree_size, struct trouble *trouble)
{
	uint8_t *data = NULL;
	size_t capacity = 0;
	size_t size;
	enum tally_exit status = publiclog_read(log, "law/list", LAWBOOK_LIST_SIZE_MAX, &data,
						&capacity, &size, trouble);

	*book = (struct lawbook){0};
	if (status == TALLY_EXIT_FAILED) {
		tear(book, trouble);
		status = TALLY_EXIT_FINE;
	} else if (status == TALLY_EXIT_FINE) {
		/* a line has two bytes at least */
		book->pages = calloc(size / 2 + 1, sizeof *book->pages);
		status =
		    book->pages != NULL
			? add_pages(book, log, key, bytes_make(data, size), tree_size, trouble)
			: trouble_set(trouble, TALLY_EXIT_WORLD, "not enough memory for %s/law",
				      log->path);
	}
	free(data);
	return status;
}

void
lawbook_close(struct lawbook *book)
{
	for (size_t i = 0; i < book->count; i++)
		free(book->pages[i].memory);
	free(book->pages);
	*book = (struct lawbook){0};
}

bool
lawbook_has(const struct lawbook *book, uint64_t index)
{
	size_t low = 0;
	size_t high = book->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (book->pages[middle].index < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low < book->count && book->pages[low].index == index;
}

void
lawbook_front(const struct lawbook *book, struct bundle *bundle)
{
	bundle_init(bundle);
	while (bundle->count < book->count && bundle->count < TALLY_TILE_WIDTH &&
	       book->pages[bundle->count].index == bundle->count) {
		bundle->entries[bundle->count] = book->pages[bundle->count].entry;
		bundle->count++;
	}
}
