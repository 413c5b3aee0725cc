/*
 * What a client says of a profile.  The compiler judges most of it, as it does
 * with a document's own (spec/ckp.md 23.2).
 */

#include "api/ngx_lo_input.h"
#include "assets/ngx_lo_profile.h"
#include "proc/ngx_lo_compile.h"

#define NGX_LO_PROFILE_BYTES  16384     /* of all of it */
#define NGX_LO_PROFILE_NOTE   4096
#define NGX_LO_PROFILE_NAMES  50
#define NGX_LO_PROFILE_AT     "/global_config/llm/profiles/own"


const char *const  ngx_lo_profile_members[] = {
    "description", "provider", "base_url", "api_version", "model",
    "secret_name", "task_classes", "temperature", "top_p", "max_tokens", "stop",
    "timeout_ms", "max_retries", "fallbacks", "extra_headers", "cost_per_1k",
    "json_schema", "budget_usd_per_run", "max_cost_usd_per_call",
    "min_quality", "stream", "enabled", "is_default", NULL
};


static json_t *ngx_lo_profile_merge(ngx_lo_api_t *api, const json_t *old);
static json_t *ngx_lo_profile_headers(ngx_lo_api_t *api, const json_t *old,
    const json_t *given);
static void ngx_lo_profile_lists(ngx_lo_api_t *api, const json_t *p);
static ngx_int_t ngx_lo_profile_judge(ngx_lo_api_t *api, const json_t *p);


json_t *
ngx_lo_profile_read(ngx_lo_api_t *api, const json_t *old)
{
    json_t  *p;

    p = ngx_lo_api_keep(api, ngx_lo_profile_merge(api, old));

    if (p == NULL) {
        return NULL;
    }

    if (ckp_json_str(p, "model") == NULL
        || *ckp_json_str(p, "model") == '\0')
    {
        ngx_lo_input_wrong(api, "body", "model", "missing",
                           "This field is required");
    }

    if (ckp_json_size(p, NGX_LO_PROFILE_BYTES + 1) > NGX_LO_PROFILE_BYTES) {
        ngx_lo_input_wrong(api, "body", NULL, "too_long",
                           "A profile has 16 KiB at most");
        return p;
    }

    ngx_lo_profile_lists(api, p);

    return ngx_lo_profile_judge(api, p) == NGX_OK ? p : NULL;
}


/* --- what was there, and what is sent --------------------------------------------- */


static json_t *
ngx_lo_profile_merge(ngx_lo_api_t *api, const json_t *old)
{
    size_t       i;
    json_t      *p, *v;
    const char  *name;

    p = old ? json_copy((json_t *) old)
            : json_pack("{s:s, s:[], s:i, s:[], s:b, s:b}",
                        "provider", "openai_compatible", "task_classes",
                        "timeout_ms", 60000, "fallbacks", "enabled", 1,
                        "is_default", 0);

    (void) ngx_lo_input_str(api, "description", NGX_LO_OPTIONAL,
                            NGX_LO_PROFILE_NOTE);
    (void) ngx_lo_input_bool(api, "enabled", 1);
    (void) ngx_lo_input_bool(api, "is_default", 0);
    (void) ngx_lo_input_object(api, "json_schema", NGX_LO_OPTIONAL);

    for (i = 0; p != NULL && ngx_lo_profile_members[i] != NULL; i++) {
        name = ngx_lo_profile_members[i];
        v = json_object_get(api->body, name);

        if (v == NULL) {
            continue;
        }

        if (ngx_strcmp(name, "extra_headers") == 0 && json_is_object(v)) {
            (void) json_object_set_new(p, name,
                       ngx_lo_profile_headers(api, json_object_get(p, name),
                                              v));

        } else if (!json_is_null(v)) {
            (void) json_object_set(p, name, v);

        } else if (ngx_strcmp(name, "task_classes") == 0
                   || ngx_strcmp(name, "fallbacks") == 0)
        {
            (void) json_object_set_new(p, name, json_array());

        } else if (ngx_strcmp(name, "timeout_ms") == 0) {
            (void) json_object_set_new(p, name, json_integer(60000));

        } else if (ngx_strcmp(name, "provider") == 0) {
            (void) json_object_set_new(p, name,
                                       json_string("openai_compatible"));

        } else if (ngx_strcmp(name, "enabled") == 0) {
            (void) json_object_set_new(p, name, json_true());

        } else {
            (void) json_object_del(p, name);
        }
    }

    return p;
}


/* The mask that an answer showed means "keep it". */

static json_t *
ngx_lo_profile_headers(ngx_lo_api_t *api, const json_t *old,
    const json_t *given)
{
    json_t      *all, *v;
    const char  *name;

    all = json_object();

    json_object_foreach((json_t *) given, name, v) {

        if (json_is_string(v)
            && ngx_strcmp(json_string_value(v), NGX_LO_PROFILE_MASK) == 0)
        {
            v = json_object_get(old, name);
        }

        if (v != NULL) {
            (void) json_object_set(all, name, v);
            continue;
        }

        ngx_lo_input_wrong_at(api, json_pack("[s, s, s]", "body",
                                             "extra_headers", name),
                              "value_error", "Is a mask, and not a value");
    }

    return all;
}


/* --- judged -------------------------------------------------------------------- */


static void
ngx_lo_profile_lists(ngx_lo_api_t *api, const json_t *p)
{
    size_t         i, k;
    json_t        *one;
    const json_t  *list;

    static const char *const  names[] = { "task_classes", "fallbacks" };

    for (i = 0; i < 2; i++) {
        list = json_object_get(p, names[i]);

        /* of other kinds the compiler tells */

        if (json_array_size(list) > NGX_LO_PROFILE_NAMES) {
            ngx_lo_input_wrong(api, "body", names[i], "too_long",
                               "Has at most 50 items");
        }

        json_array_foreach(list, k, one) {
            if (json_is_string(one) && json_string_length(one) == 0) {
                ngx_lo_input_wrong(api, "body", names[i], "string_too_short",
                                   "Holds names that are not empty");
                break;
            }
        }
    }
}


static void
ngx_lo_profile_say(ngx_lo_api_t *api, const json_t *d)
{
    size_t       n;
    json_t      *loc;
    const char  *path, *code;

    path = ckp_json_str(d, "path");
    code = ckp_json_str(d, "code");
    n = sizeof(NGX_LO_PROFILE_AT) - 1;

    if (path == NULL || ngx_strncmp(path, NGX_LO_PROFILE_AT, n) != 0) {
        return;
    }

    path += n;
    loc = json_pack("[s]", "body");

    while (*path == '/') {
        n = strcspn(++path, "/");
        (void) json_array_append_new(loc, json_stringn(path, n));
        path += n;
    }

    ngx_lo_input_wrong_at(api, loc, code ? code : "value_error",
                          ckp_json_str(d, "message"));
}


static ngx_int_t
ngx_lo_profile_judge(ngx_lo_api_t *api, const json_t *p)
{
    size_t              i;
    json_t             *doc, *d;
    ngx_int_t           rc;
    ngx_lo_compiled_t   out;

    doc = json_pack("{s:s, s:s, s:{s:{s:{s:O}}}, s:{s:s, s:{s:{s:s}}}}",
                    "procedure_id", "profile", "version", "1",
                    "global_config", "llm", "profiles", "own", p,
                    "workflow_graph", "start_node", "end", "nodes", "end",
                    "type", "terminate");

    if (doc == NULL) {
        return NGX_ERROR;
    }

    rc = ngx_lo_compile(doc, &out);

    json_array_foreach(out.all, i, d) {
        ngx_lo_profile_say(api, d);
    }

    ngx_lo_compiled_free(&out);
    json_decref(doc);

    return rc;
}
