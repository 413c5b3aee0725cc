/*
 * The JSON Schema subset and the named formats.
 */

#include "lang.h"
#include "lang/schema.h"


/* The violations as "path: message; ..."; "" is none. */
static void
check(const char *schema, const char *value, const char *want)
{
    ckp_err_t      err = CKP_ERR_INIT;
    json_t *const  s = t_json(schema);
    json_t *const  v = t_json(value);
    json_t        *errors = NULL;
    json_t        *e;
    size_t         i;
    ckp_buf_t      b;

    ckp_buf_init(&b, 4096);

    if (ckp_schema_check(s, v, &errors, &err) != CKP_OK) {
        ckp_buf_printf(&b, "! %s", err.msg);
        assert_null(errors);
    }

    json_array_foreach(errors, i, e) {
        ckp_buf_printf(&b, "%s%s: %s", i == 0 ? "" : "; ",
                       ckp_json_str(e, "path"), ckp_json_str(e, "message"));
    }

    if (strcmp(ckp_buf_str(&b), want) != 0) {
        fail_msg("%s of %s: \"%s\", not \"%s\"", schema, value,
                 ckp_buf_str(&b), want);
    }

    ckp_buf_free(&b);
    json_decref(errors);
    json_decref(s);
    json_decref(v);
}


static void
test_types_are_checked(void **state)
{
    check("{\"type\":\"string\"}", "\"a\"", "");
    check("{\"type\":\"string\"}", "1", ": is number, expected string");
    check("{\"type\":\"integer\"}", "1.0", "");
    check("{\"type\":\"integer\"}", "1.5", ": is number, expected integer");
    check("{\"type\":[\"null\",\"array\"]}", "[]", "");
    check("{\"type\":[\"null\",\"array\"]}", "{}",
          ": is object, expected another type");
    check("{\"type\":\"strin\"}", "1", "! unknown type");
    check("true", "1", "");
    check("false", "1", ": is not allowed");
    check("3", "1", "! a schema is an object, true or false");
    check("{\"enum\":[1,\"a\"]}", "1.0", "");
    check("{\"enum\":[1,\"a\"]}", "2", ": is none of the allowed values");
    check("{\"const\":{\"a\":1}}", "{\"a\":1}", "");
    check("{\"const\":{\"a\":1}}", "{}", ": is not the required value");
}


static void
test_objects_are_checked_member_by_member(void **state)
{
    const char  *schema =
        "{\"type\":\"object\",\"required\":[\"a\",\"b\"],"
        "\"properties\":{\"a\":{\"type\":\"number\"}},"
        "\"patternProperties\":{\"^x\":{\"type\":\"string\"}},"
        "\"additionalProperties\":false,\"maxProperties\":3}";

    check(schema, "{\"a\":1,\"b\":2}", ": member \"b\" is not allowed");
    check(schema, "{\"a\":\"x\",\"x/1\":2}",
          ": member \"b\" is missing; /a: is string, expected number; "
          "/x~11: is number, expected string");
    check("{\"minProperties\":1}", "{}", ": has 0 members, at least 1");
    check("{\"additionalProperties\":{\"type\":\"null\"}}", "{\"a\":null}",
          "");
    check("{\"required\":[\"a\"]}", "[]", "");
}


static void
test_arrays_are_checked_element_by_element(void **state)
{
    check("{\"items\":{\"type\":\"number\"}}", "[1,\"a\"]",
          "/1: is string, expected number");
    check("{\"prefixItems\":[{\"type\":\"string\"}],\"items\":false}",
          "[\"a\",1]", "/1: is not allowed");
    check("{\"minItems\":2}", "[1]", ": has 1 elements, at least 2");
    check("{\"maxItems\":1}", "[1,2]", ": has 2 elements, at most 1");
    check("{\"uniqueItems\":true}", "[1,2,1.0]",
          ": elements 0 and 2 are equal");
    check("{\"contains\":{\"const\":3}}", "[1,3]", "");
    check("{\"contains\":{\"const\":3}}", "[1]",
          ": no element is as the schema asks for");
}


static void
test_bounds_are_inclusive_or_not(void **state)
{
    check("{\"minimum\":5}", "5", "");
    check("{\"minimum\":5}", "4.9", ": is less than 5");
    check("{\"maximum\":5}", "6", ": is greater than 5");
    check("{\"exclusiveMinimum\":5}", "5", ": is not greater than 5");
    check("{\"exclusiveMaximum\":5}", "5", ": is not less than 5");
    check("{\"exclusiveMaximum\":5}", "4", "");
    check("{\"multipleOf\":0.1}", "0.3", "");
    check("{\"multipleOf\":2}", "3", ": is no multiple of 2");
    check("{\"multipleOf\":0}", "3", "! multipleOf is no number above 0");
    check("{\"minLength\":2}", "\"\xc3\xa9\"",
          ": has 1 characters, at least 2");
    check("{\"maxLength\":1}", "\"\xc3\xa9\"", "");
    check("{\"pattern\":\"^a\"}", "\"ba\"", ": does not match \"^a\"");
    check("{\"pattern\":\"a\"}", "\"ba\"", "");
    check("{\"format\":\"uuid\"}", "\"x\"", ": is no uuid");
    check("{\"format\":\"colour\"}", "\"x\"", "");
}


static void
test_combinations_are_counted(void **state)
{
    check("{\"allOf\":[{\"minimum\":1},{\"maximum\":2}]}", "3",
          ": is greater than 2");
    check("{\"anyOf\":[{\"minimum\":1},{\"type\":\"string\"}]}", "0",
          ": none of the alternatives holds");
    check("{\"anyOf\":[{\"minimum\":1},{\"type\":\"string\"}]}", "\"a\"", "");
    check("{\"oneOf\":[{\"minimum\":1},{\"maximum\":5}]}", "3",
          ": 2 of the alternatives hold, not one");
    check("{\"not\":{\"type\":\"null\"}}", "null",
          ": is what the schema excludes");
    check("{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":2},"
          "\"else\":{\"minimum\":2}}", "\"a\"",
          ": has 1 characters, at least 2");
    check("{\"if\":{\"type\":\"string\"},\"then\":{\"minLength\":2},"
          "\"else\":{\"minimum\":2}}", "1", ": is less than 2");
}


static void
test_references_are_local_and_bounded(void **state)
{
    check("{\"$ref\":\"#/$defs/n\",\"$defs\":{\"n\":{\"type\":\"number\"}}}",
          "\"a\"", ": is string, expected number");
    check("{\"properties\":{\"next\":{\"$ref\":\"#\"}},"
          "\"required\":[\"v\"]}", "{\"v\":1,\"next\":{\"next\":{\"v\":1}}}",
          "/next: member \"v\" is missing");
    check("{\"$ref\":\"#/nope\"}", "1", "! $ref \"#/nope\" leads nowhere");
    check("{\"$ref\":\"http://x/y\"}", "1",
          "! $ref \"http://x/y\" leads nowhere");
    check("{\"$ref\":\"#\"}", "1",
          "! schema nested or referred to too deep");
    check("{\"$ref\":\"#/$defs/a%20b~1%7e0\","
          "\"$defs\":{\"a b/~\":{\"type\":\"null\"}}}", "1",
          ": is number, expected null");
    check("{\"$ref\":\"#/$defs/a%2\",\"$defs\":{\"a%2\":true}}", "1",
          "! $ref \"#/$defs/a%2\" leads nowhere");
}


/* Values nest 64 deep, and a schema that refers to itself goes with them. */
static void
test_a_recursive_schema_is_as_deep_as_values_are(void **state)
{
    char  value[1024] = "";

    for (int i = 0; i < 62; i++) {
        strcat(value, "{\"n\":");
    }

    strcat(value, "7");

    for (int i = 0; i < 62; i++) {
        strcat(value, "}");
    }

    check("{\"$defs\":{\"t\":{\"type\":[\"object\",\"number\"],"
          "\"properties\":{\"n\":{\"$ref\":\"#/$defs/t\"}}}},"
          "\"$ref\":\"#/$defs/t\"}", value, "");
}


/* Each keyword alone: a value that holds, one that does not. */
static const struct {
    const char  *schema;
    const char  *good;
    const char  *bad;
} keywords[] = {
    { "{\"type\":\"boolean\"}", "true", "\"true\"" },
    { "{\"enum\":[[1],null]}", "[1.0]", "[2]" },
    { "{\"const\":null}", "null", "0" },
    { "{\"properties\":{\"a\":{\"const\":1}}}", "{\"b\":2}",
      "{\"a\":2}" },
    { "{\"required\":[\"a\"]}", "{\"a\":null}", "{}" },
    { "{\"additionalProperties\":false}", "{}", "{\"a\":1}" },
    { "{\"properties\":{\"a\":true},\"additionalProperties\":"
      "{\"type\":\"null\"}}", "{\"a\":1,\"b\":null}",
      "{\"a\":1,\"b\":1}" },
    { "{\"patternProperties\":{\"^x\":{\"type\":\"null\"}}}",
      "{\"x\":null,\"y\":1}", "{\"xy\":1}" },
    { "{\"items\":{\"type\":\"null\"}}", "[]", "[null,1]" },
    { "{\"prefixItems\":[{\"type\":\"null\"}]}", "[null,1]", "[1]" },
    { "{\"minItems\":1}", "[0]", "[]" },
    { "{\"maxItems\":1}", "[0]", "[0,0]" },
    { "{\"uniqueItems\":true}", "[1,\"1\",true]",
      "[{\"a\":1,\"b\":2},{\"b\":2,\"a\":1}]" },
    { "{\"uniqueItems\":false}", "[1,1]", NULL },
    { "{\"contains\":{\"type\":\"null\"}}", "[1,null]", "[1]" },
    { "{\"minLength\":2}", "\"\xc3\xa9x\"", "\"\xc3\xa9\"" },
    { "{\"maxLength\":2}", "\"\xc3\xa9x\"", "\"\xc3\xa9xx\"" },
    { "{\"pattern\":\"b+\"}", "\"abc\"", "\"ac\"" },
    { "{\"minimum\":1.5}", "1.5", "1.4" },
    { "{\"maximum\":-1}", "-1.0", "0" },
    { "{\"exclusiveMinimum\":0}", "0.001", "0" },
    { "{\"exclusiveMaximum\":0}", "-1", "0.0" },
    { "{\"multipleOf\":3}", "-9", "10" },
    { "{\"multipleOf\":0.01}", "4.35", "4.355" },
    { "{\"minProperties\":1}", "{\"a\":1}", "{}" },
    { "{\"maxProperties\":0}", "{}", "{\"a\":1}" },
    { "{\"allOf\":[{\"minimum\":1},{\"maximum\":3}]}", "2", "4" },
    { "{\"anyOf\":[{\"minimum\":3},{\"maximum\":1}]}", "3", "2" },
    { "{\"oneOf\":[{\"minimum\":3},{\"multipleOf\":2}]}", "3", "4" },
    { "{\"not\":{\"type\":\"null\"}}", "1", "null" },
    { "{\"if\":{\"minimum\":5},\"then\":{\"multipleOf\":5},"
      "\"else\":{\"const\":1}}", "10", "7" },
    { "{\"if\":{\"minimum\":5},\"then\":{\"multipleOf\":5},"
      "\"else\":{\"const\":1}}", "1", "2" },
    { "{\"then\":false,\"else\":false}", "1", NULL },
    { "{\"format\":\"date\"}", "\"2026-02-28\"", "\"2026-02-30\"" },
    { "{\"title\":\"t\",\"description\":\"d\",\"default\":1,"
      "\"examples\":[],\"colour\":7}", "\"any\"", NULL },
};


static void
test_each_keyword_has_two_sides(void **state)
{
    for (size_t i = 0; i < sizeof(keywords) / sizeof(keywords[0]); i++) {
        json_t *const  schema = t_json(keywords[i].schema);
        const char    *values[] = { keywords[i].good, keywords[i].bad };

        for (size_t k = 0; k < 2 && values[k] != NULL; k++) {
            json_t *const  value = t_json(values[k]);
            json_t        *errors = NULL;
            ckp_err_t      err = CKP_ERR_INIT;

            if (ckp_schema_check(schema, value, &errors, &err) != CKP_OK
                || (json_array_size(errors) == 0) != (k == 0))
            {
                fail_msg("%s of %s: %s", keywords[i].schema, values[k],
                         err.msg);
            }

            json_decref(errors);
            json_decref(value);
        }

        json_decref(schema);
    }
}


/* What a value of another type cannot break. */
static void
test_keywords_of_one_type_leave_the_others_alone(void **state)
{
    check("{\"minimum\":5,\"multipleOf\":2,\"minItems\":3,"
          "\"required\":[\"a\"],\"minProperties\":2}", "\"x\"", "");
    check("{\"minLength\":5,\"pattern\":\"x\",\"format\":\"uuid\","
          "\"uniqueItems\":true}", "3", "");
    check("{\"items\":false,\"contains\":false,\"prefixItems\":[false]}",
          "{\"a\":1}", "");
    check("{\"properties\":{\"a\":false},\"additionalProperties\":false}",
          "[1]", "");
}


static void
note(void *data, int number, const char *pointer, const char *message)
{
    char *const   text = data;
    const size_t  n = strlen(text);

    (void) message;
    snprintf(text + n, 500 - n, "%d %s; ", number, pointer);
}


static void
test_a_schema_is_looked_at_without_a_value(void **state)
{
    char           seen[500] = "";
    json_t *const  s = t_json(
        "{\"type\":\"strin\",\"titel\":\"x\",\"title\":\"y\","
        "\"properties\":{\"a\":{\"pattern\":\"(\"},\"b\":{\"$ref\":\"#/q\"},"
        "\"c\":3},\"anyOf\":{},\"minLength\":\"1\",\"minimum\":\"a\","
        "\"items\":{\"$ref\":\"#/properties/a\"}}");

    assert_int_equal(ckp_schema_lint(s, note, seen), CKP_OK);
    assert_string_equal(seen, "227 /type; 226 /titel; "
                              "221 /properties/a/pattern; "
                              "227 /properties/b/$ref; 227 /properties/c; "
                              "227 /anyOf; 227 /minLength; 227 /minimum; ");
    json_decref(s);
}


static void
test_wrong_keywords_make_a_schema_wrong(void **state)
{
    static const struct {
        const char  *schema;
        const char  *seen;
    } cases[] = {
        { "{\"type\":[]}", "227 /type; " },
        { "{\"type\":[\"null\",7]}", "227 /type; " },
        { "{\"enum\":1}", "227 /enum; " },
        { "{\"required\":\"a\"}", "227 /required; " },
        { "{\"required\":[1]}", "227 /required; " },
        { "{\"properties\":[]}", "227 /properties; " },
        { "{\"patternProperties\":{\"(\":true}}",
          "221 /patternProperties/(; " },
        { "{\"additionalProperties\":7}", "227 /additionalProperties; " },
        { "{\"items\":[]}", "227 /items; " },
        { "{\"prefixItems\":{}}", "227 /prefixItems; " },
        { "{\"maxItems\":-1}", "227 /maxItems; " },
        { "{\"uniqueItems\":1}", "227 /uniqueItems; " },
        { "{\"multipleOf\":0}", "227 /multipleOf; " },
        { "{\"exclusiveMaximum\":true}", "227 /exclusiveMaximum; " },
        { "{\"format\":1}", "227 /format; " },
        { "{\"oneOf\":[7]}", "227 /oneOf/0; " },
        { "{\"not\":[]}", "227 /not; " },
        { "{\"$ref\":\"http://a/b\"}", "227 /$ref; " },
        { "{\"$ref\":7}", "227 /$ref; " },
        { "{\"$ref\":\"#\"}", "227 /$ref; " },
        { "{\"$defs\":{\"a\":{\"$ref\":\"#/$defs/b\"},"
          "\"b\":{\"$ref\":\"#/$defs/a\"}}}",
          "227 /$defs/a/$ref; 227 /$defs/b/$ref; " },
        { "{\"properties\":{\"a\":{\"$ref\":\"#\"}}}", "" },
        { "{\"minimun\":1}", "226 /minimun; " },
        { "{\"dependentRequired\":{}}", "226 /dependentRequired; " },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char           seen[500] = "";
        json_t *const  schema = t_json(cases[i].schema);

        assert_int_equal(ckp_schema_lint(schema, note, seen), CKP_OK);

        if (strcmp(seen, cases[i].seen) != 0) {
            fail_msg("%s: %s, not %s", cases[i].schema, seen, cases[i].seen);
        }

        json_decref(schema);
    }
}


static void
formats(const char *format, const char *const *texts, bool hold)
{
    for ( /* void */ ; *texts != NULL; texts++) {
        if (ckp_format_holds(format, *texts) != hold) {
            fail_msg("%s %s: %d", format, *texts, !hold);
        }
    }
}


#define HOLD(format, ...)                                                     \
    formats(format, (const char *const[]) { __VA_ARGS__, NULL }, true)
#define BREAK(format, ...)                                                    \
    formats(format, (const char *const[]) { __VA_ARGS__, NULL }, false)


static void
test_formats_hold_for_what_they_name(void **state)
{
    HOLD("email", "a@b.co", "a.b+c@x-y.example.org");
    BREAK("email", "", "a", "@b.co", "a@b", "a@", ".a@b.co", "a..b@c.de",
          "a b@c.de", "a@-b.co", "a@b..co");
    HOLD("uri", "http://x", "urn:a:b", "https://x/y?q=%20#f", "mailto:a@b.c");
    BREAK("uri", "", "x", "//x", "1a:b", "http://a b", "a:%2", "http:");
    HOLD("date", "2024-02-29", "0000-01-01");
    BREAK("date", "2023-02-29", "2024-1-1", "2024-13-01", "2024-01-01Z", "");
    HOLD("date-time", "2024-02-29T12:00:00Z", "2024-02-29t12:00:00.5+01:00",
         "2024-02-29 12:00:00-00:30");
    BREAK("date-time", "2024-02-29", "2024-02-29T12:00:00", "2024-02-29T12:00Z",
          "2024-02-29T24:00:00Z", "2024-02-29T12:00:00+0100");
    HOLD("uuid", "123e4567-e89b-12d3-a456-426614174000",
         "123E4567-E89B-12D3-A456-426614174000");
    BREAK("uuid", "", "123e4567e89b12d3a456426614174000",
          "123e4567-e89b-12d3-a456-42661417400g");
    HOLD("ipv4", "0.0.0.0", "255.255.255.255");
    BREAK("ipv4", "", "1.2.3", "1.2.3.256", "1.2.3.4.5", "01.2.3.4", "1.2.3.");
    HOLD("ipv6", "::", "::1", "1::", "fe80::1:2", "1:2:3:4:5:6:7:8",
         "::ffff:1.2.3.4", "1:2:3:4:5:6:1.2.3.4");
    BREAK("ipv6", "", ":", ":::", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9",
          "1::2::3", "12345::", "g::", "1:", "::1.2.3", "1:2:3:4:5:6:7:8::",
          "1:2:3:4:5:6:7:1.2.3.4");
    assert_true(ckp_format_known("ipv6"));
    assert_false(ckp_format_known("colour"));
    assert_true(ckp_format_holds("colour", "x"));
}


int
main(void)
{
    const struct CMUnitTest  tests[] = {
        cmocka_unit_test(test_types_are_checked),
        cmocka_unit_test(test_objects_are_checked_member_by_member),
        cmocka_unit_test(test_arrays_are_checked_element_by_element),
        cmocka_unit_test(test_bounds_are_inclusive_or_not),
        cmocka_unit_test(test_combinations_are_counted),
        cmocka_unit_test(test_references_are_local_and_bounded),
        cmocka_unit_test(test_a_recursive_schema_is_as_deep_as_values_are),
        cmocka_unit_test(test_each_keyword_has_two_sides),
        cmocka_unit_test(test_keywords_of_one_type_leave_the_others_alone),
        cmocka_unit_test(test_wrong_keywords_make_a_schema_wrong),
        cmocka_unit_test(test_a_schema_is_looked_at_without_a_value),
        cmocka_unit_test(test_formats_hold_for_what_they_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
