/*
 * Who does an action: agents by channel and pool, tool servers; open circuits
 * and full ones are passed over.
 */

#include "run/ngx_lo_admit.h"

#define NGX_LO_CIRCUIT_MS  300000
#define NGX_LO_TRIAL_MS    60000    /* one call decides on an open circuit */
#define NGX_LO_GROUP_MAX   64       /* members of a pool that are compared */


typedef struct {
    const char  *member;            /* NULL: any that names the action */
    const char  *text;
    ngx_uint_t   fold;
} ngx_lo_by_t;


/* --- agents ------------------------------------------------------------------ */

/* The capability by which the agent offers the action; NULL: it does not. */

static const json_t *
ngx_lo_roster_offers(const json_t *agent, const char *action, ngx_uint_t named)
{
    size_t       i;
    json_t      *cap;
    const char  *name;

    json_array_foreach(json_object_get(agent, "capabilities"), i, cap) {
        name = json_is_string(cap) ? json_string_value(cap)
                                   : ckp_json_str(cap, "name");

        if (name == NULL) {
            continue;
        }

        if (ngx_strcmp(name, action) == 0
            || (!named && ngx_strcmp(name, "*") == 0))
        {
            return cap;
        }
    }

    return NULL;
}


/* Closed, or open for so long that one call may try. */

static ngx_uint_t
ngx_lo_roster_closed(const json_t *row)
{
    int64_t  now, open, trial;

    now = ngx_lo_now_ms();
    open = ckp_json_int(row, "circuit_open_at", 0);
    trial = ckp_json_int(row, "trial", 0);

    /* one that is to be opened yet was opened before the clock was set back */

    return open == 0
           || ((now - open >= NGX_LO_CIRCUIT_MS || open > now)
               && (trial == 0 || ngx_lo_boot_ms() - trial >= NGX_LO_TRIAL_MS));
}


static void
ngx_lo_roster_tried(json_t *row)
{
    if (ckp_json_int(row, "circuit_open_at", 0) != 0) {
        (void) json_object_set_new(row, "trial",
                                   json_integer(ngx_lo_boot_ms()));
    }
}


static ngx_uint_t
ngx_lo_roster_is(const json_t *row, const char *member, const char *text,
    ngx_uint_t fold)
{
    const char  *v;

    v = ckp_json_str(row, member);

    if (v == NULL) {
        return 0;
    }

    return fold ? ngx_strcasecmp((u_char *) v, (u_char *) text) == 0
                : ngx_strcmp(v, text) == 0;
}


static ngx_uint_t
ngx_lo_roster_fits(const json_t *a, const ngx_lo_want_t *want,
    const ngx_lo_by_t *by)
{
    return ngx_lo_roster_is(a, "status", "online", 0)
           && ngx_lo_roster_closed(a)
           && (by->member == NULL
               || ngx_lo_roster_is(a, by->member, by->text, by->fold))
           && ngx_lo_roster_offers(a, want->action, by->member == NULL)
              != NULL;
}


const char *
ngx_lo_roster_shut(const ngx_lo_want_t *want, const char **why)
{
    size_t       i;
    json_t      *a;
    ngx_uint_t   online;

    json_array_foreach(ngx_lo_roster_agents(), i, a) {

        online = ngx_lo_roster_is(a, "status", "online", 0);

        if ((want->channel == NULL
             || ngx_lo_roster_is(a, "channel", want->channel, 1))
            && ngx_lo_roster_offers(a, want->action, 0) != NULL
            && !(online && ngx_lo_roster_closed(a)))
        {
            *why = ngx_lo_roster_closed(a) ? "is offline"
                                           : "has failed too often: its circuit"
                                             " is open";
            return ckp_json_str(a, "name");
        }
    }

    return NULL;
}


static ngx_uint_t
ngx_lo_roster_full(const json_t *a, ngx_uint_t commit, ngx_lo_slots_t **slots)
{
    *slots = ngx_lo_slots_of(ckp_json_str(a, "resource_key"));

    return *slots == NULL
           || ngx_lo_slots_full(*slots,
                                ckp_json_int(a, "concurrency_limit", 1),
                                commit);
}


/* One of a pool in turn, past those that have no slot free; NULL: none has. */

static json_t *
ngx_lo_roster_turn(json_t **found, ngx_uint_t n, const ngx_lo_want_t *want,
    ngx_lo_slots_t **slots)
{
    json_t      *a;
    ngx_uint_t   i, first;
    const char  *pool;

    pool = ckp_json_str(found[0], "pool_id");
    first = n > 1 ? ngx_lo_turn_next(pool ? pool
                                     : ckp_json_str(found[0], "channel"))
                  : 0;

    for (i = 0; i < n; i++) {
        a = found[(first + i) % n];

        if (!ngx_lo_roster_full(a, want->commit, slots)) {
            return a;
        }
    }

    return NULL;
}


/* Candidates stand in the order of their pools; one pool after the other. */

static json_t *
ngx_lo_roster_pick(const ngx_lo_want_t *want, const ngx_lo_by_t *by,
    ngx_lo_slots_t **slots, ngx_uint_t *full)
{
    size_t       i;
    json_t      *a, *b, *first, *found[NGX_LO_GROUP_MAX];
    ngx_uint_t   n;
    const char  *pool, *p;

    n = 0;
    pool = NULL;
    first = NULL;

    json_array_foreach(ngx_lo_roster_agents(), i, a) {

        if (!ngx_lo_roster_fits(a, want, by)) {
            continue;
        }

        if (want->affinity != NULL
            && ngx_lo_roster_is(a, "agent_id", want->affinity, 0))
        {
            *full = ngx_lo_roster_full(a, want->commit, slots);
            return a;
        }

        p = ckp_json_str(a, "pool_id");
        p = p ? p : "";

        if (n > 0 && ngx_strcmp(p, pool) != 0) {
            b = ngx_lo_roster_turn(found, n, want, slots);

            if (b != NULL) {
                *full = 0;
                return b;
            }

            n = 0;
        }

        pool = p;
        first = first ? first : a;

        if (n < NGX_LO_GROUP_MAX) {
            found[n++] = a;
        }
    }

    b = n ? ngx_lo_roster_turn(found, n, want, slots) : NULL;
    *full = (b == NULL && first != NULL);

    if (*full) {
        *slots = ngx_lo_slots_of(ckp_json_str(first, "resource_key"));
    }

    return b ? b : first;
}


/* What a run is told of an agent that does a step, or a workflow, for it. */

static json_t *
ngx_lo_roster_tell(const json_t *agent, ngx_uint_t workflow)
{
    json_t      *out, *v;
    ngx_uint_t   i;

    static const char  *members[] = {
        "agent_id", "name", "base_url", "channel", "resource_key", "pool_id",
        "concurrency_limit"
    };
    static const char  *shots[] = { "screenshot", "take_screenshot" };

    out = json_pack("{s:s}", "kind", "agent_http");

    for (i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
        v = json_object_get(agent, members[i]);
        (void) json_object_set(out, members[i], v);
    }

    if (workflow) {
        (void) json_object_set_new(out, "workflow", json_true());
    }

    for (i = 0; i < sizeof(shots) / sizeof(shots[0]); i++) {
        if (ngx_lo_roster_offers(agent, shots[i], 0) != NULL) {
            (void) json_object_set_new(out, "screenshot",
                                       json_string(shots[i]));
            break;
        }
    }

    return out;
}


/* Each step asks, so it is made once for a row of the roster; who is told it
 * changes no member of it. */

static json_t *
ngx_lo_roster_agent(json_t *agent, const char *action)
{
    json_t         *out;
    const char     *type, *name;
    ngx_uint_t      workflow;
    unsigned long   refusals;

    type = ckp_json_str(ngx_lo_roster_offers(agent, action, 0), "type");
    workflow = type != NULL && ngx_strcmp(type, "workflow") == 0;
    name = workflow ? "told_workflow" : "told_step";
    out = json_incref(json_object_get(agent, name));

    if (out == NULL) {
        refusals = ckp_memory_refusals();
        out = ngx_lo_roster_tell(agent, workflow);

        if (ckp_memory_refusals() == refusals) {
            (void) json_object_set(agent, name, out);
        }
    }

    return json_pack("{s:o}", "agent", out);
}


/* --- tool servers ------------------------------------------------------------- */

/* 1: its tools are not known, or the action is one of them. */

static ngx_uint_t
ngx_lo_roster_lists(const json_t *server, const char *action)
{
    size_t   i;
    json_t  *tools, *tool;

    tools = json_object_get(server, "tools");

    if (!json_is_array(tools)) {
        return 1;
    }

    json_array_foreach(tools, i, tool) {
        if (ngx_lo_roster_is(tool, "name", action, 0)) {
            return 1;
        }
    }

    return 0;
}


/* By the channel, else any. */

static json_t *
ngx_lo_roster_server(const ngx_lo_want_t *want)
{
    size_t       i;
    json_t      *s;
    ngx_uint_t   pass, named;

    for (pass = 0; pass < 2; pass++) {
        json_array_foreach(ngx_lo_roster_servers(), i, s) {
            named = want->channel != NULL
                    && (ngx_lo_roster_is(s, "server_id", want->channel, 0)
                        || ngx_lo_roster_is(s, "name", want->channel, 1));

            if ((pass == 1 || named) && ngx_lo_roster_closed(s)
                && ngx_lo_roster_lists(s, want->action))
            {
                return s;
            }
        }
    }

    return NULL;
}


static json_t *
ngx_lo_roster_tool(json_t *s)
{
    ngx_lo_roster_tried(s);

    return json_pack("{s:{s:s, s:O, s:O, s:O, s:O, s:O?}}", "agent",
                     "kind", "mcp_tool",
                     "agent_id", json_object_get(s, "server_id"),
                     "name", json_object_get(s, "name"),
                     "base_url", json_object_get(s, "base_url"),
                     "protocol", json_object_get(s, "protocol"),
                     "secret_name", json_object_get(s, "secret_name"));
}


/* --- finding ----------------------------------------------------------------------- */

static ngx_uint_t
ngx_lo_roster_is_master(const char *channel)
{
    return ngx_strcasecmp((u_char *) channel, (u_char *) "MasterAgent") == 0;
}


/* By channel, else id, else name; without one, whoever names the action. */

static json_t *
ngx_lo_roster_any(const ngx_lo_want_t *want, ngx_lo_slots_t **slots,
    ngx_uint_t *full)
{
    ngx_uint_t   i;
    json_t      *a;
    ngx_lo_by_t  by[] = {
        { "channel",  want->channel, 1 },
        { "agent_id", want->channel, 0 },
        { "name",     want->channel, 0 }
    };

    for (i = 0; want->channel != NULL && i < sizeof(by) / sizeof(by[0]); i++) {
        a = ngx_lo_roster_pick(want, &by[i], slots, full);

        if (a != NULL) {
            return a;
        }
    }

    return NULL;
}


json_t *
ngx_lo_roster_find(const ngx_lo_want_t *want, ngx_lo_slots_t **slots,
    ngx_uint_t *full)
{
    json_t       *a;
    ngx_lo_by_t   named = { NULL, NULL, 0 };

    *slots = NULL;
    *full = 0;

    a = want->agents ? ngx_lo_roster_any(want, slots, full) : NULL;

    if (a == NULL && want->servers) {
        a = ngx_lo_roster_server(want);

        if (a != NULL) {
            *slots = NULL;
            return ngx_lo_roster_tool(a);
        }
    }

    if (a == NULL && want->agents
        && (want->channel == NULL || ngx_lo_roster_is_master(want->channel)))
    {
        a = ngx_lo_roster_pick(want, &named, slots, full);
    }

    if (a == NULL) {
        return NULL;
    }

    if (!*full) {
        ngx_lo_roster_tried(a);
    }

    return ngx_lo_roster_agent(a, want->action);
}
