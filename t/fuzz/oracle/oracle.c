/*
 * Alone in knowing jansson; see oracle.h.
 */

#include <jansson.h>

#include "oracle.h"

#include "value_ops.h"


static char *
oracle_text(json_t *v)
{
    return json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
}


char *
oracle_read(const char *text, size_t len)
{
    json_t *const  v = json_loadb(text, len, JSON_REJECT_DUPLICATES
                                  | JSON_DECODE_ANY, NULL);
    char *const    s = v == NULL ? NULL : oracle_text(v);

    json_decref(v);

    return s;
}


char *
oracle_ops(const uint8_t *data, size_t size)
{
    return ops_run(data, size, oracle_text);
}
