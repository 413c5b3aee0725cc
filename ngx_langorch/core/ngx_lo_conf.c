/*
 * Settings: the directives, their defaults and what may not be.
 *
 * tidy: a table with a row a directive.
 */

#include "core/ngx_lo_core_int.h"


#define NGX_LO_MAIN(field)  offsetof(ngx_lo_main_conf_t, field)


static char *ngx_lo_conf_store(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_lo_conf_allow(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_lo_conf_names(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_lo_conf_base_url(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_lo_conf_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
static char *ngx_lo_conf_carrier(ngx_conf_t *cf, ngx_command_t *cmd,
    void *conf);
static char *ngx_lo_conf_positive(ngx_conf_t *cf, void *post, void *data);
static char *ngx_lo_conf_in_memory(ngx_conf_t *cf, void *post, void *data);


static ngx_conf_enum_t  ngx_lo_durabilities[] = {
    { ngx_string("full"), 0 },
    { ngx_string("relaxed"), 1 },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_lo_egresses[] = {
    { ngx_string("strict"), 0 },
    { ngx_string("open"), 1 },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_lo_identities[] = {
    { ngx_string("off"), 0 },
    { ngx_string("optional"), 1 },
    { ngx_string("on"), 2 },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_lo_validations[] = {
    { ngx_string("lenient"), 0 },
    { ngx_string("strict"), 1 },
    { ngx_null_string, 0 }
};


static ngx_conf_enum_t  ngx_lo_matches[] = {
    { ngx_string("optional"), 0 },
    { ngx_string("required"), 1 },
    { ngx_null_string, 0 }
};


static ngx_conf_num_bounds_t  ngx_lo_bounds_many = {
    ngx_conf_check_num_bounds, 1, 1000000
};


static ngx_conf_num_bounds_t  ngx_lo_bounds_rate = {
    ngx_conf_check_num_bounds, 0, 1000000000
};


static ngx_conf_num_bounds_t  ngx_lo_bounds_group = {
    ngx_conf_check_num_bounds, 1, 4096
};


static ngx_conf_num_bounds_t  ngx_lo_bounds_readers = {
    ngx_conf_check_num_bounds, 1, 16
};


static ngx_conf_num_bounds_t  ngx_lo_bounds_age = {
    ngx_conf_check_num_bounds, 0, 36500
};


static ngx_conf_num_bounds_t  ngx_lo_bounds_days = {
    ngx_conf_check_num_bounds, 1, 36500
};


static ngx_conf_post_t  ngx_lo_positive = { ngx_lo_conf_positive };
static ngx_conf_post_t  ngx_lo_in_memory = { ngx_lo_conf_in_memory };
static ngx_conf_post_t  ngx_lo_upload = { ngx_lo_conf_upload };


ngx_command_t  ngx_lo_commands[] = {

    { ngx_string("langorch_store"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_conf_store,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(store), NULL },

    { ngx_string("langorch_durability"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(relaxed), ngx_lo_durabilities },

    { ngx_string("langorch_store_queue"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(queue_max), &ngx_lo_bounds_many },

    { ngx_string("langorch_store_group"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(group_max), &ngx_lo_bounds_group },

    { ngx_string("langorch_store_readers"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(readers), &ngx_lo_bounds_readers },

    { ngx_string("langorch_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(zone_size), NULL },

    { ngx_string("langorch_node"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_conf_node,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(node_id), NULL },

    { ngx_string("langorch_runs_driven"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(runs_max), &ngx_lo_bounds_many },

    { ngx_string("langorch_calls"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(calls_max), &ngx_lo_bounds_many },

    { ngx_string("langorch_streams"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(streams_max),
      &ngx_lo_bounds_many },

    { ngx_string("langorch_lease"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(lease_time), &ngx_lo_positive },

    { ngx_string("langorch_drain"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(drain_time), NULL },

    { ngx_string("langorch_poll"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(poll_time), &ngx_lo_positive },

    { ngx_string("langorch_sweep"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(sweep_time), &ngx_lo_positive },

    { ngx_string("langorch_run_days"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(run_days), &ngx_lo_bounds_age },

    { ngx_string("langorch_checkpoint_days"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(checkpoint_days),
      &ngx_lo_bounds_age },

    { ngx_string("langorch_audit_days"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(audit_days),
      &ngx_lo_bounds_age },

    { ngx_string("langorch_agent_health"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(health_time), NULL },

    { ngx_string("langorch_agent_wait"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(lease_wait), &ngx_lo_positive },

    { ngx_string("langorch_agent_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(agent_timeout),
      &ngx_lo_positive },

    { ngx_string("langorch_agent_reply"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(reply_max), NULL },

    { ngx_string("langorch_body"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(body_max), &ngx_lo_in_memory },

    { ngx_string("langorch_document"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(document_max),
      &ngx_lo_in_memory },

    { ngx_string("langorch_body_memory"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(body_memory), NULL },

    { ngx_string("langorch_validate"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(strict), ngx_lo_validations },

    { ngx_string("langorch_if_match"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(must_match), ngx_lo_matches },

    { ngx_string("langorch_rate"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(api_rate), &ngx_lo_bounds_rate },

    { ngx_string("langorch_idempotency"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(once_time), &ngx_lo_positive },

    { ngx_string("langorch_artifacts"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_conf_artifacts,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(artifacts), NULL },

    { ngx_string("langorch_upload"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(upload_max), &ngx_lo_upload },

    { ngx_string("langorch_artifact_days"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(artifact_days),
      &ngx_lo_bounds_days },

    { ngx_string("langorch_sheet"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(sheet_max), &ngx_lo_upload },

    { ngx_string("langorch_attached"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(attached_max), NULL },

    { ngx_string("langorch_file_memory"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(file_memory), NULL },

    { ngx_string("langorch_base_url"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_conf_base_url,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(base_url), NULL },

    { ngx_string("langorch_egress"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(egress_open), ngx_lo_egresses },

    { ngx_string("langorch_allow"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_lo_conf_allow,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(allow), NULL },

    { ngx_string("langorch_upstreams"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_lo_conf_names,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(upstreams), NULL },

    { ngx_string("langorch_alert_url"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_conf_url,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(alert_url), NULL },

    { ngx_string("langorch_llm_url"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_conf_url,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(llm_url), NULL },

    { ngx_string("langorch_llm_model"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(llm_model), NULL },

    { ngx_string("langorch_llm_secret"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(llm_secret), NULL },

    { ngx_string("langorch_llm_reply"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(llm_reply_max), NULL },

    { ngx_string("langorch_secrets_key"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_conf_key,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(secrets_key_file), NULL },

    { ngx_string("langorch_secrets_over_http"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(plain_secrets), NULL },

    { ngx_string("langorch_vault"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      ngx_lo_keeper_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_secrets_ttl"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(keeper_ttl), NULL },

    { ngx_string("langorch_secrets_absent"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(keeper_absent), NULL },

    { ngx_string("langorch_secrets_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(keeper_timeout),
      &ngx_lo_positive },

    { ngx_string("langorch_secrets_reply"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(keeper_reply_max), NULL },

    { ngx_string("langorch_secrets_known"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(keeper_max),
      &ngx_lo_bounds_many },

    { ngx_string("langorch_trigger_sync"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(trigger_sync), NULL },

    { ngx_string("langorch_watch"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_str_array_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(watch), NULL },

    { ngx_string("langorch_trace"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(trace), NULL },

    { ngx_string("langorch_jwt_secret"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_auth_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_jwt_keys"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_auth_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_jwt_issuer"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_auth_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_jwt_audience"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_auth_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_jwt_roles"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_auth_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_sso"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_auth_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_session"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_auth_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_admin"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE2,
      ngx_lo_auth_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_identity"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_enum_slot,
      NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_lo_loc_conf_t, identity),
      ngx_lo_identities },

    { ngx_string("langorch_user"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_lo_who_variable,
      NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_lo_loc_conf_t, user), NULL },

    { ngx_string("langorch_groups"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_lo_who_variable,
      NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_lo_loc_conf_t, groups), NULL },

    { ngx_string("langorch_role"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE2,
      ngx_lo_who_map,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_separation"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_lo_loc_conf_t, separation), NULL },

    { ngx_string("langorch_approval_level"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE23,
      ngx_lo_who_level,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_api"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS|NGX_CONF_TAKE1,
      ngx_lo_conf_api,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_cors"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_1MORE,
      ngx_lo_conf_cors,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_server_timing"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_lo_loc_conf_t, timing), NULL },

    { ngx_string("langorch_carrier"),
      NGX_HTTP_LOC_CONF|NGX_CONF_NOARGS,
      ngx_lo_conf_carrier,
      NGX_HTTP_LOC_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_peers"),
      NGX_HTTP_UPS_CONF|NGX_CONF_NOARGS,
      ngx_lo_peers,
      0, 0, NULL },

    ngx_null_command
};


void *
ngx_lo_create_main_conf(ngx_conf_t *cf)
{
    ngx_lo_main_conf_t  *mcf;

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
    mcf->readers = NGX_CONF_UNSET_UINT;
    mcf->streams_max = NGX_CONF_UNSET_UINT;
    mcf->lease_time = NGX_CONF_UNSET_MSEC;
    mcf->drain_time = NGX_CONF_UNSET_MSEC;
    mcf->poll_time = NGX_CONF_UNSET_MSEC;
    mcf->sweep_time = NGX_CONF_UNSET_MSEC;
    mcf->run_days = NGX_CONF_UNSET_UINT;
    mcf->checkpoint_days = NGX_CONF_UNSET_UINT;
    mcf->audit_days = NGX_CONF_UNSET_UINT;
    mcf->health_time = NGX_CONF_UNSET_MSEC;
    mcf->lease_wait = NGX_CONF_UNSET_MSEC;
    mcf->agent_timeout = NGX_CONF_UNSET_MSEC;
    mcf->body_max = NGX_CONF_UNSET_SIZE;
    mcf->document_max = NGX_CONF_UNSET_SIZE;
    mcf->body_memory = NGX_CONF_UNSET_SIZE;
    mcf->reply_max = NGX_CONF_UNSET_SIZE;
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
    mcf->trace = NGX_CONF_UNSET;
    mcf->trigger_sync = NGX_CONF_UNSET;
    mcf->watch = NGX_CONF_UNSET_PTR;

    return mcf;
}


static void
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
    ngx_conf_init_uint_value(mcf->readers, 2);
    ngx_conf_init_uint_value(mcf->streams_max, 10000);
    ngx_conf_init_msec_value(mcf->lease_time, 15000);
    ngx_conf_init_msec_value(mcf->drain_time, 10000);
    ngx_conf_init_msec_value(mcf->poll_time, 1000);
    ngx_conf_init_msec_value(mcf->sweep_time, 60000);
    ngx_conf_init_uint_value(mcf->run_days, 0);
    ngx_conf_init_uint_value(mcf->checkpoint_days, 30);
    ngx_conf_init_uint_value(mcf->audit_days, 0);
    ngx_conf_init_msec_value(mcf->health_time, 60000);
    ngx_conf_init_msec_value(mcf->lease_wait, 5000);
    ngx_conf_init_msec_value(mcf->agent_timeout, 120000);
    ngx_conf_init_size_value(mcf->body_max, 1024 * 1024);
    ngx_conf_init_size_value(mcf->document_max, 4 * 1024 * 1024);
    ngx_conf_init_size_value(mcf->body_memory, 256 * 1024 * 1024);
    ngx_conf_init_size_value(mcf->reply_max, 1024 * 1024);
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

    ngx_conf_init_value(mcf->plain_secrets, 0);
    ngx_conf_init_value(mcf->trace, 0);
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

    if (mcf->store.len == 0) {

        if (mcf->apis != 0) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"langorch_api\" needs \"langorch_store\"");
            return NGX_CONF_ERROR;
        }

        return NGX_CONF_OK;
    }

    if (mcf->zone_size < NGX_LO_ZONE_MIN) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"langorch_zone\" is %uz bytes, at least %d",
                           mcf->zone_size, NGX_LO_ZONE_MIN);
        return NGX_CONF_ERROR;
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


static char *
ngx_lo_conf_store(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t           *value;
    ngx_lo_main_conf_t  *mcf = conf;

    if (mcf->store.len != 0) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (value[1].len == 0) {
        return "is empty";
    }

    mcf->store = value[1];

    if (ngx_conf_full_name(cf->cycle, &mcf->store, 0) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    return ngx_lo_conf_local_disk(cf, &mcf->store);
}


static char *
ngx_lo_conf_allow(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t   *value;
    ngx_uint_t   i;

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        if (!ngx_lo_conf_is_target(&value[i])) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is not a host, host:port or CIDR",
                               &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    return ngx_lo_conf_names(cf, cmd, conf);
}


static char *
ngx_lo_conf_names(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t    *value, *name;
    ngx_uint_t    i;
    ngx_array_t **names;

    names = (ngx_array_t **) ((char *) conf + cmd->offset);

    if (*names == NULL) {
        *names = ngx_array_create(cf->pool, 4, sizeof(ngx_str_t));
        if (*names == NULL) {
            return NGX_CONF_ERROR;
        }
    }

    value = cf->args->elts;

    for (i = 1; i < cf->args->nelts; i++) {
        name = ngx_array_push(*names);
        if (name == NULL) {
            return NGX_CONF_ERROR;
        }

        *name = value[i];
    }

    return NGX_CONF_OK;
}


static char *
ngx_lo_conf_base_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t           *value;
    ngx_lo_main_conf_t  *mcf = conf;

    if (mcf->base_url.len != 0) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strncmp(value[1].data, "http://", 7) != 0
        && ngx_strncmp(value[1].data, "https://", 8) != 0)
    {
        return "must begin with http:// or https://";
    }

    mcf->base_url = value[1];

    while (mcf->base_url.data[mcf->base_url.len - 1] == '/') {
        mcf->base_url.len--;
    }

    return NGX_CONF_OK;
}


static char *
ngx_lo_conf_url(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_str_t  *value, *url;

    url = (ngx_str_t *) ((char *) conf + cmd->offset);

    if (url->len != 0) {
        return "is duplicate";
    }

    value = cf->args->elts;

    if (ngx_strncmp(value[1].data, "http://", 7) != 0
        && ngx_strncmp(value[1].data, "https://", 8) != 0)
    {
        return "must begin with http:// or https://";
    }

    *url = value[1];

    return NGX_CONF_OK;
}


/* One carrier serves all calls: the first of several servers' is as good. */

static char *
ngx_lo_conf_carrier(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_lo_main_conf_t        *mcf;
    ngx_http_core_loc_conf_t  *clcf;
    ngx_http_core_srv_conf_t  *cscf;

    mcf = ngx_http_conf_get_module_main_conf(cf, ngx_http_langorch_module);

    if (mcf->carrier != NULL) {
        return NGX_CONF_OK;
    }

    clcf = ngx_http_conf_get_module_loc_conf(cf, ngx_http_core_module);
    cscf = ngx_http_conf_get_module_srv_conf(cf, ngx_http_core_module);

    if (clcf->name.len == 0 || clcf->name.data[0] != '/') {
        return "needs a location with a prefix";
    }

    mcf->carrier = cscf->ctx;
    mcf->carrier_uri = clcf->name;
    mcf->carrier_loc = clcf;

    return NGX_CONF_OK;
}


static char *
ngx_lo_conf_positive(ngx_conf_t *cf, void *post, void *data)
{
    ngx_msec_t  *time = data;

    return *time == 0 ? "must be more than 0" : NGX_CONF_OK;
}


/* A whole body is in memory while it is read and parsed. */

static char *
ngx_lo_conf_in_memory(ngx_conf_t *cf, void *post, void *data)
{
    size_t  *size = data;

    return *size > NGX_LO_BODY_HARD ? "must not be more than 64m"
                                    : NGX_CONF_OK;
}
