/*
 * JSON of a file.
 */

#ifndef T_FILE_H
#define T_FILE_H

#include <stdio.h>
#include <stdlib.h>

#include "base/json.h"
#include "base/json_read.h"


/* New; NULL: there is none, or it is no JSON. */

static inline json_t *
t_file(const char *path)
{
    FILE *const  in = fopen(path, "rb");
    json_t      *v = NULL;
    ckp_buf_t    b;
    char         some[4096];
    size_t       n;

    if (in == NULL) {
        return NULL;
    }

    ckp_buf_init(&b, 1 << 28);

    while ((n = fread(some, 1, sizeof(some), in)) > 0) {
        ckp_buf_put(&b, some, n);
    }

    v = ckp_json_read(ckp_buf_str(&b), b.len, NULL);
    ckp_buf_free(&b);
    fclose(in);

    return v;
}

#endif
