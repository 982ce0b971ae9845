/* SPDX-License-Identifier: MIT */
/*
 * What an id holds before it is encrypted, numbers with the highest byte first, the rest zeros:
 *
 *     account      kind number(4)
 *     transaction  kind fetch(2) ordinal(4) day(4) source(2) account(1)
 *     investment   kind source(4) day(4)
 *     cursor       kind batch(4) offset(4)
 *
 * Readers write again what they have read: one text stands for each thing, and everything else,
 * zeros that are none among it, is nobody's id.
 */
#include "core/ids.h"

#include "base/random.h"

#include <string.h>

enum kind { KIND_ACCOUNT = 1, KIND_TRANSACTION, KIND_INVESTMENT, KIND_CURSOR };

enum { BLOCK = AES_BLOCK_SIZE, PREFIX_LENGTH = 4 };

/* One block, and as much of a second as 40 characters have room for. */
enum { CURSOR_BYTES = 30 };

void mk_id_key_init(struct mk_id_key *key, uint64_t world_seed, const struct mk_link *link)
{
    char label[sizeof("ids of ") + MK_LINK_ID_SIZE] = "ids of ";
    uint8_t bytes[AES128_KEY_SIZE];
    struct mk_random random;

    mk_link_id_write(link, label + strlen(label));
    mk_random_seeded(&random, world_seed, label);
    mk_random_fill(&random, bytes, sizeof(bytes));
    aes128_set_encrypt_key(&key->encrypt, bytes);
    aes128_invert_key(&key->decrypt, &key->encrypt);
}

/* Writes a number and returns where the next one goes. */
static uint8_t *put(uint8_t *out, uint32_t number, int size)
{
    for (int i = 0; i < size; i++)
        out[i] = (uint8_t)(number >> (8 * (size - 1 - i)));
    return out + size;
}

/* Reads a number and moves on. */
static uint32_t take(const uint8_t **bytes, int size)
{
    uint32_t number = 0;

    while (size-- > 0)
        number = number << 8 | *(*bytes)++;
    return number;
}

static void write_id(const struct mk_id_key *key, const char *prefix, const uint8_t block[BLOCK],
                     char out[MK_DATA_ID_SIZE])
{
    uint8_t secret[BLOCK];

    aes128_encrypt(&key->encrypt, BLOCK, secret, block);
    memcpy(out, prefix, PREFIX_LENGTH);
    mk_short_id(secret, out + PREFIX_LENGTH);
    out[MK_DATA_ID_SIZE - 1] = '\0';
}

static bool read_id(const struct mk_id_key *key, const char *prefix, const char *id,
                    uint8_t block[BLOCK])
{
    uint8_t secret[BLOCK];

    if (strncmp(id, prefix, PREFIX_LENGTH) != 0 || !mk_short_id_read(id + PREFIX_LENGTH, secret))
        return false;
    aes128_decrypt(&key->decrypt, BLOCK, block, secret);
    return true;
}

void mk_account_id_write(const struct mk_id_key *key, uint32_t number, char out[MK_DATA_ID_SIZE])
{
    uint8_t block[BLOCK] = { KIND_ACCOUNT };

    put(block + 1, number, 4);
    write_id(key, "acc_", block, out);
}

bool mk_account_id_read(const struct mk_id_key *key, const char *id, uint32_t *ret)
{
    char again[MK_DATA_ID_SIZE];
    uint8_t block[BLOCK];
    const uint8_t *next = block + 1;

    if (!read_id(key, "acc_", id, block))
        return false;
    *ret = take(&next, 4);
    mk_account_id_write(key, *ret, again);
    return strcmp(again, id) == 0;
}

void mk_transaction_id_write(const struct mk_id_key *key,
                             const struct mk_transaction_key *transaction,
                             char out[MK_DATA_ID_SIZE])
{
    uint8_t block[BLOCK] = { KIND_TRANSACTION };
    uint8_t *next = put(block + 1, transaction->fetch, 2);

    next = put(next, transaction->ordinal, 4);
    next = put(next, (uint32_t)transaction->day, 4);
    next = put(next, transaction->source, 2);
    put(next, transaction->account, 1);
    write_id(key, "txn_", block, out);
}

bool mk_transaction_id_read(const struct mk_id_key *key, const char *id,
                            struct mk_transaction_key *ret)
{
    char again[MK_DATA_ID_SIZE];
    uint8_t block[BLOCK];
    const uint8_t *next = block + 1;

    if (!read_id(key, "txn_", id, block))
        return false;
    ret->fetch = take(&next, 2);
    ret->ordinal = take(&next, 4);
    ret->day = (int32_t)take(&next, 4);
    ret->source = (uint16_t)take(&next, 2);
    ret->account = (uint8_t)take(&next, 1);
    mk_transaction_id_write(key, ret, again);
    return strcmp(again, id) == 0;
}

void mk_investment_id_write(const struct mk_id_key *key, uint32_t source, int32_t day,
                            char out[MK_DATA_ID_SIZE])
{
    uint8_t block[BLOCK] = { KIND_INVESTMENT };

    put(put(block + 1, source, 4), (uint32_t)day, 4);
    write_id(key, "itx_", block, out);
}

void mk_cursor_write(const struct mk_id_key *key, const struct mk_cursor *cursor,
                     char out[MK_CURSOR_SIZE])
{
    struct mk_text text = MK_TEXT(2 * MK_CURSOR_SIZE);
    uint8_t block[BLOCK] = { KIND_CURSOR };
    uint8_t secret[2 * BLOCK];

    put(put(block + 1, cursor->batch, 4), cursor->offset, 4);
    aes128_encrypt(&key->encrypt, BLOCK, secret, block);
    aes128_encrypt(&key->encrypt, BLOCK, secret + BLOCK, secret);
    mk_text_add_base64url(&text, secret, CURSOR_BYTES);
    mk_copy_into(out, MK_CURSOR_SIZE, text.bytes);
    mk_text_done(&text);
}

bool mk_cursor_read(const struct mk_id_key *key, const char *text, struct mk_cursor *ret)
{
    char again[MK_CURSOR_SIZE];
    uint8_t secret[2 * BLOCK];
    uint8_t block[BLOCK];
    const uint8_t *next = block + 1;

    if (mk_base64_decode(text, strlen(text), true, secret, sizeof(secret)) != CURSOR_BYTES)
        return false;
    aes128_decrypt(&key->decrypt, BLOCK, block, secret);
    ret->batch = take(&next, 4);
    ret->offset = take(&next, 4);
    mk_cursor_write(key, ret, again);
    return strcmp(again, text) == 0;
}
