/*
 * Attachments that lie elsewhere are looked at first, one after the other: at
 * an address, or a file of the artifacts' folder.  The host has their bytes;
 * the run has what they are.
 *
 * n.llm.gi is the next to look at, n.got {"0": {kind, at, type, bytes, sha256,
 * kept?} or {why}} what came; kept: a copy that the host made for this node.
 * Source: spec/ckp.md 23.8.
 */

#include "llm/llm.h"

#include <stdio.h>
#include <string.h>

#include "base/artifact.h"
#include "base/json.h"
#include "model/limits.h"
#include "op/op_int.h"

/* One of them, and where it lies. */

typedef struct {
    size_t   i;
    json_t  *url;           /* NULL: not at an address */
    json_t  *path;          /* of an artifact; NULL: not there */
    bool     again;         /* it was asked for before a crash */
} get_t;


bool
ckp_attach_is_url(const char *text)
{
    return strncmp(text, "http://", 7) == 0
           || strncmp(text, "https://", 8) == 0;
}


bool
ckp_attach_is_picture(const char *url)
{
    static const char *const  images[] = { ".png", ".jpg", ".jpeg", ".gif",
                                           ".webp" };
    const size_t              path = strcspn(url, "?#");

    for (size_t i = 0; i < sizeof(images) / sizeof(images[0]); i++) {
        const size_t  n = strlen(images[i]);

        if (path > n && memcmp(url + path - n, images[i], n) == 0) {
            return true;
        }
    }

    return false;
}


const json_t *
ckp_attach_got(const ckp_fiber_t *f, size_t i)
{
    char  at[24];

    (void) snprintf(at, sizeof(at), "%zu", i);

    return ckp_fiber_get(f, "got", at);
}


static ckp_code_t
get_keep(ckp_fiber_t *f, size_t i, json_t *what)
{
    char        at[24];
    ckp_code_t  rc;

    (void) snprintf(at, sizeof(at), "%zu", i);
    rc = ckp_fiber_put(f, "got", at, what);

    return rc == CKP_OK ? ckp_llm_put_int(f, "gi", (int64_t) i + 1) : rc;
}


/* --- what has to be looked at ------------------------------------------ */

/* A name below the folder that says no more than that: a folder, a file, and
 * what it is. */

static bool
get_is_name(const char *text, size_t len)
{
    const char *const  last = strrchr(text, '/');

    return last != NULL && strchr(last, '.') != NULL
           && strstr(text, "://") == NULL && strncmp(text, "data:", 5) != 0
           && ckp_artifact_is_path(text, len);
}


/* The path of an artifact; NULL: it is none. */

static json_t *
get_path(ckp_fiber_t *f, const ckp_attachment_t *one, const json_t *source)
{
    const char *const  text = json_string_value(source);
    json_t            *path = NULL;
    ckp_buf_t          b;

    ckp_buf_init(&b, CKP_ARTIFACT_PATH_MAX);

    if (ckp_artifact_path(text, ckp_fiber_program(f)->artifacts, &b)) {
        path = json_string(ckp_buf_str(&b));

    } else if ((one->type == CKP_ATTACH_IMAGE || one->type == CKP_ATTACH_FILE)
               && get_is_name(text, json_string_length(source)))
    {
        path = json_incref((json_t *) source);
    }

    ckp_buf_free(&b);

    return path;
}


/* Neither url nor path: it is here. */

static ckp_code_t
get_source(ckp_fiber_t *f, const ckp_attachment_t *one, get_t *g)
{
    json_t      *value = NULL;
    ckp_code_t   rc;

    g->url = NULL;
    g->path = NULL;

    if (one->type == CKP_ATTACH_VARIABLE) {
        return CKP_OK;
    }

    rc = ckp_fiber_render(f, one->source, &value);

    if (rc == CKP_OK && json_is_string(value)) {
        const char *const  text = json_string_value(value);

        if (!ckp_attach_is_url(text)) {
            g->path = get_path(f, one, value);

        } else if (one->type != CKP_ATTACH_IMAGE
                   && !(one->type == CKP_ATTACH_FILE
                        && ckp_attach_is_picture(text)))
        {
            g->url = json_incref(value);    /* models fetch pictures */
        }
    }

    json_decref(value);

    return rc;
}


/* --- asking ------------------------------------------------------------ */

/* How the host masks a text: {act, types, custom, tokens}; NULL: not at all.
 * *rc: no memory. */

json_t *
ckp_attach_mask(const ckp_fiber_t *f, ckp_code_t *rc)
{
    static const char *const  acts[] = {
        [CKP_PII_MASK] = "mask", [CKP_PII_HASH] = "hash",
        [CKP_PII_TOKENIZE] = "tokenize"
    };
    const ckp_pii_t *const    pii = ckp_fiber_node(f)->u.llm->pii;
    json_t                   *types;
    json_t                   *custom;
    json_t                   *mask;
    const char               *pattern;

    if (pii == NULL || pii->pre == CKP_PII_OFF || pii->pre == CKP_PII_BLOCK) {
        return NULL;
    }

    types = json_array();
    custom = json_array();

    for (size_t i = 0; i < CKP_PII_TYPES_MAX; i++) {
        if ((pii->types & (1u << i)) != 0) {
            (void) json_array_append_new(types, json_string(ckp_pii_type(i,
                                                                &pattern)));
        }
    }

    for (size_t i = 0; i < pii->ncustom; i++) {
        (void) json_array_append_new(custom, json_pack("{s:s, s:s}", "name",
                                     pii->names[i], "regex",
                                     pii->patterns[i]));
    }

    mask = json_pack("{s:s, s:o, s:o, s:O*}", "act", acts[pii->pre], "types",
                     types, "custom", custom, "tokens",
                     ckp_fiber_get(f, "pii", NULL));

    if (mask == NULL || json_array_size(custom) != pii->ncustom) {
        json_decref(mask);
        *rc = CKP_E_NOMEM;
        return NULL;
    }

    return mask;
}


static const char *
get_kind(const ckp_attachment_t *one)
{
    switch (one->type) {

    case CKP_ATTACH_IMAGE:
        return "image";

    case CKP_ATTACH_FILE:
    case CKP_ATTACH_URL:
        return "any";

    case CKP_ATTACH_TEXT:
    case CKP_ATTACH_CSV:
    case CKP_ATTACH_JSON:
    case CKP_ATTACH_VARIABLE:
        break;
    }

    return "text";
}


static ckp_code_t
get_send(ckp_fiber_t *f, const char *target, json_t *body)
{
    char                key[CKP_KEY_MAX + 1];
    const ckp_effect_t  fx = {
        .kind = CKP_FX_CALL, .target = target,
        .ref = ckp_fiber_get_str(f, "llm", "ref"),
        .key = ckp_llm_key(f, key), .body = body, .timeout_ms = CKP_HTTP_MS
    };
    const ckp_code_t    rc = ckp_fiber_effect(f, &fx);

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}


/* A body of http_request for an address, with what is to be done with it; NULL
 * and CKP_OK: it is known why it cannot be asked for. */

static ckp_code_t
get_url_body(ckp_fiber_t *f, const get_t *g, json_t **body)
{
    json_t *const  params = json_pack("{s:O, s:s, s:i}", "url", g->url,
                                      "method", "GET", "max_bytes",
                                      CKP_LLM_ATTACHMENT_MAX);
    json_t        *error;
    ckp_code_t     rc = params == NULL ? CKP_E_NOMEM
                        : ckp_op_http_ask(f, params, g->again, body);

    json_decref(params);

    if (rc == CKP_E_INVALID || (rc == CKP_OK && *body == NULL)) {
        error = ckp_fiber_error_take(f);
        rc = get_keep(f, g->i, json_pack("{s:o}", "why",
                      json_incref(json_object_get(error, "message"))));
        json_decref(error);
    }

    return rc;
}


/* *body: what the host is asked. */

static ckp_code_t
get_body(ckp_fiber_t *f, const get_t *g, json_t **body)
{
    json_t      *want;
    json_t      *mask;
    ckp_code_t   rc = g->url != NULL ? get_url_body(f, g, body) : CKP_OK;

    if (rc != CKP_OK || (g->url != NULL && *body == NULL)) {
        return rc;
    }

    mask = ckp_attach_mask(f, &rc);

    if (rc != CKP_OK) {
        return rc;
    }

    want = json_pack("{s:s, s:o*}", "kind",
                     get_kind(&ckp_fiber_node(f)->u.llm->attach[g->i]),
                     "mask", mask);

    if (g->url != NULL) {
        return json_object_set_new(*body, "attachment", want) == 0
               ? CKP_OK : CKP_E_NOMEM;
    }

    *body = want;

    return json_object_set_new(want, "op", json_string("attachment")) == 0
           && json_object_set(want, "path", g->path) == 0
           && json_object_set_new(want, "max_bytes",
                                  json_integer(CKP_LLM_ATTACHMENT_MAX)) == 0
           ? CKP_OK : CKP_E_NOMEM;
}


/* *asked: it is on its way; else it is known not to be had. */

static ckp_code_t
get_ask(ckp_fiber_t *f, const get_t *g, bool *asked)
{
    json_t      *body = NULL;
    const char  *ref;
    ckp_code_t   rc = get_body(f, g, &body);

    if (rc == CKP_OK && body != NULL && !g->again) {
        ref = ckp_fiber_ref(f);
        rc = ref == NULL ? CKP_E_NOMEM
             : ckp_fiber_put(f, "llm", "ref", json_string(ref));
        rc = rc == CKP_OK ? ckp_fiber_put(f, "llm", "ph",
                                          json_string("get")) : rc;
    }

    if (rc != CKP_OK || body == NULL) {
        json_decref(body);
        return rc;
    }

    *asked = true;

    return get_send(f, g->url != NULL ? "http" : "host", body);
}


ckp_code_t
ckp_attach_fetch(ckp_fiber_t *f, bool again, bool *asked)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    get_t                   g = { .i = (size_t) ckp_llm_int(f, "gi"),
                                  .again = again };
    ckp_code_t              rc = CKP_OK;

    *asked = false;

    for (; rc == CKP_OK && !*asked && g.i < llm->nattach; g.i++) {
        rc = get_source(f, &llm->attach[g.i], &g);

        if (rc == CKP_OK && (g.url != NULL || g.path != NULL)) {
            if (!again) {
                rc = ckp_llm_put_int(f, "gi", (int64_t) g.i);
            }

            rc = rc == CKP_OK ? get_ask(f, &g, asked) : rc;
        }

        json_decref(g.url);
        json_decref(g.path);
    }

    return rc;
}


/* --- what came ---------------------------------------------------------- */

/* What the state keeps of a look; tokens go where all tokens are. */

static ckp_code_t
get_take(ckp_fiber_t *f, size_t i, const json_t *look, bool kept)
{
    json_t *const  own = json_copy((json_t *) look);
    ckp_code_t     rc = own == NULL ? CKP_E_NOMEM
                        : ckp_pii_found(f, json_object_get(own, "tokens"),
                                        json_object_get(own, "counts"));

    if (rc == CKP_OK && kept && json_object_get(own, "at") != NULL
        && json_object_set_new(own, "kept", json_true()) != 0)
    {
        rc = CKP_E_NOMEM;
    }

    if (rc != CKP_OK) {
        json_decref(own);
        return rc;
    }

    (void) json_object_del(own, "tokens");
    (void) json_object_del(own, "counts");

    return get_keep(f, i, own);
}


ckp_code_t
ckp_attach_fetched(ckp_fiber_t *f, const ckp_input_t *in)
{
    const size_t         i = (size_t) ckp_llm_int(f, "gi");
    const char *const    why = ckp_json_str(in->data, "message");
    const int64_t        status = ckp_json_int(in->data, "status", 0);
    const json_t *const  look = status == 0 ? in->data
                                : json_object_get(in->data, "attachment");

    if (in->outcome != CKP_OUTCOME_OK) {
        return get_keep(f, i, json_pack("{s:s}", "why",
                                        why == NULL ? "no answer" : why));
    }

    if (status != 0 && (status < 200 || status > 299)) {
        return get_keep(f, i, json_pack("{s:o}", "why",
                                        json_sprintf("HTTP %lld",
                                                     (long long) status)));
    }

    if (ckp_json_str(look, "at") == NULL && ckp_json_str(look, "why") == NULL)
    {
        return get_keep(f, i, json_pack("{s:s}", "why", "no answer"));
    }

    return get_take(f, i, look, status != 0);
}


/* --- afterwards ---------------------------------------------------------- */

bool
ckp_attach_any(const ckp_fiber_t *f)
{
    const char  *key;
    json_t      *one;

    json_object_foreach(ckp_fiber_get(f, "got", NULL), key, one) {
        if (json_object_get(one, "at") != NULL) {
            return true;
        }
    }

    return false;
}


/* Copies that were made for this question, by their places. */

static json_t *
get_copies(const json_t *got)
{
    json_t *const  copies = json_array();
    const char    *key;
    json_t        *one;

    json_object_foreach((json_t *) got, key, one) {
        if (json_object_get(one, "kept") != NULL) {
            (void) json_array_append(copies, json_object_get(one, "at"));
        }
    }

    return copies;
}


ckp_code_t
ckp_attach_drop(ckp_fiber_t *f)
{
    const json_t *const  got = ckp_fiber_get(f, "got", NULL);
    json_t              *copies;
    ckp_code_t           rc;

    if (json_object_size(got) == 0) {
        return CKP_OK;
    }

    copies = get_copies(got);
    rc = copies == NULL ? CKP_E_NOMEM : ckp_fiber_del(f, "got", NULL);

    if (rc != CKP_OK || json_array_size(copies) == 0) {
        json_decref(copies);
        return rc;
    }

    const ckp_effect_t  fx = {
        .kind = CKP_FX_NOTIFY, .target = "files", .ref = "", .key = "",
        .body = json_pack("{s:o}", "drop", copies)
    };

    return ckp_fiber_effect(f, &fx);
}
