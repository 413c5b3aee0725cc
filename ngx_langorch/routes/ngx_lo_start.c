/*
 * What was started lately, and what the store said of it: a start that names
 * the same asks nobody.
 *
 * Whoever changes a procedure lets the number in the zone grow before he is
 * answered, so a start that comes after a change sees it, on any worker. Should
 * he have died in between, nothing is believed for longer than a second.
 */

#include "routes/ngx_lo_runs.h"

#define NGX_LO_STARTS      64       /* places; a procedure has one of them */
#define NGX_LO_START_AGE   1000     /* ms */
#define NGX_LO_START_NAME  128


typedef struct {
    char       name[NGX_LO_START_NAME];     /* procedure_id */
    char       channel[8];
    char       today[11];           /* what is not effective yet is by days */
    uint64_t   number;
    int64_t    read_ms;
    json_t    *row;                 /* NULL: the place is free */
} ngx_lo_start_t;


static ngx_lo_start_t  ngx_lo_starts[NGX_LO_STARTS];


/* NULL: it is too long to be kept. */

static ngx_lo_start_t *
ngx_lo_start_at(const char *procedure_id, const char *channel)
{
    size_t      len;
    ngx_uint_t  key;

    len = ngx_strlen(procedure_id);

    if (len >= NGX_LO_START_NAME || ngx_strlen(channel) >= 8) {
        return NULL;
    }

    key = ngx_hash_key((u_char *) procedure_id, len);
    key = ngx_hash(key, channel[0]);

    return &ngx_lo_starts[key % NGX_LO_STARTS];
}


static void
ngx_lo_start_day(const ngx_lo_api_t *api, char today[11])
{
    char  now[CKP_TIME_LEN + 1];

    ckp_time_text(api->now_ms, now);
    (void) ngx_cpystrn((u_char *) today, (u_char *) now, 11);
}


const json_t *
ngx_lo_start_kept(ngx_lo_api_t *api, const char *procedure_id,
    const char *channel)
{
    char             today[11];
    ngx_lo_start_t  *s;

    channel = (channel == NULL) ? "" : channel;
    s = ngx_lo_start_at(procedure_id, channel);

    if (s == NULL || s->row == NULL
        || s->number != ngx_lo_zone_kept(NGX_LO_KEPT_PROCEDURES)
        || ngx_lo_boot_ms() - s->read_ms > NGX_LO_START_AGE
        || ngx_strcmp(s->name, procedure_id) != 0
        || ngx_strcmp(s->channel, channel) != 0)
    {
        return NULL;
    }

    ngx_lo_start_day(api, today);

    return (ngx_strcmp(s->today, today) == 0) ? s->row : NULL;
}


void
ngx_lo_start_keep(ngx_lo_api_t *api, const ngx_lo_birth_t *b,
    const json_t *row)
{
    const char      *channel;
    ngx_lo_start_t  *s;

    channel = (b->channel == NULL) ? "" : b->channel;
    s = ngx_lo_start_at(b->procedure_id, channel);

    if (s == NULL) {
        return;
    }

    json_decref(s->row);

    s->row = json_incref((json_t *) row);
    s->number = b->number;
    s->read_ms = ngx_lo_boot_ms();
    (void) ngx_cpystrn((u_char *) s->name, (u_char *) b->procedure_id,
                       sizeof(s->name));
    (void) ngx_cpystrn((u_char *) s->channel, (u_char *) channel,
                       sizeof(s->channel));
    ngx_lo_start_day(api, s->today);
}
