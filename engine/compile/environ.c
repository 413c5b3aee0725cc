/*
 * A document against what is there now: agents that are online, secrets that
 * have a value, models and prompts that the site has.  Only when asked for
 * (spec/ckp.md 14.1, 28.1, 33).
 */

#include <string.h>
#include <strings.h>

#include "compile/parse_int.h"

typedef struct {
    const ckp_parse_t        *ps;
    const ckp_environment_t  *env;
} environ_t;


/* --- agents --------------------------------------------------------------------- */

static bool
environ_offers(const json_t *agent, const char *action, bool by_name)
{
    const json_t  *cap;
    size_t         i;

    json_array_foreach(json_object_get(agent, "capabilities"), i, cap) {
        const char *const  name = json_is_string(cap) ? json_string_value(cap)
                                                      : ckp_json_str(cap,
                                                                     "name");

        if (name != NULL && (strcmp(name, action) == 0
                             || (!by_name && strcmp(name, "*") == 0)))
        {
            return true;
        }
    }

    return false;
}


static bool
environ_is(const json_t *agent, const char *member, const char *text)
{
    const char *const  v = ckp_json_str(agent, member);

    /* channels in any case, ids and names as they are */

    return v != NULL && (strcmp(member, "channel") == 0
                         ? strcasecmp(v, text) == 0 : strcmp(v, text) == 0);
}


/* By the first of channel, id and name that finds one that is online.
 * *offered: one of them offers the action. */
static bool
environ_find(const environ_t *e, const ckp_step_t *step, bool *offered)
{
    static const char *const  members[] = { "channel", "agent_id", "name" };
    const json_t             *agent;
    size_t                    i;
    bool                      found = false;

    *offered = false;

    for (size_t m = 0; !found && m < 3; m++) {
        json_array_foreach(e->env->agents, i, agent) {
            if (environ_is(agent, "status", "online")
                && environ_is(agent, members[m], step->agent))
            {
                found = true;
                *offered = *offered || environ_offers(agent, step->action,
                                                      false);
            }
        }
    }

    return found;
}


/* Without an agent any one that names the action does it. */
static bool
environ_any(const environ_t *e, const char *action)
{
    const json_t  *agent;
    size_t         i;

    json_array_foreach(e->env->agents, i, agent) {
        if (environ_is(agent, "status", "online")
            && environ_offers(agent, action, true))
        {
            return true;
        }
    }

    return false;
}


static void
environ_step(void *data, const ckp_each_t *at)
{
    const environ_t *const   e = data;
    const ckp_step_t *const  step = at->step;
    const bool               free = step->agent == NULL
                                    || strcasecmp(step->agent,
                                                  "MasterAgent") == 0;
    ckp_diag_more_t          more = { .node_id = at->node->id,
                                      .step_id = step->id, .field = "agent" };
    bool                     offered = false;

    if (step->bind == CKP_BIND_INTERNAL || step->op != NULL) {
        return;                     /* the engine can */
    }

    if (!free && !environ_find(e, step, &offered)) {
        ckp_diag(e->ps->diags, 142, "agent_not_registered", step->pointer,
                 &more, "no agent '%.120s' is online now", step->agent);
        return;
    }

    if (!offered && !(free && environ_any(e, step->action))) {
        more.field = "action";
        ckp_diag(e->ps->diags, 142, "action_not_offered", step->pointer, &more,
                 "nobody offers the action '%.120s' now", step->action);
    }
}


/* --- secrets -------------------------------------------------------------------- */

/* What another service has nobody asks while compiling. */

static bool
environ_is_outside(const json_t *config, const json_t *ref)
{
    static const char  outside[] =
        " vault hashicorp_vault aws aws_secrets aws_secrets_manager azure"
        " azure_keyvault azure_key_vault ";
    const char        *provider = ckp_json_str(ref, "provider");

    provider = provider != NULL ? provider : ckp_json_str(config, "provider");
    provider = provider != NULL ? provider : ckp_json_str(config, "type");

    return provider != NULL && ckp_word_in(outside, provider);
}


static void
environ_secrets(const environ_t *e)
{
    const json_t *const  config = e->ps->prog->config.secrets;
    const json_t *const  references = json_object_get(config,
                                                      "secret_references");
    const char          *name;
    const json_t        *ref;

    json_object_foreach((json_t *) references, name, ref) {
        const ckp_diag_more_t  more = { .field = name };
        const char            *key = json_is_string(ref)
                                     ? json_string_value(ref)
                                     : ckp_json_str(ref, "key");
        ckp_buf_t              path;

        if (environ_is_outside(config, ref)
            || e->env->secret(e->env->data, ckp_json_str(config, "prefix"),
                              key == NULL ? name : key))
        {
            continue;
        }

        ckp_buf_init(&path, 4096);
        ckp_buf_puts(&path,
                     "/global_config/secrets_config/secret_references");
        ckp_pointer_push(&path, name);
        ckp_diag(e->ps->diags, 325, NULL, ckp_buf_str(&path), &more,
                 "secret '%.120s' has no value now", name);
        ckp_buf_free(&path);
    }
}


/* --- models and prompts ----------------------------------------------------------- */

/* "name", "name@3" or "name@^1". */

static bool
environ_prompt(const json_t *prompts, const char *ref)
{
    const size_t         n = strcspn(ref, "@");
    json_t *const        name = json_stringn(ref, n);
    const json_t *const  all = json_object_get(prompts,
                                               json_string_value(name));
    const json_t        *one;
    size_t               i;
    bool                 there = all != NULL && ref[n] == '\0';

    json_array_foreach(all, i, one) {
        there = there || ckp_version_fits(ref + n + 1,
                                          json_string_value(one));
    }

    json_decref(name);

    return there;
}


static void
environ_needs(const environ_t *e)
{
    const json_t  *need;
    size_t         i;

    json_array_foreach(e->ps->needs, i, need) {
        const ckp_diag_more_t  more = {
            .node_id = ckp_json_str(need, "node_id"),
            .field = ckp_json_str(need, "field")
        };
        const char *const      name = ckp_json_str(need, "name");
        const int              number = (int) ckp_json_int(need,
                                                                "number", 0);
        const json_t *const    all = number == 804 ? e->env->prompts
                                                   : e->env->profiles;

        if (all == NULL || (number == 804 ? environ_prompt(all, name)
                            : json_object_get(all, name) != NULL))
        {
            continue;
        }

        ckp_diag(e->ps->diags, number, NULL, ckp_json_str(need, "at"), &more,
                 number == 804
                 ? "prompt '%.120s' is neither of this procedure nor stored"
                 : "profile '%.120s' is neither of this procedure nor of the "
                   "site", name);
    }
}


void
ckp_environment_check(const ckp_parse_t *ps, const ckp_environment_t *env)
{
    environ_t  e = { .ps = ps, .env = env };

    for (size_t i = 0; env->agents != NULL && ps->prog->nodes != NULL
                       && i < ps->prog->nnodes; i++)
    {
        ckp_each_step(&ps->prog->nodes[i], environ_step, &e);
    }

    if (env->secret != NULL) {
        environ_secrets(&e);
    }

    environ_needs(&e);
}
