/*
 * Azure OpenAI: chat completions of a deployment, which the model names.
 */

#include "wire/llm_int.h"

#include <string.h>

#define AZURE_VERSION  "2024-10-21"


/* One segment of a path, whatever is in it. */

static void
azure_segment(ckp_buf_t *url, const char *text)
{
    static const char  plain[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~";

    for ( ; *text != '\0'; text++) {
        if (strchr(plain, *text) != NULL) {
            ckp_buf_put(url, text, 1);

        } else {
            ckp_buf_printf(url, "%%%02X", (unsigned) (unsigned char) *text);
        }
    }
}


/* A base that ends in /openai/v1 has neither deployments nor versions; one that
 * names its deployment is not told another. */

static void
azure_path(const ckp_llm_where_t *where, ckp_buf_t *url)
{
    const char *const  version = where->api_version;

    if (ckp_llm_ends_with(where->base, "/openai/v1")) {
        ckp_buf_puts(url, "/chat/completions");
        return;
    }

    if (strstr(where->base, "/deployments/") == NULL) {
        ckp_buf_puts(url, ckp_llm_ends_with(where->base, "/openai")
                          ? "/deployments/" : "/openai/deployments/");
        azure_segment(url, where->model == NULL ? "" : where->model);
    }

    ckp_buf_puts(url, "/chat/completions?api-version=");
    azure_segment(url, version == NULL || *version == '\0' ? AZURE_VERSION
                                                           : version);
}


const ckp_provider_t  ckp_provider_azure = {
    .names = " azure_openai azure ",
    .key = "api-key",
    .missing = "the answer has no choices",
    .path = azure_path,
    .request = ckp_llm_openai_request,
    .piece = ckp_llm_openai_piece
};
