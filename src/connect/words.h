/* SPDX-License-Identifier: MIT */
/*
 * What Connect's pages say of products, errors and challenges. All of it is ours.
 */
#ifndef MK_CONNECT_WORDS_H
#define MK_CONNECT_WORDS_H

#include "core/terms.h"

#include <jansson.h>
#include <stdbool.h>

struct mk_product_words {
    const char *title;
    const char *detail;
};

const struct mk_product_words *mk_product_words(enum mk_product product);

/* For a person, without blame and without codes. */
const char *mk_link_error_words(enum mk_link_error error);

/* Where a one-time code may be sent to; new reference, NULL without memory. */
json_t *mk_devices_view(void);

/* Whether there is such a device. */
bool mk_device_is_known(const char *id);

extern const char mk_security_question[];

#endif
