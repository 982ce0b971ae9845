/* SPDX-License-Identifier: MIT */
/*
 * Holdings and trades of the accounts investment.*, as of the product's last refresh. Trades are a
 * function of the day, holdings are what the trades add up to, prices move by the day.
 *
 * Decisions of ours: prices, values and costs are in the account's currency, so that the values add
 * up to the balance; a security's close_price is in its own. Values are those of the last close
 * before the refresh, so nothing lies in the future.
 */
#ifndef MK_CORE_INVESTMENTS_H
#define MK_CORE_INVESTMENTS_H

#include "core/accounts.h"

struct mk_market;
struct mk_portfolio;

/* From data/securities.json. */
struct mk_market *mk_market_new(const char *json, size_t length);
void mk_market_free(struct mk_market *market);

/* From the profile's "investments" section; NULL when it is broken. */
struct mk_portfolio *mk_portfolio_new(const json_t *section, const struct mk_profile *profile);
void mk_portfolio_free(struct mk_portfolio *portfolio);

/*
 * What the account is worth as of the last refresh: its balances. While the product was never
 * fetched, as of that of the accounts. False: not an account of this.
 */
bool mk_investments_worth(const struct mk_ledger *ledger, uint32_t account, int64_t *ret);

/*
 * Holdings and their securities in the form of the API (HoldingResponse, SecurityResponse), new
 * lists; NULL without memory.
 */
void mk_investments_holdings(const struct mk_ledger *ledger, const struct mk_accounts *accounts,
                             json_t **ret_holdings, json_t **ret_securities);

/*
 * One page of the trades from first_day to last_day, newest first (InvestmentTransactionResponse),
 * the securities that they name, and how many there are on all pages.
 */
void mk_investments_trades(const struct mk_ledger *ledger, const struct mk_accounts *accounts,
                           int32_t first_day, int32_t last_day, size_t skip, size_t size,
                           json_t **ret_trades, json_t **ret_securities, size_t *ret_total);

#endif
