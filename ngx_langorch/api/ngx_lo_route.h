/*
 * A route: a row of the one table the whole HTTP surface is made of
 * (routes/ngx_lo_routes.c), and how a path finds its row.
 */

#ifndef NGX_LO_ROUTE_H
#define NGX_LO_ROUTE_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

#include "auth/ngx_lo_role.h"
#include "store/ngx_lo_store.h"

typedef struct ngx_lo_api_s  ngx_lo_api_t;

/*
 * The two functions of a route; neither waits.
 *
 * prepare: request in, statements out.  `job` is NULL for routes without
 * NGX_LO_READ or NGX_LO_WRITE.
 * render: rows in, answer out, or a next stage (ngx_lo_api_then and the like).
 *
 * NGX_OK     go on: the job is submitted, or the next stage begins.
 * NGX_DONE   the answer is there (ngx_lo_api_json, ngx_lo_api_problem ...).
 * NGX_AGAIN  something else is waited for (a call, a time).
 * NGX_ERROR  no memory: the client hears "internal".
 */
typedef ngx_int_t (*ngx_lo_prepare_pt)(ngx_lo_api_t *api, ngx_lo_job_t *job);
typedef ngx_int_t (*ngx_lo_render_pt)(ngx_lo_api_t *api, ngx_lo_job_t *job);

/* What the request and its first job are like. */
#define NGX_LO_READ       0x01      /* prepare gets a job of reads */
#define NGX_LO_WRITE      0x02      /* prepare gets one transaction */
#define NGX_LO_BODY       0x04      /* a JSON object; none means {} */
#define NGX_LO_DOCUMENT   0x08      /* with a document in it: larger */
#define NGX_LO_TAGGED     0x10      /* the answer has an ETag; on a change
                                       If-Match is honoured */
#define NGX_LO_ONCE       0x20      /* Idempotency-Key is honoured */
#define NGX_LO_UPLOAD     0x40      /* bytes for a file, read when the route
                                       asks for them (ngx_lo_api_receive) */
#define NGX_LO_RAW        0x100     /* bytes of any type, kept as they are:
                                       api->text */
#define NGX_LO_TOKEN      0x80      /* ?token= may stand for the role: the route
                                       decides (api->token) */

/*
 * What the projects that a caller is limited to mean for the route; whoever has
 * the whole site never meets it.  An object outside of them is not there: the
 * segment of that name, or else the member of the body, finds nothing.
 */
typedef enum {
    NGX_LO_SCOPE_NONE,              /* nobody wrote it down: as `site` */
    NGX_LO_SCOPE_OPEN,              /* it has nothing of any project */
    NGX_LO_SCOPE_SITE,              /* for those of the whole site: 403 */
    NGX_LO_SCOPE_OWN,               /* what is one's own, whatever projects */
    NGX_LO_SCOPE_WITHIN,            /* the route keeps within them itself:
                                       ngx_lo_api_projects */
    NGX_LO_SCOPE_RUN,               /* {run_id}: of the run's project */
    NGX_LO_SCOPE_PROCEDURE,         /* {procedure_id}: of those of all its
                                       versions */
    NGX_LO_SCOPE_APPROVAL,          /* {approval_id}: of its run's */
    NGX_LO_SCOPE_LEASE,             /* {lease_id}: of its run's */
    NGX_LO_SCOPE_PROJECT            /* {project_id} */
} ngx_lo_scope_t;

/* "open", "site" ... "project". */
const char *ngx_lo_scope_name(ngx_lo_scope_t scope);

/*
 * The last five are what others are told of the route: GET /api/openapi.json
 * is made of them, and what a route reads but does not tell is an alert in the
 * log of builds that look at it (CKP_CHECKED).  "" is nothing.  ngx_lo_told.h
 * has the words of `query`.
 */
typedef struct {
    ngx_uint_t          family;     /* NGX_LO_FAMILY_L ... */
    ngx_uint_t          method;     /* NGX_HTTP_GET ... */
    const char         *path;       /* "/leases/{lease_id}" */
    ngx_uint_t          role;
    ngx_lo_scope_t      scope;
    ngx_uint_t          flags;
    ngx_lo_prepare_pt   prepare;    /* NULL: nothing to prepare */
    ngx_lo_render_pt    render;
    const char         *tag;        /* groups routes: "leases" */
    const char         *summary;    /* "Slots that are held" */
    const char         *query;      /* "run_id stale:bool=false" */
    const char         *takes;      /* shape of the body: "RunCreate" */
    const char         *gives;      /* "201 Run; 200 Run": see ngx_lo_told.h */
} ngx_lo_route_t;

/* The table, provided by routes/: its parts from 0 on, and how many rows each
 * has; NULL: there are no more. */
const ngx_lo_route_t *ngx_lo_routes_part(ngx_uint_t part, ngx_uint_t *n);

#define NGX_LO_SEGS_MAX   8

typedef struct {
    const ngx_lo_route_t  *route;   /* NULL: no row of this method */
    ngx_uint_t             methods; /* all that the path has */
    ngx_uint_t             nsegs;
    ngx_str_t              segs[NGX_LO_SEGS_MAX];   /* decoded once */
    ngx_str_t              raw[NGX_LO_SEGS_MAX];    /* from it to the end */
    ngx_uint_t             more;    /* there are more of them */
    ngx_str_t              rest;    /* what "{name...}" stands for, raw */
} ngx_lo_match_t;

/*
 * Finds the row for `path`, the raw path below the mount.  It is split before
 * it is decoded; a trailing slash is ignored; literals win over parameters; a
 * last parameter "{name...}" takes all that is left, slashes and the trailing
 * one too.  HEAD finds the row of GET.
 *
 * NGX_OK found, NGX_DECLINED no such path or no such method (m->methods tells),
 * NGX_ERROR no memory.  Source: spec/api.md 1.1.
 */
ngx_int_t ngx_lo_match(ngx_pool_t *pool, ngx_str_t *path, ngx_uint_t family,
    ngx_uint_t method, ngx_lo_match_t *m);

#endif
