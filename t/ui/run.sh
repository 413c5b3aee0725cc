#!/bin/sh

# The tests of the console in a browser, against a server that runs already:
#
#   LANGORCH_URL=http://127.0.0.1:8080/ui/ sh t/ui/run.sh [name...]
#
# LANGORCH_URL is where the console is mounted.  LANGORCH_MASTER is the process
# of its NGINX, to be reloaded while it is watched.  LANGORCH_LOCKED_URL is another
# console, of a site that asks for names, and LANGORCH_LOCKED_PASSWORD that of its
# administrator `root`.  LANGORCH_APART_URL is one more like the first, for tests that
# would disturb others.  LANGORCH_MODELS is a service that speaks chat completions.
# sites.pl starts all of them.  LANGORCH_SHOTS names a folder for
# screenshots; CHROMIUM another browser than Debian's.  The packages are
# those of html/: run `npm ci` there first.

set -eu

here=$(cd "$(dirname "$0")" && pwd)
html=$(cd "$here/../../html" && pwd)

if [ -z "${LANGORCH_URL:-}" ]; then
    echo "run.sh: LANGORCH_URL says where the console is" >&2
    exit 2
fi

if [ ! -x "$html/node_modules/.bin/vitest" ]; then
    echo "run.sh: no packages in $html: run npm ci there" >&2
    exit 2
fi

export LANGORCH_URL
cd "$html"

browse() {
    node_modules/.bin/vitest run --config "$here/vitest.config.mts" "$@"
}

if [ $# -gt 0 ]; then
    browse "$@"
    exit
fi

# Three at a time, for a browser waits more than it works.  Some only look at pages, at
# the sources or at the site that asks for names; some do not mind which site it is, and
# have one for themselves; what the others do on theirs does not count for these.

looking="references.spec.ts identity.spec.ts trust.spec.ts contract.spec.ts"
apart="access.spec.ts many.spec.ts ways.spec.ts builder.spec.ts"

said=$(mktemp -d)
trap 'rm -rf "$said"' EXIT

# shellcheck disable=SC2086
browse $looking > "$said/looking" 2>&1 &
first=$!

# shellcheck disable=SC2086
LANGORCH_URL=${LANGORCH_APART_URL:-$LANGORCH_URL} browse $apart \
    > "$said/apart" 2>&1 &
second=$!
failed=0

# shellcheck disable=SC2046,SC2086
browse $(printf -- '--exclude %s ' $looking $apart) || failed=1
wait "$first" || failed=1
wait "$second" || failed=1
cat "$said/looking" "$said/apart"

exit "$failed"
