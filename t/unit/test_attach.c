/*
 * Bytes of files, as threads of a host have them: what they are, how they come
 * into a request, the rows of a spreadsheet (13.3, 23.8).
 */

#include "lang.h"

#include "ckp.h"
#include "op/op_int.h"
#include "zip.h"
#include "slow.h"

#define PNG  "\x89PNG\r\n\x1a\n\0\0\0\rIHDR"

/* The files of a test, by where they are; a file without data is too large. */

typedef struct {
    const char  *at;
    const char  *data;
    size_t       len;
} t_file_t;


static const char *
t_read(void *data, const char *at, char **bytes, size_t *len)
{
    for (const t_file_t *file = data; file->at != NULL; file++) {
        if (strcmp(file->at, at) != 0) {
            continue;
        }

        if (file->data == NULL) {
            return "it is too large";
        }

        *bytes = ckp_alloc(file->len + 1);
        memcpy(*bytes, file->data, file->len);
        (*bytes)[file->len] = '\0';
        *len = file->len;

        return NULL;
    }

    return "it is not there";
}


/* A look says `want`, but for the sum, which is left out. */

static void
t_looks(const char *how, const char *type, const char *data, size_t len,
    const char *want)
{
    json_t *const  ask = t_json(how);
    json_t *const  look = ckp_attachment_look(ask, type, data, len);

    assert_non_null(look);
    assert_true(json_object_get(look, "why") != NULL
                || json_string_length(json_object_get(look, "sha256")) == 64);
    (void) json_object_del(look, "sha256");
    t_is(look, want, how);
    json_decref(look);
    json_decref(ask);
}


static void
test_bytes_are_what_they_begin_with(void **state)
{
    static const char  any[] = "{\"kind\":\"any\"}";
    static const char  png[] = "{\"kind\":\"image\",\"type\":\"image/png\","
                               "\"bytes\":16}";

    t_looks(any, NULL, PNG, 16, png);
    t_looks(any, "text/plain", PNG, 16, png);
    t_looks("{\"kind\":\"image\"}", NULL, PNG, 16, png);
    t_looks(any, NULL, "\xff\xd8\xff\xe0", 4, "{\"kind\":\"image\",\"type\":"
            "\"image/jpeg\",\"bytes\":4}");
    t_looks(any, NULL, "RIFF\4\0\0\0WEBPx", 13, "{\"kind\":\"image\",\"type\":"
            "\"image/webp\",\"bytes\":13}");
    t_looks(any, "image/svg+xml", "<svg/>", 6, "{\"kind\":\"image\",\"type\":"
            "\"image/svg+xml\",\"bytes\":6}");
    t_looks(any, "text/csv; charset=utf-8", "a,b", 3, "{\"kind\":\"text\","
            "\"type\":\"text/csv\",\"bytes\":3}");
    t_looks(any, "application/json", "{}", 2, "{\"kind\":\"text\",\"type\":"
            "\"text/plain\",\"bytes\":2}");
}


static void
test_what_no_model_reads_has_a_reason(void **state)
{
    t_looks("{\"kind\":\"any\"}", NULL, "", 0, "{\"why\":\"it is empty\"}");
    t_looks("{\"kind\":\"any\"}", "text/plain", "a\0b", 3,
            "{\"why\":\"neither image nor text\"}");
    t_looks("{\"kind\":\"any\"}", "text/plain", "\xc3\x28", 2,
            "{\"why\":\"neither image nor text\"}");
    t_looks("{\"kind\":\"image\"}", NULL, "hello", 5,
            "{\"why\":\"it is no image\"}");
    t_looks("{\"kind\":\"text\"}", NULL, PNG, 16,
            "{\"why\":\"it is no text\"}");
}


/* --- into a request ---------------------------------------------------- */

/* A request with one part for what lies at `at`; new. */

static json_t *
t_request(const char *kind, const char *at, const char *type,
    const char *data, size_t len)
{
    json_t *const  ask = t_json("{\"kind\":\"any\"}");
    json_t *const  look = ckp_attachment_look(ask, type, data, len);
    json_t *const  rq = json_pack("{s:[{s:s}, {s:[{s:s, s:s}, {s:s, s:s, s:s, "
                            "s:O, s:O, s:O, s:s}]}]}", "messages", "content",
                            "plain", "content", "type", "text", "text", "look",
                            "type", "attachment", "kind", kind, "at", at,
                            "media", json_object_get(look, "type"),
                            "bytes", json_object_get(look, "bytes"),
                            "sha256", json_object_get(look, "sha256"),
                            "label", "it");

    json_decref(ask);
    json_decref(look);
    assert_non_null(rq);

    return rq;
}


static void
t_fills(json_t *rq, const char *mask, const t_file_t *files, const char *want)
{
    const ckp_attachments_t  from = { t_read, (void *) files };
    json_t *const            how = mask == NULL ? NULL : t_json(mask);
    ckp_err_t                err = CKP_ERR_INIT;

    if (ckp_attachment_fill(rq, how, &from, &err) != CKP_OK) {
        fail_msg("%s", err.msg);
    }

    t_is(rq, want, "the request");
    json_decref(rq);
    json_decref(how);
}


static void
test_bytes_come_into_a_request(void **state)
{
    static const t_file_t  files[] = {
        { "r/a.csv", "a,b\n1,x@y.org", 13 }, { "r/p", PNG, 16 }, { NULL }
    };

    t_fills(t_request("text", "r/a.csv", NULL, "a,b\n1,x@y.org", 13), NULL,
            files, "{\"messages\":[{\"content\":\"plain\"},{\"content\":["
            "{\"type\":\"text\",\"text\":\"look\"},{\"type\":\"text\",\"text\":"
            "\"[it]\\na,b\\n1,x@y.org\"}]}]}");
    t_fills(t_request("image", "r/p", NULL, PNG, 16), NULL, files,
            "{\"messages\":[{\"content\":\"plain\"},{\"content\":["
            "{\"type\":\"text\",\"text\":\"look\"},{\"type\":\"image_url\","
            "\"image_url\":{\"url\":\"data:image/png;base64,"
            "iVBORw0KGgoAAAANSUhEUg==\"}}]}]}");
}


static void
test_data_of_persons_is_masked_by_the_same_tokens(void **state)
{
    static const char      text[] = "of x@y.org, id77, x@y.org and z@y.org";
    static const char      how[] =
        "\"act\":\"tokenize\",\"types\":[\"email\"],\"custom\":[{\"name\":"
        "\"ID\",\"regex\":\"id[0-9]+\"}],\"tokens\":{\"<EMAIL_1>\":"
        "\"z@y.org\"";
    static const t_file_t  files[] = {
        { "r/t", text, sizeof(text) - 1 }, { NULL }
    };
    char                   ask[512];

    snprintf(ask, sizeof(ask), "{\"kind\":\"text\",\"mask\":{%s}}}", how);
    t_looks(ask, NULL, text, sizeof(text) - 1, "{\"kind\":\"text\",\"type\":"
            "\"text/plain\",\"bytes\":37,\"tokens\":{\"<EMAIL_2>\":\"x@y.org\""
            ",\"<ID_1>\":\"id77\"},\"counts\":{\"email\":3,\"ID\":1}}");

    snprintf(ask, sizeof(ask), "{%s,\"<EMAIL_2>\":\"x@y.org\",\"<ID_1>\":"
             "\"id77\"}}", how);
    t_fills(t_request("text", "r/t", NULL, text, sizeof(text) - 1), ask,
            files, "{\"messages\":[{\"content\":\"plain\"},{\"content\":["
            "{\"type\":\"text\",\"text\":\"look\"},{\"type\":\"text\",\"text\":"
            "\"[it]\\nof <EMAIL_2>, <ID_1>, <EMAIL_2> and <EMAIL_1>\"}]}]}");
    t_fills(t_request("text", "r/t", NULL, text, sizeof(text) - 1),
            "{\"act\":\"mask\",\"types\":[\"email\"],\"custom\":[]}", files,
            "{\"messages\":[{\"content\":\"plain\"},{\"content\":["
            "{\"type\":\"text\",\"text\":\"look\"},{\"type\":\"text\",\"text\":"
            "\"[it]\\nof [EMAIL], id77, [EMAIL] and [EMAIL]\"}]}]}");
}


static void
test_what_changed_since_it_was_looked_at_does_not_leave(void **state)
{
    static const t_file_t    files[] = {
        { "r/a", "other", 5 }, { "r/big", NULL, 0 }, { NULL }
    };
    static const struct {
        const char  *at;
        const char  *why;
    } cases[] = {
        { "r/a", "it has changed" }, { "r/none", "it is not there" },
        { "r/big", "it is too large" }
    };
    const ckp_attachments_t  from = { t_read, (void *) files };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *const  rq = t_request("text", cases[i].at, NULL, "words", 5);
        ckp_err_t      err = CKP_ERR_INIT;

        assert_int_equal(ckp_attachment_fill(rq, NULL, &from, &err),
                         CKP_E_INVALID);
        assert_non_null(strstr(err.msg, "attachment it: "));
        assert_non_null(strstr(err.msg, cases[i].why));
        json_decref(rq);
    }
}


static void
test_a_text_that_grows_too_long_by_masks_does_not_leave(void **state)
{
    T_NOT_WHEN_SLOW();

    static const char  one[] = "1.1.1.1 ";
    const size_t       len = 4 * 1024 * 1024;
    char *const        text = malloc(len);
    char               how[256];

    for (size_t i = 0; i < len; i++) {
        text[i] = one[i % 8];
    }

    snprintf(how, sizeof(how), "{\"act\":\"mask\",\"types\":[],\"custom\":[{"
             "\"name\":\"A_VERY_LONG_NAME_FOR_AN_ADDRESS\",\"regex\":"
             "\"1.1.1.1\"}]}");

    char  ask[512];

    snprintf(ask, sizeof(ask), "{\"kind\":\"any\",\"mask\":%s}", how);
    t_looks(ask, NULL, text, len, "{\"why\":\"it is too long when it is "
            "masked\"}");

    const t_file_t           files[] = { { "r/a", text, len }, { NULL } };
    const ckp_attachments_t  from = { t_read, (void *) files };
    json_t *const            rq = t_request("text", "r/a", NULL, text, len);
    json_t *const            mask = t_json(how);
    ckp_err_t                err = CKP_ERR_INIT;

    assert_int_equal(ckp_attachment_fill(rq, mask, &from, &err),
                     CKP_E_INVALID);
    assert_non_null(strstr(err.msg, "too long"));
    json_decref(mask);
    json_decref(rq);
    free(text);
}


static void
test_what_cannot_be_searched_does_not_leave(void **state)
{
    const size_t   words = 30000;
    const size_t   run = 200;
    char *const    text = malloc(words + run + 64);
    char          *shown;
    size_t         len = 0;

    while (len < words) {
        len += (size_t) sprintf(text + len, "word ");
    }

    memset(text + len, 'x', run);
    len += run;
    len += (size_t) sprintf(text + len, " and id77, and more id78");

    const t_file_t           files[] = { { "r/a", text, len }, { NULL } };
    const ckp_attachments_t  from = { t_read, (void *) files };
    json_t *const            rq = t_request("text", "r/a", NULL, text, len);
    json_t *const            mask = t_json(
        "{\"act\":\"mask\",\"types\":[],\"custom\":[{\"name\":\"ID\","
        "\"regex\":\"(?:x+x+)+y|id[0-9]+\"}]}");
    ckp_err_t                err = CKP_ERR_INIT;

    assert_int_equal(ckp_attachment_fill(rq, mask, &from, &err), CKP_OK);
    shown = ckp_json_text(rq);
    assert_null(strstr(shown, "id7"));
    assert_null(strstr(shown, "xxxx"));
    assert_non_null(strstr(shown, "[...] [ID], and more [ID]"));
    assert_non_null(strstr(shown, "word word"));
    ckp_free(shown);
    json_decref(mask);
    json_decref(rq);
    free(text);
}


static void
test_a_long_label_is_cut_between_characters(void **state)
{
    static const t_file_t    files[] = { { "r/a", "x", 1 }, { NULL } };
    const ckp_attachments_t  from = { t_read, (void *) files };
    json_t *const            rq = t_request("text", "r/a", NULL, "x", 1);
    json_t *const            parts = json_object_get(json_array_get(
                                 json_object_get(rq, "messages"), 1),
                                 "content");
    char *const              label = malloc(100001);
    ckp_err_t                err = CKP_ERR_INIT;

    for (size_t i = 0; i < 100000; i++) {
        label[i] = i == 0 ? 'a' : i % 2 == 1 ? '\xc3' : '\xa4';
    }

    label[99999] = '\0';
    json_object_set_new(json_array_get(parts, 1), "label", json_string(label));
    free(label);
    assert_int_equal(ckp_attachment_fill(rq, NULL, &from, &err), CKP_OK);
    assert_int_equal(json_string_length(json_object_get(json_array_get(parts,
                     1), "text")), 32 * 1024 - 1 + 4);
    json_decref(rq);
}


static void
test_so_many_bytes_come_into_a_request_and_no_more(void **state)
{
    const size_t             len = 5 * 1024 * 1024;
    char *const              text = memset(malloc(len), 'x', len);
    const t_file_t           files[] = { { "r/a", text, len }, { NULL } };
    const ckp_attachments_t  from = { t_read, (void *) files };
    json_t *const            rq = t_request("text", "r/a", NULL, text, len);
    json_t *const            parts = json_object_get(json_array_get(
                                 json_object_get(rq, "messages"), 1),
                                 "content");
    ckp_err_t                err = CKP_ERR_INIT;

    for (int i = 0; i < 4; i++) {
        json_array_append_new(parts, json_deep_copy(json_array_get(parts, 1)));
    }

    assert_int_equal(ckp_attachment_fill(rq, NULL, &from, &err),
                     CKP_E_INVALID);
    assert_non_null(strstr(err.msg, "20 MiB"));
    json_decref(rq);
    free(text);
}


/* --- spreadsheets ------------------------------------------------------ */

static void
t_sheet(const char *ask, const t_file_t *files, ckp_outcome_t want,
    const char *rows)
{
    const ckp_attachments_t  from = { t_read, (void *) files };
    json_t *const            body = t_json(ask);
    ckp_outcome_t            outcome;
    json_t *const            v = ckp_sheet_answer(body, &from, &outcome);

    assert_int_equal(outcome, want);
    t_is(v, rows, ask);
    json_decref(v);
    json_decref(body);
}


static void
test_rows_come_from_files(void **state)
{
    t_zip_t  z;

    t_zip_book(&z);

    const t_file_t  files[] = {
        { "r/a.csv", "a;b\n1;x\n", 8 }, { "r/b c.xlsx", (char *) z.data,
        z.len }, { "r/csv.xls", "a,b\n2,y", 7 }, { NULL }
    };

    t_sheet("{\"source\":\"/api/artifacts/r/a.csv\"}", files, CKP_OUTCOME_OK,
            "{\"result\":[{\"a\":\"1\",\"b\":\"x\"}]}");
    t_sheet("{\"source\":[\"artifact://r/a.csv\",\"a\\n3\",\"r/csv.xls\"]}",
            files, CKP_OUTCOME_OK, "{\"result\":[{\"a\":\"1\",\"b\":\"x\"},"
            "{\"a\":\"3\"},{\"a\":\"2\",\"b\":\"y\"}]}");
    t_sheet("{\"source\":{\"one\":\"/f/r/b c.xlsx\"},\"root\":\"/f\","
            "\"sheet\":\"second\"}", files, CKP_OUTCOME_OK,
            "{\"result\":[{\"x\":true}]}");
    t_sheet("{\"source\":\"artifacts/r/b c.xlsx\",\"range\":\"A1:A2\","
            "\"header\":false}", files, CKP_OUTCOME_OK,
            "{\"result\":[[\"name\"],[\"Ana\"]]}");
}


static void
test_files_that_are_no_spreadsheets_are_told(void **state)
{
    static const t_file_t  files[] = {
        { "r/big.xlsx", NULL, 0 }, { "r/x.xls", "\xd0\xcf\x11\xe0\0\0", 6 },
        { "r/zip.xlsx", "PK\3\4 no", 7 }, { NULL }
    };

    t_sheet("{\"source\":\"r/none.csv\"}", files, CKP_OUTCOME_FAILED,
            "{\"type\":\"ParseError\",\"message\":\"r/none.csv: it is not "
            "there\",\"retryable\":false}");
    t_sheet("{\"source\":\"r/big.xlsx\"}", files, CKP_OUTCOME_FAILED,
            "{\"type\":\"ParseError\",\"message\":\"r/big.xlsx: it is too "
            "large\",\"retryable\":false}");
    t_sheet("{\"source\":\"r/x.xls\"}", files, CKP_OUTCOME_FAILED,
            "{\"type\":\"UnsupportedFormat\",\"message\":\"the file is neither "
            ".xlsx nor CSV\",\"retryable\":false}");
    t_sheet("{\"source\":[\"r/none.csv\",\"https://h/a.csv\"]}", files,
            CKP_OUTCOME_FAILED, "{\"type\":\"ParseError\",\"message\":"
            "\"r/none.csv: it is not there\",\"retryable\":false}");
    t_sheet("{\"source\":\"r/../big.xlsx\"}", files, CKP_OUTCOME_FAILED,
            "{\"type\":\"UnsupportedFormat\",\"message\":\"this file is not "
            "read here, only those of the artifacts' folder, base64 and CSV "
            "text\",\"retryable\":false}");
}


static void
test_so_many_files_are_read_and_no_more(void **state)
{
    static const t_file_t    files[] = { { "r/a.csv", "a\n1", 3 }, { NULL } };
    const ckp_attachments_t  from = { t_read, (void *) files };
    json_t *const            body = json_pack("{s:[]}", "source");
    ckp_outcome_t            outcome;
    json_t                  *v;

    for (int i = 0; i < 16; i++) {
        json_array_append_new(json_object_get(body, "source"),
                              json_string("r/a.csv"));
    }

    v = ckp_sheet_answer(body, &from, &outcome);
    assert_int_equal(outcome, CKP_OUTCOME_OK);
    assert_int_equal(json_array_size(json_object_get(v, "result")), 16);
    json_decref(v);

    json_array_append_new(json_object_get(body, "source"),
                          json_string("r/a.csv"));
    v = ckp_sheet_answer(body, &from, &outcome);
    assert_int_equal(outcome, CKP_OUTCOME_FAILED);
    assert_string_equal(ckp_json_str(v, "message"), "more than 16 files");
    json_decref(v);
    json_decref(body);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_bytes_are_what_they_begin_with),
        cmocka_unit_test(test_what_no_model_reads_has_a_reason),
        cmocka_unit_test(test_bytes_come_into_a_request),
        cmocka_unit_test(test_data_of_persons_is_masked_by_the_same_tokens),
        cmocka_unit_test(
            test_what_changed_since_it_was_looked_at_does_not_leave),
        cmocka_unit_test(
            test_a_text_that_grows_too_long_by_masks_does_not_leave),
        cmocka_unit_test(test_what_cannot_be_searched_does_not_leave),
        cmocka_unit_test(test_a_long_label_is_cut_between_characters),
        cmocka_unit_test(test_so_many_bytes_come_into_a_request_and_no_more),
        cmocka_unit_test(test_rows_come_from_files),
        cmocka_unit_test(test_files_that_are_no_spreadsheets_are_told),
        cmocka_unit_test(test_so_many_files_are_read_and_no_more),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
