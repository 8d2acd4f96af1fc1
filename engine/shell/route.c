#include "shell/route.h"

#include <string.h>

#include "base/text.h"

static const struct {
	const char *path;
	struct route route;
} fixed[] = {
    {"/healthz", {.kind = ROUTE_HEALTH}},
    {"/readyz", {.kind = ROUTE_READY}},
    {"/checkpoint", {ROUTE_FILE, 0, "checkpoint", ROUTE_TEXT, true}},
    {"/checkpoint.next", {ROUTE_FILE, 0, "checkpoint.next", ROUTE_TEXT, true}},
    {"/law/list", {ROUTE_FILE, 0, "law/list", ROUTE_TEXT, true}},
    {"/roster", {ROUTE_FILE, 0, "roster", ROUTE_BYTES, false}},
    {"/results", {ROUTE_FILE, 0, "results", ROUTE_JSON, true}},
};

/* The number behind `prefix`. */
static bool
numbered(struct bytes path, const char *prefix, uint64_t *index)
{
	struct bytes before = bytes_of_string(prefix);

	return path.size > before.size && memcmp(path.data, before.data, before.size) == 0 &&
	       text_decimal_parse(bytes_make(path.data + before.size, path.size - before.size),
				  index);
}

/* "<folder>/<index>" */
static void
name_write(struct route *route, const char *folder, uint64_t index)
{
	struct writer writer = writer_make(route->name, sizeof route->name - 1);

	writer_string(&writer, folder);
	writer_decimal(&writer, index);
	CHECK(!writer.failed);
	route->name[writer.size] = 0;
}

static bool
find_file(struct bytes path, struct route *out)
{
	struct tile tile;
	uint64_t index;

	out->kind = ROUTE_FILE;
	out->content = ROUTE_TEXT;
	if (numbered(path, "/tally/", &index)) {
		name_write(out, "tally/", index);
	} else if (numbered(path, "/law/", &index)) {
		name_write(out, "law/", index);
		out->changes = true; /* its proof may be made anew */
	} else if (path.size > 0 && path.data[0] == '/' &&
		   tile_path_parse(bytes_make(path.data + 1, path.size - 1), &tile)) {
		tile_path(&tile, out->name);
		out->content = ROUTE_BYTES;
	} else {
		return false;
	}
	return true;
}

void
route_find(struct bytes path, struct route *out)
{
	*out = (struct route){.kind = ROUTE_NONE};
	for (size_t i = 0; i < sizeof fixed / sizeof fixed[0]; i++)
		if (bytes_equal(path, bytes_of_string(fixed[i].path))) {
			*out = fixed[i].route;
			return;
		}
	if (numbered(path, "/receipt/", &out->index))
		out->kind = ROUTE_RECEIPT;
	else if (!find_file(path, out))
		*out = (struct route){.kind = ROUTE_NONE};
}
