/*
 * Any bytes as the reply of an agent, and of a server of `http_request`.  The
 * first byte chooses the status.
 */

#include "fuzz.h"

#include "wire/agent.h"
#include "wire/http.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const int          status[] = { 200, 202, 204, 302, 400, 409, 429,
                                           500, 503 };
    static const char *const  parse[] = { NULL, "json", "text", "base64" };
    ckp_outcome_t             outcome;
    ckp_buf_t                 b;
    char                     *text;
    json_t                   *v;

    if (size == 0) {
        return 0;
    }

    text = f_text(data + 1, --size);

    v = ckp_agent_reply(status[data[0] % 9], text, size, (data[0] & 64) == 0,
                        &outcome);
    F_HOLDS(json_is_object(v));
    f_made(v);

    v = ckp_agent_accepted(status[data[0] % 9], text, size, &outcome);
    F_HOLDS(json_is_object(v));
    f_made(v);

    f_made(ckp_http_body(parse[data[0] & 3], "text/html; charset=x", text,
                         size));
    f_made(ckp_http_body(NULL, text, text, size));

    ckp_buf_init(&b, 65536);
    (void) ckp_http_follow(&b, "https://u@a.example:8/b/c?d#e", text);
    (void) ckp_http_same_origin("https://a.example/", text);
    ckp_buf_free(&b);
    free(text);

    return 0;
}
