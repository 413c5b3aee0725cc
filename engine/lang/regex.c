/*
 * Regular expressions under limits.
 *
 * PCRE2 begins its match limit anew at each start of a search.  So a search is
 * tried twice: first with few steps for each start, which nearly always is
 * enough; if a start needs more, the pattern is run once as an anchored match
 * behind a lazy prefix, and all its starts share the one limit.
 */

#define PCRE2_CODE_UNIT_WIDTH  8

#include <pcre2.h>
#include <string.h>

#include "base/mem.h"
#include "lang/regex.h"

#define REGEX_STEPS_MAX     100000
#define REGEX_STEPS_START   16          /* at least, for each start */
#define REGEX_HEAP_KIB      (8 * 1024)
#define REGEX_NEST_MAX      100

struct ckp_regex_s {
    pcre2_general_context  *memory;
    pcre2_match_context    *limits;
    pcre2_code             *code;       /* anchored when `whole` */
    pcre2_code             *all;        /* searches: behind a lazy prefix */
    bool                    whole;
};


static void *
regex_alloc(size_t size, void *data)
{
    (void) data;

    return ckp_alloc(size);
}


static void
regex_release(void *p, void *data)
{
    (void) data;

    ckp_free(p);
}


static bool
regex_options(const char *flags, uint32_t *options, ckp_err_t *err)
{
    for (const char *p = flags; p != NULL && *p != '\0'; p++) {

        switch (*p) {

        case 'i':
            *options |= PCRE2_CASELESS;
            break;

        case 'm':
            *options |= PCRE2_MULTILINE;
            break;

        case 's':
            *options |= PCRE2_DOTALL;
            break;

        case 'x':
            *options |= PCRE2_EXTENDED;
            break;

        default:
            (void) ckp_fail(err, CKP_E_INVALID, "",
                            "unknown flag \"%c\" of a regular expression", *p);
            return false;
        }
    }

    return true;
}


static pcre2_code *
regex_compile(ckp_regex_t *re, const char *pattern, uint32_t options,
    ckp_err_t *err)
{
    pcre2_compile_context  *context;
    pcre2_code             *code;
    PCRE2_SIZE              offset;
    PCRE2_UCHAR             text[160];
    int                     number;

    context = pcre2_compile_context_create(re->memory);

    if (context == NULL) {
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        return NULL;
    }

    (void) pcre2_set_parens_nest_limit(context, REGEX_NEST_MAX);

    code = pcre2_compile((PCRE2_SPTR) pattern, PCRE2_ZERO_TERMINATED,
                         options | PCRE2_UTF | PCRE2_NEVER_BACKSLASH_C,
                         &number, &offset, context);

    pcre2_compile_context_free(context);

    if (code == NULL && (number == PCRE2_ERROR_HEAP_FAILED
                         || number == PCRE2_ERROR_NOMEMORY))
    {
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");

    } else if (code == NULL) {
        (void) pcre2_get_error_message(number, text, sizeof(text));
        (void) ckp_fail(err, CKP_E_INVALID, "",
                        "regular expression: %s at character %zu",
                        (const char *) text, (size_t) offset + 1);
    }

    return code;
}


/* A pattern that cannot stand in a group has no `all`: its search gives up at
 * the first limit. */
static bool
regex_compile_all(ckp_regex_t *re, const char *pattern, uint32_t options,
    ckp_err_t *err)
{
    ckp_err_t  own = CKP_ERR_INIT;
    ckp_buf_t  b;

    ckp_buf_init(&b, CKP_REGEX_PATTERN_MAX + 32);
    ckp_buf_printf(&b, "(?s:.*?)\\K(?:%s%s)", pattern,
                   (options & PCRE2_EXTENDED) ? "\n" : "");

    if (b.failed == CKP_OK) {
        re->all = regex_compile(re, b.data, options | PCRE2_ANCHORED, &own);
    }

    if (b.failed != CKP_OK || own.code == CKP_E_NOMEM) {
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
    }

    ckp_buf_free(&b);

    return b.failed == CKP_OK && own.code != CKP_E_NOMEM;
}


static bool
regex_prepare(ckp_regex_t *re, const char *pattern, uint32_t options,
    ckp_err_t *err)
{
    uint32_t  groups;

    re->memory = pcre2_general_context_create(regex_alloc, regex_release,
                                              NULL);
    re->limits = pcre2_match_context_create(re->memory);

    if (re->memory == NULL || re->limits == NULL) {
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        return false;
    }

    (void) pcre2_set_heap_limit(re->limits, REGEX_HEAP_KIB);

    re->code = regex_compile(re, pattern,
                             re->whole ? options | PCRE2_ANCHORED
                                         | PCRE2_ENDANCHORED : options, err);

    if (re->code == NULL) {
        return false;
    }

    (void) pcre2_pattern_info(re->code, PCRE2_INFO_CAPTURECOUNT, &groups);

    if (groups > CKP_REGEX_GROUPS_MAX) {
        (void) ckp_fail(err, CKP_E_INVALID, "",
                        "regular expression: %u groups, at most %d",
                        groups, CKP_REGEX_GROUPS_MAX);
        return false;
    }

    return re->whole || regex_compile_all(re, pattern, options, err);
}


ckp_regex_t *
ckp_regex_new(const char *pattern, bool whole, const char *flags,
    ckp_err_t *err)
{
    uint32_t      options = 0;
    ckp_regex_t  *re;

    if (strlen(pattern) > CKP_REGEX_PATTERN_MAX) {
        (void) ckp_fail(err, CKP_E_INVALID, "",
                        "regular expression of %zu bytes, at most %d",
                        strlen(pattern), CKP_REGEX_PATTERN_MAX);
        return NULL;
    }

    if (!regex_options(flags, &options, err)) {
        return NULL;
    }

    re = ckp_calloc(sizeof(ckp_regex_t));

    if (re == NULL) {
        (void) ckp_fail(err, CKP_E_NOMEM, "", "no memory");
        return NULL;
    }

    re->whole = whole;

    if (!regex_prepare(re, pattern, options, err)) {
        ckp_regex_free(re);
        return NULL;
    }

    return re;
}


void
ckp_regex_free(ckp_regex_t *re)
{
    if (re != NULL) {
        pcre2_code_free(re->code);
        pcre2_code_free(re->all);
        pcre2_match_context_free(re->limits);
        pcre2_general_context_free(re->memory);
        ckp_free(re);
    }
}


typedef struct {
    const char  *text;
    size_t       len;
    size_t       from;
    uint32_t     options;
} regex_subject_t;


static int
regex_match(const ckp_regex_t *re, const pcre2_code *code,
    const regex_subject_t *s, pcre2_match_data *data)
{
    return pcre2_match(code, (PCRE2_SPTR) s->text, s->len, s->from, s->options,
                       data, re->limits);
}


static int
regex_run(const ckp_regex_t *re, const regex_subject_t *s,
    pcre2_match_data *data)
{
    const size_t  starts = s->len - s->from + 1;
    const size_t  share = REGEX_STEPS_MAX / starts;
    int           n;

    if (re->whole) {
        (void) pcre2_set_match_limit(re->limits, REGEX_STEPS_MAX);
        return regex_match(re, re->code, s, data);
    }

    (void) pcre2_set_match_limit(re->limits,
                                 share > REGEX_STEPS_START
                                 ? (uint32_t) share : REGEX_STEPS_START);
    n = regex_match(re, re->code, s, data);

    if (n != PCRE2_ERROR_MATCHLIMIT || re->all == NULL) {
        return n;
    }

    (void) pcre2_set_match_limit(re->limits, REGEX_STEPS_MAX);

    return regex_match(re, re->all, s, data);
}


static bool
regex_is_limit(int found)
{
    return found == PCRE2_ERROR_MATCHLIMIT || found == PCRE2_ERROR_HEAPLIMIT
           || found == PCRE2_ERROR_DEPTHLIMIT || found == PCRE2_ERROR_NOMEMORY;
}


static size_t
regex_find(const ckp_regex_t *re, const regex_subject_t *s, ckp_span_t *spans,
    size_t nspans, bool *limited)
{
    pcre2_match_data  *data;
    size_t             n = 0;
    int                found;

    *limited = s->len > CKP_REGEX_SUBJECT_MAX;

    if (*limited || s->from > s->len) {
        return 0;
    }

    data = pcre2_match_data_create_from_pattern(re->code, re->memory);

    if (data == NULL) {
        *limited = true;
        return 0;
    }

    found = regex_run(re, s, data);
    *limited = regex_is_limit(found);

    if (found > 0) {
        const PCRE2_SIZE *const  at = pcre2_get_ovector_pointer(data);

        n = (size_t) found;

        for (size_t i = 0; i < nspans; i++) {
            const bool  set = i < n && at[2 * i] != PCRE2_UNSET;

            spans[i].start = set ? at[2 * i] : SIZE_MAX;
            spans[i].end = set ? at[2 * i + 1] : SIZE_MAX;
        }
    }

    pcre2_match_data_free(data);

    return (nspans != 0 && n > nspans) ? nspans : n;
}


size_t
ckp_regex_try(const ckp_regex_t *re, const char *subject, size_t len,
    size_t from, ckp_span_t *spans, size_t nspans, bool *limited)
{
    const regex_subject_t  s = { subject, len, from, 0 };

    return regex_find(re, &s, spans, nspans, limited);
}


size_t
ckp_regex_again(const ckp_regex_t *re, const char *subject, size_t len,
    size_t from, ckp_span_t *span, bool *limited)
{
    const regex_subject_t  s = { subject, len, from, PCRE2_NO_UTF_CHECK };

    return regex_find(re, &s, span, 1, limited);
}


size_t
ckp_regex_match(const ckp_regex_t *re, const char *subject, size_t len,
    size_t from, ckp_span_t *spans, size_t nspans)
{
    bool  limited;

    return ckp_regex_try(re, subject, len, from, spans, nspans, &limited);
}


const char *
ckp_regex_name(const ckp_regex_t *re, size_t i, size_t *group)
{
    uint32_t       count = 0;
    uint32_t       size = 0;
    PCRE2_SPTR     table = NULL;
    const char    *found = NULL;

    (void) pcre2_pattern_info(re->code, PCRE2_INFO_NAMECOUNT, &count);
    (void) pcre2_pattern_info(re->code, PCRE2_INFO_NAMEENTRYSIZE, &size);
    (void) pcre2_pattern_info(re->code, PCRE2_INFO_NAMETABLE, &table);

    /* the table is sorted by name: the one with `i` smaller numbers is it */

    for (uint32_t k = 0; k < count && found == NULL; k++) {
        const PCRE2_SPTR  entry = table + (size_t) k * size;
        const size_t      n = (size_t) entry[0] << 8 | entry[1];
        size_t            smaller = 0;

        for (uint32_t m = 0; m < count; m++) {
            const PCRE2_SPTR  other = table + (size_t) m * size;

            smaller += ((size_t) other[0] << 8 | other[1]) < n ? 1 : 0;
        }

        if (smaller == i) {
            *group = n;
            found = (const char *) entry + 2;
        }
    }

    return found;
}
