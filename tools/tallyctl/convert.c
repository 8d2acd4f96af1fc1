#include "tools/tallyctl/convert.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "limits.h"
#include "tools/lib/ballotfile.h"
#include "tools/lib/complain.h"
#include "tools/lib/cast.h"
#include "tools/tallyctl/folder.h"
#include "tools/tallyctl/oddities.h"
#include "tools/tallyctl/pboutcome.h"

enum {
	slug_max = 64,
	progress_every = 5000
};

struct conversion {
	const struct pb *pb;
	bool strict;
	struct survey_limits limits;
	enum pbvote_type type; /* as the file states it */
	struct survey survey;
	uint32_t *occurrences;
	struct pbvote *vote; /* the one that is being converted */
	struct folder folder;
	struct ballotfile_maker ballots;
};

/* A limit that ballots in the file break: as published it is what the city counted. True if the
 * manifest keeps it as it is stated. */
static bool
kept(const struct conversion *conversion, const char *name, size_t count)
{
	oddities_ballots(name, count,
			 conversion->strict ? "break it; kept"
					    : "break it; left out of the manifest");
	return !count || conversion->strict;
}

static void
relax_sizes(struct conversion *conversion)
{
	struct survey_limits *limits = &conversion->limits;
	const struct survey *survey = &conversion->survey;

	if (!kept(conversion, "choose-1", survey->over_one))
		limits->type = PBVOTE_APPROVAL;
	if (!kept(conversion, "min_length", survey->under_min))
		limits->min = 0;
	if (!kept(conversion, "max_length", survey->over_max))
		limits->max = 0;
	if (!kept(conversion, "max_sum_cost", survey->over_budget))
		limits->budget = -1;
	if (limits->budget < 0 || limits->type == PBVOTE_APPROVAL)
		return;
	complain("max_sum_cost: 1 key: contests of this kind have no cap; left out");
	limits->budget = -1;
}

/* Where points have no limit, what is in the votes is one. */
static void
relax_points(struct conversion *conversion)
{
	struct survey_limits *limits = &conversion->limits;
	const struct survey *survey = &conversion->survey;
	bool cumulative = limits->type == PBVOTE_CUMULATIVE;

	if (!kept(conversion, "max_sum_points", survey->over_sum) || limits->sum < 0)
		limits->sum = survey->sum_greatest > 0 ? survey->sum_greatest : 1;
	if (!kept(conversion, "min_points", survey->under_value) ||
	    limits->value_min == SURVEY_NONE)
		limits->value_min = survey->value_least;
	if (limits->value_max == SURVEY_NONE && cumulative)
		limits->value_max = (int32_t)limits->sum;
	if (!kept(conversion, "max_points", survey->over_value) ||
	    limits->value_max == SURVEY_NONE)
		limits->value_max = survey->value_greatest;
}

/* "pb.example/poland_gdynia_2020" from the file's name. */
static void
origin_write(const char *path, char origin[FOLDER_ORIGIN_MAX + 1])
{
	const char *name = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	size_t size = strcspn(name, ".");
	char slug[slug_max + 1];
	size_t at = 0;

	for (size_t i = 0; i < size && at < slug_max; i++)
		slug[at++] = isalnum((unsigned char)name[i])
				 ? (char)tolower((unsigned char)name[i])
				 : '_';
	slug[at] = 0;
	snprintf(origin, FOLDER_ORIGIN_MAX + 1, "pb.example/%s", at ? slug : "election");
}

static const char *
language_of(const struct pb *pb)
{
	const char *language = pb_meta(pb, "language");
	size_t size = language ? strspn(language, "abcdefghijklmnopqrstuvwxyz-") : 0;

	return size >= 2 && size <= 8 && !language[size] ? language : "und";
}

/* `text`, or `otherwise` if there is none; without control characters, cut to what a title may
 * be. NULL if it is not UTF-8. */
static json_t *
titles_of(const struct pb *pb, const char *text, const char *otherwise)
{
	char title[title_bytes_max + 1];
	size_t size;

	snprintf(title, sizeof title, "%s", text && *text ? text : otherwise);
	for (char *at = title; *at; at++)
		if ((unsigned char)*at < 0x20 || *at == 0x7f)
			*at = ' ';
	size = strlen(title);
	while (size && strlen(text && *text ? text : otherwise) > size &&
	       !text_utf8_clean(bytes_make(title, size)))
		title[--size] = 0;
	if (!size || !text_utf8_clean(bytes_make(title, size)))
		return NULL;
	return folder_titles(language_of(pb), title, NULL);
}

/* The first category, if manifests can carry it. */
static void
category_set(json_t *option, const struct pb_project *project)
{
	size_t size = strcspn(project->category, ",");

	while (size && project->category[size - 1] == ' ')
		size--;
	if (text_identifier(bytes_make(project->category, size)))
		json_object_set_new(option, "category", json_stringn(project->category, size));
}

static json_t *
option_of(const struct pb *pb, const struct pb_project *project)
{
	json_t *titles = titles_of(pb, project->name, project->id);
	json_t *option;

	if (!titles || !text_identifier(bytes_of_string(project->id))) {
		complain("line %zu: %s is not what a manifest can carry", project->line,
			 titles ? "project_id" : "the project's name");
		json_decref(titles);
		return NULL;
	}
	option = json_pack("{s:s, s:o, s:I}", "id", project->id, "titles", titles, "cost",
			   (json_int_t)project->cost);
	CHECK(option);
	category_set(option, project);
	return option;
}

static json_t *
options_of(const struct pb *pb)
{
	json_t *options = json_array();

	for (size_t i = 0; i < pb->projects_count; i++) {
		json_t *option = option_of(pb, &pb->projects[i]);

		if (!option) {
			json_decref(options);
			return NULL;
		}
		json_array_append_new(options, option);
	}
	return options;
}

static void
integer_set(json_t *object, const char *key, int64_t value)
{
	CHECK(json_object_set_new(object, key, json_integer((json_int_t)value)) == 0);
}

static void
limits_set(json_t *contest, const struct conversion *conversion)
{
	const struct survey_limits *limits = &conversion->limits;
	int64_t most = (int64_t)conversion->pb->projects_count;

	if (limits->type == PBVOTE_CHOOSE_1)
		return;
	if (most > choices_max)
		most = choices_max;
	if (limits->max && limits->max < most)
		most = limits->max;
	if (limits->min > 1)
		integer_set(contest, "min", limits->min);
	integer_set(contest, "max", most);
	if (limits->budget >= 0)
		integer_set(contest, "budget_cap", limits->budget);
	if (limits->type == PBVOTE_CUMULATIVE)
		integer_set(contest, "sum_points", limits->sum);
	if (pbvote_has_points(limits->type)) {
		integer_set(contest, "value_min", limits->value_min);
		integer_set(contest, "value_max", limits->value_max);
	}
}

static json_t *
contest_of(const struct conversion *conversion, json_t *titles)
{
	static const char *const methods[] = {
	    [PBVOTE_APPROVAL] = "approval", [PBVOTE_CHOOSE_1] = "single",
	    [PBVOTE_ORDINAL] = "ranked",    [PBVOTE_CUMULATIVE] = "cumulative",
	    [PBVOTE_SCORING] = "score",
	};
	enum pbvote_type type = conversion->limits.type;
	json_t *options = options_of(conversion->pb);
	json_t *contest;

	if (!options)
		return NULL;
	contest = json_pack("{s:s, s:O, s:s, s:o, s:o}", "id", "pb", "titles", titles, "method",
			    methods[type], "options", options, "outcome",
			    pboutcome_make(conversion->pb, type, &conversion->survey));
	CHECK(contest);
	limits_set(contest, conversion);
	return contest;
}

static enum tally_exit
manifest_make(struct conversion *conversion)
{
	const struct pb *pb = conversion->pb;
	json_t *manifest = folder_manifest_begin(&conversion->folder);
	json_t *titles =
	    titles_of(pb, pb_meta(pb, "description"), conversion->folder.log.key.name);
	json_t *contest = titles ? contest_of(conversion, titles) : NULL;
	size_t voters = pb->votes_count + pb->votes_count / 50 + 16;

	if (!contest) {
		if (!titles)
			complain("META: the description is not UTF-8");
		json_decref(titles);
		json_decref(manifest);
		return TALLY_EXIT_USAGE;
	}
	json_object_set_new(manifest, "titles", titles);
	json_object_set_new(manifest, "identity", json_string("opaque"));
	json_object_set_new(manifest, "voters_max", json_integer((json_int_t)voters));
	json_object_set_new(manifest, "contests", json_pack("[o]", contest));
	return folder_manifest_end(&conversion->folder, manifest);
}

static bool
tag_make(const struct conversion *conversion, size_t at, uint8_t tag[TALLY_TAG_SIZE])
{
	const char *voter_id = conversion->pb->votes[at].voter_id;
	uint8_t identity[TALLY_IDENTITY_SIZE_MAX];
	struct writer writer = writer_make(identity, sizeof identity);

	writer_string(&writer, voter_id);
	if (conversion->occurrences[at] > 1) {
		writer_u8(&writer, 0);
		writer_decimal(&writer, conversion->occurrences[at]);
	}
	return !writer.failed &&
	       cast_tag(conversion->folder.manifest, conversion->folder.tag_secret,
			writer_view(&writer), tag) == 0;
}

static enum tally_exit
ballot_make(struct conversion *conversion, size_t at)
{
	const struct pb_vote *from = &conversion->pb->votes[at];
	struct pbvote *read = conversion->vote;
	struct cast_contest contest = {.choices = read->choices};
	struct cast_vote vote = {.revision = 1, .contests = &contest};
	uint8_t memory[TALLY_BALLOT_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);
	const char *sentence;

	CHECK(pbvote_read(conversion->pb, from, conversion->type, read, &sentence));
	contest.count = read->count;
	if (!tag_make(conversion, at, vote.tag)) {
		complain("line %zu: the voter_id is too long", from->line);
		return TALLY_EXIT_USAGE;
	}
	if (!cast_ballot(&writer, conversion->folder.manifest, &vote,
			 &conversion->folder.frontend)) {
		complain("line %zu: the vote names more projects than a ballot can",
			 from->line);
		return TALLY_EXIT_USAGE;
	}
	ballotfile_append(&conversion->ballots, writer_view(&writer));
	return TALLY_EXIT_FINE;
}

static enum tally_exit
ballots_make(struct conversion *conversion)
{
	size_t count = conversion->pb->votes_count;
	bool show = isatty(STDERR_FILENO);

	for (size_t i = 0; i < count; i++) {
		enum tally_exit code = ballot_make(conversion, i);

		if (code != TALLY_EXIT_FINE)
			return code;
		if (show && i % progress_every == 0)
			fprintf(stderr, "\rsigning %zu of %zu ", i, count);
	}
	if (show)
		fprintf(stderr, "\r%40s\r", "");
	return TALLY_EXIT_FINE;
}

static enum tally_exit
save(const struct conversion *conversion, const char *out)
{
	const struct manifest *manifest = conversion->folder.manifest;
	uint8_t hex[2 * TALLY_HASH_SIZE];
	struct writer writer = writer_make(hex, sizeof hex);
	enum tally_exit code = folder_save(&conversion->folder, out);

	if (code == TALLY_EXIT_FINE)
		code = folder_add(out, "ballots.bin", ballotfile_view(&conversion->ballots));
	if (code != TALLY_EXIT_FINE)
		return code;
	text_hex_write(&writer, bytes_make(manifest->id, sizeof manifest->id));
	printf("%.*s\n", (int)writer.size, (const char *)hex);
	complain("%s: %zu ballots, %zu projects", out, conversion->pb->votes_count,
		 conversion->pb->projects_count);
	return TALLY_EXIT_FINE;
}

static enum tally_exit
convert(struct conversion *conversion, const char *out)
{
	const struct survey *survey = &conversion->survey;
	enum tally_exit code = survey_take(conversion->pb, &conversion->limits,
					   conversion->occurrences, &conversion->survey);

	if (code != TALLY_EXIT_FINE)
		return code;
	oddities_tell(conversion->pb, survey, conversion->strict);
	if (conversion->strict && survey->unknown_project)
		return TALLY_EXIT_USAGE;
	relax_sizes(conversion);
	if (pbvote_has_points(conversion->type))
		relax_points(conversion);
	code = manifest_make(conversion);
	if (code == TALLY_EXIT_FINE)
		code = ballots_make(conversion);
	return code == TALLY_EXIT_FINE ? save(conversion, out) : code;
}

enum tally_exit
convert_pb(const struct pb *pb, const char *path, bool strict, const char *out)
{
	struct conversion conversion = {.pb = pb, .strict = strict};
	char origin[FOLDER_ORIGIN_MAX + 1];
	enum tally_exit code = survey_limits_read(pb, &conversion.limits);

	if (code != TALLY_EXIT_FINE)
		return code;
	conversion.type = conversion.limits.type;
	origin_write(path, origin);
	folder_init(&conversion.folder, origin);
	conversion.occurrences = survey_occurrences(pb);
	conversion.vote = malloc(sizeof *conversion.vote);
	CHECK(conversion.vote);
	code = convert(&conversion, out);
	free(conversion.vote);
	free(conversion.occurrences);
	free(conversion.ballots.data);
	survey_free(&conversion.survey);
	folder_free(&conversion.folder);
	return code;
}
