/*
 * Grants: instead of a secret's value an agent gets a text that names it, for
 * one run and a few minutes, and fetches the value itself (spec/ckp.md 28.3).
 *
 * The life of a grant.
 *   made       when a step's request leaves       ngx_lo_grants
 *   shown      by the agent, to the site
 *   read       we signed it, its time is not over ngx_lo_grant_read
 *   exchanged  for the value, and that is in the audit
 *
 * It is signed with a key that is made of langorch_jwt_secret and of nothing
 * else's: no grant is a session, and no session a grant.
 */

#ifndef NGX_LO_GRANT_H
#define NGX_LO_GRANT_H

#include "secret/ngx_lo_secret.h"

#define NGX_LO_GRANT_SECONDS  300

/* 1: the site gives grants (langorch_secrets_grants). */
ngx_uint_t ngx_lo_grants_given(void);

/*
 * What goes out in place of handles: `texts` {handle: value} where what the
 * effect names as `secrets` wants values, else grants for the run: new object,
 * ended by ngx_lo_secrets_wipe.  NULL: no memory, or a grant would be too long.
 */
json_t *ngx_lo_grants(const json_t *secrets, const json_t *texts,
    const char *run_id, int64_t now_ms);

/*
 * The claims of a grant: {sub: the run, secret_name, secret: as in an effect}:
 * new; NULL: it is none of ours, or its time is over.
 */
json_t *ngx_lo_grant_read(const char *text, int64_t now_ms);

#endif
