/*
 * The key under which the site seals secrets: 32 bytes in a file of its own,
 * raw, in hexadecimal or in base64.  It is read with the configuration, so the
 * file needs to be readable for the master only.
 */

#include "core/ngx_lo_core_int.h"

#define NGX_LO_KEY_LEN   32
#define NGX_LO_KEY_FILE  256            /* bytes; none of its forms is longer */


static ngx_int_t ngx_lo_conf_key_read(ngx_conf_t *cf, ngx_str_t *path,
    u_char *text, size_t *len);
static ngx_uint_t ngx_lo_conf_key_decode(u_char *text, size_t len,
    u_char *key);


char *
ngx_lo_conf_key(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    u_char               text[NGX_LO_KEY_FILE + 1];
    size_t               len;
    ngx_int_t            rc;
    ngx_str_t           *value, path;
    ngx_uint_t           good;
    ngx_lo_main_conf_t  *mcf = conf;

    if (mcf->secrets_key_file.len != 0) {
        return "is duplicate";
    }

    value = cf->args->elts;
    path = value[1];

    if (path.len == 0) {
        return "is empty";
    }

    if (ngx_conf_full_name(cf->cycle, &path, 1) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    mcf->secrets_key_file = path;
    rc = ngx_lo_conf_key_read(cf, &path, text, &len);

    if (rc == NGX_DECLINED) {

        /* the site works without secrets of its own */

        return NGX_CONF_OK;
    }

    if (rc != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    good = ngx_lo_conf_key_decode(text, len, mcf->secrets_key);
    ngx_explicit_memzero(text, sizeof(text));

    if (!good) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is no key: it must hold 32 bytes, or their"
                           " hexadecimal or base64 form", &path);
        return NGX_CONF_ERROR;
    }

    mcf->secrets_open = 1;

    return NGX_CONF_OK;
}


/* NGX_DECLINED: there is no such file. */

static ngx_int_t
ngx_lo_conf_key_read(ngx_conf_t *cf, ngx_str_t *path, u_char *text,
    size_t *len)
{
    ssize_t          n;
    ngx_fd_t         fd;
    ngx_file_info_t  fi;

    fd = ngx_open_file(path->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {

        if (ngx_errno == NGX_ENOENT) {
            ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                               "\"%V\" is not there: secrets are locked", path);
            return NGX_DECLINED;
        }

        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", path);
        return NGX_ERROR;
    }

    if (ngx_fd_info(fd, &fi) != NGX_FILE_ERROR
        && (ngx_file_access(&fi) & (S_IRWXO)) != 0)
    {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "\"%V\" is open to everybody", path);
    }

    n = ngx_read_fd(fd, text, NGX_LO_KEY_FILE + 1);
    (void) ngx_close_file(fd);

    if (n == -1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_read_fd_n " \"%V\" failed", path);
        return NGX_ERROR;
    }

    *len = (size_t) n;

    return NGX_OK;
}


static ngx_uint_t
ngx_lo_conf_key_decode(u_char *text, size_t len, u_char *key)
{
    size_t      i;
    u_char      out[NGX_LO_KEY_FILE];
    ngx_int_t   n;
    ngx_str_t   from, to;

    if (len == NGX_LO_KEY_LEN) {
        ngx_memcpy(key, text, len);
        return 1;
    }

    while (len > 0 && (text[len - 1] == LF || text[len - 1] == CR
                       || text[len - 1] == ' '))
    {
        len--;
    }

    if (len == 2 * NGX_LO_KEY_LEN) {

        for (i = 0; i < NGX_LO_KEY_LEN; i++) {
            n = ngx_hextoi(text + 2 * i, 2);

            if (n == NGX_ERROR) {
                return 0;
            }

            key[i] = (u_char) n;
        }

        return 1;
    }

    from.data = text;
    from.len = len;
    to.data = out;

    if (len > NGX_LO_KEY_FILE / 2 || ngx_decode_base64(&to, &from) != NGX_OK
        || to.len != NGX_LO_KEY_LEN)
    {
        return 0;
    }

    ngx_memcpy(key, out, NGX_LO_KEY_LEN);
    ngx_explicit_memzero(out, sizeof(out));

    return 1;
}
