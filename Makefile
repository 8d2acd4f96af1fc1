# CC=gcc|clang and SAN=plain|asan|tsan|fuzz choose the build folder: they never mix.

VERSION := 0.1.0

CC      ?= gcc
ifeq ($(CC),cc)
CC      := gcc
endif
SAN     ?= plain
PREFIX  ?= /usr/local
DESTDIR ?=
export FUZZ_SECONDS ?= 20

COMPILER := $(notdir $(CC))
OUT := build/$(COMPILER)-$(SAN)
BIN := $(OUT)/bin

# Debian's names; clang and its runtime serve the second build and the fuzzers.
PACKAGES := gcc libc6-dev make binutils pkg-config clang clang-format libclang-rt-14-dev curl jq \
            libsodium-dev libuv1-dev liblmdb-dev libxxhash-dev libjansson-dev libgmp-dev \
            libssl-dev libmicrohttpd-dev libcurl4-openssl-dev libcmocka-dev \
            strace faketime xxd openssl e2fsprogs python3

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wundef -Wformat=2 \
        -Wimplicit-fallthrough -Werror

# What a program built for use is hardened with; the sanitizers' builds do without, so that
# nothing is hidden from them (-fno-strict-overflow, for one, would silence UBSan).
HARDEN := -fstack-protector-strong -fstack-clash-protection -fno-strict-aliasing \
          -fno-strict-overflow -fno-delete-null-pointer-checks -U_FORTIFY_SOURCE \
          -D_FORTIFY_SOURCE=3
ifneq ($(filter x86_64%,$(shell $(CC) -dumpmachine)),)
HARDEN += -fcf-protection=full
endif
ifneq ($(filter gcc%,$(COMPILER)),)
HARDEN += -ftrivial-auto-var-init=zero
endif
FLAGS_plain := -O2 $(HARDEN)
FLAGS_asan  := -O1 -g1 -fno-omit-frame-pointer -fsanitize=address,undefined \
               -fno-sanitize-recover=all
FLAGS_tsan  := -O1 -g1 -fno-omit-frame-pointer -fsanitize=thread
FLAGS_fuzz  := -O1 -fno-omit-frame-pointer -fsanitize=fuzzer-no-link,address,undefined \
               -fno-sanitize-recover=all
# `make check` has no debugger: DEBUG=-g0 where no sanitizer names lines.
DEBUG ?= -g
# Test programs are many: what is only theirs is compiled and linked quickly. clang's warnings do
# not depend on optimization; gcc's do.
ifneq ($(filter clang%,$(COMPILER)),)
TEST_FLAGS_plain := -O0 -U_FORTIFY_SOURCE $(DEBUG:-g=-g1)
else
TEST_FLAGS_plain := -O1 $(DEBUG:-g=-g1)
endif
TEST_FLAGS_asan  := -O0
TEST_FLAGS_tsan  := -O0
TEST_LINK   := $(if $(shell command -v ld.gold),-fuse-ld=gold)

LINK_asan   := -fsanitize=address,undefined
LINK_tsan   := -fsanitize=thread
LINK_fuzz   := -fsanitize=address,undefined

CPPFLAGS += -Iengine -Iinclude -I. -D_GNU_SOURCE -DTALLY_VERSION='"$(VERSION)"'
CFLAGS   += -std=c11 $(DEBUG) -fPIE $(FLAGS_$(SAN)) $(WARN) -MMD -MP
LDFLAGS  += -pie -Wl,-z,relro,-z,now,-z,noexecstack,-z,nodlopen -Wl,--as-needed $(LINK_$(SAN))

LIBS_PURE  := -lsodium -lxxhash -ljansson -lgmp -lcrypto
LIBS_HTTP  := -lcurl
LIBS_SHELL := -luv -llmdb -lmicrohttpd -lpthread

# Rooms and nouns are found, not listed: a new file is built because it is there.
ROOMS      := $(patsubst engine/%/,%,$(wildcard engine/*/))
PURE_SRC   := $(foreach room,$(filter-out keyring shell,$(ROOMS)),$(wildcard engine/$(room)/*.c))
KEYRING_SRC := $(wildcard engine/keyring/*.c)
SHELL_SRC  := $(wildcard engine/shell/*.c)
TOOLS_SRC  := $(wildcard tools/lib/*.c)
CTL_SRC    := $(wildcard tools/tallyctl/*.c)
VERIFY_SRC := $(wildcard tools/tally-verify/*.c)
BENCH_SRC  := $(wildcard bench/tally-bench/*.c)
TESTLIB_SRC := $(wildcard tests/lib/*.c)
TEST_SRC   := $(wildcard tests/unit/*_test.c tests/sim/*_test.c tests/crash/*_test.c)
FUZZ_SRC   := $(wildcard tests/fuzz/*_fuzz.c)
# What outsiders link: the protocol machine, ballots, tags, proofs. Needs libsodium and libcrypto.
CLIENT_SRC := $(foreach room,base frame ballot client tree,$(wildcard engine/$(room)/*.c)) \
              $(patsubst %,tools/lib/%.c,blocking dial journaled journalfile journalreader)

# Lanes (engine/ed25519/lanes.h): eight with AVX-512 and four with AVX2, where a processor may have
# it, chosen at run time; and once more in plain C, for the tests.
LANES_SRC  := $(addprefix engine/ed25519/,fieldx.c sha512x.c abreast.c) tests/lib/lanesprobe.c

obj = $(patsubst %.c,$(OUT)/%.o,$(1))
AVX2_OBJ  := $(patsubst %.c,$(OUT)/%.avx2.o,$(filter engine/%,$(LANES_SRC)))
ENGINE_A  := $(OUT)/libengine.a
SHELL_A   := $(OUT)/libshell.a
TOOLS_A   := $(OUT)/libtools.a
CTL_A     := $(OUT)/libtallyctl.a
VERIFY_A  := $(OUT)/libtally-verify.a
BENCH_A   := $(OUT)/libtally-bench.a
TESTLIB_A := $(OUT)/libtests.a
LIBTALLY  := $(OUT)/libtally.a
PROGRAMS  := $(BIN)/tallyd $(BIN)/tallyctl $(BIN)/tally-verify $(BIN)/tally-bench
TESTS     := $(patsubst %.c,$(OUT)/%,$(TEST_SRC))
FUZZERS   := $(patsubst %.c,$(OUT)/%,$(FUZZ_SRC))
PROBE     := $(OUT)/bench/probe/probe
GROW      := $(OUT)/bench/growth/grow
BENCHES   := $(PROBE) $(GROW) $(patsubst %.c,$(OUT)/%,$(wildcard bench/*.c))
# Only where PostgreSQL's library is: nothing that is used needs it.
PG_HEADER := $(wildcard /usr/include/postgresql/libpq-fe.h)
PGLOAD    := $(if $(PG_HEADER),$(OUT)/bench/peers/pgload)

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all programs tally-verify-static tests test-objects fuzzers setup demo check check-unit \
        bench benches soak fuzz tidy pure fmt install uninstall clean help pure-objects

all: $(PROGRAMS) $(LIBTALLY) ## the programs and libtally.a, in build/COMPILER-SAN/

programs: $(PROGRAMS)

tally-verify-static: $(BIN)/tally-verify-static ## the auditor as one file, without network

tests: $(TESTS) ## the test programs, not run
ifeq ($(SAN),plain)
tests: $(BIN)/tally-verify-static
endif

test-objects: $(TESTS:=.o)

fuzzers: $(FUZZERS) ## the fuzz harnesses, not run (without SAN=fuzz: they replay a corpus)

setup: ## install the Debian packages that are missing
	@tests/setup.sh $(PACKAGES)

demo: all ## a small election from the first key to the audit
	@tools/demo.sh $(BIN)

check: ## everything there is to check; the last line counts
	@tests/run.sh

check-unit: ## the unit and simulation tests of one build (CC=, SAN=)
	@CC=$(CC) SAN=$(SAN) tests/run.sh unit

benches: all $(BENCHES) $(PGLOAD) ## the programs that measure, not run (bench/README.md)

ROUNDS  ?= 2
SECONDS ?= 5
bench: benches ## tallyd beside what is possible here and beside others (ROUNDS=, SECONDS=, QUICK=1)
	@bench/side_by_side.sh $(OUT) $(ROUNDS) $(SECONDS)

soak: ## the scripts of tests/e2e and tests/crash at full length

fuzz: ## search for inputs that break a parser, FUZZ_SECONDS each (default 20)
	@tests/run.sh fuzz

tidy: ## the rules that a program can check: includes, format, tests, sizes
	@tests/run.sh tidy

pure: ## prove from their symbols that the pure rooms do no I/O and keep no globals
	@tests/run.sh pure

fmt: ## format every source file
	@find $(wildcard engine include tools tests bench) -name '*.[ch]' -exec clang-format -i {} +

install: all ## install programs, library and headers below DESTDIR and PREFIX
	install -d $(addprefix $(DESTDIR)$(PREFIX)/,bin lib/pkgconfig include/tally)
	install -m 755 $(PROGRAMS) $(DESTDIR)$(PREFIX)/bin
	install -m 644 $(LIBTALLY) $(DESTDIR)$(PREFIX)/lib
	install -m 644 $(wildcard include/tally/*.h) $(DESTDIR)$(PREFIX)/include/tally
	@printf '%s\n' 'prefix=$(PREFIX)' 'libdir=$${prefix}/lib' \
	    'includedir=$${prefix}/include' '' 'Name: tally' \
	    'Description: speak to tallyd and check its log' 'Version: $(VERSION)' \
	    'Requires: libsodium libcrypto' \
	    'Libs: -L$${libdir} -ltally' 'Cflags: -I$${includedir}' \
	    > $(DESTDIR)$(PREFIX)/lib/pkgconfig/tally.pc

INSTALLED := $(patsubst $(BIN)/%,bin/%,$(PROGRAMS)) lib/libtally.a lib/pkgconfig/tally.pc \
             $(patsubst include/%,include/%,$(wildcard include/tally/*.h))

uninstall: ## remove what install put there
	rm -f $(addprefix $(DESTDIR)$(PREFIX)/,$(INSTALLED))
	-@rmdir $(DESTDIR)$(PREFIX)/include/tally 2>/dev/null

clean: ## remove build/
	rm -rf build

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1\t\2/p' $(firstword $(MAKEFILE_LIST)) | \
	    expand -t 28

# `make setup check` works under -j as well.
check check-unit fuzz tidy pure all: | $(filter setup,$(MAKECMDGOALS))

pure-objects: $(call obj,$(PURE_SRC)) $(AVX2_OBJ)

ifneq ($(filter x86_64%,$(shell $(CC) -dumpmachine)),)
$(call obj,$(LANES_SRC)): CFLAGS += -mavx512f -mavx512ifma -mavx512vl -mavx512dq -mavx512bw
$(LANES_SRC:%.c=$(OUT)/%.avx2.o): CFLAGS += -mavx2 -mfma
endif

$(OUT)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "CC $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

$(OUT)/%.avx2.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "CC $< (avx2)"
	@$(CC) $(CPPFLAGS) -DLANES_AVX2 $(CFLAGS) -c $< -o $@

$(OUT)/%.emulated.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "CC $< (emulated)"
	@$(CC) $(CPPFLAGS) -DLANES_EMULATED $(CFLAGS) -c $< -o $@

# For libtally.a: fit for a shared library.
$(OUT)/pic/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "CC $< (pic)"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -fPIC -c $< -o $@

define archive
@echo "AR $@"
@rm -f $@
@ar rcs $@ $^
endef

define link
@mkdir -p $(@D)
@echo "LD $@"
@$(CC) $(LDFLAGS) $^ $(1) -o $@
endef

$(ENGINE_A): $(call obj,$(PURE_SRC) $(KEYRING_SRC)) $(AVX2_OBJ)
	$(archive)
$(SHELL_A): $(call obj,$(SHELL_SRC))
	$(archive)
$(TOOLS_A): $(call obj,$(TOOLS_SRC))
	$(archive)
$(CTL_A): $(call obj,$(filter-out %/main.c,$(CTL_SRC)))
	$(archive)
$(VERIFY_A): $(call obj,$(filter-out %/main.c,$(VERIFY_SRC)))
	$(archive)
$(OUT)/bench/tally-bench/profile.o: bench/tally-bench/last-evening.csv
$(BENCH_A): $(call obj,$(filter-out %/main.c,$(BENCH_SRC)))
	$(archive)
$(TESTLIB_A): $(call obj,$(TESTLIB_SRC)) $(LANES_SRC:%.c=$(OUT)/%.emulated.o) \
              $(OUT)/tests/lib/lanesprobe.avx2.o
	$(archive)

# One object whose only visible names are those of include/tally.
$(LIBTALLY): $(patsubst %.c,$(OUT)/pic/%.o,$(CLIENT_SRC))
	@echo "AR $@"
	@rm -f $@
	@ld -r $^ -o $(OUT)/pic/tally.o
	@objcopy --wildcard --keep-global-symbol='tally_*' $(OUT)/pic/tally.o
	@ar rcs $@ $(OUT)/pic/tally.o

$(BIN)/tallyd: $(call obj,engine/tallyd.c) $(SHELL_A) $(ENGINE_A)
	$(call link,$(LIBS_PURE) $(LIBS_SHELL))
$(BIN)/tallyctl: $(call obj,$(CTL_SRC)) $(TOOLS_A) $(ENGINE_A)
	$(call link,$(LIBS_PURE) $(LIBS_HTTP) -lpthread)
$(BIN)/tally-verify: $(call obj,$(VERIFY_SRC)) $(TOOLS_A) $(ENGINE_A)
	$(call link,$(LIBS_PURE) $(LIBS_HTTP) -lpthread)
$(BIN)/tally-bench: $(call obj,$(BENCH_SRC)) $(TOOLS_A) $(ENGINE_A)
	$(call link,$(LIBS_PURE) $(LIBS_HTTP) -lpthread -lm)

# The same program in one file for any Linux of this processor; without a network.
$(BIN)/tally-verify-static: $(call obj,$(VERIFY_SRC) tools/lib/offline/http.c) $(TOOLS_A) \
                            $(ENGINE_A)
	@mkdir -p $(@D)
	@echo "LD $@"
	@$(CC) -static-pie $(filter-out -pie,$(LDFLAGS)) $^ $(LIBS_PURE) -lpthread -o $@

$(OUT)/bench/peers/pgload.o: CPPFLAGS += -isystem $(dir $(PG_HEADER))
$(OUT)/bench/peers/pgload: $(OUT)/bench/peers/pgload.o $(BENCH_A) $(TOOLS_A) $(ENGINE_A)
	$(call link,$(LIBS_PURE) -lpq -lm -lpthread)

$(PROBE): $(call obj,$(wildcard bench/probe/*.c)) $(BENCH_A) $(TOOLS_A) $(ENGINE_A)
	$(call link,$(LIBS_PURE) $(LIBS_SHELL))

$(filter-out $(PROBE) $(GROW),$(BENCHES)): $(OUT)/%: $(OUT)/%.o $(BENCH_A) $(TOOLS_A) \
                                      $(ENGINE_A)
	$(call link,$(LIBS_PURE) $(LIBS_HTTP) $(LIBS_SHELL) -lm)

$(GROW): $(call obj,$(wildcard bench/growth/*.c)) $(TOOLS_A) $(SHELL_A) $(ENGINE_A)
	$(call link,$(LIBS_PURE) $(LIBS_SHELL))

$(TESTS:=.o): CFLAGS += $(TEST_FLAGS_$(SAN))
$(TESTS): $(OUT)/%: $(OUT)/%.o $(TESTLIB_A) $(CTL_A) $(VERIFY_A) $(BENCH_A) $(SHELL_A) $(TOOLS_A) \
          $(ENGINE_A)
	$(call link,$(TEST_LINK) $(LIBS_PURE) $(LIBS_SHELL) $(LIBS_HTTP) -lm -lcmocka)

ifeq ($(SAN),fuzz)
$(FUZZERS): $(OUT)/%: $(OUT)/%.o $(ENGINE_A)
	$(call link,$(LIBS_PURE) -fsanitize=fuzzer)
else
$(FUZZERS): $(OUT)/%: $(OUT)/%.o $(call obj,tests/fuzz/corpus_main.c) $(ENGINE_A)
	$(call link,$(TEST_LINK) $(LIBS_PURE))
endif

include $(wildcard tests/e2e/*.mk)
-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
