/* init: the first and only process of an emulated machine: runs what /programs lists, one line
 * each, says how each ended, and turns the machine off. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

enum {
	LINE_MAX = 200,
	WORDS_MAX = 8,
};

static void
console_open(void)
{
	mknod("/console", S_IFCHR | 0600, makedev(5, 1));
	for (int fd = 0; fd < 3; fd++) {
		close(fd);
		if (open("/console", O_RDWR) != fd)
			_exit(1);
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
}

static int
run(char *line)
{
	char *words[WORDS_MAX + 1] = {NULL};
	int status = -1;
	pid_t child;

	for (int i = 0; i < WORDS_MAX; i++) {
		words[i] = strtok(i == 0 ? line : NULL, " \n");
		if (words[i] == NULL)
			break;
	}
	child = fork();
	if (child == 0) {
		execv(words[0], words);
		perror(words[0]);
		_exit(127);
	}
	waitpid(child, &status, 0);
	return status;
}

int
main(void)
{
	char line[LINE_MAX], name[LINE_MAX];
	FILE *list;

	console_open();
	setenv("TALLY_DATA", "/data", 1);
	setenv("CMOCKA_MESSAGE_OUTPUT", "TAP", 1);
	list = fopen("/programs", "r");
	while (list != NULL && fgets(line, sizeof line, list) != NULL) {
		memcpy(name, line, sizeof name);
		name[strcspn(name, "\n")] = '\0';
		printf("ended %s with status %d\n", name, run(line));
	}
	printf("that was all\n");
	tcdrain(STDOUT_FILENO); /* the serial line is slow */
	sleep(1);
	reboot(RB_POWER_OFF);
	return 0;
}
