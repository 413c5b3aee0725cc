/*
 * Compiled programs by hash: a list in order of use, short enough to search.
 */

#include "core/ngx_lo_core.h"
#include "run/ngx_lo_program.h"
#include "think/ngx_lo_think.h"

#include <pthread.h>

#define NGX_LO_PROGRAMS_MAX  128
#define NGX_LO_READY_MAX     16     /* compiled elsewhere, not asked for yet */


typedef struct {
    ngx_queue_t      queue;
    ckp_program_t   *prog;
    char             hash[72];
} ngx_lo_program_entry_t;


static struct {
    ngx_queue_t  used;          /* most recently used first */
    ngx_uint_t   n;
} ngx_lo_programs;


/* What threads compiled.  One that nobody asks for makes room for the next. */

static struct {
    pthread_mutex_t  mutex;
    ngx_uint_t       next;
    struct {
        ckp_program_t  *prog;       /* NULL: free */
        char            hash[72];
    } of[NGX_LO_READY_MAX];
} ngx_lo_ready = { PTHREAD_MUTEX_INITIALIZER, 0, { { NULL, "" } } };


static ngx_lo_program_entry_t *
ngx_lo_program_find(const char *hash)
{
    ngx_queue_t             *q;
    ngx_lo_program_entry_t  *e;

    if (ngx_lo_programs.used.next == NULL) {
        ngx_queue_init(&ngx_lo_programs.used);
    }

    for (q = ngx_queue_head(&ngx_lo_programs.used);
         q != ngx_queue_sentinel(&ngx_lo_programs.used);
         q = ngx_queue_next(q))
    {
        e = ngx_queue_data(q, ngx_lo_program_entry_t, queue);

        if (ngx_strcmp(e->hash, hash) == 0) {
            return e;
        }
    }

    return NULL;
}


static void
ngx_lo_program_end(ngx_lo_program_entry_t *e)
{
    ngx_queue_remove(&e->queue);
    ngx_lo_programs.n--;

    ckp_program_unref(e->prog);
    ngx_free(e);
}


ckp_program_t *
ngx_lo_program_get(const char *hash)
{
    ngx_lo_program_entry_t  *e;

    e = ngx_lo_program_find(hash);

    if (e == NULL) {
        return NULL;
    }

    ngx_queue_remove(&e->queue);
    ngx_queue_insert_head(&ngx_lo_programs.used, &e->queue);

    return e->prog;
}


void
ngx_lo_program_put(const char *hash, ckp_program_t *prog)
{
    ngx_lo_program_entry_t  *e;

    if (ngx_strlen(hash) >= sizeof(e->hash)
        || ngx_lo_program_find(hash) != NULL)
    {
        return;
    }

    e = ngx_alloc(sizeof(ngx_lo_program_entry_t), ngx_cycle->log);

    if (e == NULL) {
        return;
    }

    ngx_memcpy(e->hash, hash, ngx_strlen(hash) + 1);
    e->prog = ckp_program_ref(prog);

    /* whoever compiled it: from here on runs use it */

    ckp_program_artifacts(prog, (const char *) ngx_lo_conf()->artifacts.data);

    ngx_queue_insert_head(&ngx_lo_programs.used, &e->queue);

    if (++ngx_lo_programs.n > NGX_LO_PROGRAMS_MAX) {
        e = ngx_queue_data(ngx_queue_last(&ngx_lo_programs.used),
                           ngx_lo_program_entry_t, queue);
        ngx_lo_program_end(e);
    }
}


static ckp_program_t *
ngx_lo_program_build(const json_t *doc)
{
    ckp_diags_t     *diags;
    ckp_program_t   *prog;
    ckp_compiler_t  *c;

    prog = NULL;
    diags = ckp_diags_new();

    if (diags == NULL) {
        return NULL;
    }

    c = ckp_compiler_new(diags);

    if (c != NULL) {

        ckp_compiler_zones(c, ngx_lo_tz, NULL);

        if (ckp_compiler_add(c, doc) == CKP_OK) {
            prog = ckp_compiler_finish(c);
        }

        if (prog != NULL) {
            ckp_program_zones(prog, ngx_lo_tz, NULL);
        }

        ckp_compiler_free(c);
    }

    ckp_diags_free(diags);

    return prog;
}


/* Takes what is ready of that hash, or with a program leaves it there. */

static ckp_program_t *
ngx_lo_program_swap(const char *hash, ckp_program_t *prog)
{
    ngx_uint_t      i;
    ckp_program_t  *had;

    (void) pthread_mutex_lock(&ngx_lo_ready.mutex);

    for (i = 0; i < NGX_LO_READY_MAX; i++) {
        if (ngx_lo_ready.of[i].prog != NULL
            && ngx_strcmp(ngx_lo_ready.of[i].hash, hash) == 0)
        {
            break;
        }
    }

    had = NULL;

    if (i == NGX_LO_READY_MAX && prog != NULL) {
        i = ngx_lo_ready.next++ % NGX_LO_READY_MAX;
    }

    if (i < NGX_LO_READY_MAX) {
        had = ngx_lo_ready.of[i].prog;
        ngx_lo_ready.of[i].prog = prog;
        (void) ngx_cpystrn((u_char *) ngx_lo_ready.of[i].hash,
                           (u_char *) hash, sizeof(ngx_lo_ready.of[i].hash));
    }

    (void) pthread_mutex_unlock(&ngx_lo_ready.mutex);

    return had;
}


void
ngx_lo_program_prepare(const char *hash, const char *body, size_t len)
{
    json_t         *doc;
    ckp_err_t       err = CKP_ERR_INIT;
    ckp_program_t  *prog;

    if (len <= NGX_LO_THINK_BYTES
        || ngx_strlen(hash) >= sizeof(ngx_lo_ready.of[0].hash))
    {
        return;
    }

    doc = ckp_json_parse(body, len, &err);
    prog = (doc != NULL) ? ngx_lo_program_build(doc) : NULL;
    json_decref(doc);

    if (prog != NULL) {
        ckp_program_unref(ngx_lo_program_swap(hash, prog));
    }
}


ckp_program_t *
ngx_lo_program_compile(const char *hash, const char *body, size_t len)
{
    ckp_program_t  *prog;

    prog = ngx_lo_program_read(hash, body, len);

    if (prog == NULL) {
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "document %s does not compile", hash);
    }

    return prog;
}


ckp_program_t *
ngx_lo_program_read(const char *hash, const char *body, size_t len)
{
    json_t         *doc;
    ckp_err_t       err = CKP_ERR_INIT;
    ckp_program_t  *prog;

    prog = ngx_lo_program_swap(hash, NULL);

    if (prog == NULL) {
        doc = ckp_json_parse(body, len, &err);

        if (doc == NULL) {
            ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                          "document %s: %s", hash, err.msg);
            return NULL;
        }

        prog = ngx_lo_program_build(doc);
        json_decref(doc);
    }

    if (prog == NULL) {
        return NULL;
    }

    ngx_lo_program_put(hash, prog);
    ckp_program_unref(prog);

    return ngx_lo_program_get(hash);
}


void
ngx_lo_program_clear(void)
{
    ngx_uint_t    i;
    ngx_queue_t  *q;

    (void) pthread_mutex_lock(&ngx_lo_ready.mutex);

    for (i = 0; i < NGX_LO_READY_MAX; i++) {
        ckp_program_unref(ngx_lo_ready.of[i].prog);
        ngx_lo_ready.of[i].prog = NULL;
    }

    (void) pthread_mutex_unlock(&ngx_lo_ready.mutex);

    if (ngx_lo_programs.used.next == NULL) {
        return;
    }

    while (!ngx_queue_empty(&ngx_lo_programs.used)) {
        q = ngx_queue_head(&ngx_lo_programs.used);
        ngx_lo_program_end(ngx_queue_data(q, ngx_lo_program_entry_t, queue));
    }
}
