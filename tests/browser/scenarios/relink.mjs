// SPDX-License-Identifier: MIT
//
// Mending a link that the bank has cut off, and adding to it.
import assert from 'node:assert/strict';
import { banks } from '../back_end.mjs';
import { everything } from './banks.mjs';

const few = { products: { identity: { reason: 'know you' } } };

async function relink(stage, link, more = {}) {
  return stage.open({ how: 'relink', session: { existing_link_id: link.link_id, ...more } });
}

// The launcher gives no exchangeable token to the callback.
async function assertRelinked(connect, link) {
  const [institution, linkId, ...none] = await connect.record.until('success');
  assert.deepEqual(none, []);
  assert.equal(linkId, link.link_id);
  assert.equal(institution.id, link.institution_id);
  const { type, data } = connect.record.messages.at(-1).data;
  assert.equal(type, 'relink.complete');
  assert.deepEqual(Object.keys(data).sort(), ['institution', 'link_id']);
  assert.ok(connect.record.events().every((event) => event.meta.link_type === 'relink'));
}

export async function afterReset(stage) {
  const link = await stage.backEnd.link({ link_tags: ['old'] });
  await stage.backEnd.call('POST', `/links/${link.link_id}/reset`);
  assert.equal((await stage.backEnd.get(`/links/${link.link_id}`)).state, 'error');

  const webhook = `${stage.apps.localhost}/hook`;
  const connect = await relink(stage, link, { webhook, link_tags: ['new', 'newer'] });
  await connect.at('credentials'); // at once, and there is no way to another bank
  assert.equal(await connect.id('back').count(), 0);
  await connect.see('title', 'Credentials Bank');
  await connect.login('user_good', 'wrong');
  await connect.id('error').waitFor();
  await connect.login('user_good');
  await connect.pass('accounts', 'success');
  await assertRelinked(connect, link);
  await stage.backEnd.assertLink(link.link_id, { institution: banks.credentials, ...everything,
    tags: ['new', 'newer'], webhook });
}

// A session that says nothing of webhook and tags removes them.
export async function removesWebhookAndTags(stage) {
  const webhook = `${stage.apps.localhost}/hook`;
  const link = await stage.backEnd.link({ link_tags: ['old'], webhook });
  const connect = await relink(stage, link);
  await connect.login('user_good');
  await connect.pass('accounts', 'success');
  await assertRelinked(connect, link);
  await stage.backEnd.assertLink(link.link_id, { institution: banks.credentials, ...everything });
}

export async function addsProducts(stage) {
  const link = await stage.backEnd.link({ settings: few });
  const connect = await relink(stage, link, { settings: { products: {
    transactions: { required: true }, account_numbers: {}, investments: {} } } });
  await connect.login('user_good');
  await connect.at('permissions');
  await connect.id('product-investments').uncheck();
  await connect.pass('permissions', 'accounts', 'success');
  await assertRelinked(connect, link);
  const after = await stage.backEnd.assertLink(link.link_id, { institution: banks.credentials,
    accounts: everything.accounts, products: ['identity', 'transactions', 'account_numbers'] });
  assert.equal(after.products.identity.settings.reason, 'know you', 'old settings are kept');
  assert.deepEqual(after.available_products, ['investments']);
}

export async function atInstantBank(stage) {
  const link = await stage.backEnd.link({ settings: few }, { institution_id: banks.instant });
  await stage.backEnd.call('POST', `/links/${link.link_id}/reset`);
  const connect = await relink(stage, link);
  await connect.pass('accounts', 'success');
  await assertRelinked(connect, link);
}

export async function atOauthBank(stage) {
  const link = await stage.backEnd.link({ settings: few }, { institution_id: banks.oauth });
  await stage.backEnd.call('POST', `/links/${link.link_id}/reset`);
  const connect = await relink(stage, link);
  await connect.at('oauth');
  const bank = await stage.popup(() => connect.click('continue'));
  await bank.click('approve');
  await connect.pass('accounts', 'success');
  await assertRelinked(connect, link);
  await stage.closed(bank);
}

export async function givenUp(stage) {
  const link = await stage.backEnd.link();
  await stage.backEnd.call('POST', `/links/${link.link_id}/reset`);
  const connect = await relink(stage, link, { link_tags: ['new'] });
  await connect.at('credentials');
  assert.deepEqual(await connect.leave(), [null]);
  const after = await stage.backEnd.get(`/links/${link.link_id}`);
  assert.equal(after.state, 'error');
  assert.deepEqual(after.link_tags, [], 'nothing has changed');
}
