/* SPDX-License-Identifier: MIT */
/*
 * Bytes as a link and its institution: the writer of the link object has to give the bytes of the
 * view that defines it. The first bytes are numbers and flags, the rest are the texts, NUL-ended.
 */
#include "base/memory.h"
#include "base/text.h"
#include "core/history.h"
#include "fuzz/fuzz.h"
#include "support/link_writers.h"

/* Takes values off the front of the input; zeros and empty texts at its end. */
struct input {
    const uint8_t *bytes;
    size_t left;
};

static uint8_t take_byte(struct input *input)
{
    if (input->left == 0)
        return 0;
    input->left--;
    return *input->bytes++;
}

static uint64_t take_number(struct input *input, int size)
{
    uint64_t number = 0;

    while (size-- > 0)
        number = number << 8 | take_byte(input);
    return number;
}

/* Up to the next NUL; what is not UTF-8 never gets into a link, so an empty text stands for it. */
static char *take_text(struct input *input)
{
    size_t length = 0;

    while (length < input->left && input->bytes[length] != '\0')
        length++;
    bool is_fine = mk_is_utf8((const char *)input->bytes, length);
    char *text = mk_copy_bytes((const char *)input->bytes, is_fine ? length : 0);
    input->bytes += length;
    input->left -= length;
    take_byte(input);
    return text;
}

/* Times between the years 0 and 9999, all that a clock shows. */
static int64_t take_moment(struct input *input)
{
    const int64_t first = INT64_C(-62167219200) * MK_SECOND;
    const uint64_t span = UINT64_C(315569520000) * (uint64_t)MK_SECOND;

    return first + (int64_t)(take_number(input, 8) % span);
}

static void take_product(struct input *input, struct mk_link_product *product)
{
    uint8_t flags = take_byte(input);

    product->granted = flags & 1;
    product->required = flags & 2;
    product->require_permission = flags & 4;
    product->prefetch = flags & 8;
    product->refreshed = flags & 16 ? MK_NEVER_SECONDS : (int32_t)take_number(input, 3);
    product->failure = flags & 64 ? take_byte(input) % (MK_PRODUCT_ERROR_COUNT + 1) : 0;
    product->attempted = flags & 32 ? MK_NEVER_SECONDS : (int32_t)take_number(input, 3);
}

static void take_tags(struct input *input, struct mk_link *link, unsigned count)
{
    json_t *list = json_array();

    while (count-- > 0) {
        char *tag = take_text(input);
        json_array_append_new(list, json_string(tag));
        free(tag);
    }
    mk_link_set_tags(link, list);
    json_decref(list);
}

static void take_reasons(struct input *input, struct mk_link *link, unsigned which)
{
    for (unsigned i = 0; i < MK_PRODUCT_COUNT; i++) {
        if (!(which & 1U << i))
            continue;
        char *reason = take_text(input);
        mk_link_set_reason(link, (enum mk_product)i, reason);
        free(reason);
    }
}

static void take_link(struct input *input, struct mk_link *link)
{
    unsigned char uuid[16];

    for (size_t i = 0; i < sizeof(uuid); i++)
        uuid[i] = take_byte(input);
    mk_short_id(uuid, link->id);
    link->state = take_byte(input) % MK_STATE_COUNT;
    link->error = take_byte(input) % (MK_LINK_ERROR_COUNT + 1);
    link->created_at = take_moment(input);
    for (size_t i = 0; i < MK_PRODUCT_COUNT; i++)
        take_product(input, &link->products[i]);
    unsigned reasons = take_byte(input);
    unsigned shape = take_byte(input);
    if (shape & 128)
        link->webhook = take_text(input);
    if (shape & 64) { /* an imported link names its provider itself */
        mk_history_of(link)->is_imported = true;
        link->history->provider = take_byte(input) % MK_PROVIDER_COUNT;
    }
    take_tags(input, link, shape % 8);
    take_reasons(input, link, reasons);
}

static void free_link(struct mk_link *link)
{
    free(link->webhook);
    mk_tags_done(&link->tags);
    mk_history_free(link->history);
    for (size_t i = 0; link->reasons != NULL && i < MK_PRODUCT_COUNT; i++)
        free(link->reasons[i]);
    free(link->reasons);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct input input = { .bytes = data, .left = size };
    struct mk_link link = { .session = MK_NONE };
    enum mk_time_style style = take_byte(&input) & 1 ? MK_TIMES_UTC : MK_TIMES_SEED;
    struct mk_institution institution = {
        .provider = (enum mk_provider)(take_byte(&input) % MK_PROVIDER_COUNT),
        .products = take_byte(&input) % (1U << MK_PRODUCT_COUNT),
    };

    take_link(&input, &link);
    char *id = take_text(&input);
    char *name = take_text(&input);
    institution.id = id;
    institution.name = name;
    institution.avatar = take_text(&input);
    FUZZ_REQUIRE(link_is_written_alike(&link, &institution, style));
    free(id);
    free(name);
    free(institution.avatar);
    free_link(&link);
    return 0;
}
