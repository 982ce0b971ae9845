// SPDX-License-Identifier: MIT
//
// The bank with a page of its own, and every way back from it.
import assert from 'node:assert/strict';
import { banks } from '../back_end.mjs';
import { everything } from './banks.mjs';

const atBank = (stage, page = 'redirect') => ({ session: { institution_id: banks.oauth,
  redirect_uri: `${stage.apps.localhost}/${page}` } });

async function assertConnected(stage, [token, , linkId]) {
  await stage.backEnd.exchange(token);
  await stage.backEnd.assertLink(linkId, { institution: banks.oauth, ...everything });
}

// A browser that lets nobody open windows, as a web view may be.
const blockWindows = (connect) => connect.evaluate(() => {
  window.open = () => null;
});

// The page calls continue() in the popup: link.resume to the first window, which closes the popup.
export async function popup(stage) {
  const connect = await stage.open(atBank(stage));
  await connect.at('oauth');
  const bank = await stage.popup(() => connect.click('continue'));
  await connect.id('oauth-waiting').waitFor();
  const resumed = connect.evaluate(() => new Promise((resolve) => {
    window.addEventListener('message', ({ data }) => {
      if (data.type === 'link.resume')
        resolve(data.eventData.redirectURL);
    });
  }));
  await bank.click('approve'); // one click, no typing
  assert.match(await resumed, /\/redirect\?state=[^&]+$/);
  await stage.closed(bank);
  await assertConnected(stage, await connect.finish());
  assert.equal(connect.record.of('success').length, 1);
  assert.deepEqual(bank.record.messages, [], 'the popup opened no frame of its own');
}

// The app never calls continue(): the bank told the server, the first page asks it.
export async function silentApp(stage) {
  const connect = await stage.open(atBank(stage, 'silent'));
  await connect.at('oauth');
  const bank = await stage.popup(() => connect.click('continue'));
  await bank.click('approve');
  await connect.at('permissions');
  await stage.closed(bank); // by the first page
  await assertConnected(stage, await connect.finish());
}

// The app's page has lost its opener: /continue there sees that the first window goes on.
export async function severed(stage) {
  const connect = await stage.open(atBank(stage, 'severed'));
  await connect.at('oauth');
  const bank = await stage.popup(() => connect.click('continue'));
  await bank.click('approve');
  await connect.at('permissions');
  await stage.closed(bank); // by link.close_oauth
  assert.ok(bank.record.types().includes('link.close_oauth'));
  assert.equal(bank.record.of('success').length, 0);
  await assertConnected(stage, await connect.finish());
}

// The whole tab goes to the bank and back: /continue carries on by itself.
export async function topLevel(stage) {
  const connect = await stage.open(atBank(stage));
  await connect.at('oauth');
  await blockWindows(connect);
  await connect.click('continue');
  await connect.click('oauth-link-top');
  await connect.page.getByTestId('approve').click();
  await connect.page.waitForURL(/\/redirect\?/);
  await assertConnected(stage, await connect.finish());
  assert.equal(connect.record.of('success').length, 1);
  assert.ok(!connect.record.types().includes('link.close_oauth'));
  await connect.gone();
}

export async function blockedThenLink(stage) {
  const connect = await stage.open(atBank(stage));
  await connect.at('oauth');
  await blockWindows(connect);
  await connect.click('continue');
  await connect.id('oauth-link').waitFor();
  await stage.shoot(connect, 'oauth-blocked');
  const bank = await stage.popup(() => connect.click('oauth-link'));
  await bank.click('approve');
  await connect.at('permissions');
  await stage.closed(bank);
  await assertConnected(stage, await connect.finish());
}

export async function blockedThenLinkOfSilentApp(stage) {
  const connect = await stage.open(atBank(stage, 'silent'));
  await connect.at('oauth');
  await blockWindows(connect);
  await connect.click('continue');
  const bank = await stage.popup(() => connect.click('oauth-link'));
  await bank.click('approve');
  await connect.at('permissions');
  await stage.closed(bank);
}

export async function refused(stage) {
  const connect = await stage.open(atBank(stage));
  await connect.at('oauth');
  const bank = await stage.popup(() => connect.click('continue'));
  await bank.click('deny');
  await connect.at('failure');
  await stage.closed(bank);
  assert.equal(await connect.id('error-id').textContent(), 'user_oauth_denied');
  assert.equal(connect.record.events('error').length, 1);
  await connect.click('retry');
  await connect.at('oauth');
  const again = await stage.popup(() => connect.click('continue'));
  await again.click('approve');
  await assertConnected(stage, await connect.finish());
}

export async function refusedAtTopLevel(stage) {
  const connect = await stage.open(atBank(stage));
  await connect.at('oauth');
  await blockWindows(connect);
  await connect.click('continue');
  await connect.click('oauth-link-top');
  await connect.page.getByTestId('deny').click();
  await connect.page.waitForURL(/\/redirect\?.*error=access_denied/);
  await connect.at('failure');
  await connect.click('leave');
  assert.equal((await connect.record.until('exit'))[0].error_id, 'user_oauth_denied');
}

// A window of a visit that is over is no use to the next one.
export async function backThenAgain(stage) {
  const connect = await stage.open();
  await connect.choose(banks.oauth);
  await connect.at('oauth');
  const left = await stage.popup(() => connect.click('continue'));
  await left.id('approve').waitFor();
  await connect.click('back');
  await connect.at('finder');
  await stage.closed(left);
  await connect.choose(banks.oauth);
  await connect.at('oauth');
  const bank = await stage.popup(() => connect.click('continue'));
  await bank.click('approve');
  await connect.at('permissions');
}

// The first page finds the answer by asking; its user is quicker than its patience with the app.
export async function silentAppAndQuickUser(stage) {
  const connect = await stage.open(atBank(stage, 'silent'));
  await connect.at('oauth');
  const bank = await stage.popup(() => connect.click('continue'));
  await bank.click('approve');
  await connect.finish();
  await stage.closed(bank);
}

export async function closedWindowThenAgain(stage) {
  const connect = await stage.open();
  await connect.choose(banks.oauth);
  await connect.at('oauth');
  const bank = await stage.popup(() => connect.click('continue'));
  await bank.id('approve').waitFor();
  await bank.page.close();
  await connect.see('title', 'was closed');
  const again = await stage.popup(() => connect.click('continue'));
  await again.click('approve');
  await connect.at('permissions');
  await connect.click('back');
  await connect.at('finder');
}

// A persona that fails, chosen at the bank's page.
export async function failsAtTheBank(stage) {
  const connect = await stage.open(atBank(stage));
  await connect.at('oauth');
  const bank = await stage.popup(() => connect.click('continue'));
  await bank.id('persona').selectOption('user_institution_error');
  await bank.click('approve');
  await connect.at('failure');
  assert.equal(await connect.id('error-id').textContent(), 'institution_error');
  await stage.closed(bank);
}

// An answer counts once: the bank's page says so to whoever comes later.
export async function answeredAlready(stage) {
  const connect = await stage.open(atBank(stage));
  await connect.at('oauth');
  const bank = await stage.popup(() => connect.click('continue'));
  await bank.id('approve').waitFor();
  const address = new URL(bank.page.url());
  await bank.click('approve');
  await connect.at('permissions');
  stage.expectStatus(404, 'Not Found', `${stage.host}/oauth-bank/session${address.search}`);
  const late = await stage.visit(address.pathname + address.search);
  await late.see('title', 'nothing to approve');
  await stage.shoot(late, 'oauth-bank-gone');
}

// Messages that anybody could send change nothing.
export async function forgedMessages(stage) {
  const connect = await stage.open(atBank(stage));
  await connect.at('oauth');
  const before = await connect.scheme();
  await connect.evaluate(() => window.postMessage({ moneykit: true,
    type: 'connect.set_color_scheme', data: { colorScheme: 'dark' } }, '*'));
  const bank = await stage.popup(() => connect.click('continue'));
  await connect.page.evaluate(() => {
    const { contentWindow } = document.querySelector('iframe');
    const resume = { redirectURL: `${location.origin}/redirect?state=x` };
    for (const message of [null, 'text', 5, { moneykit: true, type: 'connect.set_theme' },
      { moneykit: true, type: 'connect.set_theme', data: { theme: null } },
      { type: 'connect.set_color_scheme', data: { colorScheme: 'dark' } },
      { moneykit: true, type: 'link.resume', eventData: resume }])
      contentWindow.postMessage(message, '*');
  });
  await bank.page.evaluate(() => window.opener.postMessage({ moneykit: true, type: 'link.resume',
    eventData: { redirectURL: 'http://localhost/redirect?state=x' } }, '*'));
  await connect.page.waitForTimeout(300);
  await connect.at('oauth');
  assert.equal(await connect.scheme(), before);
  assert.ok(!bank.page.isClosed());
}
