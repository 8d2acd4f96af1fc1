# Included by the Makefile: the programs that the scripts of tests/e2e and tests/crash run.
SCRIPT_SOURCES  := $(filter-out %_test.c %/recorder.c, \
                     $(wildcard tests/e2e/*.c tests/crash/*.c))
SCRIPT_PROGRAMS := $(SCRIPT_SOURCES:%.c=$(OUT)/%)
SCRIPT_LIBS     := $(addprefix $(OUT)/lib,tests.a tallyctl.a tools.a engine.a)

$(SCRIPT_PROGRAMS): $(OUT)/%: $(OUT)/%.o $(SCRIPT_LIBS)
	@mkdir -p $(@D)
	@echo "LD $@"
	@$(CC) $(LDFLAGS) $^ $(LIBS_PURE) -lcmocka -lpthread -o $@

# Preloaded into tallyd by tests/crash/power.sh: nothing may be checked or wrapped in it.
$(OUT)/tests/crash/recorder.so: tests/crash/recorder.c tests/lib/crashlog.h
	@mkdir -p $(@D)
	@echo "LD $@"
	@$(CC) $(CPPFLAGS) -std=c11 -O2 -g $(WARN) -fPIC -shared $< -lpthread -o $@

# What a sanitized tallyd is loaded with, and nothing else of the tests.
script-programs: $(SCRIPT_PROGRAMS) $(OUT)/tests/crash/recorder.so

tests: script-programs

# Longer than `make check`: FULL=1 is what the scripts' heads say it is.
soak: $(PROGRAMS) $(SCRIPT_PROGRAMS) $(OUT)/tests/unit/lies_test $(OUT)/tests/crash/recorder.so
	@bad=0; for script in tests/e2e/*.sh tests/crash/*.sh; do \
		FULL=1 BIN=$(BIN) OUT=$(OUT) bash $$script || bad=1; done; exit $$bad

.PHONY: soak script-programs
