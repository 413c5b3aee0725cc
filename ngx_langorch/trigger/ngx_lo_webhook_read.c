/*
 * A post is read: after it is known who sent it.
 */

#include "trigger/ngx_lo_webhook.h"

#include "trigger/form.h"

#define NGX_LO_HOOK_HEADERS  64
#define NGX_LO_HOOK_VALUE    1024       /* bytes of one that are kept */


static json_t *ngx_lo_webhook_payload(ngx_lo_api_t *api);
static ngx_uint_t ngx_lo_webhook_hides(const ngx_str_t *name,
    const char *own);
static const char *ngx_lo_webhook_identity(ngx_lo_api_t *api,
    const json_t *settings);


const char *
ngx_lo_webhook_name(ngx_lo_api_t *api)
{
    u_char     *p;
    ngx_str_t  *addr;

    addr = &api->r->connection->addr_text;
    p = ngx_pnalloc(api->r->pool, addr->len + sizeof("webhook:"));

    if (p != NULL) {
        *ngx_sprintf(p, "webhook:%V", addr) = '\0';
    }

    return (const char *) p;
}


ngx_int_t
ngx_lo_webhook_read(ngx_lo_api_t *api, const json_t *settings,
    ngx_lo_fire_t *f)
{
    char          hash[2 * CKP_SHA256_LEN + 1];
    u_char        sha[CKP_SHA256_LEN];
    json_t       *payload, *heads;
    const char   *identity;

    ckp_sha256(api->text.data, api->text.len, sha);
    ckp_hex(sha, sizeof(sha), hash);

    payload = ngx_lo_webhook_payload(api);
    heads = ngx_lo_webhook_heads(api, ngx_lo_webhook_own(settings));
    identity = ngx_lo_webhook_identity(api, settings);

    f->payload_hash = ngx_lo_fire_text(f, hash);
    f->identity = ngx_lo_fire_text(f, identity ? identity : hash);

    f->given = json_is_object(payload) ? json_incref(payload)
               : json_is_null(payload) ? json_object()
                                       : json_pack("{s:O}", "payload",
                                                   payload);

    if (payload == NULL || heads == NULL || f->given == NULL
        || f->identity == NULL || f->payload_hash == NULL
        || json_object_set(f->came, "payload", payload) != 0
        || json_object_set(f->came, "headers", heads) != 0)
    {
        json_decref(payload);
        json_decref(heads);
        return NGX_ERROR;
    }

    json_decref(payload);
    json_decref(heads);

    return NGX_OK;
}


/* A value, or null: it is empty, or none that we read. */

static json_t *
ngx_lo_webhook_payload(ngx_lo_api_t *api)
{
    json_t           *v;
    ckp_err_t         err = CKP_ERR_INIT;
    ngx_table_elt_t  *h;

    static const ngx_str_t  form =
        ngx_string("application/x-www-form-urlencoded");

    h = api->r->headers_in.content_type;

    if (api->text.len == 0) {
        return json_null();
    }

    if (h != NULL && h->value.len >= form.len
        && ngx_strncasecmp(h->value.data, form.data, form.len) == 0)
    {
        v = ckp_form_read((const char *) api->text.data, api->text.len);
        return (v != NULL) ? v : json_null();
    }

    v = ckp_json_parse((const char *) api->text.data, api->text.len, &err);

    if (v == NULL && err.code != CKP_E_INVALID && err.code != CKP_E_LIMIT) {
        return NULL;
    }

    return (v != NULL) ? v : json_null();
}


/* Names in lower case; what proves who somebody is, is not for runs. */

json_t *
ngx_lo_webhook_heads(ngx_lo_api_t *api, const char *own)
{
    u_char           *name;
    json_t           *all;
    ngx_uint_t        i;
    ngx_list_part_t  *part;
    ngx_table_elt_t  *h;

    all = json_object();

    for (part = &api->r->headers_in.headers.part; part != NULL;
         part = part->next)
    {
        h = part->elts;

        for (i = 0; i < part->nelts; i++) {

            if (ngx_lo_webhook_hides(&h[i].key, own)
                || json_object_size(all) >= NGX_LO_HOOK_HEADERS)
            {
                continue;
            }

            name = ngx_pnalloc(api->r->pool, h[i].key.len + 1);
            if (name == NULL) {
                json_decref(all);
                return NULL;
            }

            ngx_strlow(name, h[i].key.data, h[i].key.len);
            name[h[i].key.len] = '\0';

            /* one that is no UTF-8 is left out */

            (void) json_object_set_new(all, (char *) name,
                       json_stringn((char *) h[i].value.data,
                                    ngx_min(h[i].value.len,
                                            NGX_LO_HOOK_VALUE)));
        }
    }

    return all;
}


const char *
ngx_lo_webhook_own(const json_t *settings)
{
    return ckp_json_str(json_object_get(settings, "authentication"), "header");
}


static ngx_uint_t
ngx_lo_webhook_hides(const ngx_str_t *name, const char *own)
{
    ngx_uint_t  i;

    static const char *const  words[] = {
        "authorization", "cookie", "proxy-authorization", "x-api-key",
        "x-langorch-signature", "x-hub-signature", "x-hub-signature-256",
        "webhook-signature", "x-gitlab-token"
    };

    if (own != NULL && name->len == strlen(own)
        && ngx_strncasecmp(name->data, (u_char *) own, name->len) == 0)
    {
        return 1;
    }

    for (i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (name->len == strlen(words[i])
            && ngx_strncasecmp(name->data, (u_char *) words[i], name->len)
               == 0)
        {
            return 1;
        }
    }

    return 0;
}


/* What the sender calls the message; NULL: nothing, and its bytes are it.  Its
 * hash: it may be long. */

static const char *
ngx_lo_webhook_identity(ngx_lo_api_t *api, const json_t *settings)
{
    char        *out;
    u_char       sha[CKP_SHA256_LEN];
    ngx_uint_t   i;
    const char  *own, *value;

    static const char *const  names[] = { "Idempotency-Key",
                                          "X-GitHub-Delivery", "Webhook-Id" };

    own = ckp_json_str(settings, "idempotency_header");
    value = (own != NULL) ? ngx_lo_api_header(api, own) : NULL;

    for (i = 0; own == NULL && value == NULL && i < 3; i++) {
        value = ngx_lo_api_header(api, names[i]);
    }

    if (value == NULL || *value == '\0') {
        return NULL;
    }

    out = ngx_pnalloc(api->r->pool, sizeof("id:") + 2 * CKP_SHA256_LEN);

    if (out != NULL) {
        ngx_memcpy(out, "id:", 3);
        ckp_sha256(value, strlen(value), sha);
        ckp_hex(sha, sizeof(sha), out + 3);
    }

    return out;
}
