#include "tally/tag.h"

#include <sodium.h>
#include <string.h>

#include "base/bytes.h"

enum {
	CNP_DIGITS = 13,
	PHONE_DIGITS_MIN = 8,
	PHONE_DIGITS_MAX = 15,
};

static bool
is_digit(uint8_t byte)
{
	return byte >= '0' && byte <= '9';
}

/* The bytes that are not in `dropped`. `text` is at most as large as `kept`. */
static struct bytes
without(struct bytes text, const char *dropped, uint8_t kept[TALLY_IDENTITY_SIZE_MAX])
{
	size_t size = 0;

	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] == 0 || strchr(dropped, text.data[i]) == NULL)
			kept[size++] = text.data[i];
	}
	return bytes_make(kept, size);
}

static bool
all_digits(struct bytes text)
{
	for (size_t i = 0; i < text.size; i++) {
		if (!is_digit(text.data[i]))
			return false;
	}
	return true;
}

static bool
cnp_control_fits(const uint8_t *digits)
{
	static const uint8_t weights[CNP_DIGITS - 1] = {2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9};
	unsigned sum = 0;

	for (size_t i = 0; i < sizeof weights; i++)
		sum += weights[i] * (unsigned)(digits[i] - '0');
	sum %= 11;
	return digits[CNP_DIGITS - 1] - '0' == (sum == 10 ? 1 : (int)sum);
}

static long
cnp_normalise(struct bytes text, struct writer *writer)
{
	uint8_t kept[TALLY_IDENTITY_SIZE_MAX];
	struct bytes digits = without(text, " .-", kept);

	if (!all_digits(digits))
		return TALLY_IDENTITY_BAD_CHARACTER;
	if (digits.size != CNP_DIGITS)
		return TALLY_IDENTITY_BAD_LENGTH;
	if (digits.data[0] == '0' || !cnp_control_fits(digits.data))
		return TALLY_IDENTITY_BAD_CONTROL;
	writer_bytes(writer, digits);
	return 0;
}

static bool
begins(struct bytes text, struct bytes with)
{
	return text.size >= with.size && memcmp(text.data, with.data, with.size) == 0;
}

static struct bytes
behind(struct bytes text, size_t size)
{
	return bytes_make(text.data + size, text.size - size);
}

/* "+40 (0)722 ...", or (020): a zero dialled at home only, or a mistake. */
static bool
has_trunk_zero(struct bytes text)
{
	uint8_t kept[TALLY_IDENTITY_SIZE_MAX];
	struct bytes dense = without(text, " .-", kept);

	for (; dense.size >= 2; dense = behind(dense, 1)) {
		if (begins(dense, BYTES_OF("(0")))
			return true;
	}
	return false;
}

static long
phone_normalise(struct bytes text, struct writer *writer)
{
	uint8_t kept[TALLY_IDENTITY_SIZE_MAX];
	struct bytes dense = without(text, " -.()", kept);
	size_t prefix = begins(dense, BYTES_OF("+"))    ? 1
			: begins(dense, BYTES_OF("00")) ? 2
							: 0;
	struct bytes digits = behind(dense, prefix);

	if (!all_digits(digits))
		return TALLY_IDENTITY_BAD_CHARACTER;
	if (digits.size == 0)
		return TALLY_IDENTITY_BAD_LENGTH;
	if (prefix == 0 || digits.data[0] == '0' || begins(digits, BYTES_OF("400")) ||
	    has_trunk_zero(text))
		return TALLY_IDENTITY_NATIONAL;
	if (digits.size < PHONE_DIGITS_MIN || digits.size > PHONE_DIGITS_MAX)
		return TALLY_IDENTITY_BAD_LENGTH;
	writer_u8(writer, '+');
	writer_bytes(writer, digits);
	return 0;
}

static long
kind_normalise(enum tally_identity kind, struct bytes text, struct writer *writer)
{
	switch (kind) {
	case TALLY_IDENTITY_CNP:
		return cnp_normalise(text, writer);
	case TALLY_IDENTITY_PHONE:
		return phone_normalise(text, writer);
	case TALLY_IDENTITY_OPAQUE:
		writer_bytes(writer, text);
		return 0;
	}
	return TALLY_IDENTITY_BAD_KIND;
}

long
tally_identity_normalise(enum tally_identity kind, const void *text, size_t text_size,
			 uint8_t *out, size_t capacity)
{
	struct writer writer = writer_make(out, capacity);
	long error;

	if (text_size == 0 || text_size > TALLY_IDENTITY_SIZE_MAX)
		return TALLY_IDENTITY_BAD_LENGTH;
	error = kind_normalise(kind, bytes_make(text, text_size), &writer);
	if (error != 0)
		return error;
	return writer.failed ? TALLY_IDENTITY_NO_ROOM : (long)writer.size;
}

const char *
tally_identity_error_text(long error)
{
	switch (error) {
	case TALLY_IDENTITY_BAD_KIND:
		return "no such kind of identity";
	case TALLY_IDENTITY_BAD_LENGTH:
		return "the identity is too short or too long for its kind";
	case TALLY_IDENTITY_BAD_CHARACTER:
		return "the identity has a character that does not belong there";
	case TALLY_IDENTITY_BAD_CONTROL:
		return "the control digit of the personal numeric code does not fit";
	case TALLY_IDENTITY_NATIONAL:
		return "the telephone number is not in international form (+40...)";
	case TALLY_IDENTITY_NO_ROOM:
		return "the normalised identity does not fit the buffer";
	default:
		return error >= 0 ? "no error" : "unknown error";
	}
}

void
tally_tag(const uint8_t secret[TALLY_TAG_SECRET_SIZE],
	  const uint8_t context[TALLY_TAG_CONTEXT_SIZE], const uint8_t *identity,
	  size_t identity_size, uint8_t tag[TALLY_TAG_SIZE])
{
	static const char separator[] = TALLY_SEPARATOR_TAG; /* with its NUL */
	crypto_generichash_state hash;

	crypto_generichash_init(&hash, secret, TALLY_TAG_SECRET_SIZE, TALLY_TAG_SIZE);
	crypto_generichash_update(&hash, (const uint8_t *)separator, sizeof separator);
	crypto_generichash_update(&hash, context, TALLY_TAG_CONTEXT_SIZE);
	crypto_generichash_update(&hash, identity, identity_size);
	crypto_generichash_final(&hash, tag, TALLY_TAG_SIZE);
	sodium_memzero(&hash, sizeof hash);
}
