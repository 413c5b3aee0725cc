/*
 * What a stored procedure is found by: its texts in lower case, its tags, and
 * the words of what it is for (spec/ckp.md 30).
 */

#include <string.h>

#include "ckp.h"
#include "lang/casemap.h"

#define TERMS_TEXT_MAX    (64 * 1024)
#define TERMS_WORD_MAX    64        /* bytes; a longer one is cut */
#define TERMS_WORDS_MAX   1000      /* of one procedure */
#define TERMS_QUERY_MAX   64        /* of one query */


static bool
terms_is_word(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')
           || (c >= '0' && c <= '9') || (unsigned char) c >= 0x80;
}


/* The next word of *s, which is moved behind it; NULL: none. */
static const char *
terms_next(const char **s, size_t *len)
{
    const char  *start;
    size_t       n = 0;

    while (**s != '\0' && !terms_is_word(**s)) {
        (*s)++;
    }

    start = *s;

    while (terms_is_word(**s)) {
        (*s)++;
        n++;
    }

    /* a word that is cut ends with a whole character */

    if (n > TERMS_WORD_MAX) {
        n = TERMS_WORD_MAX;

        while (((unsigned char) start[n] & 0xc0) == 0x80) {
            n--;
        }
    }

    *len = n;

    return (n > 0) ? start : NULL;
}


static char *
terms_take(ckp_buf_t *b)
{
    ckp_buf_put(b, "", 0);

    if (b->failed != CKP_OK || b->data == NULL) {
        ckp_buf_free(b);
        return NULL;
    }

    return b->data;         /* the buffer ends here, its text goes on */
}


char *
ckp_text_fold(const char *s)
{
    ckp_buf_t  b;

    ckp_buf_init(&b, 4 * strlen(s) + 1);
    ckp_buf_put(&b, "", 0);
    ckp_case_put(&b, s, strlen(s), false);

    return terms_take(&b);
}


char *
ckp_text_words(const char *s)
{
    char *const  folded = ckp_text_fold(s);
    const char  *at = folded;
    const char  *word;
    size_t       len;
    int          n = 0;
    ckp_buf_t    b;

    if (folded == NULL) {
        return NULL;
    }

    ckp_buf_init(&b, TERMS_TEXT_MAX);
    ckp_buf_puts(&b, ",");

    while (n++ < TERMS_QUERY_MAX && (word = terms_next(&at, &len)) != NULL) {
        ckp_buf_put(&b, word, len);
        ckp_buf_puts(&b, ",");
    }

    ckp_free(folded);

    return terms_take(&b);
}


/* [kind, phrase, text] */
static bool
terms_row(json_t *rows, const char *kind, int phrase, const char *s,
    size_t len)
{
    return json_array_size(rows) >= TERMS_WORDS_MAX
           || json_array_append_new(rows,
                  json_pack("[s, i, s%]", kind, phrase, s, len)) == 0;
}


/* The words of one phrase, each once in it is enough but twice does no harm. */
static bool
terms_phrase(json_t *rows, const char *kind, int phrase, const char *text)
{
    char *const  folded = ckp_text_fold(text);
    const char  *at = folded;
    const char  *word;
    size_t       len;
    bool         ok = (folded != NULL);

    while (ok && (word = terms_next(&at, &len)) != NULL) {
        ok = terms_row(rows, kind, phrase, word, len);
    }

    ckp_free(folded);

    return ok;
}


/* A text, or a list of them, each of which is a phrase. */
static bool
terms_phrases(json_t *rows, const char *kind, const json_t *v)
{
    const json_t  *one;
    size_t         i;
    bool           ok = true;

    if (json_is_string(v)) {
        return terms_phrase(rows, kind, 1, json_string_value(v));
    }

    json_array_foreach(v, i, one) {
        if (ok && json_is_string(one)) {
            ok = terms_phrase(rows, kind, (int) i + 1, json_string_value(one));
        }
    }

    return ok;
}


static json_t *
terms_words(const json_t *head, const json_t *meta)
{
    json_t *const  rows = json_array();
    const json_t  *tag;
    size_t         i;
    bool           ok = (rows != NULL);

    json_array_foreach(json_object_get(head, "tags"), i, tag) {
        ok = ok && terms_row(rows, "t", 0, json_string_value(tag),
                             json_string_length(tag));
    }

    ok = ok && terms_phrases(rows, "w", json_object_get(meta, "intents"))
         && terms_phrases(rows, "w", json_object_get(meta, "primary_intents"))
         && terms_phrases(rows, "w", json_object_get(meta, "keywords"))
         && terms_phrases(rows, "-", json_object_get(meta,
                                                     "negative_intents"));

    if (!ok) {
        json_decref(rows);
        return NULL;
    }

    return rows;
}


/* A line break separates what is searched, and no search has one. */
static void
terms_put(ckp_buf_t *b, const json_t *v)
{
    const json_t  *one;
    size_t         i;

    if (json_is_string(v) && b->len + json_string_length(v) < TERMS_TEXT_MAX) {
        ckp_case_put(b, json_string_value(v), json_string_length(v), false);
        ckp_buf_puts(b, "\n");
    }

    json_array_foreach(v, i, one) {
        if (json_is_string(one)
            && b->len + json_string_length(one) < TERMS_TEXT_MAX)
        {
            ckp_case_put(b, json_string_value(one), json_string_length(one),
                         false);
            ckp_buf_puts(b, "\n");
        }
    }
}


static char *
terms_search(const json_t *head, const json_t *meta)
{
    static const char *const  own[] = {
        "procedure_id", "name", "description", "tags"
    };
    static const char *const  of_meta[] = {
        "domain", "business_domain", "intents", "primary_intents", "keywords"
    };

    ckp_buf_t  b;

    ckp_buf_init(&b, 8 * TERMS_TEXT_MAX);
    ckp_buf_puts(&b, "\n");

    for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++) {
        terms_put(&b, json_object_get(head, own[i]));
    }

    for (size_t i = 0; i < sizeof(of_meta) / sizeof(of_meta[0]); i++) {
        terms_put(&b, json_object_get(meta, of_meta[i]));
    }

    return terms_take(&b);
}


json_t *
ckp_document_terms(const json_t *head)
{
    const json_t *const  meta = json_object_get(head, "retrieval_metadata");
    char *const          search = terms_search(head, meta);
    char                *text = NULL;
    char                *folded = NULL;
    json_t              *terms = NULL;

    if (json_is_object(meta)) {
        text = ckp_json_text(meta);
        folded = (text != NULL) ? ckp_text_fold(text) : NULL;
    }

    if (search != NULL && (folded != NULL || !json_is_object(meta))) {
        terms = json_pack("{s:s, s:s?, s:o}", "search", search,
                          "metadata", folded,
                          "words", terms_words(head, meta));
    }

    ckp_free(search);
    ckp_free(text);
    ckp_free(folded);

    return terms;
}
