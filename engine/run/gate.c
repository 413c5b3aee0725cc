/*
 * What a start has to pass before there is a run: its keys among the runs that
 * are active and those that were started lately (spec/ckp.md 26.1, 26.2).
 */

#include "ckp.h"

#include <string.h>

#include "lang/eval.h"
#include "lang/template.h"
#include "model/program.h"

#define GATE_HEX       (2 * CKP_SHA256_LEN + 1)
#define GATE_KEY_MAX   (16 * 1024 * 1024)   /* text of all inputs */
#define GATE_NAME_MAX  4096                 /* ids of procedure and version */

typedef struct {
    const ckp_program_t  *prog;
    const json_t         *start;        /* {meta, inputs, vars} */
    int64_t               now_ms;
    ckp_err_t            *err;
} gate_t;


/* The built-in names of 6.5 that are known before there is a run. */

static json_t *
gate_names(const gate_t *g)
{
    json_t *const  all = json_object();
    json_t *const  vars = json_object_get(g->start, "vars");
    char           now[CKP_TIME_LEN + 1];

    ckp_time_text(g->now_ms, now);
    (void) json_object_update_missing(all, json_object_get(g->start, "meta"));
    (void) json_object_set(all, "input", vars);
    (void) json_object_set(all, "vars", vars);
    (void) json_object_set(all, "variables", vars);
    (void) json_object_set_new(all, "procedure_id",
                               json_string(g->prog->procedure_id));
    (void) json_object_set_new(all, "procedure_version",
                               json_string(g->prog->version));
    (void) json_object_set_new(all, "now", json_string(now));
    (void) json_object_set_new(all, "today", json_stringn(now, 10));
    (void) json_object_set_new(all, "timestamp", json_integer(g->now_ms));

    return all;
}


static ckp_code_t
gate_render(const gate_t *g, const ckp_template_t *t, ckp_buf_t *b)
{
    json_t *const      names = gate_names(g);
    const ckp_scope_t  outer = { .get = ckp_scope_object_get,
                                 .object = names };
    const ckp_scope_t  scope = { .get = ckp_scope_object_get,
                                 .object = json_object_get(g->start, "vars"),
                                 .outer = &outer };
    ckp_eval_t         ev = { .scope = &scope, .now_ms = g->now_ms,
                              .zone = g->prog->zone,
                              .zone_data = g->prog->zone_data,
                              .missing = g->prog->config.missing,
                              .budget = CKP_EVAL_STEPS_MAX,
                              .strict = g->prog->config.strict };
    const ckp_code_t   rc = names == NULL
                            ? ckp_fail(g->err, CKP_E_NOMEM, "", "no memory")
                            : ckp_template_render_text(t, &ev, b, g->err);

    json_decref(names);

    return rc;
}


/* Without a key: what was sent, as it was understood.  A default is not part of
 * it, because it may be another one each time. */

static ckp_code_t
gate_inputs(const gate_t *g, ckp_buf_t *b)
{
    const json_t *const  vars = json_object_get(g->start, "vars");
    json_t *const        sent = json_object();
    const char          *name;
    json_t              *value;
    char                *text;

    json_object_foreach(json_object_get(g->start, "inputs"), name, value) {
        json_t *const  v = json_object_get(vars, name);

        if (v != NULL && !json_is_null(value)) {
            (void) json_object_set(sent, name, v);
        }
    }

    text = sent == NULL ? NULL : ckp_json_canonical(sent);
    json_decref(sent);

    if (text == NULL) {
        return ckp_fail(g->err, CKP_E_NOMEM, "", "no memory");
    }

    ckp_buf_puts(b, text);
    ckp_free(text);

    return CKP_OK;
}


/* Keys are hashes: they may be made of what nobody else may read. */

static ckp_code_t
gate_hash(const gate_t *g, const char *kind, const char *version,
    const ckp_buf_t *key, char hex[GATE_HEX])
{
    uint8_t    sum[CKP_SHA256_LEN];
    ckp_buf_t  b;

    ckp_sha256(ckp_buf_str(key), key->len, sum);
    ckp_hex(sum, sizeof(sum), hex);

    ckp_buf_init(&b, GATE_NAME_MAX);
    ckp_buf_printf(&b, "%s\n%s\n%s\n%s", kind, g->prog->procedure_id, version,
                   hex);

    if (b.failed != CKP_OK || key->failed != CKP_OK) {
        ckp_buf_free(&b);
        return ckp_fail(g->err, CKP_E_NOMEM, "", "no memory");
    }

    ckp_sha256(ckp_buf_str(&b), b.len, sum);
    ckp_hex(sum, sizeof(sum), hex);
    ckp_buf_free(&b);

    return CKP_OK;
}


static ckp_code_t
gate_place(const gate_t *g, json_t **out)
{
    static const char *const   words[] = { "queue", "reject", "skip",
                                           "cancel_oldest" };
    const ckp_places_t *const  places = &g->prog->config.places;
    char                       hex[GATE_HEX];
    ckp_buf_t                  key;
    ckp_code_t                 rc = CKP_OK;

    if (places->max == 0) {
        return CKP_OK;
    }

    ckp_buf_init(&key, GATE_KEY_MAX);

    if (places->key != NULL) {
        rc = gate_render(g, places->key, &key);
    }

    if (rc == CKP_OK) {
        rc = gate_hash(g, "place", places->by_version ? g->prog->version : "",
                       &key, hex);
    }

    ckp_buf_free(&key);

    if (rc == CKP_OK) {
        *out = json_pack("{s:s, s:I, s:s}", "key", hex, "max",
                         (json_int_t) places->max, "on_limit",
                         words[places->full]);
        rc = *out == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    return rc;
}


/* A key that renders to nothing is none: unrelated starts are no duplicates. */

static ckp_code_t
gate_dedupe(const gate_t *g, json_t **out)
{
    const ckp_dedupe_t *const  dedupe = &g->prog->config.dedupe;
    char                       hex[GATE_HEX];
    ckp_buf_t                  key;
    bool                       none;
    ckp_code_t                 rc;

    if (dedupe->window_ms == 0) {
        return CKP_OK;
    }

    ckp_buf_init(&key, GATE_KEY_MAX);

    rc = dedupe->key != NULL ? gate_render(g, dedupe->key, &key)
                             : gate_inputs(g, &key);
    none = key.len == 0;

    if (rc == CKP_OK && !none) {
        rc = gate_hash(g, "dedupe", "", &key, hex);
    }

    ckp_buf_free(&key);

    if (rc == CKP_OK && !none) {
        *out = json_pack("{s:s, s:I, s:s, s:s?}", "key", hex, "window_ms",
                         (json_int_t) dedupe->window_ms, "on_duplicate",
                         dedupe->rejects ? "reject" : "return_existing",
                         "statuses", dedupe->statuses);
        rc = *out == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    return rc;
}


ckp_code_t
ckp_program_gate(const ckp_program_t *prog, const json_t *start,
    int64_t now_ms, json_t **gate, ckp_err_t *err)
{
    const gate_t  g = { .prog = prog, .start = start, .now_ms = now_ms,
                        .err = err };
    json_t       *place = NULL;
    json_t       *dedupe = NULL;
    ckp_code_t    rc = gate_place(&g, &place);

    *gate = NULL;

    if (rc == CKP_OK) {
        rc = gate_dedupe(&g, &dedupe);
    }

    if (rc == CKP_OK) {
        *gate = json_pack("{s:o*, s:o*}", "place", place, "dedupe", dedupe);
        place = NULL;
        dedupe = NULL;
        rc = *gate == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    json_decref(place);
    json_decref(dedupe);

    return rc == CKP_OK ? CKP_OK : ckp_fail(err, rc, "", "no memory");
}
