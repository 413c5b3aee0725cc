/*
 * Pages for people without the console.
 */

#include "api/ngx_lo_reply.h"
#include "approval/ngx_lo_html.h"

#define NGX_LO_HTML_MAX  (4 * 1024 * 1024)

/* The hash in the policy is that of this text, which t/api/approval_links.t
 * makes again. */

#define NGX_LO_HTML_STYLE                                                     \
    "body{font:16px/1.5 sans-serif;max-width:44em;margin:2em auto;"           \
    "padding:0 1em;color:#1a1a1a;background:#fff}"                            \
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;"     \
    "padding:.6em}dt{font-weight:bold}label{display:block;margin:.8em 0}"     \
    "input,select,textarea{font:inherit;width:100%;box-sizing:border-box}"    \
    "button{font:inherit;padding:.5em 1.2em;margin:.3em .6em .3em 0}"

#define NGX_LO_HTML_POLICY                                                    \
    "default-src 'none';"                                                     \
    " style-src 'sha256-zM+l07WOGIGLVyfWCn7bjD6aAGcF8RNwfXj17mIM9JQ=';"       \
    " form-action 'self';"                                                    \
    " base-uri 'none'; frame-ancestors 'none'"


void
ngx_lo_html_begin(ckp_buf_t *b, const char *title)
{
    ckp_buf_init(b, NGX_LO_HTML_MAX);
    ckp_buf_puts(b, "<!doctype html>\n<html lang=\"en\"><head>"
                    "<meta charset=\"utf-8\">"
                    "<meta name=\"viewport\" content=\"width=device-width\">"
                    "<title>");
    ngx_lo_html_text(b, title);
    ckp_buf_puts(b, "</title><style>" NGX_LO_HTML_STYLE "</style></head>\n"
                    "<body><main><h1>");
    ngx_lo_html_text(b, title);
    ckp_buf_puts(b, "</h1>\n");
}


void
ngx_lo_html_end(ckp_buf_t *b)
{
    ckp_buf_puts(b, "</main></body></html>\n");
}


void
ngx_lo_html_text(ckp_buf_t *b, const char *s)
{
    size_t       n;
    const char  *as;

    for (s = (s != NULL) ? s : ""; *s != '\0'; s += n) {

        n = strcspn(s, "&<>\"'");
        ckp_buf_put(b, s, n);

        if (s[n] == '\0') {
            return;
        }

        as = (s[n] == '&') ? "&amp;" : (s[n] == '<') ? "&lt;"
             : (s[n] == '>') ? "&gt;" : (s[n] == '"') ? "&quot;" : "&#39;";

        ckp_buf_puts(b, as);
        n++;
    }
}


void
ngx_lo_html_value(ckp_buf_t *b, const json_t *v)
{
    char  *text;

    if (json_is_string(v)) {
        ngx_lo_html_text(b, json_string_value(v));
        return;
    }

    text = ckp_json_indented(v);

    if (text == NULL) {
        b->failed = CKP_E_NOMEM;
        return;
    }

    ngx_lo_html_text(b, text);
    ckp_free(text);
}


ngx_int_t
ngx_lo_html_send(ngx_lo_api_t *api, ngx_uint_t status, ckp_buf_t *b)
{
    ngx_str_t  page;

    page.len = b->len;
    page.data = (b->failed == CKP_OK) ? ngx_pnalloc(api->r->pool, b->len)
                                      : NULL;
    if (page.data != NULL) {
        ngx_memcpy(page.data, ckp_buf_str(b), b->len);
    }

    ckp_buf_free(b);

    if (page.data == NULL
        || ngx_lo_api_set(api, "Content-Security-Policy", NGX_LO_HTML_POLICY)
           == NGX_ERROR
        || ngx_lo_api_set(api, "Referrer-Policy", "no-referrer") == NGX_ERROR)
    {
        return NGX_ERROR;
    }

    return ngx_lo_api_text(api, status, "text/html; charset=utf-8", &page);
}


ngx_int_t
ngx_lo_html_problem(ngx_lo_api_t *api, ngx_uint_t status,
    const json_t *problem)
{
    ckp_buf_t      b;
    const json_t  *errors;

    ngx_lo_html_begin(&b, ckp_json_str(problem, "title"));
    ckp_buf_puts(&b, "<p>");

    if (json_is_string(json_object_get(problem, "detail"))) {
        ngx_lo_html_text(&b, ckp_json_str(problem, "detail"));
    }

    ckp_buf_puts(&b, "</p>\n");
    errors = json_object_get(problem, "errors");

    if (errors != NULL) {
        ckp_buf_puts(&b, "<pre>");
        ngx_lo_html_value(&b, errors);
        ckp_buf_puts(&b, "</pre>\n<p>Go back, and try again.</p>\n");
    }

    ckp_buf_puts(&b, "<p>Request ");
    ngx_lo_html_text(&b, api->request_id);
    ckp_buf_puts(&b, "</p>\n");
    ngx_lo_html_end(&b);

    return ngx_lo_html_send(api, status, &b);
}
