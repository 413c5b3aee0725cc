/*
 * A document compiled for an answer: what is wrong with it, and what it has.
 */

#ifndef NGX_LO_COMPILE_H
#define NGX_LO_COMPILE_H

#include "core/ngx_lo_core.h"

typedef struct {
    ckp_program_t  *prog;           /* NULL: it does not compile */
    json_t         *all;            /* diagnostics: all ... */
    json_t         *errors;         /* ... errors ... */
    json_t         *warnings;       /* ... warnings and infos */
    json_t         *outline;
    unsigned        valid:1;        /* no errors */
    unsigned        beyond:1;       /* beyond a limit: never stored */
} ngx_lo_compiled_t;

/* NGX_ERROR: no memory.  Ended by ngx_lo_compiled_free also then. */
ngx_int_t ngx_lo_compile(const json_t *doc, ngx_lo_compiled_t *out);
void ngx_lo_compiled_free(ngx_lo_compiled_t *out);

/* The errors among stored diagnostics, a new array. */
json_t *ngx_lo_compile_errors(const json_t *diagnostics);

#endif
