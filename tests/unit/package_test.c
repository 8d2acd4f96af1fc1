#include "tools/tallyctl/package.h"

#include <sys/stat.h>

#include "tests/lib/campaign.h"
#include "tests/lib/folder.h"

static const char results_text[] =
    "{\"campaign\":\"ab12\",\"index\":9,\"contests\":[{\"id\":\"c0\",\"ballots\":3,\"blank\":1,"
    "\"abstained\":0,\"options\":[{\"id\":\"o0\",\"votes\":2,\"score\":-4,\"withdrawn\":true,"
    "\"positions\":[2,0],\"districts\":[{\"id\":\"d, "
    "0\",\"votes\":2,\"score\":-4,\"first\":2}]},"
    "{\"id\":\"o1\",\"votes\":0,\"score\":0}],\"pairs\":[[0,2],[1,0]],\"winners\":[\"o1\"],"
    "\"outcome\":\"greedy-skip/"
    "v1\",\"trace\":[{\"act\":\"taken\",\"option\":\"o1\",\"cost\":250,"
    "\"left\":50,\"figure\":\"1/3\",\"tie\":true}]}],\"paper\":{\"contests\":["
    "{\"id\":\"c9\",\"options\":[{\"id\":\"o0\",\"votes\":7,\"score\":7}]},"
    "{\"id\":\"c0\",\"options\":[{\"id\":\"o1\",\"votes\":8,\"score\":9}]}]}}";

static void
assert_file(const struct test_folder *folder, const char *name, const char *expected)
{
	char path[600];
	size_t size;
	char *text;

	snprintf(path, sizeof path, "%s/out/%s", folder->path, name);
	text = (char *)test_file_read(path, &size);
	assert_int_equal(strlen(expected), size);
	assert_memory_equal(text, expected, size);
	free(text);
}

/* Every column of datapackage.json stands in its file's header, in that order. */
static void
assert_described(const struct test_folder *folder)
{
	char path[600];
	json_t *package;
	const json_t *resource;
	size_t i;

	snprintf(path, sizeof path, "%s/out/datapackage.json", folder->path);
	package = json_load_file(path, 0, NULL);
	assert_non_null(package);
	assert_string_equal(json_string_value(json_object_get(package, "name")), "tally-ab12");
	assert_int_equal(json_array_size(json_object_get(package, "resources")), 8);
	json_array_foreach(json_object_get(package, "resources"), i, resource)
	{
		char header[600] = "";
		const json_t *field;
		size_t j, size;
		char *text;

		json_array_foreach(
		    json_object_get(json_object_get(resource, "schema"), "fields"), j, field)
		{
			if (j > 0)
				strcat(header, ",");
			strcat(header, json_string_value(json_object_get(field, "name")));
		}
		strcat(header, "\r\n");
		snprintf(path, sizeof path, "%s/out/%s", folder->path,
			 json_string_value(json_object_get(resource, "path")));
		text = (char *)test_file_read(path, &size);
		assert_memory_equal(text, header, strlen(header));
		free(text);
	}
	json_decref(package);
}

static void
all_tables(void **state)
{
	struct test_folder folder = test_folder_make();
	struct package package = {.language = "ro", .units = 100};
	json_t *results = json_loads(results_text, 0, NULL);
	char path[600];

	(void)state;
	assert_non_null(results);
	package.results = results;
	snprintf(path, sizeof path, "%s/out", folder.path);
	assert_int_equal(package_write(&package, path), TALLY_EXIT_FINE);
	assert_described(&folder);
	assert_file(&folder, "contests.csv",
		    "contest,title,method,outcome,ballots,blank,abstained\r\n"
		    "c0,,,greedy-skip/v1,3,1,0\r\n");
	assert_file(&folder, "options.csv",
		    "contest,option,title,cost,votes,score,category,zone,withdrawn,winner\r\n"
		    "c0,o0,,,2,-4,,,true,\r\nc0,o1,,,0,0,,,,1\r\n");
	assert_file(&folder, "districts.csv",
		    "contest,option,district,votes,score,first\r\n"
		    "c0,o0,\"d, 0\",2,-4,2\r\n");
	assert_file(&folder, "positions.csv",
		    "contest,option,position,votes\r\nc0,o0,1,2\r\nc0,o0,2,0\r\n");
	assert_file(&folder, "pairs.csv",
		    "contest,option,other,ballots\r\nc0,o0,o1,2\r\nc0,o1,o0,1\r\n");
	assert_file(&folder, "paper.csv", "contest,option,votes,score\r\nc0,o1,8,9\r\n");
	assert_file(&folder, "winners.csv", "contest,place,option\r\nc0,1,o1\r\n");
	assert_file(&folder, "trace.csv",
		    "contest,step,act,pool,round,option,other,strength,other_strength,cost,"
		    "left,money,figure,tie,tie_mattered\r\n"
		    "c0,1,taken,,,o1,,,,2.50,0.50,,1/3,true,\r\n");
	json_decref(results);
	test_folder_remove(&folder);
}

static void
names_of_a_manifest(void **state)
{
	static const struct campaign_wish wish = {.options = 2};
	struct test_folder folder = test_folder_make();
	struct package package = {.language = "en", .units = 1};
	json_t *results = json_loads(results_text, 0, NULL);
	struct campaign campaign;
	char path[600];

	(void)state;
	campaign_make(&campaign, &wish);
	package.results = results;
	package.manifest = campaign.manifest;
	snprintf(path, sizeof path, "%s/out", folder.path);
	assert_int_equal(package_write(&package, path), TALLY_EXIT_FINE);
	assert_int_equal(package_write(&package, path), TALLY_EXIT_FINE); /* once more */
	assert_file(&folder, "options.csv",
		    "contest,option,title,cost,votes,score,category,zone,withdrawn,winner\r\n"
		    "c0,o0,o0,100,2,-4,,,true,\r\nc0,o1,o1,200,0,0,,,,1\r\n");
	assert_file(&folder, "contests.csv",
		    "contest,title,method,outcome,ballots,blank,abstained\r\n"
		    "c0,c0,approval,greedy-skip/v1,3,1,0\r\n");
	campaign_free(&campaign);
	json_decref(results);
	test_folder_remove(&folder);
}

static void
a_file_in_the_place_of_the_folder(void **state)
{
	struct test_folder folder = test_folder_make();
	json_t *results = json_loads(results_text, 0, NULL);
	const struct package package = {.results = results, .language = "", .units = 1};
	char path[600];
	FILE *file;

	(void)state;
	snprintf(path, sizeof path, "%s/out", folder.path);
	file = fopen(path, "w");
	assert_non_null(file);
	fclose(file);
	assert_int_not_equal(package_write(&package, path), TALLY_EXIT_FINE);
	json_decref(results);
	test_folder_remove(&folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(all_tables),
	    cmocka_unit_test(names_of_a_manifest),
	    cmocka_unit_test(a_file_in_the_place_of_the_folder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
