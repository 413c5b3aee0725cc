/*
 * Patterns of paths.  Each star goes back at most once for each character, so
 * that no pattern takes longer than its length times that of the path.
 */

#include "trigger/glob.h"

#include <string.h>


/* A set "[...]" at p: does it have c?  *end is behind it; NULL: it is none. */

static bool
glob_set(const char *p, char c, const char **end)
{
    const bool  inverse = p[1] == '!' || p[1] == '^';
    bool        has = false;

    p += inverse ? 2 : 1;
    *end = NULL;

    for (const char *first = p; *p != '\0' && (*p != ']' || p == first); p++) {
        if (p[1] == '-' && p[2] != ']' && p[2] != '\0') {
            has = has || (c >= p[0] && c <= p[2]);
            p += 2;

        } else {
            has = has || c == *p;
        }
    }

    if (*p == ']') {
        *end = p + 1;
    }

    return has != inverse && c != '/';
}


/* One character of both; *p goes behind what it took. */

static bool
glob_one(const char **p, char c)
{
    const char  *end;
    bool         has;

    if (**p == '[') {
        has = glob_set(*p, c, &end);

        if (end != NULL) {
            *p = end;
            return has;
        }
    }

    if ((**p == '?' && c != '/') || **p == c) {
        *p += 1;
        return true;
    }

    return false;
}


/* A star of a name never takes a slash, nor the dot that hides a name. */

bool
ckp_glob_fits(const char *pattern, const char *path)
{
    const char  *p = pattern;
    const char  *s = path;
    const char  *star = NULL;           /* behind the last "*" */
    const char  *star_s = NULL;
    const char  *deep = NULL;           /* behind the last double star */
    const char  *deep_s = NULL;
    bool         folders = false;       /* it takes whole segments */

    while (*s != '\0' || *p != '\0') {
        const bool  begins = s == path || s[-1] == '/';

        if (strncmp(p, "**", 2) == 0) {
            folders = p[2] == '/';
            p += folders ? 3 : 2;
            deep = p;
            deep_s = s;
            star = NULL;
            continue;
        }

        if (*p == '*' && !(begins && *s == '.')) {
            star = ++p;
            star_s = s;
            continue;
        }

        if (*s != '\0' && !(begins && *s == '.' && *p != '.')
            && glob_one(&p, *s))
        {
            s++;
            continue;
        }

        if (star != NULL && *star_s != '\0' && *star_s != '/') {
            p = star;
            s = ++star_s;
            continue;
        }

        if (deep == NULL || *deep_s == '\0') {
            return false;
        }

        /* the double star takes more, but no hidden name */

        if (*deep_s == '.' && (deep_s == path || deep_s[-1] == '/')) {
            return false;
        }

        deep_s += folders ? strcspn(deep_s, "/") : 0;

        if (*deep_s == '\0') {
            return false;
        }

        deep_s++;
        star = NULL;
        p = deep;
        s = deep_s;
    }

    return true;
}


size_t
ckp_glob_root(const char *path)
{
    const size_t  first = strcspn(path, "*?[");
    size_t        at = first;

    if (path[first] == '\0') {
        return first;
    }

    while (at > 0 && path[at - 1] != '/') {
        at--;
    }

    return at;
}
