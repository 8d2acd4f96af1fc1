/* voters: ballots of made-up voters, the same for the same words, on stdout (u16 size, ballot).
 *
 *   campaign=FILE key=FILE   whose ballots, signed by whom
 *   seed=N first=N count=N   voters first .. first+count-1 of the crowd `seed`: their tags
 *   choices=N vote=N         how many options each names; another `vote`, another choice
 *   revisions=N from=N       each voter's revisions from .. from+revisions-1
 *   order=N                  0: by voter, then revision; else shuffled with this seed
 *   forge=N                  1: breaks each signature
 *   district=N               of all of them
 *   tags=1                   no ballots: their tags alone, a line of hexadecimal digits each
 *
 * One contest, for everybody. */
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tools/lib/ballotfile.h"
#include "tools/lib/keyfile.h"
#include "tools/lib/cast.h"
#include "tools/lib/manifestfile.h"

struct asked {
	const char *campaign;
	const char *key;
	uint64_t seed, first, count, choices, vote, revisions, from, order, forge, district,
	    tags;
};

struct crowd {
	struct asked asked;
	struct manifest *manifest;
	struct note_private_key key;
	struct ballotfile_maker out;
};

static bool
take_number(const char *argument, const char *name, uint64_t *out)
{
	size_t size = strlen(name);

	if (strncmp(argument, name, size) != 0 || argument[size] != '=')
		return false;
	*out = strtoull(argument + size + 1, NULL, 10);
	return true;
}

static bool
take(struct asked *asked, const char *argument)
{
	if (strncmp(argument, "campaign=", 9) == 0)
		asked->campaign = argument + 9;
	else if (strncmp(argument, "key=", 4) == 0)
		asked->key = argument + 4;
	else
		return take_number(argument, "seed", &asked->seed) ||
		       take_number(argument, "first", &asked->first) ||
		       take_number(argument, "count", &asked->count) ||
		       take_number(argument, "choices", &asked->choices) ||
		       take_number(argument, "vote", &asked->vote) ||
		       take_number(argument, "revisions", &asked->revisions) ||
		       take_number(argument, "from", &asked->from) ||
		       take_number(argument, "order", &asked->order) ||
		       take_number(argument, "forge", &asked->forge) ||
		       take_number(argument, "district", &asked->district) ||
		       take_number(argument, "tags", &asked->tags);
	return true;
}

static uint64_t
random_next(uint64_t *state)
{
	uint64_t x = *state += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

/* Walks the options once; each is taken with the chance that leaves every choice equally likely. */
static size_t
choose(const struct crowd *crowd, uint64_t voter, uint64_t revision, struct ballot_choice *out)
{
	size_t options = crowd->manifest->contests[0].options_count;
	uint64_t state = crowd->asked.seed * 1000003 + voter * 8191 + revision * 127 +
			 crowd->asked.vote * 31337;
	size_t wanted = crowd->asked.choices < options ? crowd->asked.choices : options;
	size_t count = 0;

	for (size_t i = 0; i < options && count < wanted; i++)
		if (random_next(&state) % (options - i) < wanted - count)
			out[count++] =
			    (struct ballot_choice){.option = (uint16_t)i, .value = 1};
	return count;
}

static void
add(struct crowd *crowd, uint64_t voter, uint64_t revision)
{
	static struct ballot_choice choices[UINT16_MAX];
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	struct cast_contest contest = {.choices = choices,
				       .count = choose(crowd, voter, revision, choices)};
	struct cast_vote vote = {.revision = (uint16_t)revision,
				 .district = (uint16_t)crowd->asked.district,
				 .contests = &contest};
	uint64_t name[2] = {crowd->asked.seed, voter};

	crypto_generichash(vote.tag, sizeof vote.tag, (const uint8_t *)name, sizeof name, NULL,
			   0);
	if (crowd->asked.tags) {
		for (size_t i = 0; i < sizeof vote.tag; i++)
			printf("%02x", vote.tag[i]);
		puts("");
		return;
	}
	CHECK(cast_ballot(&writer, crowd->manifest, &vote, &crowd->key));
	if (crowd->asked.forge)
		memory[writer.size - 40] ^= 1;
	ballotfile_append(&crowd->out, writer_view(&writer));
}

static void
make(struct crowd *crowd)
{
	uint64_t each = crowd->asked.revisions;
	uint64_t total = crowd->asked.count * each;
	uint64_t *order = malloc((total + 1) * sizeof *order);
	uint64_t state = crowd->asked.order;

	CHECK(order != NULL);
	for (uint64_t i = 0; i < total; i++)
		order[i] = i;
	for (uint64_t i = total; crowd->asked.order > 0 && i > 1; i--) {
		uint64_t other = random_next(&state) % i;
		uint64_t held = order[i - 1];

		order[i - 1] = order[other];
		order[other] = held;
	}
	for (uint64_t i = 0; i < total; i++)
		add(crowd, crowd->asked.first + order[i] / each,
		    crowd->asked.from + order[i] % each);
	free(order);
}

int
main(int count, char **arguments)
{
	struct crowd crowd = {
	    .asked = {.seed = 1, .choices = 1, .revisions = 1, .from = 1, .count = 1}};
	bool written;

	for (int i = 1; i < count; i++)
		if (!take(&crowd.asked, arguments[i])) {
			fprintf(stderr, "voters: what is '%s'?\n", arguments[i]);
			return TALLY_EXIT_USAGE;
		}
	if (sodium_init() < 0 || crowd.asked.campaign == NULL || crowd.asked.key == NULL ||
	    manifestfile_read(crowd.asked.campaign, &crowd.manifest) != TALLY_EXIT_FINE ||
	    keyfile_read(crowd.asked.key, &crowd.key) != TALLY_EXIT_FINE)
		return TALLY_EXIT_USAGE;
	make(&crowd);
	written = fwrite(crowd.out.data, 1, crowd.out.size, stdout) == crowd.out.size &&
		  fflush(stdout) == 0;
	free(crowd.out.data);
	manifest_free(crowd.manifest);
	return written ? TALLY_EXIT_FINE : TALLY_EXIT_WORLD;
}
