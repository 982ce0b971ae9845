// SPDX-License-Identifier: MIT
//
// What the app may see: products and accounts.
import assert from 'node:assert/strict';
import { banks } from '../back_end.mjs';
import { everything } from './banks.mjs';

const atBank = (more) => ({ session: { institution_id: banks.credentials, ...more } });
const accountCount = (connect) => connect.view.locator('input[name=account]').count();

export async function products(stage) {
  const connect = await stage.open(atBank({ settings: { products: {
    transactions: { required: true, reason: 'show what you spend.' },
    identity: { require_permission: true, reason: 'open your account' },
    account_numbers: { reason: 'pay you' },
    investments: {},
  } } }));
  await connect.login('user_good');
  await connect.at('permissions');
  await connect.see('product-transactions', 'Transactions data is used to show what you spend.');
  await connect.see('product-identity', 'Identity data is used to open your account.');
  for (const name of ['transactions', 'identity']) {
    await connect.see(`product-${name}`, 'Required');
    assert.equal(await connect.id(`product-${name}`).locator('input').count(), 0);
  }
  for (const name of ['account_numbers', 'investments'])
    assert.ok(await connect.id(`product-${name}`).isChecked(), 'the shortest way is one button');
  await connect.id('product-account_numbers').uncheck();
  await connect.pass('permissions', 'accounts', 'success');
  const [token, , linkId] = await connect.record.until('success');
  await stage.backEnd.exchange(token);
  await stage.backEnd.assertLink(linkId, { institution: banks.credentials,
    accounts: everything.accounts, products: ['transactions', 'identity', 'investments'] });
}

export async function noOptionalProduct(stage) {
  const connect = await stage.open(atBank({ settings: { products: { identity: {} } } }));
  await connect.login('user_good');
  await connect.at('permissions');
  await connect.id('product-identity').uncheck();
  await connect.pass('permissions', 'accounts', 'success');
  const [token, , linkId] = await connect.record.until('success');
  await stage.backEnd.exchange(token);
  await stage.backEnd.assertLink(linkId, { institution: banks.credentials,
    accounts: everything.accounts, products: [] });
}

// A session that asks for accounts only has nothing to ask for.
export async function noProductAtAll(stage) {
  const connect = await stage.open(atBank({ settings: { products: {} } }));
  await connect.login('user_good');
  await connect.pass('accounts', 'success');
  await connect.record.until('success');
  assert.ok(!connect.record.story().includes('change_screen Permissions'));
}

export async function someAccounts(stage) {
  const connect = await stage.open(atBank());
  await connect.login('user_good');
  await connect.pass('permissions');
  await connect.at('accounts');
  assert.equal(await accountCount(connect), 3);
  for (const index of [0, 1, 2])
    await connect.id(`account-${index}`).uncheck();
  await connect.click('continue');
  await connect.see('error', 'at least one');
  await connect.id('account-2').check();
  await connect.pass('accounts', 'success');
  const [token, { selectedAccounts }, linkId] = await connect.record.until('success');
  assert.deepEqual(selectedAccounts.map((account) => account.name), ['savings account']);
  await stage.backEnd.exchange(token);
  await stage.backEnd.assertLink(linkId, { institution: banks.credentials,
    accounts: ['savings account'], products: everything.products });
}

export async function onlyOneAccount(stage) {
  const connect = await stage.open(atBank({ connect_features: { permit_only_one_account: true } }));
  await connect.login('user_good');
  await connect.pass('permissions');
  await connect.at('accounts');
  assert.equal(await connect.view.locator('input[type=radio]').count(), 3);
  assert.ok(await connect.id('account-0').isChecked());
  await connect.id('account-2').check();
  await stage.shoot(connect, 'accounts-one');
  await connect.pass('accounts', 'success');
  const [token, , linkId] = await connect.record.until('success');
  await stage.backEnd.exchange(token);
  await stage.backEnd.assertLink(linkId, { institution: banks.credentials,
    accounts: ['savings account'], products: everything.products });
}

export async function onlyDepositoryAccounts(stage) {
  const connect = await stage.open(atBank({
    connect_features: { permit_only_depository_accounts: true } }));
  await connect.login('user_good');
  await connect.pass('permissions');
  await connect.at('accounts');
  assert.equal(await accountCount(connect), 2);
  await connect.pass('accounts', 'success');
  const [token, , linkId] = await connect.record.until('success');
  await stage.backEnd.exchange(token);
  await stage.backEnd.assertLink(linkId, { institution: banks.credentials,
    accounts: ['checking account', 'savings account'], products: everything.products });
}

// Neither of the two features leaves anything to choose here.
export async function noDepositoryAccount(stage) {
  const connect = await stage.open(atBank({
    connect_features: { permit_only_depository_accounts: true },
    custom_sandbox_data: { accounts: [
      { account_type: 'liability.credit_card', name: 'Card', account_number: '998877660' }] },
  }));
  await connect.login('user_custom');
  await connect.at('failure');
  await connect.click('leave');
  assert.equal((await connect.record.until('exit'))[0].error_id, 'no_accounts');
}
