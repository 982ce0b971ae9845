/* SPDX-License-Identifier: MIT */
/* PATCH /sandbox/links/{id}: a link in any state or error, its products in any state. Ours. */
#include "api/handlers.h"
#include "api/link_call.h"
#include "core/link_states.h"
#include "core/products.h"

/* clang-format off */
static const struct mk_field product_fields[] = {
    { .name = "state", .type = MK_STRING, .nullable = true, .choices = mk_product_state_names,
      .choices_name = "SandboxProductState" },
    { .name = "error_code", .type = MK_STRING, .nullable = true, .choices = mk_product_error_names,
      .choices_name = "LinkProductError" },
};
static const struct mk_shape product = MK_SHAPE("SandboxUpdateProduct", product_fields);

#define PRODUCT(word) { .name = word, .type = MK_OBJECT, .nullable = true, .shape = &product }
#define X(upper, word) PRODUCT(word),
static const struct mk_field products_fields[] = { MK_PRODUCTS(X) };
#undef X
static const struct mk_shape products = MK_SHAPE("SandboxUpdateProducts", products_fields);

static const struct mk_field link_fields[] = {
    { .name = "state", .type = MK_STRING, .nullable = true, .choices = mk_link_state_names,
      .choices_name = "PublicLinkState" },
    { .name = "error_code", .type = MK_STRING, .nullable = true, .choices = mk_link_error_names,
      .choices_name = "PublicLinkError" },
    { .name = "products", .type = MK_OBJECT, .nullable = true, .shape = &products },
};
/* clang-format on */
const struct mk_shape mk_sandbox_link_body = MK_SHAPE("SandboxUpdateLinkRequest", link_fields);

/* The position of an optional word; the table's end when it is not said. */
static int word_of(const json_t *object, const char *key, const char *const *names, int none)
{
    int found = mk_term_find(names, mk_get_text(object, key));

    return found < 0 ? none : found;
}

/* A code alone means a failure. */
static struct mk_product_wish read_product(const json_t *body)
{
    int error = word_of(body, "error_code", mk_product_error_names, MK_PRODUCT_ERROR_NONE);
    int none = error == MK_PRODUCT_ERROR_NONE ? MK_PRODUCT_STATE_COUNT : MK_PRODUCT_STATE_FAILED;

    return (struct mk_product_wish){
        .state = (enum mk_product_state)word_of(body, "state", mk_product_state_names, none),
        .error = (enum mk_product_error)error,
    };
}

static struct mk_link_wish read_wish(const json_t *body)
{
    const json_t *named = json_object_get(body, "products");
    struct mk_link_wish wish = {
        .state = word_of(body, "state", mk_link_state_names, -1),
        .error = (enum mk_link_error)word_of(body, "error_code", mk_link_error_names,
                                             MK_LINK_ERROR_NONE),
    };

    for (size_t i = 0; i < MK_PRODUCT_COUNT; i++)
        wish.products[i] = read_product(json_object_get(named, mk_product_names[i]));
    return wish;
}

enum mk_err mk_sandbox_update_link(const struct mk_call *call, struct mk_reply *reply)
{
    struct mk_link *link = mk_links_find(&call->world->links, call->path[0], call->now);
    const struct mk_link_wish wish = read_wish(call->body);

    if (link == NULL)
        return MK_LINK_NOT_FOUND;
    mk_products_settle(call->world, link);
    MK_TRY(mk_link_put(call->world, link, &wish, &reply->issues, &reply->problem));
    return mk_reply_link(call, reply, 200, link);
}
