/*
 * Versions and ranges of versions; see version.h.
 */

#include "base/version.h"

#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define VERSION_PARTS     3
#define VERSION_NAME_MAX  64


typedef struct {
    uint64_t     part[VERSION_PARTS];
    unsigned     n;             /* parts that were given; x ends them */
    const char  *pre;           /* behind "-"; NULL: none */
    size_t       pre_len;
    bool         well;          /* it is of that shape */
} version_t;


static bool
version_digit(char c)
{
    return c >= '0' && c <= '9';
}


/* Reads a version at `s`; returns what follows it. */

static const char *
version_read(const char *s, version_t *v)
{
    *v = (version_t) { .well = true };

    if (*s == 'v' || *s == 'V') {
        s++;
    }

    while (v->n < VERSION_PARTS) {
        if (*s == 'x' || *s == 'X' || *s == '*') {
            s++;

            while (*s == '.' || *s == 'x' || *s == 'X' || *s == '*') {
                s++;
            }

            return s;
        }

        if (!version_digit(*s)) {
            v->well = false;
            return s;
        }

        while (version_digit(*s)) {
            if (v->part[v->n] < UINT64_MAX / 10 - 10) {
                v->part[v->n] = v->part[v->n] * 10 + (uint64_t) (*s - '0');
            }

            s++;
        }

        v->n++;

        if (*s != '.') {
            break;
        }

        s++;
    }

    if (*s == '-') {
        v->pre = ++s;
        v->pre_len = strcspn(s, "+ ");
        s += v->pre_len;
    }

    if (*s == '+') {
        s += strcspn(s, " ");
    }

    return s;
}


static bool
version_whole(const char *s, version_t *v)
{
    return *version_read(s, v) == '\0' && v->well && v->n > 0;
}


/* Pre-releases: numbers by value and before words, part by part. */

static int
version_order_pre(const version_t *a, const version_t *b)
{
    const char *const  ea = a->pre + a->pre_len;
    const char *const  eb = b->pre + b->pre_len;
    const char        *p = a->pre;
    const char        *q = b->pre;

    while (p < ea && q < eb) {
        const size_t  n = strcspn(p, ".+ ");
        const size_t  m = strcspn(q, ".+ ");
        const bool    x = strspn(p, "0123456789") == n;
        const bool    y = strspn(q, "0123456789") == m;
        int           c;

        if (x != y) {
            return x ? -1 : 1;
        }

        c = x && n != m ? (n < m ? -1 : 1)
            : memcmp(p, q, n < m ? n : m);
        c = c == 0 && n != m ? (n < m ? -1 : 1) : c;

        if (c != 0) {
            return c < 0 ? -1 : 1;
        }

        p += n + (p + n < ea);
        q += m + (q + m < eb);
    }

    return p < ea ? 1 : q < eb ? -1 : 0;
}


static int
version_compare(const version_t *a, const version_t *b)
{
    for (unsigned i = 0; i < VERSION_PARTS; i++) {
        if (a->part[i] != b->part[i]) {
            return a->part[i] < b->part[i] ? -1 : 1;
        }
    }

    if (a->pre == NULL || b->pre == NULL) {
        return a->pre == b->pre ? 0 : a->pre == NULL ? 1 : -1;
    }

    return version_order_pre(a, b);
}


int
ckp_version_order(const char *a, const char *b)
{
    version_t   x;
    version_t   y;
    const bool  wa = version_whole(a, &x);
    const bool  wb = version_whole(b, &y);
    int         c;

    if (wa && wb) {
        return version_compare(&x, &y);
    }

    if (wa != wb) {
        return wa ? 1 : -1;
    }

    c = strcmp(a, b);

    return c < 0 ? -1 : c > 0;
}


bool
ckp_version_is_range(const char *text)
{
    version_t  v;

    if (strpbrk(text, "^~<>=* ") != NULL) {
        return true;
    }

    return version_whole(text, &v) && strpbrk(text, "xX") != NULL
           && v.n < VERSION_PARTS;
}


/* v lies between `low` and the next of its part number `part`. */

static bool
version_within(const version_t *low, unsigned part, const version_t *v)
{
    if (version_compare(v, low) < 0) {
        return false;
    }

    for (unsigned i = 0; i <= part && i < VERSION_PARTS; i++) {
        if (v->part[i] != low->part[i]) {
            return false;
        }
    }

    return true;
}


/* One part of a range, its operator read. */

static bool
version_holds(const char *op, size_t len, const version_t *at,
    const version_t *v)
{
    const int  c = version_compare(v, at);

    if (len == 0 || (len == 1 && *op == '=')) {
        return at->n == 0 ? true
               : at->n == VERSION_PARTS ? c == 0
               : version_within(at, at->n - 1, v);
    }

    if (*op == '^') {
        unsigned  part = 0;

        while (part + 1 < at->n && at->part[part] == 0) {
            part++;
        }

        return version_within(at, part, v);
    }

    if (*op == '~') {
        return version_within(at, at->n > 1 ? 1 : 0, v);
    }

    if (*op == '>') {

        /* "> 1.2" leaves all of 1.2 behind */

        return len == 2 ? c >= 0
               : c > 0 && (at->n == VERSION_PARTS || at->n == 0
                           || !version_within(at, at->n - 1, v));
    }

    return len == 2 ? c <= 0 || (at->n > 0 && at->n < VERSION_PARTS
                                 && version_within(at, at->n - 1, v))
                    : c < 0;
}


typedef struct {
    const char  *op;
    size_t       len;
    version_t    at;
    bool         well;
} version_part_t;


/* The next part of a range; false: there is none. */

static bool
version_part(const char **text, version_part_t *part)
{
    const char  *p = *text + strspn(*text, " ");

    if (*p == '\0') {
        return false;
    }

    part->op = p;
    part->len = strspn(p, "^~<>=");
    p += part->len + strspn(p + part->len, " ");
    p = version_read(p, &part->at);
    part->well = part->at.well && part->len <= 2
                 && (*p == '\0' || *p == ' ');
    *text = p;

    return true;
}


bool
ckp_version_fits(const char *range, const char *version)
{
    version_t       v;
    version_part_t  part;
    const char     *p = range;

    if (strcmp(range, version) == 0) {
        return true;
    }

    if (!ckp_version_is_range(range) || !version_whole(version, &v)
        || (v.pre != NULL && strchr(range, '-') == NULL))
    {
        return false;
    }

    while (version_part(&p, &part)) {
        if (!part.well || !version_holds(part.op, part.len, &part.at, &v)) {
            return false;
        }
    }

    return true;
}


static bool
version_is_op(const version_part_t *part)
{
    static const char *const  ops[] = { "", "^", "~", "<", ">", "=", "<=",
                                        ">=", NULL };

    for (size_t i = 0; ops[i] != NULL; i++) {
        if (strlen(ops[i]) == part->len
            && strncmp(ops[i], part->op, part->len) == 0)
        {
            return true;
        }
    }

    return false;
}


static ckp_version_kind_t
version_range(const char *text)
{
    version_part_t  part;
    bool            some = false;

    while (version_part(&text, &part)) {
        if (!part.well || !version_is_op(&part)) {
            return CKP_VERSION_WRONG;
        }

        some = true;
    }

    return some ? CKP_VERSION_RANGE : CKP_VERSION_WRONG;
}


/* As a version is called, by its letters (spec/api.md 1.3). */

static bool
version_is_name(const char *text)
{
    static const char  letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    const size_t       n = strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                  "abcdefghijklmnopqrstuvwxyz0123456789._+-");

    return n > 0 && n <= VERSION_NAME_MAX && text[n] == '\0'
           && strchr(letters, text[0]) != NULL;
}


ckp_version_kind_t
ckp_version_kind(const char *text)
{
    if (strcmp(text, "latest") == 0) {
        return CKP_VERSION_LATEST;
    }

    if (text[0] == '@') {
        return strcmp(text, "@dev") == 0 || strcmp(text, "@qa") == 0
               || strcmp(text, "@prod") == 0 ? CKP_VERSION_CHANNEL
                                             : CKP_VERSION_WRONG;
    }

    if (ckp_version_is_range(text)) {
        return version_range(text);
    }

    return version_is_name(text) ? CKP_VERSION_EXACT : CKP_VERSION_WRONG;
}
