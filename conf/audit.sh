# `./langorch audit verify`.  Sourced by ../langorch, behind site.sh.
#
# shellcheck shell=sh


# Ends with 1 when the trail was changed; needs no build and no running site.

cmd_audit()
{
    [ "${1:-}" = verify ] || die "audit verify: nothing else is known"
    shift

    file=
    head=
    part=

    while [ $# -gt 0 ]; do
        case $1 in
            --head|--state) [ $# -ge 2 ] || die "$1 needs a value" ;;
        esac

        case $1 in
            --head) head=$2; shift ;;
            --part) part=--part ;;
            --state) site_option "$1" "$2"; shift ;;
            --*) die "unknown option: $1 (./langorch help)" ;;
            *) file=$1 ;;
        esac

        shift
    done

    if [ -z "$file" ]; then
        [ -d "$site_state" ] || die "no site in $site_state"
        site_place
        file=$home/data/langorch.db
    fi

    need_packages perl sqlite3
    exec perl "$top/conf/audit.pl" ${head:+--head "$head"} $part "$file"
}
