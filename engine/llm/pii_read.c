/*
 * `pii` of a node or of global_config (spec/ckp.md 23.6).
 */

#include <string.h>

#include "lang/regex.h"
#include "llm/read.h"


static void
pii_end(void *what)
{
    ckp_regex_free(what);
}


static ckp_regex_t *
pii_compile(ckp_parse_t *ps, const char *pattern, ckp_err_t *err)
{
    ckp_regex_t *const  re = ckp_regex_new(pattern, false, NULL, err);

    return re == NULL ? NULL : ckp_parse_own(ps, re, pii_end);
}


static void
pii_types(ckp_parse_t *ps, const ckp_at_t *at, ckp_pii_t *pii)
{
    ckp_at_t     list;
    const char  *pattern;

    if (!ckp_parse_array(ps, at, "types", &list)) {
        return;
    }

    pii->types = 0;

    for (size_t i = 0; i < json_array_size(list.value); i++) {
        const char *const  word = json_string_value(json_array_get(list.value,
                                                                   i));
        size_t             k = 0;

        while (k < CKP_PII_TYPES_MAX
               && (word == NULL || strcmp(ckp_pii_type(k, &pattern), word)
                                   != 0))
        {
            k++;
        }

        if (k == CKP_PII_TYPES_MAX) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &list, .number = 302,
                                             .field = "types" },
                          "'%.60s' is none of email, phone, credit_card, ssn, "
                          "iban, ip, url_credential",
                          word == NULL ? "?" : word);
            continue;
        }

        pii->types |= 1u << k;
    }
}


static void
pii_custom(ckp_parse_t *ps, const ckp_at_t *at, ckp_pii_t *pii)
{
    ckp_at_t   list;
    ckp_at_t   one;
    ckp_err_t  err = CKP_ERR_INIT;

    if (!ckp_parse_array(ps, at, "custom", &list)) {
        return;
    }

    pii->ncustom = 0;

    for (size_t i = 0; i < json_array_size(list.value); i++) {
        ckp_parse_element(&list, i, &one);

        const char *const    name = ckp_parse_str(ps, &one, "name");
        const char *const    text = ckp_parse_str(ps, &one, "regex");
        ckp_regex_t *const   re = text == NULL ? NULL
                                  : pii_compile(ps, text, &err);

        if (text != NULL && re == NULL) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &one, .number = 221,
                                             .field = "regex" }, "%s",
                          err.msg);

        } else if (name == NULL || text == NULL) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &one, .number = 18,
                              .field = name == NULL ? "name" : "regex" },
                          "a pattern of one's own has 'name' and 'regex'");

        } else if (pii->ncustom == CKP_PII_CUSTOM_MAX) {
            ckp_parse_say(ps, &(ckp_say_t) { .at = &list, .number = 6,
                                             .field = "custom" },
                          "at most %d patterns", CKP_PII_CUSTOM_MAX);
            return;

        } else {
            pii->names[pii->ncustom] = name;
            pii->patterns[pii->ncustom] = text;
            pii->custom[pii->ncustom++] = re;
        }
    }
}


static void
pii_ways(ckp_parse_t *ps, const ckp_at_t *at, ckp_pii_t *pii)
{
    static const ckp_word_t  out[] = {
        { "off", CKP_PII_OFF }, { "mask", CKP_PII_MASK },
        { "hash", CKP_PII_HASH }, { "tokenize", CKP_PII_TOKENIZE },
        { NULL, 0 }
    };
    static const ckp_word_t  back[] = {
        { "off", CKP_PII_OFF }, { "mask", CKP_PII_MASK },
        { "hash", CKP_PII_HASH }, { "block", CKP_PII_BLOCK }, { NULL, 0 }
    };

    pii->pre = (ckp_pii_act_t) ckp_parse_word(ps, at, "pre", out,
                                              (int) pii->pre, 302);
    pii->post = (ckp_pii_act_t) ckp_parse_word(ps, at, "post", back,
                                               (int) pii->post, 302);
    pii->restore = ckp_parse_bool(ps, at, "restore", pii->restore);
}


static void
pii_known(ckp_parse_t *ps, ckp_pii_t *pii)
{
    for (size_t i = 0; i < CKP_PII_TYPES_MAX; i++) {
        const char  *pattern;
        ckp_err_t    err = CKP_ERR_INIT;

        if (pii->known[i] == NULL && ckp_pii_type(i, &pattern) != NULL) {
            pii->known[i] = pii_compile(ps, pattern, &err);
        }
    }
}


ckp_pii_t *
ckp_llm_read_pii(ckp_parse_t *ps, const ckp_at_t *at, const ckp_pii_t *global)
{
    ckp_at_t    out;
    ckp_pii_t  *pii;

    if (!ckp_parse_object(ps, at, "pii", &out)) {
        return (ckp_pii_t *) global;
    }

    pii = ckp_parse_alloc(ps, sizeof(ckp_pii_t));

    if (pii == NULL) {
        return NULL;
    }

    if (global != NULL) {
        *pii = *global;

    } else {
        pii->types = (1u << CKP_PII_TYPES_MAX) - 1;
        pii->restore = true;
    }

    pii_ways(ps, &out, pii);
    pii_types(ps, &out, pii);
    pii_custom(ps, &out, pii);
    ckp_parse_known(ps, &out, " pre post types custom restore ", NULL);
    pii_known(ps, pii);

    return pii;
}
