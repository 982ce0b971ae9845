/* SPDX-License-Identifier: MIT */
/*
 * Bytes as an Authorization field, and as the tokens in it: whatever is taken has to be what a
 * client would have written for it.
 */
#include "api/access.h"
#include "base/memory.h"
#include "base/text.h"
#include "core/sessions.h"
#include "fuzz/fuzz.h"

#include <string.h>

enum { ROOM = 1024 };

/* RFC 4648, with padding: the library only decodes this form. */
static void add_base64(struct mk_text *out, const char *bytes, size_t length)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < length; i += 3) {
        size_t left = length - i < 3 ? length - i : 3;
        uint32_t word = 0;
        for (size_t j = 0; j < 3; j++)
            word = word << 8 | (j < left ? (unsigned char)bytes[i + j] : 0U);
        for (size_t j = 0; j < 4; j++)
            mk_text_add_char(out, j <= left ? digits[word >> (18 - 6 * j) & 63] : '=');
    }
}

/* Written again, the credentials are read as the same ones. */
static void require_basic(const char *user, const char *password)
{
    char same_user[ROOM];
    char same_password[ROOM];
    struct mk_text pair = MK_TEXT(2 * ROOM);
    struct mk_text field = MK_TEXT(4 * ROOM);

    FUZZ_REQUIRE(strlen(user) < ROOM && strlen(password) < ROOM);
    FUZZ_REQUIRE(strchr(user, ':') == NULL);
    FUZZ_REQUIRE(mk_is_utf8(user, strlen(user)) && mk_is_utf8(password, strlen(password)));
    mk_text_print(&pair, "%s:%s", user, password);
    mk_text_add_literal(&field, "Basic ");
    add_base64(&field, pair.bytes, pair.length);
    FUZZ_REQUIRE(mk_basic_read(field.bytes, same_user, same_password, ROOM));
    FUZZ_REQUIRE(strcmp(user, same_user) == 0 && strcmp(password, same_password) == 0);
    mk_text_done(&pair);
    mk_text_done(&field);
}

/* A text and what is left of it stand in one block. */
static void require_bearer(const char *field, const char *token)
{
    FUZZ_REQUIRE(token > field && token <= field + strlen(field));
    FUZZ_REQUIRE(token[-1] == ' ' && token[0] != ' ');
}

static void read_tokens(const char *token)
{
    uint32_t handle = 0;
    char hex[9];

    if (mk_bearer_handle(token, &handle)) {
        FUZZ_REQUIRE(strlen(token) == MK_BEARER_SIZE - 1);
        snprintf(hex, sizeof(hex), "%08x", (unsigned)handle);
        FUZZ_REQUIRE(strncmp(token, hex, 8) == 0);
    }
    if (mk_session_token_handle(token, &handle)) {
        const char *last = strrchr(token, '.');
        FUZZ_REQUIRE(last != NULL && strchr(token, '.') != last && strlen(last + 1) == 48);
    }
}

/* Nothing is in there: every token is unknown. */
static void look_up(const char *token)
{
    const struct mk_bearers bearers = { 0 };
    const struct mk_bearer *bearer = NULL;

    FUZZ_REQUIRE(mk_bearers_find(&bearers, token, 0, 0, &bearer) == MK_UNAUTHORIZED);
    FUZZ_REQUIRE(bearer == NULL);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *field = mk_copy_bytes((const char *)data, size);
    char user[ROOM];
    char password[ROOM];

    const char *token = mk_bearer_read(field);
    bool is_basic = mk_basic_read(field, user, password, sizeof(user));
    FUZZ_REQUIRE(token == NULL || !is_basic);
    if (is_basic)
        require_basic(user, password);
    if (token != NULL)
        require_bearer(field, token);
    read_tokens(token != NULL ? token : field);
    look_up(token != NULL ? token : field);
    free(field);
    return 0;
}
