#!/bin/sh

# The tests of the console in a browser, against a server that runs already:
#
#   LANGORCH_URL=http://127.0.0.1:8080/ui/ sh t/ui/run.sh [name...]
#
# LANGORCH_URL is where the console is mounted.  LANGORCH_MASTER is the process
# of its NGINX, to be reloaded while it is watched.  LANGORCH_LOCKED_URL is another
# console, of a site that asks for names, and LANGORCH_LOCKED_PASSWORD that of its
# administrator `root`.  LANGORCH_MODELS is a service that speaks chat completions.
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

# Some only look at pages, at the sources or at the site that asks for names: beside
# the others, which make what these do not count.

beside="references.spec.ts access.spec.ts identity.spec.ts trust.spec.ts
    contract.spec.ts"

said=$(mktemp)
trap 'rm -f "$said"' EXIT

# shellcheck disable=SC2086
browse $beside > "$said" 2>&1 &
looking=$!
failed=0

# shellcheck disable=SC2046,SC2086
browse $(printf -- '--exclude %s ' $beside) || failed=1
wait "$looking" || failed=1
cat "$said"

exit "$failed"
