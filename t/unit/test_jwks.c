/* Keys of others: what is one, what it is for, and how long it may be
 * (RFC 7517; spec/api.md 1.6). */

#include "doc.h"

#include "base/base64.h"
#include "wire/jwks.h"

#define POINT  "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8"


/* A number of so many bytes, its first and its last; the others are 1. */

static const char *
t_number(size_t len, uint8_t first, uint8_t last)
{
    static char  text[2][4096];
    static int   turn;
    uint8_t      bytes[2048];
    ckp_buf_t    b;

    memset(bytes, 1, sizeof(bytes));
    bytes[0] = first;
    bytes[len - 1] = last;
    ckp_buf_init(&b, 4096);
    ckp_base64_put(&b, bytes, len, true);
    turn = !turn;
    strcpy(text[turn], ckp_buf_str(&b));
    ckp_buf_free(&b);

    return text[turn];
}


static bool
t_reads(ckp_jwk_t *k, const char *text)
{
    json_t *const  jwk = t_doc_json(text);
    const bool     is = ckp_jwk_read(k, jwk);

    json_decref(jwk);

    return is;
}


static void
t_rsa_is(bool want, const char *n, const char *e)
{
    char       text[8192];
    ckp_jwk_t  k;

    sprintf(text, "{'kty':'RSA','n':'%s','e':'%s'}", n, e);
    assert_int_equal(t_reads(&k, text), want);
}


static void
test_a_modulus_has_at_least_2048_bits_and_at_most_8192(void **ctx)
{
    t_rsa_is(true, t_number(256, 0x80, 1), "AQAB");
    t_rsa_is(false, t_number(256, 0x7f, 1), "AQAB");
    t_rsa_is(false, t_number(255, 0xff, 1), "AQAB");
    t_rsa_is(true, t_number(257, 0x01, 1), "AQAB");
    t_rsa_is(false, t_number(257, 0x00, 1), "AQAB");
    t_rsa_is(true, t_number(1023, 0xff, 1), "AQAB");
    t_rsa_is(false, t_number(1025, 0xff, 1), "AQAB");
    t_rsa_is(false, "", "AQAB");
    t_rsa_is(false, "not base64!", "AQAB");
}


static void
test_an_exponent_is_odd_and_short(void **ctx)
{
    t_rsa_is(true, t_number(256, 0xcd, 1), "AQAB");
    t_rsa_is(true, t_number(256, 0xcd, 1), "Aw");
    t_rsa_is(true, t_number(256, 0xcd, 1), "AAAAAAAAAAAAAAEAAQ");
    t_rsa_is(true, t_number(256, 0xcd, 1), t_number(8, 1, 1));
    t_rsa_is(false, t_number(256, 0xcd, 1), t_number(9, 1, 1));
    t_rsa_is(false, t_number(256, 0xcd, 1), "AQ");
    t_rsa_is(false, t_number(256, 0xcd, 1), "AA");
    t_rsa_is(false, t_number(256, 0xcd, 1), "BA");
    t_rsa_is(false, t_number(256, 0xcd, 1), "");
}


static void
test_a_key_is_for_what_it_says(void **ctx)
{
    static const struct {
        const char  *text;
        unsigned     algs;              /* 0: it is none */
    } cases[] = {
        { "{'kty':'OKP','crv':'Ed25519','x':'" POINT "'}",
          1u << CKP_JWT_EDDSA },
        { "{'kty':'OKP','crv':'Ed25519','x':'" POINT "','use':'sig',"
          "'key_ops':['sign','verify'],'alg':'EdDSA'}", 1u << CKP_JWT_EDDSA },
        { "{'kty':'EC','crv':'P-256','x':'" POINT "','y':'" POINT "'}",
          1u << CKP_JWT_ES256 },
        { "{'kty':'OKP','crv':'Ed448','x':'" POINT "'}", 0 },
        { "{'kty':'OKP','crv':'Ed25519','x':'" POINT "AA'}", 0 },
        { "{'kty':'OKP','crv':'Ed25519','x':'AAAA'}", 0 },
        { "{'kty':'OKP','crv':'Ed25519'}", 0 },
        { "{'kty':'OKP','x':'" POINT "'}", 0 },
        { "{'kty':'OKP','crv':'Ed25519','x':'" POINT "','use':'enc'}", 0 },
        { "{'kty':'OKP','crv':'Ed25519','x':'" POINT "','use':1}", 0 },
        { "{'kty':'OKP','crv':'Ed25519','x':'" POINT "','key_ops':['sign']}",
          0 },
        { "{'kty':'OKP','crv':'Ed25519','x':'" POINT "','key_ops':[]}", 0 },
        { "{'kty':'OKP','crv':'Ed25519','x':'" POINT "','alg':'ES256'}", 0 },
        { "{'kty':'OKP','crv':'Ed25519','x':'" POINT "','alg':null}", 0 },
        { "{'kty':'OKP','crv':'Ed25519','x':'" POINT "','d':'" POINT "'}",
          0 },
        { "{'kty':'EC','crv':'P-256','x':'" POINT "'}", 0 },
        { "{'kty':'EC','crv':'P-384','x':'" POINT "','y':'" POINT "'}", 0 },
        { "{'kty':'oct','k':'" POINT "'}", 0 },
        { "{'x':'" POINT "'}", 0 },
        { "{}", 0 },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        ckp_jwk_t   k;
        const bool  is = t_reads(&k, cases[i].text);

        if (is != (cases[i].algs != 0) || (is && k.algs != cases[i].algs)) {
            fail_msg("%s", cases[i].text);
        }
    }
}


static void
test_a_name_has_an_end(void **ctx)
{
    char       kid[CKP_JWK_NAME_MAX + 2];
    char       text[1024];
    ckp_jwk_t  k;

    memset(kid, 'k', sizeof(kid));
    kid[CKP_JWK_NAME_MAX + 1] = '\0';

    sprintf(text, "{'kty':'OKP','crv':'Ed25519','x':'" POINT "','kid':'%s'}",
            kid);
    assert_false(t_reads(&k, text));
    sprintf(text, "{'kty':'OKP','crv':'Ed25519','x':'" POINT "','kid':'%s'}",
            kid + 1);
    assert_true(t_reads(&k, text));
    assert_string_equal(k.kid, kid + 1);
    assert_int_equal(k.first_len, CKP_JWK_POINT_LEN);
    assert_int_equal(k.first[31], 31);
}


static void
test_a_set_is_an_object_with_keys(void **ctx)
{
    const char *const  none[] = { "", "[]", "{}", "{\"keys\":{}}",
                                  "{\"keys\":1}", "{\"keys\":[", "null" };
    const char *const  some = "{\"keys\":[1,{}],\"x\":2}";
    json_t            *keys = ckp_jwks_keys(some, strlen(some));

    assert_int_equal(json_array_size(keys), 2);
    json_decref(keys);

    for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
        assert_null(ckp_jwks_keys(none[i], strlen(none[i])));
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(
            test_a_modulus_has_at_least_2048_bits_and_at_most_8192),
        cmocka_unit_test(test_an_exponent_is_odd_and_short),
        cmocka_unit_test(test_a_key_is_for_what_it_says),
        cmocka_unit_test(test_a_name_has_an_end),
        cmocka_unit_test(test_a_set_is_an_object_with_keys),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
