#include "campaign/arena.h"

#include <stdlib.h>
#include <string.h>

enum {
	block_least = 64 * 1024
};

struct arena_block {
	struct arena_block *older;
	size_t used;
	size_t size;
	_Alignas(8) uint8_t data[];
};

static struct arena_block *
block_with_room(struct arena *arena, size_t size)
{
	struct arena_block *block = arena->newest;
	size_t wanted = size > block_least ? size : block_least;

	if (block != NULL && block->size - block->used >= size)
		return block;
	block = calloc(1, sizeof *block + wanted);
	if (block == NULL)
		return NULL;
	block->size = wanted;
	block->older = arena->newest;
	arena->newest = block;
	return block;
}

void *
arena_take(struct arena *arena, size_t count, size_t size)
{
	struct arena_block *block;
	size_t total;
	void *piece;

	if (size != 0 && count > (SIZE_MAX / 2) / size)
		return NULL;
	total = (count * size + 7) / 8 * 8;
	block = block_with_room(arena, total);
	if (block == NULL)
		return NULL;
	piece = block->data + block->used;
	block->used += total;
	return piece;
}

char *
arena_copy(struct arena *arena, struct bytes bytes)
{
	char *copy = arena_take(arena, bytes.size + 1, 1);

	if (copy != NULL && bytes.size > 0)
		memcpy(copy, bytes.data, bytes.size);
	return copy;
}

void
arena_free(struct arena *arena)
{
	while (arena->newest != NULL) {
		struct arena_block *block = arena->newest;

		arena->newest = block->older;
		free(block);
	}
}
