/*
 * A document compiled for an answer: what is wrong with it, and what it has.
 */

#ifndef NGX_LO_COMPILE_H
#define NGX_LO_COMPILE_H

#include "api/ngx_lo_api.h"

typedef struct {
    ckp_program_t  *prog;           /* NULL: it does not compile */
    json_t         *all;            /* diagnostics: all ... */
    json_t         *errors;         /* ... errors ... */
    json_t         *warnings;       /* ... warnings and infos */
    json_t         *outline;
    json_t         *pins;           /* as of ckp_compiler_pins */
    unsigned        valid:1;        /* no errors */
    unsigned        beyond:1;       /* beyond a limit: never stored */
    unsigned        calls:1;        /* it calls other procedures */
    unsigned        large:1;        /* the document is: see think/ */
} ngx_lo_compiled_t;

/* At once, for what is small, and without a look at the procedures that it
 * calls.  NGX_ERROR: no memory.  Ended by ngx_lo_compiled_free also then. */
ngx_int_t ngx_lo_compile(const json_t *doc, ngx_lo_compiled_t *out);
void ngx_lo_compiled_free(ngx_lo_compiled_t *out);

/*
 * With that look, which may take stages: `then` goes on (its job is NULL) when
 * `out` is filled, which lives as long as the request.  So does what env (NULL:
 * it is not looked at) refers to, and the document, which nobody changes: one
 * that is large is compiled in a thread.
 */
ngx_int_t ngx_lo_compile_all(ngx_lo_api_t *api, const json_t *doc,
    const ckp_environment_t *env, ngx_lo_compiled_t *out,
    ngx_lo_render_pt then);

/* Likewise without it. */
ngx_int_t ngx_lo_compile_alone(ngx_lo_api_t *api, const json_t *doc,
    ngx_lo_compiled_t *out, ngx_lo_render_pt then);

/* What the compiler has found.  In any thread.  NGX_ERROR: no memory. */
ngx_int_t ngx_lo_compile_end(ckp_compiler_t *c, ckp_diags_t *diags,
    ngx_lo_compiled_t *out);

/* In the request's memory, and freed with it; NULL: no memory. */
ngx_lo_compiled_t *ngx_lo_compiled_new(ngx_lo_api_t *api);

/* The errors among stored diagnostics, a new array. */
json_t *ngx_lo_compile_errors(const json_t *diagnostics);

#endif
