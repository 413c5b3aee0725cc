/*
 * The life of a request.
 *   matched    path and method find a route, or 404, 405    ngx_lo_match
 *   known      who asks, and whether the role suffices
 *   looked     of somebody limited to projects: is it one of theirs?
 *   read       body within its limit, parsed                api.md 1.2
 *   prepared   the route's prepare adds statements
 *   waiting    the job runs; the client may leave meanwhile
 *   rendered   the route's render answers or begins a next stage
 *   sent       head and body go out; NGINX ends the request
 *
 * A request that waits holds a job, a call or a timer; its cleanup forgets
 * them, so either side may go first.
 */

#ifndef NGX_LO_API_H
#define NGX_LO_API_H

#include "auth/ngx_lo_who.h"
#include "core/ngx_lo_core.h"
#include "disk/ngx_lo_disk.h"
#include "egress/ngx_lo_call.h"
#include "secret/ngx_lo_secret.h"
#include "store/ngx_lo_store.h"
#include "think/ngx_lo_think.h"
#include "api/ngx_lo_route.h"

/* Begins a wait's end: what a sleep or a call hands over to. */
typedef ngx_int_t (*ngx_lo_resume_pt)(ngx_lo_api_t *api);
typedef ngx_int_t (*ngx_lo_reply_pt)(ngx_lo_api_t *api,
    const ngx_lo_call_reply_t *reply);
typedef ngx_int_t (*ngx_lo_looked_pt)(ngx_lo_api_t *api, ngx_lo_disk_t *d);
typedef ngx_int_t (*ngx_lo_thought_pt)(ngx_lo_api_t *api, ngx_lo_think_t *t);

struct ngx_lo_api_s {
    ngx_http_request_t    *r;
    const ngx_lo_route_t  *route;
    ngx_lo_match_t         match;
    ngx_lo_loc_conf_t     *conf;

    ngx_lo_who_t           who;
    const char            *actor;       /* who.name: "anonymous" ... */
    char                   request_id[129];
    int64_t                now_ms;      /* when the request came */
    ngx_msec_t             started;
    struct timespec        began;       /* the same, exactly */

    const char            *token;       /* ?token= instead of a role; NULL */

    ngx_str_t              text;        /* the body's bytes */
    size_t                 text_room;
    ngx_temp_file_t       *upload;      /* ... or the file that has them; NULL:
                                           none have come */
    const json_t          *body;        /* an object; lent; NULL: no body */
    void                  *ctx;         /* the route's own, between stages */
    void                  *part;        /* of a part that has its own stages */

    /* the inside: of api/ only */

    ngx_array_t           *args;        /* decoded query: ngx_keyval_t */
    json_t                *errors;      /* 422 in the making */
    json_t                *kept;        /* values that end with the request */

    ngx_lo_job_t          *open;        /* made, not submitted */
    ngx_lo_job_t          *job;         /* submitted, not done */
    ngx_lo_call_t         *call;
    ngx_lo_disk_t         *disk;        /* posted, not done */
    void                  *waits;       /* for something of the route's own */
    void                 (*forget)(void *waits);
    ngx_event_t            timer;
    ngx_lo_render_pt       render;
    ngx_lo_render_pt       missed;      /* what to do when a guard misses */
    ngx_lo_resume_pt       resume;
    ngx_lo_resume_pt       known;
    ngx_lo_resume_pt       begin;       /* goes on behind the look */
    const char            *veiled;      /* the id that was hidden; or NULL */
    void                  *caller;      /* a credential that is looked for */
    ngx_lo_reply_pt        reply;
    ngx_lo_looked_pt       looked;
    ngx_lo_thought_pt      thought;

    ngx_buf_t              piece;       /* of an answer that is poured */
    ngx_lo_resume_pt       more;        /* makes the next; NULL: the last */

    /* says a problem otherwise than as JSON; NULL: so it is */
    ngx_int_t            (*says)(ngx_lo_api_t *api, ngx_uint_t status,
                               const json_t *problem);

    ngx_uint_t             status;      /* of the answer; 0: none yet */
    const char            *type;
    const char            *cache;       /* Cache-Control; NULL: no-store */
    ngx_str_t              out;
    unsigned long          refusals;    /* of memory, before the stage */
    ngx_buf_t             *file;        /* the answer is this file */
    unsigned               receive:1;   /* the body is wanted now */
    unsigned               early:1;     /* nobody has asked for it yet */
    unsigned               next:1;      /* a stage was set up: `open` */
    unsigned               handed:1;    /* the request is a stream's now */
    unsigned               poured:1;    /* the head has been sent */
    unsigned               endless:1;   /* the head of a stream: no length */
    unsigned               denied:1;    /* the audit knows of the refusal */
    unsigned               heeded:1;    /* the route asked for the projects */
    unsigned               hidden:1;    /* what it names is outside of them */
};

/* Content handler of `langorch_api` locations. */
ngx_int_t ngx_lo_api_handler(ngx_http_request_t *r);

/*
 * Who asks, and whether that suffices (ngx_lo_caller.c): NGX_OK; NGX_DONE, the
 * refusal; NGX_AGAIN, the store is asked, and `known` goes on when it suffices.
 */
ngx_int_t ngx_lo_api_who(ngx_lo_api_t *api, ngx_lo_resume_pt known);

/* --- refusals (ngx_lo_denied.c) ----------------------------------------------- */

/* 1: the audit has room for one more refusal of this caller.  0: it is counted,
 * and told with others after a minute. */
ngx_uint_t ngx_lo_api_denial(ngx_lo_api_t *api);

/* The worker begins; begins to end: what was counted is told now; ends. */
void ngx_lo_api_denied_start(ngx_cycle_t *cycle);
void ngx_lo_api_denied_quit(void);
void ngx_lo_api_denied_stop(void);

/* --- sessions of a browser (ngx_lo_caller.c) ---------------------------------- */

#define NGX_LO_COOKIE  "langorch_token"

/* What stands behind "Bearer" in Authorization; all of it when that is another
 * scheme, which is nobody's unless NGINX knows it; NULL: nothing. */
const char *ngx_lo_api_bearer(ngx_lo_api_t *api);

/* The value of the cookie; NULL: there is none. */
const char *ngx_lo_api_cookie(ngx_lo_api_t *api);

/* 1: with nothing but the cookie it may be the doing of another site's page.
 * And the answer to that, 403.  Source: spec/api.md 1.6. */
ngx_uint_t ngx_lo_api_is_forged(ngx_lo_api_t *api);
ngx_int_t ngx_lo_api_forged(ngx_lo_api_t *api);

/* 1: nobody vouches for the caller and nobody need: the name is what the client
 * says (spec/api.md 1.8). */
ngx_uint_t ngx_lo_api_is_open(const ngx_lo_api_t *api);

/* --- the caller's projects (ngx_lo_within.c) ------------------------------------ */

/* Those that the caller is limited to, for statements that keep to them (letter
 * j); NULL: the whole site.  Lent. */
const json_t *ngx_lo_api_projects(ngx_lo_api_t *api);

/* NGX_OK: what is made may be in that project (NULL: in none); or the answer,
 * 403, with the member of the body that says it. */
ngx_int_t ngx_lo_api_project(ngx_lo_api_t *api, const char *id,
    const char *member);

/* The project of somebody who has one alone: he need not name it.  NULL: the
 * whole site, or several. */
const char *ngx_lo_api_project_alone(ngx_lo_api_t *api);

/* 1: an administrator of the whole site. */
ngx_uint_t ngx_lo_api_governs(ngx_lo_api_t *api);

/* --- what a route asks ---------------------------------------------------- */

/* A decoded segment by the name the route's path gives it; never NULL for a
 * name that the path has. */
const char *ngx_lo_api_seg(ngx_lo_api_t *api, const char *name);

/* The same as the client says it, also of what is outside of its projects: to
 * be compared with what else it says, and not to be looked for. */
const char *ngx_lo_api_said(ngx_lo_api_t *api, const char *name);

/* What the route's "{name...}" stands for, raw. */
const ngx_str_t *ngx_lo_api_rest(ngx_lo_api_t *api);

/* A request header, NUL-terminated, the first of its name; NULL: absent. */
const char *ngx_lo_api_header(ngx_lo_api_t *api, const char *name);

/* How much an `Accept` wants a type: the q of the media range that fits best,
 * its own, its kind's, any; 0: not at all (ngx_lo_page.c). */
double ngx_lo_api_weight(const char *accept, const char *type);

/* Steals `v`, lends it until the request ends; NULL when v is. */
json_t *ngx_lo_api_keep(ngx_lo_api_t *api, json_t *v);

/* --- stages ---------------------------------------------------------------- */

/* A job for a next stage; freed with the request unless it is passed on to
 * ngx_lo_api_then.  NULL: no memory, or the store is not open. */
ngx_lo_job_t *ngx_lo_api_job(ngx_lo_api_t *api, ngx_uint_t write);

/* The stage ends here; `render` goes on when the job is done.  NGX_OK. */
ngx_int_t ngx_lo_api_then(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_render_pt render);

/* What goes on when a guard of the next job misses; otherwise 409. */
void ngx_lo_api_missed(ngx_lo_api_t *api, ngx_lo_render_pt missed);

/* Goes on after `ms`.  NGX_AGAIN. */
ngx_int_t ngx_lo_api_sleep(ngx_lo_api_t *api, ngx_msec_t ms,
    ngx_lo_resume_pt resume);

/* Goes on with the reply.  NGX_AGAIN, or the answer when the call could not
 * start. */
ngx_int_t ngx_lo_api_call(ngx_lo_api_t *api, const ngx_lo_call_request_t *rq,
    ngx_lo_reply_pt reply);

/* Goes on with the task, which is stolen, when its thread is done; it is valid
 * during the call.  NGX_AGAIN, or the answer when no thread takes it. */
ngx_int_t ngx_lo_api_disk(ngx_lo_api_t *api, ngx_lo_disk_t *d,
    ngx_lo_looked_pt looked);

/* Goes on with the thought, which is stolen, when it was thought: in a thread
 * when it is `large`, else at once.  It is valid during the call.  NGX_AGAIN,
 * or what `thought` says, or the answer when no thread takes it; NULL is no
 * memory. */
ngx_int_t ngx_lo_api_think(ngx_lo_api_t *api, ngx_lo_think_t *t,
    ngx_uint_t large, ngx_lo_thought_pt thought);

/* Something of the route's own is waited for; `forget` tells it that the
 * request went first.  NGX_AGAIN.  When it is over, the request goes on with
 * `resume`. */
ngx_int_t ngx_lo_api_wait(ngx_lo_api_t *api, void *waits,
    void (*forget)(void *waits));
void ngx_lo_api_over(ngx_lo_api_t *api, ngx_lo_resume_pt resume);

/* Of a route with NGX_LO_UPLOAD: goes on when the body is in api->upload (NULL:
 * it is empty).  NGX_AGAIN. */
ngx_int_t ngx_lo_api_receive(ngx_lo_api_t *api, ngx_lo_resume_pt resume);

/* Goes on, at once or later, when it is known what the site keeps under these
 * names: ngx_lo_secret_get may be asked. */
ngx_int_t ngx_lo_api_secrets(ngx_lo_api_t *api, const json_t *names,
    ngx_lo_resume_pt resume);

/* --- the audit row (ngx_lo_trail.c) ----------------------------------------- */

/* Adds it to the transaction of the change.  `meta` is borrowed or NULL.
 * Source: spec/api.md 1.8, 14. */
typedef struct {
    const char    *category;
    const char    *action;
    const char    *resource_type;
    const char    *resource_id;
    const char    *description;
    const json_t  *meta;
    const char    *run;             /* NULL: it is about none ... */
    const char    *procedure;       /* ... or about this one ... */
    const char    *hash;            /* ... and this document of it */
} ngx_lo_trail_t;

ngx_int_t ngx_lo_api_audit(ngx_lo_api_t *api, ngx_lo_job_t *job,
    const ngx_lo_trail_t *trail);

#endif
