/*
 * How long a node or a run may take before somebody hears of it
 * (spec/ckp.md 18).
 */

#include "compile/parse_int.h"


const ckp_sla_t *
ckp_sla_read(ckp_parse_t *ps, const ckp_at_t *at)
{
    static const ckp_word_t  breaches[] = {
        { "warn", CKP_BREACH_WARN }, { "fail", CKP_BREACH_FAIL },
        { "escalate", CKP_BREACH_ESCALATE }, { NULL, 0 }
    };
    ckp_at_t    out;
    ckp_sla_t  *sla;

    if (!ckp_parse_object(ps, at, "sla", &out)) {
        return NULL;
    }

    sla = ckp_parse_alloc(ps, sizeof(ckp_sla_t));

    if (sla == NULL) {
        return NULL;
    }

    sla->max_ms = ckp_parse_ms(ps, &out, "max_duration_ms", 0, 314);
    sla->breach = (ckp_breach_t) ckp_parse_word(ps, &out, "on_breach",
                                     breaches, CKP_BREACH_WARN, 432);
    sla->handler = ckp_parse_target(ps, &out, "escalation_handler");
    sla->notify = ckp_parse_bool(ps, &out, "notify", false);
    sla->waits = ckp_parse_bool(ps, &out, "include_waits", true);
    sla->at_once = ckp_parse_bool(ps, &out, "escalate_immediately", false);

    if (sla->breach == CKP_BREACH_ESCALATE
        && json_object_get(out.value, "escalation_handler") == NULL)
    {
        sla->breach = CKP_BREACH_WARN;
        ckp_parse_say(ps, &(ckp_say_t) { .at = &out, .number = 431,
                                         .field = "escalation_handler" },
                      "'escalate' without escalation_handler only warns");
    }

    ckp_parse_known(ps, &out, " max_duration_ms on_breach escalation_handler"
                    " notify include_waits escalate_immediately description ",
                    NULL);

    return sla->max_ms > 0 ? sla : NULL;
}
