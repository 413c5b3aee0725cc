/*
 * Rows become JSON: in the thread that read them, off the loop.
 */

#include "store/ngx_lo_store_int.h"


static int ngx_lo_db_columns(ngx_lo_prepared_t *p);
static json_t *ngx_lo_db_value(sqlite3_stmt *handle, int i, char kind,
    ngx_uint_t *shut);
static json_t *ngx_lo_db_json(const char *text, size_t len, ngx_uint_t *shut,
    ckp_err_t *err);
static json_t *ngx_lo_db_stored(const char *text, size_t len, char kind,
    ngx_uint_t *shut);
static json_t *ngx_lo_db_point(json_t *chain, ngx_uint_t *shut,
    ckp_err_t *err);
static json_t *ngx_lo_db_word(json_t *word, ngx_uint_t *shut,
    ckp_err_t *err);
static json_t *ngx_lo_db_opened(const char *text, size_t len,
    ngx_uint_t *shut, ckp_err_t *err);


static ngx_lo_compiler_pt  ngx_lo_compiler;


void
ngx_lo_store_compiler(ngx_lo_compiler_pt compile)
{
    ngx_lo_compiler = compile;
}


int
ngx_lo_db_row(ngx_lo_prepared_t *p, json_t *rows, ngx_uint_t *shut)
{
    int      i, rc;
    json_t  *row, *value;

    if (p->names == NULL || p->names[p->columns - 1] == NULL) {
        rc = ngx_lo_db_columns(p);
        if (rc != SQLITE_OK) {
            return rc;
        }
    }

    row = json_object();

    if (row == NULL || json_array_append_new(rows, row) != 0) {
        return SQLITE_NOMEM;
    }

    for (i = 0; i < p->columns; i++) {
        value = ngx_lo_db_value(p->handle, i, p->kinds[i], shut);

        if (value == NULL) {
            return SQLITE_MISMATCH;
        }

        if (json_object_set_new(row, p->names[i], value) != 0) {
            return SQLITE_NOMEM;
        }
    }

    return SQLITE_OK;
}


/* Column names, read once there is a row: "created_at:t" -> name, kind. */

static int
ngx_lo_db_columns(ngx_lo_prepared_t *p)
{
    int          i;
    size_t       len;
    const char  *name;

    p->names = ckp_calloc((size_t) p->columns * sizeof(char *));
    p->kinds = ckp_calloc((size_t) p->columns);

    if (p->names == NULL || p->kinds == NULL) {
        return SQLITE_NOMEM;
    }

    for (i = 0; i < p->columns; i++) {
        name = sqlite3_column_name(p->handle, i);
        if (name == NULL) {
            return SQLITE_NOMEM;
        }

        len = strlen(name);

        if (len > 2 && name[len - 2] == ':') {
            p->kinds[i] = name[len - 1];
            p->documents |= (name[len - 1] == 'd');
            len -= 2;
        }

        p->names[i] = ckp_alloc(len + 1);
        if (p->names[i] == NULL) {
            return SQLITE_NOMEM;
        }

        ngx_memcpy(p->names[i], name, len);
        p->names[i][len] = '\0';
    }

    return SQLITE_OK;
}


void
ngx_lo_db_documents(const ngx_lo_prepared_t *p, const json_t *rows)
{
    int            i;
    size_t         n;
    const json_t  *row, *hash, *body;

    for (i = 1; i < p->columns; i++) {

        if (p->kinds[i] != 'd' || ngx_lo_compiler == NULL) {
            continue;
        }

        json_array_foreach(rows, n, row) {
            hash = json_object_get(row, p->names[i - 1]);
            body = json_object_get(row, p->names[i]);

            if (json_is_string(hash) && json_is_string(body)) {
                ngx_lo_compiler(json_string_value(hash),
                                json_string_value(body),
                                json_string_length(body));
            }
        }
    }
}


/* NULL: no memory, or a text that is not what its suffix says. */

static json_t *
ngx_lo_db_value(sqlite3_stmt *handle, int i, char kind, ngx_uint_t *shut)
{
    char         time[CKP_TIME_LEN + 1];
    size_t       len;
    const char  *text;

    switch (sqlite3_column_type(handle, i)) {

    case SQLITE_NULL:
        return json_null();

    case SQLITE_INTEGER:
        if (kind == 't') {
            ckp_time_text(sqlite3_column_int64(handle, i), time);
            return json_string(time);
        }

        if (kind == 'b') {
            return json_boolean(sqlite3_column_int64(handle, i) != 0);
        }

        return json_integer(sqlite3_column_int64(handle, i));

    case SQLITE_FLOAT:
        return json_real(sqlite3_column_double(handle, i));

    default:
        text = (const char *) sqlite3_column_text(handle, i);
        len = (size_t) sqlite3_column_bytes(handle, i);

        if (text == NULL) {
            return NULL;
        }

        /*
         * What is here passed the parser of inputs; the envelopes around it
         * may nest deeper than an input could.
         */

        if (kind == 's' || kind == 'w' || kind == 'p') {
            return ngx_lo_db_stored(text, len, kind, shut);
        }

        return (kind == 'j') ? ngx_lo_db_json(text, len, shut, NULL)
                             : json_stringn(text, len);
    }
}


static json_t *
ngx_lo_db_json(const char *text, size_t len, ngx_uint_t *shut, ckp_err_t *err)
{
    return (len != 0 && text[0] == NGX_LO_SEALED)
           ? ngx_lo_db_opened(text, len, shut, err)
           : ckp_json_read(text, len, err);
}


/* What is no value is one run's misfortune, not that of all in the job. */

static json_t *
ngx_lo_db_stored(const char *text, size_t len, char kind, ngx_uint_t *shut)
{
    json_t     *v;
    ckp_err_t   err = CKP_ERR_INIT;

    v = ngx_lo_db_json(text, len, shut, &err);

    if (kind == 'w' && v != NULL) {
        v = ngx_lo_db_word(v, shut, &err);

    } else if (kind == 'p' && v != NULL) {
        v = ngx_lo_db_point(v, shut, &err);
    }

    return (v == NULL && err.code == CKP_E_INVALID)
           ? json_pack("{s:b}", NGX_LO_DAMAGED, 1) : v;
}


/* A state as its rows have it, [whole, what changed since, ...], each of which
 * may be sealed; `chain` is stolen. */

static json_t *
ngx_lo_db_point(json_t *chain, ngx_uint_t *shut, ckp_err_t *err)
{
    json_t      *whole, *opened, *part;
    ngx_uint_t   i;

    for (i = 0; i < json_array_size(chain); i++) {
        part = json_array_get(chain, i);

        if (!json_is_string(part)) {
            continue;
        }

        opened = ngx_lo_db_opened(json_string_value(part),
                                  json_string_length(part), shut, err);

        if (json_object_get(opened, NGX_LO_SHUT) != NULL) {
            json_decref(chain);
            return opened;
        }

        if (json_array_set_new(chain, i, opened) != 0) {
            json_decref(chain);
            return NULL;
        }
    }

    whole = ckp_state_whole(chain, err);
    json_decref(chain);

    return whole;
}


/* What is told to a run may have a state in it, as its rows have that, and what
 * else was said beside it: together they are what is told. */

static json_t *
ngx_lo_db_word(json_t *word, ngx_uint_t *shut, ckp_err_t *err)
{
    json_t      *part, *opened;
    const char  *text;

    part = json_object_get(word, "state");
    text = json_string_value(part);

    /* a sealed text alone is one of an older version */

    if ((text != NULL && text[0] == NGX_LO_SEALED)
        || (json_is_array(part)
            && json_object_get(word, "checkpoint_id") != NULL))
    {
        part = (text != NULL) ? json_pack("[O]", part) : json_incref(part);

        if (part == NULL
            || json_object_set_new(word, "state",
                                   ngx_lo_db_point(part, shut, err)) != 0)
        {
            goto failed;
        }
    }

    part = json_object_get(word, "!word");
    text = json_string_value(part);

    if (text != NULL && text[0] == NGX_LO_SEALED) {
        opened = ngx_lo_db_opened(text, json_string_length(part), shut, err);

        if (opened == NULL || json_object_update(word, opened) != 0) {
            json_decref(opened);
            goto failed;
        }

        json_decref(opened);
    }

    (void) json_object_del(word, "!word");

    return word;

failed:

    json_decref(word);

    return NULL;
}


static json_t *
ngx_lo_db_opened(const char *text, size_t len, ngx_uint_t *shut,
    ckp_err_t *err)
{
    json_t     *v;
    ckp_buf_t   out;

    ckp_buf_init(&out, NGX_LO_SEALED_MAX);

    if (ngx_lo_sealer != NULL
        && ngx_lo_sealer->open(text, len, &out) == NGX_OK)
    {
        v = ckp_json_read(out.data, out.len, err);

    } else {
        v = json_pack("{s:b}", NGX_LO_SHUT, 1);
        *shut = 1;
    }

    ckp_buf_free(&out);

    return v;
}


ngx_uint_t
ngx_lo_store_is_shut(const json_t *v)
{
    return json_object_get(v, NGX_LO_SHUT) != NULL
           || json_object_get(json_object_get(v, "state"), NGX_LO_SHUT)
              != NULL;
}


ngx_uint_t
ngx_lo_store_is_damaged(const json_t *v)
{
    return json_object_get(v, NGX_LO_DAMAGED) != NULL;
}
