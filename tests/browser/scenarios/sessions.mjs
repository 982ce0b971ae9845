// SPDX-License-Identifier: MIT
//
// Leaving, coming back, two windows, and sessions that are over.
import assert from 'node:assert/strict';
import { banks } from '../back_end.mjs';
import { everything } from './banks.mjs';

const tokenKey = 'moneykit.linkSessionToken'; // the launcher's, on the app's origin

export async function cancel(stage) {
  const connect = await stage.open();
  await connect.at('finder');
  await connect.page.keyboard.press('Escape');
  await connect.id('exit-question').waitFor();
  await connect.page.keyboard.press('Escape');
  await connect.id('exit-question').waitFor({ state: 'detached' });
  await connect.click('close');
  await connect.click('exit-stay');
  assert.deepEqual(connect.record.of('exit'), []);
  assert.deepEqual(await connect.leave(), [null]);
  await connect.gone();
  assert.deepEqual(connect.record.story(), ['open', 'change_screen Finder', 'change_screen Exit',
    'change_screen Finder', 'change_screen Exit', 'change_screen Finder', 'change_screen Exit',
    'exit']);
  assert.equal(await connect.page.evaluate((key) => localStorage.getItem(key), tokenKey), null);
}

// Whoever left may come back; a window that was open meanwhile is told.
export async function leftSession(stage) {
  const token = await stage.backEnd.session();
  const one = await stage.open({ token });
  await one.choose(banks.credentials);
  await one.at('credentials');
  const two = await stage.open({ token });
  await two.at('credentials');
  await one.leave();
  await two.login('user_good');
  await two.at('closed');
  await stage.shoot(two, 'closed');
  await two.click('leave');
  assert.deepEqual(await two.record.until('exit'), [null]);

  const again = await stage.open({ token });
  await again.choose(banks.instant);
  await again.finish();
}

async function assertExpired(stage, connect) {
  await connect.at('expired');
  assert.deepEqual(connect.record.story(), ['open', 'change_screen Expired', 'error']);
  assert.equal(connect.record.events('open')[0].meta.link_session_id, null);
  await connect.click('leave');
  const [error] = await connect.record.until('exit');
  assert.equal(error.error_id, 'user_error');
  assert.deepEqual(connect.record.events('error')[0].properties, error);
}

export async function unknownSession(stage) {
  for (const token of ['no.such.token', 'eyJhIjoxfQ.AAAA.AAAA']) {
    stage.expectStatus(404, 'Not Found', `${stage.host}/connect/session`);
    await assertExpired(stage, await stage.open({ token }));
  }
}

// What can be finished again is repeated until it is exchanged; then the session is over.
export async function finishedSession(stage) {
  const token = await stage.backEnd.session();
  const first = await stage.open({ token });
  await first.choose(banks.instant);
  const [exchangeable, , linkId] = await first.finish();

  const second = await stage.open({ token });
  await second.pass('success');
  const result = await second.record.until('success');
  assert.equal(result[0], exchangeable);
  assert.equal(result[2], linkId);
  await stage.backEnd.exchange(exchangeable);

  stage.expectStatus(404, 'Not Found', `${stage.host}/connect/session`);
  await assertExpired(stage, await stage.open({ token }));
  await stage.backEnd.assertLink(linkId, { institution: banks.instant, ...everything });
}

// In the middle of it, the session goes away.
export async function expiresUnderWay(stage) {
  const token = await stage.backEnd.session({ institution_id: banks.credentials });
  const connect = await stage.open({ token });
  await connect.at('credentials');
  const { exchangeable_token: exchangeable } = await stage.backEnd.call('POST', '/sandbox/connect',
    { link_session_token: token }, 201);
  await stage.backEnd.exchange(exchangeable);
  stage.expectStatus(404, 'Not Found', `${stage.host}/connect/login`);
  await connect.login('user_good');
  await connect.at('expired');
}

// Reloads the frame wherever the user is: the flow goes on there.
export async function reloadEverywhere(stage) {
  const connect = await stage.open();
  async function reload(screen) {
    await connect.at(screen);
    await connect.evaluate(() => {
      document.querySelector('main').dataset.screen = 'old';
      location.reload();
    });
    await connect.at(screen);
  }

  await reload('finder');
  await connect.choose(banks.credentials);
  await reload('credentials');
  await connect.login('user_mfa_device');
  await reload('device');
  await connect.pass('device');
  await reload('code');
  await connect.click('back');
  await connect.choose(banks.credentials);
  await connect.login('user_mfa_question');
  await reload('question');
  await connect.click('back');
  await connect.choose(banks.credentials);
  await connect.login('user_system_error');
  await reload('failure');
  await connect.click('retry');
  await connect.at('credentials');
  await connect.click('back');
  await connect.choose(banks.oauth);
  await reload('oauth');
  const bank = await stage.popup(() => connect.click('continue'));
  await bank.click('approve');
  await stage.closed(bank);
  await reload('permissions');
  await connect.pass('permissions');
  await reload('accounts');
  await connect.pass('accounts');
  await reload('success');
  await connect.pass('success');
  const [token, , linkId] = await connect.record.until('success');
  await stage.backEnd.exchange(token);
  await stage.backEnd.assertLink(linkId, { institution: banks.oauth, ...everything });
}

// The app itself is loaded again, with the same session.
export async function reloadOfTheApp(stage) {
  const connect = await stage.open();
  await connect.choose(banks.credentials);
  await connect.at('credentials');
  await connect.page.reload();
  await connect.login('user_good');
  await connect.finish();
}

export async function twoWindows(stage) {
  const token = await stage.backEnd.session();
  const one = await stage.open({ token });
  await one.choose(banks.credentials);
  await one.at('credentials');
  const two = await stage.open({ token });
  await two.login('user_good');
  await two.at('permissions');
  await one.login('user_mfa_otp'); // comes too late: the window is told where the session is
  await one.at('permissions');
  await two.id('product-identity').uncheck();
  await two.pass('permissions', 'accounts');
  await two.at('success');
  await one.click('continue'); // its permissions are of yesterday too
  await one.at('success');
  await one.click('continue');
  await two.click('continue');
  const results = [await one.record.until('success'), await two.record.until('success')];
  assert.equal(results[0][0], results[1][0]);
  assert.equal(results[0][2], results[1][2]);
  await stage.backEnd.exchange(results[0][0]);
  await stage.backEnd.assertLink(results[0][2], { institution: banks.credentials,
    accounts: everything.accounts, products: ['account_numbers', 'transactions', 'investments'] });
}

// The server is away for a moment.
export async function serverAway(stage) {
  const connect = await stage.open();
  await connect.at('finder');
  const address = `${stage.host}/connect/institution`;
  await stage.context.route(address, (route) => route.fulfill({ status: 503,
    contentType: 'application/json', body: '{}' }), { times: 1 });
  stage.expectStatus(503, 'Service Unavailable', address);
  await connect.bank(banks.credentials).click();
  await connect.at('trouble');
  await stage.shoot(connect, 'trouble');
  await connect.click('retry');
  await connect.at('credentials');
}
