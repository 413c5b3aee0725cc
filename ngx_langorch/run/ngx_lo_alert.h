/*
 * Alerts of the site to its webhook, as others may send them, too.
 */

#ifndef NGX_LO_ALERT_H
#define NGX_LO_ALERT_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ckp.h"
#include "egress/ngx_lo_call.h"

#define NGX_LO_ALERT_SECRET  "alert"    /* the name of what signs them */

typedef struct {
    char                   stamp[NGX_TIME_T_LEN + 1];
    char                   signature[8 + 2 * CKP_DIGEST_MAX];
    ngx_lo_call_header_t   lines[2];
} ngx_lo_alert_head_t;

/* Two lines of the head that sign this body now.  0: the site has no such
 * secret, or did not look for it (ngx_lo_secrets_look). */
ngx_uint_t ngx_lo_alert_sign(const char *body, ngx_lo_alert_head_t *head);

/*
 * Sends {event, ...} to the site's webhook (stolen): signed, tried three times,
 * delays nobody.  NGX_DECLINED: the site has none; NGX_BUSY: too many are under
 * way; NGX_ERROR: no memory.
 */
ngx_int_t ngx_lo_alert_tell(json_t *body);

#endif
