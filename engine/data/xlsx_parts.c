/*
 * The parts of a spreadsheet that its sheets refer to: shared texts, styles.
 */

#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "data/table.h"
#include "data/xlsx_int.h"
#include "data/xml_int.h"


const char *
ckp_xlsx_name(const char *name)
{
    const char *const  colon = strchr(name, ':');

    return colon == NULL ? name : colon + 1;
}


const char *
ckp_xlsx_attr(const char **attrs, const char *name)
{
    for ( /* void */ ; attrs[0] != NULL; attrs += 2) {
        if (strcmp(attrs[0], name) == 0) {
            return attrs[1];
        }
    }

    return NULL;
}


/* --- shared texts ---------------------------------------------------------------- */

typedef struct {
    json_t     *texts;
    ckp_buf_t   text;
    bool        in_text;
    unsigned    spoken;         /* depth in <rPh>: how a text is read aloud */
    ckp_err_t  *err;
} texts_t;


static bool
texts_open(void *data, const char *name, const char **attrs)
{
    texts_t *const     t = data;
    const char *const  own = ckp_xlsx_name(name);

    (void) attrs;

    if (strcmp(own, "si") == 0) {
        t->text.len = 0;

    } else if (strcmp(own, "rPh") == 0) {
        t->spoken++;

    } else if (strcmp(own, "t") == 0) {
        t->in_text = t->spoken == 0;
    }

    return true;
}


static bool
texts_text(void *data, const char *s, size_t len)
{
    texts_t *const  t = data;

    if (t->in_text) {
        ckp_buf_put(&t->text, s, len);
    }

    return true;
}


static bool
texts_add(texts_t *t)
{
    if (json_array_size(t->texts) >= CKP_TABLE_CELLS_MAX) {
        (void) ckp_fail(t->err, CKP_E_LIMIT, "", "more than %d shared texts",
                        CKP_TABLE_CELLS_MAX);
        return false;
    }

    if (t->text.failed != CKP_OK
        || json_array_append_new(t->texts,
                                 json_stringn(ckp_buf_str(&t->text),
                                              t->text.len)) != 0)
    {
        (void) ckp_fail(t->err, t->text.failed == CKP_E_LIMIT
                        ? CKP_E_LIMIT : CKP_E_NOMEM, "",
                        "a text that is too long");
        return false;
    }

    return true;
}


static bool
texts_close(void *data, const char *name)
{
    texts_t *const     t = data;
    const char *const  own = ckp_xlsx_name(name);

    if (strcmp(own, "si") == 0) {
        return texts_add(t);
    }

    if (strcmp(own, "rPh") == 0) {
        t->spoken--;

    } else if (strcmp(own, "t") == 0) {
        t->in_text = false;
    }

    return true;
}


json_t *
ckp_xlsx_texts(const char *xml, size_t len, ckp_err_t *err)
{
    static const ckp_xml_events_t  on = { texts_open, texts_text,
                                          texts_close };
    texts_t                        t = { .texts = json_array(), .err = err };
    ckp_code_t                     rc;

    if (t.texts == NULL) {
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        return NULL;
    }

    ckp_buf_init(&t.text, CKP_JSON_STRING_MAX);
    rc = ckp_xml_walk(xml, len, &on, &t, err);
    ckp_buf_free(&t.text);

    if (rc != CKP_OK) {
        json_decref(t.texts);
        return NULL;
    }

    return t.texts;
}


/* --- styles ------------------------------------------------------------------------ */

typedef struct {
    json_t           *formats;  /* number of a format -> its code */
    ckp_xlsx_book_t  *book;
    bool              in_cells; /* in <cellXfs> */
    ckp_err_t        *err;
} styles_t;


/* Whether a format's code has a part of a date or a time in it. */
static bool
style_code_is_date(const char *code)
{
    for (const char *p = code; *p != '\0'; p++) {
        const char  end = *p == '"' ? '"' : *p == '[' ? ']' : '\0';

        if (end != '\0') {
            const char *const  behind = strchr(p + 1, end);

            p = behind == NULL ? p : behind;

        } else if (*p == '\\' || *p == '_' || *p == '*') {
            p += p[1] != '\0' ? 1 : 0;

        } else if (strchr("ymdhsYMDHS", *p) != NULL) {
            return true;
        }
    }

    return false;
}


static bool
style_is_date(const styles_t *t, const char *id)
{
    const char *const  code = ckp_json_str(t->formats, id);
    const long         n = strtol(id, NULL, 10);

    if (code != NULL) {
        return style_code_is_date(code);
    }

    /* those that every program knows, also the Asian ones */

    return (n >= 14 && n <= 22) || (n >= 27 && n <= 36) || (n >= 45 && n <= 47)
           || (n >= 50 && n <= 58);
}


static bool
styles_open(void *data, const char *name, const char **attrs)
{
    styles_t *const    t = data;
    const char *const  own = ckp_xlsx_name(name);
    const char *const  id = ckp_xlsx_attr(attrs, "numFmtId");
    const char *const  code = ckp_xlsx_attr(attrs, "formatCode");

    if (strcmp(own, "cellXfs") == 0) {
        t->in_cells = true;

    } else if (strcmp(own, "numFmt") == 0 && id != NULL && code != NULL) {
        if (json_object_set_new(t->formats, id, json_string(code)) != 0) {
            (void) ckp_fail(t->err, CKP_E_NOMEM, "", "no memory");
            return false;
        }

    } else if (strcmp(own, "xf") == 0 && t->in_cells
               && t->book->ndates < CKP_XLSX_STYLES_MAX)
    {
        t->book->dates[t->book->ndates++] = id != NULL
                                            && style_is_date(t, id);
    }

    return true;
}


static bool
styles_text(void *data, const char *s, size_t len)
{
    (void) data;
    (void) s;
    (void) len;

    return true;
}


static bool
styles_close(void *data, const char *name)
{
    styles_t *const  t = data;

    if (strcmp(ckp_xlsx_name(name), "cellXfs") == 0) {
        t->in_cells = false;
    }

    return true;
}


ckp_code_t
ckp_xlsx_styles(const char *xml, size_t len, ckp_xlsx_book_t *book,
    ckp_err_t *err)
{
    static const ckp_xml_events_t  on = { styles_open, styles_text,
                                          styles_close };
    styles_t                       t = { .formats = json_object(),
                                         .book = book, .err = err };
    ckp_code_t                     rc;

    book->ndates = 0;
    book->dates = ckp_calloc(CKP_XLSX_STYLES_MAX);

    if (t.formats == NULL || book->dates == NULL) {
        json_decref(t.formats);
        return ckp_fail(err, CKP_E_NOMEM, "", "no memory");
    }

    rc = ckp_xml_walk(xml, len, &on, &t, err);
    json_decref(t.formats);

    return rc;
}
