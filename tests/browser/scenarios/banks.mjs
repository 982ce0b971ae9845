// SPDX-License-Identifier: MIT
//
// The way that works, at each of the sandbox's own banks: what the app gets is what the user chose.
import assert from 'node:assert/strict';
import { banks } from '../back_end.mjs';

export const everything = {
  accounts: ['checking account', 'credit card', 'savings account'],
  products: ['account_numbers', 'identity', 'transactions', 'investments'],
};

const consent = ['change_screen Permissions', 'submit_permissions', 'change_screen Accounts',
  'submit_accounts', 'change_screen Success', 'success'];

// The app of three lines, up to its end; its back end exchanges the token.
async function threeLines(stage, institution, login) {
  const page = await stage.context.newPage();
  await page.goto(stage.apps.threeLines(stage.name, stage.backEnd));
  const connect = stage.connect(page);

  await connect.choose(institution);
  await login(connect);
  const [token, details, linkId] = await connect.finish();
  await page.getByRole('heading', { name: ': connected' }).waitFor();
  await connect.gone();
  assert.ok(token);
  assert.equal(details.id, institution);
  const link = await stage.backEnd.assertLink(linkId, { institution, ...everything });
  assert.equal(link.institution_name, details.name);
  return { connect, details, link };
}

export async function threeLinesInstant(stage) {
  const { connect } = await threeLines(stage, banks.instant, async () => {});
  assert.deepEqual(connect.record.story(), ['open', 'change_screen Finder', 'select_institution',
    ...consent]);
}

export async function threeLinesCredentials(stage) {
  const { connect, details } = await threeLines(stage, banks.credentials,
    (page) => page.login('user_good'));
  assert.deepEqual(connect.record.story(), ['open', 'change_screen Finder', 'select_institution',
    'change_screen Credentials', 'submit_credentials', ...consent]);
  const metas = connect.record.events().map((event) => event.meta);
  assert.equal(new Set(metas.map((meta) => meta.link_session_id)).size, 1);
  assert.ok(metas.every((meta) => meta.link_type === 'link'));
  assert.equal(connect.record.events('success')[0].meta.institution_name, 'Credentials Bank');
  assert.deepEqual(details.trackedScreens.map(({ tag, name }) => `${tag} ${name}`), [
    'finder Finder', 'credentials Credentials', 'permissions Permissions', 'accounts Accounts',
    'success Success']);
  for (const { duration } of details.trackedScreens)
    assert.ok(duration >= 0 && duration < 60);
}

export async function threeLinesOauth(stage) {
  const { connect } = await threeLines(stage, banks.oauth, async (page) => {
    await page.at('oauth');
    const bank = await stage.popup(() => page.click('continue'));
    await bank.click('approve');
    await page.at('permissions');
    await stage.closed(bank);
  });
  assert.deepEqual(connect.record.story(), ['open', 'change_screen Finder', 'select_institution',
    'change_screen OAuth', 'open_oauth', ...consent]);
}

// The institution that the app is told of has the documented keys, and pictures of this server.
export async function institutionOfTheResult(stage) {
  const connect = await stage.open({ session: { institution_id: 'chase' } });
  await connect.login('user_good');
  const [token, institution, linkId] = await connect.finish();
  await stage.backEnd.exchange(token);
  const { accounts } = await stage.backEnd.get(`/links/${linkId}/accounts`);

  const { selectedAccounts, trackedScreens, ...rest } = institution;
  assert.ok(trackedScreens.length > 0);
  assert.deepEqual(Object.keys(rest).sort(), ['avatar', 'avatar_dark', 'color', 'color_dark',
    'country', 'domain', 'id', 'is_featured', 'logo', 'logo_dark', 'name', 'providers',
    'search_group']);
  assert.equal(rest.domain, 'chase.com');
  assert.equal(rest.search_group, 'primary');
  assert.deepEqual(rest.providers, ['mx']);
  assert.equal(rest.avatar, `${stage.host}/connect/avatars/chase`);
  const picture = await fetch(rest.avatar);
  assert.equal(picture.headers.get('content-type'), 'image/svg+xml');
  assert.deepEqual(selectedAccounts.map((account) => account.account_id).sort(),
    accounts.map((account) => account.account_id).sort());
  for (const account of selectedAccounts) {
    assert.deepEqual(Object.keys(account).sort(),
      ['account_id', 'account_mask', 'account_type', 'name']);
    const same = accounts.find((one) => one.account_id === account.account_id);
    assert.equal(account.account_type, same.account_type);
    assert.equal(account.account_mask, same.account_mask);
  }
}

// An app on localhost with Connect on 127.0.0.1 and the other way round: third parties to each
// other. The user leaves something out.
export async function otherOrigins(stage) {
  for (const [origin, host] of [[stage.apps.localhost, stage.numericHost],
    [stage.apps.numeric, stage.host]]) {
    const connect = await stage.open({ origin, host });
    await connect.choose(banks.instant);
    await connect.at('permissions');
    await connect.id('product-identity').uncheck();
    await connect.click('continue');
    await connect.at('accounts');
    await connect.id('account-1').uncheck();
    await connect.pass('accounts', 'success');
    const [token, { selectedAccounts }, linkId] = await connect.record.until('success');
    assert.deepEqual(selectedAccounts.map((account) => account.name),
      ['checking account', 'savings account']);
    await stage.backEnd.exchange(token);
    await stage.backEnd.assertLink(linkId, { institution: banks.instant,
      accounts: ['checking account', 'savings account'],
      products: ['account_numbers', 'transactions', 'investments'] });
  }
}

// The frame keeps nothing in the browser, and the pages come with the promised headers.
export async function nothingIsKept(stage) {
  const connect = await stage.open();
  await connect.at('finder');
  assert.equal(await connect.evaluate(() => localStorage.length + sessionStorage.length), 0);

  const address = (await connect.document()).url();
  const { headers } = await fetch(address);
  assert.equal(headers.get('x-frame-options'), null);
  assert.equal(headers.get('cross-origin-opener-policy'), null);
  assert.equal(headers.get('referrer-policy'), 'no-referrer');
  const policy = headers.get('content-security-policy').split('; ');
  assert.ok(policy.includes(`frame-ancestors ${stage.apps.localhost}`), policy);
  assert.ok(policy.includes("default-src 'none'"));
}
