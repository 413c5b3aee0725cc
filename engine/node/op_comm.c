/*
 * Internal actions that tell somebody: notices, and the screenshot that the
 * engine can give when no agent takes one.  Source: spec/ckp.md 13.5.
 */

#include "node/op_int.h"

#include <string.h>

#include "base/json.h"
#include "model/limits.h"


/* The channel "webhook" is the alert hook; others need an agent. */

static ckp_code_t
op_notify(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const    channel = ckp_json_str(params, "channel");
    const json_t *const  recipients = json_object_get(params, "recipients");
    const bool           hook = channel != NULL
                                && strcmp(channel, "webhook") == 0;
    const bool           dry = strcmp(ckp_fiber_mode(f), "dry_run") == 0;
    json_t              *payload;
    ckp_code_t           rc;

    payload = json_pack("{s:s?, s:O?, s:o, s:o}", "channel", channel,
                  "recipients", recipients,
                  "subject", ckp_op_text(json_object_get(params, "subject")),
                  "message", ckp_op_text(json_object_get(params, "message")));

    rc = ckp_fiber_emit(f, "notification", json_incref(payload));

    if (rc == CKP_OK && hook && !dry) {
        const ckp_effect_t  fx = {
            .kind = CKP_FX_NOTIFY, .target = "host", .ref = "", .key = "",
            .body = json_pack("{s:s, s:O}", "event", "notification",
                              "notification", payload)
        };

        rc = ckp_fiber_effect(f, &fx);
    }

    json_decref(payload);

    if (rc != CKP_OK) {
        return rc;
    }

    if (!hook && ckp_json_bool(params, "required", false)) {
        return ckp_fiber_raise(f, "NoExecutorError",
                               "nobody delivers to channel \"%.60s\"",
                               channel == NULL ? "" : channel);
    }

    *result = json_pack("{s:b, s:s?}", "delivered", hook && !dry, "via",
                        hook ? "webhook" : NULL);

    return *result == NULL ? CKP_E_NOMEM : CKP_OK;
}


static ckp_code_t
op_screenshot(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const    given[] = { "uri", "artifact_uri", "screenshot",
                                     "path", NULL };
    const char *const    uri = json_string_value(ckp_op_param(params, given));
    const char *const    name = ckp_json_str(params, "name");

    if (uri != NULL && *uri != '\0') {
        *result = json_pack("{s:s}", "screenshot", uri);

    } else {
        *result = json_pack("{s:o}", "screenshot",
                      json_sprintf("memory://screenshot/%s-%08x",
                                   name == NULL ? "screenshot" : name,
                                   (unsigned) (ckp_rand_u64(ckp_fiber_rand(f))
                                               & 0xffffffffu)));
    }

    return *result == NULL ? CKP_E_NOMEM : CKP_OK;
}


const ckp_op_t  ckp_ops_comm[] = {
    { "notify", " channel recipients subject message data required ", NULL,
      false, true, op_notify },
    { "send_notification",
      " channel recipients subject message data required ", NULL, false, true,
      op_notify },
    { "screenshot", " name path uri artifact_uri screenshot ", NULL, false,
      true, op_screenshot },
    { .action = NULL }
};
