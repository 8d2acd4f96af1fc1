#include "bench/tally-bench/figure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static void
scaled(struct figure *room, double number, const char *unit)
{
	int decimals = number < 9.995 ? 2 : number < 99.95 ? 1 : 0;

	snprintf(room->text, sizeof room->text, "%.*f %s", decimals, number, unit);
}

const char *
figure_time(struct figure *room, double ns)
{
	if (ns < 999.5)
		snprintf(room->text, sizeof room->text, "%.0f ns", ns);
	else if (ns < 999.5e3)
		scaled(room, ns / 1e3, "us");
	else if (ns < 999.5e6)
		scaled(room, ns / 1e6, "ms");
	else if (ns < 119.5e9)
		scaled(room, ns / 1e9, "s");
	else if (ns < 7199e9)
		scaled(room, ns / 60e9, "min");
	else
		scaled(room, ns / 3600e9, "h");
	return room->text;
}

const char *
figure_count(struct figure *room, uint64_t count)
{
	char digits[24];
	int size = snprintf(digits, sizeof digits, "%llu", (unsigned long long)count);
	char *at = room->text;

	for (int i = 0; i < size; i++) {
		if (i > 0 && (size - i) % 3 == 0)
			*at++ = ',';
		*at++ = digits[i];
	}
	*at = '\0';
	return room->text;
}

const char *
figure_number(struct figure *room, double number)
{
	if (number >= 999.5 && number < 1e18)
		return figure_count(room, (uint64_t)llround(number));
	if (number == floor(number) && fabs(number) < 1000)
		snprintf(room->text, sizeof room->text, "%.0f", number);
	else
		snprintf(room->text, sizeof room->text, "%.3g", number);
	return room->text;
}

const char *
figure_bytes(struct figure *room, double bytes)
{
	static const char *const units[] = {"kB", "MB", "GB", "TB"};
	unsigned unit = 0;

	if (bytes < 999.5) {
		snprintf(room->text, sizeof room->text, "%.0f B", bytes);
		return room->text;
	}
	bytes /= 1000;
	while (bytes >= 999.5 && unit < 3) {
		bytes /= 1000;
		unit++;
	}
	scaled(room, bytes, units[unit]);
	return room->text;
}

const char *
figure_share(struct figure *room, double share)
{
	snprintf(room->text, sizeof room->text,
		 share > 0 && share < 0.00995 ? "%.2g %%" : "%.1f %%", share * 100);
	return room->text;
}
