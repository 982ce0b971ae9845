/* SPDX-License-Identifier: MIT */
/* The schema renderer of tests/support, which the parity test of openapi.json rests on. */
#include "support/schema.h"

#include "base/memory.h"
#include "json/build.h"
#include "support/rich_shape.h"
#include "unit/suites.h"

#include <stdio.h>

/* clang-format off */
static const struct {
    const char *field;
    const char *schema;
} rows[] = {
    { "id", "{'type':'string','minLength':1,'maxLength':5}" },
    { "count", "{'type':'integer','minimum':1,'maximum':500}" },
    { "offset", "{'type':['integer','null'],'minimum':-5,'maximum':5}" },
    { "floor", "{'type':'integer','minimum':10}" },
    { "amount", "{'type':'number','minimum':-1,'maximum':100}" },
    { "free", "{'type':'number'}" },
    { "flag", "{'type':['boolean','null']}" },
    { "colour", "{'$ref':'#/components/schemas/Colour'}" },
    { "shade", "{'type':['string','null'],'enum':['red','green','blue',null]}" },
    { "born", "{'type':'string','format':'date'}" },
    { "seen", "{'type':['string','null'],'format':'date-time'}" },
    { "site", "{'type':'string','format':'uri','maxLength':60}" },
    { "code", "{'type':'string','pattern':'^[0-9]*$'}" },
    { "routing", "{'type':'string','deprecated':true}" },
    { "email", "{'anyOf':[{'$ref':'#/components/schemas/Email'},{'type':'null'}]}" },
    { "plain", "{'type':['object','null'],'properties':{'note':{'type':['string','null']}}}" },
    { "anything", "{'type':'object'}" },
    { "emails", "{'type':'array','minItems':1,'maxItems':3,"
                "'items':{'$ref':'#/components/schemas/Email'}}" },
    { "colours", "{'type':['array','null'],'items':{'$ref':'#/components/schemas/Colour'}}" },
    { "grid", "{'type':'array','items':{'type':'array','maxItems':3,"
              "'items':{'type':['integer','null'],'minimum':0,'maximum':9}}}" },
    { "mixed", "{'type':'array'}" },
    { "day", "{'$ref':'#/components/schemas/ModelDate'}" },
    { "holiday", "{'anyOf':[{'$ref':'#/components/schemas/ModelDate'},{'type':'null'}]}" },
    { "price", "{'type':['string','null'],"
               "'pattern':'^[+-]?[0-9]{1,13}(\\\\.[0-9]{1,2})?$'}" },
};

static const struct {
    const char *field;
    const char *schema;
} form_rows[] = {
    { "name", "{'type':'string'}" },
    { "page", "{'type':'integer','minimum':1,'default':1}" },
    { "size", "{'type':'integer','minimum':1,'maximum':500,'default':50}" },
    { "ratio", "{'type':'number'}" },
    { "featured", "{'type':'boolean','default':false}" },
    { "since", "{'type':'string','format':'date'}" },
    { "colours", "{'type':'array','items':{'$ref':'#/components/schemas/Colour'}}" },
    { "ids", "{'type':'array','maxItems':10,'items':{'type':'string'}}" },
    { "numbers", "{'type':'array','items':{'type':'integer'},'default':[1,2]}" },
    { "loose", "{'type':'array'}" },
};
/* clang-format on */

_Static_assert(MK_COUNT(rows) == MK_COUNT(rich_body_fields), "every row has its schema here");
_Static_assert(MK_COUNT(form_rows) == MK_COUNT(rich_form_fields), "and so has every form row");

/* JSON with single quotes, compared with value. */
static void expect(const json_t *value, const char *expected)
{
    char text[1000];
    struct mk_text found = MK_TEXT(10000);

    snprintf(text, sizeof text, "%s", expected);
    for (char *quote = strchr(text, '\''); quote != NULL; quote = strchr(quote, '\''))
        *quote = '"';
    json_t *wanted = json_loads(text, 0, NULL);
    ck_assert_msg(wanted != NULL, "not JSON: %s", expected);
    mk_json_dump(value, &found);
    ck_assert_msg(json_equal(value, wanted), "%s is not %s", found.bytes, text);
    mk_text_done(&found);
    json_decref(wanted);
}

START_TEST(schema__field)
{
    const struct mk_field *field = &rich_body.fields[_i];
    json_t *schema = mk_field_schema(field);

    ck_assert_str_eq(field->name, rows[_i].field);
    expect(schema, rows[_i].schema);
    json_decref(schema);
}
END_TEST

START_TEST(schema__form_field)
{
    const struct mk_field *field = &rich_form.fields[_i];
    json_t *schema = mk_field_schema(field);

    ck_assert_str_eq(field->name, form_rows[_i].field);
    expect(schema, form_rows[_i].schema);
    json_decref(schema);
}
END_TEST

START_TEST(schema__shape)
{
    json_t *schema = mk_shape_schema(&rich_email);

    expect(schema, "{'type':'object','required':['address'],'properties':{"
                   "'address':{'type':'string','minLength':3,'maxLength':10},"
                   "'primary':{'type':'boolean'}}}");
    json_decref(schema);
    schema = mk_shape_schema(&rich_plain);
    ck_assert_ptr_null(json_object_get(schema, "required"));
    json_decref(schema);
}
END_TEST

START_TEST(schema__components)
{
    json_t *components = json_object();

    mk_shape_components(&rich_body, components);
    ck_assert_uint_eq(json_object_size(components), 4);
    ck_assert_ptr_nonnull(json_object_get(components, "Rich"));
    expect(json_object_get(components, "Colour"),
           "{'type':'string','enum':['red','green','blue']}");
    expect(json_object_get(components, "ModelDate"), "{'anyOf':[{'type':'string','format':'date'},"
                                                     "{'type':'string','format':'date-time'}]}");
    json_t *email = mk_shape_schema(&rich_email);
    ck_assert(json_equal(json_object_get(components, "Email"), email));
    json_decref(email);
    json_decref(components);
}
END_TEST

Suite *schema_suite(void)
{
    Suite *suite = suite_create("schema");
    TCase *all = tcase_create("all");

    tcase_add_loop_test(all, schema__field, 0, MK_COUNT(rows));
    tcase_add_loop_test(all, schema__form_field, 0, MK_COUNT(form_rows));
    tcase_add_test(all, schema__shape);
    tcase_add_test(all, schema__components);
    suite_add_tcase(suite, all);
    return suite;
}
