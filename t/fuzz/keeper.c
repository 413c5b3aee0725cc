/*
 * Any bytes as the reply of a keeper of secrets.  The first byte chooses the
 * status, the keeper, and whether it answers a login.
 */

#include "fuzz.h"

#include "wire/keeper.h"


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const  kinds[] = { "vault", "vault", "aws", "azure" };
    static const int          status[] = { 200, 200, 200, 400, 403, 404, 500 };
    ckp_keeper_t              k = { .kind = NULL };
    ckp_keeper_reply_t        reply;
    ckp_keeper_session_t      session;
    bool                      picked;
    char                     *text;
    json_t                   *v;
    json_t                   *plain;

    if (size == 0) {
        return 0;
    }

    text = f_text(data + 1, size - 1);
    reply = (ckp_keeper_reply_t) { status[data[0] % 7], text, size - 1 };
    k.kind = kinds[data[0] / 7 % 4];
    k.kv = 1 + data[0] / 7 % 4;

    if (data[0] / 28 % 2 == 1) {
        if (ckp_keeper_session(k.kind, &reply, &session) != CKP_KEPT_FOUND) {
            F_HOLDS(session.token == NULL);
        }

        F_HOLDS(session.life_ms >= 0);
        ckp_keeper_wipe(session.token);

    } else if (ckp_keeper_value(&k, &reply, &v) == CKP_KEPT_FOUND) {
        plain = ckp_keeper_text(v, "a", &picked);
        F_HOLDS(json_is_string(plain));
        ckp_keeper_wipe(plain);
        ckp_keeper_wipe(v);
    }

    free(text);

    return 0;
}
