/*
 * Which projects somebody is limited to, as others say it.
 */

#include "wire/projects.h"

#include <string.h>

#include "base/utf8.h"


/* A set in the making. */

typedef struct {
    json_t      *set;
    bool         all;           /* the whole site was named */
    ckp_code_t   code;          /* the first that went wrong */
} projects_made_t;


static bool
projects_is_id(const char *id, size_t len)
{
    if (len == 0 || len > CKP_PROJECT_ID_MAX || !ckp_utf8_holds(id, len)) {
        return false;
    }

    for (size_t i = 0; i < len; i++) {
        if ((unsigned char) id[i] < ' ' || id[i] == 0x7f) {
            return false;
        }
    }

    return true;
}


static bool
projects_had(const json_t *set, const char *id, size_t len)
{
    size_t   i;
    json_t  *one;

    json_array_foreach(set, i, one) {
        const char *const  s = json_string_value(one);

        if (s != NULL && strlen(s) == len && memcmp(s, id, len) == 0) {
            return true;
        }
    }

    return false;
}


static void
projects_add(projects_made_t *made, const char *id, size_t len)
{
    if (len == 1 && *id == CKP_PROJECTS_ALL[0]) {
        made->all = true;
        return;
    }

    if (made->code != CKP_OK || projects_had(made->set, id, len)) {
        return;
    }

    if (!projects_is_id(id, len)
        || json_array_size(made->set) == CKP_PROJECTS_MAX)
    {
        made->code = CKP_E_INVALID;

    } else if (json_array_append_new(made->set, json_stringn_nocheck(id, len))
               != 0)
    {
        made->code = CKP_E_NOMEM;
    }
}


/* What is malformed is refused, also where the whole site is named beside. */

static ckp_code_t
projects_end(projects_made_t *made, json_t **set)
{
    if (made->code == CKP_OK && !made->all) {
        *set = made->set;
        return CKP_OK;
    }

    json_decref(made->set);

    return made->code;
}


static ckp_code_t
projects_begin(projects_made_t *made, json_t **set)
{
    *set = NULL;
    made->all = false;
    made->code = CKP_OK;
    made->set = json_array();

    return made->set != NULL ? CKP_OK : CKP_E_NOMEM;
}


static void
projects_words(projects_made_t *made, const char *text, size_t len)
{
    size_t  from = 0;

    for (size_t i = 0; i <= len; i++) {

        if (i < len && text[i] != ',' && text[i] != ' ') {
            continue;
        }

        if (i > from) {
            projects_add(made, text + from, i - from);
        }

        from = i + 1;
    }
}


ckp_code_t
ckp_projects_text(const char *text, size_t len, json_t **set)
{
    projects_made_t  made;

    if (projects_begin(&made, set) != CKP_OK) {
        return CKP_E_NOMEM;
    }

    projects_words(&made, text, len);

    return projects_end(&made, set);
}


ckp_code_t
ckp_projects_claim(const json_t *v, json_t **set)
{
    size_t           i;
    json_t          *one;
    projects_made_t  made;

    if (projects_begin(&made, set) != CKP_OK) {
        return CKP_E_NOMEM;
    }

    if (json_is_string(v)) {
        const char *const  text = json_string_value(v);

        projects_words(&made, text, strlen(text));

    } else if (v != NULL && !json_is_null(v) && !json_is_array(v)) {
        made.code = CKP_E_INVALID;
    }

    json_array_foreach(v, i, one) {
        const char *const  id = json_string_value(one);

        if (id != NULL) {
            projects_add(&made, id, strlen(id));

        } else if (made.code == CKP_OK) {
            made.code = CKP_E_INVALID;
        }
    }

    return projects_end(&made, set);
}


bool
ckp_projects_has(const json_t *set, const char *id)
{
    return set == NULL
           || (id != NULL && projects_had(set, id, strlen(id)));
}


ckp_code_t
ckp_projects_meet(const json_t *a, const json_t *b, json_t **both)
{
    size_t         i;
    json_t        *one;
    const json_t  *of = a != NULL ? a : b;

    *both = NULL;

    if (of == NULL) {
        return CKP_OK;
    }

    *both = json_array();

    json_array_foreach(of, i, one) {
        if (ckp_projects_has(b, json_string_value(one))
            && json_array_append(*both, one) != 0)
        {
            json_decref(*both);
            *both = NULL;
        }
    }

    return *both != NULL ? CKP_OK : CKP_E_NOMEM;
}


bool
ckp_projects_within(const json_t *inner, const json_t *outer)
{
    size_t   i;
    json_t  *one;

    if (outer == NULL) {
        return true;
    }

    json_array_foreach(inner, i, one) {
        if (!ckp_projects_has(outer, json_string_value(one))) {
            return false;
        }
    }

    return inner != NULL;
}
