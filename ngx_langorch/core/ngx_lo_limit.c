/*
 * Between what and what each directive that counts, measures or lasts may be:
 * what is beyond is refused with the configuration, so that no limit of the
 * site is none.  docs/directives.md has the same as a table.
 */

#include "core/ngx_lo_core_int.h"


#define NGX_LO_KB      1024
#define NGX_LO_MB      (1024 * 1024)
#define NGX_LO_GB      (1024L * 1024 * 1024)
#define NGX_LO_SECOND  1000
#define NGX_LO_HOUR    (3600 * 1000)
#define NGX_LO_DAY     (24 * 3600 * 1000)


static char *ngx_lo_limit_size(ngx_conf_t *cf, void *post, void *data);
static char *ngx_lo_limit_time(ngx_conf_t *cf, void *post, void *data);


/* --- numbers ----------------------------------------------------------------- */

ngx_conf_num_bounds_t  ngx_lo_bounds_many = {
    ngx_conf_check_num_bounds, 1, 1000000
};

ngx_conf_num_bounds_t  ngx_lo_bounds_rate = {
    ngx_conf_check_num_bounds, 0, 1000000000
};

ngx_conf_num_bounds_t  ngx_lo_bounds_crashes = {
    ngx_conf_check_num_bounds, 1, 100
};

ngx_conf_num_bounds_t  ngx_lo_bounds_group = {
    ngx_conf_check_num_bounds, 1, 4096
};

ngx_conf_num_bounds_t  ngx_lo_bounds_spin = {
    ngx_conf_check_num_bounds, 0, 1000
};

ngx_conf_num_bounds_t  ngx_lo_bounds_readers = {
    ngx_conf_check_num_bounds, 1, 16
};

ngx_conf_num_bounds_t  ngx_lo_bounds_age = {
    ngx_conf_check_num_bounds, 0, 36500
};

ngx_conf_num_bounds_t  ngx_lo_bounds_days = {
    ngx_conf_check_num_bounds, 1, 36500
};


/* --- sizes -------------------------------------------------------------------- */

/* A whole body is in memory while it is read and parsed, and so is a reply. */

ngx_conf_num_bounds_t  ngx_lo_bounds_body = {
    ngx_lo_limit_size, NGX_LO_KB, NGX_LO_BODY_HARD
};

ngx_conf_num_bounds_t  ngx_lo_bounds_reply = {
    ngx_lo_limit_size, NGX_LO_KB, NGX_LO_BODY_HARD
};

/* What all of a worker has at once, or of a model's question. */

ngx_conf_num_bounds_t  ngx_lo_bounds_memory = {
    ngx_lo_limit_size, 1, 64 * NGX_LO_GB
};

ngx_conf_num_bounds_t  ngx_lo_bounds_file = {
    ngx_lo_limit_size, 1, NGX_LO_GB
};

ngx_conf_num_bounds_t  ngx_lo_bounds_zone = {
    ngx_lo_limit_size, NGX_LO_ZONE_MIN, 4 * NGX_LO_GB
};


/* --- times -------------------------------------------------------------------- */

ngx_conf_num_bounds_t  ngx_lo_bounds_lease = {
    ngx_lo_limit_time, 100, NGX_LO_HOUR
};

ngx_conf_num_bounds_t  ngx_lo_bounds_drain = {
    ngx_lo_limit_time, 0, NGX_LO_HOUR
};

ngx_conf_num_bounds_t  ngx_lo_bounds_poll = {
    ngx_lo_limit_time, 10, 60 * NGX_LO_SECOND
};

ngx_conf_num_bounds_t  ngx_lo_bounds_sweep = {
    ngx_lo_limit_time, 10, NGX_LO_DAY
};

ngx_conf_num_bounds_t  ngx_lo_bounds_once = {
    ngx_lo_limit_time, NGX_LO_SECOND, 366L * NGX_LO_DAY
};

ngx_conf_num_bounds_t  ngx_lo_bounds_call = {
    ngx_lo_limit_time, 1, NGX_LO_HOUR
};

ngx_conf_num_bounds_t  ngx_lo_bounds_answer = {
    ngx_lo_limit_time, NGX_LO_SECOND, NGX_LO_HOUR
};

ngx_conf_num_bounds_t  ngx_lo_bounds_session = {
    ngx_lo_limit_time, 60 * NGX_LO_SECOND, 365L * NGX_LO_DAY
};

ngx_conf_num_bounds_t  ngx_lo_bounds_often = {
    ngx_lo_limit_time, 0, NGX_LO_DAY
};


static char *
ngx_lo_limit_size(ngx_conf_t *cf, void *post, void *data)
{
    size_t                 *size = data;
    ngx_conf_num_bounds_t  *b = post;

    if (*size >= (size_t) b->low && *size <= (size_t) b->high) {
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                       "%uz bytes are not between %i and %i", *size, b->low,
                       b->high);

    return NGX_CONF_ERROR;
}


static char *
ngx_lo_limit_time(ngx_conf_t *cf, void *post, void *data)
{
    ngx_msec_t             *ms = data;
    ngx_conf_num_bounds_t  *b = post;

    if (*ms >= (ngx_msec_t) b->low && *ms <= (ngx_msec_t) b->high) {
        return NGX_CONF_OK;
    }

    ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "%M ms are not between %i and %i",
                       *ms, b->low, b->high);

    return NGX_CONF_ERROR;
}


/* --- all of them --------------------------------------------------------------- */

static const char *
ngx_lo_limit_unit(const ngx_command_t *cmd)
{
    return (cmd->set == ngx_conf_set_size_slot) ? "bytes"
           : (cmd->set == ngx_conf_set_msec_slot) ? "ms"
           : (cmd->set == ngx_conf_set_num_slot) ? "" : NULL;
}


static json_int_t
ngx_lo_limit_at(const char *conf, const ngx_command_t *cmd)
{
    return (json_int_t) *(const size_t *) (conf + cmd->offset);
}


json_t *
ngx_lo_limits(void)
{
    char                   *at;
    json_t                 *all, *one;
    const char             *unit;
    ngx_command_t          *cmd;
    ngx_lo_main_conf_t      otherwise;
    ngx_conf_num_bounds_t  *bounds;

    /* all bits of a setting are set where nobody says it */

    ngx_memset(&otherwise, 0xff, sizeof(ngx_lo_main_conf_t));
    ngx_lo_conf_defaults(&otherwise);

    all = json_object();

    for (cmd = ngx_lo_commands; cmd->name.len > 0; cmd++) {
        unit = ngx_lo_limit_unit(cmd);

        if (unit == NULL || cmd->post == NULL
            || cmd->conf != NGX_HTTP_MAIN_CONF_OFFSET)
        {
            continue;
        }

        at = (char *) ngx_lo_conf();
        bounds = cmd->post;
        one = json_pack("{s:I, s:I, s:s*, s:I, s:I}",
                        "value", ngx_lo_limit_at(at, cmd),
                        "default", ngx_lo_limit_at((char *) &otherwise, cmd),
                        "unit", *unit ? unit : NULL,
                        "min", (json_int_t) bounds->low,
                        "max", (json_int_t) bounds->high);

        if (json_object_set_new(all, (const char *) cmd->name.data, one) != 0)
        {
            json_decref(all);
            return NULL;
        }
    }

    return all;
}
