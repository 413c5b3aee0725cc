/*
 * Internal actions that tell somebody: notices, and the screenshot that the
 * engine can give when no agent takes one.  Source: spec/ckp.md 13.5.
 */

#include "op/op_int.h"

#include <string.h>

#include "base/json.h"
#include "model/limits.h"
#include "step/artifact.h"


static json_t *
comm_list(const json_t *v)
{
    return v == NULL || json_is_null(v) ? json_array()
           : json_is_array(v) ? json_incref((json_t *) v)
                              : json_pack("[O]", v);
}


/* {channel, recipients, subject, message, data?} */

static json_t *
comm_notice(const json_t *params)
{
    return json_pack("{s:s?, s:o, s:o, s:o, s:O*}",
               "channel", ckp_json_str(params, "channel"),
               "recipients", comm_list(json_object_get(params, "recipients")),
               "subject", ckp_op_text(json_object_get(params, "subject")),
               "message", ckp_op_text(json_object_get(params, "message")),
               "data", json_object_get(params, "data"));
}


static ckp_code_t
comm_tell(ckp_fiber_t *f, const json_t *params)
{
    return ckp_fiber_emit(f, "notification",
               json_pack("{s:s?, s:O?, s:o, s:o}",
                   "channel", ckp_json_str(params, "channel"),
                   "recipients", json_object_get(params, "recipients"),
                   "subject", ckp_op_text(json_object_get(params, "subject")),
                   "message", ckp_op_text(json_object_get(params,
                                                          "message"))));
}


/*
 * Who delivers: the agent and action of notifications.channels, the webhook, an
 * EMAIL agent, or any agent of that channel that knows how.
 */

static json_t *
comm_route(const ckp_fiber_t *f, const char *channel)
{
    const ckp_config_t *const  config = &ckp_fiber_program(f)->config;
    const json_t *const        own = json_object_get(json_object_get(
                                         config->notifications, "channels"),
                                         channel);
    const char *const          agent = ckp_json_str(own, "agent");
    const char *const          action = ckp_json_str(own, "action");

    if (agent != NULL) {
        return json_pack("{s:s, s:[s]}", "agent", agent, "actions",
                         action == NULL ? "notify" : action);
    }

    if (strcmp(channel, "webhook") == 0) {
        return json_pack("{s:b, s:s*, s:O*}", "webhook", 1, "url",
                         ckp_json_str(config->notifications, "webhook_url"),
                         "allow", config->egress);
    }

    if (strcmp(channel, "email") == 0) {
        return json_pack("{s:s, s:[s]}", "agent", "email", "actions",
                         "send_email");
    }

    return json_pack("{s:s, s:[s, s]}", "agent", channel, "actions", "notify",
                     "send_message");
}


ckp_code_t
ckp_op_notify_ask(ckp_fiber_t *f, const json_t *params, bool again,
    json_t **body)
{
    const char *const  channel = ckp_json_str(params, "channel");
    const bool         dry = strcmp(ckp_fiber_mode(f), "dry_run") == 0;
    ckp_code_t         rc = again ? CKP_OK : comm_tell(f, params);

    if (rc != CKP_OK || dry || channel == NULL || *channel == '\0') {
        return rc;
    }

    *body = json_pack("{s:o, s:o, s:s, s:s, s:s}", "route",
                      comm_route(f, channel), "notice", comm_notice(params),
                      "node_id", ckp_fiber_node(f)->id,
                      "step_id", ckp_fiber_step(f)->id,
                      "path", ckp_fiber_path(f));

    return *body == NULL ? CKP_E_NOMEM : CKP_OK;
}


/* data {delivered, via} */

ckp_code_t
ckp_op_notify_after(ckp_fiber_t *f, const json_t *params, const json_t *data,
    json_t **result)
{
    const bool         delivered = ckp_json_bool(data, "delivered", false);
    const char *const  channel = ckp_json_str(params, "channel");

    if (!delivered && ckp_json_bool(params, "required", false)) {
        return ckp_fiber_raise(f, "NoExecutorError",
                               "nobody delivers to channel \"%.60s\"",
                               channel == NULL ? "" : channel);
    }

    *result = json_pack("{s:b, s:s?}", "delivered", delivered, "via",
                        ckp_json_str(data, "via"));

    return *result == NULL ? CKP_E_NOMEM : CKP_OK;
}


/* Nobody is asked: it was told, and that is all. */

static ckp_code_t
op_notify(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    if (strcmp(ckp_fiber_mode(f), "dry_run") == 0) {
        *result = json_pack("{s:b, s:n}", "delivered", 0, "via");
        return *result == NULL ? CKP_E_NOMEM : CKP_OK;
    }

    return ckp_op_notify_after(f, params, NULL, result);
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

    json_t *const     answer = json_pack("{s:O?}", "result", *result);
    const ckp_code_t  rc = *result == NULL || answer == NULL ? CKP_E_NOMEM
                           : ckp_artifacts_found(f, answer);

    json_decref(answer);

    return rc;
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
