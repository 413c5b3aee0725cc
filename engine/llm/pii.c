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
