/*
 * Two documents as texts, line by line: the shortest way from one to the other
 * (Myers), as long as it is short; else what lies between their common ends is
 * all new.
 */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/mem.h"
#include "study/diff_int.h"

#define LINES_TEXT_MAX  (64 * 1024 * 1024)

/* More differences than this are not told apart: time and memory grow with
 * their square. */
#define LINES_EDITS_MAX  600

typedef struct {
    const char  *text;
    size_t       len;
    uint64_t     hash;
} lines_line_t;

typedef struct {
    ckp_buf_t      text;
    lines_line_t  *line;
    size_t         n;
} lines_doc_t;

/* In the part between the common ends: how far each diagonal has come. */
typedef struct {
    const lines_line_t  *a;
    const lines_line_t  *b;
    int                  na;
    int                  nb;
    int                 *reach;         /* of the present round */
    int                **rounds;        /* copies of the rounds before */
    int                  nrounds;
} lines_way_t;


/* --- printing ------------------------------------------------------------------- */

static int
lines_compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *) a, *(const char *const *) b);
}


static void
lines_indent(ckp_buf_t *b, size_t depth)
{
    ckp_buf_put(b, "\n", 1);

    for (size_t i = 0; i < depth; i++) {
        ckp_buf_put(b, "  ", 2);
    }
}


static void lines_print(ckp_buf_t *b, const json_t *v, size_t depth);


static void
lines_object(ckp_buf_t *b, const json_t *v, size_t depth)
{
    const size_t   n = json_object_size(v);
    const char   **keys = ckp_alloc((n + 1) * sizeof(char *));
    const char    *key;
    json_t        *value;
    size_t         i = 0;

    if (keys == NULL) {
        b->failed = CKP_E_NOMEM;
        return;
    }

    json_object_foreach((json_t *) v, key, value) {
        keys[i++] = key;
    }

    qsort(keys, n, sizeof(char *), lines_compare);
    ckp_buf_put(b, "{", 1);

    for (i = 0; i < n; i++) {
        json_t *const  name = json_string(keys[i]);

        if (name == NULL) {
            b->failed = CKP_E_NOMEM;
            break;
        }

        lines_indent(b, depth + 1);
        ckp_json_put(b, name);
        ckp_buf_put(b, ": ", 2);
        lines_print(b, json_object_get(v, keys[i]), depth + 1);
        ckp_buf_puts(b, i + 1 < n ? "," : "");
        json_decref(name);
    }

    lines_indent(b, depth);
    ckp_buf_put(b, "}", 1);
    ckp_free(keys);
}


/* As deep as documents nest, which is bounded when they are parsed. */
static void
lines_print(ckp_buf_t *b, const json_t *v, size_t depth)
{
    const size_t  n = json_array_size(v);

    if (json_object_size(v) > 0) {
        lines_object(b, v, depth);
        return;
    }

    if (n == 0) {
        ckp_json_put(b, v);
        return;
    }

    ckp_buf_put(b, "[", 1);

    for (size_t i = 0; i < n; i++) {
        lines_indent(b, depth + 1);
        lines_print(b, json_array_get(v, i), depth + 1);
        ckp_buf_puts(b, i + 1 < n ? "," : "");
    }

    lines_indent(b, depth);
    ckp_buf_put(b, "]", 1);
}


static uint64_t
lines_hash(const char *text, size_t len)
{
    uint64_t  h = 14695981039346656037u;

    for (size_t i = 0; i < len; i++) {
        h = (h ^ (unsigned char) text[i]) * 1099511628211u;
    }

    return h;
}


static ckp_code_t
lines_cut(lines_doc_t *d, const json_t *doc)
{
    const char  *p;
    size_t       n = 1;

    ckp_buf_init(&d->text, LINES_TEXT_MAX);
    lines_print(&d->text, doc, 0);

    if (d->text.failed != CKP_OK) {
        return (ckp_code_t) d->text.failed;
    }

    p = ckp_buf_str(&d->text);

    for (size_t i = 0; p[i] != '\0'; i++) {
        n += p[i] == '\n';
    }

    if (n > CKP_DIFF_LINES_MAX) {
        return CKP_E_LIMIT;
    }

    d->line = ckp_calloc(n * sizeof(lines_line_t));

    for (d->n = 0; d->line != NULL && d->n < n; d->n++) {
        const size_t  len = strcspn(p, "\n");

        d->line[d->n] = (lines_line_t) { p, len, lines_hash(p, len) };
        p += len + 1;
    }

    return d->line == NULL ? CKP_E_NOMEM : CKP_OK;
}


static bool
lines_same(const lines_line_t *a, const lines_line_t *b)
{
    return a->hash == b->hash && a->len == b->len
           && memcmp(a->text, b->text, a->len) == 0;
}


/* --- the way ---------------------------------------------------------------------- */

/* One more edit on each diagonal.  true: the end is reached. */
static bool
way_round(lines_way_t *w, int d)
{
    int *const  v = w->reach + LINES_EDITS_MAX + 1;

    for (int k = -d; k <= d; k += 2) {
        int  x = k == -d || (k != d && v[k - 1] < v[k + 1]) ? v[k + 1]
                                                            : v[k - 1] + 1;
        int  y = x - k;

        while (x < w->na && y < w->nb && x >= 0 && y >= 0
               && lines_same(&w->a[x], &w->b[y]))
        {
            x++;
            y++;
        }

        v[k] = x;

        if (x >= w->na && y >= w->nb) {
            return true;
        }
    }

    return false;
}


/* 1: found, in w->nrounds; 0: too far; -1: no memory. */
static int
way_find(lines_way_t *w)
{
    const size_t  size = (2 * LINES_EDITS_MAX + 3) * sizeof(int);

    w->reach = ckp_calloc(size);
    w->rounds = ckp_calloc((LINES_EDITS_MAX + 1) * sizeof(int *));

    if (w->reach == NULL || w->rounds == NULL) {
        return -1;
    }

    for (int d = 0; d <= LINES_EDITS_MAX; d++) {
        int *const  copy = ckp_alloc((size_t) (2 * d + 3) * sizeof(int));

        if (copy == NULL) {
            return -1;
        }

        /* diagonals -d-1 .. d+1 as they were before this round */

        memcpy(copy, w->reach + LINES_EDITS_MAX - d,
               (size_t) (2 * d + 3) * sizeof(int));
        w->rounds[w->nrounds++] = copy;

        if (way_round(w, d)) {
            return 1;
        }
    }

    return 0;
}


/* From the end back: which lines of both stay.  keep_a[x] = y + 1, or 0. */
static void
way_back(const lines_way_t *w, int *keep)
{
    int  x = w->na;
    int  y = w->nb;

    for (int d = w->nrounds - 1; d >= 0; d--) {
        const int *const  v = w->rounds[d] + d + 1;
        const int         k = x - y;
        const int         prev = k == -d || (k != d && v[k - 1] < v[k + 1])
                                 ? k + 1 : k - 1;
        const int         px = d == 0 ? 0 : v[prev];
        const int         py = d == 0 ? 0 : px - prev;

        while (x > px && y > py) {
            x--;
            y--;
            keep[x] = y + 1;
        }

        x = px;
        y = py;
    }
}


static void
way_free(lines_way_t *w)
{
    for (int i = 0; i < w->nrounds; i++) {
        ckp_free(w->rounds[i]);
    }

    ckp_free(w->rounds);
    ckp_free(w->reach);
}


/* --- telling ------------------------------------------------------------------------ */

static int
lines_tell(json_t *list, const char *kind, const lines_line_t *line, size_t a,
    size_t b)
{
    return json_array_append_new(list, json_pack("{s:s, s:o, s:o, s:s%}",
               "kind", kind,
               "a", a == 0 ? json_null() : json_integer((json_int_t) a),
               "b", b == 0 ? json_null() : json_integer((json_int_t) b),
               "text", line->text, line->len));
}


/* keep: of the lines a[from .. from + n), as way_back has it; NULL: none. */
static json_t *
lines_list(const lines_doc_t *a, const lines_doc_t *b, size_t from, size_t n,
    const int *keep)
{
    json_t *const  list = json_array();
    size_t         x = 0;
    size_t         y = 0;
    int            bad = list == NULL;

    while (x < a->n || y < b->n) {
        const bool    middle = x >= from && x < from + n;
        const size_t  to = middle ? (keep == NULL || keep[x - from] == 0
                                     ? 0 : from + (size_t) keep[x - from])
                                  : x < from ? x + 1 : b->n - (a->n - x) + 1;

        if (x < a->n && to == 0) {
            bad |= lines_tell(list, "del", &a->line[x], x + 1, 0);
            x++;

        } else if (y < b->n && (x == a->n || y + 1 < to)) {
            bad |= lines_tell(list, "add", &b->line[y], 0, y + 1);
            y++;

        } else {
            bad |= lines_tell(list, "same", &a->line[x], x + 1, y + 1);
            x++;
            y++;
        }
    }

    if (bad != 0) {
        json_decref(list);
        return NULL;
    }

    return list;
}


static json_t *
lines_diff(const lines_doc_t *a, const lines_doc_t *b)
{
    size_t        from = 0;
    size_t        na = a->n;
    size_t        nb = b->n;
    lines_way_t   w;
    int          *keep;
    int           found;
    json_t       *list = NULL;

    while (from < na && from < nb && lines_same(&a->line[from],
                                                &b->line[from]))
    {
        from++;
    }

    while (na > from && nb > from && lines_same(&a->line[na - 1],
                                                &b->line[nb - 1]))
    {
        na--;
        nb--;
    }

    w = (lines_way_t) { .a = a->line + from, .b = b->line + from,
                        .na = (int) (na - from), .nb = (int) (nb - from) };
    keep = ckp_calloc((na - from + 1) * sizeof(int));
    found = keep == NULL ? -1 : way_find(&w);

    if (found == 1) {
        way_back(&w, keep);
    }

    if (found >= 0) {
        list = lines_list(a, b, from, na - from, found == 1 ? keep : NULL);
    }

    way_free(&w);
    ckp_free(keep);

    return list;
}


json_t *
ckp_diff_lines(const json_t *from, const json_t *to)
{
    lines_doc_t  a = { .n = 0 };
    lines_doc_t  b = { .n = 0 };
    ckp_code_t   rc = lines_cut(&a, from);
    json_t      *list = NULL;

    if (rc == CKP_OK) {
        rc = lines_cut(&b, to);
    }

    if (rc == CKP_OK && a.n + b.n > CKP_DIFF_LINES_MAX) {
        rc = CKP_E_LIMIT;
    }

    if (rc == CKP_OK) {
        list = lines_diff(&a, &b);

    } else if (rc == CKP_E_LIMIT) {
        list = json_null();
    }

    ckp_free(a.line);
    ckp_free(b.line);
    ckp_buf_free(&a.text);
    ckp_buf_free(&b.text);

    return list;
}
