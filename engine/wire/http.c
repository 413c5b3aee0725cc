/*
 * URLs, forms and bodies of the http_request action.
 */

#include "wire/http.h"

#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/json.h"


static void
http_escape(ckp_buf_t *b, const char *text, size_t len)
{
    static const char  hex[] = "0123456789ABCDEF";

    for (size_t i = 0; i < len; i++) {
        const unsigned char  c = (unsigned char) text[i];

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.'
            || c == '~')
        {
            ckp_buf_put(b, text + i, 1);

        } else {
            const char  out[3] = { '%', hex[c >> 4], hex[c & 15] };

            ckp_buf_put(b, out, 3);
        }
    }
}


/* Text as it is, null as nothing, all else as JSON. */

static void
http_value(ckp_buf_t *b, const json_t *v)
{
    char  *text;

    if (json_is_string(v)) {
        http_escape(b, json_string_value(v), json_string_length(v));
        return;
    }

    if (v == NULL || json_is_null(v)) {
        return;
    }

    text = ckp_json_text(v);

    if (text == NULL) {
        b->failed = CKP_E_NOMEM;
        return;
    }

    http_escape(b, text, strlen(text));
    ckp_free(text);
}


static void
http_pair(ckp_buf_t *b, const char *name, const json_t *v, char *before)
{
    if (*before != '\0') {
        ckp_buf_put(b, before, 1);
    }

    http_escape(b, name, strlen(name));
    ckp_buf_puts(b, "=");
    http_value(b, v);
    *before = '&';
}


static void
http_pairs(ckp_buf_t *b, const json_t *members, char before)
{
    const char  *name;
    json_t      *value;
    json_t      *each;
    size_t       i;

    json_object_foreach((json_t *) members, name, value) {
        if (!json_is_array(value)) {
            http_pair(b, name, value, &before);
            continue;
        }

        json_array_foreach(value, i, each) {
            http_pair(b, name, each, &before);
        }
    }
}


void
ckp_http_url(ckp_buf_t *b, const char *url, const json_t *query)
{
    const size_t       n = strcspn(url, "#");
    const char *const  has = memchr(url, '?', n);

    ckp_buf_put(b, url, n);

    if (json_object_size(query) > 0) {
        http_pairs(b, query, has == NULL ? '?'
                             : has + 1 == url + n ? '\0' : '&');
    }
}


void
ckp_http_form(ckp_buf_t *b, const json_t *form)
{
    http_pairs(b, form, '\0');
}


void
ckp_http_basic(ckp_buf_t *b, const char *user, const char *secret)
{
    ckp_buf_t  both;

    ckp_buf_init(&both, 64 * 1024);

    if (user != NULL) {
        ckp_buf_puts(&both, user);
        ckp_buf_puts(&both, ":");
    }

    ckp_buf_puts(&both, secret);
    ckp_buf_puts(b, "Basic ");
    ckp_base64_put(b, (const uint8_t *) ckp_buf_str(&both), both.len, false);

    if (both.failed != CKP_OK) {
        b->failed = both.failed;
    }

    if (both.data != NULL) {
        ckp_overwrite(both.data, both.len);
    }

    ckp_buf_free(&both);
}


/* --- targets ----------------------------------------------------------------- */

/* Behind "http://" or "https://"; NULL: neither. */

static const char *
http_authority(const char *url)
{
    if (strncasecmp(url, "http://", 7) == 0) {
        return url + 7;
    }

    return strncasecmp(url, "https://", 8) == 0 ? url + 8 : NULL;
}


/* "a/b/../c" has no dots when it leaves: what stands before ".." goes. */

static void
http_path(ckp_buf_t *b, const char *path, size_t len)
{
    const size_t  root = b->len;

    for (size_t i = 0; i < len; /* void */) {
        size_t  n = 1;

        while (i + n < len && path[i + n] != '/') {
            n++;
        }

        const bool  last = i + n == len;
        const bool  one = n == 2 && path[i + 1] == '.';
        const bool  two = n == 3 && path[i + 1] == '.' && path[i + 2] == '.';

        if (two) {
            while (b->len > root && b->data[--b->len] != '/') {
                /* the segment before */
            }
        }

        if (!one && !two) {
            ckp_buf_put(b, path + i, n);

        } else if (last) {
            ckp_buf_puts(b, "/");
        }

        i += n;
    }

    if (b->len == root) {
        ckp_buf_puts(b, "/");
    }
}


bool
ckp_http_follow(ckp_buf_t *b, const char *base, const char *location)
{
    const char *const  host = http_authority(base);
    const size_t       n = strcspn(location, "#");
    size_t             path;

    if (http_authority(location) != NULL) {
        ckp_buf_put(b, location, n);
        return true;
    }

    if (host == NULL || n == 0) {
        return false;
    }

    if (strncmp(location, "//", 2) == 0) {
        ckp_buf_put(b, base, strncasecmp(base, "https:", 6) == 0 ? 6 : 5);
        ckp_buf_put(b, location, n);
        return true;
    }

    /* some other scheme: a colon before the first slash */

    if (strcspn(location, ":") < strcspn(location, "/?#")) {
        return false;
    }

    ckp_buf_put(b, base, (size_t) (host - base) + strcspn(host, "/?#"));

    const char *const  at = host + strcspn(host, "/?#");

    path = strcspn(at, "?#");

    if (*location == '?') {
        http_path(b, at, path);
        ckp_buf_put(b, location, n);
        return true;
    }

    const size_t  own = strcspn(location, "?#");
    ckp_buf_t     whole;

    ckp_buf_init(&whole, 16384);

    if (*location != '/') {
        while (path > 0 && at[path - 1] != '/') {
            path--;
        }

        ckp_buf_put(&whole, path == 0 ? "/" : at, path == 0 ? 1 : path);
    }

    ckp_buf_put(&whole, location, own);
    http_path(b, ckp_buf_str(&whole), whole.len);
    ckp_buf_put(b, location + own, n - own);

    const bool  fits = whole.failed == CKP_OK;

    ckp_buf_free(&whole);

    return fits;
}


bool
ckp_http_same_origin(const char *a, const char *b)
{
    const char *const  x = http_authority(a);
    const char *const  y = http_authority(b);

    if (x == NULL || y == NULL || x - a != y - b) {
        return false;
    }

    const size_t  n = strcspn(x, "/?#");

    return strcspn(y, "/?#") == n && strncasecmp(x, y, n) == 0;
}


/* Backs up to the last `*` only, so it is never worse than n * m. */

static bool
http_glob(const char *glob, const char *text, size_t len)
{
    const char  *star = NULL;
    size_t       i = 0;
    size_t       mark = 0;

    while (i < len) {
        if (*glob == '*') {
            star = glob++;
            mark = i;

        } else if (*glob != '\0' && strncasecmp(glob, text + i, 1) == 0) {
            glob++;
            i++;

        } else if (star != NULL) {
            glob = star + 1;
            i = ++mark;

        } else {
            return false;
        }
    }

    while (*glob == '*') {
        glob++;
    }

    return *glob == '\0';
}


bool
ckp_http_host_in(const char *url, const json_t *globs)
{
    const char *const  host = http_authority(url);
    const json_t      *glob;
    size_t             i;

    if (json_array_size(globs) == 0) {
        return true;
    }

    if (host == NULL) {
        return false;
    }

    const size_t  n = *host == '[' ? strcspn(host, "]") + 1
                                   : strcspn(host, ":/?#");

    json_array_foreach(globs, i, glob) {
        if (json_is_string(glob)
            && http_glob(json_string_value(glob), host, n))
        {
            return true;
        }
    }

    return false;
}


/* --- bodies -------------------------------------------------------------------- */

static bool
http_is_json(const char *type)
{
    const size_t  n = type == NULL ? 0 : strcspn(type, "; ");

    return (n == 16 && strncasecmp(type, "application/json", 16) == 0)
           || (n > 5 && strncasecmp(type + n - 5, "+json", 5) == 0);
}


static json_t *
http_base64(const char *body, size_t len)
{
    json_t     *v;
    ckp_buf_t   b;

    ckp_buf_init(&b, 4 * (len / 3 + 2));
    ckp_base64_put(&b, (const uint8_t *) body, len, false);
    v = b.failed == CKP_OK ? json_string(ckp_buf_str(&b)) : NULL;
    ckp_buf_free(&b);

    return v;
}


/* Bytes that are no UTF-8, or have a NUL in them, are no text. */

static json_t *
http_text(const char *body, size_t len)
{
    return len == 0 ? json_string("")
           : memchr(body, '\0', len) != NULL ? NULL : json_stringn(body, len);
}


json_t *
ckp_http_body(const char *parse, const char *content_type, const char *body,
    size_t len)
{
    const bool  any = parse == NULL || strcmp(parse, "auto") == 0;
    ckp_err_t   err = CKP_ERR_INIT;
    json_t     *v = NULL;

    if (!any && strcmp(parse, "base64") == 0) {
        return http_base64(body, len);
    }

    if ((any && http_is_json(content_type) && len > 0)
        || (!any && strcmp(parse, "json") == 0))
    {
        v = len == 0 ? NULL : ckp_json_parse(body, len, &err);

        if (v != NULL || !any) {
            return v;
        }
    }

    v = http_text(body, len);

    return v != NULL ? v : http_base64(body, len);
}
