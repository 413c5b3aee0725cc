/* Texts become values: parse_json, parse_csv, parse_xml, parse_excel_data. */

#include "drive.h"

#include "base/base64.h"
#include "zip.h"

#define OPS(ops)                                                              \
    T_GRAPH("p", "'p':{'type':'processing','next_node':'end','operations':["  \
            ops "]}," T_END, "")


static void
t_start(t_run_t *t, const char *op)
{
    char *const   text = malloc(strlen(op) + 1024);

    sprintf(text, OPS("{%s,'output_variable':'r'}"), op);
    t_run(t, text);
    free(text);
}


/* The result of one operation as JSON text; "" stands for null, which goes to
 * no variable. */

static void
t_op(const char *op, const char *want)
{
    t_run_t  t;

    t_start(&t, op);

    if (strcmp(t_var(&t, "r"), want) != 0) {
        fail_msg("%s gives %s, not %s (%s)", op, t_var(&t, "r"), want,
                 t.story);
    }

    t_run_over(&t);
}


static void
t_op_fails(const char *op, const char *type, const char *message)
{
    t_run_t  t;

    t_start(&t, op);

    /* others are asked first, and nobody can */

    if (t_count(&t, CKP_FX_ADMIT) == 1) {
        t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
               json_pack("{s:{s:s, s:s}}", "error", "type", "NoExecutorError",
                         "message", "nobody"));
    }

    assert_string_equal(t_said(&t, "run_failed", "error_type"), type);

    if (strstr(t_said(&t, "run_failed", "error"), message) == NULL) {
        fail_msg("%s: %s", op, t_said(&t, "run_failed", "error"));
    }

    t_run_over(&t);
}


static void
json_is_parsed(void **state)
{
    t_op("'action':'parse_json','source':'{\\\"a\\\":[1,2]}'",
         "{\"a\":[1,2]}");
    t_op("'action':'parse_json','source':' ```json\\n[1]\\n``` '", "[1]");
    t_op("'action':'parse_json','source':{'a':1}", "{\"a\":1}");
    t_op("'action':'parse_json','source':7", "7");
    t_op("'action':'parse_json','source':'{\\\"a\\\":[1,2]}','path':'a.1'",
         "2");
    t_op("'action':'parse_json','source':'{\\\"a\\\":[1,2]}','path':'a[-1]'",
         "2");
    t_op("'action':'parse_json','source':'[{\\\"a\\\":1},{\\\"a\\\":2}]',"
         "'path':'$[*].a'", "[1,2]");
    t_op("'action':'parse_json','source':{'a':1},'path':'b.c'", "");
}


static void
what_is_no_json_is_an_error_null_or_kept(void **state)
{
    t_op_fails("'action':'parse_json','source':'{'", "ParseError", "line 1");
    t_op_fails("'action':'parse_json','source':''", "ParseError", "");
    t_op("'action':'parse_json','source':'{','on_invalid':'keep'", "\"{\"");
    t_op("'action':'parse_json','source':'{','on_invalid':'null'", "");
    t_op_fails("'action':'parse_json','source':'{','on_invalid':'error'",
               "ParseError", "line 1");
    t_op_fails("'action':'parse_json','source':[1],'path':'$['", "ParseError",
               "column");
    t_op_fails("'action':'parse_json','source':[1],'path':'a b'",
               "ParseError", "no path");
}


static void
csv_takes_all_its_parameters(void **state)
{
    t_op("'action':'parse_csv','source':'a,b\\n1,\\\"x\\\"\\\"y\\\"\\n'",
         "[{\"a\":\"1\",\"b\":\"x\\\"y\"}]");
    t_op("'action':'parse_csv','source':'1;2\\n\\n3;true','header':false,"
         "'delimiter':';','infer_types':true", "[[1,2],[3,true]]");
    t_op("'action':'parse_csv','source':'1\\t2','header':false,"
         "'delimiter':'\\\\t'", "[[\"1\",\"2\"]]");
    t_op("'action':'parse_csv','source':'a,b\\n1,2','columns':['x','y']",
         "[{\"x\":\"1\",\"y\":\"2\"}]");
    t_op("'action':'parse_csv','source':'1,2','columns':'x,y','header':false",
         "[{\"x\":\"1\",\"y\":\"2\"}]");
    t_op("'action':'parse_csv','source':'a\\n~b,c~','quote':'~'",
         "[{\"a\":\"b,c\"}]");
    t_op("'action':'parse_csv','source':'a\\n\\n1','skip_empty':false",
         "[{\"a\":\"\"},{\"a\":\"1\"}]");
    t_op("'action':'parse_csv','source':'```csv\\na\\n1\\n```'",
         "[{\"a\":\"1\"}]");
    t_op("'action':'parse_csv','source':''", "[]");
    t_op_fails("'action':'parse_csv','source':'a\\n\\\"b'", "ParseError",
               "row 2");
    t_op_fails("'action':'parse_csv','source':[1]", "TypeMismatch", "no text");
    t_op_fails("'action':'parse_csv','source':'a','quote':'ab'", "ParseError",
               "quote");
}


static void
xml_becomes_an_object_or_hits(void **state)
{
    t_op("'action':'parse_xml','source':'<a i=\\\"1\\\"><b>x</b><b/></a>'",
         "{\"a\":{\"@i\":\"1\",\"b\":[\"x\",null]}}");
    t_op("'action':'parse_xml','source':'<a><b>x</b></a>','path':'a.b'",
         "\"x\"");
    t_op("'action':'parse_xml','source':'<a><b>x</b></a>','mode':'object'",
         "{\"a\":{\"b\":\"x\"}}");
    t_op("'action':'parse_xml','source':'<a><b>x</b><b>y</b></a>',"
         "'mode':'xpath','path':'//b'", "[\"x\",\"y\"]");
    t_op("'action':'parse_xml','source':'<a/>','mode':'xpath','path':'//b'",
         "");
    t_op_fails("'action':'parse_xml','source':'<a><b></a>'", "ParseError",
               "line 1");
    t_op_fails("'action':'parse_xml','source':'<a><b></a>','mode':'xpath',"
               "'path':'//b'", "ParseError", "line 1");
    t_op_fails("'action':'parse_xml','source':'<!DOCTYPE a><a/>'",
               "ParseError", "document type");
    t_op_fails("'action':'parse_xml','source':'<a/>','mode':'xpath'",
               "ParseError", "path");
    t_op_fails("'action':'parse_xml','source':'<a/>','mode':'xpath',"
               "'path':'//'", "ParseError", "column");
    t_op_fails("'action':'parse_xml','source':'<a/>','mode':'css'",
               "ParseError", "css");
    t_op_fails("'action':'parse_xml','source':{'a':1}", "TypeMismatch",
               "no text");
}


static void
rows_are_taken_from_what_has_them(void **state)
{
    t_op("'action':'parse_excel_data','source':[{'a':1},{'b':2}]",
         "[{\"a\":1},{\"b\":2}]");
    t_op("'action':'parse_excel_data','source':[['a','b'],[1,2],[null,'']]",
         "[{\"a\":1,\"b\":2}]");
    t_op("'action':'parse_excel_data','source':[['a'],[1]],'header':false",
         "[[\"a\"],[1]]");
    t_op("'action':'parse_excel_data','source':[['x','y'],['a','b'],[1,2]],"
         "'range':'B2:B3'", "[{\"b\":2}]");
    t_op("'action':'parse_excel_data','source':'a,b\\n1,2'",
         "[{\"a\":\"1\",\"b\":\"2\"}]");
    t_op("'action':'parse_excel_data','source':'a;b\\n1;2,5'",
         "[{\"a\":\"1\",\"b\":\"2,5\"}]");
    t_op("'action':'parse_excel_data','source':['a\\n1','a\\n2',[{'a':3}],"
         "[['a'],[4]],null]",
         "[{\"a\":\"1\"},{\"a\":\"2\"},{\"a\":3},{\"a\":4}]");
    t_op("'action':'parse_excel_data','source':{'x':[{'a':1}],'y':'a\\n2'}",
         "[{\"a\":1},{\"a\":\"2\"}]");
    t_op("'action':'parse_excel_data','source':[[{'a':1}],[{'a':2}]]",
         "[{\"a\":1},{\"a\":2}]");
    t_op("'action':'parse_excel_data','source':[]", "[]");
    t_op("'action':'parse_excel_data','source':''", "[]");
}


static void
files_are_not_for_the_engine(void **state)
{
    static const char *const  names[] = {
        "/etc/a.xlsx", "memory://x/1", "/api/artifacts/../a.xlsx",
        "../A.XLSX", "https://h/a.csv", "0M8R4KGxGuEAAA==",
        "data:application/vnd.ms-excel;base64,0M8R4KGxGuEAAA=="
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char  op[200];

        sprintf(op, "'action':'parse_excel_data','source':'%s'", names[i]);
        t_op_fails(op, "UnsupportedFormat", "");
    }

    t_op_fails("'action':'parse_excel_data','source':7", "ParseError",
               "no spreadsheet");
    t_op_fails("'action':'parse_excel_data','source':[1,'a']", "ParseError",
               "no spreadsheet");
    t_op_fails("'action':'parse_excel_data','source':'UEsDB!'", "ParseError",
               "base64");
    t_op_fails("'action':'parse_excel_data','source':'UEsDBAAA'",
               "ParseError", "zip");
    t_op_fails("'action':'parse_excel_data','source':[['a'],[1]],'range':'x'",
               "ParseError", "range");
}


static void
a_workbook_is_read_as_base64(void **state)
{
    t_zip_t    z;
    ckp_buf_t  b;
    char      *op = malloc(64 * 1024);

    t_zip_book(&z);
    ckp_buf_init(&b, 64 * 1024);
    ckp_base64_put(&b, z.data, z.len, false);

    sprintf(op, "'action':'parse_excel_data','source':'%s'", b.data);
    t_op(op, "[{\"name\":\"Ana\",\"n\":1.5,\"day\":\"2026-02-17\"},"
         "{\"name\":\"Bob\",\"n\":null,\"day\":\"2026-02-17T12:00:00\"}]");

    sprintf(op, "'action':'parse_excel_data','sheet_name':'second','source':"
            "['%s','x\\n9']", b.data);
    t_op(op, "[{\"x\":true},{\"x\":\"9\"}]");

    sprintf(op, "'action':'parse_excel_data','range':'First!A1:A2',"
            "'source':'data:application/x;base64,%s'", b.data);
    t_op(op, "[{\"name\":\"Ana\"}]");

    sprintf(op, "'action':'parse_excel_data','sheet':'third','source':'%s'",
            b.data);
    t_op_fails(op, "ParseError", "third");

    free(op);
    ckp_buf_free(&b);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(json_is_parsed),
        cmocka_unit_test(what_is_no_json_is_an_error_null_or_kept),
        cmocka_unit_test(csv_takes_all_its_parameters),
        cmocka_unit_test(xml_becomes_an_object_or_hits),
        cmocka_unit_test(rows_are_taken_from_what_has_them),
        cmocka_unit_test(files_are_not_for_the_engine),
        cmocka_unit_test(a_workbook_is_read_as_base64),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
