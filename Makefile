# make            build/NAME/bin/{tallyd,tallyctl,tally-verify} and libtally.a
# make help       every target
# CC=gcc|clang and SAN=plain|asan|tsan|fuzz choose the build folder: they never mix.

CC      ?= gcc
ifeq ($(CC),cc)
CC      := gcc
endif
SAN     ?= plain
PREFIX  ?= /usr/local
DESTDIR ?=
VERSION := 0.1.0

OUT := build/$(notdir $(CC))-$(SAN)
BIN := $(OUT)/bin

WARN := -Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
        -Wpointer-arith -Wcast-qual -Wwrite-strings -Wvla -Wundef -Wformat=2 -Werror
HARDEN := -fstack-protector-strong -fstack-clash-protection -fcf-protection=full -fPIE
LINK_HARDEN := -pie -Wl,-z,relro,-z,now,-z,noexecstack
ifeq ($(notdir $(CC)),gcc)
HARDEN += -ftrivial-auto-var-init=zero
endif
OPT_plain := -O2 -D_FORTIFY_SOURCE=2
OPT_asan  := -O1 -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
OPT_tsan  := -O1 -fsanitize=thread -fno-omit-frame-pointer
OPT_fuzz  := -O1 -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
SAN_LINK_plain :=
SAN_LINK_asan  := -fsanitize=address,undefined
SAN_LINK_tsan  := -fsanitize=thread
SAN_LINK_fuzz  := -fsanitize=fuzzer,address,undefined

CPPFLAGS += -Iengine -Iinclude -I. -D_GNU_SOURCE -DTALLY_VERSION='"$(VERSION)"'
CFLAGS   += -std=c11 -g $(OPT_$(SAN)) $(WARN) $(HARDEN) -MMD -MP
LDFLAGS  += $(LINK_HARDEN) $(SAN_LINK_$(SAN))

ROOMS_PURE := base frame ballot campaign verify pollbook ledger tree tally outcome replay station client
PURE_SRC   := $(foreach room,$(ROOMS_PURE),$(wildcard engine/$(room)/*.c))
SHELL_SRC  := $(wildcard engine/shell/*.c)
LIB_SRC    := $(wildcard tools/lib/*.c)
TALLYCTL_SRC := $(wildcard tools/tallyctl/*.c)
VERIFY_SRC := $(wildcard tools/tally-verify/*.c)
TESTLIB_SRC := $(wildcard tests/lib/*.c)
TESTS_SRC  := $(wildcard tests/unit/*_test.c) $(wildcard tests/sim/*_test.c) $(wildcard tests/crash/*_test.c)
FUZZ_SRC   := $(wildcard tests/fuzz/*_fuzz.c)

obj = $(patsubst %.c,$(OUT)/%.o,$(1))
PURE_OBJ := $(call obj,$(PURE_SRC))
ENGINE   := $(OUT)/libengine.a
SHELL_A  := $(OUT)/libshell.a
TOOLS_A  := $(OUT)/libtools.a
TALLYCTL_A := $(OUT)/libtallyctl.a
TESTLIB_A := $(OUT)/libtests.a
TESTS    := $(patsubst tests/%.c,$(OUT)/tests/%,$(TESTS_SRC))

# What outsiders link: the protocol machine, ballots, tags, proofs. Needs libsodium alone.
CLIENT_ROOMS := base frame ballot client tree
CLIENT_OBJ := $(call obj,$(foreach room,$(CLIENT_ROOMS),$(wildcard engine/$(room)/*.c)) $(wildcard tools/lib/blocking.c))

LIBS_PURE   := -lsodium -lxxhash -ljansson
LIBS_SHELL  := -luv -llmdb -lmicrohttpd -lpthread
PROGRAMS    := $(BIN)/tallyd $(BIN)/tallyctl $(BIN)/tally-verify

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SECONDARY:

all: $(PROGRAMS) $(OUT)/libtally.a

$(OUT)/%.o: %.c Makefile
	@mkdir -p $(@D)
	@echo "CC $<"
	@$(CC) $(CPPFLAGS) $(CFLAGS) -c $< -o $@

define archive
@rm -f $@
ar rcs $@ $^
endef

$(ENGINE): $(PURE_OBJ)
	$(archive)
$(SHELL_A): $(call obj,$(SHELL_SRC))
	$(archive)
$(TOOLS_A): $(call obj,$(LIB_SRC))
	$(archive)
$(TALLYCTL_A): $(call obj,$(filter-out %/main.c,$(TALLYCTL_SRC)))
	$(archive)
$(TESTLIB_A): $(call obj,$(TESTLIB_SRC))
	$(archive)
$(OUT)/libtally.a: $(CLIENT_OBJ)
	$(archive)

$(BIN)/tallyd: $(call obj,engine/tallyd.c) $(SHELL_A) $(ENGINE)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ $(LIBS_PURE) $(LIBS_SHELL) -o $@
$(BIN)/tallyctl: $(call obj,$(TALLYCTL_SRC)) $(TOOLS_A) $(ENGINE)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ $(LIBS_PURE) -lpthread -o $@
$(BIN)/tally-verify: $(call obj,$(VERIFY_SRC)) $(TOOLS_A) $(ENGINE)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ $(LIBS_PURE) -lpthread -o $@

$(OUT)/tests/%: $(OUT)/tests/%.o $(TESTLIB_A) $(TALLYCTL_A) $(SHELL_A) $(TOOLS_A) $(ENGINE)
	@mkdir -p $(@D)
	$(CC) $(LDFLAGS) $^ $(LIBS_PURE) $(LIBS_SHELL) -lcmocka -o $@

tests: $(TESTS)

.PHONY: all tests

-include $(shell find $(OUT) -name '*.d' 2>/dev/null)
