/*
 * A request that fires: it waits for the firing, and answers as that ended.
 */

#ifndef NGX_LO_ASK_H
#define NGX_LO_ASK_H

#include "trigger/ngx_lo_fire.h"

typedef struct {
    ngx_lo_once_t      once;
    const json_t      *row;         /* of ngx_lo_sql_trigger_of; NULL: none */
    ngx_lo_render_pt   raced;       /* the row of the first of that key */
    ngx_lo_fire_t     *fire;
    ngx_str_t          answer;

    /* how it ended; the firing is gone by then */

    ngx_lo_fire_outcome_t  outcome;
    char                   detail[256];
    const char            *code;
    const json_t          *errors;
    char                   twin[64];
} ngx_lo_ask_t;

/* api->ctx; NULL: no memory. */
ngx_lo_ask_t *ngx_lo_ask_new(ngx_lo_api_t *api);

/* A firing with what the request tells of itself; NULL: no memory. */
ngx_lo_fire_t *ngx_lo_ask_fire(ngx_lo_api_t *api, ngx_lo_ask_t *ask,
    const char *procedure_id, const char *version);

/* Starts ask->fire; the request goes on when it has ended, and answers. */
ngx_int_t ngx_lo_ask_start(ngx_lo_api_t *api, ngx_lo_ask_t *ask);

#endif
