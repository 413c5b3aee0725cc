/*
 * Masking by name: what every reader is spared, what the procedure names, what
 * its variables declare.  Unchanged parts are shared, not copied.
 */

#include <ctype.h>
#include <string.h>

#include "base/json.h"
#include "lang/regex.h"
#include "model/program.h"
#include "model/redact.h"

#define REDACT_KEY_MAX  256


/* --- names ------------------------------------------------------------------- */


/* Lower case, with `_` for `-`; longer names are judged by their beginning. */
static size_t
redact_fold(const char *key, char *out)
{
    size_t  n = 0;

    for ( ; key[n] != '\0' && n < REDACT_KEY_MAX; n++) {
        out[n] = (key[n] == '-') ? '_' : (char) tolower((unsigned char) key[n]);
    }

    out[n] = '\0';

    return n;
}


/* `auth` between anything but letters; authHeader has it, author has not. */
static bool
redact_has_auth(const char *key)
{
    for (size_t i = 0; key[i] != '\0'; i++) {
        const unsigned char  before = (unsigned char) (i == 0 ? '_'
                                                              : key[i - 1]);
        bool                 same = key[i] == 'a' || key[i] == 'A';
        unsigned char        after;

        for (size_t k = 1; k < 4 && same; k++) {
            same = tolower((unsigned char) key[i + k]) == "auth"[k];
        }

        if (!same) {
            continue;
        }

        after = (unsigned char) key[i + 4];

        if (!isalpha(before)
            && (!isalpha(after)
                || (isupper(after) && islower((unsigned char) key[i + 3]))))
        {
            return true;
        }
    }

    return false;
}


/* A letter as lower case, and `_` for `-`: the words are ASCII. */

static char
redact_letter(char c)
{
    return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A'))
           : c == '-' ? '_' : c;
}


/* Whether one of the words that tell of a secret stands here.  Each variable of
 * each event is asked: who asks looks at the first two letters. */

static bool
redact_begins_secret(const char *text)
{
    static const char *const  words[] = {
        "access_key", "api_key", "apikey", "authorization", "credential",
        "password", "private_key", "secret", "token"
    };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t  n = 0;

        while (words[i][n] != '\0' && redact_letter(text[n]) == words[i][n]) {
            n++;
        }

        if (words[i][n] == '\0') {
            return true;
        }
    }

    return false;
}


/* Whether the first two letters of one of the words are these. */

static inline bool
redact_may_begin(char first, char second)
{
    switch (first) {

    case 'a':
        return second == 'c' || second == 'p' || second == 'u';

    case 'c':
        return second == 'r';

    case 'p':
        return second == 'a' || second == 'r';

    case 's':
        return second == 'e';

    case 't':
        return second == 'o';

    default:
        return false;
    }
}


bool
ckp_key_is_secret(const char *key)
{
    bool  auth = false;
    char  first = '\0';

    for (const char *p = key; *p != '\0'; p++) {
        const char  c = redact_letter(*p);

        if (redact_may_begin(first, c)) {
            if (redact_begins_secret(p - 1)) {
                return true;
            }

            auth |= c == 'u';
        }

        first = c;
    }

    return auth && redact_has_auth(key);
}


static bool
redact_ends(const char *text, size_t len, const char *end)
{
    const size_t  n = strlen(end);

    return len >= n && memcmp(text + len - n, end, n) == 0;
}


/* prompt_tokens: 120 is a count, not a credential. */
static bool
redact_is_count(const char *key, const json_t *value)
{
    char          folded[REDACT_KEY_MAX + 1];
    const size_t  len = redact_fold(key, folded);

    return json_is_number(value)
           && (redact_ends(folded, len, "tokens")
               || redact_ends(folded, len, "token_count"));
}


/* A substring anywhere, or a pattern from the beginning; case is nothing. */
static bool
redact_mask_holds(const ckp_mask_t *mask, const char *key)
{
    const size_t  n = strlen(mask->text);
    const size_t  len = strlen(key);
    ckp_span_t    span;

    if (mask->regex != NULL) {
        return ckp_regex_match(mask->regex, key, len, 0, &span, 1) > 0
               && span.start == 0;
    }

    for (size_t i = 0; i + n <= len; i++) {
        size_t  k = 0;

        while (k < n && tolower((unsigned char) key[i + k])
                        == tolower((unsigned char) mask->text[k]))
        {
            k++;
        }

        if (k == n) {
            return true;
        }
    }

    return false;
}


static bool
redact_declared(const ckp_program_t *prog, const char *key)
{
    for (size_t i = 0; i < prog->nvars; i++) {
        if (prog->vars[i].sensitive && strcmp(prog->vars[i].name, key) == 0) {
            return true;
        }
    }

    return false;
}


static bool
redact_hides(const ckp_program_t *prog, const char *key, const json_t *value)
{
    bool  named;

    if (json_is_null(value)) {
        return false;
    }

    named = ckp_key_is_secret(key);

    if (prog != NULL && redact_declared(prog, key)) {
        return true;
    }

    for (size_t i = 0; prog != NULL && !named && i < prog->config.nmasks;
         i++)
    {
        named = redact_mask_holds(&prog->config.masks[i], key);
    }

    return named && !redact_is_count(key, value);
}


/* --- values ------------------------------------------------------------------- */


static json_t *redact_value(const ckp_program_t *prog, const json_t *value,
    unsigned depth);


static json_t *
redact_object(const ckp_program_t *prog, const json_t *value, unsigned depth)
{
    json_t        *out = NULL;
    const char    *key;
    const json_t  *member;

    json_object_foreach((json_t *) value, key, member) {
        json_t *const  now = redact_hides(prog, key, member)
                             ? json_string(CKP_REDACTED)
                             : redact_value(prog, member, depth + 1);

        if (now == member) {
            json_decref(now);
            continue;
        }

        if (out == NULL) {
            out = json_copy((json_t *) value);
        }

        if (json_object_set_new(out, key, now) != 0) {
            json_decref(out);
            return NULL;
        }
    }

    return (out != NULL) ? out : json_incref((json_t *) value);
}


static json_t *
redact_array(const ckp_program_t *prog, const json_t *value, unsigned depth)
{
    json_t        *out = NULL;
    const json_t  *member;
    size_t         i;

    json_array_foreach(value, i, member) {
        json_t *const  now = redact_value(prog, member, depth + 1);

        if (now == member) {
            json_decref(now);
            continue;
        }

        if (out == NULL) {
            out = json_copy((json_t *) value);
        }

        if (json_array_set_new(out, i, now) != 0) {
            json_decref(out);
            return NULL;
        }
    }

    return (out != NULL) ? out : json_incref((json_t *) value);
}


/* No deeper than CKP_REDACT_DEPTH: what is below is cut off. */
static json_t *
redact_value(const ckp_program_t *prog, const json_t *value, unsigned depth)
{
    if (depth > CKP_REDACT_DEPTH && !json_is_null(value)) {
        return json_string(CKP_TRUNCATED);
    }

    if (json_is_object(value)) {
        return redact_object(prog, value, depth);
    }

    if (json_is_array(value)) {
        return redact_array(prog, value, depth);
    }

    return json_incref((json_t *) value);
}


json_t *
ckp_program_redact(const ckp_program_t *prog, const json_t *value)
{
    const unsigned long  refusals = ckp_memory_refusals();

    return ckp_json_whole(redact_value(prog, value, 0), refusals);
}
