/*
 * Attachments become parts of the user's message: what is here as it is, what
 * lies elsewhere by a part that stands for its bytes.
 * Source: spec/ckp.md 23.8.
 */

#include "llm/llm.h"

#include <stdio.h>
#include <string.h>

#include "base/base64.h"
#include "base/json.h"
#include "op/op_int.h"

typedef struct {
    json_t      *parts;
    size_t       bytes;         /* of all so far */
    const char  *why;           /* the last one cannot be read; NULL: it can */
} attach_t;


/* --- what a source is -------------------------------------------------- */

static bool
attach_begins(const char *text, const char *with)
{
    return strncmp(text, with, strlen(with)) == 0;
}


/* An address that only somebody else can read. */

static bool
attach_is_elsewhere(const char *text)
{
    static const char *const  schemes[] = {
        "memory://", "artifact://", "artifacts/", "/api/artifacts/",
        "file://", "s3://"
    };

    for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++) {
        if (attach_begins(text, schemes[i])) {
            return true;
        }
    }

    return false;
}


/* The type of an image by how its base64 begins; NULL: it is none. */

static const char *
attach_image_type(const char *text)
{
    static const struct {
        const char  *begins;
        const char  *type;
    } known[] = {
        { "iVBORw0KGgo", "image/png" }, { "/9j/", "image/jpeg" },
        { "R0lGOD", "image/gif" }, { "UklGR", "image/webp" }
    };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (attach_begins(text, known[i].begins)) {
            return known[i].type;
        }
    }

    return NULL;
}


/* --- parts ------------------------------------------------------------- */

static void
attach_push(attach_t *a, json_t *part, size_t bytes)
{
    if (json_array_append_new(a->parts, part) == 0) {
        a->bytes += bytes;

    } else {
        a->why = "no memory";
    }
}


static void
attach_image(attach_t *a, json_t *url, size_t bytes)
{
    attach_push(a, json_pack("{s:s, s:{s:o}}", "type", "image_url",
                             "image_url", "url", url), bytes);
}


static void
attach_text(attach_t *a, const char *label, const char *text, size_t len)
{
    attach_push(a, json_pack("{s:s, s:o}", "type", "text", "text",
                             json_sprintf("[%s]\n%.*s", label, (int) len,
                                          text)), len);
}


static void
attach_as_image(attach_t *a, const char *text, size_t len)
{
    const char *const  type = attach_image_type(text);

    if (ckp_attach_is_url(text) || attach_begins(text, "data:image/")) {
        attach_image(a, json_stringn(text, len), len);

    } else if (type != NULL) {
        attach_image(a, json_sprintf("data:%s;base64,%s", type, text), len);

    } else {
        a->why = attach_is_elsewhere(text) ? "it lies in a store that is not "
                                             "read here"
                                           : "it is no image";
    }
}


/* data:<type>[;base64],<what> of text. */

static void
attach_data(attach_t *a, const char *label, const char *text, size_t len)
{
    const char *const  comma = strchr(text, ',');
    const bool         coded = comma != NULL
                               && comma - text >= 7
                               && memcmp(comma - 7, ";base64", 7) == 0;
    uint8_t           *bytes;
    size_t             n;

    if (comma == NULL || !(attach_begins(text, "data:text/")
                           || attach_begins(text, "data:application/json")
                           || attach_begins(text, "data:application/xml")
                           || attach_begins(text, "data:,")))
    {
        a->why = "neither image nor text";
        return;
    }

    if (!coded) {
        attach_text(a, label, comma + 1, len - (size_t) (comma + 1 - text));
        return;
    }

    bytes = ckp_alloc(len + 4);

    if (bytes == NULL
        || !ckp_base64_read(comma + 1, len - (size_t) (comma + 1 - text),
                            bytes, &n))
    {
        a->why = "it is no base64";

    } else {
        attach_text(a, label, (const char *) bytes, n);
    }

    ckp_free(bytes);
}


static void
attach_as_file(attach_t *a, const char *label, const char *text, size_t len)
{
    if (attach_begins(text, "data:image/")) {
        attach_image(a, json_stringn(text, len), len);
        return;
    }

    if (attach_begins(text, "data:")) {
        attach_data(a, label, text, len);
        return;
    }

    if (ckp_attach_is_url(text) && ckp_attach_is_picture(text)) {
        attach_image(a, json_stringn(text, len), len);
        return;
    }

    a->why = "neither image nor text, or it lies elsewhere";
}


static void
attach_one(attach_t *a, ckp_attach_t type, const char *label,
    const char *text, size_t len)
{
    if (len == 0) {
        a->why = "it is empty";
        return;
    }

    if (len > CKP_LLM_ATTACHMENT_MAX
        || a->bytes + len > CKP_LLM_ATTACHED_MAX)
    {
        a->why = len > CKP_LLM_ATTACHMENT_MAX
                 ? "it is larger than 5 MiB"
                 : "all together are larger than 20 MiB";
        return;
    }

    switch (type) {

    case CKP_ATTACH_IMAGE:
        attach_as_image(a, text, len);
        return;

    case CKP_ATTACH_FILE:
        attach_as_file(a, label, text, len);
        return;

    case CKP_ATTACH_URL:
        a->why = "it is no address";
        return;

    case CKP_ATTACH_TEXT:
    case CKP_ATTACH_CSV:
    case CKP_ATTACH_JSON:
    case CKP_ATTACH_VARIABLE:
        break;
    }

    if (attach_begins(text, "data:")) {
        attach_data(a, label, text, len);

    } else if (type != CKP_ATTACH_VARIABLE
               && (attach_is_elsewhere(text) || ckp_attach_is_url(text)))
    {
        a->why = "it lies elsewhere";

    } else {
        attach_text(a, label, text, len);
    }
}


/* --- all of them ------------------------------------------------------- */

/* How an event may name it: not by what is in it. */

static json_t *
attach_name(const ckp_attachment_t *one)
{
    const json_t *const  source = ckp_template_source(one->source);

    return json_is_string(source)
           ? json_sprintf("%.200s", json_string_value(source))
           : json_string("a value");
}


static ckp_code_t
attach_missed(ckp_fiber_t *f, const ckp_attachment_t *one, const char *why)
{
    json_t *const  name = attach_name(one);
    ckp_code_t     rc;

    if (one->required) {
        rc = ckp_fiber_raise_json(f, json_pack("{s:s, s:o, s:b}", "type",
                 "LLMCallError", "message",
                 json_sprintf("attachment %s: %s",
                              name == NULL ? "" : json_string_value(name),
                              why), "retryable", 0));
        json_decref(name);

        return rc;
    }

    return ckp_fiber_emit(f, "attachment_skipped", json_pack("{s:o, s:s}",
                          "source", name, "reason", why));
}


/* The label and the value of one, as texts. */

static ckp_code_t
attach_render(ckp_fiber_t *f, const ckp_attachment_t *one, json_t **label,
    json_t **text)
{
    static const char *const  names[] = {
        [CKP_ATTACH_TEXT] = "text", [CKP_ATTACH_CSV] = "csv",
        [CKP_ATTACH_JSON] = "json", [CKP_ATTACH_IMAGE] = "image",
        [CKP_ATTACH_FILE] = "file", [CKP_ATTACH_URL] = "url",
        [CKP_ATTACH_VARIABLE] = "variable"
    };
    json_t                   *value = NULL;
    json_t                   *said = NULL;
    ckp_code_t                rc = ckp_fiber_render(f, one->source, &value);

    if (rc == CKP_OK && one->description != NULL) {
        rc = ckp_fiber_render(f, one->description, &said);
    }

    if (rc == CKP_OK && one->type == CKP_ATTACH_VARIABLE) {
        char *const  all = ckp_json_text(value);

        *text = all == NULL ? NULL : json_string(all);
        ckp_free(all);

    } else if (rc == CKP_OK) {
        *text = ckp_op_text(value);
    }

    if (rc == CKP_OK) {
        *label = said != NULL ? ckp_op_text(said)
                              : json_string(names[one->type]);
    }

    json_decref(value);
    json_decref(said);

    if (rc == CKP_OK && (*text == NULL || *label == NULL)) {
        rc = CKP_E_NOMEM;
    }

    return rc;
}


/* What was looked at already; the host puts its bytes there. */

static void
attach_stands(attach_t *a, const json_t *got, const char *label)
{
    const size_t  bytes = (size_t) ckp_json_int(got, "bytes", 0);

    if (a->bytes + bytes > CKP_LLM_ATTACHED_MAX) {
        a->why = "all together are larger than 20 MiB";
        return;
    }

    attach_push(a, json_pack("{s:s, s:O, s:O, s:O, s:O, s:O, s:s}",
                             "type", "attachment",
                             "kind", json_object_get(got, "kind"),
                             "at", json_object_get(got, "at"),
                             "media", json_object_get(got, "type"),
                             "bytes", json_object_get(got, "bytes"),
                             "sha256", json_object_get(got, "sha256"),
                             "label", label), bytes);
}


/* What is here: as a person could read it, it is masked as prompts are. */

static ckp_code_t
attach_here(ckp_fiber_t *f, attach_t *a, const ckp_attachment_t *one,
    const char *label, json_t *text)
{
    const bool  picture = one->type == CKP_ATTACH_IMAGE
                          || one->type == CKP_ATTACH_FILE;
    json_t     *shown = NULL;
    ckp_code_t  rc = CKP_OK;

    if (picture) {
        shown = json_incref(text);

    } else {
        rc = ckp_pii_out(f, json_string_value(text), &shown);
    }

    if (rc == CKP_OK) {
        attach_one(a, one->type, label, json_string_value(shown),
                   json_string_length(shown));
    }

    json_decref(shown);

    return rc;
}


static ckp_code_t
attach_add(ckp_fiber_t *f, attach_t *a, const ckp_attachment_t *one,
    const json_t *got)
{
    json_t      *label = NULL;
    json_t      *text = NULL;
    ckp_code_t   rc = attach_render(f, one, &label, &text);

    a->why = ckp_json_str(got, "why");

    if (rc == CKP_OK && got == NULL) {
        rc = attach_here(f, a, one, json_string_value(label), text);

    } else if (rc == CKP_OK && a->why == NULL) {
        attach_stands(a, got, json_string_value(label));
    }

    json_decref(label);
    json_decref(text);

    return rc == CKP_OK && a->why != NULL ? attach_missed(f, one, a->why) : rc;
}


ckp_code_t
ckp_llm_attach(ckp_fiber_t *f, json_t *parts)
{
    const ckp_llm_t *const  llm = ckp_fiber_node(f)->u.llm;
    attach_t                a = { .parts = parts };
    ckp_code_t              rc = CKP_OK;

    for (size_t i = 0; rc == CKP_OK && i < llm->nattach; i++) {
        rc = attach_add(f, &a, &llm->attach[i], ckp_attach_got(f, i));
    }

    return rc;
}
