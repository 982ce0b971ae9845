/* SPDX-License-Identifier: MIT */
/* The parts of a world in a snapshot, for the files of core/snapshot.h and their test. */
#ifndef MK_CORE_SNAPSHOT_PRIVATE_H
#define MK_CORE_SNAPSHOT_PRIVATE_H

#include "core/flow.h"
#include "core/history.h"
#include "core/snapshot_rows.h"

extern const struct mk_part mk_world_part;
extern const struct mk_part mk_settings_part;
extern const struct mk_part mk_clock_part;
extern const struct mk_part mk_limits_part;
extern const struct mk_part mk_limit_counter_part;
extern const struct mk_part mk_link_part;
extern const struct mk_part mk_history_part;
extern const struct mk_part mk_batch_part;
extern const struct mk_part mk_imported_account_part;
extern const struct mk_part mk_imported_transaction_part;
extern const struct mk_part mk_transaction_key_part;
extern const struct mk_part mk_correction_part;
extern const struct mk_part mk_added_transaction_part;
extern const struct mk_part mk_edit_part;
extern const struct mk_part mk_session_part;
extern const struct mk_part mk_session_product_part;
extern const struct mk_part mk_flow_part;
extern const struct mk_part mk_faults_part;
extern const struct mk_part mk_fault_part;
extern const struct mk_part mk_keys_part;
extern const struct mk_part mk_key_part;
extern const struct mk_part mk_deliveries_part;
extern const struct mk_part mk_delivery_part;
extern const struct mk_part mk_attempt_part;

/* Rows that have functions; each writes its key and value. */
typedef void mk_save_row(struct mk_saver *saver, const void *record);
typedef bool mk_load_row(struct mk_loader *loader, const json_t *value,
                         const struct mk_place *place, void *record);

/* Of the world. Links look at the seed, sessions name pending links. mk_save_links() saves both. */
mk_save_row mk_save_links, mk_save_sessions;
mk_load_row mk_load_pending_links, mk_load_links, mk_load_sessions;

/* Of a link, which is the record; the history comes last. */
mk_save_row mk_save_products, mk_save_history;
mk_load_row mk_load_products, mk_load_history;

/* Checks the history that was read, and fills in what is derived: core/snapshot_laid.c. */
bool mk_load_history_end(struct mk_loader *loader, const struct mk_place *place,
                         struct mk_link *link);

/* Whether the document says something of this link: its time is not over. */
bool mk_saves_link(const struct mk_link *link, int64_t now);

#endif
