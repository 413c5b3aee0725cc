/*
 * The head of a document: what a list of procedures shows of it.
 */

#include <string.h>

#include "compile/parse_int.h"


/* The member as a text, or `otherwise`. */
static const char *
head_text(const json_t *doc, const char *key, const char *otherwise)
{
    const char *const  text = ckp_json_str(doc, key);

    return (text == NULL || text[0] == '\0') ? otherwise : text;
}


static void
head_tags_of(json_t *tags, const json_t *list)
{
    const json_t  *tag;
    const json_t  *known;
    size_t         i;
    size_t         k;

    json_array_foreach(list, i, tag) {
        bool  again = !json_is_string(tag);

        json_array_foreach(tags, k, known) {
            again = again || json_equal(tag, known);
        }

        if (!again && json_array_size(tags) < 256) {
            json_array_append(tags, (json_t *) tag);
        }
    }
}


/* The document's own tags, then those of its retrieval metadata. */
static json_t *
head_tags(const json_t *doc)
{
    json_t *const  tags = json_array();

    head_tags_of(tags, json_object_get(doc, "tags"));
    head_tags_of(tags, json_object_get(json_object_get(doc,
                                                       "retrieval_metadata"),
                                       "tags"));

    return tags;
}


static json_t *
head_object(const json_t *doc, const char *key)
{
    json_t *const  value = json_object_get(doc, key);

    return json_is_object(value) ? json_incref(value) : json_null();
}


/* A date that is none is as if it were not there (CKP014). */
static const char *
head_date(const json_t *doc)
{
    const char *const  date = ckp_json_str(doc, "effective_date");
    int64_t            ms;

    return (date != NULL && strlen(date) == 10 && ckp_time_parse(date, &ms))
           ? date : NULL;
}


static const char *
head_channel(const json_t *doc)
{
    const char *const  channel = ckp_json_str(json_object_get(doc, "release"),
                                              "channel");

    return (channel != NULL && ckp_word_in(" dev qa prod ", channel))
           ? channel : "dev";
}


static json_t *
head_pack(ckp_parse_t *ps, const json_t *doc, const char *id,
    const char *version)
{
    const char  form[2] = { ps->out.form == 0 ? 'A' : ps->out.form, '\0' };

    return json_pack("{s:s, s:s, s:s, s:s, s:s?, s:s?, s:s, s:s?, s:o, s:o,"
                     " s:o, s:o, s:s}",
                     "procedure_id", id,
                     "version", version,
                     "name", head_text(doc, "name", id),
                     "status", head_text(doc, "status",
                                         ps->out.form == 'D' ? "active"
                                                             : "draft"),
                     "effective_date", head_date(doc),
                     "description", ckp_json_str(doc, "description"),
                     "release_channel", head_channel(doc),
                     "project_id", head_text(doc, "project_id", NULL),
                     "tags", head_tags(doc),
                     "provenance", head_object(doc, "provenance"),
                     "retrieval_metadata",
                     head_object(doc, "retrieval_metadata"),
                     "trigger", head_object(doc, "trigger"),
                     "form", form);
}


json_t *
ckp_document_head(const json_t *doc, ckp_err_t *err)
{
    const unsigned long  refusals = ckp_memory_refusals();
    ckp_parse_t          ps;
    ckp_at_t             at;
    const char          *id;
    const char          *version;
    json_t              *head = NULL;

    if (!json_is_object(doc)) {
        (void) ckp_fail(err, CKP_E_INVALID, "", "a procedure is a JSON object");
        return NULL;
    }

    if (!ckp_form_look(&ps, doc)) {
        ckp_form_close(&ps);
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        return NULL;
    }

    id = ckp_root_id(&ps, &at);
    version = ckp_root_version(&ps, &at);

    if (ckp_memory_refusals() != refusals) {
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");

    } else if (id == NULL || id[0] == '\0') {
        (void) ckp_fail(err, CKP_E_INVALID, "/procedure_id",
                        "there is no procedure_id");

    } else if (version == NULL || version[0] == '\0') {
        (void) ckp_fail(err, CKP_E_INVALID, "/version", "there is no version");

    } else {
        head = ckp_json_whole(head_pack(&ps, ps.out.root.value, id, version),
                              refusals);

        if (head == NULL) {
            (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        }
    }

    ckp_form_close(&ps);

    return head;
}
