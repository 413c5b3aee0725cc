# `./langorch test`: each part is a function.  Sourced by ../langorch.
#
# shellcheck shell=sh

# What a part's log says of a failure: TAP, cmocka, Vitest, compilers,
# sanitizers, valgrind.

failure_words='^ *not ok|Failed test|Test Summary Report|FAIL|[Ee]rror:|ERROR'


# Debian's promtool alone, without the server that its package starts; without
# it, or without a network, the test that asks it is skipped.

fetch_promtool()
{
    command -v promtool > /dev/null && return 0
    [ -x "$build/tools/usr/bin/promtool" ] && return 0
    command -v apt-get > /dev/null && command -v dpkg-deb > /dev/null || return 0

    mkdir -p "$build/tools"
    (
        cd "$build/tools" && rm -f ./*.deb
        apt-get -qq download prometheus || {
            as_root apt-get -qq update && apt-get -qq download prometheus
        } && dpkg-deb -x ./prometheus_*.deb . && rm -f ./*.deb
    ) > /dev/null 2>&1 || say "promtool could not be had: its test is skipped"
}


cmd_test()
{
    parts=
    files=
    room=
    jobs=

    for part in "$@"; do
        case $part in
            tidy|unit|golden|docs|fuzz|sim|api|storm|ui)
                parts="$parts $part" ;;
            *.t) files="$files $(readlink -f -- "$part")"; parts="$parts api" ;;
            --long) LANGORCH_LONG=1; export LANGORCH_LONG ;;
            *) die "no such part: $part (see ./langorch help)" ;;
        esac
    done

    [ -n "$parts" ] || parts="tidy unit golden docs fuzz sim api storm ui"

    need_packages $packages_build $packages_run $packages_test
    failed=
    logs=$(mktemp -d)

    for part in $(printf '%s\n' $parts | awk '!seen[$0]++'); do
        say "test: $part"
        started=$(date +%s)
        run_part "$part"
        took=$(($(date +%s) - started))

        if [ "$(cat "$logs/$part.status")" = 0 ]; then
            say "test: $part passed ($took s)"
        else
            say "test: $part FAILED ($took s)"
            failed="$failed $part"
        fi
    done

    tell_failures $failed
    rm -rf "$logs"

    [ -z "$failed" ] || die "failed:$failed"
    say "all of it passed:" $parts
}


# A part's output goes on and is kept; it has passed when it lived to say so.

run_part()
{
    echo none > "$logs/$1.status"

    { "test_$1"; echo $? > "$logs/$1.status"; } 2>&1 \
        | tee "$logs/$1.log" || :
}


# Who looks at the end of a long log finds there what failed, and why; and what
# passed only when it was run again.

tell_failures()
{
    cat "$logs"/*.again 2> /dev/null || :

    for part in "$@"; do
        say "what failed in $part:"
        grep -A12 -E "$failure_words" "$logs/$part.log" | tail -n 80 >&2
    done
}


# What is exported is read from the objects.

test_tidy()
{
    (
        LANGORCH_SANITIZE=
        sanitize=
        export LANGORCH_SANITIZE

        build_module
        "$top/t/tidy" && "$top/t/mutants/run" --list > /dev/null
    )
}


test_unit()
{
    make -s -C "$top/t" -j"$(nproc)" unit unit-refusing unit-valgrind unit-starve
}


test_golden()
{
    make -s -C "$top/t" -j"$(nproc)" golden
}


# The examples of the language's documentation, compiled and run.

test_docs()
{
    make -s -C "$top/t" -j"$(nproc)" docs
}


# A moment for each target; where there is no clang they are left out.

test_fuzz()
{
    if ! command -v clang > /dev/null; then
        say "no clang: fuzzing is left out"
        return 0
    fi

    make -s -C "$top/t" -j"$(nproc)" fuzz SECONDS_EACH="${SECONDS_EACH:-3}"
}


test_sim()
{
    make -s -C "$top/t" -j"$(nproc)" sim SEEDS="${SEEDS:-2000}"
}


# On the instrumented build, unless LANGORCH_SANITIZE=0 says otherwise.

test_api()
{
    (
        [ -z "${LANGORCH_VALGRIND:-}" ] || LANGORCH_SANITIZE=0

        case ${LANGORCH_SANITIZE:-1} in
            0|'') sanitize= ;;
            *) sanitize=1 ;;
        esac

        LANGORCH_SANITIZE=$sanitize
        export LANGORCH_SANITIZE

        build_module

        # sites have a console, too; one file that is tried again and again
        # takes what is there

        [ -n "$files" ] || build_console

        fetch_promtool
        PATH=$PATH:$build/tools/usr/bin

        make -s -C "$top/t" storm

        cd "$top/t"
        prove_again ${files:-$(in_order "${room:-api}")}
    )
}


# The files of a room.  One that takes longer than others together says that it
# begins before them: else it ends alone.

in_order()
{
    grep -l '^# Begins before the others' "$1"/*.t || :
    grep -L '^# Begins before the others' "$1"/*.t
}


# With LANGORCH_AGAIN (in continuous integration, whose machine we do not know)
# a file that failed beside the others gets a second chance alone; the end of the
# log names it all the same: it waits for something that takes longer than it
# thinks, and wants to be mended.

prove_again()
{
    tried=$logs/${room:-api}.prove

    prove -j"${JOBS:-${jobs:-3}}" --timer -Ilib \
        --state=save --statefile="$tried" "$@" && return 0

    [ -n "${LANGORCH_AGAIN:-}" ] || return 1
    say "what failed is run again, alone"

    prove -j1 --timer -Ilib --state=failed,save --statefile="$tried" \
        | tee "$logs/${room:-api}.second" || :

    grep -q '^Result: PASS' "$logs/${room:-api}.second" || return 1
    grep ' ok ' "$logs/${room:-api}.second" \
        | sed 's/^/langorch: passed only when it was run again: /' \
        > "$logs/${room:-api}.again"
}


# Kills, pauses, reloads, broken disks and clocks: a site that is hurt and has to
# be well again.  A minute; --long is another matter.  Four at once: they wait
# more than they work.

test_storm()
{
    (room=storm; jobs=6; test_api) || return 1

    # the build as it is used keeps memory of its own, which no sanitizer sees

    (LANGORCH_SANITIZE=0; room=used; files=storm/soak.t; test_api)
}


test_ui()
{
    (
        sanitize=
        LANGORCH_SANITIZE=
        export LANGORCH_SANITIZE

        build_module
        build_console
        need_node
        cd "$top/html"
        console_packages
        npm --silent test || exit 1

        [ -f "$top/t/ui/run.sh" ] || die "no browser tests in t/ui"

        perl -I"$top/t/lib" "$top/t/ui/sites.pl"
    )
}
