/* The language as data is the one that the compiler reads (spec/api.md 2). */

#include "doc.h"
#include "study/describe_int.h"


/* What the compiler has of an object, and what is told of it. */

static bool
t_is_told(const ckp_word_row_t *row, void *data)
{
    return strcmp(row->name, (const char *) data) != 0;
}


static bool
t_is_known(const ckp_word_row_t *row, void *data)
{
    const char *const  object = data;
    const char *const  known = ckp_fields_of(object);

    if (known != NULL && !ckp_word_in(known, row->name)
        && !(ckp_node_type(object) != NULL
             && ckp_word_in(ckp_fields_of("node"), row->name)))
    {
        fail_msg("%s has no '%s'", object, row->name);
    }

    assert_true(row->help != NULL && row->help[0] != '\0');

    return true;
}


static void
t_same(const char *object, ckp_as_t as)
{
    const char *const  known = ckp_fields_of(object);
    char               name[64];
    size_t             len;

    assert_non_null(known);
    assert_true(ckp_describe_each(object, t_is_known, (void *) object));

    for (const char *s = known; *s != '\0'; s += len) {
        s += strspn(s, " ");
        len = strcspn(s, " ");
        snprintf(name, sizeof(name), "%.*s", (int) len, s);

        if (len > 0 && !ckp_alias_is(as, name)
            && ckp_describe_each(object, t_is_told, name))
        {
            fail_msg("'%s' of %s is not told", name, object);
        }
    }
}


static void
test_what_the_compiler_has_is_told_and_the_reverse(void **state)
{
    for (size_t i = 0; ckp_node_types[i] != NULL; i++) {
        t_same(ckp_node_types[i]->type, ckp_node_as(ckp_node_types[i]->type));
    }

    t_same("node", CKP_AS_NODE);
    t_same("document", CKP_AS_ROOT);
    t_same("config", CKP_AS_CONFIG);
    t_same("variable", CKP_AS_OTHER);
    t_same("validation", CKP_AS_OTHER);
    t_same("step", CKP_AS_STEP);
    t_same("handler", CKP_AS_OTHER);
    t_same("retry", CKP_AS_RETRY);
    t_same("task", CKP_AS_TASK);
}


static void
test_each_node_type_is_told(void **state)
{
    json_t *const  types = ckp_language_types();
    json_t        *one;
    json_t        *field;
    json_t        *name;
    size_t         n = 0;
    size_t         i;
    size_t         k;
    size_t         j;

    while (ckp_node_types[n] != NULL) {
        n++;
    }

    assert_int_equal(json_array_size(types), n);

    json_array_foreach(types, i, one) {
        json_t *const  fields = json_object_get(one, "fields");

        assert_non_null(ckp_node_type(ckp_json_str(one, "type")));
        assert_int_equal(ckp_json_str(one, "color")[0], '#');
        assert_true(json_array_size(fields) > 20);

        /* each transition is one of its fields */

        json_array_foreach(json_object_get(one, "transitions"), k, name) {
            bool  found = false;

            json_array_foreach(fields, j, field) {
                found = found || strcmp(ckp_json_str(field, "name"),
                                        json_string_value(name)) == 0;
            }

            assert_true(found);
        }
    }

    json_decref(types);
}


/* A document with the member `name` = `value` in a node of that type. */

static void
t_word(const char *type, const char *name, const char *value, bool fits)
{
    char            text[1024];
    json_t         *doc;
    json_t         *list;
    json_t         *one;
    bool            told = false;
    size_t          i;
    ckp_diags_t    *diags = ckp_diags_new();
    ckp_compiler_t *c = ckp_compiler_new(diags);

    snprintf(text, sizeof(text), "{'procedure_id':'p','version':'1',"
             "'workflow_graph':{'start_node':'a','nodes':{'a':{'type':'%s',"
             "'%s':'%s'}}}}", type, name, value);
    doc = t_doc_json(text);
    (void) ckp_compiler_add(c, doc);
    ckp_program_unref(ckp_compiler_finish(c));
    list = ckp_diags_json(diags, 'a');

    json_array_foreach(list, i, one) {
        const char *const  at = ckp_json_str(one, "path");

        told = told || (at != NULL && strstr(at, name) != NULL);
    }

    if (told == fits) {
        fail_msg("%s: %s '%s' is %stold", type, name, value,
                 told ? "" : "not ");
    }

    json_decref(list);
    json_decref(doc);
    ckp_compiler_free(c);
    ckp_diags_free(diags);
}


static bool
t_words_of(const ckp_word_row_t *row, void *data)
{
    json_t *const  words = strchr(row->type, '|') == NULL
                           ? NULL : ckp_describe_words(row->type);
    json_t        *word;
    size_t         i;

    json_array_foreach(words, i, word) {
        t_word(row->object, row->name, json_string_value(word), true);
    }

    if (words != NULL) {
        t_word(row->object, row->name, "no such word", false);
    }

    json_decref(words);

    return true;
}


static void
test_each_word_of_an_enumeration_is_one_of_the_compiler(void **state)
{
    for (size_t i = 0; ckp_node_types[i] != NULL; i++) {
        (void) ckp_describe_each(ckp_node_types[i]->type, t_words_of, NULL);
    }
}


static void
test_the_schema_has_a_definition_of_each(void **state)
{
    json_t *const  schema = ckp_language_schema();
    json_t *const  defs = json_object_get(schema, "$defs");
    json_t        *loop;

    assert_string_equal(ckp_json_str(schema, "$schema"),
                        "https://json-schema.org/draft/2020-12/schema");

    for (size_t i = 0; ckp_node_types[i] != NULL; i++) {
        assert_non_null(json_object_get(defs, ckp_node_types[i]->type));
    }

    loop = json_object_get(json_object_get(defs, "loop"), "properties");
    assert_non_null(json_object_get(loop, "body_node"));
    assert_non_null(json_object_get(loop, "error_handlers"));
    assert_true(json_is_true(json_object_get(json_object_get(loop,
                    "loop_body"), "deprecated")));
    json_decref(schema);
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_what_the_compiler_has_is_told_and_the_reverse),
        cmocka_unit_test(test_each_node_type_is_told),
        cmocka_unit_test(
            test_each_word_of_an_enumeration_is_one_of_the_compiler),
        cmocka_unit_test(test_the_schema_has_a_definition_of_each),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
