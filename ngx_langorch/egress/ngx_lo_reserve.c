/*
 * The reserve of connections; its header tells how it works.
 */

#include "egress/ngx_lo_reserve.h"


#define NGX_LO_RESERVE_PART  4          /* one in so many ... */
#define NGX_LO_RESERVE_MIN   64         /* ... and as many, up to a half */


typedef struct {
    ngx_connection_t  *kept;            /* linked by `data` */
    ngx_uint_t         n;
    ngx_uint_t         want;
} ngx_lo_reserve_t;


static ngx_lo_reserve_t  ngx_lo_reserve;


void
ngx_lo_reserve_start(ngx_cycle_t *cycle)
{
    ngx_uint_t  want;

    ngx_memzero(&ngx_lo_reserve, sizeof(ngx_lo_reserve_t));

    want = cycle->connection_n / NGX_LO_RESERVE_PART;
    want = ngx_max(want, NGX_LO_RESERVE_MIN);

    ngx_lo_reserve.want = ngx_min(want, cycle->connection_n / 2);

    ngx_lo_reserve_fill();
}


void
ngx_lo_reserve_stop(void)
{
    ngx_lo_reserve.want = 0;

    while (ngx_lo_reserve_give()) { /* void */ }
}


ngx_uint_t
ngx_lo_reserve_give(void)
{
    ngx_connection_t  *c;

    c = ngx_lo_reserve.kept;

    if (c == NULL) {
        return 0;
    }

    ngx_lo_reserve.kept = c->data;
    ngx_lo_reserve.n--;

    ngx_free_connection(c);

    return 1;
}


void
ngx_lo_reserve_fill(void)
{
    ngx_connection_t  *c;

    while (ngx_lo_reserve.n < ngx_lo_reserve.want
           && ngx_cycle->free_connection_n > 0)
    {
        c = ngx_get_connection((ngx_socket_t) -1, ngx_cycle->log);

        if (c == NULL) {
            return;
        }

        c->data = ngx_lo_reserve.kept;
        ngx_lo_reserve.kept = c;
        ngx_lo_reserve.n++;
    }
}
