/*
 * Events that are pushed: CloudEvents and envelopes.
 */

#include "trigger/event.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/base64.h"
#include "base/err.h"
#include "base/json.h"
#include "base/mem.h"

#define EVENT_NAME_MAX  1024            /* bytes of id, source, type */


static bool
event_is(const char *type, const char *want)
{
    const size_t  len = strlen(want);

    return type != NULL && strncasecmp(type, want, len) == 0
           && strchr("; \t", type[len]) != NULL;
}


static bool
event_is_json(const char *type)
{
    const size_t  len = type == NULL ? 0 : strcspn(type, "; \t");

    return len == 0 || event_is(type, "application/json")
           || (len > 5 && strncasecmp(type + len - 5, "+json", 5) == 0);
}


/* A value, or NULL with *why. */

static json_t *
event_value(const char *body, size_t len, const char **why)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  v = len == 0 ? json_null() : ckp_json_parse(body, len,
                                                               &err);

    if (v == NULL && err.code != CKP_E_NOMEM) {
        *why = "the event is no JSON";
    }

    return v;
}


static const char *
event_text(const json_t *attributes, const char *name)
{
    const char *const  s = ckp_json_str(attributes, name);

    return s == NULL || *s == '\0' || strlen(s) > EVENT_NAME_MAX ? NULL : s;
}


/* payload and attributes are stolen. */

static json_t *
event_cloud(json_t *attributes, json_t *payload, const char **why)
{
    const char *const  version = event_text(attributes, "specversion");
    const char *const  id = event_text(attributes, "id");
    const char *const  source = event_text(attributes, "source");
    const char *const  type = event_text(attributes, "type");
    json_t            *v = NULL;

    if (payload == NULL || attributes == NULL) {
        json_decref(attributes);
        json_decref(payload);
        return NULL;
    }

    if (version == NULL || strcmp(version, "1.0") != 0) {
        *why = "specversion of a CloudEvent must be 1.0";

    } else if (id == NULL || source == NULL || type == NULL) {
        *why = "a CloudEvent needs id, source and type";

    } else {
        v = json_pack("{s:s, s:o, s:O, s:O}", "type", type, "message_id",
                      json_sprintf("%s#%s", source, id), "payload", payload,
                      "attributes", attributes);
    }

    json_decref(attributes);
    json_decref(payload);

    return v;
}


/* Bytes that are no text stay as they came. */

static json_t *
event_base64(const json_t *data)
{
    const char *const  text = json_string_value(data);
    const size_t       len = json_string_length(data);
    uint8_t *const     bytes = text == NULL ? NULL : ckp_alloc(len + 4);
    size_t             n = 0;
    json_t            *v = NULL;

    if (bytes != NULL && ckp_base64_read(text, len, bytes, &n)) {
        v = json_stringn((const char *) bytes, n);
    }

    ckp_free(bytes);

    return v == NULL ? json_incref((json_t *) data) : v;
}


static json_t *
event_structured(const char *body, size_t len, const char **why)
{
    json_t *const  all = event_value(body, len, why);
    json_t        *attributes;
    json_t        *payload;

    if (!json_is_object(all)) {
        *why = all == NULL ? *why : "a CloudEvent is an object";
        json_decref(all);
        return NULL;
    }

    payload = json_object_get(all, "data");

    if (payload != NULL) {
        payload = json_incref(payload);

    } else if (json_object_get(all, "data_base64") != NULL) {
        payload = event_base64(json_object_get(all, "data_base64"));

    } else {
        payload = json_null();
    }

    attributes = json_copy(all);
    (void) json_object_del(attributes, "data");
    (void) json_object_del(attributes, "data_base64");
    json_decref(all);

    return event_cloud(attributes, payload, why);
}


/* Attributes are headers "ce-...". */

static json_t *
event_binary(const json_t *heads, const char *body, size_t len,
    const char **why)
{
    const char *const  type = ckp_json_str(heads, "content-type");
    json_t *const      attributes = json_object();
    json_t            *payload;
    const char        *name;
    const json_t      *value;

    json_object_foreach((json_t *) heads, name, value) {
        if (strncmp(name, "ce-", 3) == 0) {
            (void) json_object_set(attributes, name + 3, (json_t *) value);
        }
    }

    if (type != NULL) {
        (void) json_object_set_new(attributes, "datacontenttype",
                                   json_string(type));
    }

    payload = event_is_json(type) ? event_value(body, len, why)
                                  : json_stringn(body, len);

    if (payload == NULL && *why == NULL) {
        *why = "the data of the event is no text";
    }

    return event_cloud(attributes, payload, why);
}


static json_t *
event_envelope(const char *body, size_t len, const char **why)
{
    json_t *const  all = event_value(body, len, why);
    const json_t  *attributes = json_object_get(all, "attributes");
    const json_t  *payload = json_object_get(all, "payload");
    json_t        *v = NULL;

    if (all == NULL) {
        return NULL;
    }

    if (!json_is_object(all) || payload == NULL) {
        *why = "an event is an object with a payload";

    } else if (attributes != NULL && !json_is_object(attributes)) {
        *why = "attributes of an event must be an object";

    } else {
        v = json_pack("{s:s*, s:s*, s:O, s:o}", "type",
                      event_text(all, "type"), "message_id",
                      event_text(all, "message_id"), "payload", payload,
                      "attributes", attributes == NULL ? json_object()
                      : json_incref((json_t *) attributes));
    }

    json_decref(all);

    return v;
}


static json_t *
event_read(const json_t *heads, const char *body, size_t len,
    const char **why)
{
    const char *const  type = ckp_json_str(heads, "content-type");

    if (event_is(type, "application/cloudevents+json")) {
        return event_structured(body, len, why);
    }

    if (event_is(type, "application/cloudevents-batch+json")) {
        *why = "batches of events are not taken";
        return NULL;
    }

    return json_object_get(heads, "ce-specversion") != NULL
           ? event_binary(heads, body, len, why)
           : event_envelope(body, len, why);
}


json_t *
ckp_event_read(const json_t *heads, const char *body, size_t len,
    const char **why)
{
    const unsigned long  refusals = ckp_memory_refusals();

    *why = NULL;

    json_t *const  event = event_read(heads, body, len, why);

    /* what there was no memory for looks like what was not given */

    if (ckp_memory_refusals() != refusals) {
        *why = NULL;
    }

    return ckp_json_whole(event, refusals);
}
