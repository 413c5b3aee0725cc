/*
 * The texts of a transformation: what each of them is.
 */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "data/collect_int.h"
#include "lang/value.h"


void
ckp_cc_nomem(ckp_cc_t *c)
{
    c->failed = true;
    (void) ckp_fail(c->err, CKP_E_NOMEM, "", "no memory");
}


void
ckp_cc_say(ckp_cc_t *c, int number, const char *param, const char *below,
    const char *fmt, ...)
{
    char               text[200];
    ckp_collect_say_t  say = { .number = number, .param = param,
                               .below = below, .message = text };
    va_list            args;

    va_start(args, fmt);
    (void) vsnprintf(text, sizeof(text), fmt, args);
    va_end(args);

    if (number != 405) {
        c->failed = true;
        (void) ckp_fail(c->err, CKP_E_INVALID, "", "%s%s%s",
                        param == NULL ? "" : param, param == NULL ? "" : ": ",
                        text);
    }

    if (c->visit != NULL) {
        c->visit(c->data, &say);
    }
}


void *
ckp_cc_alloc(ckp_cc_t *c, size_t size)
{
    void *const  p = ckp_arena_alloc(c->t->arena, size);

    if (p == NULL) {
        ckp_cc_nomem(c);
    }

    return p;
}


const json_t *
ckp_cc_param(const ckp_cc_t *c, const char *name)
{
    const json_t *const  v = json_object_get(c->want->params, name);

    return json_is_null(v) ? NULL : v;
}


void
ckp_cc_word(ckp_cc_t *c, const char *param, const char *words)
{
    const json_t *const  v = ckp_cc_param(c, param);
    const char *const    text = json_string_value(v);
    char                 padded[40];

    /* what a template gives is looked at when it is known */

    if (v == NULL || (text != NULL && strstr(text, "{{") != NULL)) {
        return;
    }

    if (text != NULL) {
        const int  n = snprintf(padded, sizeof(padded), " %s ", text);

        if (n < (int) sizeof(padded) && strstr(words, padded) != NULL) {
            return;
        }
    }

    ckp_cc_say(c, 405, param, "", "'%s' is '%.40s', but may be:%.*s", param,
               text == NULL ? "" : text, (int) strlen(words) - 1, words);
}


/* --- what a text is ----------------------------------------------------------- */


static bool
part_is_space(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '\r' || ch == '\n';
}


/* A name or a dotted path, and no word of the grammar. */
static bool
part_is_path(const char *text)
{
    static const char *const  words[] = { "true", "false", "null", "none",
                                          "yes", "no", "always", "never" };

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (ckp_fold_equal(text, words[i])) {
            return false;
        }
    }

    return *text < '0' || *text > '9';
}


/* The path that the text wholly is, or NULL. */
static ckp_path_t *
part_path(const char *text)
{
    const size_t       len = strlen(text);
    size_t             used;
    ckp_path_t *const  path = part_is_path(text)
                              ? ckp_path_parse(text, len, &used, NULL) : NULL;

    if (path != NULL && used != len) {
        ckp_path_free(path);
        return NULL;
    }

    return path;
}


/*
 * "{{a}} - {{b}}" is a difference, "{{a}}-{{b}}" a text: signs that people put
 * between the parts of names, dates and addresses touch what they join.
 */
static bool
part_is_glued(const char *text)
{
    static const char  signs[] = "-/.+";

    for (const char *p = strstr(text, "{{"); p != NULL; p = strstr(p, "{{")) {
        const char *const  end = strstr(p, "}}");

        if (p > text && strchr(signs, p[-1]) != NULL) {
            return true;
        }

        if (end == NULL) {
            return false;
        }

        if (end[2] != '\0' && strchr(signs, end[2]) != NULL) {
            return true;
        }

        p = end;
    }

    return false;
}


static void
part_refused(ckp_cc_t *c, const ckp_cpart_t *part, const ckp_err_t *err)
{
    if (err->code == CKP_E_NOMEM) {
        ckp_cc_nomem(c);
        return;
    }

    ckp_cc_say(c, 220, part->param, part->below, "%s", err->msg);
}


static bool
part_text(ckp_cc_t *c, ckp_cpart_t *part, const json_t *value)
{
    ckp_err_t  err = CKP_ERR_INIT;

    part->text = value != NULL ? ckp_template_new(value, &err)
                               : ckp_template_text(part->source, &err);

    if (part->text == NULL) {
        part_refused(c, part, &err);
    }

    return part->text != NULL;
}


static bool
part_expr(ckp_cc_t *c, ckp_cpart_t *part, bool or_text)
{
    ckp_err_t  err = CKP_ERR_INIT;

    part->expr = ckp_expr_parse(part->source, strlen(part->source), &err);

    if (part->expr != NULL) {
        return true;
    }

    if (or_text && err.code != CKP_E_NOMEM) {
        return part_text(c, part, NULL);
    }

    part_refused(c, part, &err);

    return false;
}


static bool
part_of_text(ckp_cc_t *c, ckp_cpart_how_t how, ckp_cpart_t *part)
{
    const bool  holes = strstr(part->source, "{{") != NULL;

    switch (how) {

    case CKP_CPART_EXPR:
        return part_expr(c, part, false);

    case CKP_CPART_KEY:
        part->path = part_path(part->source);

        return part->path != NULL || part_expr(c, part, false);

    case CKP_CPART_MAP:
        if (holes) {
            return part_is_glued(part->source)
                   ? part_text(c, part, NULL) : part_expr(c, part, true);
        }

        /* of a name alone nobody but the element knows */

        part->path = part_path(part->source);

        if (part->path != NULL && ckp_path_depth(part->path) > 1) {
            ckp_path_free(part->path);
            part->path = NULL;
        }

        return part->path != NULL || part_expr(c, part, false);

    case CKP_CPART_TEXT:
        return part_text(c, part, NULL);
    }

    return false;
}


/* --- making parts --------------------------------------------------------------- */


static ckp_cpart_t *
part_new(ckp_cc_t *c, const char *param, const char *below)
{
    ckp_cpart_t *const  part = ckp_cc_alloc(c, sizeof(ckp_cpart_t));

    if (part == NULL) {
        return NULL;
    }

    part->param = param;
    part->below = *below == '\0' ? "" : ckp_arena_strdup(c->t->arena, below);
    part->next = c->t->parts;
    c->t->parts = part;

    if (part->below == NULL) {
        ckp_cc_nomem(c);
        return NULL;
    }

    return part;
}


static const ckp_cpart_t *
part_from_text(ckp_cc_t *c, ckp_cpart_how_t how, ckp_cpart_t *part,
    const char *text, size_t len)
{
    if (how != CKP_CPART_TEXT) {
        while (len > 0 && part_is_space(*text)) {
            text++;
            len--;
        }

        while (len > 0 && part_is_space(text[len - 1])) {
            len--;
        }
    }

    if (len == 0) {
        return NULL;
    }

    part->source = ckp_arena_strndup(c->t->arena, text, len);

    if (part->source == NULL) {
        ckp_cc_nomem(c);
        return NULL;
    }

    return part_of_text(c, how, part) ? part : NULL;
}


const ckp_cpart_t *
ckp_cc_piece(ckp_cc_t *c, ckp_cpart_how_t how, const char *param,
    const char *text, size_t len)
{
    ckp_cpart_t *const  part = part_new(c, param, "");

    return part == NULL ? NULL : part_from_text(c, how, part, text, len);
}


/* A number or a boolean is the constant that it is; of map and template also
 * arrays and objects, with what they hold. */
const ckp_cpart_t *
ckp_cc_part(ckp_cc_t *c, ckp_cpart_how_t how, const char *param,
    const char *below, const json_t *value)
{
    ckp_cpart_t  *part;

    if (value == NULL || json_is_null(value)) {
        return NULL;
    }

    part = part_new(c, param, below);

    if (part == NULL) {
        return NULL;
    }

    if (json_is_string(value)) {
        return part_from_text(c, how, part, json_string_value(value),
                              json_string_length(value));
    }

    if (json_is_number(value) || json_is_boolean(value)) {
        part->value = value;
        return part;
    }

    if (how == CKP_CPART_MAP || how == CKP_CPART_TEXT) {
        return part_text(c, part, value) ? part : NULL;
    }

    ckp_cc_say(c, 15, param, below, "an expression must be a string");

    return NULL;
}


const ckp_cpart_t *
ckp_cc_main(ckp_cc_t *c, ckp_cpart_how_t how, const char *const *params)
{
    const json_t  *v = c->want->expression;

    if (c->want->template) {
        how = CKP_CPART_TEXT;
    }

    if (v != NULL && !json_is_null(v)
        && !(json_is_string(v) && json_string_length(v) == 0))
    {
        return ckp_cc_part(c, how, NULL, "", v);
    }

    for (size_t i = 0; params != NULL && params[i] != NULL; i++) {
        v = ckp_cc_param(c, params[i]);

        if (v != NULL) {
            return ckp_cc_part(c, how, params[i], "", v);
        }
    }

    return NULL;
}


bool
ckp_cc_columns(ckp_cc_t *c, size_t n, const char *param, ckp_ccol_t **cols)
{
    if (n > CKP_COLLECT_COLS_MAX) {
        ckp_cc_say(c, 6, param, "", "%zu of them, at most %d", n,
                   CKP_COLLECT_COLS_MAX);
        return false;
    }

    *cols = ckp_cc_alloc(c, (n + 1) * sizeof(ckp_ccol_t));

    return *cols != NULL;
}


const char *
ckp_cc_name(ckp_cc_t *c, const char *before, const char *text)
{
    const char  *name;
    char        *p;
    char        *to;

    name = ckp_arena_printf(c->t->arena, "%s%s", before, text);

    if (name == NULL) {
        ckp_cc_nomem(c);
        return "";
    }

    p = (char *) name;
    to = p;

    for ( /* void */ ; *p != '\0'; p++) {
        const bool  letter = (*p >= 'a' && *p <= 'z')
                             || (*p >= 'A' && *p <= 'Z')
                             || (*p >= '0' && *p <= '9') || (*p & 0x80) != 0;

        if (letter) {
            *to++ = *p;

        } else if (to == name || to[-1] != '_') {
            *to++ = '_';
        }
    }

    while (to > name + 1 && to[-1] == '_' && text[0] != '\0') {
        to--;
    }

    *to = '\0';

    return name;
}


void
ckp_cc_groups(ckp_cc_t *c, const char *param)
{
    const json_t *const  v = ckp_cc_param(c, param);
    const size_t         n = json_is_array(v) ? json_array_size(v)
                                              : v == NULL ? 0 : 1;
    ckp_collect_t *const t = c->t;
    char                 below[32];

    if (n == 0 || !ckp_cc_columns(c, n, param, &t->groups)) {
        return;
    }

    for (size_t i = 0; i < n; i++) {
        ckp_ccol_t *const    col = &t->groups[t->ngroups];
        const json_t *const  one = json_is_array(v) ? json_array_get(v, i)
                                                    : v;

        below[0] = '\0';

        if (json_is_array(v)) {
            (void) snprintf(below, sizeof(below), "/%zu", i);
        }

        if (!json_is_string(one)) {
            ckp_cc_say(c, 15, param, below, "a group is named by a string");
            continue;
        }

        col->part = ckp_cc_part(c, CKP_CPART_KEY, param, below, one);

        if (col->part != NULL) {
            col->name = ckp_cc_name(c, "", col->part->source);
            t->ngroups++;
        }
    }
}
