/*
 * The site's own keepers: langorch_vault and its like.  Each becomes a place
 * (ngx_lo_keeper.h); what proves who asks there is told by names of secrets.
 */

#include "secret/ngx_lo_keeper.h"

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#define NGX_LO_KEEPER_WORDS  12
#define NGX_LO_KEEPER_CA     (256 * 1024)   /* bytes of a file */
#define NGX_LO_KEEPER_MUST   4


typedef struct {
    const char  *word;
    const char  *member;            /* of the place */
    const char  *value;             /* when nobody says; NULL: none */
} ngx_lo_keeper_word_t;

typedef struct {
    const char            *directive;
    const char            *kind;
    const char            *first;   /* the member that is its argument */
    const char            *must[NGX_LO_KEEPER_MUST];    /* be said */
    ngx_lo_keeper_word_t   words[NGX_LO_KEEPER_WORDS];
} ngx_lo_keeper_form_t;


static const ngx_lo_keeper_form_t  ngx_lo_keeper_forms[] = {

    { "langorch_vault", "vault", "url", { "token|role_id" }, {
        { "mount",     "mount",  "secret" },
        { "prefix",    "prefix", "langorch" },
        { "kv",        "kv",     "2" },
        { "namespace", "space",  NULL },
        { "approle",   "login",  NULL },
        { "token",     "token",  NULL },
        { "role_id",   "id",     NULL },
        { "secret_id", "secret", NULL },
        { "ca",        "ca",     NULL },
        { NULL, NULL, NULL } } },

    { "langorch_aws", "aws", "region", { "key|credentials",
                                        "secret|credentials" }, {
        { "credentials", "source", NULL },
        { "metadata",  "meta",    NULL },
        { "key",       "id",      NULL },
        { "secret",    "secret",  NULL },
        { "session",   "session", NULL },
        { "endpoint",  "url",     NULL },
        { "field",     "field",   NULL },
        { "profile",   "profile", NULL },
        { "ca",        "ca",      NULL },
        { NULL, NULL, NULL } } },

    { "langorch_azure", "azure", "url", { "tenant", "client", "secret" }, {
        { "tenant",    "tenant", NULL },
        { "client",    "client", NULL },
        { "secret",    "secret", NULL },
        { "login",     "login",  NULL },
        { "ca",        "ca",     NULL },
        { NULL, NULL, NULL } } }
};


static void
ngx_lo_keeper_conf_end(void *data)
{
    json_decref(data);
}


/* NULL: no memory. */

static json_t *
ngx_lo_keeper_conf_all(ngx_conf_t *cf, ngx_lo_main_conf_t *mcf)
{
    ngx_pool_cleanup_t  *cln;

    if (mcf->keepers != NULL) {
        return mcf->keepers;
    }

    cln = ngx_pool_cleanup_add(cf->pool, 0);

    if (cln == NULL) {
        return NULL;
    }

    mcf->keepers = json_array();
    cln->handler = ngx_lo_keeper_conf_end;
    cln->data = mcf->keepers;

    return mcf->keepers;
}


static const ngx_lo_keeper_form_t *
ngx_lo_keeper_conf_form(const ngx_str_t *directive)
{
    ngx_uint_t  i;

    for (i = 0; i < sizeof(ngx_lo_keeper_forms)
                    / sizeof(ngx_lo_keeper_forms[0]); i++)
    {
        if (ngx_strcmp(directive->data, ngx_lo_keeper_forms[i].directive)
            == 0)
        {
            return &ngx_lo_keeper_forms[i];
        }
    }

    return NULL;
}


/* word=value; NGX_OK, or NULL is not the name of a word. */

static ngx_int_t
ngx_lo_keeper_conf_word(const ngx_lo_keeper_form_t *form, json_t *place,
    const ngx_str_t *arg)
{
    size_t                       n;
    json_t                      *text;
    const ngx_lo_keeper_word_t  *w;

    for (w = form->words; w->word != NULL; w++) {
        n = ngx_strlen(w->word);

        if (arg->len < n + 1 || arg->data[n] != '='
            || ngx_strncmp(arg->data, w->word, n) != 0)
        {
            continue;
        }

        text = json_stringn((char *) arg->data + n + 1, arg->len - n - 1);

        return json_object_set_new(place, w->member, text) == 0 ? NGX_OK
                                                                : NGX_ERROR;
    }

    return NGX_DECLINED;
}


static ngx_uint_t
ngx_lo_keeper_conf_is_url(const char *url)
{
    return url == NULL || ngx_strncmp(url, "http://", 7) == 0
           || ngx_strncmp(url, "https://", 8) == 0;
}


/* kv is a number inside; nothing is empty but the prefix. */

static char *
ngx_lo_keeper_conf_check(const ngx_lo_keeper_form_t *form, json_t *place)
{
    json_t      *value;
    const char  *member, *kv, *login;

    login = (ngx_strcmp(form->kind, "azure") == 0)
            ? ckp_json_str(place, "login") : NULL;

    if (!ngx_lo_keeper_conf_is_url(ckp_json_str(place, "url"))
        || !ngx_lo_keeper_conf_is_url(login))
    {
        return "has an address that does not begin with http:// or https://";
    }

    json_object_foreach(place, member, value) {
        if (json_string_length(value) == 0
            && ngx_strcmp(member, "prefix") != 0)
        {
            return "has an argument that is empty";
        }
    }

    kv = ckp_json_str(place, "kv");

    if (kv != NULL) {
        if (ngx_strcmp(kv, "1") != 0 && ngx_strcmp(kv, "2") != 0) {
            return "has another kv than 1 or 2";
        }

        (void) json_object_set_new(place, "kv", json_integer(*kv - '0'));
    }

    return NGX_CONF_OK;
}


/* One of the words of "a|b" was said. */

static ngx_uint_t
ngx_lo_keeper_conf_says(const ngx_lo_keeper_form_t *form, const json_t *place,
    const char *words)
{
    size_t                       n;
    const char                  *p;
    const ngx_lo_keeper_word_t  *w;

    for (p = words; *p != '\0'; p += n + (p[n] == '|')) {
        n = strcspn(p, "|");

        for (w = form->words; w->word != NULL; w++) {
            if (ngx_strlen(w->word) == n && ngx_strncmp(w->word, p, n) == 0
                && json_object_get(place, w->member) != NULL)
            {
                return 1;
            }
        }
    }

    return 0;
}


/* One of a kind; of aws, one of a profile. */

static ngx_uint_t
ngx_lo_keeper_conf_is_twice(const json_t *all, const json_t *place)
{
    size_t   i;
    json_t  *other;

    json_array_foreach(all, i, other) {
        if (other != place
            && json_equal(json_object_get(other, "kind"),
                          json_object_get(place, "kind"))
            && (json_object_get(other, "profile")
                == json_object_get(place, "profile")
                || json_equal(json_object_get(other, "profile"),
                              json_object_get(place, "profile"))))
        {
            return 1;
        }
    }

    return 0;
}


static ngx_int_t
ngx_lo_keeper_conf_file(ngx_conf_t *cf, ngx_str_t *name, ngx_str_t *text)
{
    ssize_t   n;
    ngx_fd_t  fd;

    text->data = ngx_pnalloc(cf->temp_pool, NGX_LO_KEEPER_CA + 1);

    if (text->data == NULL
        || ngx_conf_full_name(cf->cycle, name, 1) != NGX_OK)
    {
        return NGX_ERROR;
    }

    fd = ngx_open_file(name->data, NGX_FILE_RDONLY, NGX_FILE_OPEN, 0);
    n = (fd != NGX_INVALID_FILE)
        ? ngx_read_fd(fd, text->data, NGX_LO_KEEPER_CA + 1) : -1;

    if (n < 0) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, ngx_errno,
                           "\"%V\" cannot be read", name);
    }

    if (fd != NGX_INVALID_FILE) {
        (void) ngx_close_file(fd);
    }

    if (n > NGX_LO_KEEPER_CA) {
        ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                           "\"%V\" has more than %d bytes", name,
                           NGX_LO_KEEPER_CA);
        n = -1;
    }

    text->len = (n > 0) ? (size_t) n : 0;

    return (n >= 0) ? NGX_OK : NGX_ERROR;
}


/* Certificates are read now: a worker opens no file for a call. */

static char *
ngx_lo_keeper_conf_ca(ngx_conf_t *cf, json_t *place)
{
    BIO        *bio;
    X509       *one;
    json_t     *text;
    ngx_str_t   name, pem;

    text = json_object_get(place, "ca");

    if (text == NULL) {
        return NGX_CONF_OK;
    }

    name.data = (u_char *) json_string_value(text);
    name.len = json_string_length(text);

    if (ngx_lo_keeper_conf_file(cf, &name, &pem) != NGX_OK) {
        return NGX_CONF_ERROR;
    }

    bio = BIO_new_mem_buf(pem.data, (int) pem.len);
    one = (bio != NULL) ? PEM_read_bio_X509(bio, NULL, NULL, NULL) : NULL;
    BIO_free(bio);

    if (one == NULL) {
        ERR_clear_error();
        return "has a \"ca\" without a certificate in it";
    }

    X509_free(one);

    return json_object_set_new(place, "ca",
                               json_stringn((char *) pem.data, pem.len)) == 0
           ? NGX_CONF_OK : "has a \"ca\" that is no text";
}


char *
ngx_lo_keeper_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf)
{
    char                        *rc;
    json_t                      *place, *all;
    ngx_str_t                   *value;
    ngx_uint_t                   i;
    const ngx_lo_keeper_form_t  *form;
    const ngx_lo_keeper_word_t  *w;

    form = ngx_lo_keeper_conf_form(&cmd->name);
    all = ngx_lo_keeper_conf_all(cf, conf);

    if (form == NULL || all == NULL) {
        return NGX_CONF_ERROR;
    }

    value = cf->args->elts;
    place = json_pack("{s:s, s:s%}", "kind", form->kind, form->first,
                      (char *) value[1].data, value[1].len);

    if (json_array_append_new(all, place) != 0) {
        return NGX_CONF_ERROR;
    }

    for (w = form->words; w->word != NULL; w++) {
        if (w->value != NULL) {
            (void) json_object_set_new(place, w->member,
                                       json_string(w->value));
        }
    }

    for (i = 2; i < cf->args->nelts; i++) {
        if (ngx_lo_keeper_conf_word(form, place, &value[i]) != NGX_OK) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0,
                               "\"%V\" is no argument of \"%V\"", &value[i],
                               &cmd->name);
            return NGX_CONF_ERROR;
        }
    }

    rc = ngx_lo_keeper_conf_check(form, place);

    if (rc == NGX_CONF_OK) {
        rc = ngx_lo_keeper_conf_ca(cf, place);
    }

    if (rc == NGX_CONF_OK) {
        rc = ngx_lo_keeper_conf_source(place);
    }

    if (rc != NGX_CONF_OK) {
        return rc;
    }

    for (i = 0; i < NGX_LO_KEEPER_MUST && form->must[i] != NULL; i++) {
        if (!ngx_lo_keeper_conf_says(form, place, form->must[i])) {
            ngx_conf_log_error(NGX_LOG_EMERG, cf, 0, "\"%V\" needs %s=",
                               &cmd->name, form->must[i]);
            return NGX_CONF_ERROR;
        }
    }

    return ngx_lo_keeper_conf_is_twice(all, place) ? "is duplicate"
                                                   : NGX_CONF_OK;
}


const json_t *
ngx_lo_keeper_site(void)
{
    return ngx_lo_conf()->keepers;
}


/* --- how they are ----------------------------------------------------------------- */


static struct {
    const char  *kind;
    ngx_int_t    well;
    const char  *why;
} ngx_lo_keeper_healths[] = {
    { "vault", -1, NULL },
    { "aws",   -1, NULL },
    { "azure", -1, NULL }
};

#define NGX_LO_KEEPER_KINDS                                                   \
    (sizeof(ngx_lo_keeper_healths) / sizeof(ngx_lo_keeper_healths[0]))


void
ngx_lo_keeper_health_set(const char *kind, ckp_kept_t kept, const char *why)
{
    ngx_uint_t  i;

    for (i = 0; i < NGX_LO_KEEPER_KINDS; i++) {
        if (ngx_strcmp(ngx_lo_keeper_healths[i].kind, kind) == 0) {
            ngx_lo_keeper_healths[i].well = (kept != CKP_KEPT_BUSY
                                             && kept != CKP_KEPT_STRANGER
                                             && kept != CKP_KEPT_WRONG);
            ngx_lo_keeper_healths[i].why =
                why ? why
                : (kept == CKP_KEPT_STRANGER) ? "It refuses the credentials"
                : (kept == CKP_KEPT_BUSY) ? "It is busy"
                                          : "Its answer is not understood";
        }
    }
}


json_t *
ngx_lo_keeper_shown(const char *kind)
{
    size_t       i;
    json_t      *place;
    ngx_int_t    well;
    ngx_uint_t   configured;
    const char  *why;

    configured = 0;
    well = -1;
    why = "The provider is not available on this site";

    json_array_foreach(ngx_lo_keeper_site(), i, place) {
        configured = configured
                     || ngx_strcmp(ckp_json_str(place, "kind"), kind) == 0;
    }

    for (i = 0; configured && i < NGX_LO_KEEPER_KINDS; i++) {
        if (ngx_strcmp(ngx_lo_keeper_healths[i].kind, kind) == 0) {
            well = ngx_lo_keeper_healths[i].well;
            why = (well == 0) ? ngx_lo_keeper_healths[i].why : NULL;
        }
    }

    return json_pack("{s:s, s:b, s:o, s:s?}", "provider", kind, "configured",
                     (int) configured, "healthy",
                     well == -1 ? json_null() : json_boolean(well == 1),
                     "error", why);
}
