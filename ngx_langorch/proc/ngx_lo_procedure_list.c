/*
 * Procedures listed, searched and ranked (spec/api.md 3.2, 3.3; ckp.md 30).
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_query.h"
#include "api/ngx_lo_reply.h"
#include "routes/ngx_lo_routes.h"
#include "store/ngx_lo_sql_api.h"


/* What is asked for; NULL: anything. */

typedef struct {
    ngx_lo_page_t   page;
    const char     *project;
    const char     *status;
    const char     *channel;
    const char     *search;
    const char     *meta;
    const char     *tags;           /* ",a,b," */
    int64_t         ntags;
    const char     *intent;         /* ",pay,out," */
    int64_t         latest;
} ngx_lo_finder_t;


static ngx_int_t ngx_lo_finder_read(ngx_lo_api_t *api, ngx_lo_finder_t *f);
static ngx_int_t ngx_lo_finder_text(ngx_lo_api_t *api, const char *name,
    const char **pattern);
static ngx_int_t ngx_lo_finder_intent(ngx_lo_api_t *api, ngx_lo_finder_t *f);
static ngx_int_t ngx_lo_finder_tags(ngx_lo_api_t *api, ngx_lo_finder_t *f);
static ngx_uint_t ngx_lo_finder_has(const u_char *list, size_t len,
    const char *tag, size_t n);


ngx_int_t
ngx_lo_procedures_list_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    ngx_int_t             rc;
    const json_t         *within;
    ngx_lo_finder_t      *f;
    const ngx_lo_stmt_t  *stmt;

    f = ngx_pcalloc(api->r->pool, sizeof(ngx_lo_finder_t));
    if (f == NULL || ngx_lo_finder_read(api, f) != NGX_OK) {
        return NGX_ERROR;
    }

    api->ctx = f;
    within = ngx_lo_api_projects(api);

    if (ngx_lo_input_failed(api)) {
        return ngx_lo_input_problem(api);
    }

    stmt = (f->intent != NULL) ? &ngx_lo_sql_api_procedures_rank
           : f->page.asc ? &ngx_lo_sql_api_procedures_asc
                         : &ngx_lo_sql_api_procedures_desc;

    rc = ngx_lo_job_add(job, stmt, f->project, f->status, f->channel,
                        f->search, f->meta, f->tags, f->ntags, f->intent,
                        f->latest, within, f->page.at, f->page.id,
                        f->page.limit + 1, f->page.offset);

    if (rc == NGX_OK && f->page.total) {
        rc = ngx_lo_job_add(job, &ngx_lo_sql_api_procedures_count, f->project,
                            f->status, f->channel, f->search, f->meta,
                            f->tags, f->ntags, f->intent, f->latest, within);
    }

    return rc;
}


static ngx_int_t
ngx_lo_finder_read(ngx_lo_api_t *api, ngx_lo_finder_t *f)
{
    ngx_lo_page_read(api, &f->page, 1, 1000, 1000);

    f->project = ngx_lo_query_str(api, "project_id");
    f->status = ngx_lo_query_str(api, "status");
    f->channel = ngx_lo_query_word(api, "channel", "dev|qa|prod");
    f->latest = ngx_lo_query_bool(api, "latest_only", 0);

    if (ngx_lo_finder_text(api, "search", &f->search) != NGX_OK
        || ngx_lo_finder_text(api, "metadata_search", &f->meta) != NGX_OK
        || ngx_lo_finder_intent(api, f) != NGX_OK)
    {
        return NGX_ERROR;
    }

    return ngx_lo_finder_tags(api, f);
}


static ngx_int_t
ngx_lo_finder_text(ngx_lo_api_t *api, const char *name, const char **pattern)
{
    char        *folded;
    const char  *s;

    s = ngx_lo_query_str(api, name);

    if (s == NULL || *s == '\0') {
        return NGX_OK;
    }

    folded = ckp_text_fold(s);
    if (folded == NULL) {
        return NGX_ERROR;
    }

    *pattern = ngx_lo_like(api, folded, 1);
    ckp_free(folded);

    return (*pattern != NULL) ? NGX_OK : NGX_ERROR;
}


/* An intent without a word matches nothing. */

static ngx_int_t
ngx_lo_finder_intent(ngx_lo_api_t *api, ngx_lo_finder_t *f)
{
    char        *words;
    ngx_str_t    text;
    const char  *s;

    s = ngx_lo_query_str(api, "intent");

    if (s == NULL || *s == '\0') {
        return NGX_OK;
    }

    words = ckp_text_words(s);
    if (words == NULL) {
        return NGX_ERROR;
    }

    text.data = (u_char *) words;
    text.len = strlen(words);
    f->intent = ngx_lo_cstr(api->r->pool, &text);
    ckp_free(words);

    return (f->intent != NULL) ? NGX_OK : NGX_ERROR;
}


/* Each of the list once, without the blanks around it. */

static ngx_int_t
ngx_lo_finder_tags(ngx_lo_api_t *api, ngx_lo_finder_t *f)
{
    size_t       len, n;
    u_char      *p, *start;
    const char  *s;

    s = ngx_lo_query_str(api, "tags");

    if (s == NULL || *s == '\0') {
        return NGX_OK;
    }

    start = ngx_pnalloc(api->r->pool, strlen(s) + 3);
    if (start == NULL) {
        return NGX_ERROR;
    }

    p = start;
    *p++ = ',';

    for ( /* void */ ; *s != '\0'; s += len) {
        s += strspn(s, ", ");
        len = strcspn(s, ",");

        for (n = len; n > 0 && s[n - 1] == ' '; n--) { /* void */ }

        if (n > 0 && !ngx_lo_finder_has(start, (size_t) (p - start), s, n)) {
            p = ngx_cpymem(p, s, n);
            *p++ = ',';
            f->ntags++;
        }
    }

    *p = '\0';

    if (f->ntags > 0) {
        f->tags = (const char *) start;
    }

    return NGX_OK;
}


static ngx_uint_t
ngx_lo_finder_has(const u_char *list, size_t len, const char *tag, size_t n)
{
    const u_char  *p, *last;

    last = list + len;

    for (p = list; p + n + 2 <= last; p++) {
        if (*p == ',' && p[n + 1] == ',' && ngx_memcmp(p + 1, tag, n) == 0) {
            return 1;
        }
    }

    return 0;
}


ngx_int_t
ngx_lo_procedures_list_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    json_t           *rows;
    ngx_lo_finder_t  *f;

    f = api->ctx;
    rows = ngx_lo_job_rows_take(job, 0);

    if (ngx_lo_page_cut(api, &f->page, rows,
                        (f->intent != NULL) ? "_rank" : "created_at")
        != NGX_OK
        || ngx_lo_page_total(api, &f->page, job, 1) != NGX_OK)
    {
        json_decref(rows);
        return NGX_ERROR;
    }

    return ngx_lo_api_json(api, NGX_HTTP_OK, rows);
}


ngx_int_t
ngx_lo_procedures_versions_prepare(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_job_add(job, &ngx_lo_sql_api_procedure_versions,
                          ngx_lo_api_seg(api, "procedure_id"));
}


ngx_int_t
ngx_lo_procedures_versions_render(ngx_lo_api_t *api, ngx_lo_job_t *job)
{
    return ngx_lo_api_json(api, NGX_HTTP_OK, ngx_lo_job_rows_take(job, 0));
}
