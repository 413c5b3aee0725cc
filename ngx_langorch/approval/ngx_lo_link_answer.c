/*
 * The page behind a link: a question, and its answer.  The token in it is the
 * credential; whose it is, answers.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_reply.h"
#include "approval/ngx_lo_decision.h"
#include "approval/ngx_lo_html.h"
#include "auth/ngx_lo_proof.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"
#include "store/ngx_lo_sql_identity.h"
#include "trigger/form.h"

#define NGX_LO_LINK_COMMENT  10000


typedef struct {
    ngx_lo_decision_t   decision;       /* first: api->ctx is both */
    char                hash[2 * CKP_SHA256_LEN + 1];
    const char         *token;
    const json_t       *form;           /* NULL: it is only looked at */
} ngx_lo_link_answer_t;


static ngx_int_t ngx_lo_link_begin(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_link_answer_t *a);
static ngx_int_t ngx_lo_link_invalid(ngx_lo_api_t *api);
static ngx_uint_t ngx_lo_link_holds(ngx_lo_api_t *api, const json_t *link);
static ngx_int_t ngx_lo_link_who(ngx_lo_api_t *api, const json_t *link);
static ngx_int_t ngx_lo_link_asked(ngx_lo_api_t *api, ngx_lo_job_t *job);
static ngx_int_t ngx_lo_link_show(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_link_answer_t *a);
static ngx_int_t ngx_lo_link_judge(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_link_answer_t *a);
static ngx_int_t ngx_lo_link_told(ngx_lo_api_t *api, ngx_lo_job_t *job);


ngx_int_t
ngx_lo_link_page_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_link_answer_t  *a;

    a = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_link_answer_t));

    if (a == NULL) {
        return NGX_ERROR;
    }

    a->token = ngx_lo_query_str(api, "token");

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    return ngx_lo_link_begin(api, job, a);
}


ngx_int_t
ngx_lo_link_answer_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_decision_t     *d;
    ngx_lo_link_answer_t  *a;

    a = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_link_answer_t));

    if (a == NULL) {
        return NGX_ERROR;
    }

    a->form = ngx_lo_api_keep(api,
                              ckp_form_read((const char *) api->text.data,
                                            api->text.len));
    a->token = ckp_json_str(a->form, "token");

    d = &a->decision;
    d->comment = ckp_json_str(a->form, "comment");
    d->answer.word = ckp_json_str(a->form, "decision");
    d->told = ngx_lo_link_told;
    d->again = ngx_lo_link_asked;

    if (d->comment != NULL && *d->comment == '\0') {
        d->comment = NULL;
    }

    if (d->comment != NULL && strlen(d->comment) > NGX_LO_LINK_COMMENT) {
        ngx_lo_input_wrong(api, "body", "comment", "string_too_long",
                           "Must have at most 10000 bytes");
    }

    if (d->answer.word == NULL) {
        ngx_lo_input_wrong(api, "body", "decision", "missing",
                           "This field is required");
    }

    return ngx_lo_link_begin(api, job, a);
}


/* Nobody learns of a question by sending nonsense. */

static ngx_int_t
ngx_lo_link_begin(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_link_answer_t *a)
{
    const char  *accept;

    api->ctx = a;
    api->who.role = NGX_LO_PUBLIC;
    api->who.approves = 0;

    /* a browser shows a page also when something is wrong */

    accept = ngx_lo_api_header(api, "Accept");

    if (accept != NULL && ngx_lo_api_weight(accept, "text/html")
                          > ngx_lo_api_weight(accept, "application/json"))
    {
        api->says = ngx_lo_html_problem;
    }

    if (a->token == NULL || strlen(a->token) != NGX_LO_TOKEN_LEN) {
        return ngx_lo_link_invalid(api);
    }

    ngx_lo_token_hash(a->token, NGX_LO_TOKEN_LEN, a->hash);
    a->decision.link = a->hash;

    return ngx_lo_job_add(job, &ngx_lo_sql_link_get, (const char *) a->hash);
}


static ngx_int_t
ngx_lo_link_invalid(ngx_lo_api_t *api)
{
    return ngx_lo_api_problem(api, 404, "not_found",
                              "This link leads nowhere: it was used, its time"
                              " is over, or it never was one");
}


/* The link is known: what it leads to is asked. */

ngx_int_t
ngx_lo_link_answer_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_link_answer_t  *a;

    a = api->ctx;

    if (!ngx_lo_link_holds(api, ngx_lo_job_row(job, 0))) {
        return ngx_lo_link_invalid(api);
    }

    if (ngx_lo_link_who(api, ngx_lo_job_row(job, 0)) != NGX_OK) {
        return NGX_ERROR;
    }

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    job = ngx_lo_api_job(api, 0);

    if (job == NULL || ngx_lo_approvals_get_prepare(api, job) != NGX_OK
        || ngx_lo_job_add(job, &ngx_lo_sql_link_get, (const char *) a->hash)
           != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_then(api, job, ngx_lo_link_asked);
}


static ngx_uint_t
ngx_lo_link_holds(ngx_lo_api_t *api, const json_t *link)
{
    const char            *id, *hash;
    ngx_lo_link_answer_t  *a;

    a = api->ctx;
    id = ckp_json_str(link, "approval_id");
    hash = ckp_json_str(link, "hash");

    return id != NULL && hash != NULL && ngx_lo_token_same(hash, a->hash)
           && strcmp(id, ngx_lo_api_seg(api, "approval_id")) == 0
           && json_is_null(json_object_get(link, "used_at"))
           && ckp_json_int(link, "expires_at", 0) > api->now_ms
           && (json_is_null(json_object_get(link, "user_active"))
               || ckp_json_int(link, "user_active", 0) == 1);
}


/* Who he is by now, where the site knows him; else as the link says. */

static ngx_int_t
ngx_lo_link_who(ngx_lo_api_t *api, const json_t *link)
{
    const char            *role, *groups;
    json_t                *kept;
    ngx_lo_link_answer_t  *a;

    a = api->ctx;
    kept = ngx_lo_api_keep(api, json_incref((json_t *) link));

    role = ckp_json_str(kept, "user_role");
    role = (role != NULL) ? role : ckp_json_str(kept, "role");
    api->actor = ckp_json_str(kept, "identity");
    groups = ckp_json_str(kept, "groups");

    if (role == NULL || api->actor == NULL) {
        return NGX_ERROR;
    }

    ngx_lo_who_as(&api->who, api->conf, ngx_lo_role_of(role, strlen(role)));
    api->who.name = api->actor;
    api->who.method = "link";
    api->who.groups.data = (u_char *) groups;
    api->who.groups.len = (groups != NULL) ? strlen(groups) : 0;

    a->decision.by = api->actor;
    a->decision.bound = ckp_json_str(kept, "shown_hash");

    return NGX_OK;
}


/* The question (0), whose deputy he is (1), the link as it is now (2). */

static ngx_int_t
ngx_lo_link_asked(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_lo_link_answer_t  *a;

    a = api->ctx;

    if (!ngx_lo_link_holds(api, ngx_lo_job_row(job, 2))) {
        return ngx_lo_link_invalid(api);
    }

    return (a->form != NULL) ? ngx_lo_link_judge(api, job, a)
                             : ngx_lo_link_show(api, job, a);
}


static ngx_int_t
ngx_lo_link_show(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_link_answer_t *a)
{
    const char    *status;
    ngx_lo_may_t   may;
    const json_t  *row;

    row = ngx_lo_job_row(job, 0);
    status = ckp_json_str(row, "status");

    if (row == NULL) {
        return ngx_lo_link_invalid(api);
    }

    if (status == NULL || strcmp(status, "pending") != 0) {
        return ngx_lo_approval_conflict(api, row, "already_decided",
                                        "This was answered already");
    }

    may = ngx_lo_approver_may(api, row, api->actor, ngx_lo_job_rows(job, 1));

    if (may != NGX_LO_MAY) {
        return ngx_lo_approver_refuse(api, row, may);
    }

    return ngx_lo_ask_page(api, row, a->token, a->decision.bound);
}


static ngx_int_t
ngx_lo_link_judge(ngx_lo_api_t *api, ngx_lo_job_t *job,
    ngx_lo_link_answer_t *a)
{
    json_t              *fields;
    const char          *shown, *type;
    const json_t        *row;
    ngx_lo_decision_t   *d;

    d = &a->decision;
    row = ngx_lo_job_row(job, 0);
    shown = ckp_json_str(a->form, "shown");

    /* the page says what it showed, and so does the link */

    if (row != NULL && (shown == NULL || strcmp(shown, d->bound) != 0)) {
        return ngx_lo_approval_conflict(api, row, "conflict",
                                        "What is asked is not what was shown");
    }

    type = ckp_json_str(row, "decision_type");

    if (type != NULL && strcmp(type, "provide_input") == 0) {
        fields = ngx_lo_api_keep(api,
                     ngx_lo_ask_fields(json_object_get(row, "input_schema"),
                                       a->form));
        if (fields == NULL) {
            return NGX_ERROR;
        }

        d->answer.payload = fields;
    }

    return ngx_lo_decision_judge(api, job, d);
}


static ngx_int_t
ngx_lo_link_told(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ckp_buf_t           b;
    const char         *status;
    ngx_lo_decision_t  *d;

    d = api->ctx;

    ngx_lo_bell_ring(NGX_LO_BELL_RUNS|NGX_LO_BELL_STREAMS, 0);

    status = ckp_json_str(ngx_lo_job_row(job, d->shows), "status");

    ngx_lo_html_begin(&b, "Thank you");
    ckp_buf_puts(&b, "<p>Your answer is kept: ");
    ngx_lo_html_text(&b, d->answer.status);
    ckp_buf_puts(&b, (status != NULL && strcmp(status, "pending") == 0)
                     ? ". Others are asked, too.</p>\n" : ".</p>\n");
    ngx_lo_html_end(&b);

    return ngx_lo_html_send(api, NGX_HTTP_OK, &b);
}
