#include "tools/tallyctl/birth.h"

static bool
number(struct bytes text, size_t at, size_t digits, int *out)
{
	*out = 0;
	for (size_t i = at; i < at + digits; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return false;
		*out = *out * 10 + (text.data[i] - '0');
	}
	return true;
}

static bool
is_day(const struct birth_day *day)
{
	static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (day->year % 4 == 0 && day->year % 100 != 0) || day->year % 400 == 0;

	return day->year >= 1800 && day->month >= 1 && day->month <= 12 && day->day >= 1 &&
	       day->day <= days[day->month - 1] && (leap || day->month != 2 || day->day != 29);
}

bool
birth_parse(struct bytes text, struct birth_day *out)
{
	return text.size == 10 && text.data[4] == '-' && text.data[7] == '-' &&
	       number(text, 0, 4, &out->year) && number(text, 5, 2, &out->month) &&
	       number(text, 8, 2, &out->day) && is_day(out);
}

bool
birth_of_cnp(struct bytes cnp, struct birth_day *out)
{
	static const int centuries[] = {0, 1900, 1900, 1800, 1800, 2000, 2000};
	int first;

	if (cnp.size != 13 || !number(cnp, 0, 1, &first) || first < 1 || first > 6 ||
	    !number(cnp, 1, 2, &out->year) || !number(cnp, 3, 2, &out->month) ||
	    !number(cnp, 5, 2, &out->day))
		return false;
	out->year += centuries[first];
	return is_day(out);
}

int
birth_age(const struct birth_day *born, const struct birth_day *on)
{
	bool before =
	    on->month < born->month || (on->month == born->month && on->day < born->day);

	return on->year - born->year - before;
}
