/*
 * Azure Key Vault: a token by client credentials from the login's own address,
 * good for all vaults of that cloud until it ends; then questions.
 */

#include "wire/keeper_int.h"

#include <string.h>

#include "base/json.h"

#define AZURE_LOGIN      "https://login.microsoftonline.com"
#define AZURE_VAULTS     "vault.azure.net"
#define AZURE_VERSION    "7.4"
#define AZURE_NAME_MAX   127
#define AZURE_LIFE_MAX   (366LL * 24 * 3600)        /* seconds */

static const char  azure_alphabet[] =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-";


/* What the token is for: https://<vaults of that cloud>/.default. */

static void
azure_scope(const ckp_keeper_t *k, ckp_buf_t *b)
{
    const char        *host = strstr(k->url, "://");
    const char        *dot;
    size_t             n;

    host = host == NULL ? k->url : host + 3;
    n = strcspn(host, "/:?#");
    dot = memchr(host, '.', n);

    ckp_buf_puts(b, "https%3A%2F%2F");

    if (dot != NULL && strncmp(dot, ".vault.", 7) == 0) {
        for (const char *p = dot + 1; p < host + n; p++) {
            const char  one[2] = { *p, '\0' };

            ckp_keeper_escape(b, one);
        }

    } else {
        ckp_buf_puts(b, AZURE_VAULTS);
    }

    ckp_buf_puts(b, "%2F.default");
}


static ckp_code_t
azure_login(const ckp_keeper_t *k, const ckp_keeper_who_t *who,
    ckp_keeper_rq_t *rq, ckp_err_t *err)
{
    if (k->tenant == NULL || k->client == NULL || who->secret == NULL) {
        return ckp_fail(err, CKP_E_INVALID, "",
                        "it needs a tenant, a client and its secret");
    }

    rq->method = "POST";
    ckp_keeper_base(&rq->url, k->login == NULL ? AZURE_LOGIN : k->login);

    if (strchr(k->tenant, '/') != NULL || *k->tenant == '\0'
        || !ckp_keeper_path(&rq->url, k->tenant))
    {
        return ckp_fail(err, CKP_E_INVALID, "", "its tenant is none");
    }

    ckp_buf_puts(&rq->url, "/oauth2/v2.0/token");
    ckp_buf_puts(&rq->body, "grant_type=client_credentials&client_id=");
    ckp_keeper_escape(&rq->body, k->client);
    ckp_buf_puts(&rq->body, "&client_secret=");
    ckp_keeper_escape(&rq->body, who->secret);
    ckp_buf_puts(&rq->body, "&scope=");
    azure_scope(k, &rq->body);

    return ckp_keeper_head(rq, "Content-Type",
                           "application/x-www-form-urlencoded");
}


static ckp_kept_t
azure_session(const json_t *said, ckp_keeper_session_t *out)
{
    const char *const  token = ckp_json_str(said, "access_token");
    const int64_t      life = ckp_json_int(said, "expires_in", 0);

    if (token == NULL || *token == '\0' || life <= 0 || life > AZURE_LIFE_MAX)
    {
        return CKP_KEPT_WRONG;
    }

    out->token = json_string(token);
    out->life_ms = life * 1000;

    return CKP_KEPT_FOUND;
}


/* Its names have no "_": it becomes "-" (spec/ckp.md 28.1). */

static ckp_code_t
azure_ask(const ckp_keeper_t *k, const ckp_keeper_who_t *who,
    const ckp_keeper_ask_t *ask, ckp_keeper_rq_t *rq, ckp_err_t *err)
{
    const size_t  n = strlen(ask->key);
    ckp_buf_t     line;
    ckp_code_t    rc;

    ckp_keeper_base(&rq->url, k->url);
    ckp_buf_puts(&rq->url, "/secrets/");

    for (size_t i = 0; i < n; i++) {
        const char  c = ask->key[i] == '_' ? '-' : ask->key[i];

        if (n > AZURE_NAME_MAX
            || memchr(azure_alphabet, c, sizeof(azure_alphabet) - 1) == NULL)
        {
            return ckp_fail(err, CKP_E_INVALID, "", "its key is no name there");
        }

        ckp_buf_put(&rq->url, &c, 1);
    }

    if (n == 0 || (ask->version != NULL
                   && (*ask->version == '\0'
                       || ask->version[strspn(ask->version, azure_alphabet)]
                          != '\0')))
    {
        return ckp_fail(err, CKP_E_INVALID, "", n == 0
                        ? "its key is no name there"
                        : "its version is none there");
    }

    ckp_buf_puts(&rq->url, ask->version == NULL ? "" : "/");
    ckp_buf_puts(&rq->url, ask->version == NULL ? "" : ask->version);
    ckp_buf_puts(&rq->url, "?api-version=" AZURE_VERSION);

    ckp_buf_init(&line, CKP_KEEPER_BODY_MAX);
    ckp_buf_puts(&line, "Bearer ");
    ckp_buf_puts(&line, who->token == NULL ? "" : who->token);
    rc = line.failed == CKP_OK ? ckp_keeper_head(rq, "Authorization",
                                                 ckp_buf_str(&line))
                               : CKP_E_NOMEM;

    if (line.data != NULL) {
        ckp_overwrite(line.data, line.len);
    }

    ckp_buf_free(&line);

    return rc;
}


static json_t *
azure_value(const ckp_keeper_t *k, const json_t *said)
{
    const char *const  text = ckp_json_str(said, "value");

    (void) k;

    return text == NULL ? NULL : json_string(text);
}


/* The login has its errors from OAuth: {error: "invalid_client"}; a vault's
 * are objects. */

static ckp_kept_t
azure_refused(int status, const json_t *said)
{
    if (ckp_json_str(said, "error") != NULL) {
        return CKP_KEPT_STRANGER;
    }

    switch (status) {

    case 401:
        return CKP_KEPT_STRANGER;

    case 403:
        return CKP_KEPT_FORBIDDEN;

    case 404:
        return CKP_KEPT_NONE;

    default:
        return CKP_KEPT_WRONG;
    }
}


const ckp_keeper_ops_t  ckp_keeper_azure = {
    .name = "azure", .tokens = true,
    .login = azure_login, .ask = azure_ask,
    .refused = azure_refused, .session = azure_session, .value = azure_value,
};
