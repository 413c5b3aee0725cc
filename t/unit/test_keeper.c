/* Keepers of secrets: what they are sent, and what their replies mean. */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ckp.h"
#include "wire/keeper.h"

static const ckp_keeper_t  t_vault = {
    .kind = "vault", .url = "https://vault.example:8200/", .space = "team/a",
    .mount = "kv/eng", .prefix = "langorch", .kv = 2
};


static ckp_kept_t
t_value(const ckp_keeper_t *k, int status, const char *body, json_t **out)
{
    const ckp_keeper_reply_t  reply = { status, body, strlen(body) };

    return ckp_keeper_value(k, &reply, out);
}


static ckp_kept_t
t_session(const char *kind, int status, const char *body,
    ckp_keeper_session_t *out)
{
    const ckp_keeper_reply_t  reply = { status, body, strlen(body) };

    return ckp_keeper_session(kind, &reply, out);
}


/* The address of a question; NULL: it cannot be asked, and `why` is the
 * sentence. */

static const char *
t_url(const ckp_keeper_t *k, const char *key, const char *version,
    char *why)
{
    static char             url[512];
    const ckp_keeper_who_t  who = { .token = "t0k" };
    const ckp_keeper_ask_t  ask = { .key = key, .version = version };
    ckp_keeper_rq_t         rq;
    ckp_err_t               err = CKP_ERR_INIT;
    const ckp_code_t        rc = ckp_keeper_ask(k, &who, &ask, &rq, &err);

    snprintf(url, sizeof(url), "%s", ckp_buf_str(&rq.url));
    strcpy(why, err.msg);

    if (rc == CKP_OK) {
        assert_string_equal(rq.method, "GET");
        assert_string_equal(ckp_json_str(rq.headers, "X-Vault-Token"), "t0k");
        assert_string_equal(ckp_json_str(rq.headers, "X-Vault-Namespace"),
                            "team/a");
    } else {
        assert_true(rc == CKP_E_INVALID || rc == CKP_E_NOMEM);
    }

    ckp_keeper_rq_free(&rq);
    assert_true(rc != CKP_E_NOMEM);

    return rc == CKP_OK ? url : NULL;
}


static void
test_vault_is_asked_below_its_mount_and_prefix(void **ctx)
{
    char          why[240];
    ckp_keeper_t  k = t_vault;

    assert_string_equal(t_url(&k, "db/main", NULL, why),
                        "https://vault.example:8200/v1/kv/eng/data/langorch"
                        "/db/main");
    assert_string_equal(t_url(&k, "a b?#%", "3", why),
                        "https://vault.example:8200/v1/kv/eng/data/langorch"
                        "/a%20b%3F%23%25?version=3");

    k.kv = 1;
    k.prefix = "";
    assert_string_equal(t_url(&k, "x", NULL, why),
                        "https://vault.example:8200/v1/kv/eng/x");
}


static void
test_what_is_no_path_or_version_is_not_asked(void **ctx)
{
    static const char *const  keys[] = { "", "/x", "a//b", "..", "a/../b",
        "a/.", "../../auth/token/lookup-self" };
    char                      why[240];
    ckp_keeper_t              k = t_vault;

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        assert_null(t_url(&k, keys[i], NULL, why));
        assert_string_equal(why, "its key is no path");
    }

    assert_null(t_url(&k, "x", "1&list=true", why));
    assert_string_equal(why, "a version is a number");
    assert_null(t_url(&k, "x", "", why));

    k.kv = 1;
    assert_null(t_url(&k, "x", "1", why));
}


static void
test_a_login_carries_the_role_and_maybe_its_proof(void **ctx)
{
    ckp_keeper_who_t  who = { .id = "role\"1", .secret = "s3" };
    ckp_keeper_rq_t   rq;
    ckp_err_t         err = CKP_ERR_INIT;

    assert_int_equal(ckp_keeper_login(&t_vault, &who, &rq, &err), CKP_OK);
    assert_string_equal(rq.method, "POST");
    assert_string_equal(ckp_buf_str(&rq.url),
                        "https://vault.example:8200/v1/auth/approle/login");
    assert_string_equal(ckp_buf_str(&rq.body),
                        "{\"role_id\":\"role\\\"1\",\"secret_id\":\"s3\"}");
    assert_null(json_object_get(rq.headers, "X-Vault-Token"));
    ckp_keeper_rq_free(&rq);

    who.secret = NULL;
    assert_int_equal(ckp_keeper_login(&t_vault, &who, &rq, &err), CKP_OK);
    assert_string_equal(ckp_buf_str(&rq.body), "{\"role_id\":\"role\\\"1\"}");
    ckp_keeper_rq_free(&rq);

    assert_int_equal(ckp_keeper_renew(&t_vault, "t0k", &rq, &err), CKP_OK);
    assert_string_equal(ckp_buf_str(&rq.url),
                        "https://vault.example:8200/v1/auth/token/renew-self");
    ckp_keeper_rq_free(&rq);
}


static void
test_a_login_gives_a_token_with_its_time(void **ctx)
{
    ckp_keeper_session_t  s;

    assert_int_equal(t_session("vault", 200, "{\"auth\":{\"client_token\":"
        "\"hvs.1\",\"lease_duration\":90,\"renewable\":true}}", &s),
        CKP_KEPT_FOUND);
    assert_string_equal(json_string_value(s.token), "hvs.1");
    assert_int_equal(s.life_ms, 90000);
    assert_true(s.renews);
    ckp_keeper_wipe(s.token);

    assert_int_equal(t_session("vault", 200, "{\"data\":{\"id\":\"hvs.1\","
        "\"ttl\":0,\"renewable\":false}}", &s), CKP_KEPT_FOUND);
    assert_null(s.token);
    assert_int_equal(s.life_ms, 0);
    assert_false(s.renews);
}


static void
test_a_login_that_is_none(void **ctx)
{
    ckp_keeper_session_t  s;

    assert_int_equal(t_session("vault", 400, "{}", &s), CKP_KEPT_STRANGER);
    assert_int_equal(t_session("vault", 403, "", &s), CKP_KEPT_STRANGER);
    assert_int_equal(t_session("vault", 404, "{}", &s), CKP_KEPT_STRANGER);
    assert_int_equal(t_session("vault", 503, "x", &s), CKP_KEPT_BUSY);
    assert_int_equal(t_session("vault", 200, "<html>", &s), CKP_KEPT_WRONG);
    assert_int_equal(t_session("vault", 200, "{\"auth\":{}}", &s),
                     CKP_KEPT_WRONG);
    assert_int_equal(t_session("vault", 200, "{\"auth\":{\"client_token\":"
        "\"x\",\"lease_duration\":-1}}", &s), CKP_KEPT_WRONG);
    assert_int_equal(t_session("nobody", 200, "{}", &s), CKP_KEPT_WRONG);
    assert_null(s.token);
}


static void
test_what_vault_answers(void **ctx)
{
    static const struct {
        int         status;
        const char *body;
        ckp_kept_t  kept;
    } all[] = {
        { 200, "{\"data\":{\"data\":{\"value\":\"v\"},\"metadata\":{}}}",
          CKP_KEPT_FOUND },
        { 200, "{\"data\":{\"data\":null,\"metadata\":{}}}", CKP_KEPT_NONE },
        { 200, "{\"data\":{\"data\":{}}}", CKP_KEPT_NONE },
        { 200, "[]", CKP_KEPT_WRONG },
        { 200, "", CKP_KEPT_WRONG },
        { 301, "", CKP_KEPT_WRONG },
        { 403, "{\"errors\":[\"permission denied\"]}", CKP_KEPT_STRANGER },
        { 404, "{\"errors\":[]}", CKP_KEPT_NONE },
        { 405, "", CKP_KEPT_WRONG },
        { 412, "", CKP_KEPT_BUSY },
        { 429, "", CKP_KEPT_BUSY },
        { 473, "", CKP_KEPT_BUSY },
        { 500, "", CKP_KEPT_BUSY },
        { 503, "{\"errors\":[\"Vault is sealed\"]}", CKP_KEPT_BUSY },
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        json_t  *value;

        assert_int_equal(t_value(&t_vault, all[i].status, all[i].body, &value),
                         all[i].kept);
        assert_true((value != NULL) == (all[i].kept == CKP_KEPT_FOUND));
        ckp_keeper_wipe(value);
    }
}


static void
test_version_one_has_no_envelope(void **ctx)
{
    ckp_keeper_t  k = t_vault;
    json_t       *value;

    k.kv = 1;
    assert_int_equal(t_value(&k, 200, "{\"data\":{\"data\":\"d\",\"value\":"
                             "\"v\"}}", &value), CKP_KEPT_FOUND);
    assert_string_equal(ckp_json_str(value, "data"), "d");
    ckp_keeper_wipe(value);
}


static void
test_a_value_beyond_the_limit_is_no_good(void **ctx)
{
    char *const  body = malloc(CKP_KEEPER_VALUE_MAX + 100);
    json_t      *value;

    strcpy(body, "{\"data\":{\"data\":{\"v\":\"");
    memset(body + strlen(body), 'x', CKP_KEEPER_VALUE_MAX);
    strcpy(body + 22 + CKP_KEEPER_VALUE_MAX, "\"}}}");
    assert_int_equal(t_value(&t_vault, 200, body, &value), CKP_KEPT_WRONG);
    assert_null(value);
    strcpy(body + 22 + CKP_KEEPER_VALUE_MAX - 8, "\"}}}");
    assert_int_equal(t_value(&t_vault, 200, body, &value), CKP_KEPT_FOUND);
    ckp_keeper_wipe(value);
    free(body);
}


static void
t_text(const char *value, const char *field, const char *want, bool picks)
{
    json_t *const  v = ckp_json_parse(value, strlen(value), NULL);
    bool           picked;
    json_t *const  text = ckp_keeper_text(v, field, &picked);

    json_decref(v);
    assert_non_null(text);
    assert_string_equal(json_string_value(text), want);
    assert_int_equal(picked, picks);
    ckp_keeper_wipe(text);
}


static void
test_the_text_of_a_value(void **ctx)
{
    t_text("\"plain\"", NULL, "plain", false);
    t_text("\"plain\"", "f", "plain", false);
    t_text("{\"value\":\"v\",\"b\":1}", NULL, "v", false);
    t_text("{\"value\":\"v\",\"b\":1}", "b", "1", true);
    t_text("{\"only\":\"o\"}", NULL, "o", false);
    t_text("{\"only\":{\"f\":true}}", "f", "{\"f\":true}", false);
    t_text("{\"a\":\"1\",\"b\":2}", NULL, "{\"a\":\"1\",\"b\":2}", false);
    t_text("{\"a\":\"1\",\"b\":null}", "b", "{\"a\":\"1\",\"b\":null}", false);
}


/* --- what a machine gives ------------------------------------------------ */

/* One step: what is asked, and what its answer means. */

static ckp_kept_t
t_step(const ckp_keeper_t *k, json_t *state, const char *url, int status,
    const char *body, ckp_keeper_session_t *out)
{
    const ckp_keeper_reply_t  reply = { status, body, strlen(body) };
    ckp_keeper_rq_t           rq;
    ckp_err_t                 err = CKP_ERR_INIT;

    assert_int_equal(ckp_keeper_step(k, state, &rq, &err), CKP_OK);
    assert_string_equal(ckp_buf_str(&rq.url), url);
    ckp_keeper_rq_free(&rq);

    /* 2024-05-01T00:00:00Z */

    return ckp_keeper_stepped(k, state, &reply, 1714521600000, out);
}

static void
test_an_instance_is_asked_step_by_step(void **unused)
{
    static const ckp_keeper_t  k = {
        .kind = "aws", .region = "eu-west-1", .source = "instance",
        .meta = "http://169.254.169.254/"
    };
    const char *const     roles = "http://169.254.169.254/latest/meta-data/iam"
                                  "/security-credentials/";
    char                  role[160];
    json_t *const         state = json_object();
    ckp_keeper_session_t  got;

    (void) unused;
    (void) snprintf(role, sizeof(role), "%sa@b", roles);

    assert_int_equal(t_step(&k, state,
                            "http://169.254.169.254/latest/api/token", 200,
                            "t0k==\n", &got), CKP_KEPT_FOUND);
    assert_null(got.token);
    assert_int_equal(t_step(&k, state, roles, 404, "", &got),
                     CKP_KEPT_STRANGER);
    assert_int_equal(t_step(&k, state, roles, 200, "../x", &got),
                     CKP_KEPT_WRONG);
    assert_int_equal(t_step(&k, state, roles, 200, "a@b", &got),
                     CKP_KEPT_FOUND);
    assert_int_equal(t_step(&k, state, role, 200, "{\"AccessKeyId\":\"i\","
                            "\"SecretAccessKey\":\"s\",\"Expiration\":"
                            "\"2024-04-30T23:59:59Z\"}", &got),
                     CKP_KEPT_BUSY);
    assert_int_equal(t_step(&k, state, role, 200, "{\"AccessKeyId\":\"i\","
                            "\"SecretAccessKey\":\"s\",\"Token\":\"t\","
                            "\"Expiration\":\"2024-05-01T00:01:00Z\"}",
                            &got), CKP_KEPT_FOUND);
    assert_string_equal(json_string_value(got.token),
                        "{\"id\":\"i\",\"secret\":\"s\",\"session\":"
                        "\"t\"}");
    assert_int_equal(got.life_ms, 60000);
    assert_true(got.renews);
    ckp_keeper_wipe(got.token);
    ckp_keeper_wipe(state);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_vault_is_asked_below_its_mount_and_prefix),
        cmocka_unit_test(test_what_is_no_path_or_version_is_not_asked),
        cmocka_unit_test(test_a_login_carries_the_role_and_maybe_its_proof),
        cmocka_unit_test(test_a_login_gives_a_token_with_its_time),
        cmocka_unit_test(test_a_login_that_is_none),
        cmocka_unit_test(test_what_vault_answers),
        cmocka_unit_test(test_version_one_has_no_envelope),
        cmocka_unit_test(test_a_value_beyond_the_limit_is_no_good),
        cmocka_unit_test(test_the_text_of_a_value),
        cmocka_unit_test(test_an_instance_is_asked_step_by_step),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
