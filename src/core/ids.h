/* SPDX-License-Identifier: MIT */
/*
 * The ids of what is inside a link: accounts, transactions, investment transactions and the cursor
 * of the sync stream.
 *
 * Nothing of it is stored, so an id has to say what it names: it is one AES block under a key of
 * the link's own, holding the kind and the position, in the form of MoneyKit's ids (22 characters
 * of the shortuuid alphabet). So no id is made twice in a link, an id of another link reads as
 * none, and nobody outside can tell one from a random one.
 */
#ifndef MK_CORE_IDS_H
#define MK_CORE_IDS_H

#include "base/text.h"
#include "core/links.h"

#include <nettle/aes.h>

struct mk_id_key {
    struct aes128_ctx encrypt;
    struct aes128_ctx decrypt;
};

/* Room for "acc_", "txn_" or "itx_", 22 characters and a NUL. */
enum { MK_DATA_ID_SIZE = 4 + MK_SHORT_ID_LENGTH + 1 };

/* 40 URL-safe characters, as the recorded sandbox has them, and a NUL. */
enum { MK_CURSOR_SIZE = 41 };

/*
 * Where a transaction comes from: one of the bank (fetch, source, ordinal, day and account say
 * which: core/life.h), an imported one (source is MK_IMPORTED, ordinal its position) or one that
 * the control API added (MK_ADDED, likewise). The day is that of its birth: an edit may move it.
 */
struct mk_transaction_key {
    uint32_t fetch;
    uint32_t ordinal;
    int32_t day;
    uint16_t source;
    uint8_t account;
};

#define MK_IMPORTED UINT16_MAX
#define MK_ADDED (UINT16_MAX - 1)

/* Where a reader of the sync stream stands. */
struct mk_cursor {
    uint32_t batch;
    uint32_t offset; /* changes of that batch that were read */
};

/* The key is a function of the world's seed and the link's id. */
void mk_id_key_init(struct mk_id_key *key, uint64_t world_seed, const struct mk_link *link);

/* Writers NUL-end; readers are false for whatever this link did not write. */
void mk_account_id_write(const struct mk_id_key *key, uint32_t number, char out[MK_DATA_ID_SIZE]);
bool mk_account_id_read(const struct mk_id_key *key, const char *id, uint32_t *ret);

void mk_transaction_id_write(const struct mk_id_key *key,
                             const struct mk_transaction_key *transaction,
                             char out[MK_DATA_ID_SIZE]);
bool mk_transaction_id_read(const struct mk_id_key *key, const char *id,
                            struct mk_transaction_key *ret);

void mk_investment_id_write(const struct mk_id_key *key, uint32_t source, int32_t day,
                            char out[MK_DATA_ID_SIZE]);

void mk_cursor_write(const struct mk_id_key *key, const struct mk_cursor *cursor,
                     char out[MK_CURSOR_SIZE]);
bool mk_cursor_read(const struct mk_id_key *key, const char *text, struct mk_cursor *ret);

#endif
