/*
 * Directives about credentials that the site checks itself.  What is secret is
 * in files of its own, which the master reads.
 */

#include "auth/ngx_lo_auth_conf.h"
#include "core/ngx_lo_core.h"

#define NGX_LO_AUTH_FILE     4096       /* bytes */
#define NGX_LO_AUTH_KEYS     (64 * 1024)
#define NGX_LO_AUTH_VALID    600000     /* ms that fetched keys count */


typedef char *(*ngx_lo_auth_set_pt)(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac,
    ngx_str_t *value);


static char *ngx_lo_auth_secret(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac,
    ngx_str_t *value);
static char *ngx_lo_auth_keys(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac,
    ngx_str_t *value);
static ngx_uint_t ngx_lo_auth_is_url(const ngx_str_t *s);
static char *ngx_lo_auth_keys_url(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac,
    ngx_str_t *value);
static char *ngx_lo_auth_oidc(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac,
    ngx_str_t *value);
static char *ngx_lo_auth_issuer(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac,
    ngx_str_t *value);
static char *ngx_lo_auth_audience(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac,
    ngx_str_t *value);
static char *ngx_lo_auth_claim(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac,
    ngx_str_t *value);
static char *ngx_lo_auth_projects(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac,
    ngx_str_t *value);
static char *ngx_lo_auth_sso(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac,
    ngx_str_t *value);
static char *ngx_lo_auth_admin(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac,
    ngx_str_t *value);
static ngx_int_t ngx_lo_auth_file(ngx_conf_t *cf, ngx_str_t *path,
    ngx_uint_t shown, u_char *text, size_t *len);


static const struct {
    const char          *name;
    ngx_lo_auth_set_pt   set;
} ngx_lo_auth_sets[] = {
    { "langorch_jwt_secret", ngx_lo_auth_secret },
    { "langorch_jwt_keys", ngx_lo_auth_keys },
    { "langorch_jwt_issuer", ngx_lo_auth_issuer },
    { "langorch_jwt_audience", ngx_lo_auth_audience },
    { "langorch_jwt_roles", ngx_lo_auth_claim },
    { "langorch_jwt_projects", ngx_lo_auth_projects },
    { "langorch_sso", ngx_lo_auth_sso },
    { "langorch_oidc", ngx_lo_auth_oidc },
    { "langorch_admin", ngx_lo_auth_admin }
};


const ngx_lo_auth_conf_t *
ngx_lo_auth_conf(void)
{
    ngx_lo_main_conf_t  *mcf;

    static const ngx_lo_auth_conf_t  none;

    mcf = ngx_lo_conf();

    return (mcf != NULL && mcf->auth != NULL) ? mcf->auth : &none;
}


char *
ngx_lo_auth_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    ngx_uint_t           i;
    ngx_lo_auth_conf_t  *ac;
    ngx_lo_main_conf_t  *mcf = conf;

    if (mcf->auth == NULL) {
        ac = ngx_pcalloc(cf->pool, sizeof(ngx_lo_auth_conf_t));
        if (ac == NULL) {
            return NGX_CONF_ERROR;
        }

        mcf->auth = ac;
    }

    for (i = 0; i < sizeof(ngx_lo_auth_sets) / sizeof(ngx_lo_auth_sets[0]);
         i++)
    {
        if (ngx_strcmp(cmd->name.data, ngx_lo_auth_sets[i].name) == 0) {
            return ngx_lo_auth_sets[i].set(cf, mcf->auth, cf->args->elts);
        }
    }

    return "is not known";
}


static char *
ngx_lo_auth_text(ngx_str_t *field, ngx_str_t *value)
{
    if (field->len != 0) {
        return "is duplicate";
    }

    if (value[1].len == 0) {
        return "is empty";
    }

    *field = value[1];

    return NGX_CONF_OK;
}


static char *
ngx_lo_auth_issuer(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac, ngx_str_t *value)
{
    return ngx_lo_auth_text(&ac->issuer, value);
}


static char *
ngx_lo_auth_audience(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac, ngx_str_t *value)
{
    return ngx_lo_auth_text(&ac->audience, value);
}


static char *
ngx_lo_auth_claim(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac, ngx_str_t *value)
{
    return ngx_lo_auth_text(&ac->claim, value);
}


static char *
ngx_lo_auth_projects(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac, ngx_str_t *value)
{
    return ngx_lo_auth_text(&ac->projects, value);
}


static char *
ngx_lo_auth_sso(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac, ngx_str_t *value)
{
    ngx_str_t  *url;

    url = &value[1];

    if (!(url->len > 1 && url->data[0] == '/' && url->data[1] != '/')
        && !(url->len > 8 && ngx_strncmp(url->data, "https://", 8) == 0))
    {
        return "is neither a path nor an address that begins with https://";
    }

    return ngx_lo_auth_text(&ac->sso, value);
}


static char *
ngx_lo_auth_secret(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac, ngx_str_t *value)
{
    u_char  text[NGX_LO_AUTH_FILE + 1];

    if (ac->secret.len != 0) {
        return "is duplicate";
    }

    ac->secret.len = NGX_LO_AUTH_FILE;

    if (ngx_lo_auth_file(cf, &value[1], 0, text, &ac->secret.len) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (ac->secret.len < NGX_LO_AUTH_SECRET_LEAST) {
        return "names a file with less than 32 bytes";
    }

    ac->secret.data = ngx_pnalloc(cf->pool, ac->secret.len);
    if (ac->secret.data == NULL) {
        return NGX_CONF_ERROR;
    }

    ngx_memcpy(ac->secret.data, text, ac->secret.len);
    ngx_explicit_memzero(text, sizeof(text));

    return NGX_CONF_OK;
}


static char *
ngx_lo_auth_keys(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac, ngx_str_t *value)
{
    u_char      *text;
    size_t       len;
    const char  *why;

    if (ngx_lo_auth_is_url(&value[1])) {
        return ngx_lo_auth_keys_url(cf, ac, value);
    }

    if (cf->args->nelts > 2) {
        return "has a time for addresses only";
    }

    if (ac->keys != NULL) {
        return "is duplicate";
    }

    len = NGX_LO_AUTH_KEYS;
    text = ngx_pnalloc(cf->temp_pool, len + 1);

    if (text == NULL
        || ngx_lo_auth_file(cf, &value[1], 1, text, &len) != NGX_OK)
    {
        return NGX_CONF_ERROR;
    }

    ac->keys = ngx_lo_jwks_new(cf->pool, (char *) text, len, &why);

    if (ac->keys == NULL) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" is no set of keys: %s", &value[1], why);
        return NGX_CONF_ERROR;
    }

    return NGX_CONF_OK;
}


static ngx_uint_t
ngx_lo_auth_is_url(const ngx_str_t *s)
{
    return (s->len > 8 && ngx_strncmp(s->data, "https://", 8) == 0)
           || (s->len > 7 && ngx_strncmp(s->data, "http://", 7) == 0);
}


/* What proves who somebody is comes over TLS, or from this machine. */

ngx_uint_t
ngx_lo_auth_is_safe(const ngx_str_t *s)
{
    ngx_uint_t  i;

    static const ngx_str_t  here[] = {
        ngx_string("https://"), ngx_string("http://127.0.0.1:"),
        ngx_string("http://127.0.0.1/"), ngx_string("http://[::1]:"),
        ngx_string("http://localhost:"), ngx_string("http://localhost/")
    };

    for (i = 0; i < sizeof(here) / sizeof(here[0]); i++) {
        if (s->len > here[i].len
            && ngx_strncmp(s->data, here[i].data, here[i].len) == 0)
        {
            return 1;
        }
    }

    return 0;
}


static char *
ngx_lo_auth_keys_url(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac, ngx_str_t *value)
{
    ngx_int_t  ms;

    if (ac->keys_url != NULL) {
        return "is duplicate";
    }

    if (!ngx_lo_auth_is_safe(&value[1])) {
        return "does not begin with https:// and is not this machine's";
    }

    ms = NGX_LO_AUTH_VALID;

    if (cf->args->nelts > 2) {
        ms = ngx_parse_time(&value[2], 0);

        if (ms == NGX_ERROR || ms < 1000 || ms > 7 * 86400000) {
            return "has no time of a second to a week";
        }
    }

    ac->keys_url = (const char *) value[1].data;
    ac->keys_valid = (ngx_msec_t) ms;

    return NGX_CONF_OK;
}


/* "name=value" of langorch_oidc.  NULL: it is taken; else what is wrong. */

static char *
ngx_lo_auth_oidc_word(ngx_lo_oidc_t *o, const ngx_str_t *word)
{
    size_t      n;
    ngx_str_t   url;
    ngx_uint_t  k;

    static const struct {
        const char  *word;
        size_t       at;
        ngx_uint_t   url;
    } words[] = {
        { "client=", offsetof(ngx_lo_oidc_t, client), 0 },
        { "secret=", offsetof(ngx_lo_oidc_t, secret), 0 },
        { "authorize=", offsetof(ngx_lo_oidc_t, authorize), 1 },
        { "token=", offsetof(ngx_lo_oidc_t, token), 1 },
        { "scope=", offsetof(ngx_lo_oidc_t, scope), 0 },
        { "name=", offsetof(ngx_lo_oidc_t, name), 0 },
        { "groups=", offsetof(ngx_lo_oidc_t, groups), 0 }
    };

    for (k = 0; k < sizeof(words) / sizeof(words[0]); k++) {
        n = ngx_strlen(words[k].word);

        if (word->len <= n
            || ngx_strncmp(word->data, words[k].word, n) != 0)
        {
            continue;
        }

        url.data = word->data + n;
        url.len = word->len - n;

        if (words[k].url && !ngx_lo_auth_is_safe(&url)) {
            return "has an address that neither begins with https:// nor is"
                   " this machine's";
        }

        *(const char **) ((u_char *) o + words[k].at)
            = (const char *) url.data;

        return NULL;
    }

    return "has an argument that is none";
}


/* langorch_oidc issuer argument=value ... */

static char *
ngx_lo_auth_oidc(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac, ngx_str_t *value)
{
    char           *why;
    ngx_uint_t      i;
    ngx_lo_oidc_t  *o;

    if (ac->oidc != NULL) {
        return "is duplicate";
    }

    o = ngx_pcalloc(cf->pool, sizeof(ngx_lo_oidc_t));
    if (o == NULL) {
        return NGX_CONF_ERROR;
    }

    ac->oidc = o;
    o->issuer = (const char *) value[1].data;
    o->scope = "openid profile email";
    o->name = "preferred_username";

    for (i = 2; i < cf->args->nelts; i++) {
        why = ngx_lo_auth_oidc_word(o, &value[i]);

        if (why != NULL) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"langorch_oidc\" %s: \"%V\"", why,
                               &value[i]);
            return NGX_CONF_ERROR;
        }
    }

    if (o->client == NULL) {
        return "needs client=";
    }

    return ((o->authorize && o->token) || ngx_lo_auth_is_safe(&value[1]))
           ? NGX_CONF_OK
           : "needs authorize= and token=, or an issuer that can be asked for"
             " them: one that begins with https:// or is this machine's";
}


static char *
ngx_lo_auth_admin(ngx_conf_t *cf, ngx_lo_auth_conf_t *ac, ngx_str_t *value)
{
    u_char     text[NGX_LO_AUTH_FILE + 1];
    size_t     len;
    ngx_int_t  rc;

    if (ac->admin.len != 0) {
        return "is duplicate";
    }

    if (value[1].len == 0 || value[1].len > 128) {
        return "needs a name of 1 to 128 bytes";
    }

    len = NGX_LO_AUTH_FILE;

    if (ngx_lo_auth_file(cf, &value[2], 0, text, &len) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    if (len < NGX_LO_PASSWORD_LEAST || len > NGX_LO_PASSWORD_MOST
        || ngx_strlen(text) != len)
    {
        return "names a file with no password of 8 to 1024 bytes";
    }

    rc = ngx_lo_password_store((char *) text, ac->admin_stored);
    ngx_explicit_memzero(text, sizeof(text));

    if (rc != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    ac->admin = value[1];

    return NGX_CONF_OK;
}


/* At most *len bytes of it, without the end of its last line; a NUL behind.
 * shown = 1: there is nothing secret in it. */

static ngx_int_t
ngx_lo_auth_file(ngx_conf_t *cf, ngx_str_t *path, ngx_uint_t shown,
    u_char *text, size_t *len)
{
    ssize_t          n;
    ngx_fd_t         fd;
    ngx_str_t        full;
    ngx_file_info_t  fi;

    full = *path;

    if (ngx_conf_full_name(cf->cycle, &full, 1) != NGX_OK) {
        return NGX_ERROR;
    }

    fd = ngx_open_file(full.data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);

    if (fd == NGX_INVALID_FILE) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_open_file_n " \"%V\" failed", &full);
        return NGX_ERROR;
    }

    if (!shown && ngx_fd_info(fd, &fi) != NGX_FILE_ERROR
        && (ngx_file_access(&fi) & S_IRWXO) != 0)
    {
        ngx_conf_log_error(NGX_LOG_WARN, cf, 0,
                           "\"%V\" is open to everybody", &full);
    }

    n = ngx_read_fd(fd, text, *len);
    (void) ngx_close_file(fd);

    if (n == -1) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           ngx_read_fd_n " \"%V\" failed", &full);
        return NGX_ERROR;
    }

    while (n > 0 && (text[n - 1] == LF || text[n - 1] == CR)) {
        n--;
    }

    text[n] = '\0';
    *len = (size_t) n;

    return NGX_OK;
}
