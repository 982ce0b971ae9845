/* SPDX-License-Identifier: MIT */
/* A shape with every case that json/mask.h has to tell apart, for its unit test and fuzz target. */
#ifndef MK_TESTS_MASK_SHAPE_H
#define MK_TESTS_MASK_SHAPE_H

#include "base/memory.h"
#include "json/shape.h"

/* clang-format off */
static const struct mk_field mask_inner_fields[] = {
    { .name = "open", .type = MK_STRING },
    { .name = "hidden", .type = MK_STRING, .is_secret = true },
};
static const struct mk_shape mask_inner = { .fields = mask_inner_fields,
                                            .count = MK_COUNT(mask_inner_fields) };
static const struct mk_field mask_object_item = { .type = MK_OBJECT, .shape = &mask_inner };
static const struct mk_field mask_text_item = { .type = MK_STRING };
static const struct mk_field mask_fields[] = {
    { .name = "text", .type = MK_STRING },
    { .name = "number", .type = MK_NUMBER },
    { .name = "flag", .type = MK_BOOLEAN },
    { .name = "secret", .type = MK_STRING, .is_secret = true },
    { .name = "object", .type = MK_OBJECT, .shape = &mask_inner },
    { .name = "secret_object", .type = MK_OBJECT, .shape = &mask_inner, .is_secret = true },
    { .name = "any", .type = MK_OBJECT },
    { .name = "texts", .type = MK_LIST, .item = &mask_text_item },
    { .name = "objects", .type = MK_LIST, .item = &mask_object_item },
    { .name = "anything", .type = MK_LIST },
};
/* clang-format on */
static const struct mk_shape mask_shape = { .fields = mask_fields, .count = MK_COUNT(mask_fields) };

#endif
