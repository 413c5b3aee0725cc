/*
 * Names of artifacts: refused, recognised, written as addresses.
 */

#include "base/artifact.h"

#include <string.h>
#include "value/json.h"

#include "base/err.h"


/* --- what may be a path ------------------------------------------------------ */

static bool
artifact_is_segment(const char *s, size_t len)
{
    if (len == 0 || len > CKP_ARTIFACT_SEGMENT_MAX
        || (len == 1 && s[0] == '.')
        || (len == 2 && s[0] == '.' && s[1] == '.'))
    {
        return false;
    }

    for (size_t i = 0; i < len; i++) {
        const unsigned char  c = (unsigned char) s[i];

        if (c < 0x20 || c == 0x7f || c == '\\') {
            return false;
        }
    }

    return true;
}


/* What is no UTF-8 is no text of JSON either. */

static bool
artifact_is_text(const char *s, size_t len)
{
    json_t *const  text = json_stringn(s, len);
    const bool     is = text != NULL;

    json_decref(text);

    return is;
}


bool
ckp_artifact_is_path(const char *path, size_t len)
{
    size_t  at = 0;
    size_t  n = 0;

    if (len == 0 || len > CKP_ARTIFACT_PATH_MAX || path[0] == '.') {
        return false;
    }

    while (at <= len) {
        const char *const  end = memchr(path + at, '/', len - at);
        const size_t       size = end == NULL ? len - at
                                  : (size_t) (end - path) - at;

        if (++n > CKP_ARTIFACT_SEGMENTS_MAX
            || !artifact_is_segment(path + at, size))
        {
            return false;
        }

        at += size + 1;
    }

    return artifact_is_text(path, len);
}


/* --- what a text means ------------------------------------------------------- */

static int
artifact_digit(char c)
{
    return c >= '0' && c <= '9' ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}


bool
ckp_artifact_decode(const char *text, size_t len, ckp_buf_t *out)
{
    for (size_t i = 0; i < len; i++) {
        int   high;
        int   low;
        char  c = text[i];

        if (c == '%') {
            high = i + 2 < len ? artifact_digit(text[i + 1]) : -1;
            low = high >= 0 ? artifact_digit(text[i + 2]) : -1;

            if (low < 0) {
                return false;
            }

            c = (char) (high * 16 + low);
            i += 2;

            if (c == '/' || c == '\0') {
                return false;
            }
        }

        ckp_buf_put(out, &c, 1);
    }

    return out->failed == CKP_OK;
}


/* What follows a beginning; NULL: the text begins otherwise. */

static const char *
artifact_behind(const char *text, const char *begin)
{
    const size_t  n = strlen(begin);

    return strncmp(text, begin, n) == 0 ? text + n : NULL;
}


/* What follows the folder in an absolute path. */

static const char *
artifact_below(const char *text, const char *root)
{
    size_t  n = root == NULL ? 0 : strlen(root);

    while (n > 0 && root[n - 1] == '/') {
        n--;
    }

    return n > 0 && strncmp(text, root, n) == 0 && text[n] == '/'
           ? text + n + 1 : NULL;
}


/* The part that is a path, and whether it is percent-encoded; NULL: none. */

static const char *
artifact_part(const char *text, const char *root, bool *coded)
{
    const char  *rest;

    *coded = true;
    rest = artifact_behind(text, CKP_ARTIFACT_URI);

    if (rest == NULL) {
        rest = artifact_behind(text, "artifact://");
    }

    if (rest == NULL && (rest = artifact_behind(text, "file://")) != NULL) {
        return artifact_below(rest, root);
    }

    if (rest != NULL) {
        return rest;
    }

    *coded = false;
    rest = artifact_behind(text, "artifacts/");

    return rest != NULL ? rest : artifact_below(text, root);
}


bool
ckp_artifact_path(const char *text, const char *root, ckp_buf_t *path)
{
    const size_t  from = path->len;
    bool          coded;
    const char   *part = artifact_part(text, root, &coded);

    if (part == NULL || strlen(part) > 3 * CKP_ARTIFACT_PATH_MAX) {
        return false;
    }

    if (!coded) {
        ckp_buf_puts(path, part);

    } else if (!ckp_artifact_decode(part, strcspn(part, "?#"), path)) {
        return false;
    }

    return path->failed == CKP_OK && path->len > from
           && ckp_artifact_is_path(path->data + from, path->len - from);
}


/* --- the address ------------------------------------------------------------- */

void
ckp_artifact_uri(ckp_buf_t *uri, const char *path)
{
    static const char  plain[] = "-._~/";

    ckp_buf_puts(uri, CKP_ARTIFACT_URI);

    for (; *path != '\0'; path++) {
        const char  c = *path;

        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
            || (c >= '0' && c <= '9') || strchr(plain, c) != NULL)
        {
            ckp_buf_put(uri, &c, 1);

        } else {
            ckp_buf_printf(uri, "%%%02X", (unsigned) (unsigned char) c);
        }
    }
}
