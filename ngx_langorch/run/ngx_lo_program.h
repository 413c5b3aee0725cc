/*
 * Compiled programs of this worker, by the hash of their document; the least
 * recently used goes first.
 */

#ifndef NGX_LO_PROGRAM_H
#define NGX_LO_PROGRAM_H

#include <ngx_config.h>
#include <ngx_core.h>

#include "ckp.h"

/* Lends the program; take a reference to keep it.  NULL: not compiled here. */
ckp_program_t *ngx_lo_program_get(const char *hash);

/* Keeps a reference of its own. */
void ngx_lo_program_put(const char *hash, ckp_program_t *prog);

/* Compiles a document's text and keeps it.  Lends; NULL: it does not compile
 * (any more) or no memory. */
ckp_program_t *ngx_lo_program_compile(const char *hash, const char *body,
    size_t len);

/* The same where one that does not compile is nothing to log. */
ckp_program_t *ngx_lo_program_read(const char *hash, const char *body,
    size_t len);

/* In any thread: one that is larger than a thought is compiled there, and
 * waits for whoever compiles it on the loop. */
void ngx_lo_program_prepare(const char *hash, const char *body, size_t len);

void ngx_lo_program_clear(void);

#endif
