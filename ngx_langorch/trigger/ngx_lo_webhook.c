/*
 * Posts that start runs (spec/api.md 11.7).  In this order: is there somebody
 * to take it, may this address send, not too often, who signed it; only then is
 * anything told of repetitions, inputs or limits.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "store/ngx_lo_sql_trigger.h"
#include "trigger/ngx_lo_ask.h"
#include "trigger/ngx_lo_trigger.h"
#include "trigger/ngx_lo_webhook.h"

#include "trigger/signature.h"

#define NGX_LO_HOOK_NOTES    60     /* refusals a minute that are remembered */
#define NGX_LO_HOOK_SECRETS  2


/* The first member is what the request has while it fires. */

typedef struct {
    ngx_lo_ask_t         ask;
    const json_t        *settings;
    ngx_lo_source_t     *source;        /* names are looked up; NULL */
    const char          *outcome;       /* a refusal of the history */
    ngx_lo_resume_pt     refuse;
} ngx_lo_hook_t;


static ngx_int_t ngx_lo_webhook_sourced(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_webhook_from(ngx_lo_api_t *api, ngx_lo_hook_t *hook,
    ngx_int_t rc);
static ngx_int_t ngx_lo_webhook_signed(ngx_lo_api_t *api,
    ngx_lo_hook_t *hook);
static ngx_int_t ngx_lo_webhook_known(ngx_lo_api_t *api);
static ngx_uint_t ngx_lo_webhook_holds(ngx_lo_api_t *api,
    const ngx_lo_hook_t *hook);
static ngx_uint_t ngx_lo_webhook_by(ngx_lo_api_t *api,
    const ngx_lo_hook_t *hook, const char *const *secrets, size_t n);
static ngx_uint_t ngx_lo_webhook_repeats(ngx_lo_api_t *api, const char *own);
static ngx_uint_t ngx_lo_webhook_count(ngx_lo_api_t *api, const char *name);
static ngx_int_t ngx_lo_webhook_fire(ngx_lo_api_t *api, ngx_lo_hook_t *hook);
static ngx_int_t ngx_lo_webhook_no(ngx_lo_api_t *api, ngx_lo_hook_t *hook,
    const char *outcome, ngx_lo_resume_pt refuse);
static ngx_int_t ngx_lo_webhook_noted(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_webhook_401(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_webhook_403(ngx_lo_api_t *api);
static ngx_int_t ngx_lo_webhook_429(ngx_lo_api_t *api);


static const char *const  ngx_lo_webhook_headers[] = {
    "X-LangOrch-Signature", "X-LangOrch-Timestamp", "X-Hub-Signature-256",
    "Webhook-Id", "Webhook-Timestamp", "Webhook-Signature", "Authorization"
};


ngx_int_t
ngx_lo_webhook_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_hook_t  *hook;

    hook = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_hook_t));
    if (hook == NULL) {
        return NGX_ERROR;
    }

    api->ctx = hook;

    return ngx_lo_job_add(job, &ngx_lo_sql_trigger_hook,
                          ngx_lo_api_seg(api, "procedure_id"));
}


ngx_int_t
ngx_lo_webhook_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_hook_t  *hook;

    hook = api->ctx;
    hook->ask.row = ngx_lo_api_keep(api,
                        json_incref((json_t *) ngx_lo_job_row(job, 0)));

    if (hook->ask.row == NULL) {
        return ngx_lo_api_problem(api, 404, "not_found",
                                  "No active webhook trigger registration"
                                  " found for procedure '%s'",
                                  ngx_lo_api_seg(api, "procedure_id"));
    }

    hook->settings = json_object_get(hook->ask.row, "settings");
    api->actor = ngx_lo_webhook_name(api);

    if (api->actor == NULL) {
        return NGX_ERROR;
    }

    return ngx_lo_webhook_from(api, hook,
               ngx_lo_source_look(api, json_object_get(hook->settings,
                                                       "allowed_sources"),
                                  ngx_lo_webhook_sourced, &hook->source));
}


/* --- where it comes from -------------------------------------------------------- */


static ngx_int_t
ngx_lo_webhook_sourced(ngx_lo_api_t *api)
{
    ngx_lo_hook_t  *hook;

    hook = api->ctx;

    return ngx_lo_webhook_from(api, hook, ngx_lo_source_more(hook->source));
}


/* `rc`: what is known of the source. */

static ngx_int_t
ngx_lo_webhook_from(ngx_lo_api_t *api, ngx_lo_hook_t *hook, ngx_int_t rc)
{
    u_char  key[NGX_LO_HOOK_KEY];

    if (rc == NGX_DECLINED) {
        return ngx_lo_webhook_no(api, hook, "source_not_allowed",
                                 ngx_lo_webhook_403);
    }

    if (rc != NGX_OK) {
        return rc;
    }

    *ngx_snprintf(key, sizeof(key) - 1, "webhook %s",
                  ngx_lo_api_seg(api, "procedure_id")) = '\0';

    if (ngx_lo_rate_take((const char *) key, NGX_LO_HOOK_RATE) != 0) {
        return ngx_lo_webhook_no(api, hook, "rate_limited",
                                 ngx_lo_webhook_429);
    }

    return ngx_lo_webhook_signed(api, hook);
}


/* --- who signed it ---------------------------------------------------------------- */


static ngx_int_t
ngx_lo_webhook_signed(ngx_lo_api_t *api, ngx_lo_hook_t *hook)
{
    json_t      *names;
    const char  *type, *name, *old;

    type = ckp_json_str(json_object_get(hook->settings, "authentication"),
                        "type");
    name = ckp_json_str(hook->settings, "webhook_secret");
    old = ckp_json_str(hook->settings, "previous_secret");

    if (type != NULL && strcmp(type, "none") == 0) {

        /* nobody vouches for anybody: where that is so anyway */

        return ngx_lo_api_is_open(api)
               ? ngx_lo_webhook_fire(api, hook)
               : ngx_lo_webhook_no(api, hook, "bad_signature",
                                   ngx_lo_webhook_401);
    }

    names = ngx_lo_api_keep(api, old ? json_pack("[s?, s]", name, old)
                                     : json_pack("[s?]", name));

    if (names == NULL || name == NULL) {
        return ngx_lo_webhook_no(api, hook, "bad_signature",
                                 ngx_lo_webhook_401);
    }

    return ngx_lo_api_secrets(api, names, ngx_lo_webhook_known);
}


static ngx_int_t
ngx_lo_webhook_known(ngx_lo_api_t *api)
{
    ngx_lo_hook_t  *hook;

    hook = api->ctx;

    return ngx_lo_webhook_holds(api, hook)
           ? ngx_lo_webhook_fire(api, hook)
           : ngx_lo_webhook_no(api, hook, "bad_signature",
                               ngx_lo_webhook_401);
}


/* The values are opened for this moment only. */

static ngx_uint_t
ngx_lo_webhook_holds(ngx_lo_api_t *api, const ngx_lo_hook_t *hook)
{
    char                  *values[NGX_LO_HOOK_SECRETS];
    size_t                 i, n;
    ngx_uint_t             holds;
    const char            *names[NGX_LO_HOOK_SECRETS];
    ngx_lo_secret_lack_t   lack;

    if (ngx_lo_webhook_repeats(api, ngx_lo_webhook_own(hook->settings))) {
        return 0;
    }

    names[0] = ckp_json_str(hook->settings, "webhook_secret");
    names[1] = ckp_json_str(hook->settings, "previous_secret");
    n = 0;

    for (i = 0; i < NGX_LO_HOOK_SECRETS; i++) {
        values[n] = names[i] ? ngx_lo_secret_named(names[i], &lack) : NULL;
        n += (values[n] != NULL);
    }

    holds = ngx_lo_webhook_by(api, hook, (const char *const *) values, n);

    for (i = 0; i < n; i++) {
        ngx_lo_secret_free(values[i]);
    }

    return holds;
}


static ngx_uint_t
ngx_lo_webhook_by(ngx_lo_api_t *api, const ngx_lo_hook_t *hook,
    const char *const *secrets, size_t n)
{
    const char     *scheme, *type, *header;
    ckp_signed_t    said;
    const json_t   *auth;
    ckp_signers_t   s;

    auth = json_object_get(hook->settings, "authentication");
    type = ckp_json_str(auth, "type");
    header = ckp_json_str(auth, "header");
    scheme = ckp_json_str(hook->settings, "signature_scheme");

    ngx_memzero(&s, sizeof(s));
    s.standard = (scheme != NULL && strcmp(scheme, "standard_webhooks") == 0);
    s.needs_time = ckp_json_bool(hook->settings, "require_timestamp", false);
    s.window_s = ckp_json_int(hook->settings, "replay_window_seconds", 300);
    s.secrets = secrets;
    s.n = n;

    if (type != NULL && strcmp(type, "hmac") != 0) {
        return ckp_credential_holds(&s, ngx_lo_api_header(api, header ? header
                                                       : "Authorization"),
                                    strcmp(type, "basic") == 0);
    }

    said.signature = ngx_lo_api_header(api, "X-LangOrch-Signature");
    said.timestamp = ngx_lo_api_header(api, "X-LangOrch-Timestamp");
    said.hub = ngx_lo_api_header(api, "X-Hub-Signature-256");
    said.id = ngx_lo_api_header(api, "Webhook-Id");
    said.at = ngx_lo_api_header(api, "Webhook-Timestamp");
    said.list = ngx_lo_api_header(api, "Webhook-Signature");

    return ckp_signature_holds(&s, &said, (const char *) api->text.data,
                               api->text.len, api->now_ms);
}


/* Of two headers of a name nobody knows which one another looked at. */

static ngx_uint_t
ngx_lo_webhook_repeats(ngx_lo_api_t *api, const char *own)
{
    ngx_uint_t  k;

    for (k = 0; k < sizeof(ngx_lo_webhook_headers) / sizeof(char *); k++) {
        if (ngx_lo_webhook_count(api, ngx_lo_webhook_headers[k]) > 1) {
            return 1;
        }
    }

    return own != NULL && ngx_lo_webhook_count(api, own) > 1;
}


static ngx_uint_t
ngx_lo_webhook_count(ngx_lo_api_t *api, const char *name)
{
    ngx_uint_t        i, n;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    n = 0;

    for (part = &api->r->headers_in.headers.part; part != NULL;
         part = part->next)
    {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {
            n += (h[i].key.len == strlen(name)
                  && ngx_strncasecmp(h[i].key.data, (u_char *) name,
                                     h[i].key.len) == 0);
        }
    }

    return n;
}


/* --- a run ---------------------------------------------------------------------- */


static ngx_int_t
ngx_lo_webhook_fire(ngx_lo_api_t *api, ngx_lo_hook_t *hook)
{
    ngx_lo_fire_t  *f;

    f = ngx_lo_ask_fire(api, &hook->ask, ngx_lo_api_seg(api, "procedure_id"),
                        ckp_json_str(hook->ask.row, "version"));
    if (f == NULL) {
        return NGX_ERROR;
    }

    f->type = "webhook";
    f->by = f->actor;
    f->source = ngx_lo_fire_text(f, f->actor + sizeof("webhook:") - 1);

    if (ngx_lo_webhook_read(api, hook->settings, f) != NGX_OK) {
        ngx_lo_fire_free(f);
        return NGX_ERROR;
    }

    return ngx_lo_ask_start(api, &hook->ask);
}


/* --- refused ---------------------------------------------------------------------- */


/* Whoever may not send fills no history: so many a minute are enough to see. */

static ngx_int_t
ngx_lo_webhook_no(ngx_lo_api_t *api, ngx_lo_hook_t *hook, const char *outcome,
    ngx_lo_resume_pt refuse)
{
    u_char          key[NGX_LO_HOOK_KEY];
    ngx_int_t       rc;
    ngx_lo_job_t   *job;
    ngx_lo_fire_t  *f;

    ngx_lo_metric_add(NGX_LO_M_TRIGGER_FIRED,
                      NGX_LO_LABELS(outcome, "webhook"), 1);

    *ngx_snprintf(key, sizeof(key) - 1, "webhook refused %s",
                  ngx_lo_api_seg(api, "procedure_id")) = '\0';

    if (ngx_lo_rate_take((const char *) key, NGX_LO_HOOK_NOTES) != 0) {
        return refuse(api);
    }

    hook->refuse = refuse;
    f = ngx_lo_ask_fire(api, &hook->ask, ngx_lo_api_seg(api, "procedure_id"),
                        ckp_json_str(hook->ask.row, "version"));
    job = ngx_lo_api_job(api, 1);

    if (f == NULL || job == NULL) {
        return NGX_ERROR;
    }

    f->b.now_ms = api->now_ms;
    f->type = "webhook";
    f->source = f->actor + sizeof("webhook:") - 1;

    rc = ngx_lo_fire_note(f, job, outcome, NULL, NULL);
    ngx_lo_fire_free(f);

    return (rc == NGX_OK) ? ngx_lo_api_then(api, job, ngx_lo_webhook_noted)
                          : NGX_ERROR;
}


static ngx_int_t
ngx_lo_webhook_noted(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_hook_t  *hook;

    (void) job;

    hook = api->ctx;

    return hook->refuse(api);
}


static ngx_int_t
ngx_lo_webhook_401(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 401, "invalid_signature",
                              "Invalid or missing webhook signature");
}


static ngx_int_t
ngx_lo_webhook_403(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 403, "source_not_allowed",
                              "This address may not send to the webhook");
}


static ngx_int_t
ngx_lo_webhook_429(ngx_lo_api_t *api)
{
    if (ngx_lo_api_set(api, "Retry-After", "1") == NGX_ERROR) {
        return NGX_ERROR;
    }

    return ngx_lo_api_problem(api, 429, "rate_limited",
                              "More than %d posts a minute", NGX_LO_HOOK_RATE);
}
