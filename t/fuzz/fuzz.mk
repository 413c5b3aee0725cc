# Fuzzing: t/fuzz/<target>.c, each a program of its own, with its first inputs
# in t/fuzz/corpus/<target>/.  What it learns stays below build/fuzz.
#
#   make -C t fuzz SECONDS_EACH=20              all targets
#   make -C t fuzz FUZZ=document                one of them

SECONDS_EACH = 20
FUZZ         = $(sort $(patsubst fuzz/%.c,%,$(wildcard fuzz/*.c)))

OUTF    = $(TOP)/build/fuzz
CLANG   = clang
SAN     = -g -O1 -fno-omit-frame-pointer -fsanitize=address,undefined \
          -fno-sanitize-recover=all
OBJSF   = $(SRCS:$(ENGINE)/%.c=$(OUTF)/engine/%.o)

# one that takes longer than 5 s here takes longer than 1 s without sanitizers

LIMITS  = -timeout=5 -rss_limit_mb=1024 -malloc_limit_mb=256 -max_len=16384

.PHONY: fuzz

$(OUTF)/engine/%.o: $(ENGINE)/%.c
	@mkdir -p $(@D)
	$(CLANG) -std=c11 $(SAN) -fsanitize=fuzzer-no-link $(DEPS) $(INCS) -c \
	    -o $@ $<

$(OUTF)/libckp.a: $(OBJSF)
	rm -f $@ && ar rcs $@ $^

# those that compare with jansson, which no other part knows

ORACLE_json  = $(OUTF)/oracle.o -ljansson
ORACLE_value = $(OUTF)/oracle.o -ljansson

$(OUTF)/oracle.o: fuzz/oracle/oracle.c fuzz/oracle/oracle.h fuzz/value_ops.h
	@mkdir -p $(@D)
	$(CLANG) $(TESTS) $(SAN) -Ifuzz -c -o $@ $<

$(OUTF)/fuzz_json $(OUTF)/fuzz_value: $(OUTF)/oracle.o

$(OUTF)/fuzz_%: fuzz/%.c $(OUTF)/libckp.a
	$(CLANG) $(TESTS) $(SAN) -fsanitize=fuzzer $(DEPS) -MF $@.d $(INCS) \
	    -Ifuzz -o $@ $< $(OUTF)/libckp.a $(ORACLE_$*) $(LIBS)

fuzz: $(FUZZ:%=$(OUTF)/fuzz_%)
	@fuzz/run-fuzz $(OUTF) $(SECONDS_EACH) '$(LIMITS)' $(FUZZ)

-include $(OBJSF:.o=.d) $(wildcard $(OUTF)/*.d)
