/*
 * Spreadsheets: finding the sheet in its archive.
 */

#include "data/xlsx.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "data/xlsx_int.h"
#include "data/xml_int.h"
#include "data/zip.h"
#include "lang/value.h"

#define XLSX_PATH_MAX  256

typedef struct {
    ckp_zip_t        *zip;
    ckp_xml_t        *workbook;     /* its tree */
    ckp_xml_t        *links;        /* tree of its relations */
    ckp_xlsx_book_t   book;
    ckp_err_t        *err;
} xlsx_t;


/* --- trees -------------------------------------------------------------------- */


/* The next element of that name after `n` in the document, `n` itself not. */
static const ckp_xml_node_t *
xlsx_next(const ckp_xml_node_t *n, const char *name)
{
    do {
        if (n->first != NULL) {
            n = n->first;

        } else {
            while (n != NULL && n->next == NULL) {
                n = n->up;
            }

            n = n == NULL ? NULL : n->next;
        }

    } while (n != NULL
             && (n->name == NULL || strcmp(ckp_xlsx_name(n->name), name) != 0));

    return n;
}


/* An attribute by its name without a prefix; NULL: none. */
static const char *
xlsx_attr(const ckp_xml_node_t *n, const char *name)
{
    for (const ckp_xml_attr_t *a = n->attrs; a != NULL; a = a->next) {
        if (strcmp(ckp_xlsx_name(a->name), name) == 0) {
            return a->value;
        }
    }

    return NULL;
}


/* r:id has a prefix of its own choice, and `id` stands beside it. */
static const char *
xlsx_link_id(const ckp_xml_node_t *sheet)
{
    for (const ckp_xml_attr_t *a = sheet->attrs; a != NULL; a = a->next) {
        if (strchr(a->name, ':') != NULL
            && strcmp(ckp_xlsx_name(a->name), "id") == 0)
        {
            return a->value;
        }
    }

    return NULL;
}


static ckp_xml_t *
xlsx_tree(xlsx_t *x, const char *name)
{
    size_t       len;
    char *const  text = ckp_zip_read(x->zip, name, &len, x->err);
    ckp_xml_t   *tree;

    if (text == NULL) {
        return NULL;
    }

    tree = ckp_xml_parse(text, len, x->err);
    ckp_free(text);

    return tree;
}


/* --- parts ---------------------------------------------------------------------- */


/* The part a relation leads to, by its id, or by the end of its type.  false:
 * there is none. */
static bool
xlsx_part(const xlsx_t *x, const char *id, const char *type,
    char part[XLSX_PATH_MAX])
{
    const ckp_xml_node_t  *n = &x->links->top;

    while ((n = xlsx_next(n, "Relationship")) != NULL) {
        const char *const  own = xlsx_attr(n, "Id");
        const char *const  of = xlsx_attr(n, "Type");
        const char *const  end = of == NULL ? NULL : strrchr(of, '/');
        const char *const  target = xlsx_attr(n, "Target");

        if (target == NULL
            || (id != NULL && (own == NULL || strcmp(own, id) != 0))
            || (type != NULL && (end == NULL || strcmp(end + 1, type) != 0)))
        {
            continue;
        }

        return snprintf(part, XLSX_PATH_MAX, "%s%s",
                        target[0] == '/' ? "" : "xl/",
                        target[0] == '/' ? target + 1 : target)
               < XLSX_PATH_MAX;
    }

    return false;
}


/* The sheet of that name, or the first; NULL: err says so. */
static const ckp_xml_node_t *
xlsx_find(const xlsx_t *x, const char *name)
{
    const ckp_xml_node_t  *n = &x->workbook->top;

    while ((n = xlsx_next(n, "sheet")) != NULL) {
        const char *const  own = xlsx_attr(n, "name");

        if (name == NULL || (own != NULL && ckp_fold_equal(own, name))) {
            return n;
        }
    }

    if (name == NULL) {
        (void) ckp_fail(x->err, CKP_E_INVALID, "", "the file has no sheet");

    } else {
        (void) ckp_fail(x->err, CKP_E_INVALID, "",
                        "the file has no sheet \"%.80s\"", name);
    }

    return NULL;
}


static ckp_code_t
xlsx_texts(xlsx_t *x)
{
    char    part[XLSX_PATH_MAX];
    size_t  len;
    char   *xml;

    if (!xlsx_part(x, NULL, "sharedStrings", part)
        || !ckp_zip_has(x->zip, part))
    {
        return CKP_OK;
    }

    xml = ckp_zip_read(x->zip, part, &len, x->err);
    x->book.texts = xml == NULL ? NULL : ckp_xlsx_texts(xml, len, x->err);
    ckp_free(xml);

    return x->book.texts == NULL ? x->err->code : CKP_OK;
}


static ckp_code_t
xlsx_styles(xlsx_t *x)
{
    char         part[XLSX_PATH_MAX];
    size_t       len;
    char        *xml;
    ckp_code_t   rc;

    if (!xlsx_part(x, NULL, "styles", part) || !ckp_zip_has(x->zip, part)) {
        return CKP_OK;
    }

    xml = ckp_zip_read(x->zip, part, &len, x->err);
    rc = xml == NULL ? x->err->code
                     : ckp_xlsx_styles(xml, len, &x->book, x->err);
    ckp_free(xml);

    return rc;
}


static json_t *
xlsx_sheet(xlsx_t *x, const char *name)
{
    const ckp_xml_node_t *const  sheet = xlsx_find(x, name);
    const char *const            id = sheet == NULL ? NULL
                                                    : xlsx_link_id(sheet);
    char                         part[XLSX_PATH_MAX];
    size_t                       len;
    char                        *xml;
    json_t                      *rows;

    if (sheet == NULL) {
        return NULL;
    }

    if (id == NULL || !xlsx_part(x, id, NULL, part)) {
        (void) ckp_fail(x->err, CKP_E_INVALID, "", "the sheet is nowhere");
        return NULL;
    }

    xml = ckp_zip_read(x->zip, part, &len, x->err);
    rows = xml == NULL ? NULL : ckp_xlsx_sheet(xml, len, &x->book, x->err);
    ckp_free(xml);

    return rows;
}


static json_t *
xlsx_rows(xlsx_t *x, const char *sheet)
{
    const ckp_xml_node_t  *settings;
    const char            *from;

    x->workbook = xlsx_tree(x, "xl/workbook.xml");
    x->links = x->workbook == NULL
               ? NULL : xlsx_tree(x, "xl/_rels/workbook.xml.rels");

    if (x->links == NULL) {
        return NULL;
    }

    settings = xlsx_next(&x->workbook->top, "workbookPr");
    from = settings == NULL ? NULL : xlsx_attr(settings, "date1904");
    x->book.from_1904 = from != NULL
                        && (strcmp(from, "1") == 0
                            || strcmp(from, "true") == 0);

    if (xlsx_texts(x) != CKP_OK || xlsx_styles(x) != CKP_OK) {
        return NULL;
    }

    return xlsx_sheet(x, sheet);
}


json_t *
ckp_xlsx_rows(const unsigned char *data, size_t len, const char *sheet,
    ckp_err_t *err)
{
    ckp_err_t  own = CKP_ERR_INIT;
    xlsx_t     x = { .err = err == NULL ? &own : err };
    json_t    *rows;

    x.zip = ckp_zip_open(data, len, x.err);
    rows = x.zip == NULL ? NULL : xlsx_rows(&x, sheet);

    ckp_free(x.book.dates);
    json_decref(x.book.texts);
    ckp_xml_free(x.links);
    ckp_xml_free(x.workbook);
    ckp_zip_free(x.zip);

    return rows;
}
