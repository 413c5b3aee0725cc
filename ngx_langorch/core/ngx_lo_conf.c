/*
 * Settings: the directives.  What each is without a word is in
 * ngx_lo_conf_values.c, those that are more than a value in ngx_lo_conf_set.c.
 */

#include "core/ngx_lo_core_int.h"


#define NGX_LO_MAIN(field)  offsetof(ngx_lo_main_conf_t, field)


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

    { ngx_string("langorch_store_spin"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(spin_us), &ngx_lo_bounds_spin },

    { ngx_string("langorch_store_readers"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(readers), &ngx_lo_bounds_readers },

    { ngx_string("langorch_zone"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(zone_size), &ngx_lo_bounds_zone },

    { ngx_string("langorch_node"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_conf_name,
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
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(lease_time),
      &ngx_lo_bounds_lease },

    { ngx_string("langorch_crashes"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(crashes_max),
      &ngx_lo_bounds_crashes },

    { ngx_string("langorch_crash_pause"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(crash_pause),
      &ngx_lo_bounds_drain },

    { ngx_string("langorch_drain"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(drain_time),
      &ngx_lo_bounds_drain },

    { ngx_string("langorch_poll"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(poll_time), &ngx_lo_bounds_poll },

    { ngx_string("langorch_sweep"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(sweep_time),
      &ngx_lo_bounds_sweep },

    { ngx_string("langorch_run_days"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(run_days), &ngx_lo_bounds_age },

    { ngx_string("langorch_checkpoint_days"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(checkpoint_days),
      &ngx_lo_bounds_age },

    { ngx_string("langorch_audit_denials"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(denials), &ngx_lo_bounds_rate },

    { ngx_string("langorch_audit_days"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(audit_days),
      &ngx_lo_bounds_age },

    { ngx_string("langorch_agent_health"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(health_time),
      &ngx_lo_bounds_often },

    { ngx_string("langorch_agent_wait"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(lease_wait), &ngx_lo_bounds_call },

    { ngx_string("langorch_agent_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(agent_timeout),
      &ngx_lo_bounds_call },

    { ngx_string("langorch_agent_reply"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(reply_max), &ngx_lo_bounds_reply },

    { ngx_string("langorch_body"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(body_max), &ngx_lo_bounds_body },

    { ngx_string("langorch_document"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(document_max),
      &ngx_lo_bounds_body },

    { ngx_string("langorch_body_memory"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(body_memory),
      &ngx_lo_bounds_memory },

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
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(once_time), &ngx_lo_bounds_once },

    { ngx_string("langorch_artifacts"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_conf_artifacts,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(artifacts), NULL },

    { ngx_string("langorch_upload"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(upload_max), &ngx_lo_bounds_file },

    { ngx_string("langorch_artifact_days"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(artifact_days),
      &ngx_lo_bounds_days },

    { ngx_string("langorch_sheet"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(sheet_max), &ngx_lo_bounds_file },

    { ngx_string("langorch_attached"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(attached_max),
      &ngx_lo_bounds_memory },

    { ngx_string("langorch_file_memory"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(file_memory),
      &ngx_lo_bounds_memory },

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

    { ngx_string("langorch_metrics_url"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_conf_url,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(push_url), NULL },

    { ngx_string("langorch_metrics_interval"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(push_time),
      &ngx_lo_bounds_answer },

    { ngx_string("langorch_metrics_job"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_conf_name,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(push_job), NULL },

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

    { ngx_string("langorch_llm_cost"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      ngx_lo_conf_cost,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_llm_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(llm_timeout),
      &ngx_lo_bounds_answer },

    { ngx_string("langorch_llm_reply"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(llm_reply_max),
      &ngx_lo_bounds_reply },

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

    { ngx_string("langorch_aws"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      ngx_lo_keeper_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_azure"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      ngx_lo_keeper_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_secrets_ttl"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(keeper_ttl),
      &ngx_lo_bounds_often },

    { ngx_string("langorch_secrets_absent"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(keeper_absent),
      &ngx_lo_bounds_often },

    { ngx_string("langorch_secrets_timeout"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(keeper_timeout),
      &ngx_lo_bounds_call },

    { ngx_string("langorch_secrets_reply"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_size_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(keeper_reply_max),
      &ngx_lo_bounds_reply },

    { ngx_string("langorch_secrets_known"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(keeper_max),
      &ngx_lo_bounds_many },

    { ngx_string("langorch_secrets_rotation"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(keeper_fresh), NULL },

    { ngx_string("langorch_secrets_grants"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_FLAG,
      ngx_conf_set_flag_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(grants), NULL },

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

    { ngx_string("langorch_otlp"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_1MORE,
      ngx_lo_otlp_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_jwt_secret"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_auth_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_jwt_keys"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE12,
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

    { ngx_string("langorch_jwt_projects"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_auth_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_sso"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_lo_auth_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_oidc"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_2MORE,
      ngx_lo_auth_directive,
      NGX_HTTP_MAIN_CONF_OFFSET, 0, NULL },

    { ngx_string("langorch_session"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_msec_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(session_time),
      &ngx_lo_bounds_session },

    { ngx_string("langorch_logins"),
      NGX_HTTP_MAIN_CONF|NGX_CONF_TAKE1,
      ngx_conf_set_num_slot,
      NGX_HTTP_MAIN_CONF_OFFSET, NGX_LO_MAIN(logins), &ngx_lo_bounds_many },

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

    { ngx_string("langorch_projects"),
      NGX_HTTP_MAIN_CONF|NGX_HTTP_SRV_CONF|NGX_HTTP_LOC_CONF|NGX_CONF_TAKE12,
      ngx_lo_who_variable,
      NGX_HTTP_LOC_CONF_OFFSET, offsetof(ngx_lo_loc_conf_t, projects), NULL },

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
