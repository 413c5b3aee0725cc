/* CSV texts become rows, under names or without (spec/ckp.md 13.3). */

#include "lang.h"

#include <stdlib.h>

#include "data/csv.h"
#include "fuzz.h"


static void
t_gives(const char *text, const ckp_csv_how_t *how, const char *want)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  v = ckp_csv_parse(text, strlen(text), how, &err);

    if (v == NULL) {
        fail_msg("%s: %s", text, err.msg);
    }

    t_is(v, want, text);
    json_decref(v);
}


static void
t_csv(const char *text, const char *want)
{
    const ckp_csv_how_t  how = CKP_CSV_DEFAULT;

    t_gives(text, &how, want);
}


static void
t_plain(const char *text, const char *want)
{
    const ckp_csv_how_t  how = { .delimiter = NULL };

    t_gives(text, &how, want);
}


static void
t_refused(const char *text, const ckp_csv_how_t *how, ckp_code_t code,
    const char *sentence)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  v = ckp_csv_parse(text, strlen(text), how, &err);

    assert_null(v);
    assert_int_equal(err.code, code);

    if (strstr(err.msg, sentence) == NULL) {
        fail_msg("%s", err.msg);
    }
}


static void
the_first_row_names_the_columns(void **state)
{
    t_csv("a,b\n1,2\n3,4\n",
          "[{\"a\":\"1\",\"b\":\"2\"},{\"a\":\"3\",\"b\":\"4\"}]");
    t_csv("a,b\r\n1,2", "[{\"a\":\"1\",\"b\":\"2\"}]");
    t_csv("a\r1\r2", "[{\"a\":\"1\"},{\"a\":\"2\"}]");
    t_csv("\xef\xbb\xbf" "a\n1", "[{\"a\":\"1\"}]");
    t_csv("\n\na\n1", "[{\"a\":\"1\"}]");
    t_csv("a,b\n", "[]");
    t_csv("", "[]");
    t_csv("\n", "[]");
}


static void
quotes_are_those_of_rfc_4180(void **state)
{
    t_plain("\"a,b\",\"c\"\"d\"\"\",\"e\nf\",\"\"",
            "[[\"a,b\",\"c\\\"d\\\"\",\"e\\nf\",\"\"]]");
    t_plain("a\"b,c", "[[\"a\\\"b\",\"c\"]]");
    t_plain("\"a\"b,c", "[[\"ab\",\"c\"]]");
    t_plain(" \"a\"", "[[\" \\\"a\\\"\"]]");
    t_plain(" a , b ", "[[\" a \",\" b \"]]");
    t_plain("a,", "[[\"a\",\"\"]]");
    t_plain(",", "[[\"\",\"\"]]");

    const ckp_csv_how_t  how = { .quote = '\'' };

    t_gives("'a,''b',\"c\"", &how, "[[\"a,'b\",\"\\\"c\\\"\"]]");
}


static void
a_quote_that_does_not_end_is_told_with_its_row(void **state)
{
    const ckp_csv_how_t  how = CKP_CSV_DEFAULT;

    t_refused("a\n1\n\"b\nc", &how, CKP_E_INVALID, "row 3");
    t_refused("\"", &how, CKP_E_INVALID, "row 1");
    t_refused("\"a\"\"", &how, CKP_E_INVALID, "row 1");
}


static void
delimiters_are_any_text(void **state)
{
    const ckp_csv_how_t  semicolon = { .delimiter = ";" };
    const ckp_csv_how_t  tab = { .delimiter = "\t" };
    const ckp_csv_how_t  two = { .delimiter = "||" };
    const ckp_csv_how_t  wide = { .delimiter = "\xe2\x86\x92" };

    t_gives("a;b,c", &semicolon, "[[\"a\",\"b,c\"]]");
    t_gives("a\tb", &tab, "[[\"a\",\"b\"]]");
    t_gives("a||b|c||", &two, "[[\"a\",\"b|c\",\"\"]]");
    t_gives("a\xe2\x86\x92" "b", &wide, "[[\"a\",\"b\"]]");
}


static void
names_are_each_others_own(void **state)
{
    t_csv("a,,a,a_2,a\n1,2,3,4,5",
          "[{\"a\":\"1\",\"column_2\":\"2\",\"a_2\":\"3\",\"a_2_2\":\"4\","
          "\"a_3\":\"5\"}]");
    t_csv("a,b\n1\n1,2,3\n1,2,", "[{\"a\":\"1\",\"b\":null},{\"a\":\"1\","
          "\"b\":\"2\",\"column_3\":\"3\"},{\"a\":\"1\",\"b\":\"2\"}]");
}


static void
given_columns_come_before_the_header(void **state)
{
    json_t *const  names = t_json("[\"x\",\"y\"]");
    ckp_csv_how_t  how = CKP_CSV_DEFAULT;

    how.table.columns = names;
    t_gives("a,b\n1,2", &how, "[{\"x\":\"1\",\"y\":\"2\"}]");
    how.table.header = false;
    t_gives("a,b\n1,2", &how, "[{\"x\":\"a\",\"y\":\"b\"},{\"x\":\"1\","
            "\"y\":\"2\"}]");
    json_decref(names);
}


static void
types_are_inferred_from_cells_without_quotes(void **state)
{
    ckp_csv_how_t  how = CKP_CSV_DEFAULT;

    how.infer = true;
    t_gives("1,b,c,d,e,f\n1,-2.5,1e3,True,\"4\",007", &how,
            "[{\"1\":1,\"b\":-2.5,\"c\":1000,\"d\":true,\"e\":\"4\","
            "\"f\":\"007\"}]");
    how.table.header = false;
    t_gives("1,x,,false", &how, "[[1,\"x\",\"\",false]]");
}


static void
empty_rows_are_skipped_or_kept(void **state)
{
    ckp_csv_how_t  how = CKP_CSV_DEFAULT;

    t_csv("a,b\n\n,\n1,\n", "[{\"a\":\"1\",\"b\":\"\"}]");
    how.table.skip_empty = false;
    t_gives("a,b\n\n1,", &how, "[{\"a\":\"\",\"b\":null},{\"a\":\"1\","
            "\"b\":\"\"}]");
}


static void
t_range(const char *range, const char *want)
{
    ckp_csv_how_t  how = { .table = { .range = range } };

    t_gives("1,2,3\n4,5,6\n7,8,9", &how, want);
}


static void
ranges_are_those_of_spreadsheets(void **state)
{
    const char *const  wrong[] = {
        "1", "A", ":", "A1:", ":B2", "A1:B", "B1:A1", "A2:A1", "A0:B2",
        "A1:B2x", "1A:2B", "A1-B2", "\xc3\xa4" "1:B2", "A99999999999999:B1"
    };

    t_range("A1:B2", "[[\"1\",\"2\"],[\"4\",\"5\"]]");
    t_range("$b$2:$C$9", "[[\"5\",\"6\"],[\"8\",\"9\"]]");
    t_range("B2", "[[\"5\",\"6\"],[\"8\",\"9\"]]");
    t_range("B:B", "[[\"2\"],[\"5\"],[\"8\"]]");
    t_range("3:3", "[[\"7\",\"8\",\"9\"]]");
    t_range("A5:B9", "[]");
    t_range("AA1:AB9", "[[],[],[]]");
    t_range("", "[[\"1\",\"2\",\"3\"],[\"4\",\"5\",\"6\"],[\"7\",\"8\","
            "\"9\"]]");

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        const ckp_csv_how_t  how = { .table = { .range = wrong[i] } };

        t_refused("1,2", &how, CKP_E_INVALID, "no range");
    }
}


/* `piece` n times behind the head; ends with free(). */

static char *
repeated(const char *head, const char *piece, size_t n)
{
    const size_t  len = strlen(piece);
    char *const   text = malloc(strlen(head) + n * len + 1);
    char         *p = text + strlen(head);

    strcpy(text, head);

    for (size_t i = 0; i < n; i++, p += len) {
        memcpy(p, piece, len);
    }

    *p = '\0';

    return text;
}


static void
t_size(const char *head, const char *piece, size_t n, bool fits)
{
    const ckp_csv_how_t  how = { .table = { .header = true } };
    ckp_err_t            err = CKP_ERR_INIT;
    char *const          text = repeated(head, piece, n);
    json_t *const        v = ckp_csv_parse(text, strlen(text), &how, &err);

    if (fits) {
        if (v == NULL) {
            fail_msg("%s", err.msg);
        }

        assert_int_equal(json_array_size(v), n);

    } else {
        assert_null(v);
        assert_int_equal(err.code, CKP_E_LIMIT);
    }

    json_decref(v);
    free(text);
}


static void
results_are_bounded(void **state)
{
    char *const  wide = repeated("c", ",c", 999);
    char *const  head = repeated(wide, "\n", 1);

    t_size("a\n", "1\n", 50000, true);
    t_size("a\n", "1\n", 100001, false);        /* rows */
    t_size(head, ",\n", 20, true);
    t_size(head, ",\n", 300, false);            /* nulls under 1000 names */
    t_size("", ",", 200001, false);             /* cells of the text */
    free(head);
    free(wide);
}


static void
bytes_that_are_no_utf_8_are_refused(void **state)
{
    const ckp_csv_how_t  how = CKP_CSV_DEFAULT;

    static const char *const  wrong[] = {
        "\xff", "\x80", "\xc3", "\xc0\x80", "\xe0\x80\x80",
        "\xed\xa0\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80", "\xc3(",
        "\xf8\x88\x80\x80\x80"
    };

    for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        char  text[16] = "a\n";

        t_refused(strcat(text, wrong[i]), &how, CKP_E_INVALID, "UTF-8");
    }

    t_csv("\xc3\xa4\n\xe2\x82\xac\xf4\x8f\xbf\xbf",
          "[{\"\xc3\xa4\":\"\xe2\x82\xac\xf4\x8f\xbf\xbf\"}]");
}


static void
any_text_is_read_or_refused(void **state)
{
    static const char *const  words[] = {
        ",", "\n", "\r\n", "\r", "\"", "\"\"", "a", "1", " ", "\xc3\xa4",
        "true", "\xef\xbb\xbf", NULL
    };
    t_fuzz_t                  z = { 5 };

    for (int i = 0; i < 20000; i++) {
        char                 text[80];
        ckp_err_t            err = CKP_ERR_INIT;
        const size_t         len = t_fuzz_text(&z, words, text, sizeof(text));
        const ckp_csv_how_t  how = {
            .infer = i & 1, .table = { .header = i & 2, .skip_empty = i & 4 }
        };
        char *const          exact = malloc(len == 0 ? 1 : len);

        /* of exactly its size, so that a look beyond is seen */

        memcpy(exact, text, len);

        json_t *const  v = ckp_csv_parse(exact, len, &how, &err);

        assert_true(v != NULL || err.msg[0] != '\0');
        json_decref(v);
        free(exact);
    }
}


static void
a_nul_ends_the_name_of_a_column(void **state)
{
    static const char    text[] = "a\0x,a\0y,\0\n1,2,3\n";
    const ckp_csv_how_t  how = CKP_CSV_DEFAULT;
    ckp_err_t            err = CKP_ERR_INIT;
    json_t *const        v = ckp_csv_parse(text, sizeof(text) - 1, &how, &err);
    const json_t *const  row = json_array_get(v, 0);

    assert_string_equal(ckp_json_str(row, "a"), "1");
    assert_string_equal(ckp_json_str(row, "a_2"), "2");
    assert_string_equal(ckp_json_str(row, "column_3"), "3");
    json_decref(v);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(the_first_row_names_the_columns),
        cmocka_unit_test(quotes_are_those_of_rfc_4180),
        cmocka_unit_test(a_quote_that_does_not_end_is_told_with_its_row),
        cmocka_unit_test(delimiters_are_any_text),
        cmocka_unit_test(names_are_each_others_own),
        cmocka_unit_test(given_columns_come_before_the_header),
        cmocka_unit_test(types_are_inferred_from_cells_without_quotes),
        cmocka_unit_test(empty_rows_are_skipped_or_kept),
        cmocka_unit_test(ranges_are_those_of_spreadsheets),
        cmocka_unit_test(results_are_bounded),
        cmocka_unit_test(bytes_that_are_no_utf_8_are_refused),
        cmocka_unit_test(any_text_is_read_or_refused),
        cmocka_unit_test(a_nul_ends_the_name_of_a_column),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
