#include "tools/tallyctl/pbwrite.h"

#include <stdlib.h>
#include <string.h>

static bool
needs_quotes(const char *cell)
{
	size_t size = strlen(cell);

	return strpbrk(cell, ";\"\r\n") != NULL || *cell == ' ' ||
	       (size > 0 && cell[size - 1] == ' ');
}

static void
cell_write(FILE *out, const char *cell)
{
	if (!needs_quotes(cell)) {
		fputs(cell, out);
		return;
	}
	fputc('"', out);
	for (; *cell != 0; cell++) {
		if (*cell == '"')
			fputc('"', out);
		fputc(*cell, out);
	}
	fputc('"', out);
}

void
pbwrite_row(FILE *out, const char *const *cells, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			fputc(';', out);
		cell_write(out, cells[i]);
	}
	fputc('\n', out);
}

void
pbwrite_meta(FILE *out)
{
	fputs("META\nkey;value\n", out);
}

void
pbwrite_projects(FILE *out)
{
	fputs("PROJECTS\nproject_id;cost;votes;score;name;category;neighborhood;selected\n",
	      out);
}

void
pbwrite_votes(FILE *out, bool points)
{
	fputs(points ? "VOTES\nvoter_id;vote;points\n" : "VOTES\nvoter_id;vote\n", out);
}

static void
project_write(FILE *out, const struct pb_project *project)
{
	const char *const cells[] = {
	    project->id,   project->cost_cell, project->votes_cell,   project->score_cell,
	    project->name, project->category,  project->neighborhood, project->selected_cell};

	pbwrite_row(out, cells, sizeof cells / sizeof *cells);
}

static char *
list_of(const struct pb *pb, const struct pb_vote *vote)
{
	char *text = NULL;
	size_t size = 0;
	FILE *list = open_memstream(&text, &size);
	const char *comma = "";

	CHECK(list);
	for (size_t i = 0; i < vote->count; i++) {
		uint16_t place = pb->choices[vote->first + i];

		if (place == PB_UNKNOWN_PROJECT)
			continue;
		fprintf(list, "%s%s", comma, pb->projects[place].id);
		comma = ",";
	}
	CHECK(fclose(list) == 0);
	return text;
}

static void
vote_write(FILE *out, const struct pb *pb, const struct pb_vote *vote, bool points)
{
	char *list = list_of(pb, vote);
	const char *const cells[] = {vote->voter_id, list, vote->points_cell};

	pbwrite_row(out, cells, points ? 3 : 2);
	free(list);
}

void
pbwrite_all(FILE *out, const struct pb *pb)
{
	bool points = false;

	pbwrite_meta(out);
	for (size_t i = 0; i < pb->meta_count; i++) {
		const char *const cells[] = {pb->meta[i].key, pb->meta[i].value};

		pbwrite_row(out, cells, 2);
	}
	pbwrite_projects(out);
	for (size_t i = 0; i < pb->projects_count; i++)
		project_write(out, &pb->projects[i]);
	for (size_t i = 0; i < pb->votes_count; i++)
		points |= *pb->votes[i].points_cell != 0;
	pbwrite_votes(out, points);
	for (size_t i = 0; i < pb->votes_count; i++)
		vote_write(out, pb, &pb->votes[i], points);
}
