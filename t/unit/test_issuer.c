/* What a provider of logins publishes: whose it is, and which of its addresses
 * are taken (OpenID Connect Discovery 1.0). */

#include "doc.h"

#include "wire/issuer.h"

#define ISSUER  "https://id.example"


static bool
t_safe(const char *url)
{
    return strncmp(url, "https://", 8) == 0
           || strncmp(url, "http://localhost:", 17) == 0;
}


static const char *
t_reads(const char *text, ckp_issuer_t *at)
{
    static json_t  *doc;

    json_decref(doc);
    doc = t_doc_json(text);

    return ckp_issuer_read(at, doc, ISSUER, t_safe);
}


static void
test_its_addresses_are_taken(void **ctx)
{
    ckp_issuer_t  at;

    assert_null(t_reads("{'issuer':'" ISSUER "','authorization_endpoint':"
        "'https://id.example/a?x=1','token_endpoint':'https://id.example/t',"
        "'jwks_uri':'http://localhost:9/k'}", &at));
    assert_string_equal(at.authorize, "https://id.example/a?x=1");
    assert_string_equal(at.token, "https://id.example/t");
    assert_string_equal(at.keys, "http://localhost:9/k");
    assert_true(at.basic);

    assert_null(t_reads("{'issuer':'" ISSUER "',"
        "'token_endpoint_auth_methods_supported':['x',1,'client_secret_post']}",
        &at));
    assert_false(at.basic);
    assert_null(at.token);
}


static void
test_nobody_speaks_for_another(void **ctx)
{
    const char *const  others[] = {
        "{}", "[]", "1", "{'issuer':5}", "{'issuer':''}",
        "{'issuer':'https://id.example/'}", "{'issuer':'https://ID.example'}",
        "{'issuer':'http://id.example'}", "{'issuer':'https://id.example.org'}",
        "{'issuer':['https://id.example']}"
    };

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        ckp_issuer_t  at;

        if (t_reads(others[i], &at) == NULL) {
            fail_msg("%s", others[i]);
        }

        assert_null(at.token);
    }
}


static void
test_what_is_no_plain_address_is_none(void **ctx)
{
    static const struct {
        const char  *url;
        bool         taken;
    } cases[] = {
        { "https://id.example/t", true },
        { "https://id.example/t?user=a@b", true },
        { "https://id.example:8443/~t(1);x=%20", true },
        { "http://id.example/t", false },
        { "https://a@id.example/t", false },
        { "https://a:b@id.example", false },
        { "http://localhost:x@id.example/", false },
        { "https://id.example/a b", false },
        { "https://id.example/a\\r\\nX: y", false },
        { "https://id.example/\\u00e4", false },
        { "https://id.example/\\\\x", false },
        { "https://id.example/<x>", false },
        { "javascript:alert(1)", false },
        { "", false },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char          text[256];
        ckp_issuer_t  at;

        sprintf(text, "{'issuer':'" ISSUER "','token_endpoint':'%s'}",
                cases[i].url);

        assert_null(t_reads(text, &at));

        if ((at.token != NULL) != cases[i].taken) {
            fail_msg("%s", cases[i].url);
        }
    }
}


static void
test_an_address_has_an_end(void **ctx)
{
    char          url[CKP_ISSUER_URL_MAX + 2];
    char          text[CKP_ISSUER_URL_MAX + 128];
    ckp_issuer_t  at;

    memset(url, 'a', sizeof(url));
    memcpy(url, "https://", 8);
    url[CKP_ISSUER_URL_MAX + 1] = '\0';

    sprintf(text, "{'issuer':'" ISSUER "','jwks_uri':'%s'}", url);
    assert_null(t_reads(text, &at));
    assert_null(at.keys);

    url[CKP_ISSUER_URL_MAX] = '\0';
    sprintf(text, "{'issuer':'" ISSUER "','jwks_uri':'%s'}", url);
    assert_null(t_reads(text, &at));
    assert_string_equal(at.keys, url);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_its_addresses_are_taken),
        cmocka_unit_test(test_nobody_speaks_for_another),
        cmocka_unit_test(test_what_is_no_plain_address_is_none),
        cmocka_unit_test(test_an_address_has_an_end),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
