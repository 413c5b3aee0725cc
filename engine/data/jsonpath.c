/*
 * JSONPath: from text to segments.
 */

#include <string.h>

#include "base/json.h"
#include "data/jsonpath_int.h"
#include "base/utf8.h"
#include "lang/value.h"

#define JP_INDEX_MAX  1000000000


void
ckp_jp_wrong(ckp_jp_t *jp, const char *what)
{
    if (!jp->failed) {
        jp->failed = true;
        (void) ckp_fail(jp->err, CKP_E_INVALID, "", "%s at column %zu", what,
                        (size_t) (jp->p - jp->text) + 1);
    }
}


void *
ckp_jp_alloc(ckp_jp_t *jp, size_t size)
{
    void *const  p = jp->failed ? NULL : ckp_arena_alloc(jp->path->arena, size);

    if (p == NULL && !jp->failed) {
        jp->failed = true;
        (void) ckp_fail(jp->err, CKP_E_NOMEM, "", "no memory");
    }

    return p;
}


void
ckp_jp_space(ckp_jp_t *jp)
{
    while (*jp->p == ' ' || *jp->p == '\t' || *jp->p == '\n'
           || *jp->p == '\r')
    {
        jp->p++;
    }
}


bool
ckp_jp_take(ckp_jp_t *jp, char c)
{
    ckp_jp_space(jp);

    if (*jp->p != c) {
        return false;
    }

    jp->p++;

    return true;
}


static bool
jp_hex(const char *p, uint32_t *code)
{
    *code = 0;

    for (int i = 0; i < 4; i++) {
        const char *const  digits = "0123456789abcdef0123456789ABCDEF";
        const char *const  at = p[i] == '\0' ? NULL : strchr(digits, p[i]);

        if (at == NULL) {
            return false;
        }

        *code = *code << 4 | (uint32_t) ((at - digits) & 15);
    }

    return true;
}


/* \uXXXX, also as a pair; the cursor stands on the "u". */
static bool
jp_unicode(ckp_jp_t *jp, ckp_buf_t *b)
{
    uint32_t  code;
    uint32_t  low;

    if (!jp_hex(jp->p + 1, &code) || code == 0) {
        return false;
    }

    jp->p += 5;

    if (code >= 0xd800 && code < 0xe000) {
        if (code >= 0xdc00 || jp->p[0] != '\\' || jp->p[1] != 'u'
            || !jp_hex(jp->p + 2, &low) || low < 0xdc00 || low >= 0xe000)
        {
            return false;
        }

        jp->p += 6;
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }

    ckp_text_put(b, code);

    return true;
}


static bool
jp_escape(ckp_jp_t *jp, ckp_buf_t *b)
{
    static const char  from[] = "'\"\\/bfnrt";
    static const char  to[] = "'\"\\/\b\f\n\r\t";

    if (*jp->p == 'u') {
        return jp_unicode(jp, b);
    }

    const char *const  at = *jp->p == '\0' ? NULL : strchr(from, *jp->p);

    if (at == NULL) {
        return false;
    }

    ckp_buf_put(b, &to[at - from], 1);
    jp->p++;

    return true;
}


const char *
ckp_jp_quoted(ckp_jp_t *jp)
{
    const char  quote = *jp->p++;
    char       *name = NULL;
    ckp_buf_t   b;

    ckp_buf_init(&b, CKP_JSONPATH_TEXT_MAX);

    while (*jp->p != quote && !jp->failed) {
        if (*jp->p == '\0') {
            ckp_jp_wrong(jp, "a quote without its end");

        } else if (*jp->p == '\\') {
            jp->p++;

            if (!jp_escape(jp, &b)) {
                ckp_jp_wrong(jp, "an unknown escape");
            }

        } else {
            ckp_buf_put(&b, jp->p++, 1);
        }
    }

    if (!jp->failed) {
        jp->p++;
        name = ckp_jp_alloc(jp, b.len + 1);

        if (name != NULL) {
            memcpy(name, ckp_buf_str(&b), b.len);
        }
    }

    ckp_buf_free(&b);

    return name;
}


static bool
jp_is_name(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '_' || c == '-'
           || (c & 0x80) != 0;
}


static void
jp_name(ckp_jp_t *jp, ckp_jp_seg_t *seg)
{
    const char *const  from = jp->p;

    if (*jp->p == '*') {
        jp->p++;
        seg->kind = CKP_JP_ALL;
        return;
    }

    while (jp_is_name(*jp->p)) {
        jp->p++;
    }

    if (jp->p == from) {
        ckp_jp_wrong(jp, "a name is missing");
        return;
    }

    const size_t  len = (size_t) (jp->p - from);
    char *const   name = ckp_jp_alloc(jp, len + 1);

    if (name != NULL) {
        memcpy(name, from, len);
    }

    seg->kind = CKP_JP_NAME;
    seg->name = name;
}


static void
jp_index(ckp_jp_t *jp, ckp_jp_seg_t *seg)
{
    const bool  minus = *jp->p == '-';
    int64_t     n = 0;

    jp->p += minus ? 1 : 0;

    if (*jp->p < '0' || *jp->p > '9') {
        ckp_jp_wrong(jp, "a quoted name, an index, * or a filter is missing");
        return;
    }

    for ( /* void */ ; *jp->p >= '0' && *jp->p <= '9'; jp->p++) {
        n = n * 10 + (*jp->p - '0');

        if (n > JP_INDEX_MAX) {
            ckp_jp_wrong(jp, "an index that is too large");
            return;
        }
    }

    seg->kind = CKP_JP_INDEX;
    seg->index = minus ? -n : n;
}


/* Behind the "[". */
static void
jp_bracket(ckp_jp_t *jp, ckp_jp_seg_t *seg)
{
    ckp_jp_space(jp);

    switch (*jp->p) {

    case '\'':
    case '"':
        seg->kind = CKP_JP_NAME;
        seg->name = ckp_jp_quoted(jp);
        break;

    case '*':
        jp->p++;
        seg->kind = CKP_JP_ALL;
        break;

    case '?':
        jp->p++;
        seg->kind = CKP_JP_FILTER;
        seg->filter = ckp_jp_filter(jp);
        break;

    default:
        jp_index(jp, seg);
        break;
    }

    if (!jp->failed && !ckp_jp_take(jp, ']')) {
        ckp_jp_wrong(jp, "\"]\" is missing");
    }
}


static ckp_jp_seg_t *
jp_seg(ckp_jp_t *jp)
{
    ckp_jp_seg_t *const  seg = ckp_jp_alloc(jp, sizeof(*seg));

    if (seg == NULL) {
        return NULL;
    }

    if (++jp->nsegs > CKP_JSONPATH_SEGS_MAX) {
        ckp_jp_wrong(jp, "too many segments");
        return NULL;
    }

    if (*jp->p == '.') {
        jp->p++;
        seg->deep = *jp->p == '.';
        jp->p += seg->deep ? 1 : 0;

        /* only ".." may stand before a bracket */

        if (*jp->p != '[' || !seg->deep) {
            jp_name(jp, seg);
            goto made;
        }
    }

    jp->p++;
    jp_bracket(jp, seg);

made:

    if (seg->deep || (seg->kind != CKP_JP_NAME && seg->kind != CKP_JP_INDEX)) {
        jp->definite = false;
    }

    return jp->failed ? NULL : seg;
}


const ckp_jp_seg_t *
ckp_jp_segs(ckp_jp_t *jp)
{
    ckp_jp_seg_t   *first = NULL;
    ckp_jp_seg_t  **end = &first;

    while (*jp->p == '.' || *jp->p == '[') {
        ckp_jp_seg_t *const  seg = jp_seg(jp);

        if (seg == NULL) {
            return NULL;
        }

        *end = seg;
        end = &seg->next;
    }

    return first;
}


static void
jp_parse(ckp_jp_t *jp)
{
    if (strlen(jp->text) > CKP_JSONPATH_TEXT_MAX) {
        jp->p += CKP_JSONPATH_TEXT_MAX;
        ckp_jp_wrong(jp, "a path that is too long");
        return;
    }

    if (!ckp_utf8_holds(jp->text, strlen(jp->text))) {
        ckp_jp_wrong(jp, "a path that is no UTF-8 begins");
        return;
    }

    if (!ckp_jp_take(jp, '$')) {
        ckp_jp_wrong(jp, "a path begins with \"$\", not so");
        return;
    }

    jp->path->first = ckp_jp_segs(jp);
    jp->path->definite = jp->definite;

    if (!jp->failed) {
        ckp_jp_space(jp);

        if (*jp->p != '\0') {
            ckp_jp_wrong(jp, "what does not belong to a path");
        }
    }
}


ckp_jsonpath_t *
ckp_jsonpath_parse(const char *text, ckp_err_t *err)
{
    ckp_arena_t *const  arena = ckp_arena_new();
    ckp_jp_t            jp = { .text = text, .p = text, .err = err,
                               .definite = true };

    if (arena == NULL) {
        goto failed;
    }

    jp.path = ckp_arena_alloc(arena, sizeof(ckp_jsonpath_t));

    if (jp.path == NULL) {
        goto failed;
    }

    jp.path->arena = arena;
    jp_parse(&jp);

    if (jp.failed) {
        ckp_jsonpath_free(jp.path);
        return NULL;
    }

    return jp.path;

failed:

    ckp_arena_free(arena);
    (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");

    return NULL;
}


void
ckp_jsonpath_free(ckp_jsonpath_t *path)
{
    if (path != NULL) {
        json_decref(path->literals);
        ckp_arena_free(path->arena);    /* the path itself is in there */
    }
}


bool
ckp_jsonpath_is_definite(const ckp_jsonpath_t *path)
{
    return path->definite;
}
