/* Actions that the host performs: what is asked, and what an answer means. */

#include "drive.h"

#include "base/digest.h"
#include "wire/http.h"

#define ONE(op)                                                               \
    T_GRAPH("p", "'p':{'type':'processing','next_node':'end','operations':["  \
            "{" op ",'output_variable':'r'}]}," T_END, "")


static const json_t *
t_body(const t_run_t *t)
{
    assert_true(t->turn.neffects > 0);
    assert_int_equal(t->turn.effects[0].kind, CKP_FX_CALL);

    return t->turn.effects[0].body;
}


/* The body of the one call as JSON text. */

static void
t_asks(const char *op, const char *target, const char *want)
{
    char     text[4096];
    t_run_t  t;

    snprintf(text, sizeof(text), ONE("%s"), op);
    t_run(&t, text);

    char *const  body = ckp_json_text(t_body(&t));

    assert_string_equal(t.turn.effects[0].target, target);

    if (strstr(body, want) == NULL) {
        fail_msg("%s asks %s, not %s", op, body, want);
    }

    ckp_free(body);
    t_run_over(&t);
}


static void
t_fails(const char *op, const char *type)
{
    char     text[4096];
    t_run_t  t;

    snprintf(text, sizeof(text), ONE("%s"), op);
    t_run(&t, text);
    assert_string_equal(t_said(&t, "run_failed", "error_type"), type);
    t_run_over(&t);
}


static void
test_a_request_is_asked_of_the_host(void **ctx)
{
    t_asks("'action':'http_request','url':'http://h/a'", "http",
           "{\"url\":\"http://h/a\",\"headers\":{},\"method\":\"GET\",");
    t_asks("'action':'http_request','url':'http://h/a','body':{'a':1}", "http",
           "\"method\":\"POST\",\"body\":{\"a\":1}");
    t_asks("'action':'http_request','url':'http://h/a','method':'put',"
           "'headers':{'X-A':1},'parameters':{'q':'x y'},'parse':'text',"
           "'max_bytes':10,'verify_tls':false,'follow_redirects':false",
           "http", "\"headers\":{\"X-A\":\"1\"},\"method\":\"PUT\",\"query\":"
           "{\"q\":\"x y\"},\"follow_redirects\":false,\"verify_tls\":false,"
           "\"max_bytes\":10,\"parse\":\"text\"");
}


static void
test_the_host_knows_who_listens_to_an_event(void **ctx)
{
    t_run_t  t;

    t_asks("'action':'emit_event','name':'paid','payload':{'n':1},"
           "'event_type':'order'", "host",
           "{\"op\":\"event\",\"name\":\"paid\",\"payload\":{\"n\":1},"
           "\"type\":\"order\"}");
    t_asks("'action':'emit_event','name':'done'", "host",
           "{\"op\":\"event\",\"name\":\"done\",\"payload\":null}");

    t_run(&t, ONE("'action':'emit_event','name':'paid'"));
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           t_doc_json("{'result':{'delivered_to':2}}"));
    assert_string_equal(t_var(&t, "r"), "{\"delivered_to\":2}");
    t_run_over(&t);

    t_fails("'action':'emit_event','name':''", "TypeMismatch");
    t_fails("'action':'emit_event','name':'kafka://x'", "TypeMismatch");
}


static void
test_a_wrong_request_is_not_sent(void **ctx)
{
    t_fails("'action':'http_request','url':''", "TypeMismatch");
    t_fails("'action':'http_request','url':'http://h','method':'a b'",
            "TypeMismatch");
    t_fails("'action':'http_request','url':'http://h','method':'CONNECT'",
            "TypeMismatch");
    t_fails("'action':'http_request','url':'http://h','headers':[1]",
            "TypeMismatch");
    t_fails("'action':'http_request','url':'http://h','headers':{'Host':'x'}",
            "TypeMismatch");
    t_fails("'action':'http_request','url':'http://h','headers':"
            "{'A':'x\\r\\nB: 1'}", "TypeMismatch");
    t_fails("'action':'http_request','url':'http://h','query':'a=1'",
            "TypeMismatch");
    t_fails("'action':'http_request','url':'http://h','parse':'xml'",
            "TypeMismatch");
    t_fails("'action':'http_request','url':'http://h','max_bytes':16777217",
            "TypeMismatch");
    t_fails("'action':'http_request','url':'http://h','max_bytes':0",
            "TypeMismatch");
    t_fails("'action':'http_request','url':'http://h','auth':{'type':'x',"
            "'secret':'s'}", "TypeMismatch");
    t_fails("'action':'http_request','url':'http://h','auth':{}",
            "SecretNotFound");
    t_wants("CKP414", NULL, ONE("'action':'http_request'"));
    t_wants("CKP412", NULL, ONE("'action':'http_request','url':'http://h',"
                                "'retries':1"));
}


static void
test_files_of_the_artifacts_folder_are_read_by_the_host(void **ctx)
{
    t_run_t  t;

    t_asks("'action':'parse_excel_data','source':'/api/artifacts/r/a.xlsx',"
           "'sheet':'one','range':'A1:B2','header':false", "host",
           "{\"op\":\"sheet\",\"source\":\"/api/artifacts/r/a.xlsx\","
           "\"sheet\":\"one\",\"header\":false,\"range\":\"A1:B2\"}");
    t_asks("'action':'parse_excel_data','source':{'a':['x\\n1',"
           "'artifacts/r/b']}", "host", "\"op\":\"sheet\"");

    t_run(&t, ONE("'action':'parse_excel_data','source':'r/a.csv'"));
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
           t_doc_json("{'result':[{'a':1}]}"));
    assert_string_equal(t_var(&t, "r"), "[{\"a\":1}]");
    assert_string_equal(t_status(&t), "completed");
    t_run_over(&t);

    t_run(&t, ONE("'action':'parse_excel_data','source':'r/a.csv'"));
    t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_FAILED, t.ref,
           t_doc_json("{'type':'ParseError','message':'r/a.csv: it is not "
                  "there','retryable':false}"));
    assert_string_equal(t_said(&t, "run_failed", "error_type"), "ParseError");
    t_run_over(&t);
}


/* A file of a kind that the host does not know, or the engine not, goes to an
 * agent that names the action; else it is what it was. */

static void
t_goes_abroad(t_run_t *t, const char *op)
{
    const ckp_effect_t  *fx;
    char                 text[1024];

    snprintf(text, sizeof(text), ONE("%s"), op);
    t_run(t, text);

    if (t->turn.effects[0].kind == CKP_FX_CALL) {
        t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_FAILED, t->ref,
               t_doc_json("{'type':'UnsupportedFormat','message':'no',"
                      "'retryable':false}"));
    }

    assert_int_equal(t_count(t, CKP_FX_ADMIT), 1);
    fx = &t->turn.effects[0];
    assert_string_equal(ckp_json_str(fx->body, "action"), "parse_excel_data");
    assert_false(ckp_json_bool(fx->body, "native", true));
    assert_null(json_object_get(fx->body, "internal"));
    assert_true(json_is_null(json_object_get(fx->body, "channel")));
}


static void
test_a_spreadsheet_of_another_kind_goes_to_who_says_he_can(void **ctx)
{
    static const char *const  ops[] = {
        "'action':'parse_excel_data','source':'r/old.xls'",
        "'action':'parse_excel_data','source':'https://h/a.xlsx'"
    };

    for (size_t i = 0; i < 2; i++) {
        t_run_t  t;

        t_goes_abroad(&t, ops[i]);
        t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
               t_doc_json("{'error':{'type':'NoExecutorError','message':'no'"
                      "}}"));
        assert_string_equal(t_said(&t, "run_failed", "error_type"),
                            "UnsupportedFormat");
        t_run_over(&t);

        t_goes_abroad(&t, ops[i]);
        t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "",
               json_pack("{s:b, s:i}", "crash", 1, "crashes", 1));
        assert_int_equal(t_count(&t, CKP_FX_ADMIT), 1);
        t_feed(&t, CKP_IN_ADMITTED, CKP_OUTCOME_OK, t.ref,
               t_doc_json("{'agent':{'agent_id':'a','base_url':'http://a',"
                      "'resource_key':'a','concurrency_limit':1}}"));
        assert_string_equal(t.turn.effects[0].target, "agent");
        t_feed(&t, CKP_IN_REPLY, CKP_OUTCOME_OK, t.ref,
               t_doc_json("{'result':[{'a':1}]}"));
        assert_string_equal(t_var(&t, "r"), "[{\"a\":1}]");
        assert_string_equal(t_status(&t), "completed");
        t_run_over(&t);
    }
}


/* The step's call answered with this status. */

static void
t_answered(t_run_t *t, const char *more, int status)
{
    char  text[4096];

    snprintf(text, sizeof(text), ONE("'action':'http_request','url':"
             "'http://h/a'%s"), more);
    t_run(t, text);
    t_feed(t, CKP_IN_REPLY, CKP_OUTCOME_OK, t->ref,
           json_pack("{s:i, s:{}, s:s, s:i, s:s, s:i}", "status", status,
                     "headers", "body", "b", "duration_ms", 7, "url",
                     "http://h/a", "retry_after_ms", 1000));
}


static void
test_a_status_is_expected_or_an_error(void **ctx)
{
    static const struct {
        const char  *more;
        int          status;
        bool         fits;
    } rows[] = {
        { "", 200, true }, { "", 299, true }, { "", 199, false },
        { "", 300, false }, { ",'expect_status':404", 404, true },
        { ",'expect_status':404", 200, false },
        { ",'expect_status':[200,404]", 404, true },
        { ",'expect_status':'400-499'", 400, true },
        { ",'expect_status':'400-499'", 499, true },
        { ",'expect_status':'400-499'", 500, false },
        { ",'expect_status':['200-299','404']", 404, true },
        { ",'expect_status':'x'", 200, false }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        t_run_t  t;

        t_answered(&t, rows[i].more, rows[i].status);

        if (rows[i].fits) {
            assert_string_equal(t_status(&t), "completed");
        } else {
            assert_string_equal(t_said(&t, "run_failed", "error_type"),
                                "HttpError");
        }

        t_run_over(&t);
    }
}


static void
test_a_result_has_the_members_of_the_reply(void **ctx)
{
    t_run_t  t;

    t_answered(&t, "", 200);
    assert_string_equal(t_var(&t, "r"), "{\"status\":200,\"headers\":{},"
                        "\"body\":\"b\",\"duration_ms\":7,\"url\":"
                        "\"http://h/a\"}");
    t_run_over(&t);
}


static void
test_an_error_of_a_server_is_tried_again_one_of_ours_is_not(void **ctx)
{
    t_run_t  t;

    t_answered(&t, ",'retry_on_failure':true", 503);
    assert_string_equal(t_said(&t, "step_retry", "error"), "HTTP 503");
    t_tick(&t);
    assert_int_equal(t_count(&t, CKP_FX_CALL), 1);
    t_run_over(&t);

    t_answered(&t, ",'retry_on_failure':true", 404);
    assert_string_equal(t_status(&t), "failed");
    t_run_over(&t);
}


static void
test_a_request_is_repeated_after_a_crash_and_told_once(void **ctx)
{
    char     ref[64];
    t_run_t  t;

    t_run(&t, ONE("'action':'http_request','url':'http://h/{{secrets.s}}'"));
    assert_string_equal(t_said(&t, "secret_accessed", "name"), "s");
    snprintf(ref, sizeof(ref), "%s", t.ref);

    t_feed(&t, CKP_IN_RECOVER, CKP_OUTCOME_OK, "", NULL);
    assert_int_equal(t_count(&t, CKP_FX_CALL), 1);
    assert_string_equal(t.ref, ref);
    assert_null(strstr(t.story, "secret_accessed"));
    assert_non_null(json_object_get(t.turn.effects[0].body, "secrets"));
    t_run_over(&t);
}


static void
test_a_request_has_half_a_minute_unless_it_says_how_long(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("'action':'http_request','url':'http://h'"));
    assert_int_equal(t.turn.effects[0].timeout_ms, 30000);
    t_tick(&t);
    assert_int_equal(t.now, 1700000030000);
    assert_string_equal(t_said(&t, "step_timeout", "binding"), "internal");
    assert_int_equal(t_count(&t, CKP_FX_ABORT), 1);
    assert_string_equal(t_said(&t, "run_failed", "error_type"),
                        "TimeoutError");
    t_run_over(&t);

    t_run(&t, ONE("'action':'http_request','url':'http://h',"
                  "'timeout_ms':1500"));
    assert_int_equal(t.turn.effects[0].timeout_ms, 1500);
    t_run_over(&t);
}


/* --- secrets ---------------------------------------------------------------- */

static const json_t *
t_secret(const t_run_t *t, const char **handle)
{
    json_t *const  all = json_object_get(t_body(t), "secrets");
    void *const    it = json_object_iter(all);

    assert_int_equal(json_object_size(all), 1);
    *handle = json_object_iter_key(it);

    return json_object_iter_value(it);
}


static void
test_a_secret_leaves_as_a_handle(void **ctx)
{
    const char    *handle;
    const json_t  *secret;
    t_run_t        t;

    t_run(&t, T_GRAPH("p", "'p':{'type':'processing','next_node':'end',"
                      "'operations':[{'action':'http_request','url':'http://h'"
                      ",'headers':{'A':'Bearer {{secrets.pin.code}}'}}]},"
                      T_END, ",'global_config':{'secrets_config':{'prefix':"
                      "'P_','secret_references':{'pin':{'key':'k','required':"
                      "false}}}}"));
    secret = t_secret(&t, &handle);
    assert_string_equal(ckp_json_str(secret, "name"), "pin");
    assert_string_equal(ckp_json_str(secret, "key"), "k");
    assert_string_equal(ckp_json_str(secret, "field"), "code");
    assert_string_equal(ckp_json_str(secret, "prefix"), "P_");
    assert_false(ckp_json_bool(secret, "required", true));
    assert_non_null(strstr(ckp_json_str(json_object_get(t_body(&t), "headers"),
                                        "A"), handle));
    t_run_over(&t);
}


static void
test_a_handle_may_be_carried_and_never_forged(void **ctx)
{
    const char  *handle;
    t_run_t      t;

    t_run(&t, T_GRAPH("p", "'p':{'type':'processing','next_node':'end',"
                      "'operations':[{'action':'retrieve_secret','name':'pin',"
                      "'output_variable':'h'},{'action':'http_request','url':"
                      "'http://h','body':['{{h}}','$secret{pin:0123456789"
                      "abcdef0123456789abcdef}','$secret{pin','$secret{pin:']"
                      "}]}," T_END, ""));
    assert_string_equal(ckp_json_str(t_secret(&t, &handle), "name"), "pin");
    assert_string_equal(handle, json_string_value(json_array_get(
                            json_object_get(t_body(&t), "body"), 0)));
    t_run_over(&t);
}


static void
test_the_engine_s_own_actions_see_a_mask(void **ctx)
{
    t_run_t  t;

    t_run(&t, ONE("'action':'set_variable','variable':'v','value':"
                  "'{{secrets.pin}}'"));
    assert_string_equal(t_var(&t, "v"), "\"***REDACTED***\"");
    t_run_over(&t);

    t_run(&t, ONE("'action':'format_string','template':'x{{secrets.pin}}'"));
    assert_string_equal(t_var(&t, "r"), "\"x***REDACTED***\"");
    t_run_over(&t);
}


static void
test_an_agent_gets_what_its_parameters_name(void **ctx)
{
    const char  *handle;
    t_run_t      t;

    t_run(&t, T_GRAPH("a", T_SEQ("{'step_id':'s','action':'go','key':"
                                 "'{{secrets.pin}}'}") "," T_END, ""));
    t_admit(&t);
    assert_string_equal(t_said(&t, "secret_accessed", "purpose"), "go");
    assert_string_equal(ckp_json_str(t_secret(&t, &handle), "key"), "pin");
    assert_string_equal(handle, ckp_json_str(json_object_get(json_object_get(
                            t_body(&t), "request"), "params"), "key"));
    t_run_over(&t);
}


/* --- keys --------------------------------------------------------------------- */

static void
test_what_needs_a_key_is_asked_of_the_host(void **ctx)
{
    t_asks("'action':'encrypt','value':'a','key_reference':'k','aad':'x'",
           "host", "\"text\":\"a\",\"aad\":\"x\"");
    t_asks("'action':'encrypt','value':{'b':1,'a':2},'key_reference':'k'",
           "host", "\"op\":\"encrypt_json\"");
    t_asks("'action':'decrypt','value':'enc:v1:AAAA','key_reference':'k'",
           "host", "\"op\":\"decrypt\"");
    t_asks("'action':'hash','value':'a','algorithm':'hmac_sha512',"
           "'key_reference':'k'", "host", "\"op\":\"hmac\"");
    t_fails("'action':'encrypt','value':'a','key_reference':'k','algorithm':"
            "'rot13'", "UnsupportedFormat");
    t_fails("'action':'decrypt','value':'hello','key_reference':'k'",
            "DecryptError");
    t_fails("'action':'hash','value':'a','algorithm':'hmac_md5',"
            "'key_reference':'k'", "UnsupportedFormat");
    t_fails("'action':'hash','value':'a','algorithm':'hmac_sha256'",
            "SecretNotFound");
    t_fails("'action':'hash','value':'a','algorithm':'crc32'",
            "UnsupportedFormat");
    t_fails("'action':'hash','value':'a','encoding':'base32'",
            "UnsupportedFormat");
    t_wants("CKP414", NULL, ONE("'action':'encrypt','value':'a'"));
}


static void
test_digests_are_those_of_the_standards(void **ctx)
{
    static const char *const  rows[][2] = {
        { "md5", "900150983cd24fb0d6963f7d28e17f72" },
        { "SHA1", "a9993e364706816aba3e25717850c26c9cd0d89d" },
        { "sha-256", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61"
                     "f20015ad" }
    };
    uint8_t                   sum[CKP_DIGEST_MAX];
    const ckp_bytes_t         key = { "key", 3 };

    for (size_t i = 0; i < 3; i++) {
        ckp_buf_t     b;
        const size_t  n = ckp_digest(rows[i][0], "abc", 3, sum);

        ckp_buf_init(&b, 200);
        assert_true(ckp_digest_put(&b, sum, n, NULL));
        assert_string_equal(ckp_buf_str(&b), rows[i][1]);
        ckp_buf_free(&b);
    }

    assert_int_equal(ckp_digest("sha512", "", 0, sum), 64);
    assert_int_equal(ckp_digest("sha3", "", 0, sum), 0);
    assert_int_equal(ckp_hmac("sha512", &key, "a", 1, sum), 64);
    assert_int_equal(ckp_hmac("md5", &key, "a", 1, sum), 0);
}


static ckp_code_t
t_seal(const char *key, const char *aad, const char *other, char *out)
{
    static const uint8_t  nonce[CKP_NONCE_LEN] = { 1, 2, 3 };
    const ckp_bytes_t     k = { key, strlen(key) };
    const ckp_bytes_t     o = { other, strlen(other) };
    const ckp_bytes_t     a = { aad, strlen(aad) };
    const ckp_bytes_t     plain = { "the text", 8 };
    ckp_buf_t             sealed;
    ckp_buf_t             open;

    ckp_buf_init(&sealed, 1000);
    ckp_buf_init(&open, 1000);
    assert_int_equal(ckp_seal(&sealed, &k, &a, nonce, &plain), CKP_OK);
    assert_memory_equal(ckp_buf_str(&sealed), "enc:v1:", 7);
    assert_null(strpbrk(ckp_buf_str(&sealed), "+/="));

    const ckp_bytes_t  in = { ckp_buf_str(&sealed), sealed.len };
    const ckp_code_t   rc = ckp_unseal(&open, &o, &a, &in);

    snprintf(out, 64, "%s", ckp_buf_str(&open));
    ckp_buf_free(&sealed);
    ckp_buf_free(&open);

    return rc;
}


static void
test_what_is_sealed_opens_with_the_same_key_only(void **ctx)
{
    static const char  hex[] = "000102030405060708090a0b0c0d0e0f"
                               "101112131415161718191a1b1c1d1e1f";
    static const char  b64[] = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";
    char               out[64];

    assert_int_equal(t_seal("secret", "", "secret", out), CKP_OK);
    assert_string_equal(out, "the text");
    assert_int_equal(t_seal("secret", "", "Secret", out), CKP_E_INVALID);
    assert_int_equal(t_seal(hex, "aad", b64, out), CKP_OK);
    assert_string_equal(out, "the text");
    assert_int_equal(t_seal("0123456789abcdef0123456789abcdef", "",
                            "0123456789abcdef0123456789abcdef", out), CKP_OK);

    static const char *const  wrong[] = { "", "enc:v1:", "enc:v1:!!!!",
                                          "enc:v1:AAAA", "plain" };
    const ckp_bytes_t         k = { "k", 1 };
    const ckp_bytes_t         none = { "", 0 };

    for (size_t i = 0; i < 5; i++) {
        const ckp_bytes_t  in = { wrong[i], strlen(wrong[i]) };
        ckp_buf_t          b;

        ckp_buf_init(&b, 100);
        assert_int_equal(ckp_unseal(&b, &k, &none, &in), CKP_E_INVALID);
        ckp_buf_free(&b);
    }
}


/* --- HTTP -------------------------------------------------------------------- */

static void
test_queries_and_forms_are_encoded(void **ctx)
{
    json_t *const  q = t_doc_json("{'a':1,'b c':'x&y','l':[1,'2'],'n':null}");
    ckp_buf_t      b;

    ckp_buf_init(&b, 1000);
    ckp_http_url(&b, "http://h/p?x=1#f", q);
    assert_string_equal(ckp_buf_str(&b),
                        "http://h/p?x=1&a=1&b%20c=x%26y&l=1&l=2&n=");
    ckp_buf_free(&b);

    ckp_buf_init(&b, 1000);
    ckp_http_url(&b, "http://h", NULL);
    assert_string_equal(ckp_buf_str(&b), "http://h");
    ckp_buf_free(&b);

    ckp_buf_init(&b, 1000);
    ckp_http_form(&b, q);
    assert_string_equal(ckp_buf_str(&b), "a=1&b%20c=x%26y&l=1&l=2&n=");
    ckp_buf_free(&b);

    ckp_buf_init(&b, 1000);
    ckp_http_basic(&b, "ann", "pass word");
    assert_string_equal(ckp_buf_str(&b), "Basic YW5uOnBhc3Mgd29yZA==");
    ckp_buf_free(&b);
    json_decref(q);
}


static void
test_a_location_is_read_from_where_it_came(void **ctx)
{
    static const char *const  rows[][2] = {
        { "http://x/y", "http://x/y" }, { "//x/y", "https://x/y" },
        { "/a/b", "https://h:1/a/b" }, { "c", "https://h:1/p/c" },
        { "?q", "https://h:1/p/d?q" }, { "../c?r#f", "https://h:1/c?r" },
        { "../../../c", "https://h:1/c" }, { "./", "https://h:1/p/" },
        { "ftp://x", NULL }, { "javascript:1", NULL }, { "", NULL }
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        ckp_buf_t   b;
        const bool  fits = (ckp_buf_init(&b, 1000),
                            ckp_http_follow(&b, "https://h:1/p/d?z",
                                            rows[i][0]));

        assert_int_equal(fits, rows[i][1] != NULL);

        if (fits) {
            assert_string_equal(ckp_buf_str(&b), rows[i][1]);
        }

        ckp_buf_free(&b);
    }
}


static void
test_origins_and_hosts_are_compared(void **ctx)
{
    json_t *const  list = json_pack("[s, s]", "*.example.org", "h");

    assert_true(ckp_http_same_origin("http://H/a", "http://h/b?c"));
    assert_false(ckp_http_same_origin("http://h", "https://h"));
    assert_false(ckp_http_same_origin("http://h", "http://h:81"));
    assert_false(ckp_http_same_origin("http://h", "http://hh"));
    assert_true(ckp_http_host_in("http://any", NULL));
    assert_true(ckp_http_host_in("https://API.example.org:443/x", list));
    assert_true(ckp_http_host_in("http://h", list));
    assert_false(ckp_http_host_in("http://example.org", list));
    assert_false(ckp_http_host_in("http://example.org.evil", list));
    assert_false(ckp_http_host_in("http://x/?h", list));
    json_decref(list);
}


static void
t_body_is(const char *parse, const char *type, const char *bytes, size_t len,
    const char *want)
{
    json_t *const  v = ckp_http_body(parse, type, bytes, len);
    char *const    s = v == NULL ? NULL : ckp_json_text(v);

    assert_string_equal(s == NULL ? "none" : s, want);
    ckp_free(s);
    json_decref(v);
}


static void
test_a_body_is_what_its_type_or_the_author_says(void **ctx)
{
    t_body_is(NULL, "application/json; charset=x", "{\"a\":1}", 7,
              "{\"a\":1}");
    t_body_is("auto", "application/problem+json", "[1]", 3, "[1]");
    t_body_is("auto", "application/json", "oops", 4, "\"oops\"");
    t_body_is("auto", "text/plain", "[1]", 3, "\"[1]\"");
    t_body_is("auto", "image/png", "\xff\x00", 2, "\"/wA=\"");
    t_body_is("json", "text/plain", "[1]", 3, "[1]");
    t_body_is("json", "text/plain", "oops", 4, "none");
    t_body_is("json", "", "", 0, "none");
    t_body_is("text", "application/json", "[1]", 3, "\"[1]\"");
    t_body_is("base64", "text/plain", "abc", 3, "\"YWJj\"");
    t_body_is(NULL, "", "", 0, "\"\"");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_request_is_asked_of_the_host),
        cmocka_unit_test(test_the_host_knows_who_listens_to_an_event),
        cmocka_unit_test(test_a_wrong_request_is_not_sent),
        cmocka_unit_test(
            test_files_of_the_artifacts_folder_are_read_by_the_host),
        cmocka_unit_test(
            test_a_spreadsheet_of_another_kind_goes_to_who_says_he_can),
        cmocka_unit_test(test_a_status_is_expected_or_an_error),
        cmocka_unit_test(test_a_result_has_the_members_of_the_reply),
        cmocka_unit_test(
            test_an_error_of_a_server_is_tried_again_one_of_ours_is_not),
        cmocka_unit_test(
            test_a_request_is_repeated_after_a_crash_and_told_once),
        cmocka_unit_test(
            test_a_request_has_half_a_minute_unless_it_says_how_long),
        cmocka_unit_test(test_a_secret_leaves_as_a_handle),
        cmocka_unit_test(test_a_handle_may_be_carried_and_never_forged),
        cmocka_unit_test(test_the_engine_s_own_actions_see_a_mask),
        cmocka_unit_test(test_an_agent_gets_what_its_parameters_name),
        cmocka_unit_test(test_what_needs_a_key_is_asked_of_the_host),
        cmocka_unit_test(test_digests_are_those_of_the_standards),
        cmocka_unit_test(test_what_is_sealed_opens_with_the_same_key_only),
        cmocka_unit_test(test_queries_and_forms_are_encoded),
        cmocka_unit_test(test_a_location_is_read_from_where_it_came),
        cmocka_unit_test(test_origins_and_hosts_are_compared),
        cmocka_unit_test(test_a_body_is_what_its_type_or_the_author_says),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
