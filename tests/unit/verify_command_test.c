/* The built program: exit codes, what goes to stdout and to stderr, receipts. */
#include <jansson.h>
#include <sodium.h>
#include <unistd.h>

#include "base/text.h"
#include "tests/lib/auditor.h"
#include "tests/lib/web.h"

static void
passes_and_counts(void **state)
{
	struct auditor stage;

	(void)state;
	if (!auditor_open(&stage))
		return;
	auditor_run_with_key(&stage, ".");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_string_equal(stage.err, "");
	assert_ends(stage.out, "PASS: .: 646 entries with root ");
	assert_says(stage.out, "   1 PASS    the checkpoint is signed by the log's key\n");
	assert_says(stage.out, "no campaign id was given");
	assert_says(stage.out, "640 counted, 0 replaced, 0 voided, 640 in the tree");
	assert_says(stage.out, "contest c0");
	assert_null(strchr(stage.out, '\033'));
	auditor_run_with_key(&stage, "--quiet --jobs 1 .");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_int_equal(strncmp(stage.out, "PASS: ", 6), 0);
	assert_says(stage.out,
		    "; signatures by libsodium; 22 of 32 checks passed, 10 skipped\n");
	auditor_close(&stage);
}

static void
fails_and_names(void **state)
{
	struct auditor stage;

	(void)state;
	if (!auditor_open(&stage))
		return;
	scene_flip(&stage.scene, "tile/0/001", 0);
	auditor_run_with_key(&stage, ".");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_ends(stage.out, "FAIL: check 4: entry 256: its hash is not");
	scene_remove(&stage.scene, "checkpoint");
	auditor_run_with_key(&stage, "-q .");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_ends(stage.out, "FAIL: check 1: ./checkpoint: it is missing");
	assert_string_equal(stage.err, "");
	test_file_write(stage.scene.folder.path, "data/public/checkpoint", BYTES_OF("\n"));
	auditor_run_with_key(&stage, "-q .");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_says(stage.err, "do you mean ./data/public?");
	auditor_close(&stage);
}

static void
writes_json(void **state)
{
	struct auditor stage;
	json_t *object;
	const char *result = "";
	const char *status = "";
	const char *option = "";
	int code = -1, ballots = 0, in_tree = 0, votes = 0, number = 0;

	(void)state;
	if (!auditor_open(&stage))
		return;
	auditor_run_with_key(&stage, "--json .");
	object = json_loads(stage.out, 0, NULL);
	assert_non_null(object);
	assert_int_equal(json_unpack(object, "{s:s, s:i, s:[{s:i, s:s}], s:{s:i, s:i}}",
				     "result", &result, "exit", &code, "checks", "number",
				     &number, "status", &status, "results", "ballots", &ballots,
				     "in_tree", &in_tree),
			 0);
	assert_string_equal(result, "pass");
	assert_int_equal(code, 0);
	assert_int_equal(number, 1);
	assert_string_equal(status, "PASS");
	assert_int_equal(ballots, 640);
	assert_int_equal(in_tree, 640);
	assert_int_equal(json_unpack(object, "{s:{s:[{s:[{s:s, s:i}]}]}}", "results",
				     "contests", "options", "id", &option, "votes", &votes),
			 0);
	assert_string_equal(option, "o0");
	assert_int_equal(votes, 213);
	json_decref(object);
	scene_flip(&stage.scene, "tally/302", 40);
	auditor_run_with_key(&stage, "--json .");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	object = json_loads(stage.out, 0, NULL);
	assert_non_null(object);
	assert_int_equal(json_unpack(object, "{s:s, s:i}", "result", &result, "exit", &code),
			 0);
	assert_string_equal(result, "fail");
	assert_int_equal(code, TALLY_EXIT_FAILED);
	json_decref(object);
	auditor_close(&stage);
}

static void
takes_keys_campaigns_and_older_checkpoints(void **state)
{
	struct auditor stage;
	char arguments[512];
	char id[65] = "";
	struct writer writer = writer_make(id, 64);
	uint8_t note[TALLY_CHECKPOINT_SIZE_MAX];

	(void)state;
	if (!auditor_open(&stage))
		return;
	snprintf(arguments, sizeof arguments, "%s\n", stage.vkey);
	test_file_write(stage.scene.folder.path, "log.key.pub", bytes_of_string(arguments));
	test_file_write(stage.scene.folder.path, "old",
			test_log_checkpoint(&stage.scene.log, 300, note));
	text_hex_write(&writer, bytes_make(stage.scene.log.campaign.manifest->id, 32));
	snprintf(arguments, sizeof arguments, "--key log.key.pub --campaign %s --old old .",
		 id);
	auditor_run(&stage, arguments);
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_says(stage.out, "32 PASS");
	id[0] = id[0] == '0' ? '1' : '0';
	snprintf(arguments, sizeof arguments, "--key log.key.pub --campaign %s .", id);
	auditor_run(&stage, arguments);
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	stage.scene.log.leaves[10].bytes[0] ^= 1;
	test_file_write(stage.scene.folder.path, "old",
			test_log_checkpoint(&stage.scene.log, 300, note));
	auditor_run(&stage, "--key log.key.pub --old old .");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_ends(stage.out, "FAIL: check 32: the first 300 entries have another root");
	auditor_close(&stage);
}

static void
refuses_wrong_use(void **state)
{
	static const char *const wrong[] = {
	    "",
	    ".",
	    "--key nonsense .",
	    "--jobs 0 .",
	    "--campaign 12 .",
	    "--old nowhere .",
	    "nowhere",
	    ". .",
	    "--ballot ballot .",
	    "--receipt nowhere",
	    "--receipt receipt .",
	    "--nonsense .",
	    "--mirror copy .",
	    "--receipt receipt --mirror copy",
	    "--receipt receipt --receipts kept",
	    "--receipt receipt --private",
	    "'http://log.example/?x'",
	};
	struct auditor stage;

	(void)state;
	if (!auditor_open(&stage))
		return;
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		print_message("    %s\n", wrong[i]);
		if (i < 3)
			auditor_run(&stage, wrong[i]);
		else
			auditor_run_with_key(&stage, wrong[i]);
		assert_int_equal(stage.code, TALLY_EXIT_USAGE);
		assert_string_equal(stage.out, "");
		assert_says(stage.err, "tally-verify: ");
	}
	auditor_run(&stage, "--help");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	auditor_run(&stage, "--version");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_int_equal(strncmp(stage.out, "tally-verify ", 13), 0);
	auditor_close(&stage);
}

/* The address of the scene's folder, behind a server. */
static void
audits_an_address(void **state)
{
	struct auditor stage;
	struct web web;
	char line[512];
	char root[] = "/tmp/tally-command-XXXXXX";

	(void)state;
	if (!auditor_open(&stage))
		return;
	assert_non_null(mkdtemp(root));
	web_start(&web, stage.scene.folder.path);
	assert_int_equal(setenv("TMPDIR", root, 1), 0);
	snprintf(line, sizeof line, "%s/", web.address);
	auditor_run_with_key(&stage, line);
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_string_equal(stage.err, "");
	assert_ends(stage.out, "PASS: http://127.0.0.1:");
	scene_flip(&stage.scene, "tally/302", 200);
	auditor_run_with_key(&stage, line);
	scene_flip(&stage.scene, "tally/302", 200);
	assert_int_equal(unsetenv("TMPDIR"), 0);
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_says(stage.out, web.address); /* not where it was copied to */
	assert_null(strstr(stage.out, root));
	assert_int_equal(rmdir(root), 0); /* nothing is left in it */
	snprintf(line, sizeof line, "--mirror copy %s", web.address);
	auditor_run_with_key(&stage, line);
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_says(stage.out, "32 SKIPPED");
	auditor_run_with_key(&stage, line);
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_says(stage.out, "32 PASS");
	web_misbehave(&web, WEB_GONE, "checkpoint", 1);
	auditor_run_with_key(&stage, line);
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_ends(stage.out, "FAIL: check 1: http://127.0.0.1:");
	scene_flip(&stage.scene, "copy/tile/entries/001", 40);
	auditor_run_with_key(&stage, line);
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_says(stage.out, "entry 256: ");
	web_stop(&web);
	auditor_run_with_key(&stage, line);
	assert_int_equal(stage.code, TALLY_EXIT_WORLD);
	assert_ends(stage.out, "FAIL: ");
	auditor_close(&stage);
}

/* Whatever serves files will do. */
static void
audits_behind_another_server(void **state)
{
	static const char script[] =
	    "python3 -c 'import http.server,socketserver,threading,subprocess,sys,functools\n"
	    "H=functools.partial(http.server.SimpleHTTPRequestHandler)\n"
	    "http.server.SimpleHTTPRequestHandler.log_message=lambda *a:None\n"
	    "s=http.server.ThreadingHTTPServer((\"127.0.0.1\",0),H)\n"
	    "threading.Thread(target=s.serve_forever,daemon=True).start()\n"
	    "sys.exit(subprocess.call(sys.argv[1:]+"
	    "[\"http://127.0.0.1:%d\" % s.server_address[1]]))'";
	struct auditor stage;
	char command[2048];

	(void)state;
	if (system("python3 -c 'import http.server' 2>/dev/null") != 0) {
		print_message("SKIPPED: no python3 with http.server\n");
		return;
	}
	if (!auditor_open(&stage))
		return;
	snprintf(command, sizeof command, "cd %s && timeout 60 %s %s --key '%s' --quiet",
		 stage.scene.folder.path, script, stage.program, stage.vkey);
	assert_int_equal(system(command), 0);
	auditor_close(&stage);
}

/* One file, no interpreter named in it, and the same answers. */
static void
has_a_static_build(void **state)
{
	struct auditor stage;
	char command[1024];

	(void)state;
	if (!auditor_open(&stage))
		return;
	strcat(stage.program, "-static");
	if (access(stage.program, X_OK) != 0) {
		print_message("SKIPPED: no %s (make tally-verify-static)\n", stage.program);
		auditor_close(&stage);
		return;
	}
	snprintf(command, sizeof command, "! readelf -ld %s | grep -qE 'INTERP|NEEDED'",
		 stage.program);
	assert_int_equal(system(command), 0);
	auditor_run_with_key(&stage, ".");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_ends(stage.out, "PASS: .: 646 entries with root ");
	auditor_run_with_key(&stage, "https://log.example/");
	assert_int_equal(stage.code, TALLY_EXIT_USAGE);
	assert_says(stage.err, "this build has no network");
	assert_says(stage.err, "wget -m");
	scene_flip(&stage.scene, "tile/0/001", 0);
	auditor_run_with_key(&stage, ".");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	auditor_close(&stage);
}

/* The ballot of an entry, as ballots are kept in files. */
static void
write_ballot(struct auditor *stage, const char *name, size_t index)
{
	struct bytes entry = test_log_entry(&stage->scene.log, index);
	uint8_t memory[2 + TALLY_BALLOT_SIZE_MAX];
	struct writer writer = writer_make(memory, sizeof memory);

	writer_u16(&writer, (uint16_t)(entry.size - 1));
	writer_bytes(&writer, bytes_make(entry.data + 1, entry.size - 1));
	test_file_write(stage->scene.folder.path, name, writer_view(&writer));
}

static void
checks_receipts(void **state)
{
	struct auditor stage;
	uint8_t memory[TALLY_RECEIPT_SIZE_MAX];
	struct bytes receipt;

	(void)state;
	if (!auditor_open(&stage))
		return;
	receipt = test_log_receipt(&stage.scene.log, 50, 646, memory);
	test_file_write(stage.scene.folder.path, "receipt", receipt);
	write_ballot(&stage, "ballot", 50);
	write_ballot(&stage, "other", 51);
	auditor_run_with_key(&stage, "--receipt receipt --ballot ballot");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_says(stage.out, "It proves that this ballot, byte for byte, is entry 50 ");
	assert_says(stage.out, "It does not prove that the ballot is counted");
	assert_ends(stage.out, "PASS: the ballot is entry 50 of the signed log of 646 entries");
	auditor_run_with_key(&stage, "--receipt receipt --ballot other");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_ends(stage.out, "FAIL: check 3: entry 50: it is not this ballot");
	auditor_run_with_key(&stage, "--receipt receipt");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_says(stage.out, "does not prove what\nentry 50 holds");
	assert_ends(stage.out, "PASS: the receipt for entry 50 carries a signed checkpoint");
	auditor_run_with_key(&stage, "--receipt receipt --ballot ballot --json");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_says(stage.out, "\"index\": 50");
	memory[receipt.size - 20] ^= 1;
	test_file_write(stage.scene.folder.path, "receipt", receipt);
	auditor_run_with_key(&stage, "--receipt receipt --ballot ballot");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_ends(stage.out, "FAIL: check 2: the checkpoint in it is none of");
	memory[0] ^= 1;
	test_file_write(stage.scene.folder.path, "receipt", receipt);
	auditor_run_with_key(&stage, "--receipt receipt --ballot ballot");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_ends(stage.out, "FAIL: check 1: ");
	auditor_close(&stage);
}

/* What was asked for and has to wait is told in the last line, too. */
static void
tells_what_was_not_asked(void **state)
{
	uint8_t memory[TALLY_RECEIPT_SIZE_MAX];
	struct auditor stage;

	(void)state;
	if (!auditor_open(&stage))
		return;
	test_file_write(stage.scene.folder.path, "kept/1.tlog-proof",
			test_log_receipt(&stage.scene.log, 50, 646, memory));
	auditor_run_with_key(&stage, "-q --receipts kept .");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_null(strstr(stage.out, "not made"));
	test_log_publish(&stage.scene.log, stage.scene.folder.path, 645);
	scene_remove(&stage.scene, "tile/entries/002.p/134");
	scene_remove(&stage.scene, "tile/0/002.p/134");
	scene_remove(&stage.scene, "tally/645");
	auditor_run_with_key(&stage, "-q --receipts kept .");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_says(stage.out, "; check 30 was not made; ");
	auditor_close(&stage);
}

/* A ballot may come as it is, or behind its size; whoever holds the receipt is told what it gives
 * away. */
static void
takes_a_ballot_as_it_is(void **state)
{
	struct auditor stage;
	uint8_t memory[TALLY_RECEIPT_SIZE_MAX];
	struct bytes entry;

	(void)state;
	if (!auditor_open(&stage))
		return;
	test_file_write(stage.scene.folder.path, "receipt",
			test_log_receipt(&stage.scene.log, 50, 646, memory));
	entry = test_log_entry(&stage.scene.log, 50);
	test_file_write(stage.scene.folder.path, "raw",
			bytes_make(entry.data + 1, entry.size - 1));
	auditor_run_with_key(&stage, "--receipt receipt --ballot raw");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	assert_says(stage.out, "byte for byte, is entry 50 ");
	assert_says(stage.out, "whoever holds this receipt can read");
	test_file_write(stage.scene.folder.path, "raw",
			bytes_make(entry.data + 1, entry.size - 2));
	auditor_run_with_key(&stage, "--receipt receipt --ballot raw");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_ends(stage.out, "FAIL: check 3: entry 50: it is not this ballot");
	test_file_write(stage.scene.folder.path, "raw", entry);
	auditor_run_with_key(&stage, "--receipt receipt --ballot raw");
	assert_int_equal(stage.code, TALLY_EXIT_FAILED);
	assert_ends(stage.out, "FAIL: check 3: the ballot file is neither");
	auditor_close(&stage);
}

/* Every hash of a receipt matters, and its index. */
static void
refuses_changed_receipts(void **state)
{
	struct auditor stage;
	uint8_t memory[TALLY_RECEIPT_SIZE_MAX];
	struct bytes receipt;
	char *line;

	(void)state;
	if (!auditor_open(&stage))
		return;
	write_ballot(&stage, "ballot", 70);
	receipt = test_log_receipt(&stage.scene.log, 70, 646, memory);
	memory[receipt.size] = '\0';
	line = strchr((char *)memory, '\n') + 1;
	while (*line != '\n') {
		size_t at = strncmp(line, "index ", 6) == 0 ? 7 : 4;
		char kept = line[at];

		line[at] = kept == '1' ? '2' : '1';
		test_file_write(stage.scene.folder.path, "receipt", receipt);
		auditor_run_with_key(&stage, "-q --receipt receipt --ballot ballot");
		assert_int_equal(stage.code, TALLY_EXIT_FAILED);
		line[at] = kept;
		line = strchr(line, '\n') + 1;
	}
	test_file_write(stage.scene.folder.path, "receipt", receipt);
	auditor_run_with_key(&stage, "-q --receipt receipt --ballot ballot");
	assert_int_equal(stage.code, TALLY_EXIT_FINE);
	auditor_close(&stage);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(passes_and_counts),
	    cmocka_unit_test(fails_and_names),
	    cmocka_unit_test(writes_json),
	    cmocka_unit_test(takes_keys_campaigns_and_older_checkpoints),
	    cmocka_unit_test(audits_an_address),
	    cmocka_unit_test(audits_behind_another_server),
	    cmocka_unit_test(has_a_static_build),
	    cmocka_unit_test(refuses_wrong_use),
	    cmocka_unit_test(checks_receipts),
	    cmocka_unit_test(tells_what_was_not_asked),
	    cmocka_unit_test(takes_a_ballot_as_it_is),
	    cmocka_unit_test(refuses_changed_receipts),
	};

	if (sodium_init() < 0)
		return 1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
