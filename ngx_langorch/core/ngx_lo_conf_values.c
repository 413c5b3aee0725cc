/*
 * Settings: what they are where no directive says it, and what may not be
 * together.
 */

#include "core/ngx_lo_core_int.h"


void *
ngx_lo_create_main_conf(ngx_conf_t *cf)
{
    ngx_lo_main_conf_t  *mcf;

    ngx_lo_memory_seed();

    mcf = ngx_pcalloc(cf->pool, sizeof(ngx_lo_main_conf_t));
    if (mcf == NULL) {
        return NULL;
    }

    mcf->relaxed = NGX_CONF_UNSET_UINT;
    mcf->egress_open = NGX_CONF_UNSET_UINT;
    mcf->strict = NGX_CONF_UNSET_UINT;
    mcf->api_rate = NGX_CONF_UNSET_UINT;
    mcf->once_time = NGX_CONF_UNSET_MSEC;
    mcf->must_match = NGX_CONF_UNSET_UINT;
    mcf->runs_max = NGX_CONF_UNSET_UINT;
    mcf->calls_max = NGX_CONF_UNSET_UINT;
    mcf->queue_max = NGX_CONF_UNSET_UINT;
    mcf->group_max = NGX_CONF_UNSET_UINT;
    mcf->spin_us = NGX_CONF_UNSET_UINT;
    mcf->readers = NGX_CONF_UNSET_UINT;
    mcf->streams_max = NGX_CONF_UNSET_UINT;
    mcf->lease_time = NGX_CONF_UNSET_MSEC;
    mcf->crashes_max = NGX_CONF_UNSET_UINT;
    mcf->crash_pause = NGX_CONF_UNSET_MSEC;
    mcf->push_time = NGX_CONF_UNSET_MSEC;
    mcf->drain_time = NGX_CONF_UNSET_MSEC;
    mcf->poll_time = NGX_CONF_UNSET_MSEC;
    mcf->sweep_time = NGX_CONF_UNSET_MSEC;
    mcf->run_days = NGX_CONF_UNSET_UINT;
    mcf->checkpoint_days = NGX_CONF_UNSET_UINT;
    mcf->audit_days = NGX_CONF_UNSET_UINT;
    mcf->denials = NGX_CONF_UNSET_UINT;
    mcf->health_time = NGX_CONF_UNSET_MSEC;
    mcf->lease_wait = NGX_CONF_UNSET_MSEC;
    mcf->agent_timeout = NGX_CONF_UNSET_MSEC;
    mcf->body_max = NGX_CONF_UNSET_SIZE;
    mcf->document_max = NGX_CONF_UNSET_SIZE;
    mcf->body_memory = NGX_CONF_UNSET_SIZE;
    mcf->reply_max = NGX_CONF_UNSET_SIZE;
    mcf->llm_timeout = NGX_CONF_UNSET_MSEC;
    mcf->llm_reply_max = NGX_CONF_UNSET_SIZE;
    mcf->zone_size = NGX_CONF_UNSET_SIZE;
    mcf->upload_max = NGX_CONF_UNSET_SIZE;
    mcf->artifact_days = NGX_CONF_UNSET_UINT;
    mcf->sheet_max = NGX_CONF_UNSET_SIZE;
    mcf->attached_max = NGX_CONF_UNSET_SIZE;
    mcf->file_memory = NGX_CONF_UNSET_SIZE;
    mcf->plain_secrets = NGX_CONF_UNSET;
    mcf->keeper_ttl = NGX_CONF_UNSET_MSEC;
    mcf->keeper_absent = NGX_CONF_UNSET_MSEC;
    mcf->keeper_timeout = NGX_CONF_UNSET_MSEC;
    mcf->keeper_reply_max = NGX_CONF_UNSET_SIZE;
    mcf->keeper_max = NGX_CONF_UNSET_UINT;
    mcf->keeper_fresh = NGX_CONF_UNSET;
    mcf->grants = NGX_CONF_UNSET;
    mcf->session_time = NGX_CONF_UNSET_MSEC;
    mcf->logins = NGX_CONF_UNSET_UINT;
    mcf->trace = NGX_CONF_UNSET;
    mcf->trigger_sync = NGX_CONF_UNSET;
    mcf->watch = NGX_CONF_UNSET_PTR;

    return mcf;
}


void
ngx_lo_conf_defaults(ngx_lo_main_conf_t *mcf)
{
    ngx_conf_init_uint_value(mcf->relaxed, 0);
    ngx_conf_init_uint_value(mcf->egress_open, 0);
    ngx_conf_init_uint_value(mcf->strict, 0);
    ngx_conf_init_uint_value(mcf->api_rate, 0);
    ngx_conf_init_msec_value(mcf->once_time, 24 * 3600 * 1000);
    ngx_conf_init_uint_value(mcf->must_match, 0);
    ngx_conf_init_uint_value(mcf->runs_max, 2500);
    ngx_conf_init_uint_value(mcf->calls_max, 512);
    ngx_conf_init_uint_value(mcf->queue_max, 8192);
    ngx_conf_init_uint_value(mcf->group_max, 256);
    ngx_conf_init_uint_value(mcf->spin_us, 150);
    ngx_conf_init_uint_value(mcf->readers, 2);
    ngx_conf_init_uint_value(mcf->streams_max, 10000);
    ngx_conf_init_msec_value(mcf->lease_time, 15000);
    ngx_conf_init_uint_value(mcf->crashes_max, CKP_CRASHES_MAX);
    ngx_conf_init_msec_value(mcf->crash_pause, 0);
    ngx_conf_init_msec_value(mcf->push_time, 30000);
    ngx_conf_init_msec_value(mcf->drain_time, 10000);
    ngx_conf_init_msec_value(mcf->poll_time, 1000);
    ngx_conf_init_msec_value(mcf->sweep_time, 60000);
    ngx_conf_init_uint_value(mcf->run_days, 0);
    ngx_conf_init_uint_value(mcf->checkpoint_days, 30);
    ngx_conf_init_uint_value(mcf->audit_days, 0);
    ngx_conf_init_uint_value(mcf->denials, 60);
    ngx_conf_init_msec_value(mcf->health_time, 60000);
    ngx_conf_init_msec_value(mcf->lease_wait, 5000);
    ngx_conf_init_msec_value(mcf->agent_timeout, 120000);
    ngx_conf_init_size_value(mcf->body_max, 1024 * 1024);
    ngx_conf_init_size_value(mcf->document_max, 4 * 1024 * 1024);
    ngx_conf_init_size_value(mcf->body_memory, 256 * 1024 * 1024);
    ngx_conf_init_size_value(mcf->reply_max, 1024 * 1024);
    ngx_conf_init_msec_value(mcf->llm_timeout, 60000);
    ngx_conf_init_size_value(mcf->llm_reply_max, 4 * 1024 * 1024);
    ngx_conf_init_size_value(mcf->zone_size, 8 * 1024 * 1024);
    ngx_conf_init_size_value(mcf->upload_max, 64 * 1024 * 1024);
    ngx_conf_init_uint_value(mcf->artifact_days, 30);
    ngx_conf_init_size_value(mcf->sheet_max, 16 * 1024 * 1024);
    ngx_conf_init_size_value(mcf->attached_max, 256 * 1024 * 1024);
    ngx_conf_init_size_value(mcf->file_memory, 256 * 1024 * 1024);

    ngx_conf_init_msec_value(mcf->keeper_ttl, 300000);
    ngx_conf_init_msec_value(mcf->keeper_absent, 5000);
    ngx_conf_init_msec_value(mcf->keeper_timeout, 5000);
    ngx_conf_init_size_value(mcf->keeper_reply_max, 256 * 1024);
    ngx_conf_init_uint_value(mcf->keeper_max, 1000);
    ngx_conf_init_msec_value(mcf->session_time, 8 * 3600 * 1000);
    ngx_conf_init_uint_value(mcf->logins, 10);

    ngx_conf_init_value(mcf->plain_secrets, 0);
    ngx_conf_init_value(mcf->keeper_fresh, 0);
    ngx_conf_init_value(mcf->grants, 0);
    ngx_conf_init_value(mcf->trace, mcf->otlp != NULL);
    ngx_conf_init_value(mcf->trigger_sync, 0);
    ngx_conf_init_ptr_value(mcf->watch, NULL);
}


char *
ngx_lo_init_main_conf(ngx_conf_t *cf, void *conf)
{
    ngx_lo_main_conf_t  *mcf = conf;

    ngx_lo_settings_fix(mcf);
    ngx_lo_conf_defaults(mcf);

    if (ngx_lo_environ_keep(cf, mcf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (mcf->node_id.len == 0) {
        mcf->node_id = cf->cycle->hostname;
    }

    if (mcf->push_job.len == 0) {
        ngx_str_set(&mcf->push_job, "langorch");
    }

    if (mcf->store.len == 0) {

        if (mcf->apis != 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"langorch_api\" needs \"langorch_store\"");
            return NGX_CONF_ERROR;
        }

        return NGX_CONF_OK;
    }

    if (ngx_lo_conf_disk(cf, mcf) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return ngx_lo_zone_add(cf, mcf) == NGX_OK ? NGX_CONF_OK : NGX_CONF_ERROR;
}


void *
ngx_lo_create_loc_conf(ngx_conf_t *cf)
{
    ngx_lo_loc_conf_t  *lcf;

    lcf = ngx_pcalloc(cf->pool, sizeof(ngx_lo_loc_conf_t));
    if (lcf == NULL) {
        return NULL;
    }

    lcf->identity = NGX_CONF_UNSET_UINT;
    lcf->user = NGX_CONF_UNSET;
    lcf->groups = NGX_CONF_UNSET;
    lcf->projects = NGX_CONF_UNSET;
    lcf->separation = NGX_CONF_UNSET;
    lcf->cors = NGX_CONF_UNSET_PTR;
    lcf->timing = NGX_CONF_UNSET;

    return lcf;
}


char *
ngx_lo_merge_loc_conf(ngx_conf_t *cf, void *parent, void *child)
{
    ngx_lo_loc_conf_t  *prev = parent;
    ngx_lo_loc_conf_t  *conf = child;

    ngx_conf_merge_uint_value(conf->identity, prev->identity, 2);
    ngx_conf_merge_value(conf->user, prev->user, NGX_CONF_UNSET);
    ngx_conf_merge_value(conf->groups, prev->groups, NGX_CONF_UNSET);
    ngx_conf_merge_value(conf->projects, prev->projects, NGX_CONF_UNSET);
    ngx_conf_merge_value(conf->separation, prev->separation, 0);

    if (conf->roles == NULL) {
        conf->roles = prev->roles;
    }
    ngx_conf_merge_ptr_value(conf->cors, prev->cors, NULL);
    ngx_conf_merge_value(conf->timing, prev->timing, 0);

    if (conf->api && conf->identity == 0) {
        ngx_lo_conf_is_open(cf);
    }

    return NGX_CONF_OK;
}
