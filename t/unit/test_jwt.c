/* What tokens say, and all that is none (spec/api.md 1.6, RFC 7519). */

#include "doc.h"

#include "base/base64.h"
#include "wire/jwt.h"

#define NOW  1767225600

#define HEAD  "{'alg':'HS256'}"
#define SIG   "c2ln"                    /* "sig" */


/* Head and claims with ' for ", and a signature as text: a token. */

static char *
t_token(const char *head, const char *claims, const char *sig)
{
    const char *const  parts[] = { head, claims };
    ckp_buf_t          b;

    ckp_buf_init(&b, 1 << 20);

    for (int i = 0; i < 2; i++) {
        char *const  text = strdup(parts[i]);

        for (char *p = text; *p != '\0'; p++) {
            *p = *p == '\'' ? '"' : *p;
        }

        ckp_base64_put(&b, (const uint8_t *) text, strlen(text), true);
        ckp_buf_puts(&b, ".");
        free(text);
    }

    ckp_buf_puts(&b, sig);

    char *const  token = strdup(ckp_buf_str(&b));

    ckp_buf_free(&b);

    return token;
}


static bool
t_reads(const char *text)
{
    ckp_jwt_t   jwt;
    const bool  read = ckp_jwt_read(&jwt, text, strlen(text));

    if (read) {
        ckp_jwt_free(&jwt);
    }

    return read;
}


static void
test_a_token_is_read(void **ctx)
{
    char *const  text = t_token("{'alg':'ES256','kid':'k1'}",
                                "{'sub':'ada'}", SIG);
    ckp_jwt_t    jwt;

    (void) ctx;

    assert_true(ckp_jwt_read(&jwt, text, strlen(text)));
    assert_int_equal(jwt.alg, CKP_JWT_ES256);
    assert_string_equal(ckp_jwt_kid(&jwt), "k1");
    assert_int_equal(jwt.signed_len, strlen(text) - strlen(SIG) - 1);
    assert_int_equal(jwt.sig_len, 3);
    assert_memory_equal(jwt.sig, "sig", 3);
    assert_string_equal(json_string_value(json_object_get(jwt.claims, "sub")),
                        "ada");
    ckp_jwt_free(&jwt);
    free(text);
}


/* No algorithm but those of the list; none of them is believed here. */

static void
test_other_algorithms_are_no_algorithm(void **ctx)
{
    const char *const  heads[] = {
        "{'alg':'none'}", "{'alg':'None'}", "{'alg':'hs256'}",
        "{'alg':'HS512'}", "{'alg':'HS256 '}", "{'alg':''}", "{'alg':null}",
        "{'alg':['HS256']}", "{}",
    };

    (void) ctx;

    for (size_t i = 0; i < sizeof(heads) / sizeof(*heads); i++) {
        char *const  text = t_token(heads[i], "{}", SIG);
        ckp_jwt_t    jwt;

        assert_true(ckp_jwt_read(&jwt, text, strlen(text)));

        if (jwt.alg != CKP_JWT_OTHER) {
            fail_msg("%s", heads[i]);
        }

        ckp_jwt_free(&jwt);
        free(text);
    }
}


static void
test_what_is_malformed_is_no_token(void **ctx)
{
    static const struct {
        const char  *head;
        const char  *claims;
        const char  *sig;
    } bad[] = {
        { "[]", "{}", SIG },
        { "'x'", "{}", SIG },
        { HEAD, "[]", SIG },
        { HEAD, "{", SIG },
        { HEAD, "{} {}", SIG },
        { "{'alg':'HS256','alg':'none'}", "{}", SIG },
        { HEAD, "{'sub':'a','sub':'admin'}", SIG },
        { HEAD, "{'roles':['a'],'roles':['admin']}", SIG },
        { "{'alg':'HS256','crit':['b64'],'b64':false}", "{}", SIG },
        { HEAD, "{}", "" },                 /* unsigned */
        { HEAD, "{}", "c2ln=" },            /* padding */
        { HEAD, "{}", "c2ln\n" },
        { HEAD, "{}", " c2ln" },
        { HEAD, "{}", "c2ln.c2ln" },        /* a fourth part */
        { HEAD, "{}", "c2l" "+" },          /* the other alphabet */
        { HEAD, "{}", "c2l" "/" },
        { HEAD, "{}", "c2lnx" },            /* a rest that is no byte */
        { HEAD, "{}", "c2k" "Z" "Zh" },     /* bits that mean nothing */
        { HEAD, "{}", "c2k!" },
    };
    static const char *const  texts[] = {
        "", ".", "..", "...", "a", "a.b", "a.b.c", "e30.e30", "e30.e30.",
        ".e30.c2ln", "e30..c2ln", "e30.e30.c2ln.", "lo_abc",
    };

    (void) ctx;

    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        char *const  text = t_token(bad[i].head, bad[i].claims, bad[i].sig);

        if (t_reads(text)) {
            fail_msg("%s %s %s", bad[i].head, bad[i].claims, bad[i].sig);
        }

        free(text);
    }

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        if (t_reads(texts[i])) {
            fail_msg("%s", texts[i]);
        }
    }

    assert_true(t_reads("e30.e30.c2ln"));
}


static void
test_limits_and_one_beyond_them(void **ctx)
{
    char *const  whole = malloc(CKP_JWT_MAX + 8);
    char *const  sig = malloc(CKP_JWT_SIG_MAX * 2);

    (void) ctx;

    /* a token of so many bytes, of which the claims have all but a few */

    for (size_t len = CKP_JWT_MAX; len <= CKP_JWT_MAX + 1; len++) {
        memset(whole, 'x', len);

        for (size_t pad = 0; pad < 8; pad++) {
            const size_t  room = (len - 4 - 1 - 3 - pad) / 4 * 3;
            char         *claims = malloc(room + 1);

            memset(claims, ' ', room);
            claims[0] = '{';
            claims[room - 1] = '}';
            claims[room] = '\0';

            char *const  text = t_token("{ }", claims, SIG);

            assert_int_equal(t_reads(text), strlen(text) <= CKP_JWT_MAX);
            free(text);
            free(claims);
        }
    }

    memset(sig, 'A', CKP_JWT_SIG_MAX * 2);
    sig[(CKP_JWT_SIG_MAX - 4) / 3 * 4] = '\0';

    char *const  last = t_token(HEAD, "{}", sig);

    assert_true(t_reads(last));
    sig[(CKP_JWT_SIG_MAX - 4) / 3 * 4] = 'A';
    sig[(CKP_JWT_SIG_MAX - 4) / 3 * 4 + 4] = '\0';

    char *const  beyond = t_token(HEAD, "{}", sig);

    assert_false(t_reads(beyond));
    free(beyond);
    free(last);
    free(whole);
    free(sig);
}


typedef struct {
    const char  *claims;
    const char  *iss;
    const char  *aud;
    bool         holds;
} t_claims_t;


/* exp of these is 100 s ahead; with the leeway of 60 s that is 160. */

static const t_claims_t  claims[] = {
    { "{'sub':'a','exp':1767225700}", NULL, NULL, true },
    { "{'sub':'a','exp':1767225700.5}", NULL, NULL, true },
    { "{'sub':'a','exp':1767225541}", NULL, NULL, true },     /* 59 s ago */
    { "{'sub':'a','exp':1767225540}", NULL, NULL, false },    /* 60 s ago */
    { "{'sub':'a'}", NULL, NULL, false },
    { "{'sub':'a','exp':null}", NULL, NULL, false },
    { "{'sub':'a','exp':'1767225700'}", NULL, NULL, false },
    { "{'sub':'a','exp':true}", NULL, NULL, false },
    { "{'sub':'a','exp':-1}", NULL, NULL, false },
    { "{'exp':1767225700}", NULL, NULL, false },
    { "{'sub':'','exp':1767225700}", NULL, NULL, false },
    { "{'sub':7,'exp':1767225700}", NULL, NULL, false },
    { "{'sub':'a','exp':1767225700,'nbf':1767225660}", NULL, NULL, true },
    { "{'sub':'a','exp':1767225700,'nbf':1767225661}", NULL, NULL, false },
    { "{'sub':'a','exp':1767225700,'nbf':'0'}", NULL, NULL, false },
    { "{'sub':'a','exp':1767225700,'iss':'me'}", "me", NULL, true },
    { "{'sub':'a','exp':1767225700,'iss':'you'}", "me", NULL, false },
    { "{'sub':'a','exp':1767225700,'iss':['me']}", "me", NULL, false },
    { "{'sub':'a','exp':1767225700}", "me", NULL, false },
    { "{'sub':'a','exp':1767225700,'aud':'us'}", NULL, "us", true },
    { "{'sub':'a','exp':1767225700,'aud':['x','us']}", NULL, "us", true },
    { "{'sub':'a','exp':1767225700,'aud':'use'}", NULL, "us", false },
    { "{'sub':'a','exp':1767225700,'aud':[]}", NULL, "us", false },
    { "{'sub':'a','exp':1767225700,'aud':{'us':1}}", NULL, "us", false },
    { "{'sub':'a','exp':1767225700}", NULL, "us", false },
};


static void
test_claims_hold_or_do_not(void **ctx)
{
    (void) ctx;

    for (size_t i = 0; i < sizeof(claims) / sizeof(*claims); i++) {
        const ckp_jwt_rules_t  rules = { NOW, 60, claims[i].iss,
                                         claims[i].aud };
        json_t *const          v = t_doc_json(claims[i].claims);

        if (ckp_jwt_holds(v, &rules) != claims[i].holds) {
            fail_msg("%s", claims[i].claims);
        }

        json_decref(v);
    }
}


static void
test_roles_are_names_and_no_lists_of_names(void **ctx)
{
    static const struct {
        const char  *claims;
        const char  *claim;
        const char  *roles;
    } of[] = {
        { "{'roles':['a','b']}", NULL, "a,b" },
        { "{'roles':['a'],'role':'b'}", NULL, "a" },
        { "{'roles':[],'role':'b'}", NULL, "" },
        { "{'roles':'a'}", NULL, "a" },
        { "{'role':'b','groups':['c']}", "groups", "b" },
        { "{'groups':['c','d']}", "groups", "c,d" },
        { "{'groups':['c']}", NULL, "" },
        { "{'roles':['site admin','x,admin','','ok',7]}", NULL, "ok" },
        { "{'role':'viewer admin'}", NULL, "" },
        { "{}", "groups", "" },
    };

    (void) ctx;

    for (size_t i = 0; i < sizeof(of) / sizeof(*of); i++) {
        json_t *const  v = t_doc_json(of[i].claims);
        ckp_buf_t      b;

        ckp_buf_init(&b, 1000);
        ckp_jwt_roles(v, of[i].claim, &b);
        assert_string_equal(ckp_buf_str(&b), of[i].roles);
        ckp_buf_free(&b);
        json_decref(v);
    }
}


static void
test_what_is_put_is_read(void **ctx)
{
    json_t *const  v = t_doc_json("{'sub':'a','exp':5}");
    ckp_jwt_t      jwt;
    ckp_buf_t      b;

    (void) ctx;

    ckp_buf_init(&b, 1000);
    ckp_jwt_put(v, &b);
    ckp_buf_puts(&b, "." SIG);
    assert_true(ckp_jwt_read(&jwt, ckp_buf_str(&b), b.len));
    assert_int_equal(jwt.alg, CKP_JWT_HS256);
    assert_true(json_equal(jwt.claims, v));
    ckp_jwt_free(&jwt);
    ckp_buf_free(&b);
    json_decref(v);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_a_token_is_read),
        cmocka_unit_test(test_other_algorithms_are_no_algorithm),
        cmocka_unit_test(test_what_is_malformed_is_no_token),
        cmocka_unit_test(test_limits_and_one_beyond_them),
        cmocka_unit_test(test_claims_hold_or_do_not),
        cmocka_unit_test(test_roles_are_names_and_no_lists_of_names),
        cmocka_unit_test(test_what_is_put_is_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
