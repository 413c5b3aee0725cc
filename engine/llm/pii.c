/*
 * Data of persons in what leaves for a model and in what comes back: found,
 * then masked, hashed, replaced or refused.  Source: spec/ckp.md 23.6.
 *
 * n.pii {token: value} lets an answer be restored; n.piin {type: count} is what
 * is told, and never a value.
 */

#include "llm/llm.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"

#define PII_TEXT  (8 * 1024 * 1024)


/* What was found in a text, and the tokens that are new, go to the state. */

ckp_code_t
ckp_pii_found(ckp_fiber_t *f, const json_t *fresh, const json_t *counts)
{
    const char  *name;
    json_t      *value;
    ckp_code_t   rc = CKP_OK;

    json_object_foreach((json_t *) fresh, name, value) {
        rc = rc == CKP_OK ? ckp_fiber_put(f, "pii", name, json_incref(value))
                          : rc;
    }

    json_object_foreach((json_t *) counts, name, value) {
        const int64_t  n = ckp_fiber_get_int(f, "piin", name);

        rc = rc == CKP_OK
             ? ckp_fiber_put(f, "piin", name,
                             json_integer(n + json_integer_value(value))) : rc;
    }

    return rc;
}


static ckp_code_t
pii_apply(ckp_fiber_t *f, ckp_masking_t *how, const char *text, json_t **out)
{
    ckp_buf_t   b;
    ckp_code_t  rc;

    how->known = ckp_fiber_get(f, "pii", NULL);
    how->fresh = json_object();
    how->counts = json_object();

    ckp_buf_init(&b, PII_TEXT);

    rc = how->fresh == NULL || how->counts == NULL ? CKP_E_NOMEM
         : ckp_pii_mask(how, text, strlen(text), &b);
    rc = rc != CKP_OK ? rc : ckp_pii_found(f, how->fresh, how->counts);

    if (rc == CKP_OK) {
        *out = json_stringn(ckp_buf_str(&b), b.len);
        rc = *out == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    ckp_buf_free(&b);
    json_decref(how->fresh);
    json_decref(how->counts);

    return rc == CKP_E_LIMIT
           ? ckp_fiber_raise(f, "LLMCallError", "the text is too long") : rc;
}


static ckp_code_t
pii_as_it_is(const char *text, json_t **out)
{
    *out = json_string(text);

    return *out == NULL ? CKP_E_NOMEM : CKP_OK;
}


/* --- what stands in a text ---------------------------------------------- */

/* Whether the name of a token is one of ours. */

static bool
pii_is_name(const ckp_pii_t *pii, const char *s, size_t len)
{
    for (size_t i = 0; i < pii->ncustom; i++) {
        if (strlen(pii->names[i]) == len
            && memcmp(pii->names[i], s, len) == 0)
        {
            return true;
        }
    }

    for (size_t i = 0; i < len; i++) {
        if (!(s[i] >= 'A' && s[i] <= 'Z') && s[i] != '_') {
            return false;
        }
    }

    return len > 0;
}


/* How long "<NAME_7>" is that begins there; 0: it is no token.  *name: of its
 * name. */

static size_t
pii_token(const ckp_pii_t *pii, const char *s, size_t *name)
{
    const size_t  len = strcspn(s, ">");
    size_t        n = len;

    while (n > 1 && s[n - 1] >= '0' && s[n - 1] <= '9') {
        n--;
    }

    if (s[len] != '>' || len > 160 || n == len || n < 3 || s[n - 1] != '_'
        || !pii_is_name(pii, s + 1, n - 2))
    {
        return 0;
    }

    *name = n - 2;

    return len + 1;
}


/* --- the ways ---------------------------------------------------------- */

ckp_code_t
ckp_pii_out(ckp_fiber_t *f, const char *text, json_t **out)
{
    const ckp_pii_t *const  pii = ckp_fiber_node(f)->u.llm->pii;
    ckp_masking_t           p = { .pii = pii };

    if (pii == NULL || pii->pre == CKP_PII_OFF) {
        return pii_as_it_is(text, out);
    }

    p.act = pii->pre;

    return pii_apply(f, &p, text, out);
}


ckp_code_t
ckp_pii_recalled(ckp_fiber_t *f, const char *text, json_t **out)
{
    const ckp_pii_t *const  pii = ckp_fiber_node(f)->u.llm->pii;
    ckp_buf_t               b;
    ckp_code_t              rc;

    if (pii == NULL || pii->pre != CKP_PII_TOKENIZE) {
        return ckp_pii_out(f, text, out);
    }

    ckp_buf_init(&b, PII_TEXT);

    while (*text != '\0') {
        size_t        name = 0;
        const size_t  len = *text == '<' ? pii_token(pii, text, &name) : 0;

        if (len > 0) {
            ckp_buf_puts(&b, "[");
            ckp_buf_put(&b, text + 1, name);
            ckp_buf_puts(&b, "]");
            text += len;

        } else {
            ckp_buf_put(&b, text++, 1);
        }
    }

    rc = (ckp_code_t) b.failed;
    rc = rc == CKP_OK ? ckp_pii_out(f, ckp_buf_str(&b), out) : rc;
    ckp_buf_free(&b);

    return rc;
}


/* Tokens of ours become what they stand for. */

static ckp_code_t
pii_restore(ckp_fiber_t *f, json_t **text)
{
    const json_t *const  all = ckp_fiber_get(f, "pii", NULL);
    const char          *s = json_string_value(*text);
    ckp_buf_t            b;
    json_t              *out;
    ckp_code_t           rc;

    if (json_object_size(all) == 0) {
        return CKP_OK;
    }

    ckp_buf_init(&b, PII_TEXT);

    while (*s != '\0') {
        const size_t         plain = strcspn(s, "<");
        const size_t         len = s[plain] == '<'
                                   ? strcspn(s + plain, ">") + 1 : 0;
        const json_t *const  value = len > 2 && len < 160
                                     && s[plain + len - 1] == '>'
                                     ? json_object_getn(all, s + plain, len)
                                     : NULL;

        ckp_buf_put(&b, s, plain);
        s += plain;

        if (value != NULL) {
            ckp_buf_put(&b, json_string_value(value),
                        json_string_length(value));
            s += len;

        } else if (*s == '<') {
            ckp_buf_put(&b, s++, 1);
        }
    }

    out = b.failed == CKP_OK ? json_stringn(ckp_buf_str(&b), b.len) : NULL;
    rc = (ckp_code_t) b.failed;
    ckp_buf_free(&b);

    if (out != NULL) {
        json_decref(*text);
        *text = out;
    }

    return out != NULL ? CKP_OK : rc != CKP_OK ? rc : CKP_E_NOMEM;
}


ckp_code_t
ckp_pii_back(ckp_fiber_t *f, const char *text, json_t **out)
{
    const ckp_pii_t *const  pii = ckp_fiber_node(f)->u.llm->pii;
    ckp_masking_t           p = { .pii = pii };
    ckp_code_t              rc;

    if (pii == NULL || pii->post == CKP_PII_OFF) {
        rc = pii_as_it_is(text, out);

    } else {
        p.act = pii->post;
        rc = pii_apply(f, &p, text, out);

        if (rc == CKP_OK && p.found > 0) {
            rc = ckp_pii_told(f, "post");
        }

        if (rc == CKP_OK && p.found > 0 && pii->post == CKP_PII_BLOCK) {
            rc = ckp_fiber_raise(f, "LlmPolicyViolation", "the answer has "
                                 "data of persons in it");
        }
    }

    if (rc == CKP_OK && pii != NULL && pii->pre == CKP_PII_TOKENIZE
        && pii->restore)
    {
        rc = pii_restore(f, out);
    }

    if (rc != CKP_OK) {
        json_decref(*out);
        *out = NULL;
    }

    return rc;
}


ckp_code_t
ckp_pii_told(ckp_fiber_t *f, const char *stage)
{
    json_t *const  counts = ckp_fiber_get(f, "piin", NULL);
    ckp_code_t     rc;

    if (json_object_size(counts) == 0) {
        return CKP_OK;
    }

    rc = ckp_fiber_emit(f, "pii_redacted", json_pack("{s:s, s:o}", "stage",
                        stage, "counts", ckp_json_copy(counts)));

    return rc == CKP_OK ? ckp_fiber_del(f, "piin", NULL) : rc;
}


/* --- in values ----------------------------------------------------------- */

/* As deep as the reader of JSON lets them be. */

static ckp_code_t
pii_back_in(ckp_fiber_t *f, json_t *value)
{
    const char  *key;
    json_t      *one;
    json_t      *made;
    size_t       i;
    ckp_code_t   rc = CKP_OK;

    json_object_foreach(value, key, one) {
        made = json_incref(one);
        rc = rc == CKP_OK ? ckp_pii_back_all(f, &made) : rc;

        if (rc == CKP_OK && made != one) {
            rc = json_object_set(value, key, made) == 0 ? CKP_OK : CKP_E_NOMEM;
        }

        json_decref(made);
    }

    json_array_foreach(value, i, one) {
        made = json_incref(one);
        rc = rc == CKP_OK ? ckp_pii_back_all(f, &made) : rc;

        if (rc == CKP_OK && made != one) {
            rc = json_array_set(value, i, made) == 0 ? CKP_OK : CKP_E_NOMEM;
        }

        json_decref(made);
    }

    return rc;
}


ckp_code_t
ckp_pii_back_all(ckp_fiber_t *f, json_t **value)
{
    json_t      *out = NULL;
    ckp_code_t   rc;

    if (!json_is_string(*value)) {
        return pii_back_in(f, *value);
    }

    rc = ckp_pii_back(f, json_string_value(*value), &out);

    if (rc == CKP_OK) {
        json_decref(*value);
        *value = out;
    }

    return rc;
}


json_t *
ckp_pii_how_back(const ckp_fiber_t *f)
{
    const ckp_pii_t *const  pii = ckp_fiber_node(f)->u.llm->pii;
    json_t                 *own;

    if (pii == NULL) {
        return NULL;
    }

    own = json_object();

    for (size_t i = 0; i < pii->ncustom; i++) {
        (void) json_object_set_new(own, pii->names[i],
                                   json_string(pii->patterns[i]));
    }

    return json_pack("{s:i, s:i, s:b, s:I, s:o}", "pre", (int) pii->pre,
                     "post", (int) pii->post, "restore", pii->restore,
                     "types", (json_int_t) pii->types, "custom", own);
}
