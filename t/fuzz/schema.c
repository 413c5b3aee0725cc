/*
 * Two lines of JSON: a schema, and a value that is checked by it.
 */

#include "fuzz.h"

#include "lang/schema.h"


static void
schema_say(void *data, int number, const char *pointer, const char *message)
{
    (void) data;
    F_HOLDS(number > 0 && pointer != NULL && message != NULL);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const uint8_t  *rest;
    size_t          left;
    char *const     line = f_line(data, size, &rest, &left);
    ckp_err_t       err = CKP_ERR_INIT;
    json_t *const   schema = ckp_json_parse(line, strlen(line), &err);
    json_t *const   value = ckp_json_parse((const char *) rest, left, &err);

    if (schema != NULL) {
        json_t  *errors = NULL;

        (void) ckp_schema_lint(schema, schema_say, NULL);
        err = (ckp_err_t) CKP_ERR_INIT;
        (void) ckp_schema_check(schema, value == NULL ? schema : value,
                                &errors, &err);
        f_made(errors);
    }

    json_decref(schema);
    json_decref(value);
    free(line);

    return 0;
}
