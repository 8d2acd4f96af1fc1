#include "tools/tallyctl/pbwrite.h"

#include <stdlib.h>
#include <string.h>

#include "tests/lib/test.h"

/* The file that pb_parse reads from `text`, written again; malloc'ed. */
static char *
again(const char *text, size_t size)
{
	struct pb_fault fault;
	struct pb *pb = pb_parse(text, size, &fault);
	char *written = NULL;
	size_t written_size = 0;
	FILE *out = open_memstream(&written, &written_size);

	assert_non_null(out);
	if (pb == NULL)
		fail_msg("line %zu: %s", fault.line, fault.sentence);
	pbwrite_all(out, pb);
	assert_int_equal(fclose(out), 0);
	pb_free(pb);
	return written;
}

static void
the_same_bytes(void **state)
{
	static const char *const files[] = {
	    "META\nkey;value\ndescription;\"a; \"\"b\"\"\"\nvote_type;approval\n"
	    "PROJECTS\nproject_id;cost;votes;score;name;category;neighborhood;selected\n"
	    "1;12.50;2;2;\"Two\nlines\";park;zone 1;1\n"
	    "\"a\"\"b\";7;0;0;;;;\n"
	    "VOTES\nvoter_id;vote\n1;1\n2;\n3;\"a\"\"b,1\"\n",
	    "META\nkey;value\nk;\n"
	    "PROJECTS\nproject_id;cost;votes;score;name;category;neighborhood;selected\n"
	    "10;1;1;5;n;;;0\n9;2;1;-3;m;;;\n"
	    "VOTES\nvoter_id;vote;points\nx;9,10;-3,5\ny;10;4\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		char *written = again(files[i], strlen(files[i]));

		assert_string_equal(written, files[i]);
		free(written);
	}
}

/* A second round changes nothing, whatever the city wrote. */
static void
real_files(void **state)
{
	static const char *const names[] = {"pabulib/Poland_Wieliczka_2023_Green_Budget.pb",
					    "pabulib/Poland_Krakow_2022_Czyzyny.pb",
					    "pabulib/Netherlands_Assen_2024.pb"};

	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		const char *path = test_data(names[i]);
		size_t size;
		uint8_t *text;
		char *once, *twice;

		if (path == NULL)
			return;
		text = test_file_read(path, &size);
		once = again((const char *)text, size);
		twice = again(once, strlen(once));
		assert_string_equal(twice, once);
		free(once);
		free(twice);
		free(text);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_same_bytes),
	    cmocka_unit_test(real_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
