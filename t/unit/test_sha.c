/*
 * SHA-256 and HMAC by the published examples, and across block borders.
 */

#include "lang.h"
#include "base/sha.h"


static void
sha_is(const char *text, size_t len, const char *want)
{
    uint8_t  digest[CKP_SHA256_LEN];
    char     hex[2 * CKP_SHA256_LEN + 1];

    ckp_sha256(text, len, digest);
    ckp_hex(digest, sizeof(digest), hex);
    assert_string_equal(hex, want);
}


/* FIPS 180-4 */
static void
test_the_examples_of_the_standard_hold(void **state)
{
    char *const  million = ckp_alloc(1000000);

    sha_is("", 0, "e3b0c44298fc1c149afbf4c8996fb924"
                  "27ae41e4649b934ca495991b7852b855");
    sha_is("abc", 3, "ba7816bf8f01cfea414140de5dae2223"
                     "b00361a396177a9cb410ff61f20015ad");
    sha_is("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 56,
           "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
    memset(million, 'a', 1000000);
    sha_is(million, 1000000, "cdc76e5c9914fb9281a1c7e284d73e67"
                             "f1809a48a497200e046d39ccc7112cd0");
    ckp_free(million);
}


static void
test_lengths_around_a_block_differ(void **state)
{
    char     text[130];
    uint8_t  before[CKP_SHA256_LEN] = { 0 };
    uint8_t  digest[CKP_SHA256_LEN];

    memset(text, 'x', sizeof(text));

    for (size_t len = 50; len < 130; len++) {
        ckp_sha256(text, len, digest);
        assert_memory_not_equal(digest, before, sizeof(digest));
        memcpy(before, digest, sizeof(digest));
    }

    sha_is(text, 64, "7ce100971f64e7001e8fe5a51973ecdf"
                     "e1ced42befe7ee8d5fd6219506b5393c");
}


static void
hmac_is(const char *key, size_t key_len, const char *text, const char *want)
{
    uint8_t  digest[CKP_SHA256_LEN];
    char     hex[2 * CKP_SHA256_LEN + 1];

    ckp_hmac_sha256(key, key_len, text, strlen(text), digest);
    ckp_hex(digest, sizeof(digest), hex);
    assert_string_equal(hex, want);
}


/* RFC 4231, cases 2, 6 and an empty key */
static void
test_the_examples_of_hmac_hold(void **state)
{
    char  key[131];

    memset(key, 0xaa, sizeof(key));
    hmac_is("Jefe", 4, "what do ya want for nothing?",
            "5bdcc146bf60754e6a042426089575c7"
            "5a003f089d2739839dec58b964ec3843");
    hmac_is(key, sizeof(key),
            "Test Using Larger Than Block-Size Key - Hash Key First",
            "60e431591ee0b67f0d8a26aacbf5b77f"
            "8e0bc6213728c5140546040f0ee37f54");
    hmac_is("", 0, "", "b613679a0814d9ec772f95d778c35fc5"
                       "ff1697c493715653c6c712144292c5ad");
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_the_examples_of_the_standard_hold),
        cmocka_unit_test(test_lengths_around_a_block_differ),
        cmocka_unit_test(test_the_examples_of_hmac_hold),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
