/* text: the text encodings the formats use, each with exactly one accepted spelling.
 *
 * Every parser takes the whole view and refuses what its writer would not have written.
 * Thread: any. No allocation. */
#ifndef TALLY_BASE_TEXT_H
#define TALLY_BASE_TEXT_H

#include "base/bytes.h"
#include "base/check.h"

/* Lower-case hexadecimal. */
void
text_hex_write(struct writer *writer, struct bytes bytes);

/* Fills out[0, size) from exactly 2 * size lower-case digits. False otherwise. */
MUST_USE bool
text_hex_parse(struct bytes text, uint8_t *out, size_t size);

/* RFC 4648 section 4, padding required. */
void
text_base64_write(struct writer *writer, struct bytes bytes);

/* Bytes written to out, or -1: wrong alphabet, missing padding, trailing bits not zero, or more
 * than `capacity` bytes. */
MUST_USE long
text_base64_parse(struct bytes text, uint8_t *out, size_t capacity);

/* Decimal without sign or leading zeros, at most 2^64 - 1. */
MUST_USE bool
text_decimal_parse(struct bytes text, uint64_t *out);

/* RFC 3339 in UTC or with an offset, whole seconds ("2026-11-23T08:00:00+02:00"), years 1970 to
 * 9999. Seconds since 1970-01-01T00:00:00Z. A leap second (":60") is refused. */
MUST_USE bool
text_time_parse(struct bytes text, int64_t *seconds);

/* "2026-11-23T06:00:00Z". */
void
text_time_write(struct writer *writer, int64_t seconds);

/* Well-formed UTF-8 (RFC 3629: no surrogates, no overlong forms) without bytes below 0x20 or
 * 0x7f. */
MUST_USE bool
text_utf8_clean(struct bytes text);

/* An identifier as manifests use it: 1 to 64 bytes of clean UTF-8 without white space (ASCII
 * space, U+0085, U+00A0, U+1680, U+2000-200A, U+2028, U+2029, U+202F, U+205F, U+3000). */
MUST_USE bool
text_identifier(struct bytes text);

/* The same without the bound: not empty, clean UTF-8, no white space. */
MUST_USE bool
text_word(struct bytes text);

/* Takes the first line off *rest; *line is it without its LF. False, and nothing taken, if *rest
 * has no LF. */
MUST_USE bool
text_line_next(struct bytes *rest, struct bytes *line);

#endif
