#include "tools/lib/audit_state.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "tree/cosignature.h"

/* Is the signature line one that claims to be the witness's? */
static bool
claims(struct bytes line, const struct note_key *witness)
{
	struct reader reader = reader_make(line);
	uint8_t blob[6];
	uint8_t id[4];

	be32_store(id, witness->id);
	reader_expect(&reader, bytes_of_string("\xe2\x80\x94 "));
	reader_expect(&reader, bytes_of_string(witness->name));
	reader_expect(&reader, BYTES_OF(" "));
	/* eight digits hold the key id and two bytes more */
	return text_base64_parse(reader_bytes(&reader, 8), blob, sizeof blob) == sizeof blob &&
	       !reader.failed && memcmp(blob, id, sizeof id) == 0;
}

/* Cosignatures of one witness in `note`, whose signed text is `text`. */
static bool
has_signed(struct bytes note, struct bytes text, const struct note_key *witness, bool *invalid)
{
	struct bytes lines = bytes_make(note.data + text.size + 1, note.size - text.size - 1);
	struct bytes line;
	bool valid = false;

	while (text_line_next(&lines, &line)) {
		uint64_t time;

		line.size++; /* with its newline */
		if (!claims(line, witness))
			continue;
		if (cosignature_verify(line, text, witness, &time))
			valid = true;
		else
			*invalid = true;
	}
	return valid;
}

/* A checkpoint that waits must not contradict the one that is published. */
static enum tally_exit
check_waiting(struct audit_state *state, struct trouble *trouble)
{
	const struct checkpoint *waiting = &state->waiting;
	bool contains = true;
	enum tally_exit status = TALLY_EXIT_FINE;

	if (state->waits && waiting->size <= state->scroll.size && !state->holes)
		status = audit_contains(state, waiting, &contains, trouble);
	if (status == TALLY_EXIT_FINE && !contains)
		status = trouble_set(trouble, TALLY_EXIT_FAILED,
				     "%s/checkpoint.next: the log has signed two trees of "
				     "%" PRIu64 " entries",
				     state->log->path, waiting->size);
	return status;
}

void
audit_witnesses(struct audit_state *state)
{
	const struct manifest *manifest = state->audit->recount.manifest;
	struct bytes note = bytes_make(state->audit->note, state->audit->note_size);
	struct report *report = &state->audit->report;
	size_t count = 0;
	struct trouble trouble;
	struct bytes text;

	if (check_waiting(state, &trouble) != TALLY_EXIT_FINE)
		audit_found(state, AUDIT_WITNESSES, &trouble);
	if (manifest->witnesses_count == 0)
		return;
	CHECK(note_open(note, &state->options->key, &text));
	for (size_t i = 0; i < manifest->witnesses_count; i++) {
		bool invalid = false;

		count += has_signed(note, text, &manifest->witnesses[i], &invalid);
		if (!invalid)
			continue;
		trouble_set(&trouble, TALLY_EXIT_FAILED,
			    "%s/checkpoint: a cosignature by %s is not valid", state->log->path,
			    manifest->witnesses[i].name);
		audit_found(state, AUDIT_WITNESSES, &trouble);
	}
	report_remark(report, AUDIT_WITNESSES, "%zu of %zu witnesses have signed", count,
		      manifest->witnesses_count);
	report_pass(report, AUDIT_WITNESSES);
}
