/* Signature Version 4, by the vectors that its author published. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "ckp.h"
#include "wire/keeper.h"
#include "wire/sigv4.h"

#define T_SCOPE  "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/" \
                 "service/aws4_request, SignedHeaders="


static void
t_signs(const ckp_sigv4_t *change, const char *names, const char *signature)
{
    ckp_sigv4_t  s = *change;
    char         want[512];
    ckp_buf_t    out;

    s.stamp = "20150830T123600Z";
    s.region = "us-east-1";
    s.service = "service";
    s.id = "AKIDEXAMPLE";
    s.secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    s.query = s.query == NULL ? "" : s.query;
    s.body = s.body == NULL ? "" : s.body;
    s.len = strlen(s.body);

    ckp_buf_init(&out, 4096);
    ckp_sigv4(&s, &out);
    assert_int_equal(out.failed, CKP_OK);
    snprintf(want, sizeof(want), T_SCOPE "%s, Signature=%s", names, signature);
    assert_string_equal(ckp_buf_str(&out), want);
    ckp_buf_free(&out);
}


static void
test_requests_are_signed_as_published(void **ctx)
{
    json_t *const  head = json_pack("{s:s, s:s}", "X-Amz-Date",
                                    "20150830T123600Z", "Host",
                                    "example.amazonaws.com");
    ckp_sigv4_t    s = { .method = "GET", .path = "/", .headers = head };

    assert_non_null(head);
    t_signs(&s, "host;x-amz-date", "5fa00fa31553b73ebf1942676e86291e8372ff2a"
            "2260956d9b8aae1d763fbf31");

    s.path = "";
    s.query = "Param2=value2&Param1=value1";
    t_signs(&s, "host;x-amz-date", "b97d918cfa904a5beff61c982a1b6f458b799221"
            "646efd99d3219ec94cdf2500");

    s.method = "POST";
    s.query = NULL;
    t_signs(&s, "host;x-amz-date", "5da7c1a2acd57cee7505fc6676e4e544621c3086"
            "2966e37dddb68e92efbe5d6b");

    assert_int_equal(json_object_set_new(head, "Content-Type",
        json_string("application/x-www-form-urlencoded")), 0);
    s.body = "Param1=value1";
    t_signs(&s, "content-type;host;x-amz-date", "ff11897932ad3f4e8b18135d7220"
            "51e5ac45fc38421b1da7b9d196a0fe09473a");
    json_decref(head);
}


static void
test_white_space_of_a_line_is_one(void **ctx)
{
    json_t *const  head = json_pack("{s:s, s:s, s:s, s:s}",
        "Host", "example.amazonaws.com",
        "My-Header1", " value1", "My-Header2", " \"a   b   c\"",
        "X-Amz-Date", "20150830T123600Z");
    ckp_sigv4_t    s = { .method = "GET", .path = "/", .headers = head };

    assert_non_null(head);
    t_signs(&s, "host;my-header1;my-header2;x-amz-date", "acc3ed3afb60bb290fc"
            "8d2dd0098b9911fcaa05412b367055dee359757a9c736");
    json_decref(head);
}


/* --- the keepers that come with it -------------------------------------------- */

static void
t_asks(const ckp_keeper_t *k, const ckp_keeper_ask_t *ask,
    ckp_keeper_rq_t *rq)
{
    const bool              aws = strcmp(k->kind, "aws") == 0;
    const ckp_keeper_who_t  who = { .token = aws ? NULL : "t0k", .id = "AKID",
                                    .secret = "s", .session = "sess" };
    ckp_err_t               err = CKP_ERR_INIT;

    assert_int_equal(ckp_keeper_ask(k, &who, ask, rq, &err), CKP_OK);
}


static void
test_aws_is_asked_by_its_region(void **ctx)
{
    ckp_keeper_t      k = { .kind = "aws", .region = "eu-central-1" };
    ckp_keeper_ask_t  ask = { .key = "prod/db", .now_ms = 1440938160000LL };
    ckp_keeper_rq_t   rq;

    t_asks(&k, &ask, &rq);
    assert_string_equal(rq.method, "POST");
    assert_string_equal(ckp_buf_str(&rq.url),
                        "https://secretsmanager.eu-central-1.amazonaws.com/");
    assert_string_equal(ckp_buf_str(&rq.body), "{\"SecretId\":\"prod/db\"}");
    assert_string_equal(ckp_json_str(rq.headers, "X-Amz-Date"),
                        "20150830T123600Z");
    assert_string_equal(ckp_json_str(rq.headers, "X-Amz-Security-Token"),
                        "sess");
    assert_non_null(strstr(ckp_json_str(rq.headers, "Authorization"),
        "Credential=AKID/20150830/eu-central-1/secretsmanager/aws4_request, "
        "SignedHeaders=content-type;host;x-amz-date;x-amz-security-token;"
        "x-amz-target, Signature="));
    ckp_keeper_rq_free(&rq);

    k.region = "cn-north-1";
    ask.version = "AWSPREVIOUS";
    t_asks(&k, &ask, &rq);
    assert_string_equal(ckp_buf_str(&rq.url),
                        "https://secretsmanager.cn-north-1.amazonaws.com.cn/");
    assert_string_equal(ckp_buf_str(&rq.body), "{\"SecretId\":\"prod/db\","
                        "\"VersionStage\":\"AWSPREVIOUS\"}");
    ckp_keeper_rq_free(&rq);

    k.url = "https://aws.example:443";
    ask.version = "01234567-89ab-cdef-0123-456789abcdef";
    t_asks(&k, &ask, &rq);
    assert_string_equal(ckp_json_str(rq.headers, "Host"), "aws.example");
    assert_string_equal(ckp_buf_str(&rq.body), "{\"SecretId\":\"prod/db\","
        "\"VersionId\":\"01234567-89ab-cdef-0123-456789abcdef\"}");
    ckp_keeper_rq_free(&rq);
}


static void
test_a_region_that_is_none_is_no_host(void **ctx)
{
    static const char *const  regions[] = { NULL, "", "a.b", "x@evil", "A" };
    const ckp_keeper_who_t    who = { .id = "a", .secret = "b" };
    const ckp_keeper_ask_t    ask = { .key = "k" };

    for (size_t i = 0; i < sizeof(regions) / sizeof(regions[0]); i++) {
        const ckp_keeper_t  k = { .kind = "aws", .region = regions[i] };
        ckp_keeper_rq_t     rq;
        ckp_err_t           err = CKP_ERR_INIT;

        assert_int_equal(ckp_keeper_ask(&k, &who, &ask, &rq, &err),
                         CKP_E_INVALID);
        ckp_keeper_rq_free(&rq);
    }
}


static void
t_says(const char *kind, int status, const char *body, ckp_kept_t kept)
{
    const ckp_keeper_t        k = { .kind = kind };
    const ckp_keeper_reply_t  reply = { status, body, strlen(body) };
    json_t                   *value;

    assert_int_equal(ckp_keeper_value(&k, &reply, &value), kept);

    if (kept == CKP_KEPT_FOUND) {
        assert_string_equal(json_string_value(value), "v");
    }

    ckp_keeper_wipe(value);
}


static void
test_what_aws_answers(void **ctx)
{
    t_says("aws", 200, "{\"Name\":\"n\",\"SecretString\":\"v\"}",
           CKP_KEPT_FOUND);
    t_says("aws", 200, "{\"SecretBinary\":\"v\"}", CKP_KEPT_FOUND);
    t_says("aws", 200, "{\"Name\":\"n\"}", CKP_KEPT_NONE);
    t_says("aws", 400, "{\"__type\":\"ResourceNotFoundException\"}",
           CKP_KEPT_NONE);
    t_says("aws", 400, "{\"__type\":\"com.amazon#AccessDeniedException\"}",
           CKP_KEPT_FORBIDDEN);
    t_says("aws", 400, "{\"__type\":\"ExpiredTokenException\"}",
           CKP_KEPT_STRANGER);
    t_says("aws", 400, "{\"__type\":\"ThrottlingException\"}", CKP_KEPT_BUSY);
    t_says("aws", 400, "{\"__type\":\"SerializationException\"}",
           CKP_KEPT_WRONG);
    t_says("aws", 403, "<xml>", CKP_KEPT_STRANGER);
    t_says("aws", 500, "{\"__type\":\"InternalServiceError\"}", CKP_KEPT_BUSY);
}


static void
test_azure_logs_in_for_the_vaults_of_its_cloud(void **ctx)
{
    ckp_keeper_t            k = { .kind = "azure", .tenant = "t-1",
        .client = "c 1", .url = "https://mine.vault.usgovcloudapi.net/" };
    const ckp_keeper_who_t  who = { .secret = "a&b=c" };
    ckp_keeper_rq_t         rq;
    ckp_err_t               err = CKP_ERR_INIT;

    assert_int_equal(ckp_keeper_login(&k, &who, &rq, &err), CKP_OK);
    assert_string_equal(ckp_buf_str(&rq.url), "https://login.microsoftonline"
                        ".com/t-1/oauth2/v2.0/token");
    assert_string_equal(ckp_buf_str(&rq.body), "grant_type=client_credentials"
        "&client_id=c%201&client_secret=a%26b%3Dc&scope=https%3A%2F%2Fvault"
        ".usgovcloudapi.net%2F.default");
    ckp_keeper_rq_free(&rq);

    k.url = "https://10.0.0.1/";
    assert_int_equal(ckp_keeper_login(&k, &who, &rq, &err), CKP_OK);
    assert_non_null(strstr(ckp_buf_str(&rq.body), "vault.azure.net%2F"));
    ckp_keeper_rq_free(&rq);

    k.tenant = "a/b";
    assert_int_equal(ckp_keeper_login(&k, &who, &rq, &err), CKP_E_INVALID);
    ckp_keeper_rq_free(&rq);
}


static void
test_names_of_azure_have_no_underscore(void **ctx)
{
    const ckp_keeper_t      k = { .kind = "azure",
                                  .url = "https://mine.vault.azure.net" };
    const ckp_keeper_who_t  who = { .token = "t" };
    ckp_keeper_ask_t        ask = { .key = "db_main_1", .version = "ab12" };
    ckp_keeper_rq_t         rq;
    ckp_err_t               err = CKP_ERR_INIT;

    t_asks(&k, &ask, &rq);
    assert_string_equal(ckp_buf_str(&rq.url), "https://mine.vault.azure.net"
                        "/secrets/db-main-1/ab12?api-version=7.4");
    assert_string_equal(ckp_json_str(rq.headers, "Authorization"),
                        "Bearer t0k");
    ckp_keeper_rq_free(&rq);

    ask.version = "../x";
    assert_int_equal(ckp_keeper_ask(&k, &who, &ask, &rq, &err), CKP_E_INVALID);
    ckp_keeper_rq_free(&rq);

    ask = (ckp_keeper_ask_t) { .key = "a/b" };
    assert_int_equal(ckp_keeper_ask(&k, &who, &ask, &rq, &err), CKP_E_INVALID);
    ckp_keeper_rq_free(&rq);
}


static void
test_what_azure_answers(void **ctx)
{
    const ckp_keeper_reply_t  login = { 200, "{\"access_token\":\"t\","
        "\"expires_in\":3599}", 38 };
    ckp_keeper_session_t      s;

    t_says("azure", 200, "{\"value\":\"v\",\"id\":\"x\"}", CKP_KEPT_FOUND);
    t_says("azure", 200, "{\"id\":\"x\"}", CKP_KEPT_NONE);
    t_says("azure", 401, "{\"error\":{\"code\":\"Unauthorized\"}}",
           CKP_KEPT_STRANGER);
    t_says("azure", 403, "{\"error\":{\"code\":\"Forbidden\"}}",
           CKP_KEPT_FORBIDDEN);
    t_says("azure", 404, "{\"error\":{\"code\":\"SecretNotFound\"}}",
           CKP_KEPT_NONE);
    t_says("azure", 429, "", CKP_KEPT_BUSY);

    assert_int_equal(ckp_keeper_session("azure", &login, &s), CKP_KEPT_FOUND);
    assert_int_equal(s.life_ms, 3599000);
    assert_false(s.renews);
    ckp_keeper_wipe(s.token);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_requests_are_signed_as_published),
        cmocka_unit_test(test_white_space_of_a_line_is_one),
        cmocka_unit_test(test_aws_is_asked_by_its_region),
        cmocka_unit_test(test_a_region_that_is_none_is_no_host),
        cmocka_unit_test(test_what_aws_answers),
        cmocka_unit_test(test_azure_logs_in_for_the_vaults_of_its_cloud),
        cmocka_unit_test(test_names_of_azure_have_no_underscore),
        cmocka_unit_test(test_what_azure_answers),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
