/*
 * Pages of lists, and texts of the query for LIKE.
 */

#include "api/ngx_lo_input.h"
#include "api/ngx_lo_query.h"
#include "api/ngx_lo_reply.h"


static void ngx_lo_page_resume(ngx_lo_api_t *api, ngx_lo_page_t *page,
    const char *cursor);
static const char *ngx_lo_state_name(const char *word, size_t len,
    size_t *name_len);


void
ngx_lo_page_read(ngx_lo_api_t *api, ngx_lo_page_t *page, int64_t min,
    int64_t max, int64_t otherwise)
{
    const char  *s;

    ngx_memzero(page, sizeof(ngx_lo_page_t));

    page->limit = ngx_lo_query_int(api, "limit", min, max, otherwise);
    page->offset = ngx_lo_query_int(api, "offset", 0, INT32_MAX, 0);
    page->total = ngx_lo_query_bool(api, "total", 0);
    page->at = NGX_LO_NULL;
    page->id = NGX_LO_NULL;

    s = ngx_lo_query_word(api, "order", "asc|desc");
    page->asc = (s != NULL && *s == 'a');

    s = ngx_lo_query_str(api, "cursor");

    if (s != NULL && *s != '\0') {
        ngx_lo_page_resume(api, page, s);
    }
}


static void
ngx_lo_page_resume(ngx_lo_api_t *api, ngx_lo_page_t *page, const char *cursor)
{
    char        text[64];
    long long   at, id;
    int         end;
    ngx_str_t   src, dst;

    src.data = (u_char *) cursor;
    src.len = strlen(cursor);

    dst.data = (u_char *) text;
    dst.len = 0;

    if (src.len <= 60 && ngx_decode_base64url(&dst, &src) == NGX_OK) {
        text[dst.len] = '\0';
        end = 0;

        if (sscanf(text, "%lld:%lld%n", &at, &id, &end) == 2
            && (size_t) end == dst.len)
        {
            page->at = at;
            page->id = id;
            page->offset = 0;
            return;
        }
    }

    ngx_lo_input_wrong(api, "query", "cursor", "cursor",
                       "Is not a cursor of this list");
}


ngx_int_t
ngx_lo_page_cut(ngx_lo_api_t *api, const ngx_lo_page_t *page, json_t *rows,
    const char *at)
{
    char      *cursor;
    size_t     i;
    int64_t    ms, id;
    json_t    *row, *v;

    id = 0;
    ms = 0;

    while ((int64_t) json_array_size(rows) > page->limit) {

        (void) json_array_remove(rows, json_array_size(rows) - 1);

        if (page->limit == 0) {
            continue;
        }

        row = json_array_get(rows, json_array_size(rows) - 1);
        id = ckp_json_int(row, "_id", 0);
        v = json_object_get(row, at);

        if (json_is_integer(v)) {
            ms = json_integer_value(v);

        } else {
            (void) ckp_time_parse(json_string_value(v), &ms);
        }
    }

    json_array_foreach(rows, i, row) {
        (void) json_object_del(row, "_id");
        (void) json_object_del(row, "_rank");
    }

    if (id == 0) {
        return NGX_OK;
    }

    cursor = ngx_lo_page_cursor(api, ms, id);

    return (cursor != NULL) ? ngx_lo_page_more(api, cursor) : NGX_ERROR;
}


char *
ngx_lo_page_cursor(ngx_lo_api_t *api, int64_t at, int64_t id)
{
    char       text[48];
    ngx_str_t  src, dst;

    src.len = (size_t) snprintf(text, sizeof(text), "%lld:%lld",
                                (long long) at, (long long) id);
    src.data = (u_char *) text;

    dst.data = ngx_pnalloc(api->r->pool,
                           ngx_base64_encoded_length(src.len) + 1);
    if (dst.data == NULL) {
        return NULL;
    }

    ngx_encode_base64url(&dst, &src);
    dst.data[dst.len] = '\0';

    return (char *) dst.data;
}


/* The same query with the cursor in place of the old one and of `offset`. */

ngx_int_t
ngx_lo_page_more(ngx_lo_api_t *api, const char *cursor)
{
    size_t       len;
    u_char      *p, *start, *a, *end, *last, *q;
    ngx_str_t    base, *args, *uri;

    if (ngx_lo_api_set(api, "X-Next-Cursor", cursor) == NGX_ERROR
        || ngx_lo_api_base(api, &base) != NGX_OK)
    {
        return NGX_ERROR;
    }

    args = &api->r->args;
    uri = &api->r->unparsed_uri;

    q = ngx_strlchr(uri->data, uri->data + uri->len, '?');
    len = (q != NULL) ? (size_t) (q - uri->data) : uri->len;

    start = ngx_pnalloc(api->r->pool, base.len + len + args->len
                                      + strlen(cursor) + 32);
    if (start == NULL) {
        return NGX_ERROR;
    }

    *start = '<';
    p = ngx_cpymem(start + 1, base.data, base.len);
    p = ngx_cpymem(p, uri->data, len);
    *p++ = '?';

    a = args->data;
    last = a + args->len;

    for ( /* void */ ; a < last; a = end + 1) {
        end = ngx_strlchr(a, last, '&');
        if (end == NULL) {
            end = last;
        }

        if (ngx_strncmp(a, "cursor=", 7) != 0
            && ngx_strncmp(a, "offset=", 7) != 0)
        {
            p = ngx_cpymem(p, a, end - a);
            *p++ = '&';
        }
    }

    *ngx_sprintf(p, "cursor=%s>; rel=\"next\"", cursor) = '\0';

    return ngx_lo_api_set(api, "Link", (const char *) start) == NGX_ERROR
           ? NGX_ERROR : NGX_OK;
}


ngx_int_t
ngx_lo_page_total(ngx_lo_api_t *api, const ngx_lo_page_t *page,
    const ngx_lo_job_t *job, ngx_uint_t stmt)
{
    u_char  *n;

    if (!page->total) {
        return NGX_OK;
    }

    n = ngx_pnalloc(api->r->pool, NGX_INT64_LEN + 1);
    if (n == NULL) {
        return NGX_ERROR;
    }

    *ngx_sprintf(n, "%L", ckp_json_int(ngx_lo_job_row(job, stmt), "n", 0))
        = '\0';

    return ngx_lo_api_set(api, "X-Total-Count", (const char *) n) == NGX_ERROR
           ? NGX_ERROR : NGX_OK;
}


char *
ngx_lo_like(ngx_lo_api_t *api, const char *s, ngx_uint_t anywhere)
{
    u_char  *p, *start;

    if (s == NULL || *s == '\0') {
        return NULL;
    }

    start = ngx_pnalloc(api->r->pool, 2 * strlen(s) + 3);
    if (start == NULL) {
        return NULL;
    }

    p = start;

    if (anywhere) {
        *p++ = '%';
    }

    for ( /* void */ ; *s != '\0'; s++) {
        if (*s == '%' || *s == '_' || *s == '\\') {
            *p++ = '\\';
        }

        *p++ = ngx_tolower((u_char) *s);
    }

    *p++ = '%';
    *p = '\0';

    return (char *) start;
}


char *
ngx_lo_word_list(ngx_lo_api_t *api, const char *s, ngx_uint_t states)
{
    size_t       len, name_len;
    u_char      *p, *start;
    const char  *name;

    if (s == NULL || *s == '\0') {
        return NULL;
    }

    /* an alias is at most twice as long as its word */

    start = ngx_pnalloc(api->r->pool, 2 * strlen(s) + 3);
    if (start == NULL) {
        return NULL;
    }

    p = start;
    *p++ = ',';

    for ( /* void */ ; *s != '\0'; s += len) {

        s += strspn(s, ", ");
        len = strcspn(s, ", ");

        if (len == 0) {
            continue;
        }

        name = s;
        name_len = len;

        if (states) {
            name = ngx_lo_state_name(s, len, &name_len);
        }

        p = ngx_cpymem(p, name, name_len);
        *p++ = ',';
    }

    *p = '\0';

    return (char *) start;
}


static const char *
ngx_lo_state_name(const char *word, size_t len, size_t *name_len)
{
    ngx_uint_t  i;

    static const struct {
        const char  *alias;
        const char  *name;
    } aliases[] = {
        { "queued", "created" },
        { "pending", "created" },
        { "cancelled", "canceled" },
        { "succeeded", "completed" }
    };

    for (i = 0; i < sizeof(aliases) / sizeof(aliases[0]); i++) {
        if (strlen(aliases[i].alias) == len
            && strncmp(aliases[i].alias, word, len) == 0)
        {
            *name_len = strlen(aliases[i].name);
            return aliases[i].name;
        }
    }

    *name_len = len;

    return word;
}


static int64_t
ngx_lo_query_id(const char *s)
{
    return (strlen(s) > 18 || strspn(s, "0123456789") != strlen(s))
           ? 0 : strtoll(s, NULL, 10);
}


/* What a browser repeats in a header and is no id is none; in the query it is a
 * mistake. */

int64_t
ngx_lo_query_resume(ngx_lo_api_t *api, ngx_uint_t *asked)
{
    int64_t      after;
    int64_t      ids[3];
    ngx_uint_t   i;
    const char  *last;

    last = ngx_lo_api_header(api, "Last-Event-ID");

    ids[0] = (last != NULL) ? ngx_lo_query_id(last) : 0;
    ids[1] = ngx_lo_query_int(api, "last_event_id", 0, INT64_MAX, 0);
    ids[2] = ngx_lo_query_int(api, "after_id", 0, INT64_MAX, 0);

    after = 0;
    *asked = 0;

    for (i = 0; i < 3; i++) {
        if (ids[i] > 0) {
            *asked = 1;
            after = ngx_max(after, ids[i]);
        }
    }

    return after;
}
