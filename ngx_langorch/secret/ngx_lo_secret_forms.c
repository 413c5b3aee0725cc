/*
 * The forms in which a secret comes back: as it is, and as it stands in a JSON
 * text, in an address or in a form, when somebody says again what he heard.
 */

#include "secret/ngx_lo_secret_int.h"

#define NGX_LO_SECRET_FORM  (1024 * 1024)   /* bytes of one */


/* Under a handle that nobody wrote: it is put into nothing. */

static ngx_int_t
ngx_lo_secret_form(json_t *texts, const char *form, size_t len)
{
    char  handle[37];

    ngx_lo_uuid(handle);

    return json_object_set_new(texts, handle,
                               json_stringn_nocheck(form, len)) == 0
           ? NGX_OK : NGX_ERROR;
}


/* As it stands between the quotes of a JSON text; `also` is a character that
 * some write with a backslash, 0: none.  New; NULL: no memory. */

static json_t *
ngx_lo_secret_escaped(const json_t *text, char also)
{
    char        *dump;
    size_t       len;
    json_t      *out;
    ckp_buf_t    b;
    const char  *p;

    dump = ckp_json_text(text);

    if (dump == NULL) {
        return NULL;
    }

    len = ngx_strlen(dump);
    ckp_buf_init(&b, NGX_LO_SECRET_FORM);

    for (p = dump + 1; p < dump + len - 1; p++) {
        if (also != '\0' && *p == also) {
            ckp_buf_put(&b, "\\", 1);
        }

        ckp_buf_put(&b, p, 1);
    }

    out = (b.failed == CKP_OK)
          ? json_stringn_nocheck(ckp_buf_str(&b), b.len) : NULL;

    ckp_overwrite(dump, len);
    ckp_overwrite(b.data, b.len);
    ckp_free(dump);
    ckp_buf_free(&b);

    return out;
}


/* Once, and once more: a JSON text that has the text of another in it. */

static ngx_int_t
ngx_lo_secret_in_json(json_t *texts, const json_t *text, char also)
{
    json_t      *once, *twice;
    ngx_int_t    rc;

    once = ngx_lo_secret_escaped(text, also);
    twice = once ? ngx_lo_secret_escaped(once, '\0') : NULL;
    rc = NGX_ERROR;

    if (twice != NULL) {
        rc = (json_string_length(once) == json_string_length(text)) ? NGX_OK
             : (ngx_lo_secret_form(texts, json_string_value(once),
                                   json_string_length(once)) != NGX_OK)
               ? NGX_ERROR
             : ngx_lo_secret_form(texts, json_string_value(twice),
                                  json_string_length(twice));
    }

    ngx_lo_secrets_wipe(once);
    ngx_lo_secrets_wipe(twice);

    return rc;
}


static ngx_int_t
ngx_lo_secret_in_url(json_t *texts, const json_t *text, const char *space)
{
    ngx_int_t    rc;
    ckp_buf_t    b;
    const char  *p;

    ckp_buf_init(&b, NGX_LO_SECRET_FORM);

    for (p = json_string_value(text); *p != '\0'; p++) {

        if (*p == ' ') {
            ckp_buf_puts(&b, space);

        } else if ((*p >= '0' && *p <= '9') || (*p >= 'a' && *p <= 'z')
                   || (*p >= 'A' && *p <= 'Z') || ngx_strchr("-._~", *p))
        {
            ckp_buf_put(&b, p, 1);

        } else {
            ckp_buf_printf(&b, "%%%02X", (unsigned) (u_char) *p);
        }
    }

    rc = (b.failed != CKP_OK) ? NGX_ERROR
         : (b.len == json_string_length(text) && *space == '%') ? NGX_OK
         : ngx_lo_secret_form(texts, ckp_buf_str(&b), b.len);

    ckp_overwrite(b.data, b.len);
    ckp_buf_free(&b);

    return rc;
}


static ngx_int_t
ngx_lo_secret_forms(json_t *texts, const json_t *text)
{
    const char  *value;

    value = json_string_value(text);

    if (json_string_length(text) < NGX_LO_SECRET_LEAST
        || json_string_length(text) > NGX_LO_SECRET_FORM / 8)
    {
        return NGX_OK;
    }

    if (ngx_lo_secret_in_json(texts, text, '\0') != NGX_OK
        || ngx_lo_secret_in_url(texts, text, "%20") != NGX_OK)
    {
        return NGX_ERROR;
    }

    if (ngx_strchr(value, '/') != NULL
        && ngx_lo_secret_in_json(texts, text, '/') != NGX_OK)
    {
        return NGX_ERROR;
    }

    return (ngx_strchr(value, ' ') == NULL) ? NGX_OK
           : ngx_lo_secret_in_url(texts, text, "+");
}


ngx_int_t
ngx_lo_secrets_widen(json_t *texts)
{
    size_t       i;
    json_t      *all, *text;
    ngx_int_t    rc;
    const char  *handle;

    /* an object that grows is not walked over */

    all = json_array();
    rc = (all != NULL) ? NGX_OK : NGX_ERROR;

    json_object_foreach(texts, handle, text) {
        if (json_array_append(all, text) != 0) {
            rc = NGX_ERROR;
        }
    }

    json_array_foreach(all, i, text) {
        if (rc == NGX_OK) {
            rc = ngx_lo_secret_forms(texts, text);
        }
    }

    json_decref(all);

    return rc;
}


ngx_int_t
ngx_lo_secrets_hide(json_t **texts, const char *text)
{
    json_t     *s;
    ngx_int_t   rc;

    if (*texts == NULL) {
        *texts = json_object();
    }

    s = json_string_nocheck(text);

    rc = (s != NULL && *texts != NULL
          && ngx_lo_secret_form(*texts, text, ngx_strlen(text)) == NGX_OK)
         ? ngx_lo_secret_forms(*texts, s) : NGX_ERROR;

    ngx_lo_secrets_wipe(s);

    return rc;
}
