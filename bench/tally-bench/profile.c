#include "bench/tally-bench/profile.h"

#include <string.h>

#include "bench/tally-bench/amount.h"

/* The file goes into the program as it is. */
__asm__(".pushsection .rodata\n"
	"last_evening_begin:\n"
	".incbin \"bench/tally-bench/last-evening.csv\"\n"
	"last_evening_end:\n"
	".popsection\n");

extern const uint8_t last_evening_begin[];
extern const uint8_t last_evening_end[];

struct bytes
profile_last_evening(void)
{
	return bytes_make(last_evening_begin, (size_t)(last_evening_end - last_evening_begin));
}

struct row {
	double seconds;
	double rate;
};

enum {
	line_max = 256
};

static bool
row_parse(struct bytes line, struct row *row)
{
	char text[line_max], *comma;

	if (line.size == 0 || line.size >= sizeof text)
		return false;
	memcpy(text, line.data, line.size);
	text[line.size] = 0;
	comma = strchr(text, ',');
	if (comma == NULL)
		return false;
	*comma = 0;
	return amount_number(text, &row->seconds) && amount_number(comma + 1, &row->rate);
}

/* Takes the next line; its end, and that of the last one, are left out. */
static struct bytes
line_next(struct bytes *rest)
{
	const uint8_t *end = memchr(rest->data, '\n', rest->size);
	size_t size = end != NULL ? (size_t)(end - rest->data) : rest->size;
	struct bytes line = bytes_make(rest->data, size);

	size += end != NULL;
	*rest = bytes_make(rest->data + size, rest->size - size);
	if (line.size > 0 && line.data[line.size - 1] == '\r')
		line.size--;
	return line;
}

static const char *
row_add(struct schedule *schedule, const struct row *before, const struct row *row)
{
	if (row->seconds < before->seconds)
		return "seconds do not ascend";
	if (row->seconds == before->seconds)
		return NULL;
	return schedule_add(schedule, row->seconds - before->seconds, before->rate, row->rate);
}

const char *
profile_parse(struct bytes text, double scale, double speed, struct schedule *schedule,
	      size_t *line)
{
	struct row row, before = {0};
	const char *wrong = NULL;
	size_t rows = 0;

	schedule_init(schedule);
	*line = 0;
	while (text.size > 0 && wrong == NULL) {
		struct bytes bytes = line_next(&text);

		++*line;
		if (bytes.size == 0 || bytes.data[0] == '#')
			continue;
		if (!row_parse(bytes, &row)) {
			wrong = rows == 0 && *line == 1 ? NULL : "is not SECONDS,RATE";
			continue;
		}
		row = (struct row){row.seconds / speed, row.rate * scale};
		if (rows++ == 0)
			wrong = row.seconds > 0 ? "the first row is not of second 0" : NULL;
		else
			wrong = row_add(schedule, &before, &row);
		before = row;
	}
	if (wrong != NULL)
		return wrong;
	*line = 0;
	return schedule_count(schedule) > 0 ? NULL : "nothing is sent in it";
}
