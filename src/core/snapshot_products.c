/* SPDX-License-Identifier: MIT */
/* The products of a link in a snapshot, by name; those of which there is nothing to say are out. */
#include "core/snapshot_private.h"

#include <stdlib.h>

/* A struct mk_link_product without bit-fields, which have no offset, and its reason. */
struct product {
    int32_t refreshed;
    int32_t attempted;
    uint8_t failure; /* enum mk_product_error */
    bool granted;
    bool required;
    bool require_permission;
    bool prefetch;
    char *reason;
};

/* Most products were fetched when they were last tried: a time that is the same is left out. */
static void save_attempted(struct mk_saver *saver, const void *record)
{
    const struct product *product = record;

    if (product->attempted == product->refreshed)
        return;
    mk_save_key(saver, "attempted");
    mk_save_integer(saver, product->attempted);
}

static bool load_attempted(struct mk_loader *loader, const json_t *value,
                           const struct mk_place *place, void *record)
{
    struct product *product = record;
    int64_t seconds = product->refreshed;

    if (value != NULL && !mk_load_integer(loader, value, place, 0, INT32_MAX, &seconds))
        return false;
    product->attempted = (int32_t)seconds;
    return true;
}

/* clang-format off */
static const struct mk_row product_rows[] = {
    { .key = "granted", .kind = MK_CELL_BOOL, MK_CELL_AT(product, granted) },
    { .key = "required", .kind = MK_CELL_BOOL, MK_CELL_AT(product, required) },
    { .key = "require_permission", .kind = MK_CELL_BOOL,
      MK_CELL_AT(product, require_permission) },
    { .key = "prefetch", .kind = MK_CELL_BOOL, MK_CELL_AT(product, prefetch) },
    { .key = "refreshed", .kind = MK_CELL_SECONDS, MK_CELL_AT(product, refreshed) },
    { .key = "attempted", .kind = MK_CELL_OWN, MK_CELL_AT(product, attempted),
      .save = save_attempted, .load = load_attempted }, /* after `refreshed` */
    { .key = "failure", .kind = MK_CELL_CHOICE, MK_CELL_AT(product, failure),
      .names = mk_product_error_names },
    { .key = "reason", .kind = MK_CELL_TEXT, MK_CELL_AT(product, reason) },
};
static const struct mk_part product_part = MK_PART(product, product_rows);
/* clang-format on */

static struct product product_of(const struct mk_link *link, unsigned index)
{
    const struct mk_link_product *product = &link->products[index];

    return (struct product){ .refreshed = product->refreshed,
                             .attempted = product->attempted,
                             .failure =
                                 (uint8_t)mk_link_product_error(link, (enum mk_product)index),
                             .granted = product->granted,
                             .required = product->required,
                             .require_permission = product->require_permission,
                             .prefetch = product->prefetch,
                             .reason = (char *)mk_link_reason(link, (enum mk_product)index) };
}

static void set_product(struct mk_link *link, unsigned index, const struct product *product)
{
    bool has_failed = product->failure != MK_PRODUCT_ERROR_NONE;

    link->products[index] =
        (struct mk_link_product){ .refreshed = product->refreshed,
                                  .attempted = product->attempted,
                                  .failure = has_failed ? (uint8_t)(1 + product->failure) : 0,
                                  .granted = product->granted,
                                  .required = product->required,
                                  .require_permission = product->require_permission,
                                  .prefetch = product->prefetch };
    mk_link_set_reason(link, (enum mk_product)index, product->reason);
}

static bool says_nothing(const struct product *product)
{
    return product->refreshed == MK_NEVER_SECONDS && product->attempted == MK_NEVER_SECONDS &&
           product->failure == MK_PRODUCT_ERROR_NONE && !product->granted && !product->required &&
           !product->require_permission && !product->prefetch && product->reason == NULL;
}

void mk_save_products(struct mk_saver *saver, const void *record)
{
    mk_save_key(saver, "products");
    mk_save_open(saver, '{');
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        const struct product product = product_of(record, i);
        if (says_nothing(&product))
            continue;
        mk_save_key(saver, mk_product_names[i]);
        mk_save_part(saver, &product_part, &product);
    }
    mk_save_close(saver, '}');
}

static bool load_product(struct mk_loader *loader, const json_t *value,
                         const struct mk_place *place, struct mk_link *link)
{
    int index = mk_term_find(mk_product_names, place->key);
    struct product product = { .reason = NULL };

    if (index < 0)
        return mk_load_strange_key(loader, place->parent, place->key);
    bool is_fine = mk_load_part(loader, &product_part, value, place, &product);
    if (is_fine && product.refreshed != MK_NEVER_SECONDS && !product.granted)
        is_fine = mk_load_refuse(loader, place, "What was fetched was granted");
    if (is_fine)
        set_product(link, (unsigned)index, &product);
    free(product.reason);
    return is_fine;
}

bool mk_load_products(struct mk_loader *loader, const json_t *value, const struct mk_place *place,
                      void *record)
{
    struct mk_link *link = record;
    const char *key;
    json_t *item;

    if (!json_is_object(value))
        return mk_load_fail(loader, place, MK_ISSUE_OBJECT_TYPE, NULL, 0);
    for (size_t i = 0; i < MK_PRODUCT_COUNT; i++)
        link->products[i].refreshed = link->products[i].attempted = MK_NEVER_SECONDS;
    json_object_foreach((json_t *)value, key, item) {
        const struct mk_place own = { .parent = place, .key = key };
        if (!load_product(loader, item, &own, link))
            return false;
    }
    return true;
}
