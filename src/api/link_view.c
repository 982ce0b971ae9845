/* SPDX-License-Identifier: MIT */
/*
 * The link object, twice: first as a jansson tree, which is the definition, then written straight
 * to text for the replies that everybody asks for. Whoever changes one changes the other;
 * api/views.h says what holds them together.
 */
#include "api/views.h"

#include "core/products.h"
#include "json/build.h"

#include <string.h>

static json_t *settings_view(const struct mk_link *link, enum mk_product product)
{
    const struct mk_link_product *entry = &link->products[product];

    return json_pack("{s:b, s:b, s:b, s:s?}", "required", entry->required, "require_permission",
                     entry->require_permission, "prefetch", entry->prefetch, "reason",
                     mk_link_reason(link, product));
}

/* The seed page leaves `settings` of accounts out; parsers of transactions want has_history. */
static json_t *product_view(const struct mk_link *link, enum mk_product product,
                            enum mk_time_style style)
{
    enum mk_product_error error = mk_link_product_error(link, product);
    json_t *entry =
        json_pack("{s:o, s:o, s:s?, s:s?, s:s?}", "refreshed_at",
                  mk_time_view(mk_link_refreshed_at(link, product), style), "last_attempted_at",
                  mk_time_view(mk_link_attempted_at(link, product), style), "error_code",
                  mk_product_error_names[error], "error_message", mk_product_error_message(error),
                  "unavailable", mk_link_unavailable(link));
    int failed = entry == NULL;

    if (product != MK_PRODUCT_ACCOUNTS)
        failed |= json_object_set_new(entry, "settings", settings_view(link, product));
    if (product == MK_PRODUCT_TRANSACTIONS)
        failed |= json_object_set_new(entry, "has_history", json_true());
    if (!failed)
        return entry;
    json_decref(entry);
    return NULL;
}

static json_t *products_view(const struct mk_link *link, enum mk_time_style style)
{
    json_t *products = json_object();

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (!link->products[i].granted)
            continue;
        json_t *entry = product_view(link, (enum mk_product)i, style);
        if (json_object_set_new(products, mk_product_names[i], entry) != 0) {
            json_decref(products);
            return NULL;
        }
    }
    return products;
}

static json_t *available_view(unsigned available)
{
    json_t *list = json_array();

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (available & 1U << i)
            mk_json_append(&list, json_string(mk_product_names[i]));
    }
    return list;
}

static json_t *tags_view(const struct mk_tags *tags)
{
    json_t *list = json_array();
    const char *tag = tags->text;

    for (uint32_t i = 0; i < tags->count; i++) {
        mk_json_append(&list, json_string(tag));
        tag += strlen(tag) + 1;
    }
    return list;
}

static const char *error_name(const struct mk_link *link)
{
    return mk_link_error_names[link->error]; /* NULL for MK_LINK_ERROR_NONE */
}

json_t *mk_link_view(const struct mk_link *link, const struct mk_institution *institution,
                     enum mk_time_style style)
{
    char id[MK_LINK_ID_SIZE];

    mk_link_id_write(link, id);
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s?, s:o, s:o, s:o, s:s?, s:o, s:o}",
                     "link_id", id, "institution_id", institution->id, "institution_name",
                     institution->name, "institution_avatar", institution->avatar, "provider",
                     mk_provider_names[mk_link_provider(link, institution)], "state",
                     mk_link_state_names[link->state], "error_code", error_name(link),
                     "last_synced_at", mk_time_view(mk_link_synced_at(link), style), "tags",
                     tags_view(&link->tags), "link_tags", tags_view(&link->tags), "webhook",
                     link->webhook, "products", products_view(link, style), "available_products",
                     available_view(mk_link_available_products(link, institution)));
}

json_t *mk_exchange_view(const struct mk_link *link, const struct mk_institution *institution,
                         enum mk_time_style style)
{
    char id[MK_LINK_ID_SIZE];

    mk_link_id_write(link, id);
    return json_pack("{s:s, s:o}", "link_id", id, "link", mk_link_view(link, institution, style));
}

/* Most links fit, so that their text is allocated once. */
enum { USUAL_SIZE = 2048 };

/* Adds `,"name":` or, at the start of an object, `"name":`. */
#define KEY(out, name) mk_text_add_literal((out), ",\"" name "\":")
#define FIRST_KEY(out, name) mk_text_add_literal((out), "\"" name "\":")

static void write_text(struct mk_text *out, const char *text)
{
    if (text == NULL)
        mk_text_add_literal(out, "null");
    else
        mk_write_string(out, text, strlen(text));
}

/* One of our own words, which never needs an escape. */
static void write_word(struct mk_text *out, const char *word)
{
    mk_text_add_char(out, '"');
    mk_text_add_text(out, word);
    mk_text_add_char(out, '"');
}

static void write_boolean(struct mk_text *out, bool value)
{
    mk_text_add_text(out, value ? "true" : "false");
}

/* Times are mostly the same within a link, so the last one written is kept. */
struct written_time {
    int64_t moment;
    int length;
    char text[MK_TIME_SIZE];
    enum mk_time_style style;
};

static void write_time(struct mk_text *out, int64_t moment, struct written_time *last)
{
    if (moment == MK_NEVER) {
        mk_text_add_literal(out, "null");
        return;
    }
    if (last->moment != moment) {
        last->moment = moment;
        last->length = mk_time_write(last->text, moment, last->style);
    }
    mk_text_add_char(out, '"');
    mk_text_add(out, last->text, (size_t)last->length);
    mk_text_add_char(out, '"');
}

static void write_settings(struct mk_text *out, const struct mk_link *link, enum mk_product product)
{
    const struct mk_link_product *entry = &link->products[product];

    KEY(out, "settings");
    mk_text_add_char(out, '{');
    FIRST_KEY(out, "required");
    write_boolean(out, entry->required);
    KEY(out, "require_permission");
    write_boolean(out, entry->require_permission);
    KEY(out, "prefetch");
    write_boolean(out, entry->prefetch);
    KEY(out, "reason");
    write_text(out, mk_link_reason(link, product));
    mk_text_add_char(out, '}');
}

/* What is wrong with a product; mostly nothing is. */
static void write_trouble(struct mk_text *out, const struct mk_link *link, enum mk_product product)
{
    enum mk_product_error error = mk_link_product_error(link, product);
    const char *unavailable = mk_link_unavailable(link);

    if (error == MK_PRODUCT_ERROR_NONE && unavailable == NULL) {
        mk_text_add_literal(out,
                            ",\"error_code\":null,\"error_message\":null,\"unavailable\":null");
        return;
    }
    KEY(out, "error_code");
    write_text(out, mk_product_error_names[error]);
    KEY(out, "error_message");
    write_text(out, mk_product_error_message(error));
    KEY(out, "unavailable");
    write_text(out, unavailable);
}

static void write_product(struct mk_text *out, const struct mk_link *link, enum mk_product product,
                          struct written_time *last)
{
    mk_text_add_char(out, '{');
    FIRST_KEY(out, "refreshed_at");
    write_time(out, mk_link_refreshed_at(link, product), last);
    KEY(out, "last_attempted_at");
    write_time(out, mk_link_attempted_at(link, product), last);
    write_trouble(out, link, product);
    if (product != MK_PRODUCT_ACCOUNTS)
        write_settings(out, link, product);
    if (product == MK_PRODUCT_TRANSACTIONS)
        mk_text_add_literal(out, ",\"has_history\":true");
    mk_text_add_char(out, '}');
}

static void write_products(struct mk_text *out, const struct mk_link *link,
                           struct written_time *last)
{
    char separator = '{';

    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (!link->products[i].granted)
            continue;
        mk_text_add_char(out, separator);
        write_word(out, mk_product_names[i]);
        mk_text_add_char(out, ':');
        write_product(out, link, (enum mk_product)i, last);
        separator = ',';
    }
    if (separator == '{')
        mk_text_add_char(out, '{');
    mk_text_add_char(out, '}');
}

static void write_available(struct mk_text *out, unsigned available)
{
    const char *separator = "";

    mk_text_add_char(out, '[');
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (!(available & 1U << i))
            continue;
        mk_text_add_text(out, separator);
        write_word(out, mk_product_names[i]);
        separator = ",";
    }
    mk_text_add_char(out, ']');
}

static void write_tags(struct mk_text *out, const struct mk_tags *tags)
{
    const char *tag = tags->text;

    mk_text_add_char(out, '[');
    for (uint32_t i = 0; i < tags->count; i++) {
        size_t length = strlen(tag);
        if (i > 0)
            mk_text_add_char(out, ',');
        mk_write_string(out, tag, length);
        tag += length + 1;
    }
    mk_text_add_char(out, ']');
}

void mk_link_write(const struct mk_link *link, const struct mk_institution *institution,
                   enum mk_time_style style, struct mk_text *out)
{
    struct written_time last = { .moment = MK_NEVER, .style = style };
    char id[MK_LINK_ID_SIZE];

    mk_link_id_write(link, id);
    mk_text_reserve(out, USUAL_SIZE);
    mk_text_add_char(out, '{');
    FIRST_KEY(out, "link_id");
    write_word(out, id);
    KEY(out, "institution_id");
    write_text(out, institution->id);
    KEY(out, "institution_name");
    write_text(out, institution->name);
    KEY(out, "institution_avatar");
    write_text(out, institution->avatar);
    KEY(out, "provider");
    write_word(out, mk_provider_names[mk_link_provider(link, institution)]);
    KEY(out, "state");
    write_word(out, mk_link_state_names[link->state]);
    KEY(out, "error_code");
    write_text(out, error_name(link));
    KEY(out, "last_synced_at");
    write_time(out, mk_link_synced_at(link), &last);
    KEY(out, "tags");
    write_tags(out, &link->tags);
    KEY(out, "link_tags");
    write_tags(out, &link->tags);
    KEY(out, "webhook");
    write_text(out, link->webhook);
    KEY(out, "products");
    write_products(out, link, &last);
    KEY(out, "available_products");
    write_available(out, mk_link_available_products(link, institution));
    mk_text_add_char(out, '}');
}

void mk_exchange_write(const struct mk_link *link, const struct mk_institution *institution,
                       enum mk_time_style style, struct mk_text *out)
{
    char id[MK_LINK_ID_SIZE];

    mk_link_id_write(link, id);
    mk_text_reserve(out, USUAL_SIZE);
    mk_text_add_char(out, '{');
    FIRST_KEY(out, "link_id");
    write_word(out, id);
    KEY(out, "link");
    mk_link_write(link, institution, style, out);
    mk_text_add_char(out, '}');
}
