/*
 * Agents as a crowd: heartbeats, circuits, pools (spec/api.md 8).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_agents.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"


static const json_t *ngx_lo_beat_number(ngx_lo_api_t *api, const char *name);
static ngx_int_t ngx_lo_pool_nobody(ngx_lo_api_t *api, ngx_lo_job_t *job);
static json_t *ngx_lo_pool_of(json_t *pools, const json_t *agent);
static void ngx_lo_pool_count(json_t *pool, const json_t *agent);
static void ngx_lo_pool_add(json_t *o, const char *name, int64_t n);


static const char *
ngx_lo_agent_told(const char *action)
{
    ngx_uint_t  i;

    static const struct {
        const char  *action;
        const char  *sentence;
    } told[] = {
        { "create",       "Agent registered" },
        { "delete",       "Agent removed" },
        { "sync",         "Agent asked what it can do" },
        { "health_check", "Agent asked how it is" },
        { "try",          "Agent tried by hand" },
    };

    for (i = 0; i < sizeof(told) / sizeof(told[0]); i++) {
        if (ngx_strcmp(told[i].action, action) == 0) {
            return told[i].sentence;
        }
    }

    return "Agent changed";
}


ngx_int_t
ngx_lo_agent_trail(ngx_lo_api_t *api, ngx_lo_job_t *job, const char *agent_id,
    const char *action, const json_t *meta)
{
    ngx_lo_trail_t  trail;

    ngx_memzero(&trail, sizeof(trail));
    trail.category = "agent";
    trail.action = action;
    trail.description = ngx_lo_agent_told(action);
    trail.resource_type = "agent";
    trail.resource_id = agent_id;
    trail.meta = meta;

    return ngx_lo_api_audit(api, job, &trail);
}


void
ngx_lo_agents_changed(void)
{
    ngx_lo_zone_settings_changed();
    ngx_lo_bell_ring(NGX_LO_BELL_SETTINGS|NGX_LO_BELL_RUNS, 0);
}


static ngx_int_t
ngx_lo_pool_nobody(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_agent_404(api);
}


/* Not audited: it changes what agents say of themselves, each minute. */

ngx_int_t
ngx_lo_agents_heartbeat_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char    *id, *status;
    const json_t  *cpu, *memory;

    id = ngx_lo_input_str(api, "agent_id", NGX_LO_REQUIRED, 64);
    status = ngx_lo_input_word(api, "status", "online|offline|busy");
    cpu = ngx_lo_beat_number(api, "cpu_percent");
    memory = ngx_lo_beat_number(api, "memory_percent");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    ngx_lo_api_missed(api, ngx_lo_pool_nobody);

    return ngx_lo_job_add(job, &ngx_lo_sql_api_agent_beat, id, api->now_ms,
                          cpu, memory, (status != NULL) ? status : "online");
}


static const json_t *
ngx_lo_beat_number(ngx_lo_api_t *api, const char *name)
{
    const json_t  *v;

    v = json_object_get(api->body, name);

    if (v == NULL || json_is_null(v)) {
        return NULL;
    }

    if (!json_is_number(v)) {
        ngx_lo_input_wrong(api, "body", name, "number_type",
                           "Must be a number");
        return NULL;
    }

    return v;
}


ngx_int_t
ngx_lo_agents_heartbeat_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_agents_changed();

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:s, s:s}", "status", "ok", "agent_id",
                                     ckp_json_str(api->body, "agent_id")));
}


ngx_int_t
ngx_lo_agents_circuit_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const char  *action, *id;

    id = ngx_lo_api_seg(api, "agent_id");

    (void) ngx_lo_input_str(api, "action", NGX_LO_REQUIRED, 64);
    action = ngx_lo_input_failed(api)
             ? NULL : ngx_lo_input_word(api, "action", "open|close");

    if (action == NULL) {
        return ngx_lo_input_problem(api);
    }

    ngx_lo_api_missed(api, ngx_lo_pool_nobody);

    if (ngx_lo_job_add(job, &ngx_lo_sql_api_agent_circuit, id,
                       (*action == 'o') ? api->now_ms : NGX_LO_NULL,
                       api->now_ms)
        != NGX_OK
        || ngx_lo_agent_trail(api, job, id, "circuit", api->body) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_job_add(job, &ngx_lo_sql_api_agent_get, id, api->now_ms);
}


ngx_int_t
ngx_lo_agents_circuit_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    const json_t  *row;

    ngx_lo_agents_changed();

    row = ngx_lo_job_row(job, 2);

    return (row != NULL) ? ngx_lo_agent_answer(api, NGX_HTTP_OK, row)
                         : ngx_lo_agent_404(api);
}


ngx_int_t
ngx_lo_agents_bootstrap_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t      *v;
    const char  *channel;

    channel = ngx_lo_api_seg(api, "channel");
    v = json_sprintf("%s_default", channel);

    return ngx_lo_api_json(api, NGX_HTTP_OK,
                           json_pack("{s:s, s:o, s:i}", "channel", channel,
                                     "default_pool", v,
                                     "recommended_concurrency", 5));
}


ngx_int_t
ngx_lo_agents_pools_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_agent_pools, api->now_ms);
}


ngx_int_t
ngx_lo_agents_pools_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    size_t   i;
    int64_t  room;
    json_t  *pools, *pool, *agent;

    pools = json_array();

    json_array_foreach(ngx_lo_job_rows(job, 0), i, agent) {

        pool = ngx_lo_pool_of(pools, agent);
        if (pool == NULL) {
            json_decref(pools);
            return NGX_ERROR;
        }

        ngx_lo_pool_count(pool, agent);
    }

    json_array_foreach(pools, i, pool) {
        (void) json_object_del(pool, "_keys");

        room = ckp_json_int(pool, "concurrency_limit_total", 0)
               - ckp_json_int(pool, "active_leases", 0);

        (void) json_object_set_new(pool, "available_capacity",
                                   json_integer(ngx_max(room, 0)));
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, pools);
}


/* The pool of the agent, made when it is the first of it. */

static json_t *
ngx_lo_pool_of(json_t *pools, const json_t *agent)
{
    size_t         i;
    json_t        *pool;
    const json_t  *id, *channel;

    id = json_object_get(agent, "pool_id");
    channel = json_object_get(agent, "channel");

    json_array_foreach(pools, i, pool) {
        if (json_equal(json_object_get(pool, "pool_id"), id)
            && json_equal(json_object_get(pool, "channel"), channel))
        {
            return pool;
        }
    }

    pool = json_pack("{s:O, s:O, s:i, s:{}, s:i, s:i, s:i, s:i, s:{}}",
                     "pool_id", id, "channel", channel, "agent_count", 0,
                     "status_breakdown", "concurrency_limit_total", 0,
                     "active_leases", 0, "available_capacity", 0,
                     "circuit_open_count", 0, "_keys");

    return (json_array_append_new(pools, pool) == 0) ? pool : NULL;
}


static void
ngx_lo_pool_count(json_t *pool, const json_t *agent)
{
    json_t      *keys;
    const char  *key, *status;

    keys = json_object_get(pool, "_keys");
    key = ckp_json_str(agent, "resource_key");
    status = ckp_json_str(agent, "status");

    ngx_lo_pool_add(pool, "agent_count", 1);
    ngx_lo_pool_add(pool, "concurrency_limit_total",
                    ckp_json_int(agent, "concurrency_limit", 0));
    ngx_lo_pool_add(pool, "circuit_open_count",
                    ckp_json_bool(agent, "open", false));

    if (status != NULL) {
        ngx_lo_pool_add(json_object_get(pool, "status_breakdown"), status, 1);
    }

    if (key != NULL && json_object_get(keys, key) == NULL) {
        (void) json_object_set_new(keys, key, json_true());
        ngx_lo_pool_add(pool, "active_leases", ckp_json_int(agent, "held", 0));
    }
}


static void
ngx_lo_pool_add(json_t *o, const char *name, int64_t n)
{
    (void) json_object_set_new(o, name,
                               json_integer(ckp_json_int(o, name, 0) + n));
}
