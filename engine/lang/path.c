/*
 * Dotted paths: their text.
 */

#include <stdint.h>
#include <string.h>

#include "lang/path_int.h"
#include "lang/value.h"

#define PATH_SEGMENTS_MAX  64
#define PATH_INDEX_MAX     1000000000

typedef struct {
    ckp_arena_t  *arena;
    const char   *p;
    const char   *end;
    ckp_err_t    *err;
} cursor_t;

static const struct {
    const char  *name;
    ckp_agg_t    agg;
} path_aggregates[] = {
    { "sum", CKP_AGG_SUM }, { "avg", CKP_AGG_AVG }, { "min", CKP_AGG_MIN },
    { "max", CKP_AGG_MAX }, { "count", CKP_AGG_COUNT },
    { "first", CKP_AGG_FIRST }, { "last", CKP_AGG_LAST },
    { "join", CKP_AGG_JOIN }, { "pluck", CKP_AGG_PLUCK },
};

#define PATH_AGGREGATES                                                       \
    (sizeof(path_aggregates) / sizeof(path_aggregates[0]))


static bool
path_is_name_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || c == '_' || (c & 0x80) != 0;
}


static ckp_seg_t *
path_add(ckp_path_t *path, ckp_seg_kind_t kind, const char *name, size_t len)
{
    ckp_seg_t *const  seg = ckp_arena_alloc(path->arena, sizeof(ckp_seg_t));

    if (seg == NULL) {
        return NULL;
    }

    seg->kind = kind;
    seg->name = ckp_arena_strndup(path->arena, name, len);

    if (seg->name == NULL) {
        return NULL;
    }

    if (path->last == NULL) {
        path->first = seg;

    } else {
        path->last->next = seg;
    }

    path->last = seg;
    path->depth++;

    return seg;
}


bool
ckp_path_add_name(ckp_path_t *path, const char *name, size_t len)
{
    ckp_seg_t *const  seg = path_add(path, CKP_SEG_NAME, name, len);

    if (seg == NULL) {
        return false;
    }

    seg->numeric = len > 0 && len < 10;

    for (size_t i = 0; i < len && seg->numeric; i++) {
        seg->numeric = name[i] >= '0' && name[i] <= '9';
        seg->index = seg->index * 10 + (name[i] - '0');
    }

    return true;
}


bool
ckp_path_add_key(ckp_path_t *path, const char *name, size_t len)
{
    return path_add(path, CKP_SEG_KEY, name, len) != NULL;
}


bool
ckp_path_add_index(ckp_path_t *path, int64_t index)
{
    const char *const  name = ckp_arena_int(path->arena, index);
    ckp_seg_t             *seg;

    if (name == NULL) {
        return false;
    }

    seg = path_add(path, CKP_SEG_INDEX, name, strlen(name));

    if (seg == NULL) {
        return false;
    }

    seg->numeric = true;
    seg->index = index;

    return true;
}


ckp_path_t *
ckp_path_begin(ckp_arena_t *arena, const char *name, size_t len)
{
    ckp_path_t *const  path = ckp_arena_alloc(arena, sizeof(ckp_path_t));

    if (path == NULL) {
        return NULL;
    }

    path->arena = arena;

    return ckp_path_add_name(path, name, len) ? path : NULL;
}


static size_t
cursor_name(const cursor_t *c)
{
    size_t  n = 0;

    while (c->p + n < c->end && path_is_name_char(c->p[n])) {
        n++;
    }

    return n;
}


static bool
cursor_at(const cursor_t *c, char ch)
{
    return c->p < c->end && *c->p == ch;
}


static void
cursor_space(cursor_t *c)
{
    while (c->p < c->end && strchr(" \t\r\n", *c->p) != NULL && *c->p != '\0') {
        c->p++;
    }
}


static ckp_code_t
cursor_nomem(const cursor_t *c)
{
    return ckp_fail(c->err, CKP_E_NOMEM, "", "no memory");
}


static ckp_code_t
path_read_quoted(cursor_t *c, ckp_path_t *path)
{
    const char         quote = *c->p;
    const char *const  from = c->p + 1;
    const char *const  to = memchr(from, quote, (size_t) (c->end - from));

    if (to == NULL) {
        return ckp_fail(c->err, CKP_E_INVALID, "", "quote is not closed");
    }

    if (!ckp_path_add_key(path, from, (size_t) (to - from))) {
        return cursor_nomem(c);
    }

    c->p = to + 1;

    return CKP_OK;
}


static ckp_code_t
path_read_number(cursor_t *c, ckp_path_t *path)
{
    const bool         minus = cursor_at(c, '-');
    const char *const  from = c->p + (minus ? 1 : 0);
    const char        *p = from;
    int64_t            index = 0;

    for ( /* void */ ; p < c->end && *p >= '0' && *p <= '9'; p++) {
        index = index * 10 + (*p - '0');

        if (index > PATH_INDEX_MAX) {
            return ckp_fail(c->err, CKP_E_INVALID, "", "index is too large");
        }
    }

    if (p == from) {
        return ckp_fail(c->err, CKP_E_INVALID, "", "no index within [ ]");
    }

    if (!ckp_path_add_index(path, minus ? -index : index)) {
        return cursor_nomem(c);
    }

    c->p = p;

    return CKP_OK;
}


static ckp_code_t
path_read_index(cursor_t *c, ckp_path_t *path)
{
    ckp_code_t  rc;

    c->p++;
    cursor_space(c);

    rc = (cursor_at(c, '\'') || cursor_at(c, '"')) ? path_read_quoted(c, path)
                                                   : path_read_number(c, path);

    if (rc != CKP_OK) {
        return rc;
    }

    cursor_space(c);

    if (!cursor_at(c, ']')) {
        return ckp_fail(c->err, CKP_E_INVALID, "", "\"]\" expected");
    }

    c->p++;

    return CKP_OK;
}


static ckp_path_t *path_read(cursor_t *c, bool aggregates);


/* sum(f): the cursor stands at "(" behind the name. */
static ckp_code_t
path_read_aggregate(cursor_t *c, ckp_path_t *path, const char *name,
    size_t len)
{
    ckp_agg_t   agg = CKP_AGG_NONE;
    ckp_seg_t      *seg;

    for (size_t i = 0; i < PATH_AGGREGATES; i++) {
        if (strlen(path_aggregates[i].name) == len
            && memcmp(path_aggregates[i].name, name, len) == 0)
        {
            agg = path_aggregates[i].agg;
        }
    }

    if (agg == CKP_AGG_NONE) {
        return ckp_fail(c->err, CKP_E_INVALID, "", "\"%.*s\" is no aggregate",
                        (int) (len > 64 ? 64 : len), name);
    }

    seg = path_add(path, CKP_SEG_AGGREGATE, name, len);

    if (seg == NULL) {
        return cursor_nomem(c);
    }

    seg->agg = agg;
    c->p++;
    cursor_space(c);

    if (!cursor_at(c, ')')) {
        seg->field = path_read(c, false);

        if (seg->field == NULL) {
            return CKP_E_INVALID;
        }

        cursor_space(c);
    }

    if (!cursor_at(c, ')')) {
        return ckp_fail(c->err, CKP_E_INVALID, "", "\")\" expected");
    }

    c->p++;

    return CKP_OK;
}


/* After a dot: a name or an aggregate. */
static ckp_code_t
path_read_segment(cursor_t *c, ckp_path_t *path, bool aggregates)
{
    const char  *name;
    size_t       len;

    name = ++c->p;
    len = cursor_name(c);

    if (len == 0) {
        return ckp_fail(c->err, CKP_E_INVALID, "", "name expected after \".\"");
    }

    c->p += len;

    if (aggregates && cursor_at(c, '(')) {
        return path_read_aggregate(c, path, name, len);
    }

    return ckp_path_add_name(path, name, len) ? CKP_OK : cursor_nomem(c);
}


static ckp_path_t *
path_read(cursor_t *c, bool aggregates)
{
    const size_t  len = cursor_name(c);
    ckp_path_t   *path;
    ckp_code_t    rc = CKP_OK;

    if (len == 0) {
        (void) ckp_fail(c->err, CKP_E_INVALID, "", "name expected");
        return NULL;
    }

    path = ckp_path_begin(c->arena, c->p, len);

    if (path == NULL) {
        (void) cursor_nomem(c);
        return NULL;
    }

    c->p += len;

    while (rc == CKP_OK && (cursor_at(c, '.') || cursor_at(c, '['))) {
        if (path->depth == PATH_SEGMENTS_MAX) {
            (void) ckp_fail(c->err, CKP_E_LIMIT, "",
                            "more than %d segments in a path",
                            PATH_SEGMENTS_MAX);
            return NULL;
        }

        rc = cursor_at(c, '.') ? path_read_segment(c, path, aggregates)
                               : path_read_index(c, path);
    }

    return (rc == CKP_OK) ? path : NULL;
}


ckp_path_t *
ckp_path_parse_in(ckp_arena_t *arena, const char *text, size_t len,
    size_t *used, ckp_err_t *err)
{
    cursor_t           c = { arena, text, text + len, err };
    ckp_path_t *const  path = path_read(&c, true);

    *used = (size_t) (c.p - text);

    return path;
}


ckp_path_t *
ckp_path_parse(const char *text, size_t len, size_t *used, ckp_err_t *err)
{
    ckp_arena_t *const  arena = ckp_arena_new();
    ckp_path_t         *path;

    *used = 0;

    if (arena == NULL) {
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        return NULL;
    }

    path = ckp_path_parse_in(arena, text, len, used, err);

    if (path == NULL) {
        ckp_arena_free(arena);
        return NULL;
    }

    path->owner = true;

    return path;
}


void
ckp_path_free(ckp_path_t *path)
{
    if (path != NULL && path->owner) {
        ckp_arena_free(path->arena);
    }
}


const char *
ckp_path_first(const ckp_path_t *path)
{
    return path->first->name;
}


size_t
ckp_path_depth(const ckp_path_t *path)
{
    return path->depth;
}


const char *
ckp_path_second(const ckp_path_t *path)
{
    const ckp_seg_t *const  seg = path->first->next;

    return (seg != NULL
            && (seg->kind == CKP_SEG_NAME || seg->kind == CKP_SEG_KEY))
           ? seg->name : NULL;
}
