/*
 * Any bytes as the answer of a tool server.  The first byte chooses status,
 * content type and form.
 */

#include "fuzz.h"

#include "wire/mcp.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const  types[] = {
        "application/json", "text/event-stream", "text/event-stream; x", NULL
    };
    static const int          status[] = { 200, 202, 400, 404, 500 };
    ckp_outcome_t             outcome;
    json_t                   *response;
    json_t                   *v;
    char                     *text;

    if (size == 0) {
        return 0;
    }

    text = f_text(data + 1, --size);

    response = ckp_mcp_response(types[data[0] & 3], text, size,
                                (ckp_mcp_id_t) (1 + data[0] % 3));
    f_made(ckp_mcp_tools(response));
    v = ckp_mcp_result(response, &outcome);
    F_HOLDS(json_is_object(v));
    f_made(v);
    json_decref(response);

    v = ckp_mcp_rest(status[data[0] % 5], text, size, &outcome);
    F_HOLDS(json_is_object(v));
    f_made(v);
    free(text);

    return 0;
}
