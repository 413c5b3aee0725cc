/* Who signed a post: the forms of signatures, their times, several secrets, and
 * all that is none (spec/ckp.md 5.3, reliability.md 6). */

#include "doc.h"

#include "base/base64.h"
#include "base/sha.h"
#include "trigger/form.h"
#include "trigger/signature.h"

#define NOW  1767225600000LL            /* the time of the test vectors */

static const char  body[] = "{\"order_id\":42}";

#define PLAIN                                                                 \
    "ea7efba8e1324c35b97b8e94aa4b5ba74f240fbc62aaaa9b1118a91d38315dee"
#define TIMED                                                                 \
    "686313d67255fbc8221922f5d9bb853b38cb97812ed2bfcfae5c89658fe8bb8b"
#define AT     "1767225600"

typedef struct {
    const char  *what;
    const char  *signature;
    const char  *timestamp;
    const char  *hub;
    int64_t      off_s;                 /* our clock is ahead by so much */
    bool         needs_time;
    bool         holds;
} t_case_t;


static bool
t_holds(const t_case_t *c, const char *text, const char *const *secrets,
    size_t n)
{
    const ckp_signers_t  s = { .needs_time = c->needs_time, .window_s = 300,
                               .secrets = secrets, .n = n };
    const ckp_signed_t   said = { .signature = c->signature,
                                  .timestamp = c->timestamp, .hub = c->hub };

    return ckp_signature_holds(&s, &said, text, strlen(text),
                               NOW + c->off_s * 1000);
}


static void
t_all(const t_case_t *cases, size_t n)
{
    const char *const  secrets[] = { "topsecret" };

    for (size_t i = 0; i < n; i++) {
        if (t_holds(&cases[i], body, secrets, 1) != cases[i].holds) {
            fail_msg("%s", cases[i].what);
        }
    }
}


static void
test_signatures_of_the_project_are_those_of_the_vectors(void **ctx)
{
    static const t_case_t  cases[] = {
        { "with a prefix", "sha256=" PLAIN, NULL, NULL, 0, false, true },
        { "without", PLAIN, NULL, NULL, 0, false, true },
        { "prefix in capitals", "SHA256=" PLAIN, NULL, NULL, 0, false, true },
        { "none", NULL, NULL, NULL, 0, false, false },
        { "empty", "", NULL, NULL, 0, false, false },
        { "prefix alone", "sha256=", NULL, NULL, 0, false, false },
        { "one digit less", "ea7efba8e1324c35b97b8e94aa4b5ba74f240fbc62aaaa9b"
          "1118a91d38315de", NULL, NULL, 0, false, false },
        { "one digit more", PLAIN "e", NULL, NULL, 0, false, false },
        { "the last digit", "ea7efba8e1324c35b97b8e94aa4b5ba74f240fbc62aaaa9b"
          "1118a91d38315def", NULL, NULL, 0, false, false },
        { "the first digit", "fa7efba8e1324c35b97b8e94aa4b5ba74f240fbc62aaaa9b"
          "1118a91d38315dee", NULL, NULL, 0, false, false },
        { "no digits", "ga7efba8e1324c35b97b8e94aa4b5ba74f240fbc62aaaa9b"
          "1118a91d38315dee", NULL, NULL, 0, false, false },
        { "a blank before", " " PLAIN, NULL, NULL, 0, false, false },
        { "a blank behind", PLAIN " ", NULL, NULL, 0, false, false },
        { "two of them", PLAIN "," PLAIN, NULL, NULL, 0, false, false },
        { "another hash", "sha1=" PLAIN, NULL, NULL, 0, false, false },
        { "all zero", "00000000000000000000000000000000000000000000000000000000"
          "00000000", NULL, NULL, 0, false, false },
        { "in capitals", "EA7EFBA8E1324C35B97B8E94AA4B5BA74F240FBC62AAAA9B"
          "1118A91D38315DEE", NULL, NULL, 0, false, true },
        { "a time is wanted", PLAIN, NULL, NULL, 0, true, false },
    };

    t_all(cases, sizeof(cases) / sizeof(cases[0]));
}


static void
test_a_signed_time_must_be_near(void **ctx)
{
    static const t_case_t  cases[] = {
        { "now", "sha256=" TIMED, AT, NULL, 0, false, true },
        { "wanted and there", TIMED, AT, NULL, 0, true, true },
        { "at the end", TIMED, AT, NULL, 300, false, true },
        { "behind the end", TIMED, AT, NULL, 301, false, false },
        { "from the future", TIMED, AT, NULL, -300, false, true },
        { "too far in it", TIMED, AT, NULL, -301, false, false },
        { "the time is not signed", PLAIN, AT, NULL, 0, false, false },
        { "the time was left out", TIMED, NULL, NULL, 0, false, false },
        { "another time", TIMED, "1767225601", NULL, 0, false, false },
        { "empty", TIMED, "", NULL, 0, false, false },
        { "a sign", TIMED, "+1767225600", NULL, 0, false, false },
        { "negative", TIMED, "-1767225600", NULL, 0, false, false },
        { "a fraction", TIMED, "1767225600.0", NULL, 0, false, false },
        { "milliseconds", TIMED, "1767225600000", NULL, 0, false, false },
        { "a blank", TIMED, " 1767225600", NULL, 0, false, false },
        { "words", TIMED, "now", NULL, 0, false, false },
        { "hexadecimal", TIMED, "0x6955B900", NULL, 0, false, false },
        { "beyond all bounds", TIMED, "99999999999999999999999", NULL, 0,
          false, false },
    };

    t_all(cases, sizeof(cases) / sizeof(cases[0]));
}


/* Who heard a message that was signed with its time could send what was signed
 * as a body, without a time; a number that is no time is a body like others. */
static void
test_a_signed_time_cannot_become_a_part_of_the_body(void **ctx)
{
    static const struct {
        const char  *body;
        bool         holds;
    } cases[] = {
        { AT ".{\"order_id\":42}", false },
        { AT ".", false },
        { "999999999.5", false },
        { AT, true },
        { AT "000.x", true },
        { AT "00.x", false },
        { "12345678.5", true },
        { "[" AT ".5]", true },
        { "", true },
    };

    const char *const  secrets[] = { "topsecret" };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        const char *const  text = cases[i].body;
        uint8_t            sum[CKP_SHA256_LEN];
        char               hex[2 * CKP_SHA256_LEN + 1];

        ckp_hmac_sha256("topsecret", 9, text, strlen(text), sum);
        ckp_hex(sum, sizeof(sum), hex);

        const t_case_t  own = { .signature = hex };
        const t_case_t  hub = { .hub = hex };

        if (t_holds(&own, text, secrets, 1) != cases[i].holds
            || t_holds(&hub, text, secrets, 1) != cases[i].holds)
        {
            fail_msg("%s", text);
        }
    }
}


static void
test_signatures_of_github_are_over_the_body(void **ctx)
{
    static const t_case_t  cases[] = {
        { "its header", NULL, NULL, "sha256=" PLAIN, 0, false, true },
        { "a time beside it is not its", NULL, AT, "sha256=" PLAIN, 0, false,
          true },
        { "and is none when one is wanted", NULL, AT, "sha256=" PLAIN, 0, true,
          false },
        { "a wrong one", NULL, NULL, "sha256=" TIMED, 0, false, false },
        { "ours goes first", TIMED, NULL, "sha256=" PLAIN, 0, false, false },
        { "ours goes first, and holds", PLAIN, NULL, "sha256=x", 0, false,
          true },
    };

    t_all(cases, sizeof(cases) / sizeof(cases[0]));
}


static void
test_any_of_several_secrets_is_enough(void **ctx)
{
    const t_case_t     c = { .signature = PLAIN };
    const char *const  both[] = { "another", "topsecret" };
    const char *const  empty[] = { "" };
    const t_case_t     unsigned_key = { .signature =
        "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad" };

    assert_true(t_holds(&c, body, both, 2));
    assert_true(t_holds(&c, body, &both[1], 1));
    assert_false(t_holds(&c, body, both, 1));
    assert_false(t_holds(&c, body, both, 0));
    assert_false(t_holds(&c, "{\"order_id\":43}", both, 2));
    assert_false(t_holds(&c, "{\"order_id\":42} ", both, 2));

    /* what is signed with nothing is signed by everybody */

    assert_false(t_holds(&unsigned_key, "", empty, 1));
}


/* --- Standard Webhooks -------------------------------------------------------- */

static const char  whsec[] = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

static const char *
t_sign(const char *id, const char *at, const char *text)
{
    static char  out[256];
    uint8_t      key[64];
    uint8_t      sum[CKP_SHA256_LEN];
    size_t       n;
    ckp_buf_t    b;

    assert_true(ckp_base64_read(whsec + 6, strlen(whsec) - 6, key, &n));
    ckp_buf_init(&b, 4096);
    ckp_buf_printf(&b, "%s.%s.%s", id, at, text);
    ckp_hmac_sha256(key, n, ckp_buf_str(&b), b.len, sum);
    ckp_buf_free(&b);
    ckp_buf_init(&b, 4096);
    ckp_buf_puts(&b, "v1,");
    ckp_base64_put(&b, sum, sizeof(sum), false);
    strcpy(out, ckp_buf_str(&b));
    ckp_buf_free(&b);

    return out;
}


static bool
t_standard(const char *id, const char *at, const char *list, int64_t off_s)
{
    const char *const    secrets[] = { "whsec_b3RoZXI=", whsec };
    const ckp_signers_t  s = { .standard = true, .window_s = 300,
                               .secrets = secrets, .n = 2 };
    const ckp_signed_t   said = { .id = id, .at = at, .list = list };

    return ckp_signature_holds(&s, &said, body, strlen(body),
                               NOW + off_s * 1000);
}


static void
test_standard_webhooks_sign_id_time_and_body(void **ctx)
{
    char  list[1024];

    assert_true(t_standard("msg_1", AT, t_sign("msg_1", AT, body), 0));
    assert_true(t_standard("msg_1", AT, t_sign("msg_1", AT, body), 300));
    assert_false(t_standard("msg_1", AT, t_sign("msg_1", AT, body), 301));
    assert_false(t_standard("msg_2", AT, t_sign("msg_1", AT, body), 0));
    assert_false(t_standard("msg_1", "1767225601", t_sign("msg_1", AT, body),
                            0));
    assert_false(t_standard("msg_1", AT, t_sign("msg_1", AT, "{}"), 0));
    assert_false(t_standard(NULL, AT, t_sign("msg_1", AT, body), 0));
    assert_false(t_standard("msg_1", NULL, t_sign("msg_1", AT, body), 0));
    assert_false(t_standard("msg_1", AT, NULL, 0));
    assert_false(t_standard("", AT, t_sign("", AT, body), 0));
    assert_false(t_standard("a.b", AT, t_sign("a.b", AT, body), 0));
    assert_false(t_standard("msg_1", AT, "v1,", 0));
    assert_false(t_standard("msg_1", AT, "v1,AAAA", 0));
    assert_false(t_standard("msg_1", AT, "v1,!!!!", 0));

    snprintf(list, sizeof(list), "v1a,xyz v1,AAAA %s",
             t_sign("msg_1", AT, body));
    assert_true(t_standard("msg_1", AT, list, 0));

    snprintf(list, sizeof(list), "v2%s", t_sign("msg_1", AT, body) + 2);
    assert_false(t_standard("msg_1", AT, list, 0));
}


/* A published example of the form. */

static void
test_the_published_example_holds(void **ctx)
{
    static const char    text[] = "{\"test\": 2432232314}";
    const char *const    secrets[] = { whsec };
    const ckp_signers_t  s = { .standard = true, .window_s = 300,
                               .secrets = secrets, .n = 1 };
    const ckp_signed_t   said = {
        .id = "msg_p5jXN8AQM9LWM0D4loKWxJek", .at = "1614265330",
        .list = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    };

    assert_true(ckp_signature_holds(&s, &said, text, strlen(text),
                                    1614265330000));
}


static void
test_a_list_of_signatures_has_an_end(void **ctx)
{
    char  list[4096] = "";

    for (int i = 0; i < CKP_SIGNATURE_LIST_MAX; i++) {
        strcat(list, "v1,AAAA ");
    }

    strcat(list, t_sign("msg_1", AT, body));
    assert_false(t_standard("msg_1", AT, list, 0));
    assert_true(t_standard("msg_1", AT, list + 8, 0));
}


static void
test_a_credential_is_the_secret_itself(void **ctx)
{
    const char *const    secrets[] = { "old", "user:pass" };
    const ckp_signers_t  s = { .secrets = secrets, .n = 2 };
    const char *const    none[] = { "" };
    const ckp_signers_t  empty = { .secrets = none, .n = 1 };

    assert_true(ckp_credential_holds(&s, "Bearer old", false));
    assert_true(ckp_credential_holds(&s, "bearer user:pass", false));
    assert_false(ckp_credential_holds(&s, "Bearer new", false));
    assert_false(ckp_credential_holds(&s, "Bearer ol", false));
    assert_false(ckp_credential_holds(&s, "Bearer old ", false));
    assert_false(ckp_credential_holds(&s, "old", false));
    assert_false(ckp_credential_holds(&s, NULL, false));
    assert_true(ckp_credential_holds(&s, "Basic dXNlcjpwYXNz", true));
    assert_false(ckp_credential_holds(&s, "Basic dXNlcjpwYXNy", true));
    assert_false(ckp_credential_holds(&s, "Bearer dXNlcjpwYXNz", true));
    assert_false(ckp_credential_holds(&empty, "Bearer ", false));
    assert_false(ckp_credential_holds(&empty, "Basic ", true));
}


static void
test_a_form_is_an_object(void **ctx)
{
    static const struct {
        const char  *text;
        const char  *want;
    } cases[] = {
        { "", "{}" },
        { "a=1&b=two+words&c=%C3%A4", "{\"a\":\"1\",\"b\":\"two words\","
          "\"c\":\"\xc3\xa4\"}" },
        { "a=1&a=2", "{\"a\":\"2\"}" },
        { "a", "{\"a\":\"\"}" },
        { "=x&&a=%", "{\"a\":\"%\"}" },
        { "a=%zz&b=%4", "{\"a\":\"%zz\",\"b\":\"%4\"}" },
        { "a=%ff&b=1", "{\"b\":\"1\"}" },
        { "a%00b=1&c=x%3Dy%26z", "{\"c\":\"x=y&z\"}" },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        json_t *const  v = ckp_form_read(cases[i].text, strlen(cases[i].text));
        char *const    text = ckp_json_text(v);

        assert_string_equal(text, cases[i].want);
        ckp_free(text);
        json_decref(v);
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(
            test_signatures_of_the_project_are_those_of_the_vectors),
        cmocka_unit_test(test_a_signed_time_must_be_near),
        cmocka_unit_test(test_a_signed_time_cannot_become_a_part_of_the_body),
        cmocka_unit_test(test_signatures_of_github_are_over_the_body),
        cmocka_unit_test(test_any_of_several_secrets_is_enough),
        cmocka_unit_test(test_standard_webhooks_sign_id_time_and_body),
        cmocka_unit_test(test_the_published_example_holds),
        cmocka_unit_test(test_a_list_of_signatures_has_an_end),
        cmocka_unit_test(test_a_credential_is_the_secret_itself),
        cmocka_unit_test(test_a_form_is_an_object),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
