#include "base/text.h"

#include <string.h>

static const char hex_digits[] = "0123456789abcdef";
static const char base64_digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void
text_hex_write(struct writer *writer, struct bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i++) {
		writer_u8(writer, (uint8_t)hex_digits[bytes.data[i] >> 4]);
		writer_u8(writer, (uint8_t)hex_digits[bytes.data[i] & 15]);
	}
}

static int
hex_value(uint8_t digit)
{
	if (digit >= '0' && digit <= '9')
		return digit - '0';
	return digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

bool
text_hex_parse(struct bytes text, uint8_t *out, size_t size)
{
	if (text.size != 2 * size)
		return false;
	for (size_t i = 0; i < size; i++) {
		int high = hex_value(text.data[2 * i]);
		int low = hex_value(text.data[2 * i + 1]);

		if (high < 0 || low < 0)
			return false;
		out[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

void
text_base64_write(struct writer *writer, struct bytes bytes)
{
	for (size_t i = 0; i < bytes.size; i += 3) {
		size_t left = bytes.size - i;
		uint32_t group = (uint32_t)bytes.data[i] << 16;

		if (left > 1)
			group |= (uint32_t)bytes.data[i + 1] << 8;
		if (left > 2)
			group |= bytes.data[i + 2];
		writer_u8(writer, (uint8_t)base64_digits[group >> 18]);
		writer_u8(writer, (uint8_t)base64_digits[group >> 12 & 63]);
		writer_u8(writer, left > 1 ? (uint8_t)base64_digits[group >> 6 & 63] : '=');
		writer_u8(writer, left > 2 ? (uint8_t)base64_digits[group & 63] : '=');
	}
}

static int
base64_value(uint8_t digit)
{
	if (digit >= 'A' && digit <= 'Z')
		return digit - 'A';
	if (digit >= 'a' && digit <= 'z')
		return digit - 'a' + 26;
	if (digit >= '0' && digit <= '9')
		return digit - '0' + 52;
	if (digit == '+')
		return 62;
	return digit == '/' ? 63 : -1;
}

long
text_base64_parse(struct bytes text, uint8_t *out, size_t capacity)
{
	size_t used = 0;
	size_t padding = 0;

	if (text.size % 4 != 0)
		return -1;
	if (text.size > 0 && text.data[text.size - 1] == '=')
		padding = text.data[text.size - 2] == '=' ? 2 : 1;
	if (text.size / 4 * 3 - padding > capacity)
		return -1;
	for (size_t i = 0; i < text.size; i += 4) {
		size_t wanted = i + 4 == text.size ? 4 - padding : 4;
		uint32_t group = 0;

		for (size_t j = 0; j < wanted; j++) {
			int value = base64_value(text.data[i + j]);

			if (value < 0)
				return -1;
			group |= (uint32_t)value << (18 - 6 * j);
		}
		if ((group & ((1u << 8 * (4 - wanted)) - 1)) != 0)
			return -1;
		for (size_t j = 0; j + 1 < wanted; j++)
			out[used++] = (uint8_t)(group >> (16 - 8 * j));
	}
	return (long)used;
}

bool
text_decimal_parse(struct bytes text, uint64_t *out)
{
	uint64_t value = 0;

	if (text.size == 0 || (text.size > 1 && text.data[0] == '0'))
		return false;
	for (size_t i = 0; i < text.size; i++) {
		uint8_t digit = (uint8_t)(text.data[i] - '0');

		if (digit > 9 || value > (UINT64_MAX - digit) / 10)
			return false;
		value = value * 10 + digit;
	}
	*out = value;
	return true;
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static int
days_in_month(int year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

/* Days from 1970-01-01 to the first of January of `year`. */
static int64_t
days_before_year(int year)
{
	int64_t past = year - 1;

	return past * 365 + past / 4 - past / 100 + past / 400 - 719162;
}

/* -1 unless text[at, at + count) is all digits. */
static int
digits_at(struct bytes text, size_t at, size_t count)
{
	int value = 0;

	for (size_t i = at; i < at + count; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return -1;
		value = value * 10 + (text.data[i] - '0');
	}
	return value;
}

static bool
time_offset_parse(struct bytes zone, int64_t *seconds)
{
	int hours;
	int minutes;

	if (zone.size == 1 && zone.data[0] == 'Z') {
		*seconds = 0;
		return true;
	}
	if (zone.size != 6 || (zone.data[0] != '+' && zone.data[0] != '-') ||
	    zone.data[3] != ':')
		return false;
	hours = digits_at(zone, 1, 2);
	minutes = digits_at(zone, 4, 2);
	if (hours < 0 || hours > 23 || minutes < 0 || minutes > 59)
		return false;
	*seconds = (hours * 60 + minutes) * 60;
	if (zone.data[0] == '-')
		*seconds = -*seconds;
	return true;
}

/* 9999-12-31T23:59:59Z: an offset may not lead past it. */
static const int64_t last_second = 253402300799;

bool
text_time_parse(struct bytes text, int64_t *seconds)
{
	int year, month, day, hour, minute, second;
	int64_t days;
	int64_t offset;

	if (text.size < 20 || text.data[4] != '-' || text.data[7] != '-' ||
	    text.data[10] != 'T' || text.data[13] != ':' || text.data[16] != ':')
		return false;
	year = digits_at(text, 0, 4);
	month = digits_at(text, 5, 2);
	day = digits_at(text, 8, 2);
	hour = digits_at(text, 11, 2);
	minute = digits_at(text, 14, 2);
	second = digits_at(text, 17, 2);
	if (year < 1970 || month < 1 || month > 12 || day < 1 ||
	    day > days_in_month(year, month) || hour < 0 || hour > 23 || minute < 0 ||
	    minute > 59 || second < 0 || second > 59)
		return false;
	if (!time_offset_parse(bytes_make(text.data + 19, text.size - 19), &offset))
		return false;
	days = days_before_year(year) + day - 1;
	for (int m = 1; m < month; m++)
		days += days_in_month(year, m);
	*seconds = days * 86400 + (hour * 60 + minute) * 60 + second - offset;
	return *seconds >= 0 && *seconds <= last_second;
}

static void
two_digits(struct writer *writer, int value, char after)
{
	writer_u8(writer, (uint8_t)('0' + value / 10));
	writer_u8(writer, (uint8_t)('0' + value % 10));
	writer_u8(writer, (uint8_t)after);
}

void
text_time_write(struct writer *writer, int64_t seconds)
{
	int64_t days = seconds / 86400;
	int rest = (int)(seconds % 86400);
	int year = 1970 + (int)(days / 366);
	int month = 1;

	while (days_before_year(year + 1) <= days)
		year++;
	days -= days_before_year(year);
	while (days >= days_in_month(year, month))
		days -= days_in_month(year, month++);
	writer_decimal(writer, (uint64_t)year);
	writer_u8(writer, '-');
	two_digits(writer, month, '-');
	two_digits(writer, (int)days + 1, 'T');
	two_digits(writer, rest / 3600, ':');
	two_digits(writer, rest / 60 % 60, ':');
	two_digits(writer, rest % 60, 'Z');
}

/* Bytes used by the well-formed UTF-8 sequence at the front, and its code point; 0 if none. */
static size_t
utf8_next(struct bytes text, uint32_t *point)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	uint8_t first = text.data[0];
	size_t length;

	if (first < 0x80) {
		*point = first;
		return 1;
	}
	if (first < 0xc2 || first > 0xf4)
		return 0;
	length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
	if (text.size < length)
		return 0;
	*point = first & (0x7fu >> length);
	for (size_t i = 1; i < length; i++) {
		if ((text.data[i] & 0xc0) != 0x80)
			return 0;
		*point = *point << 6 | (text.data[i] & 0x3f);
	}
	if (*point < least[length] || *point > 0x10ffff ||
	    (*point >= 0xd800 && *point <= 0xdfff))
		return 0;
	return length;
}

static bool
is_space(uint32_t point)
{
	return point == ' ' || point == 0x85 || point == 0xa0 || point == 0x1680 ||
	       (point >= 0x2000 && point <= 0x200a) || point == 0x2028 || point == 0x2029 ||
	       point == 0x202f || point == 0x205f || point == 0x3000;
}

static bool
utf8_walk(struct bytes text, bool spaces_allowed)
{
	size_t at = 0;

	while (at < text.size) {
		uint32_t point = 0;
		size_t used = utf8_next(bytes_make(text.data + at, text.size - at), &point);

		if (used == 0 || point < 0x20 || point == 0x7f)
			return false;
		if (!spaces_allowed && is_space(point))
			return false;
		at += used;
	}
	return true;
}

bool
text_utf8_clean(struct bytes text)
{
	return utf8_walk(text, true);
}

bool
text_identifier(struct bytes text)
{
	return text.size <= 64 && text_word(text);
}

bool
text_word(struct bytes text)
{
	return text.size >= 1 && utf8_walk(text, false);
}

bool
text_line_next(struct bytes *rest, struct bytes *line)
{
	const uint8_t *end = rest->size == 0 ? NULL : memchr(rest->data, '\n', rest->size);

	if (end == NULL)
		return false;
	*line = bytes_make(rest->data, (size_t)(end - rest->data));
	*rest = bytes_make(end + 1, rest->size - line->size - 1);
	return true;
}
