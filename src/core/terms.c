/* SPDX-License-Identifier: MIT */
#include "core/terms.h"

#include <stddef.h>
#include <string.h>

#define X(name, text) text,
const char *const mk_product_names[] = { MK_PRODUCTS(X) NULL };
const char *const mk_provider_names[] = { MK_PROVIDERS(X) NULL };
const char *const mk_country_names[] = { MK_COUNTRIES(X) NULL };
const char *const mk_link_state_names[] = { MK_LINK_STATES(X) NULL };
const char *const mk_link_error_names[] = { MK_LINK_ERRORS(X) NULL };
const char *const mk_product_error_names[] = { MK_PRODUCT_ERRORS(X) NULL };
const char *const mk_product_state_names[] = { MK_PRODUCT_STATES(X) NULL };
const char *const mk_notice_names[] = { MK_NOTICES(X) NULL };
const char *const mk_test_event_names[] = { MK_TEST_EVENTS(X) NULL };
const char *const mk_transaction_type_names[] = { MK_TRANSACTION_TYPES(X) NULL };
const char *const mk_feature_names[] = { MK_FEATURES(X) NULL };
const char *const mk_search_group_names[] = { MK_SEARCH_GROUPS(X) NULL };
const char *const mk_phone_type_names[] = { MK_PHONE_TYPES(X) NULL };
#undef X
const char *const mk_rate_limit_names[] = { "off", "documented", NULL };

int mk_term_find(const char *const *names, const char *text)
{
    for (int i = 0; text != NULL && names[i] != NULL; i++) {
        if (strcmp(names[i], text) == 0)
            return i;
    }
    return -1;
}
