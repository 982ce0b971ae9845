/* SPDX-License-Identifier: MIT */
#include "connect/words.h"

#include "base/memory.h"
#include "json/build.h"

#include <string.h>

/* Those that a session can ask for. */
static const struct mk_product_words product_words[MK_PRODUCT_COUNT] = {
    [MK_PRODUCT_ACCOUNT_NUMBERS] = { "Account numbers", "Account and routing numbers." },
    [MK_PRODUCT_IDENTITY] = { "Identity", "Names, addresses, phone numbers and e-mail addresses." },
    [MK_PRODUCT_TRANSACTIONS] = { "Transactions", "What comes in and goes out, up to 24 months." },
    [MK_PRODUCT_INVESTMENTS] = { "Investments", "Holdings and trades." },
};

static const char *const error_words[MK_LINK_ERROR_COUNT] = {
    [MK_LINK_ERROR_SYSTEM_ERROR] = "Something went wrong on our side. Please try again.",
    [MK_LINK_ERROR_PROVIDER_ERROR] = "We could not reach this bank. Please try again.",
    [MK_LINK_ERROR_INSTITUTION_ERROR] =
        "This bank has a problem at the moment. Please try again later.",
    [MK_LINK_ERROR_USER_ERROR] = "Your bank could not finish this. Please try again.",
    [MK_LINK_ERROR_AUTH_EXPIRED] = "Your login at the bank has expired. Please log in again.",
    [MK_LINK_ERROR_NO_ACCOUNTS] = "We found no account that can be shared.",
    [MK_LINK_ERROR_USER_SETUP_REQUIRED] =
        "Your bank wants you to finish setting up your online access there first.",
    [MK_LINK_ERROR_INVALID_CREDENTIALS] = "The username or password is wrong.",
    [MK_LINK_ERROR_USER_OAUTH_DENIED] = "You did not allow access at the bank.",
    [MK_LINK_ERROR_USER_INPUT_INCORRECT] = "That is not the right answer.",
    [MK_LINK_ERROR_INCOMPLETE] = "Your bank still waits for something from you.",
};

static const struct {
    const char *id;
    const char *label;
} devices[] = {
    { "sms", "Text message to ••• 0142" },
    { "email", "E-mail to u•••@example.com" },
    { "phone", "Phone call to ••• 0142" },
};

const char mk_security_question[] = "What was the name of your first pet?";

const struct mk_product_words *mk_product_words(enum mk_product product)
{
    return &product_words[product];
}

const char *mk_link_error_words(enum mk_link_error error)
{
    return error_words[error];
}

json_t *mk_devices_view(void)
{
    json_t *list = json_array();

    for (size_t i = 0; i < MK_COUNT(devices); i++)
        mk_json_append(&list,
                       json_pack("{s:s, s:s}", "id", devices[i].id, "label", devices[i].label));
    return list;
}

bool mk_device_is_known(const char *id)
{
    for (size_t i = 0; i < MK_COUNT(devices); i++) {
        if (strcmp(devices[i].id, id) == 0)
            return true;
    }
    return false;
}
