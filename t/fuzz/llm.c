/*
 * Any bytes as the reply of a model, whole or streamed.  The first byte chooses
 * the status and the provider.
 */

#include "fuzz.h"

#include "wire/llm.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int          status[] = { 200, 200, 200, 400, 401, 429, 500 };
    static const char *const  who[] = { NULL, "anthropic", "ollama",
        "azure_openai" };
    ckp_outcome_t             outcome;
    char                     *text;
    json_t                   *v;

    if (size == 0) {
        return 0;
    }

    text = f_text(data + 1, size - 1);
    v = ckp_llm_reply(who[data[0] / 7 % 4], status[data[0] % 7], text,
                      size - 1, &outcome);
    F_HOLDS(json_is_object(v));
    F_HOLDS(outcome != CKP_OUTCOME_OK
            || ckp_json_str(v, "text") != NULL
            || json_object_get(v, "tool_calls") != NULL);
    f_made(v);
    free(text);

    return 0;
}
