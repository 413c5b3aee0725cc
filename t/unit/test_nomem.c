/*
 * Memory may run out anywhere: every reader of texts says so, and leaks
 * nothing.
 */

#include "lang.h"

#include <stdlib.h>

#include "data/jsonpath.h"
#include "data/sheet.h"
#include "data/xlsx.h"
#include "data/xpath.h"
#include "data/csv.h"
#include "starve.h"
#include "zip.h"


/* --- what is read: CKP_OK, or why not ------------------------------------------ */


static t_zip_t        book;
static const json_t  *value;        /* made while there is memory */
static const json_t  *rows;


static ckp_code_t
read_jsonpath(json_t **out, ckp_err_t *err)
{
    ckp_jsonpath_t *const  p = ckp_jsonpath_parse(
        "$..l[?(@.a == 'x' || @['a'] > 1.5)].a", err);
    const ckp_code_t       rc = p == NULL ? err->code
                                : ckp_jsonpath_find(p, value, out, err);

    ckp_jsonpath_free(p);

    return rc;
}


static ckp_code_t
read_xpath(const char *path, const char *text, json_t **out, ckp_err_t *err)
{
    ckp_xpath_t *const  p = ckp_xpath_parse(path, err);
    const ckp_code_t    rc = p == NULL ? err->code
                             : ckp_xpath_text(p, text, strlen(text), out, err);

    ckp_xpath_free(p);

    return rc;
}


static ckp_code_t
read_xml(json_t **out, ckp_err_t *err)
{
    return read_xpath("//b[contains(.,'x')][1]/text()",
                      "<a i='1'>t<b>x</b><b>y</b><c j='2'/></a>", out, err);
}


static ckp_code_t
read_html(json_t **out, ckp_err_t *err)
{
    return read_xpath("//li[@a='b']",
                      "<ul><li a=b>x&amp;<li a='c'>y</ul>", out, err);
}


static ckp_code_t
read_object(json_t **out, ckp_err_t *err)
{
    static const char  text[] = "<a i='1'>t<b>x</b><b>y</b><c j='2'/></a>";

    *out = ckp_xml_object(text, strlen(text), err);

    return *out == NULL ? err->code : CKP_OK;
}


static ckp_code_t
read_csv(json_t **out, ckp_err_t *err)
{
    static const char  text[] = "a,a,c\n1,\"x\"\"\",\ny,true,3,4\n";
    ckp_csv_how_t      how = CKP_CSV_DEFAULT;

    how.infer = true;
    how.table.range = "A1:B9";
    *out = ckp_csv_parse(text, strlen(text), &how, err);

    return *out == NULL ? err->code : CKP_OK;
}


static ckp_code_t
read_xlsx(json_t **out, ckp_err_t *err)
{
    *out = ckp_xlsx_rows(book.data, book.len, NULL, err);

    return *out == NULL ? err->code : CKP_OK;
}


static ckp_code_t
read_sheets(json_t **out, ckp_err_t *err)
{
    static const ckp_sheet_how_t  how = { .header = true,
                                          .range = "'First'!A1:B4" };
    bool                          foreign;

    return ckp_sheet_read(rows, &how, out, &foreign, err);
}


/* Reads with memory for none, one, two ... allocations until all is well. */

static void
t_starve(ckp_code_t (*read)(json_t **out, ckp_err_t *err))
{
    const long  before = alive;
    long        n = 0;

    for (ckp_code_t rc = CKP_E_NOMEM; rc != CKP_OK; n++) {
        ckp_err_t   err = CKP_ERR_INIT;
        json_t     *out = NULL;

        refused = 0;
        good = n;
        rc = read(&out, &err);
        good = -1;

        if (rc == CKP_OK) {
            assert_non_null(out);
            assert_int_equal(refused, 0);

        } else if (rc != CKP_E_NOMEM || err.code != CKP_E_NOMEM
                   || out != NULL || refused == 0)
        {
            fail_msg("after %ld allocations: %d, %d, %s", n, rc, err.code,
                     err.msg);
        }

        json_decref(out);

        if (alive != before) {
            fail_msg("after %ld allocations: %ld are left", n, alive - before);
        }
    }

    assert_true(n > 5);
}


#define STARVES(what)                                                         \
    static void                                                               \
    what##_survives_each_allocation_that_fails(void **state)                  \
    {                                                                         \
        t_starve(read_##what);                                                \
    }

STARVES(jsonpath)
STARVES(xml)
STARVES(html)
STARVES(object)
STARVES(csv)
STARVES(xlsx)
STARVES(sheets)


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(jsonpath_survives_each_allocation_that_fails),
        cmocka_unit_test(xml_survives_each_allocation_that_fails),
        cmocka_unit_test(html_survives_each_allocation_that_fails),
        cmocka_unit_test(object_survives_each_allocation_that_fails),
        cmocka_unit_test(csv_survives_each_allocation_that_fails),
        cmocka_unit_test(xlsx_survives_each_allocation_that_fails),
        cmocka_unit_test(sheets_survives_each_allocation_that_fails),
    };
    int                      failed;

    t_zip_book(&book);
    value = json_pack("{s:[i,i], s:[{s:i},{s:i}]}", "a", 1, 2, "l", "a", 1,
                      "a", 2);
    rows = json_pack("[s, [[s],[i]], [{s:i}]]", "a;b\n1;2", "x", 1, "y", 2);

    failed = cmocka_run_group_tests(tests, NULL, NULL);

    json_decref((json_t *) value);
    json_decref((json_t *) rows);

    return failed;
}
