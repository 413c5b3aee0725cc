/*
 * Internal actions that remember: for the run, in its state, or for a project,
 * in rows that other runs see, too.  Source: spec/ckp.md 13.5, 24.2.
 *
 * state.memory {key: value}, state.memory_until {key: ms}.  What was read or
 * written of a project's memory is there as well, for {{memory.key}}.
 */

#include "op/op_int.h"

#include <string.h>

#include "base/json.h"
#include "model/limits.h"

#define MEMORY_KEY_MAX   256
#define MEMORY_DAYS      30
#define DAY_MS           86400000


static const json_t *
memory_config(const ckp_fiber_t *f)
{
    return json_object_get(json_object_get(ckp_fiber_program(f)->doc,
                                           "global_config"), "memory");
}


/* *project: rows of the store, not of the run. */

static ckp_code_t
memory_scope(ckp_fiber_t *f, const json_t *params, bool *project)
{
    const char  *scope = ckp_json_str(params, "scope");

    if (scope == NULL) {
        scope = ckp_json_str(memory_config(f), "scope");

        if (scope == NULL) {
            scope = ckp_json_str(ckp_fiber_program(f)->legacy, "memory");
        }

        if (scope == NULL || strcmp(scope, "none") == 0) {
            scope = "run";
        }
    }

    *project = strcmp(scope, "project") == 0;

    return *project || strcmp(scope, "run") == 0 ? CKP_OK
           : ckp_fiber_raise(f, "TypeMismatch",
                             "scope is run or project, not \"%.40s\"", scope);
}


static ckp_code_t
memory_key(ckp_fiber_t *f, const json_t *params, const char **key)
{
    const json_t *const  v = json_object_get(params, "key");

    *key = v == NULL || json_is_null(v) ? "default" : json_string_value(v);

    return *key != NULL && **key != '\0' && strlen(*key) <= MEMORY_KEY_MAX
           ? CKP_OK : ckp_fiber_raise(f, "TypeMismatch",
                                      "the key is a text of 1 to 256 bytes");
}


/* 0: for ever */

static int64_t
memory_until(const ckp_fiber_t *f, const json_t *params, bool project)
{
    const int64_t  seconds = ckp_json_int(params, "ttl_seconds", 0);
    const int64_t  days = ckp_json_int(memory_config(f), "retention_days",
                                       MEMORY_DAYS);

    if (seconds > 0) {
        return ckp_fiber_now(f) + (seconds < 4000000000 ? seconds
                                                        : 4000000000) * 1000;
    }

    return project && days > 0 ? ckp_fiber_now(f) + days * DAY_MS : 0;
}


/* --- in the run ------------------------------------------------------------------ */

static const json_t *
memory_kept(const ckp_fiber_t *f, const char *key)
{
    const json_t *const  until = ckp_fiber_run_get(f, "memory_until", key);

    return until != NULL && json_integer_value(until) != 0
           && json_integer_value(until) <= ckp_fiber_now(f)
           ? NULL : ckp_fiber_run_get(f, "memory", key);
}


/* value is stolen; until 0: as long as the run */

static ckp_code_t
memory_keep(ckp_fiber_t *f, const char *key, json_t *value, int64_t until)
{
    const size_t   bytes = ckp_json_size(value, 2 * CKP_VALUE_MAX);
    json_t *const  all = json_copy(ckp_fiber_run_get(f, "memory", NULL));
    size_t         rest = 0;
    ckp_code_t     rc;

    if (all != NULL) {
        (void) json_object_del(all, key);
        rest = ckp_json_size(all, 2 * CKP_VARS_MAX);
        json_decref(all);
    }

    if (bytes > CKP_VALUE_MAX || bytes + rest > CKP_VARS_MAX) {
        json_decref(value);
        return ckp_fiber_raise(f, "VariablesTooLarge",
                               "memory \"%.60s\" of %zu bytes is too much",
                               key, bytes);
    }

    rc = ckp_fiber_run_put(f, "memory", key, value);

    if (rc == CKP_OK
        && (until != 0 || ckp_fiber_run_get(f, "memory_until", key) != NULL))
    {
        rc = ckp_fiber_run_put(f, "memory_until", key,
                               json_integer((json_int_t) until));
    }

    return rc;
}


/* --- in the project ---------------------------------------------------------------- */

/* {project, procedure, key} as rows have it: "*" with a project of its own. */

static json_t *
memory_row(ckp_fiber_t *f, const char *op, const char *key)
{
    const char *const  own = ckp_fiber_program(f)->procedure_id;
    json_t *const      id = ckp_scope_find(ckp_fiber_scope(f), "project_id");
    const char *const  project = json_string_value(id);
    json_t *const      row = json_pack("{s:s, s:s, s:s, s:s}", "op", op,
                                 "project", project == NULL ? own : project,
                                 "procedure", project == NULL ? own : "*",
                                 "key", key);

    json_decref(id);

    return row;
}


/* value is borrowed; NULL: null */

static ckp_code_t
memory_write(ckp_fiber_t *f, const json_t *params, const char *op,
    const char *key, const json_t *value)
{
    const int64_t  until = memory_until(f, params, true);
    const int64_t  most = ckp_json_int(params, "max_items", 0);
    json_t        *row;

    if (strcmp(ckp_fiber_mode(f), "dry_run") == 0) {
        return CKP_OK;
    }

    row = memory_row(f, op, key);

    if (json_object_set(row, "value", value == NULL ? json_null()
                                                    : (json_t *) value) != 0
        || (until != 0
            && json_object_set_new(row, "expires_at",
                                   json_integer((json_int_t) until)) != 0)
        || (most > 0
            && json_object_set_new(row, "max_items",
                                   json_integer((json_int_t) most)) != 0))
    {
        json_decref(row);
        return CKP_E_NOMEM;
    }

    return ckp_fiber_write(f, "memory", row);
}


/* What is read has to be asked for. */

ckp_code_t
ckp_op_memory_ask(ckp_fiber_t *f, const json_t *params, bool again,
    json_t **body)
{
    const char  *key;
    bool         project;
    ckp_code_t   rc = memory_scope(f, params, &project);

    (void) again;

    rc = rc == CKP_OK ? memory_key(f, params, &key) : rc;

    if (rc != CKP_OK || !project) {
        return rc;
    }

    *body = memory_row(f, "memory", key);

    return *body == NULL ? CKP_E_NOMEM : CKP_OK;
}


/* --- the actions -------------------------------------------------------------------- */

static ckp_code_t
memory_get(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char        *key;
    const ckp_code_t   rc = memory_key(f, params, &key);

    if (rc != CKP_OK) {
        return rc;
    }

    const json_t *const  v = memory_kept(f, key);

    *result = v == NULL ? json_null() : ckp_json_copy(v);

    return *result == NULL ? CKP_E_NOMEM : CKP_OK;
}


ckp_code_t
ckp_op_memory_got(ckp_fiber_t *f, const json_t *params, const json_t *data,
    json_t **result)
{
    const json_t *const  v = json_object_get(data, "result");
    const char          *key;
    ckp_code_t           rc = memory_key(f, params, &key);

    if (rc != CKP_OK) {
        return rc;
    }

    *result = v == NULL ? json_null() : ckp_json_copy(v);

    return *result == NULL ? CKP_E_NOMEM
           : memory_keep(f, key, json_incref(*result), 0);
}


static ckp_code_t
memory_set(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    json_t *const  given = json_object_get(params, "value");
    json_t *const  value = given == NULL ? json_null() : given;
    const char    *key;
    bool           project = false;
    ckp_code_t     rc = memory_scope(f, params, &project);

    rc = rc == CKP_OK ? memory_key(f, params, &key) : rc;

    if (rc == CKP_OK) {
        rc = memory_keep(f, key, ckp_json_copy(value),
                         memory_until(f, params, false));
    }

    if (rc == CKP_OK && project) {
        rc = memory_write(f, params, "set", key, value);
    }

    *result = json_incref(value);

    return rc;
}


/* old ++ [value], the oldest beyond max_items left out; NULL: no memory */

static json_t *
memory_longer(const json_t *old, const json_t *params)
{
    json_t *const  given = json_object_get(params, "value");
    const int64_t  most = ckp_json_int(params, "max_items", 0);
    json_t *const  list = json_is_array(old) ? json_copy((json_t *) old)
                          : old == NULL || json_is_null(old)
                          ? json_array() : json_pack("[O]", old);

    if (json_array_append(list, given == NULL ? json_null() : given) != 0) {
        json_decref(list);
        return NULL;
    }

    while (most > 0 && json_array_size(list) > (size_t) most) {
        (void) json_array_remove(list, 0);
    }

    return list;
}


static ckp_code_t
memory_append(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char  *key;
    ckp_code_t   rc = memory_key(f, params, &key);

    if (rc != CKP_OK) {
        return rc;
    }

    *result = memory_longer(memory_kept(f, key), params);

    return *result == NULL ? CKP_E_NOMEM
           : memory_keep(f, key, json_incref(*result),
                         memory_until(f, params, false));
}


/* What is told is what was there with the value behind it; what is written is
 * the value alone, so that nobody's append is lost. */

ckp_code_t
ckp_op_memory_appended(ckp_fiber_t *f, const json_t *params,
    const json_t *data, json_t **result)
{
    const char  *key;
    ckp_code_t   rc = memory_key(f, params, &key);

    if (rc != CKP_OK) {
        return rc;
    }

    *result = memory_longer(json_object_get(data, "result"), params);

    if (*result == NULL) {
        return CKP_E_NOMEM;
    }

    rc = memory_keep(f, key, json_incref(*result), 0);

    return rc == CKP_OK ? memory_write(f, params, "append", key,
                                       json_object_get(params, "value"))
                        : rc;
}


static ckp_code_t
memory_delete(ckp_fiber_t *f, const json_t *params, json_t **result)
{
    const char  *key;
    bool         project = false;
    ckp_code_t   rc = memory_scope(f, params, &project);

    rc = rc == CKP_OK ? memory_key(f, params, &key) : rc;

    if (rc != CKP_OK) {
        return rc;
    }

    *result = json_null();

    if (ckp_fiber_run_get(f, "memory", key) != NULL) {
        rc = memory_keep(f, key, json_null(), 0);
    }

    return rc == CKP_OK && project
           ? memory_write(f, params, "delete", key, NULL) : rc;
}


const ckp_op_t  ckp_ops_memory[] = {
    { "memory_get", " key scope ", NULL, false, true, memory_get },
    { "memory_set", " key value scope ttl_seconds ", " value ", false, true,
      memory_set },
    { "memory_append", " key value scope ttl_seconds max_items ", " value ",
      false, true, memory_append },
    { "memory_delete", " key scope ", NULL, false, true, memory_delete },
    { .action = NULL }
};
