/*
 * A question that nobody answered in time: reminders, escalation, the ways out.
 * Source: spec/ckp.md 22.4.
 */

#include "node/ask.h"

#include <string.h>

#include "base/json.h"


ckp_code_t
ckp_ask_wait(ckp_fiber_t *f)
{
    const int64_t  expires = ckp_fiber_get_int(f, "ask", "exp");
    const int64_t  remind = ckp_fiber_get_int(f, "ask", "rem");
    int64_t        at = expires == 0 ? CKP_NO_TIME : expires;

    if (remind != 0 && remind < at) {
        at = remind;
    }

    return ckp_fiber_sleep(f, at);
}


/* Nobody decides it any more. */

static ckp_code_t
expire_over(ckp_fiber_t *f)
{
    const ckp_code_t  rc = ckp_ask_waited(f, "timeout");

    return rc == CKP_OK ? ckp_fiber_del(f, "ask", NULL) : rc;
}


static ckp_code_t
expire_end(ckp_fiber_t *f, const char *status, const char *by)
{
    return ckp_fiber_write(f, "approval_end", json_pack("{s:s, s:s, s:s*}",
               "approval_id", ckp_fiber_get_str(f, "ask", "id"),
               "status", status, "decided_by", by));
}


static ckp_code_t
expire_decide(ckp_fiber_t *f, const char *decision)
{
    json_t *const  data = json_pack("{s:s, s:s}", "decision", decision,
                                    "decided_by", CKP_ASK_TIMEOUT);
    ckp_code_t     rc = expire_end(f, decision, CKP_ASK_TIMEOUT);

    if (rc == CKP_OK) {
        rc = data == NULL ? CKP_E_NOMEM : ckp_ask_decide(f, data, false);
    }

    json_decref(data);

    return rc;
}


static ckp_code_t
expire_leave(ckp_fiber_t *f, ckp_target_t to)
{
    ckp_code_t  rc = expire_end(f, "timeout", NULL);

    if (rc == CKP_OK) {
        rc = expire_over(f);
    }

    if (rc != CKP_OK) {
        return rc;
    }

    if (to.kind == CKP_TO_NOTHING) {
        return ckp_fiber_fail(f, "ApprovalTimeout",
                              "nobody decided in time");
    }

    return ckp_fiber_done(f, to, NULL);
}


/* No action: on_timeout, else on_reject, else an error. */

static ckp_code_t
expire_plain(ckp_fiber_t *f)
{
    const ckp_approval_t *const  ask = ckp_fiber_node(f)->u.approval;

    return expire_leave(f, ask->on_timeout.kind != CKP_TO_NOTHING
                           ? ask->on_timeout : ask->on_reject);
}


/* A notice to the site's people, beside the event of that name. */

static ckp_code_t
expire_notify(ckp_fiber_t *f, const char *event, const char *contact)
{
    const ckp_effect_t  fx = {
        .kind = CKP_FX_NOTIFY, .target = "host", .ref = "", .key = "",
        .body = json_pack("{s:s, s:s?, s:s?, s:s}", "event", event,
                          "approval_id", ckp_fiber_get_str(f, "ask", "id"),
                          "contact", contact, "node_id",
                          ckp_fiber_node(f)->id)
    };

    return ckp_fiber_effect(f, &fx);
}


static ckp_code_t
expire_notice(ckp_fiber_t *f, const char *contact, const char *to)
{
    const char *const  id = ckp_fiber_get_str(f, "ask", "id");
    const char *const  level = ckp_fiber_get_str(f, "ask", "lvl");
    const ckp_code_t   rc = ckp_fiber_emit(f, "approval_escalated",
        json_pack("{s:s, s:s?, s:s?, s:s?}", "approval_id", id, "from_level",
                  level, "to_level", to, "contact", contact));

    return rc == CKP_OK ? expire_notify(f, "approval_escalated", contact) : rc;
}


static ckp_code_t
expire_extend(ckp_fiber_t *f, const char *level)
{
    const ckp_approval_t *const  ask = ckp_fiber_node(f)->u.approval;
    const int64_t                n = 1 + ckp_fiber_get_int(f, "ask", "esc");
    const int64_t                more = ask->escalation_ms != 0
                                        ? ask->escalation_ms
                                        : ask->timeout_ms;
    const int64_t                expires = ckp_fiber_now(f) + more;
    ckp_code_t                   rc;

    rc = ckp_fiber_write(f, "approval_end",
             json_pack("{s:s, s:s, s:s, s:I, s:I}",
                 "approval_id", ckp_fiber_get_str(f, "ask", "id"),
                 "status", "pending", "approval_level", level,
                 "expires_at", (json_int_t) expires,
                 "escalation_count", (json_int_t) n));

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "ask", "esc", json_integer(n));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "ask", "exp", json_integer(expires));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "ask", "lvl", json_string(level));
    }

    return rc == CKP_OK ? ckp_ask_wait(f) : rc;
}


static ckp_code_t
expire_escalate(ckp_fiber_t *f)
{
    const ckp_approval_t *const  ask = ckp_fiber_node(f)->u.approval;
    const int64_t                n = ckp_fiber_get_int(f, "ask", "esc");
    const char                  *level = ckp_fiber_get_str(f, "ask", "lvl");
    json_t                      *contact = NULL;
    ckp_code_t                   rc = CKP_OK;

    if (!ask->escalate_route && n >= (int64_t) ask->max_escalations) {
        return expire_plain(f);
    }

    if (ask->escalation_contact != NULL) {
        rc = ckp_fiber_render(f, ask->escalation_contact, &contact);
    }

    if (ask->escalation_level != NULL) {
        level = ask->escalation_level;
    }

    if (rc == CKP_OK) {
        rc = expire_notice(f, json_string_value(contact), level);
    }

    json_decref(contact);

    if (rc != CKP_OK) {
        return rc;
    }

    return ask->escalate_route ? expire_plain(f) : expire_extend(f, level);
}


static const char *
expire_word(ckp_expire_t action)
{
    switch (action) {
    case CKP_EXPIRE_NONE:
        return NULL;
    case CKP_EXPIRE_APPROVE:
        return "auto_approve";
    case CKP_EXPIRE_REJECT:
        return "auto_reject";
    case CKP_EXPIRE_ESCALATE:
        return "escalate";
    case CKP_EXPIRE_FAIL:
        return "fail";
    }

    return NULL;
}


static ckp_code_t
expire_remind(ckp_fiber_t *f)
{
    const ckp_approval_t *const  ask = ckp_fiber_node(f)->u.approval;
    const int64_t                n = 1 + ckp_fiber_get_int(f, "ask", "rc");
    json_t                      *contact = NULL;
    ckp_code_t                   rc;

    rc = ckp_fiber_emit(f, "approval_reminder", json_pack("{s:s, s:I}",
             "approval_id", ckp_fiber_get_str(f, "ask", "id"), "count",
             (json_int_t) n));

    if (rc == CKP_OK && ask->escalation_contact != NULL) {
        rc = ckp_fiber_render(f, ask->escalation_contact, &contact);
    }

    if (rc == CKP_OK) {
        rc = expire_notify(f, "approval_reminder", json_string_value(contact));
    }

    json_decref(contact);

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "ask", "rc", json_integer(n));
    }

    if (rc == CKP_OK) {
        rc = ckp_fiber_put(f, "ask", "rem",
                           json_integer(ckp_fiber_now(f) + ask->reminder_ms));
    }

    return rc == CKP_OK ? ckp_ask_wait(f) : rc;
}


ckp_code_t
ckp_ask_expired(ckp_fiber_t *f)
{
    const ckp_approval_t *const  ask = ckp_fiber_node(f)->u.approval;
    const int64_t                expires = ckp_fiber_get_int(f, "ask", "exp");
    ckp_code_t                   rc;

    if (expires == 0 || expires > ckp_fiber_now(f)) {
        return expire_remind(f);
    }

    rc = ckp_fiber_emit(f, "approval_expired", json_pack("{s:s, s:s?}",
             "approval_id", ckp_fiber_get_str(f, "ask", "id"),
             "timeout_action", expire_word(ask->expire)));

    if (rc != CKP_OK) {
        return rc;
    }

    switch (ask->expire) {
    case CKP_EXPIRE_APPROVE:
        return expire_decide(f, "approved");
    case CKP_EXPIRE_REJECT:
        return expire_decide(f, "rejected");
    case CKP_EXPIRE_ESCALATE:
        return expire_escalate(f);
    case CKP_EXPIRE_FAIL:
        return expire_leave(f, (ckp_target_t) { .kind = CKP_TO_NOTHING });
    case CKP_EXPIRE_NONE:
        break;
    }

    return expire_plain(f);
}
