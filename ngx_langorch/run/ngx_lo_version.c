/*
 * Versions of procedures chosen among those that are stored; see
 * ngx_lo_version.h.
 */

#include "run/ngx_lo_version.h"


static ngx_uint_t
ngx_lo_version_fits(const json_t *row, const char *want)
{
    const char  *version, *channel;

    version = ckp_json_str(row, "version");
    channel = ckp_json_str(row, "release_channel");

    if (ngx_strcmp(want, "latest") == 0) {
        return 1;
    }

    if (want[0] == '@') {
        return channel != NULL && ngx_strcmp(channel, want + 1) == 0;
    }

    return version != NULL && ckp_version_fits(want, version);
}


const json_t *
ngx_lo_version_choose(const json_t *rows, const char *want)
{
    size_t        i;
    json_t       *row;
    ngx_uint_t    runs, best_runs, range;
    const json_t *best;

    best = NULL;
    best_runs = 0;
    range = want[0] != '@' && ckp_version_is_range(want);

    json_array_foreach(rows, i, row) {

        if (!ngx_lo_version_fits(row, want)) {
            continue;
        }

        runs = ckp_json_bool(row, "runs", false);

        if (best == NULL || runs > best_runs
            || (runs == best_runs && range
                && ckp_version_order(ckp_json_str(row, "version"),
                                     ckp_json_str(best, "version")) > 0))
        {
            best = row;
            best_runs = runs;
        }
    }

    return best;
}


const json_t *
ngx_lo_version_find(const json_t *rows, const char *version)
{
    size_t       i;
    json_t      *row;
    const char  *own;

    json_array_foreach(rows, i, row) {
        own = ckp_json_str(row, "version");

        if (own != NULL && ngx_strcmp(own, version) == 0) {
            return row;
        }
    }

    return NULL;
}


void
ngx_lo_version_today(char *out)
{
    char  text[CKP_TIME_LEN + 1];

    ckp_time_text(ngx_lo_now_ms(), text);
    ngx_cpystrn((u_char *) out, (u_char *) text, sizeof("2026-02-17"));
}


json_t *
ngx_lo_version_name(const char *procedure_id, const char *version)
{
    return json_sprintf("%s@%s", procedure_id, version);
}
