/* Spreadsheets are read under limits, and broken ones refused (13.3). */

#include "lang.h"

#include "data/sheet.h"
#include "data/xlsx.h"
#include "data/xlsx_int.h"
#include "data/zip.h"
#include "fuzz.h"
#include "zip.h"
#include "slow.h"


static void
t_rows(const t_zip_t *z, const char *sheet, const char *want)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  rows = ckp_xlsx_rows(z->data, z->len, sheet, &err);

    if (rows == NULL) {
        fail_msg("%s", err.msg);
    }

    t_is(rows, want, sheet == NULL ? "the first sheet" : sheet);
    json_decref(rows);
}


static void
t_refused(const t_zip_t *z, const char *sheet, ckp_code_t code,
    const char *sentence)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  rows = ckp_xlsx_rows(z->data, z->len, sheet, &err);

    assert_null(rows);

    if (err.code != code || strstr(err.msg, sentence) == NULL) {
        fail_msg("%d: %s", err.code, err.msg);
    }
}


static void
sheets_become_rows_of_cells(void **state)
{
    t_zip_t  z;

    t_zip_book(&z);
    t_rows(&z, NULL, "[[\"name\",\"n\",\"day\"],[\"Ana\",1.5,\"2026-02-17\"],"
           "[],[\"Bob\",null,\"2026-02-17T12:00:00\"]]");
    t_rows(&z, "second", "[[\"x\"],[true]]");
    t_refused(&z, "third", CKP_E_INVALID, "no sheet \"third\"");
}


static void
days_are_dates(void **state)
{
    static const struct {
        double       serial;
        bool         from_1904;
        const char  *want;
    } days[] = {
        { 0, false, "\"00:00:00\"" }, { 0.75, false, "\"18:00:00\"" },
        { 1, false, "\"1900-01-01\"" }, { 59, false, "\"1900-02-28\"" },
        { 61, false, "\"1900-03-01\"" }, { 25569, false, "\"1970-01-01\"" },
        { 46070.25, false, "\"2026-02-17T06:00:00\"" },
        { 46069.9999999, false, "\"2026-02-17\"" },
        { 2958465, false, "\"9999-12-31\"" },
        { 0, true, "\"1904-01-01\"" }, { 24107, true, "\"1970-01-01\"" }
    };
    json_t  *none;

    for (size_t i = 0; i < sizeof(days) / sizeof(days[0]); i++) {
        json_t  *v;

        assert_true(ckp_xlsx_date(days[i].serial, days[i].from_1904, &v));
        t_is(v, days[i].want, "a day");
        json_decref(v);
    }

    assert_false(ckp_xlsx_date(-1, false, &none));
    assert_false(ckp_xlsx_date(2958466, false, &none));
}


/* A workbook with one sheet that holds `cells`. */

static void
t_sheet_zip(t_zip_t *z, const char *cells)
{
    char *const  text = malloc(strlen(cells) + 100);

    memset(z, 0, sizeof(*z));
    t_zip_text(z, "xl/workbook.xml", T_BOOK);
    t_zip_text(z, "xl/_rels/workbook.xml.rels", T_BOOK_LINKS);
    sprintf(text, "<worksheet><sheetData>%s</sheetData></worksheet>", cells);
    t_zip_text(z, "xl/worksheets/sheet1.xml", text);
    t_zip_end(z);
    free(text);
}


static void
cells_are_what_their_type_says(void **state)
{
    t_zip_t  z;

    t_sheet_zip(&z, "<row r='1'><c r='A1'><v>-1e3</v></c><c r='B1' t='b'>"
                "<v>0</v></c><c r='C1' t='e'><v>#N/A</v></c><c r='D1' t='d'>"
                "<v>2026-02-17</v></c><c r='E1' t='s'><v>7</v></c>"
                "<c r='F1'><v>abc</v></c></row>");
    t_rows(&z, NULL, "[[-1000,false,\"#N/A\",\"2026-02-17\",null,\"abc\"]]");
    t_sheet_zip(&z, "");
    t_rows(&z, NULL, "[]");
}


static void
cells_far_away_are_refused_and_empty_ones_ignored(void **state)
{
    t_zip_t  z;

    t_sheet_zip(&z, "<row r='1048576'><c r='XFD1048576' s='1'/></row>");
    t_rows(&z, NULL, "[]");
    t_sheet_zip(&z, "<row r='100000'><c r='A100000'><v>1</v></c></row>");

    ckp_err_t  err = CKP_ERR_INIT;
    json_t    *rows = ckp_xlsx_rows(z.data, z.len, NULL, &err);

    assert_int_equal(json_array_size(rows), 100000);
    json_decref(rows);
    t_sheet_zip(&z, "<row r='100001'><c r='A100001'><v>1</v></c></row>");
    t_refused(&z, NULL, CKP_E_LIMIT, "far away");
    t_sheet_zip(&z, "<row r='1'><c r='XFE1'><v>1</v></c></row>");
    t_refused(&z, NULL, CKP_E_LIMIT, "far away");
    t_sheet_zip(&z, "<row r='1'><c r='ZZZZZZZZZZZZZ1'><v>1</v></c></row>");
    t_refused(&z, NULL, CKP_E_LIMIT, "far away");
}


static void
sheets_have_a_limit_of_cells(void **state)
{
    static t_zip_t  z;
    char *const     cells = calloc(1, 40 * 20);
    char           *p = cells;

    for (int i = 1; i <= 13; i++) {
        p += sprintf(p, "<row r='%d'><c r='XFD%d'><v>1</v></c></row>", i, i);
    }

    t_sheet_zip(&z, cells);
    t_refused(&z, NULL, CKP_E_LIMIT, "too many cells");
    free(cells);
}


static void
what_lacks_a_part_is_refused(void **state)
{
    t_zip_t  z = { .len = 0 };

    t_refused(&z, NULL, CKP_E_INVALID, "no zip");
    t_zip_end(&z);
    t_refused(&z, NULL, CKP_E_INVALID, "no \"xl/workbook.xml\"");

    memset(&z, 0, sizeof(z));
    t_zip_text(&z, "xl/workbook.xml", T_BOOK);
    t_zip_end(&z);
    t_refused(&z, NULL, CKP_E_INVALID, "workbook.xml.rels");

    memset(&z, 0, sizeof(z));
    t_zip_text(&z, "xl/workbook.xml", "<workbook/>");
    t_zip_text(&z, "xl/_rels/workbook.xml.rels", T_BOOK_LINKS);
    t_zip_end(&z);
    t_refused(&z, NULL, CKP_E_INVALID, "no sheet");

    memset(&z, 0, sizeof(z));
    t_zip_text(&z, "xl/workbook.xml", T_BOOK);
    t_zip_text(&z, "xl/_rels/workbook.xml.rels", "<Relationships/>");
    t_zip_end(&z);
    t_refused(&z, NULL, CKP_E_INVALID, "nowhere");

    memset(&z, 0, sizeof(z));
    t_zip_text(&z, "xl/workbook.xml", "<!DOCTYPE a><workbook/>");
    t_zip_end(&z);
    t_refused(&z, NULL, CKP_E_INVALID, "document type");
}


static void
t_part(t_zip_t *z, const char *name, ckp_code_t code)
{
    ckp_err_t         err = CKP_ERR_INIT;
    size_t            len;
    ckp_zip_t *const  zip = ckp_zip_open(z->data, z->len, &err);
    char *const       text = zip == NULL ? NULL
                                         : ckp_zip_read(zip, name, &len, &err);

    if (err.code != code) {
        fail_msg("%s: %d, not %d: %s", name, err.code, code, err.msg);
    }

    assert_true((text != NULL) == (code == CKP_OK));
    ckp_free(text);
    ckp_zip_free(zip);
}


static void
parts_are_bounded_in_size_and_ratio(void **state)
{
    T_NOT_WHEN_SLOW();

    static t_zip_t  z;
    t_fuzz_t        f = { 31 };
    char *const     text = calloc(1, CKP_ZIP_PART_MAX + 1);

    t_zip_add(&z, "bomb", text, 1024 * 1024, true);
    t_zip_add(&z, "small", text, 60 * 1024, true);

    for (size_t i = 0; i < CKP_ZIP_PART_MAX + 1; i += 256) {
        text[i] = (char) t_fuzz_next(&f);       /* a ratio of about 100 */
    }

    t_zip_add(&z, "most", text, CKP_ZIP_PART_MAX, true);
    t_zip_add(&z, "more", text, CKP_ZIP_PART_MAX + 1, true);
    t_zip_end(&z);
    t_part(&z, "bomb", CKP_E_LIMIT);
    t_part(&z, "small", CKP_OK);
    t_part(&z, "most", CKP_OK);
    t_part(&z, "more", CKP_E_LIMIT);
    t_part(&z, "none", CKP_E_INVALID);

    /* and all that is read of one archive */

    ckp_err_t         err = CKP_ERR_INIT;
    size_t            len;
    ckp_zip_t *const  zip = ckp_zip_open(z.data, z.len, &err);

    for (int i = 0; i < 2; i++) {
        char *const  part = ckp_zip_read(zip, "most", &len, &err);

        assert_non_null(part);
        ckp_free(part);
    }

    assert_null(ckp_zip_read(zip, "most", &len, &err));
    assert_int_equal(err.code, CKP_E_LIMIT);
    ckp_zip_free(zip);
    free(text);
}


static void
broken_archives_are_refused(void **state)
{
    static t_zip_t  z;
    static t_zip_t  copy;

    t_zip_text(&z, "a", "hello hello hello hello");
    t_zip_add(&z, "b", "stored", 6, false);
    t_zip_end(&z);
    t_part(&z, "a", CKP_OK);
    t_part(&z, "B", CKP_OK);

    copy = z;
    copy.data[33] ^= 0x40;              /* the packed bytes */
    t_part(&copy, "a", CKP_E_INVALID);

    copy = z;
    copy.len -= 1;                      /* its end */
    t_part(&copy, "a", CKP_E_INVALID);

    copy = z;
    copy.data[z.len - 22 - z.list_len - 1] ^= 0x40;     /* of "b", as it is */
    t_part(&copy, "b", CKP_E_INVALID);

    copy = z;
    copy.data[z.len - 6] = 0xff;        /* where the list is */
    t_part(&copy, "a", CKP_E_INVALID);

    copy = z;
    copy.data[z.len - 11] = 0xff;       /* how many parts */
    t_part(&copy, "a", CKP_E_LIMIT);

    copy = z;
    copy.data[z.len - 22 - z.list_len + 8] |= 1;    /* encrypted */
    t_part(&copy, "a", CKP_E_INVALID);

    copy = z;
    copy.data[z.len - 22 - z.list_len + 10] = 12;   /* packed otherwise */
    t_part(&copy, "a", CKP_E_INVALID);
}


static void
any_damage_is_read_or_refused(void **state)
{
    static t_zip_t  z;
    t_fuzz_t        f = { 23 };

    t_zip_book(&z);

    for (int i = 0; i < 5000; i++) {
        const size_t    len = i % 3 == 0 ? t_fuzz_next(&f) % z.len : z.len;
        uint8_t *const  data = malloc(len == 0 ? 1 : len);
        ckp_err_t       err = CKP_ERR_INIT;
        json_t         *rows;

        memcpy(data, z.data, len);

        for (uint32_t n = t_fuzz_next(&f) % 6; n > 0 && len > 0; n--) {
            data[t_fuzz_next(&f) % len] = (uint8_t) t_fuzz_next(&f);
        }

        rows = ckp_xlsx_rows(data, len, NULL, &err);
        assert_true(rows != NULL || err.msg[0] != '\0');
        json_decref(rows);
        free(data);
    }
}


static void
any_sheet_is_read_or_refused(void **state)
{
    static const char *const  words[] = {
        "<row>", "</row>", "<row r='3'>", "<c>", "</c>", "<c r='B2' t='s'>",
        "<c t='b'>", "<c s='9'>", "<v>", "</v>", "1", "2.5", "<is>", "</is>",
        "<t>", "</t>", "<rPh>", "</rPh>", "x", " ", NULL
    };
    ckp_xlsx_book_t           book = { .texts = json_array() };
    t_fuzz_t                  f = { 29 };
    int                       taken = 0;

    for (int i = 0; i < 20000; i++) {
        char       text[128] = "<s>";
        ckp_err_t  err = CKP_ERR_INIT;
        json_t    *rows;

        (void) t_fuzz_text(&f, words, text + 3, 60);
        strcat(text, "</s>");
        rows = ckp_xlsx_sheet(text, strlen(text), &book, &err);
        assert_true(rows != NULL || err.msg[0] != '\0');
        taken += rows != NULL ? 1 : 0;
        json_decref(rows);
    }

    assert_true(taken > 10);
    json_decref(book.texts);
}


static void
sources_have_limits(void **state)
{
    const ckp_sheet_how_t  how = { .header = true };
    json_t                *source = json_pack("[{s:i}]", "a", 1);
    json_t                *out;
    bool                   foreign;

    for (int i = 0; i < CKP_SHEET_NEST_MAX; i++) {
        source = json_pack("[o,o]", source, json_null());
    }

    assert_int_equal(ckp_sheet_read(source, &how, &out, &foreign, NULL),
                     CKP_OK);
    t_is(out, "[{\"a\":1}]", "nested");
    json_decref(out);
    source = json_pack("[o,o]", source, json_null());
    assert_int_equal(ckp_sheet_read(source, &how, &out, &foreign, NULL),
                     CKP_E_INVALID);
    assert_false(foreign);
    json_decref(source);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(sheets_become_rows_of_cells),
        cmocka_unit_test(days_are_dates),
        cmocka_unit_test(cells_are_what_their_type_says),
        cmocka_unit_test(cells_far_away_are_refused_and_empty_ones_ignored),
        cmocka_unit_test(sheets_have_a_limit_of_cells),
        cmocka_unit_test(what_lacks_a_part_is_refused),
        cmocka_unit_test(parts_are_bounded_in_size_and_ratio),
        cmocka_unit_test(broken_archives_are_refused),
        cmocka_unit_test(any_damage_is_read_or_refused),
        cmocka_unit_test(any_sheet_is_read_or_refused),
        cmocka_unit_test(sources_have_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
