/* The checkpoint written otherwise than C2SP tlog-checkpoint and signed-note have it; some signed
 * by the log's key. */
#include <sodium.h>

#include "base/text.h"
#include "tests/lib/lies.h"

static char note[2 * TALLY_CHECKPOINT_SIZE_MAX];

static void
load(struct lie *lie)
{
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	struct bytes bytes = test_log_checkpoint(&lie->log, lie->log.count, memory);

	memcpy(note, bytes.data, bytes.size);
	note[bytes.size] = '\0';
}

static void
save(struct lie *lie, const char *what)
{
	test_file_write(lie->folder, "checkpoint", bytes_of_string(note));
	lie_say(lie, "the checkpoint: %s", what);
	lie_expect(lie, AUDIT_CHECKPOINT, NO_INDEX, "checkpoint: it is no checkpoint");
}

/* One bit of base64 that no byte comes from: two spellings of one root or signature. */
static bool
padding_bits(struct lie *lie)
{
	char *at;

	load(lie);
	at = lie_below(lie, 2) == 0 ? strchr(note, '=') : strrchr(note, '=');
	while (at[-1] == '=')
		at--;
	/* Letters of which only the last bits differ stand beside each other, but at ends. */
	if (strchr("zZ9/", at[-1]) != NULL)
		return false;
	at[-1]++;
	save(lie, "padding bits set");
	return true;
}

static bool
carriage_returns(struct lie *lie)
{
	char *at = note;
	size_t lines = 1 + lie_below(lie, 5);

	load(lie);
	for (size_t i = 0; i < lines; i++)
		at = strchr(at, '\n') + (i + 1 < lines);
	memmove(at + 1, at, strlen(at) + 1);
	*at = '\r';
	save(lie, "a carriage return");
	return true;
}

/* Signs the text anew: what is wrong is not the signature. */
static void
sign(struct lie *lie, const char *text)
{
	struct writer writer = writer_make(note, sizeof note - 1);

	writer_string(&writer, text);
	note_sign(&writer, &lie->log.campaign.log);
	assert_false(writer.failed);
	note[writer.size] = '\0';
}

static bool
signed_text(struct lie *lie)
{
	static const struct {
		const char *what;
		const char *format; /* of origin, size, root */
	} texts[] = {
	    {"an extension line", "%s\n%d\n%s\nextension\n"},
	    {"a leading zero", "%s\n0%d\n%s\n"},
	    {"a plus sign", "%s\n+%d\n%s\n"},
	    {"a space", "%s\n%d \n%s\n"},
	    {"another origin", "x%s\n%d\n%s\n"},
	    {"an origin in capitals", "T%s\n%d\n%s\n"},
	    {"no root", "%s\n%d\n"},
	    {"a root twice", "%s\n%d\n%s%s\n"},
	    {"a size beyond all", "%s\n9%d00000000000000000000\n%s\n"},
	    {"a negative size", "%s\n-%d\n%s\n"},
	};
	size_t at = lie_below(lie, sizeof texts / sizeof *texts);
	const char *origin = lie->log.campaign.log.key.name;
	char *root;
	char text[1024];

	load(lie);
	root = strchr(strchr(note, '\n') + 1, '\n') + 1;
	*strchr(root, '\n') = '\0';
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(text, sizeof text, texts[at].format, origin, (int)lie->log.count, root, root);
#pragma GCC diagnostic pop
	sign(lie, text);
	save(lie, texts[at].what);
	return true;
}

static bool
signature_lines(struct lie *lie)
{
	const char *what = "a second signature that is none";
	char *line;
	char second[512];

	load(lie);
	line = strstr(note, "\n\n") + 2;
	snprintf(second, sizeof second, "%s", line);
	switch (lie_below(lie, 6)) {
	case 0: /* behind a good one */
		second[strlen(second) - 20] ^= 1;
		strcat(note, second);
		break;
	case 1: /* before it */
		line[strlen(line) - 20] ^= 1;
		strcat(note, second);
		break;
	case 2:
		what = "no signature";
		*line = '\0';
		break;
	case 3:
		what = "no last line end";
		line[strlen(line) - 1] = '\0';
		break;
	case 4:
		what = "a line behind the signature";
		strcat(note, "and more\n");
		break;
	default:
		what = "a hyphen for the dash";
		memmove(line + 1, line + 3, strlen(line + 2));
		*line = '-';
		break;
	}
	save(lie, what);
	return true;
}

/* The right signature under another key id, or another name. */
static bool
key_id(struct lie *lie)
{
	struct note_private_key kept = lie->log.campaign.log;

	if (lie_below(lie, 2) == 0)
		lie->log.campaign.log.key.id ^= 1u << lie_below(lie, 32);
	else
		lie->log.campaign.log.key.name[lie_below(lie, 5)] ^= 0x20;
	load(lie);
	lie->log.campaign.log = kept;
	save(lie, "another key id or name");
	return true;
}

static bool
other_signer(struct lie *lie)
{
	struct note_private_key kept = lie->log.campaign.log;
	uint8_t seed[TALLY_SEED_SIZE];

	test_random_fill(&lie->random, seed, sizeof seed);
	if (lie_below(lie, 3) == 0)
		lie->log.campaign.log = lie->log.campaign.frontends[0];
	else
		note_private_key_make(&lie->log.campaign.log, bytes_of_string(kept.key.name),
				      seed);
	load(lie);
	lie->log.campaign.log = kept;
	save(lie, "another signer");
	return true;
}

/* An earlier one is put back: files lie beyond it. */
static bool
earlier(struct lie *lie)
{
	uint8_t memory[TALLY_CHECKPOINT_SIZE_MAX];
	size_t size = lie->good->sizes[lie_below(lie, lie->good->sizes_count - 1)];

	test_file_write(lie->folder, "checkpoint",
			test_log_checkpoint(&lie->log, size, memory));
	lie_say(lie, "the checkpoint of %zu entries put back", size);
	lie_expect(lie, AUDIT_FILES, NO_INDEX, "it goes beyond the %zu entries", size);
	return true;
}

/* Of a size whose files are not there: the log's key signs what it does not show. */
static bool
later(struct lie *lie)
{
	struct writer writer = writer_make(note, sizeof note - 1);
	struct checkpoint checkpoint = {.size = lie->log.count + 1 + lie_below(lie, 100)};

	test_random_fill(&lie->random, checkpoint.root, sizeof checkpoint.root);
	if (lie_below(lie, 4) == 0)
		checkpoint.size = UINT64_MAX >> lie_below(lie, 40);
	checkpoint_write(&writer, &checkpoint, &lie->log.campaign.log);
	note[writer.size] = '\0';
	save(lie, "a size that is not there");
	lie_expect(lie, AUDIT_FILES, NO_INDEX, "the checkpoint covers it, and it is missing");
	lie_also(lie, AUDIT_BUNDLES);
	lie_also(lie, AUDIT_MANIFEST);
	return true;
}

static bool
other_root(struct lie *lie)
{
	struct writer writer = writer_make(note, sizeof note - 1);
	struct checkpoint checkpoint = {.size = lie->log.count};

	test_log_root(&lie->log, 0, lie->log.count, checkpoint.root);
	checkpoint.root[lie_below(lie, TALLY_HASH_SIZE)] ^= (uint8_t)(1u << lie_below(lie, 8));
	checkpoint_write(&writer, &checkpoint, &lie->log.campaign.log);
	note[writer.size] = '\0';
	save(lie, "another root, signed");
	lie_expect(lie, AUDIT_ROOT, NO_INDEX, "have another root than it signs");
	return true;
}

static const struct lie_kind kinds[] = {
    {"padding bits of the checkpoint", padding_bits},
    {"a carriage return in the checkpoint", carriage_returns},
    {"a checkpoint's text, signed", signed_text},
    {"a checkpoint's signature lines", signature_lines},
    {"a checkpoint's key id", key_id},
    {"a checkpoint of another signer", other_signer},
    {"an earlier checkpoint", earlier},
    {"a checkpoint of what is not there", later},
    {"a checkpoint of another root", other_root},
};

const struct lie_kinds lies_of_checkpoints = {
    .on_disk = true, .count = sizeof kinds / sizeof *kinds, .kinds = kinds};
