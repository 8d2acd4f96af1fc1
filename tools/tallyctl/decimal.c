#include "tools/tallyctl/decimal.h"

#include <string.h>

/* True if the text is of that form; *fraction is what is behind the point, without last zeros. */
static bool
split(const char *text, size_t *digits, const char **fraction, size_t *fraction_size)
{
	*digits = strspn(text, "0123456789");
	*fraction = text + *digits;
	*fraction_size = 0;
	if (*digits == 0)
		return false;
	if (**fraction == '.') {
		++*fraction;
		*fraction_size = strspn(*fraction, "0123456789");
	}
	if ((*fraction)[*fraction_size] != '\0')
		return false;
	while (*fraction_size > 0 && (*fraction)[*fraction_size - 1] == '0')
		--*fraction_size;
	return true;
}

bool
decimal_places(const char *text, unsigned *places)
{
	const char *fraction;
	size_t digits, size;
	int64_t value;

	if (!split(text, &digits, &fraction, &size) || size > DECIMAL_PLACES_MAX)
		return false;
	*places = (unsigned)size;
	return decimal_scaled(text, *places, &value);
}

static bool
digit_take(int64_t *value, char digit)
{
	*value = *value * 10 + (digit - '0');
	return *value <= DECIMAL_MAX;
}

bool
decimal_scaled(const char *text, unsigned places, int64_t *out)
{
	const char *fraction;
	size_t digits, size;

	*out = 0;
	if (!split(text, &digits, &fraction, &size) || size > places)
		return false;
	for (size_t i = 0; i < digits; i++)
		if (!digit_take(out, text[i]))
			return false;
	for (size_t i = 0; i < places; i++)
		if (!digit_take(out, i < size ? fraction[i] : '0'))
			return false;
	return true;
}

bool
decimal_whole(const char *text, int32_t *out)
{
	bool minus = *text == '-';
	int64_t value;

	if (!decimal_scaled(text + minus, 0, &value) || value > INT32_MAX)
		return false;
	*out = minus ? -(int32_t)value : (int32_t)value;
	return true;
}
