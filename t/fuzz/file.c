/*
 * Any bytes as a file of the artifacts' folder: what it is, how it comes into a
 * request, its rows.  The first byte says what is wanted of it, and what its
 * sender called it.
 */

#include "fuzz.h"

typedef struct {
    const uint8_t  *data;
    size_t          size;
} f_file_t;


static const char *
f_read(void *data, const char *at, char **bytes, size_t *len)
{
    const f_file_t *const  file = data;

    (void) at;
    *len = file->size;
    *bytes = f_text(file->data, file->size);

    return NULL;
}


/* What was looked at comes into a request, masked by the tokens that were told,
 * and no others. */

static void
f_shown(const json_t *look, const char *act, const ckp_attachments_t *from)
{
    json_t *const  rq = json_pack("{s:[{s:[{s:s, s:O, s:s, s:O, s:O, s:s}]}]}",
                            "messages", "content", "type", "attachment",
                            "kind", json_object_get(look, "kind"), "at", "r/f",
                            "media", json_object_get(look, "type"),
                            "sha256", json_object_get(look, "sha256"),
                            "label", "file");
    json_t *const  mask = f_json("{'types':['email','iban','phone','ip'],"
                                 "'custom':[{'name':'ID','regex':'id[0-9]+'}]"
                                 "}");
    ckp_err_t      err = CKP_ERR_INIT;

    json_object_set_new(mask, "act", json_string(act));
    json_object_set(mask, "tokens", json_object_get(look, "tokens"));
    F_HOLDS(ckp_attachment_fill(rq, mask, from, &err) == CKP_OK);
    f_made(rq);
    json_decref(mask);
}


static void
f_look(const f_file_t *file, const char *type, const char *act,
    const ckp_attachments_t *from)
{
    json_t *const  ask = f_json("{'kind':'any','mask':{'types':['email',"
                                "'iban','phone','ip'],'custom':[{'name':'ID',"
                                "'regex':'id[0-9]+'}]}}");
    json_t        *look;

    json_object_set_new(json_object_get(ask, "mask"), "act", json_string(act));
    look = ckp_attachment_look(ask, type, (const char *) file->data,
                               file->size);
    F_HOLDS((json_object_get(look, "kind") != NULL)
            == (json_object_get(look, "why") == NULL));

    if (json_object_get(look, "kind") != NULL) {
        f_shown(look, act, from);
    }

    f_made(look);
    json_decref(ask);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const  acts[] = { "tokenize", "mask", "hash" };
    static const char *const  types[] = {
        NULL, "text/csv; charset=utf-8", "image/svg+xml", "application/pdf"
    };

    if (size == 0) {
        return 0;
    }

    f_file_t                 file = { data + 1, size - 1 };
    const ckp_attachments_t  from = { f_read, &file };
    ckp_outcome_t            outcome;
    json_t                  *ask;

    if (data[0] % 4 != 3) {
        f_look(&file, types[data[0] / 4 % 4], acts[data[0] % 4], &from);
        return 0;
    }

    ask = f_json(data[0] & 4 ? "{'source':'r/f.xlsx','sheet':'Second'}"
                             : "{'source':'artifacts/r/f','header':false}");
    f_made(ckp_sheet_answer(ask, &from, &outcome));
    json_decref(ask);

    return 0;
}
