/*
 * Answers that a run has already, or another one: an identical request is not
 * paid twice.  Source: spec/ckp.md 23.1 (cache), 20.2.
 */

#include "llm/llm.h"

#include <string.h>

#include "base/json.h"
#include "step/keyed.h"

#define CACHE_MAX       200             /* answers of a run */
#define CACHE_TEXT_MAX  (64 * 1024)
#define CACHE_WAIT_MS   CKP_LLM_MS      /* for who asks the same now */


/* Who is asked, in whose name, and what was masked: an answer has it back in
 * its place, and is masked as this question says. */

static json_t *
cache_whole(ckp_fiber_t *f, const json_t *entry, json_t *request)
{
    const json_t *const  profile = ckp_llm_profile_of(f,
                                       ckp_json_str(entry, "p"));

    return json_pack("{s:o, s:O*, s:O*, s:O*, s:O*, s:o*, s:O*}",
                     "request", request,
                     "base_url", json_object_get(profile, "base_url"),
                     "provider", json_object_get(profile, "provider"),
                     "secret", json_object_get(profile, "secret_name"),
                     "headers", json_object_get(profile, "extra_headers"),
                     "back", ckp_pii_how_back(f),
                     "pii", ckp_fiber_get(f, "pii", NULL));
}


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
        return cache_whole(f, entry, request);
    }

    own = ckp_json_copy(request);
    json_decref(request);

    json_array_foreach(json_object_get(own, "messages"), i, message) {
        json_array_foreach(json_object_get(message, "content"), k, part) {
            (void) json_object_del(part, "at");
        }
    }

    return cache_whole(f, entry, own);
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


/* --- of other runs ------------------------------------------------------- */

/* n.lc {key, claim}: the content is the key. */

static ckp_keyed_t
cache_keyed(ckp_fiber_t *f)
{
    return (ckp_keyed_t) {
        .f = f, .policy = &ckp_fiber_node(f)->u.llm->cache,
        .path = ckp_fiber_node_path(f), .at = "lc", .kind = "#llm",
        .results = "llm_cache", .failures = "llm_cache",
        .hashes = "llm_cache", .wait_ms = CACHE_WAIT_MS
    };
}


bool
ckp_llm_cache_asks(const ckp_fiber_t *f)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;

    return llm->cache_s > 0 && llm->cache.scope != CKP_ONCE_RUN
           && ckp_fiber_get_str(f, "llm", "hash") != NULL;
}


ckp_code_t
ckp_llm_cache_ask(ckp_fiber_t *f, bool again)
{
    const ckp_keyed_t  k = cache_keyed(f);
    const char *const  node = ckp_fiber_node(f)->id;
    const char *const  hex = ckp_fiber_get_str(f, "llm", "hash");
    const char *const  ref = again ? ckp_fiber_get_str(f, "llm", "ref")
                                   : ckp_fiber_ref(f);
    json_t            *wish;
    ckp_code_t         rc = ref == NULL ? CKP_E_NOMEM : CKP_OK;

    if (rc == CKP_OK && !again) {
        rc = ckp_fiber_put(f, "lc", NULL, json_pack("{s:s}", "key", hex));
        rc = rc == CKP_OK ? ckp_fiber_put(f, "llm", "ref", json_string(ref))
                          : rc;
        rc = rc == CKP_OK ? ckp_fiber_put(f, "llm", "ph",
                                          json_string("shared")) : rc;
    }

    wish = rc == CKP_OK ? ckp_keyed_ask(&k) : NULL;

    if (wish == NULL) {
        return rc == CKP_OK ? CKP_E_NOMEM : rc;
    }

    const ckp_effect_t  fx = {
        .kind = CKP_FX_ADMIT, .target = "agent", .ref = ref,
        .key = ckp_keyed_key(&k),
        .body = json_pack("{s:n, s:s, s:s, s:s, s:s, s:b, s:b, s:b, s:o}",
                          "channel", "action", "llm_action", "path", k.path,
                          "node_id", node, "step_id", node, "native", 1,
                          "internal", 1, "saturated", 0, "idempotency", wish)
    };

    rc = ckp_fiber_effect(f, &fx);

    return rc == CKP_OK ? ckp_fiber_sleep(f, CKP_NO_TIME) : rc;
}


/* Who was waited for too long, or is sealed, is no reason not to ask. */

ckp_code_t
ckp_llm_cache_said(ckp_fiber_t *f, const json_t *data)
{
    const json_t *const  known = json_object_get(data, "result");
    const char *const    text = ckp_json_str(known, "text");
    ckp_code_t           rc = CKP_OK;

    if (text != NULL || json_object_get(data, "native") == NULL) {
        rc = ckp_fiber_del(f, "lc", "claim");
    }

    if (rc != CKP_OK) {
        return rc;
    }

    return text != NULL ? ckp_llm_take(f, text, known, false) : ckp_llm_ask(f);
}


ckp_code_t
ckp_llm_cache_gone(ckp_fiber_t *f)
{
    const ckp_keyed_t  k = cache_keyed(f);

    return ckp_fiber_get(f, "lc", "claim") == NULL ? CKP_OK
                                                   : ckp_keyed_gone(&k);
}


/* known is borrowed. */

static ckp_code_t
cache_share(ckp_fiber_t *f, const json_t *known)
{
    json_t *const  claim = ckp_fiber_get(f, "lc", "claim");
    ckp_code_t     rc;

    if (claim == NULL) {
        return CKP_OK;
    }

    rc = ckp_fiber_write(f, "once",
             json_pack("{s:s, s:O, s:O, s:s, s:I, s:O}",
                       "path", ckp_fiber_node_path(f), "scope", claim,
                       "key", ckp_fiber_get(f, "lc", "key"),
                       "status", "completed", "ttl_s",
                       (json_int_t) ckp_fiber_node(f)->u.llm->cache_s,
                       "result", known));

    return rc == CKP_OK ? ckp_fiber_del(f, "lc", "claim") : rc;
}


ckp_code_t
ckp_llm_unkept(ckp_fiber_t *f)
{
    return ckp_fiber_get(f, "llm", "hash") == NULL ? CKP_OK
           : ckp_fiber_del(f, "llm", "hash");
}


/* --- kept ---------------------------------------------------------------- */

ckp_code_t
ckp_llm_keep(ckp_fiber_t *f, const char *text, const json_t *meta)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    const char *const       hex = ckp_fiber_get_str(f, "llm", "hash");
    json_t                 *known;
    ckp_code_t              rc;

    if (llm->cache_s == 0 || hex == NULL || strlen(text) > CACHE_TEXT_MAX) {
        return ckp_llm_cache_gone(f);
    }

    known = json_pack("{s:s, s:O*, s:O*, s:I}", "text", text,
                      "usage", json_object_get(meta, "usage"),
                      "model_used", json_object_get(meta, "model_used"),
                      "at", (json_int_t) ckp_fiber_now(f));
    rc = known == NULL ? CKP_E_NOMEM : cache_share(f, known);

    if (rc != CKP_OK
        || json_object_size(ckp_fiber_run_get(f, "llm_cache", NULL))
           >= CACHE_MAX)
    {
        json_decref(known);
        return rc;
    }

    return ckp_fiber_run_put(f, "llm_cache", hex, known);
}
