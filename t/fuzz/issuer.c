/*
 * Any text as what a provider of logins publishes: what is taken of it is an
 * address that may be asked, and nobody speaks for another.
 */

#include "fuzz.h"

#include "wire/issuer.h"

#define ISSUER  "https://id.example/realm"


static bool
f_safe(const char *url)
{
    return strncmp(url, "https://", 8) == 0
           || strncmp(url, "http://127.0.0.1:", 17) == 0;
}


static void
f_url(const char *url)
{
    if (url == NULL) {
        return;
    }

    const size_t       len = strlen(url);
    const char *const  at = strchr(url, '@');

    F_HOLDS(f_safe(url) && len <= CKP_ISSUER_URL_MAX);
    F_HOLDS(strpbrk(url, " \t\r\n\"<>\\") == NULL);
    F_HOLDS(at == NULL || (size_t) (at - url) > strcspn(url + 8, "/?#") + 7);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    ckp_err_t      err = CKP_ERR_INIT;
    char *const    text = f_text(data, size);
    json_t *const  doc = ckp_json_parse(text, size, &err);
    ckp_issuer_t   at;

    if (ckp_issuer_read(&at, doc, ISSUER, f_safe) == NULL) {
        F_HOLDS(strcmp(ckp_json_str(doc, "issuer"), ISSUER) == 0);
        f_url(at.authorize);
        f_url(at.token);
        f_url(at.keys);

    } else {
        F_HOLDS(at.authorize == NULL && at.token == NULL && at.keys == NULL);
    }

    json_decref(doc);
    free(text);

    return 0;
}
