#include "keyring/pages.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

bool
pages_map(struct pages *pages, size_t bytes)
{
	uintptr_t at;

	*pages = (struct pages){0};
	if (bytes > SIZE_MAX / 2) {
		errno = ENOMEM;
		return false;
	}
	bytes = (bytes + PAGES_SIZE - 1) / PAGES_SIZE * PAGES_SIZE;
	pages->mapping_bytes = bytes + PAGES_SIZE;
	pages->mapping = mmap(NULL, pages->mapping_bytes, PROT_READ | PROT_WRITE,
			      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (pages->mapping == MAP_FAILED) {
		*pages = (struct pages){0};
		return false;
	}
	/* What stands before the first whole page is never touched. */
	at = (uintptr_t)pages->mapping;
	pages->memory = (uint8_t *)pages->mapping + (PAGES_SIZE - at % PAGES_SIZE) % PAGES_SIZE;
	pages->bytes = bytes;
	/* Without either it is as right, only slower. */
	(void)madvise(pages->memory, bytes, MADV_HUGEPAGE);
	(void)madvise(pages->memory, bytes, MADV_DONTFORK);
	return true;
}

bool
pages_fill(const struct pages *pages)
{
	return pages->bytes == 0 ||
	       madvise(pages->memory, pages->bytes, MADV_POPULATE_WRITE) == 0 ||
	       errno == EINVAL;
}

void
pages_clear(const struct pages *pages)
{
	if (pages->bytes > 0 && madvise(pages->memory, pages->bytes, MADV_DONTNEED) != 0)
		memset(pages->memory, 0, pages->bytes);
}

bool
pages_lock(const struct pages *pages)
{
	return mprotect(pages->memory, pages->bytes, PROT_READ) == 0;
}

void
pages_unmap(struct pages *pages)
{
	if (pages->mapping != NULL)
		munmap(pages->mapping, pages->mapping_bytes);
	*pages = (struct pages){0};
}
