/*
 * Answers that a run has already: an identical request is not paid twice.
 * Source: spec/ckp.md 23.1 (cache).
 */

#include "llm/llm.h"

#include <string.h>

#include "base/json.h"

#define CACHE_MAX       200             /* answers of a run */
#define CACHE_TEXT_MAX  (64 * 1024)


/* What would be sent; an attachment is what is in it, wherever its copy is. */

static json_t *
cache_request(ckp_fiber_t *f, const json_t *entry)
{
    json_t *const  request = ckp_llm_request(f, entry);
    json_t        *own;
    json_t        *message;
    json_t        *part;
    size_t         i;
    size_t         k;

    if (!ckp_attach_any(f)) {
        return request;
    }

    own = ckp_json_copy(request);
    json_decref(request);

    json_array_foreach(json_object_get(own, "messages"), i, message) {
        json_array_foreach(json_object_get(message, "content"), k, part) {
            (void) json_object_del(part, "at");
        }
    }

    return own;
}


/* The hash of what would be sent; false: no memory. */

static bool
cache_key(ckp_fiber_t *f, char *hex)
{
    const json_t *const  entry = json_array_get(ckp_fiber_get(f, "chain",
                                                              NULL), 0);
    json_t *const        request = entry == NULL ? NULL
                                   : cache_request(f, entry);
    char *const          text = request == NULL ? NULL
                                : ckp_json_canonical(request);
    uint8_t              sum[CKP_SHA256_LEN];

    json_decref(request);

    if (text == NULL) {
        return false;
    }

    ckp_sha256(text, strlen(text), sum);
    ckp_hex(sum, sizeof(sum), hex);
    ckp_free(text);

    return true;
}


const json_t *
ckp_llm_cached(ckp_fiber_t *f)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    char                    hex[2 * CKP_SHA256_LEN + 1];
    const json_t           *one;

    if (llm->cache_s == 0 || !cache_key(f, hex)) {
        return NULL;
    }

    one = ckp_fiber_run_get(f, "llm_cache", hex);

    if (one == NULL
        || ckp_json_int(one, "at", 0) + llm->cache_s * 1000
           <= ckp_fiber_now(f))
    {
        /* where it is kept once it is known; without memory it is not */

        (void) ckp_fiber_put(f, "llm", "hash", json_string(hex));

        return NULL;
    }

    return one;
}


ckp_code_t
ckp_llm_keep(ckp_fiber_t *f, const char *text, const json_t *meta)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const char *const       hex = ckp_fiber_get_str(f, "llm", "hash");

    if (llm->cache_s == 0 || hex == NULL || strlen(text) > CACHE_TEXT_MAX
        || json_object_size(ckp_fiber_run_get(f, "llm_cache", NULL))
           >= CACHE_MAX)
    {
        return CKP_OK;
    }

    return ckp_fiber_run_put(f, "llm_cache", hex,
               json_pack("{s:s, s:O*, s:O*, s:I}", "text", text,
                         "usage", json_object_get(meta, "usage"),
                         "model_used", json_object_get(meta, "model_used"),
                         "at", (json_int_t) ckp_fiber_now(f)));
}
