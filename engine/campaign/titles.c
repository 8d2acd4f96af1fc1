#include "campaign/titles.h"

#include <string.h>

#include "limits.h"

static bool
is_language(const char *key)
{
	size_t size = strspn(key, "abcdefghijklmnopqrstuvwxyz-");

	return key[size] == 0 && size >= 2 && size <= 8;
}

static void
title_read(const struct node *titles, const char *language, struct manifest_title *title)
{
	struct node node = node_key(titles, language);

	if (!is_language(language))
		node_fault(&node, "is not a language: 2 to 8 characters of a-z and -");
	title->text = node_text(&node, title_bytes_max);
	title->language = arena_copy(&node.reading->arena, bytes_of_string(language));
	if (title->language == NULL)
		node_fault_memory(&node);
}

struct manifest_titles
titles_read(const struct node *owner)
{
	struct node node = node_key(owner, "titles");
	size_t count = node_members(&node, 1, languages_max);
	struct manifest_title *titles = node_take(&node, count, sizeof *titles);
	void *at = titles == NULL ? NULL : json_object_iter(node.value);

	for (size_t i = 0; i < count && at != NULL; i++) {
		title_read(&node, json_object_iter_key(at), &titles[i]);
		at = json_object_iter_next(node.value, at);
	}
	return (struct manifest_titles){titles == NULL ? 0 : count, titles};
}
