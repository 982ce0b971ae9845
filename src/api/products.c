/* SPDX-License-Identifier: MIT */
/* Products: POST /links/{id}/products. */
#include "core/products.h"
#include "api/handlers.h"
#include "api/link_call.h"

static const struct mk_field product_item = { .type = MK_STRING,
                                              .choices = mk_product_names,
                                              .choices_name = "Product" };

static const struct mk_field refresh_fields[] = {
    { .name = "products", .type = MK_LIST, .required = true, .item = &product_item },
};
const struct mk_shape mk_refresh_body = MK_SHAPE("RefreshProductsRequest", refresh_fields);

static unsigned read_products(const json_t *names)
{
    size_t index;
    json_t *item;
    unsigned products = 0;

    json_array_foreach((json_t *)names, index, item)
        products |= 1U << mk_term_find(mk_product_names, json_string_value(item));
    return products;
}

enum mk_err mk_refresh_products(const struct mk_call *call, struct mk_reply *reply)
{
    unsigned products = read_products(json_object_get(call->body, "products"));
    struct mk_link *link;

    MK_TRY(mk_call_link(call, reply, &link));
    MK_TRY(mk_products_refresh(call->world, link, products, &reply->problem));
    return mk_reply_link(call, reply, 202, link);
}
