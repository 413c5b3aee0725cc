/*
 * Attachments that lie at an address are fetched first, one after the other:
 * n.llm.gi is the next to look at, n.got {"0": {text} or {url} or {why}} what
 * came.  Source: spec/ckp.md 23.8.
 */

#include "llm/llm.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "op/op_int.h"


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


/* The address of an attachment that has to be fetched; NULL: it is here. */

static ckp_code_t
get_address(ckp_fiber_t *f, const ckp_attachment_t *one, json_t **url)
{
    json_t      *value = NULL;
    ckp_code_t   rc;

    *url = NULL;

    if (one->type == CKP_ATTACH_VARIABLE || one->type == CKP_ATTACH_IMAGE) {
        return CKP_OK;          /* models fetch pictures by themselves */
    }

    rc = ckp_fiber_render(f, one->source, &value);

    if (rc == CKP_OK && json_is_string(value)
        && ckp_attach_is_url(json_string_value(value))
        && !(one->type == CKP_ATTACH_FILE
             && ckp_attach_is_picture(json_string_value(value))))
    {
        *url = json_incref(value);
    }

    json_decref(value);

    return rc;
}


/* --- asking ------------------------------------------------------------ */

static ckp_code_t
get_send(ckp_fiber_t *f, json_t *body)
{
    char                key[CKP_KEY_MAX + 1];
    const ckp_effect_t  fx = {
        .kind = CKP_FX_CALL, .target = "http",
        .ref = ckp_fiber_get_str(f, "llm", "ref"),
        .key = ckp_llm_key(f, key), .body = body, .timeout_ms = CKP_HTTP_MS
    };
    const ckp_code_t    rc = ckp_fiber_effect(f, &fx);

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}


/* *asked: it is on its way; else it is known not to be had. */

static ckp_code_t
get_ask(ckp_fiber_t *f, size_t i, json_t *url, bool again, bool *asked)
{
    json_t *const  params = json_pack("{s:O, s:s, s:i}", "url", url, "method",
                                      "GET", "max_bytes",
                                      CKP_LLM_ATTACHMENT_MAX);
    json_t        *body = NULL;
    const char    *ref;
    json_t        *error;
    ckp_code_t     rc = params == NULL ? CKP_E_NOMEM
                        : ckp_op_http_ask(f, params, again, &body);

    json_decref(params);

    if (rc == CKP_E_INVALID || (rc == CKP_OK && body == NULL)) {
        error = ckp_fiber_error_take(f);
        rc = get_keep(f, i, json_pack("{s:o}", "why",
                      json_incref(json_object_get(error, "message"))));
        json_decref(error);

        return rc;
    }

    ref = rc != CKP_OK || again ? NULL : ckp_fiber_ref(f);

    if (rc == CKP_OK && !again) {
        rc = ref == NULL ? CKP_E_NOMEM
             : ckp_fiber_put(f, "llm", "ref", json_string(ref));
        rc = rc == CKP_OK ? ckp_fiber_put(f, "llm", "ph",
                                          json_string("get")) : rc;
    }

    if (rc != CKP_OK) {
        json_decref(body);
        return rc;
    }

    *asked = true;

    return get_send(f, body);
}


ckp_code_t
ckp_attach_fetch(ckp_fiber_t *f, bool again, bool *asked)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    ckp_code_t              rc = CKP_OK;

    *asked = false;

    for (size_t i = (size_t) ckp_llm_int(f, "gi");
         rc == CKP_OK && !*asked && i < llm->nattach; i++)
    {
        json_t  *url = NULL;

        rc = get_address(f, &llm->attach[i], &url);

        if (rc == CKP_OK && url != NULL) {
            if (!again) {
                rc = ckp_llm_put_int(f, "gi", (int64_t) i);
            }

            rc = rc == CKP_OK ? get_ask(f, i, url, again, asked) : rc;
        }

        json_decref(url);
    }

    return rc;
}


/* --- what came ---------------------------------------------------------- */

static json_t *
get_read(const json_t *data)
{
    const int64_t        status = ckp_json_int(data, "status", 0);
    const json_t *const  body = json_object_get(data, "body");
    const char          *type = ckp_json_str(json_object_get(data, "headers"),
                                             "content-type");

    type = type == NULL ? "" : type;

    if (status < 200 || status > 299) {
        return json_pack("{s:o}", "why", json_sprintf("HTTP %lld",
                                                      (long long) status));
    }

    if (strncmp(type, "image/", 6) == 0 && json_is_string(body)) {
        return json_pack("{s:o}", "url", json_sprintf("data:%.*s;base64,%s",
                         (int) strcspn(type, "; "), type,
                         json_string_value(body)));
    }

    if (*type != '\0' && strncmp(type, "text/", 5) != 0
        && strstr(type, "json") == NULL && strstr(type, "xml") == NULL)
    {
        return json_pack("{s:s}", "why", "neither image nor text");
    }

    return json_pack("{s:o}", "text", ckp_op_text(body == NULL ? json_null()
                                                               : body));
}


ckp_code_t
ckp_attach_fetched(ckp_fiber_t *f, const ckp_input_t *in)
{
    const size_t       i = (size_t) ckp_llm_int(f, "gi");
    const char *const  why = ckp_json_str(in->data, "message");

    return get_keep(f, i, in->outcome == CKP_OUTCOME_OK ? get_read(in->data)
                    : json_pack("{s:s}", "why", why == NULL ? "no answer"
                                                            : why));
}
