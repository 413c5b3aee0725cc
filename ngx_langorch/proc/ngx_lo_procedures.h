/*
 * What the files of the resource "procedures" share.
 */

#ifndef NGX_LO_PROCEDURES_H
#define NGX_LO_PROCEDURES_H

#include "api/ngx_lo_api.h"
#include "proc/ngx_lo_compile.h"

/* A document about to be stored. */

typedef struct {
    const json_t       *doc;        /* kept by the request */
    const json_t       *head;
    const char         *id;
    const char         *version;
    const char         *project;    /* NULL: what the document says */
    char                hash[65];
    char               *text;       /* ended by ngx_lo_document_free */
    ngx_lo_compiled_t   compiled;
    const json_t       *old;        /* the row it replaces; kept; NULL: none */
    ngx_lo_render_pt    then;       /* what it was compiled for */
    ngx_uint_t          row;        /* the statement that reads it again */
    ngx_uint_t          tries;      /* how often another was faster */
    unsigned            strict:1;
    unsigned            replace:1;
    unsigned            same:1;     /* as the stored one */
    unsigned            moved:1;    /* has another state, and nothing else */
} ngx_lo_document_t;

/* Reads id and version; answers 422 itself.  NGX_OK, NGX_DONE, NGX_ERROR. */
ngx_int_t ngx_lo_document_head(ngx_lo_api_t *api, ngx_lo_document_t *d,
    const json_t *doc);

/* 1: errors refuse a document: as the request says, else as the site does. */
ngx_uint_t ngx_lo_document_strict(const char *validate);

/* Hash and text of n documents of the request, in a thread when one of them is
 * large; goes on with `known`. */
ngx_int_t ngx_lo_document_know(ngx_lo_api_t *api, ngx_lo_document_t **d,
    ngx_uint_t n, ngx_lo_resume_pt known);

/* Compiles api->ctx, maybe in more than one stage, refuses what may not be
 * stored, and else goes on with `then` (without a job). */
ngx_int_t ngx_lo_document_check(ngx_lo_api_t *api, ngx_lo_render_pt then);

/* NGX_OK: it may be where it will lie, in the place of d->old; or the answer,
 * 403.  Who has one project alone need not name it. */
ngx_int_t ngx_lo_document_within(ngx_lo_api_t *api, ngx_lo_document_t *d);

/* Adds what stores it in the place of d->old. */
ngx_int_t ngx_lo_document_store(ngx_lo_api_t *api, ngx_lo_document_t *d,
    ngx_lo_job_t *job);

/* Adds the text of a document that is `old` (a row) in another state: it keeps
 * the versions that the import of that one chose for its children. */
ngx_int_t ngx_lo_document_keep(const ngx_lo_document_t *d, ngx_lo_job_t *job,
    const json_t *old);

void ngx_lo_document_free(void *data);

/* A document in the request's memory, freed with it, and its ctx; NULL: no
 * memory. */
ngx_lo_document_t *ngx_lo_document_new(ngx_lo_api_t *api);

/* One beside it, for another version of the same request. */
ngx_lo_document_t *ngx_lo_document_aside(ngx_lo_api_t *api);

/* Adds the reading of the version that the path names, if it names one and not
 * `latest`: else answers 404 (NGX_DONE). */
ngx_int_t ngx_lo_procedure_exact(ngx_lo_api_t *api, ngx_lo_job_t *job);

/* Replaces the stored row by the document, api->ctx, and answers 200. */
ngx_int_t ngx_lo_procedure_replace(ngx_lo_api_t *api, const json_t *old);

/* The Procedure of a row (with its document when `detail`); its ETag is set
 * unless `detail` is 2.  New value. */
json_t *ngx_lo_procedure_json(const json_t *row, ngx_uint_t detail);
const char *ngx_lo_procedure_etag(ngx_lo_api_t *api, const json_t *row);

/* 1: If-Match does not fit; answered by ngx_lo_procedure_412. */
const char *ngx_lo_procedure_tag(ngx_lo_api_t *api, const json_t *row);
ngx_int_t ngx_lo_procedure_412(ngx_lo_api_t *api, const json_t *row);
ngx_int_t ngx_lo_procedure_404(ngx_lo_api_t *api);

#endif
