/*
 * Any headers and any body as a signed post, and as a form: nothing that was
 * not signed holds.
 */

#include "fuzz.h"

#include "base/json.h"
#include "trigger/event.h"
#include "trigger/form.h"
#include "trigger/glob.h"
#include "trigger/signature.h"


/* The lines of the text are the headers, the last one is the body. */

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const          text = f_text(data, size);
    const char *const    secrets[] = { "a secret that nobody guesses",
                                       "whsec_bm9ib2R5IGd1ZXNzZXMgdGhpcw==" };
    ckp_signers_t        s = { .window_s = INT32_MAX, .secrets = secrets,
                               .n = 2 };
    char                *lines[7] = { NULL };
    const char          *why = NULL;
    char                *p = text;

    for (int i = 0; i < 7; i++) {
        lines[i] = p;
        p = strchr(p, '\n');

        if (p == NULL || i == 6) {
            break;
        }

        *p++ = '\0';
    }

    const ckp_signed_t  said = { .signature = lines[0], .timestamp = lines[1],
                                 .hub = lines[2], .id = lines[3],
                                 .at = lines[4], .list = lines[5] };
    const char *const   body = lines[6] == NULL ? "" : lines[6];

    F_HOLDS(!ckp_signature_holds(&s, &said, body, strlen(body), 0));
    s.standard = true;
    F_HOLDS(!ckp_signature_holds(&s, &said, body, strlen(body), 0));
    F_HOLDS(!ckp_credential_holds(&s, lines[0], false));
    F_HOLDS(!ckp_credential_holds(&s, lines[0], true));

    json_t *const  form = ckp_form_read(body, strlen(body));
    json_t *const  heads = json_pack("{s:s}", "ce-specversion", "1.0");
    json_t *const  event = ckp_event_read(heads, body, strlen(body), &why);

    F_HOLDS(form == NULL || json_is_object(form));
    F_HOLDS(event == NULL || json_is_object(event));
    F_HOLDS(ckp_glob_root(body) <= strlen(body));
    (void) ckp_glob_fits(body, lines[0]);

    json_decref(form);
    json_decref(heads);
    json_decref(event);
    free(text);

    return 0;
}
