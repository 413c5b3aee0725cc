/*
 * Internal actions of flow and state: log, wait, variables, ids, time.
 * Source: spec/ckp.md 13.1.
 */

#include "op/op_int.h"

#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "base/sha.h"
#include "lang/value.h"
#include "model/limits.h"

#define OP_ID_MAX  64
#define OP_EVENT_NAME_MAX  256


const json_t *
ckp_op_param(const json_t *params, const char *const *names)
{
    for (; *names != NULL; names++) {
        const json_t *const  v = json_object_get(params, *names);

        if (v != NULL) {
            return v;
        }
    }

    return NULL;
}


/* Did the author write this very text, without a template? */

static bool
op_is_literal(const ckp_fiber_t *f, const char *name, const json_t *value)
{
    const ckp_step_t *const  step = ckp_fiber_step(f);
    const char              *text;

    if (step == NULL || !json_is_string(value)) {
        return false;
    }

    text = ckp_json_str(ckp_template_source(step->params), name);

    return text != NULL && strstr(text, "{{") == NULL
           && strcmp(text, json_string_value(value)) == 0;
}


const json_t *
ckp_op_source(const ckp_fiber_t *f, const json_t *params)
{
    const char *const    others[] = { "value", "data", NULL };
    const json_t *const  source = json_object_get(params, "source");

    if (source == NULL) {
        return ckp_op_param(params, others);
    }

    if (op_is_literal(f, "source", source)) {
        const json_t *const  var = ckp_fiber_var_get(f,
                                                     json_string_value(source));

        if (var != NULL) {
            return var;
        }
    }

    return source;
}


json_t *
ckp_op_text(const json_t *v)
{
    ckp_buf_t  b;

    ckp_buf_init(&b, CKP_EVAL_RESULT_MAX);
    ckp_value_text(&b, v);

    json_t *const  text = b.failed == CKP_OK
                          ? json_stringn(ckp_buf_str(&b), b.len) : NULL;

    ckp_buf_free(&b);

    return text;
}


static int
op_log_level(const char *level)
{
    static const char *const  names[] = { "DEBUG", "INFO", "WARNING", "ERROR" };

    for (int i = 0; i < 4 && level != NULL; i++) {
        if (strcmp(level, names[i]) == 0) {
            return i;
        }
    }

    return 1;
}


static ckp_code_t
op_log(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const    names[] = { "message", "value", NULL };
    const json_t *const  message = ckp_op_param(params, names);
    const json_t *const  data = json_object_get(params, "data");
    char                 word[12] = "";
    const char          *level = ckp_json_str(params, "level");

    for (size_t i = 0; level != NULL && level[i] != '\0' && i < 11; i++) {
        word[i] = level[i] >= 'a' && level[i] <= 'z' ? (char) (level[i] - 32)
                                                     : level[i];
    }

    if (strcmp(word, "WARN") == 0) {
        memcpy(word, "WARNING", sizeof("WARNING"));
    }

    const int                 rank = op_log_level(word);
    static const char *const  names_of[] = { "DEBUG", "INFO", "WARNING",
                                             "ERROR" };

    *result = json_null();

    if (rank < ckp_fiber_program(f)->config.log_level) {
        return CKP_OK;
    }

    json_t *const  payload = json_pack("{s:s, s:o}", "level", names_of[rank],
                                       "message", ckp_op_text(message));

    if (data != NULL && payload != NULL) {
        (void) json_object_set(payload, "data", (json_t *) data);
    }

    return ckp_fiber_emit(f, "log", payload);
}


static ckp_code_t
op_wait(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const    names[] = { "duration_ms", "wait_ms", "value", NULL };
    const char *const    until = ckp_json_str(params, "until");
    const json_t *const  v = ckp_op_param(params, names);
    const int64_t        now = ckp_fiber_now(f);
    json_t              *number = NULL;
    int64_t              ms = 0;

    if (until != NULL) {
        if (!ckp_time_parse(until, &ms)) {
            return ckp_fiber_raise(f, "TypeMismatch",
                                   "until \"%.60s\" is no time", until);
        }

        ms -= now;

    } else if (ckp_value_number(v, &number)) {
        ms = (int64_t) json_number_value(number);
        json_decref(number);

    } else {
        return ckp_fiber_raise(f, "TypeMismatch", "the duration is no number");
    }

    if (ms < 0 || strcmp(ckp_fiber_mode(f), "dry_run") == 0) {
        ms = 0;
    }

    if (ms > CKP_WAIT_MS_MAX) {
        ms = CKP_WAIT_MS_MAX;
    }

    *result = json_pack("{s:I}", "waited_ms", (json_int_t) ms);

    return ms == 0 ? CKP_OK : ckp_fiber_sleep(f, now + ms);
}


static ckp_code_t
op_assign(ckp_fiber_t *f, const char *name, const json_t *value)
{
    if (strncmp(name, "__", 2) == 0 || strcmp(name, "secrets") == 0) {
        return ckp_fiber_raise(f, "TypeMismatch", "\"%.60s\" is reserved",
                               name);
    }

    return ckp_fiber_var_set(f, name, json_incref((json_t *) value));
}


static ckp_code_t
op_set_variable(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const  name = ckp_json_str(params, "variable");
    json_t *const      many = json_object_get(params, "variables");
    const char        *key;
    json_t            *value;
    ckp_code_t         rc;

    json_object_foreach(many, key, value) {
        rc = op_assign(f, key, value);
        if (rc != CKP_OK) {
            return rc;
        }
    }

    if (name == NULL) {
        if (!json_is_object(many)) {
            return ckp_fiber_raise(f, "TypeMismatch", "no variable is named");
        }

        *result = json_incref(many);
        return CKP_OK;
    }

    value = json_object_get(params, "value");
    value = value == NULL ? json_null() : value;

    rc = op_assign(f, name, value);
    *result = json_incref(value);

    return rc;
}


static ckp_code_t
op_append(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const  name = ckp_json_str(params, "array");
    const int64_t      most = ckp_json_int(params, "max_items", 0);
    json_t            *value = json_object_get(params, "value");

    if (name == NULL) {
        return ckp_fiber_raise(f, "TypeMismatch", "no array is named");
    }

    const json_t *const  old = ckp_fiber_var_get(f, name);

    if (old != NULL && !json_is_null(old) && !json_is_array(old)) {
        return ckp_fiber_raise(f, "TypeMismatch", "\"%.60s\" is no array",
                               name);
    }

    json_t *const  array = json_is_array(old) ? json_copy((json_t *) old)
                                              : json_array();
    bool           there = false;

    value = value == NULL ? json_null() : value;

    for (size_t i = 0; ckp_json_bool(params, "unique", false)
                       && i < json_array_size(array) && !there; i++)
    {
        there = ckp_json_equal(json_array_get(array, i), value);
    }

    if (!there && json_array_append(array, value) != 0) {
        json_decref(array);
        return CKP_E_NOMEM;
    }

    while (most > 0 && json_array_size(array) > (size_t) most) {
        (void) json_array_remove(array, 0);
    }

    *result = array;

    return ckp_fiber_var_set(f, name, json_incref(array));
}


static ckp_code_t
op_noop(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    (void) f;
    (void) params;

    *result = json_null();

    return CKP_OK;
}


static ckp_code_t
op_fail(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const    type = ckp_json_str(params, "error_type");
    const json_t *const  message = json_object_get(params, "message");
    json_t *const        data = json_object_get(params, "data");

    (void) result;

    json_t *const  text = message == NULL ? json_string("the procedure failed")
                                          : ckp_op_text(message);

    return ckp_fiber_raise_json(f, json_pack("{s:s, s:o, s:O?}",
                                "type", type == NULL || *type == '\0'
                                        ? "ProcedureFailure" : type,
                                "message", text, "details", data));
}


static ckp_code_t
op_set_checkpoint(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const  name = ckp_json_str(params, "name");
    char               id[CKP_UUID_LEN + 1];
    const ckp_code_t   rc = ckp_fiber_checkpoint(f, "manual", name, id);

    *result = json_pack("{s:s, s:s?}", "checkpoint_id", id, "name", name);

    return rc;
}


/* Who listens is known to the host; a dry run tells nobody. */

ckp_code_t
ckp_op_event_ask(ckp_fiber_t *f, const json_t *params, bool again,
    json_t **body)
{
    const char *const  name = ckp_json_str(params, "name");

    (void) again;

    if (strcmp(ckp_fiber_mode(f), "dry_run") == 0) {
        return CKP_OK;
    }

    if (name == NULL || *name == '\0' || strlen(name) > OP_EVENT_NAME_MAX
        || strstr(name, "://") != NULL)
    {
        return ckp_fiber_raise(f, "TypeMismatch",
                               "the name of an event is a text of 1 to %d "
                               "bytes without a scheme", OP_EVENT_NAME_MAX);
    }

    *body = json_pack("{s:s, s:s, s:O?, s:s*}", "op", "event", "name", name,
                      "payload", json_object_get(params, "payload"),
                      "type", ckp_json_str(params, "event_type"));

    return *body == NULL ? CKP_E_NOMEM : CKP_OK;
}


static ckp_code_t
op_emit_event(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    (void) f;
    (void) params;

    *result = json_pack("{s:i}", "delivered_to", 0);

    return CKP_OK;
}


static void
op_ulid(int64_t ms, ckp_rand_t *r, char *out)
{
    static const char  digits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

    for (int i = 9; i >= 0; i--) {
        out[i] = digits[ms & 31];
        ms >>= 5;
    }

    for (int i = 10; i < 26; i++) {
        out[i] = digits[ckp_rand_u64(r) & 31];
    }

    out[26] = '\0';
}


static ckp_code_t
op_generate_id(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const  kind = ckp_json_str(params, "kind");
    const char *const  prefix = ckp_json_str(params, "prefix");
    int64_t            length = ckp_json_int(params, "length", 0);
    ckp_rand_t *const  r = ckp_fiber_rand(f);
    char               id[OP_ID_MAX + 1];

    if (kind == NULL || strcmp(kind, "uuid4") == 0) {
        ckp_uuid4(r, id);

    } else if (strcmp(kind, "uuid7") == 0) {
        ckp_uuid7(r, ckp_fiber_now(f), id);

    } else if (strcmp(kind, "ulid") == 0) {
        op_ulid(ckp_fiber_now(f), r, id);

    } else if (strcmp(kind, "short") == 0) {
        static const char  digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";

        length = length < 1 || length > OP_ID_MAX ? 8 : length;

        for (int64_t i = 0; i < length; i++) {
            id[i] = digits[ckp_rand_u64(r) % 36];
        }

        id[length] = '\0';

    } else {
        return ckp_fiber_raise(f, "TypeMismatch", "no kind of id is \"%.40s\"",
                               kind);
    }

    if (length > 0 && (size_t) length < strlen(id)) {
        id[length] = '\0';
    }

    *result = json_sprintf("%s%s", prefix == NULL ? "" : prefix, id);

    return *result == NULL ? CKP_E_NOMEM : CKP_OK;
}


/* A strftime text: by the expression language, which knows them. */

static ckp_code_t
op_time_format(ckp_fiber_t *f, const char *iso, const char *format,
    const char *zone, json_t **result)
{
    static const char   with[] = "format_date(t, f, z)";
    static const char   without[] = "format_date(t, f)";
    const char *const   text = zone == NULL ? without : with;
    ckp_err_t           err = CKP_ERR_INIT;
    ckp_eval_t          ev;
    json_t *const       names = json_pack("{s:s, s:s, s:s?}", "t", iso, "f",
                                          format, "z", zone);
    const ckp_scope_t   scope = { .get = ckp_scope_object_get,
                                  .object = names };
    ckp_expr_t *const   expr = ckp_expr_parse(text, strlen(text), &err);
    ckp_code_t          rc = CKP_E_NOMEM;

    ckp_fiber_eval(f, &ev);
    ev.scope = &scope;

    if (expr != NULL && names != NULL) {
        rc = ckp_expr_value(expr, &ev, result, &err);
    }

    ckp_expr_free(expr);
    json_decref(names);

    if (rc == CKP_E_INVALID || rc == CKP_E_LIMIT) {
        return ckp_fiber_raise(f, "ExpressionError", "%s", err.msg);
    }

    return rc;
}


static ckp_code_t
op_get_timestamp(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const  format = ckp_json_str(params, "format");
    const char *const  zone = ckp_json_str(params, "timezone");
    const int64_t      ms = ckp_fiber_now(f)
                            + ckp_json_int(params, "offset_ms", 0);
    char               iso[CKP_TIME_LEN + 1];

    if (format != NULL && strcmp(format, "unix_ms") == 0) {
        *result = json_integer(ms);
        return CKP_OK;
    }

    if (format != NULL && strcmp(format, "unix") == 0) {
        *result = json_integer(ms / 1000);
        return CKP_OK;
    }

    ckp_time_text(ms, iso);

    if (format != NULL && strcmp(format, "date") == 0) {
        if (zone != NULL) {
            return op_time_format(f, iso, "%Y-%m-%d", zone, result);
        }

        *result = json_stringn(iso, 10);
        return CKP_OK;
    }

    if (format != NULL && strcmp(format, "iso") != 0) {
        return op_time_format(f, iso, format, zone, result);
    }

    if (zone != NULL && strcmp(zone, "UTC") != 0) {
        return op_time_format(f, iso, "%Y-%m-%dT%H:%M:%S%z", zone, result);
    }

    *result = json_string(iso);

    return CKP_OK;
}


/* Only a handle: the value is put in where a request leaves. */

static ckp_code_t
op_retrieve_secret(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char *const  names[] = { "name", "secret_name", NULL };
    const char *const  name = json_string_value(ckp_op_param(params, names));

    if (name == NULL || *name == '\0') {
        return ckp_fiber_raise(f, "SecretNotFound", "no secret is named");
    }

    *result = ckp_fiber_secret(f, name, ckp_json_str(params, "field"));

    return *result != NULL ? CKP_OK
           : ckp_fiber_raise(f, "SecretNotFound",
                             "\"%.60s\" is no name of a secret", name);
}


const ckp_op_t  ckp_ops_flow[] = {
    { "log", " message value level data ", " message|value ", true, false,
      op_log },
    { "wait", " duration_ms wait_ms value until ",
      " duration_ms|wait_ms|value|until ", true, false, op_wait },
    { "set_variable", " variable value variables ", " variable|variables ",
      true, false, op_set_variable },
    { "append_to_array", " array value unique max_items ", " array ", true,
      false, op_append },
    { "noop", " ", NULL, false, false, op_noop },
    { "fail", " message error_type data ", NULL, false, false, op_fail },
    { "set_checkpoint", " name ", NULL, true, false, op_set_checkpoint },
    { "emit_event", " name payload event_type ", " name ", false, false,
      op_emit_event },
    { "generate_id", " kind prefix length ", NULL, true, false,
      op_generate_id },
    { "get_timestamp", " format timezone offset_ms ", NULL, true, false,
      op_get_timestamp },
    { "retrieve_secret", " name secret_name field ", " name|secret_name ",
      false, false, op_retrieve_secret },
    { .action = NULL }
};
