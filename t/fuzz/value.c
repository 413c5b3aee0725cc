/*
 * Any bytes as a program over JSON values: ours come to what jansson's do.
 */

#include "fuzz.h"

#include "base/json.h"
#include "oracle/oracle.h"

/* members may be removed while one walks */

#define json_object_foreach_safe(o, safe, name, v)                            \
    for ((safe) = NULL; (safe) == NULL; (safe) = (void *) &(safe))            \
        json_object_foreach(o, name, v)

#include "value_ops.h"


static char *
value_text(json_t *v)
{
    return ckp_json_text(v);
}


int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const  ours = ops_run(data, size, value_text);
    char *const  theirs = oracle_ops(data, size);

    if (strcmp(ours, theirs) != 0) {
        fprintf(stderr, "ours:\n%s\ntheirs:\n%s\n", ours, theirs);
        F_HOLDS(false);
    }

    free(ours);
    free(theirs);

    return 0;
}
