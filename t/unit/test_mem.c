/*
 * Arena and growing text.
 */

#include "lang.h"
#include "base/mem.h"


static void
test_an_arena_gives_zeroed_aligned_memory(void **state)
{
    ckp_arena_t *const  a = ckp_arena_new();

    for (size_t size = 1; size < 5000; size += 37) {
        unsigned char *const  p = ckp_arena_alloc(a, size);

        assert_int_equal((uintptr_t) p % 16, 0);

        for (size_t i = 0; i < size; i++) {
            assert_int_equal(p[i], 0);
        }

        memset(p, 0xff, size);
    }

    assert_null(ckp_arena_alloc(a, SIZE_MAX - 8));
    ckp_arena_free(a);
    ckp_arena_free(NULL);
}


static void
test_an_arena_that_was_reset_is_zeroed_again(void **state)
{
    ckp_arena_t *const  a = ckp_arena_new();
    char               *p = ckp_arena_alloc(a, 100);
    char               *q;

    memset(p, 'x', 100);
    (void) ckp_arena_alloc(a, 100000);
    ckp_arena_reset(a);
    q = ckp_arena_alloc(a, 100);
    assert_ptr_equal(p, q);
    assert_int_equal(q[0] | q[99], 0);
    ckp_arena_free(a);
}


static void
test_an_arena_keeps_texts(void **state)
{
    ckp_arena_t *const  a = ckp_arena_new();

    assert_string_equal(ckp_arena_strdup(a, "abc"), "abc");
    assert_string_equal(ckp_arena_strndup(a, "abc", 2), "ab");
    assert_string_equal(ckp_arena_strndup(a, NULL, 0), "");
    assert_string_equal(ckp_arena_printf(a, "%d-%s", 7, "x"), "7-x");
    ckp_arena_free(a);
}


static void
test_a_text_grows_up_to_its_maximum(void **state)
{
    ckp_buf_t  b;

    ckp_buf_init(&b, 100);
    assert_string_equal(ckp_buf_str(&b), "");

    for (int i = 0; i < 10; i++) {
        ckp_buf_puts(&b, "0123456789");
    }

    assert_int_equal(b.failed, CKP_OK);
    assert_int_equal(b.len, 100);
    assert_int_equal(strlen(b.data), 100);
    ckp_buf_put(&b, "x", 1);
    assert_int_equal(b.failed, CKP_E_LIMIT);
    assert_int_equal(b.len, 100);
    ckp_buf_puts(&b, "");
    assert_int_equal(b.failed, CKP_E_LIMIT);
    ckp_buf_free(&b);
    assert_int_equal(b.failed, CKP_OK);
    assert_int_equal(b.max, 100);
}


static void
test_formatted_text_fits_or_is_not_there(void **state)
{
    ckp_buf_t  b;

    ckp_buf_init(&b, 5);
    ckp_buf_printf(&b, "%s", "abc");
    ckp_buf_printf(&b, "%03d", 7);
    assert_int_equal(b.failed, CKP_E_LIMIT);
    assert_string_equal(ckp_buf_str(&b), "abc");
    ckp_buf_free(&b);
}


static void
test_nothing_is_some_memory(void **state)
{
    void *const  p = ckp_alloc(0);
    char *const  q = ckp_calloc(3);

    assert_non_null(p);
    assert_int_equal(q[0] | q[1] | q[2], 0);
    ckp_free(p);
    ckp_free(q);
    ckp_free(NULL);
}


/* Each bit of each byte counts, and no byte behind the last. */
static void
test_bytes_that_differ_anywhere_are_not_the_same(void **state)
{
    uint8_t  a[33], b[33];

    memset(a, 0x5a, sizeof(a));
    memset(b, 0x5a, sizeof(b));
    assert_true(ckp_same(a, b, 33));
    assert_true(ckp_same(a, b, 0));

    for (size_t i = 0; i < 33; i++) {
        for (int bit = 0; bit < 8; bit++) {
            b[i] ^= (uint8_t) (1 << bit);
            assert_false(ckp_same(a, b, 33));
            assert_false(ckp_same(b + i, a + i, 1));
            assert_true(ckp_same(a, b, i));
            b[i] ^= (uint8_t) (1 << bit);
        }
    }
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_an_arena_gives_zeroed_aligned_memory),
        cmocka_unit_test(test_an_arena_that_was_reset_is_zeroed_again),
        cmocka_unit_test(test_an_arena_keeps_texts),
        cmocka_unit_test(test_a_text_grows_up_to_its_maximum),
        cmocka_unit_test(test_formatted_text_fits_or_is_not_there),
        cmocka_unit_test(test_nothing_is_some_memory),
        cmocka_unit_test(test_bytes_that_differ_anywhere_are_not_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
