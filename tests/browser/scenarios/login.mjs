// SPDX-License-Identifier: MIT
//
// Proving to the bank who one is, and everything that fails on the way.
import assert from 'node:assert/strict';
import { banks } from '../back_end.mjs';
import { assertError } from '../protocol.mjs';
import { everything } from './banks.mjs';

const atBank = { session: { institution_id: banks.credentials } };

async function assertConnected(stage, connect) {
  const [token, , linkId] = await connect.finish();
  await stage.backEnd.exchange(token);
  await stage.backEnd.assertLink(linkId, { institution: banks.credentials, ...everything });
}

const submitted = (connect) => connect.record.story().filter((line) => line.startsWith('submit'));

export async function wrongPasswordThenRight(stage) {
  const connect = await stage.open(atBank);
  await connect.at('credentials');
  assert.equal(await connect.id('back').count(), 0, 'the session named the bank');
  await connect.click('continue'); // nothing was typed: the page says so itself
  await connect.id('error').waitFor();
  assert.deepEqual(submitted(connect), []);

  await connect.login('user_good', 'nonsense');
  await connect.see('error', 'wrong');
  assert.equal(await connect.id('username').inputValue(), 'user_good');
  assert.equal(await connect.id('password').inputValue(), '');
  const [{ properties }] = connect.record.events('error');
  assert.equal(properties.error_id, 'invalid_credentials');

  await connect.login('somebody');
  await connect.see('error', 'wrong');
  await connect.login('user_good');
  await assertConnected(stage, connect);
  assert.equal(connect.record.events('error').length, 2);
}

export async function code(stage) {
  const connect = await stage.open(atBank);
  await connect.login('user_mfa_otp');
  await connect.at('code');
  await connect.id('answer').fill('1234');
  await connect.click('continue');
  await assertConnected(stage, connect);
  assert.deepEqual(submitted(connect).slice(0, 2), ['submit_credentials', 'submit_otp']);
}

export async function deviceAndCode(stage) {
  const connect = await stage.open(atBank);
  await connect.login('user_mfa_device');
  await connect.at('device');
  await connect.click('device-email');
  await connect.click('continue');
  await connect.at('code');
  await connect.id('answer').fill('9');
  await connect.click('continue');
  await connect.id('error').waitFor();
  assert.equal(connect.record.events('error')[0].properties.error_id, 'user_input_incorrect');
  await connect.click('fill-answer');
  await connect.click('continue');
  await assertConnected(stage, connect);
  assert.deepEqual(submitted(connect).slice(0, 4),
    ['submit_credentials', 'submit_otp_device', 'submit_otp', 'submit_otp']);
}

export async function question(stage) {
  const connect = await stage.open(atBank);
  await connect.login('user_mfa_question');
  await connect.at('question');
  await connect.id('answer').fill('no idea');
  await connect.click('continue');
  await connect.id('error').waitFor();
  await connect.id('answer').fill('1234');
  await connect.click('continue');
  await assertConnected(stage, connect);
  assert.deepEqual(submitted(connect).slice(0, 3),
    ['submit_credentials', 'submit_mfa', 'submit_mfa']);
}

// The strip lists the test users; one click fills one in.
export async function personasOfTheStrip(stage) {
  const connect = await stage.open(atBank);
  await connect.at('credentials');
  await connect.click('persona-first');
  assert.equal(await connect.id('username').inputValue(), 'user_good');
  await connect.click('personas-open');
  await connect.click('persona-user_rich');
  await connect.click('continue');
  const [token, , linkId] = await connect.finish();
  await stage.backEnd.exchange(token);
  assert.ok((await stage.backEnd.accountNames(linkId)).length > 3);
}

export async function customAccounts(stage) {
  const accounts = ['depository.checking', 'depository.savings'].map((type, index) => (
    { account_type: type, name: 'Till', account_number: `99887766${index}` }));
  const connect = await stage.open({ session: { institution_id: banks.credentials,
    custom_sandbox_data: { accounts } } });
  await connect.login('user_custom');
  await connect.pass('permissions');
  await connect.at('accounts');
  await connect.id('account-0').uncheck(); // both have one name: the second is meant
  await connect.pass('accounts', 'success');
  const [token, , linkId] = await connect.record.until('success');
  await stage.backEnd.exchange(token);
  const linked = await stage.backEnd.get(`/links/${linkId}/accounts`);
  assert.deepEqual(linked.accounts.map((account) => account.account_type), ['depository.savings']);
}

// What each failing persona's login ends with; invalid_credentials alone is told where one types.
const failures = {
  user_system_error: 'system_error',
  user_provider_error: 'provider_error',
  user_institution_error: 'institution_error',
  user_error: 'user_error',
  user_auth_expired: 'auth_expired',
  user_no_accounts: 'no_accounts',
  user_setup_required: 'user_setup_required',
  user_oauth_denied: 'user_oauth_denied',
  user_input_incorrect: 'user_input_incorrect',
  user_incomplete: 'incomplete',
};

export async function failingPersonas(stage) {
  for (const [username, expected] of Object.entries(failures)) {
    const connect = await stage.open(atBank);
    await connect.login(username);
    await connect.at('failure');
    assert.equal(await connect.id('error-id').textContent(), expected);
    await connect.click('leave');
    const [error] = await connect.record.until('exit');
    assertError(error);
    assert.equal(error.error_id, expected);
    assert.deepEqual(connect.record.events('error').map((event) => event.properties), [error]);
    assert.deepEqual(connect.record.story().slice(-3), ['change_screen Error', 'error', 'exit']);
    await connect.page.close();
  }
}

export async function invalidCredentialsPersona(stage) {
  const connect = await stage.open(atBank);
  await connect.login('user_invalid_credentials');
  await connect.see('error', 'wrong');
  assert.deepEqual(await connect.leave(), [null]);
}

export async function failureThenRetry(stage) {
  const connect = await stage.open();
  await connect.choose(banks.credentials);
  await connect.login('user_institution_error');
  await connect.at('failure');
  await connect.click('retry');
  await connect.login('user_good');
  await assertConnected(stage, connect);
  assert.ok(connect.record.story().includes('change_screen Error'));
}

// Help, a forgotten password, the bank's own pages: words only, and an event each.
export async function helpers(stage) {
  const connect = await stage.open(atBank);
  await connect.at('credentials');
  for (const [name, event] of [['help', 'select_help'], ['reset-password', 'select_reset_password'],
    ['institution-website', 'open_institution_website']]) {
    await connect.click(name);
    await connect.click('dialog-ok');
    assert.equal(connect.record.events(event)[0].properties.institution_id, banks.credentials);
  }
  await connect.id('password').fill('secret');
  await connect.click('toggle-password');
  assert.equal(await connect.id('password').getAttribute('type'), 'text');
}
