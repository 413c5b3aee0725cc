/*
 * What a run wants of files, whose bytes it never has: a look at an attachment,
 * a copy of what an address gave, a request with bytes in it, rows of
 * spreadsheets (spec/ckp.md 13.3, 23.8).
 *
 * All of it is done by a thread, with memory of its own: texts of megabytes are
 * hashed, searched, written as base64 and as JSON there.
 */

#include "disk/ngx_lo_disk.h"
#include "run/ngx_lo_run_int.h"
#include "wire/llm.h"


#define NGX_LO_ATTACHMENT_MAX  (5 * 1024 * 1024)    /* spec/ckp.md 23.8 */


typedef struct ngx_lo_files_s  ngx_lo_files_t;
typedef void (*ngx_lo_files_does_pt)(ngx_lo_files_t *t);

struct ngx_lo_files_s {
    ngx_lo_disk_t          disk;
    ngx_lo_effect_t       *effect;      /* not in the thread */
    ngx_lo_files_does_pt   does;        /* in the thread */
    json_t                *ask;         /* nobody else's */
    json_t                *answer;      /* NULL: no memory */
    ckp_outcome_t          outcome;
    size_t                 file_max;    /* bytes of one that is read */
    size_t                 kept_max;    /* bytes of copies of the run */

    char                   run_id[40];
    char                  *data;        /* what an address gave */
    size_t                 len;
    char                   type[128];

    char                  *text;        /* a request with its bytes */
    ngx_lo_files_pt        filled;
    unsigned               posted:1;
};


/* --- there and back ------------------------------------------------------------ */


static void
ngx_lo_files_clean(ngx_lo_disk_t *d)
{
    ngx_lo_files_t  *t = (ngx_lo_files_t *) d;

    json_decref(t->ask);
    json_decref(t->answer);
    ckp_free(t->data);
    ckp_free(t->text);
}


/* The effect ended first: nobody is told. */

static void
ngx_lo_files_gone(void *own)
{
    ngx_lo_files_t  *t = own;

    if (t->posted) {
        ngx_lo_disk_forget(&t->disk);

    } else {
        ngx_lo_disk_free(&t->disk);
    }
}


/* What ran out of memory on its way is not half an answer: it is none. */

static void
ngx_lo_files_work(ngx_lo_disk_t *d)
{
    unsigned long    refusals;
    ngx_lo_files_t  *t = (ngx_lo_files_t *) d;

    refusals = ckp_memory_refusals();
    t->does(t);

    if (ckp_memory_refusals() != refusals) {
        json_decref(t->answer);
        t->answer = NULL;
        ckp_free(t->text);
        t->text = NULL;
    }
}


static ngx_lo_files_t *
ngx_lo_files_new(ngx_lo_effect_t *e, json_t *ask, ngx_lo_files_does_pt does,
    ngx_lo_disk_pt done)
{
    ngx_lo_files_t  *t;

    t = (ask != NULL) ? ngx_lo_disk_new(sizeof(ngx_lo_files_t)) : NULL;

    if (t == NULL) {
        json_decref(ask);
        return NULL;
    }

    t->disk.work = ngx_lo_files_work;
    t->disk.done = done;
    t->disk.clean = ngx_lo_files_clean;
    t->effect = e;
    t->does = does;
    t->ask = ask;
    t->file_max = ngx_lo_conf()->sheet_max;
    t->kept_max = ngx_lo_conf()->attached_max;

    ngx_memcpy(t->run_id, e->run->run_id, sizeof(t->run_id));

    return t;
}


static void
ngx_lo_files_refused(ngx_lo_effect_t *e, ngx_uint_t next)
{
    ngx_lo_effect_reply(e, CKP_OUTCOME_UNKNOWN,
                        json_pack("{s:s, s:s, s:b}", "type", "ResourceBusy",
                                  "message", "no room for another file",
                                  "retryable", 1), next);
}


/* No thread takes it: the effect is answered. */

static void
ngx_lo_files_go(ngx_lo_effect_t *e)
{
    ngx_lo_files_t  *t = e->own;

    t->posted = 1;

    if (ngx_lo_disk_post(&t->disk) != NGX_OK) {
        e->own = NULL;
        e->own_free = NULL;
        ngx_lo_files_refused(e, 0);
    }
}


/* NULL: the effect is answered; else as soon as there is room for it. */

static void
ngx_lo_files_post(ngx_lo_effect_t *e, ngx_lo_files_t *t, size_t bytes)
{
    if (t == NULL) {
        ngx_lo_files_refused(e, 0);
        return;
    }

    e->own = t;
    e->own_free = ngx_lo_files_gone;

    ngx_lo_room_enter(e, bytes, ngx_lo_files_go);
}


static ngx_lo_effect_t *
ngx_lo_files_back(ngx_lo_files_t *t)
{
    t->effect->own = NULL;
    t->effect->own_free = NULL;

    return t->effect;
}


static void
ngx_lo_files_done(ngx_lo_disk_t *d)
{
    json_t           *answer;
    ngx_lo_files_t   *t = (ngx_lo_files_t *) d;
    ngx_lo_effect_t  *e;

    e = ngx_lo_files_back(t);
    answer = t->answer;
    t->answer = NULL;

    if (answer == NULL) {
        ngx_lo_files_refused(e, 1);
        return;
    }

    ngx_lo_effect_reply(e, t->outcome, answer, 1);
}


/* --- in a thread ----------------------------------------------------------------- */


static const char *
ngx_lo_files_why(int err)
{
    switch (err) {

    case 0:
        return NULL;

    case ENOMEM:
        ckp_memory_refused();
        return "no memory";

    case EFBIG:
        return "it is too large";

    case ENOENT:
    case ENOTDIR:
    case ELOOP:
        return "it is not there";

    default:
        return "it cannot be read";
    }
}


/* An artifact, or a copy that was made for this run; of no other. */

static const char *
ngx_lo_files_read(void *data, const char *at, char **bytes, size_t *len)
{
    char             own[64];
    size_t           n;
    ngx_lo_files_t  *t = data;

    n = (size_t) snprintf(own, sizeof(own), "%s/%.36s/", NGX_LO_DISK_ATTACHED,
                          t->run_id);

    if (!ckp_artifact_is_path(at, ngx_strlen(at))
        && ngx_strncmp(at, own, n) != 0)
    {
        return ngx_lo_files_why(ENOENT);
    }

    return ngx_lo_files_why(ngx_lo_disk_read(t->disk.root, at, t->file_max,
                                             bytes, len));
}


/* What a name says of a text or an image that its bytes do not. */

static const char *
ngx_lo_files_type(const char *path)
{
    size_t       i;
    const char  *dot;

    static const struct {
        const char  *end;
        const char  *type;
    } types[] = {
        { ".csv", "text/csv" }, { ".md", "text/markdown" },
        { ".html", "text/html" }, { ".xml", "text/xml" },
        { ".svg", "image/svg+xml" }, { ".bmp", "image/bmp" },
        { ".tif", "image/tiff" }, { ".tiff", "image/tiff" }
    };

    dot = strrchr(path, '.');

    for (i = 0; dot != NULL && i < sizeof(types) / sizeof(types[0]); i++) {
        if (ngx_strcasecmp((u_char *) dot, (u_char *) types[i].end) == 0) {
            return types[i].type;
        }
    }

    return NULL;
}


static void
ngx_lo_files_look(ngx_lo_files_t *t)
{
    const char  *path, *why;

    path = ckp_json_str(t->ask, "path");
    path = path ? path : "";

    t->file_max = (size_t) ckp_json_int(t->ask, "max_bytes", 0);
    why = ngx_lo_files_read(t, path, &t->data, &t->len);

    if (why != NULL) {
        t->answer = json_pack("{s:s}", "why", why);
        return;
    }

    t->answer = ckp_attachment_look(t->ask, ngx_lo_files_type(path), t->data,
                                    t->len);

    if (ckp_json_str(t->answer, "kind") != NULL) {
        (void) json_object_set_new(t->answer, "at", json_string(path));
    }
}


/* A copy under a name that nobody has, unless the run has too many. */

static int
ngx_lo_files_copy(ngx_lo_files_t *t, char *at, size_t size)
{
    int          dir;
    char         name[25];
    int64_t      bytes;
    const char  *unused;

    ngx_lo_disk_name(name);
    (void) snprintf(at, size, "%s/%.36s/%s", NGX_LO_DISK_ATTACHED, t->run_id,
                    name);

    dir = ngx_lo_disk_parent(t->disk.root, at, 1, &unused);

    if (dir == -1) {
        return errno;
    }

    bytes = ngx_lo_disk_walk(dir, 0, 0);
    (void) close(dir);

    return (bytes + (int64_t) t->len > (int64_t) t->kept_max)
           ? EFBIG : ngx_lo_disk_write(t->disk.root, at, t->data, t->len);
}


static void
ngx_lo_files_keep_copy(ngx_lo_files_t *t)
{
    int      err;
    char     at[NGX_LO_DISK_PATH];
    json_t  *look;

    look = ckp_attachment_look(t->ask, t->type, t->data, t->len);

    if (ckp_json_str(look, "kind") != NULL) {
        err = ngx_lo_files_copy(t, at, sizeof(at));

        if (err == 0) {
            (void) json_object_set_new(look, "at", json_string(at));

        } else {
            json_decref(look);
            look = (err == EFBIG)
                   ? json_pack("{s:s}", "why", "the run has too many copies")
                   : json_pack("{s:s}", "why", "it cannot be kept");
        }
    }

    t->answer = (look != NULL) ? json_pack("{s:i, s:o}", "status", 200,
                                           "attachment", look)
                               : NULL;
}


static void
ngx_lo_files_sheet(ngx_lo_files_t *t)
{
    ckp_attachments_t  from;

    from.read = ngx_lo_files_read;
    from.data = t;

    t->answer = ckp_sheet_answer(t->ask, &from, &t->outcome);
}


static void
ngx_lo_files_put(ngx_lo_files_t *t)
{
    json_t             *request;
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_code_t          rc;
    ckp_attachments_t   from;

    from.read = ngx_lo_files_read;
    from.data = t;

    request = json_object_get(t->ask, "request");
    rc = ckp_attachment_fill(request, json_object_get(t->ask, "mask"), &from,
                             &err);

    if (rc == CKP_OK) {
        t->text = ckp_llm_body(ckp_json_str(t->ask, "provider"), request);

    } else if (rc == CKP_E_INVALID) {
        t->answer = json_pack("{s:s, s:s, s:b}", "type", "LLMCallError",
                              "message", err.msg, "retryable", 0);
    }
}


/* --- what is asked ---------------------------------------------------------------- */


void
ngx_lo_to_attachment(ngx_lo_effect_t *e)
{
    ngx_lo_files_t  *t;

    t = ngx_lo_files_new(e, json_deep_copy(e->body), ngx_lo_files_look,
                         ngx_lo_files_done);

    ngx_lo_files_post(e, t, NGX_LO_ATTACHMENT_MAX);
}


void
ngx_lo_to_sheet(ngx_lo_effect_t *e)
{
    ngx_lo_files_t  *t;

    t = ngx_lo_files_new(e, json_deep_copy(e->body), ngx_lo_files_sheet,
                         ngx_lo_files_done);

    ngx_lo_files_post(e, t, ngx_lo_conf()->sheet_max);
}


void
ngx_lo_files_keep(ngx_lo_effect_t *e, const json_t *want,
    const ngx_lo_call_reply_t *reply)
{
    size_t           n;
    ngx_lo_files_t  *t;

    t = ngx_lo_files_new(e, json_deep_copy(want), ngx_lo_files_keep_copy,
                         ngx_lo_files_done);

    if (t != NULL) {
        t->data = ckp_alloc(reply->body.len + 1);
    }

    if (t == NULL || t->data == NULL) {
        ngx_lo_disk_free(t ? &t->disk : NULL);
        ngx_lo_files_refused(e, 1);
        return;
    }

    ngx_memcpy(t->data, reply->body.data, reply->body.len);
    t->data[reply->body.len] = '\0';
    t->len = reply->body.len;

    n = ngx_min(reply->content_type.len, sizeof(t->type) - 1);

    if (n > 0) {
        ngx_memcpy(t->type, reply->content_type.data, n);
    }

    e->own_free(e->own);
    /* its bytes are in memory already: nobody is held up for room */

    e->own = t;
    e->own_free = ngx_lo_files_gone;
    t->posted = 1;

    if (ngx_lo_disk_post(&t->disk) != NGX_OK) {
        e->own = NULL;
        e->own_free = NULL;
        ngx_lo_files_refused(e, 1);
    }
}


static void
ngx_lo_files_filled(ngx_lo_disk_t *d)
{
    json_t           *answer;
    ngx_lo_run_t     *run;
    ngx_lo_files_t   *t = (ngx_lo_files_t *) d;
    ngx_lo_effect_t  *e;

    e = ngx_lo_files_back(t);

    if (t->text == NULL) {
        answer = t->answer;
        t->answer = NULL;

        if (answer == NULL) {
            ngx_lo_files_refused(e, 1);
            return;
        }

        ngx_lo_effect_reply(e, CKP_OUTCOME_FAILED, answer, 1);
        return;
    }

    /* it may answer at once, as if it were asked by the turn */

    run = e->run;
    e->text = t->text;
    t->text = NULL;
    t->filled(e);
    ngx_lo_run_next(run);
}


/* What the attachments of a request are together, as far as it is told. */

static size_t
ngx_lo_files_bytes(const json_t *request)
{
    size_t    i, k, bytes;
    int64_t   n;
    json_t   *message, *part;

    bytes = 0;

    json_array_foreach(json_object_get(request, "messages"), i, message) {
        json_array_foreach(json_object_get(message, "content"), k, part) {
            n = ckp_json_int(part, "bytes", 0);
            bytes += (n > 0 && n <= NGX_LO_ATTACHMENT_MAX) ? (size_t) n : 0;
        }
    }

    return bytes;
}


void
ngx_lo_files_fill(ngx_lo_effect_t *e, json_t *request,
    ngx_lo_files_pt filled)
{
    size_t           bytes;
    json_t          *ask;
    ngx_lo_files_t  *t;

    bytes = ngx_lo_files_bytes(request);
    ask = json_pack("{s:o, s:o*, s:s*}", "request", request, "mask",
                    json_deep_copy(json_object_get(e->body, "mask")),
                    "provider",
                    ckp_json_str(json_object_get(e->body, "profile"),
                                 "provider"));
    t = ngx_lo_files_new(e, ask, ngx_lo_files_put, ngx_lo_files_filled);

    if (t != NULL) {
        t->filled = filled;
        t->file_max = NGX_LO_ATTACHMENT_MAX;
    }

    ngx_lo_files_post(e, t, bytes);
}


/* Copies of this run, and of no other. */

void
ngx_lo_files_drop(const ngx_lo_effect_t *e)
{
    char        own[64];
    size_t      i, len;
    json_t     *at;

    len = (size_t) snprintf(own, sizeof(own), "%s/%.36s/",
                            NGX_LO_DISK_ATTACHED, e->run->run_id);

    json_array_foreach(json_object_get(e->body, "drop"), i, at) {
        if (json_string_length(at) > len
            && ngx_strncmp(json_string_value(at), own, len) == 0
            && strchr(json_string_value(at) + len, '/') == NULL)
        {
            ngx_lo_disk_drop(json_string_value(at));
        }
    }
}
