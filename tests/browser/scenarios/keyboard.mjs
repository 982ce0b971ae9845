// SPDX-License-Identifier: MIT
//
// The whole flow without a mouse, and where the focus is meanwhile.
import assert from 'node:assert/strict';
import { banks } from '../back_end.mjs';

// Tabs on until the wanted control is focused.
async function tabTo(connect, wanted, key = 'Tab') {
  for (let tries = 0; tries < 40; tries++) {
    if (await connect.focused() === wanted)
      return;
    await connect.page.keyboard.press(key);
  }
  assert.fail(`${wanted} can't be reached, ${await connect.focused()} has the focus`);
}

async function assertFocus(connect, wanted) {
  await connect.page.waitForTimeout(100);
  assert.equal(await connect.focused(), wanted);
}

// Whether an outline is drawn around the focused control, or around the line that it stands in.
const hasFocusRing = (connect) => connect.evaluate(() => {
  const control = document.activeElement;
  return [control, control.closest('label') ?? control].some((element) => {
    const { outlineStyle, outlineWidth } = getComputedStyle(element);
    return outlineStyle !== 'none' && outlineWidth !== '0px';
  });
});

export async function wholeFlow(stage) {
  const connect = await stage.open();
  const { keyboard } = connect.page;
  await connect.at('finder');
  await connect.bank('chase').waitFor();
  await assertFocus(connect, 'input search');
  await keyboard.type('creden');
  await connect.bank('chase').waitFor({ state: 'detached' });
  await tabTo(connect, `button institution-${banks.credentials}`);
  assert.ok(await hasFocusRing(connect));
  await keyboard.press('Enter');

  await connect.at('credentials');
  await assertFocus(connect, 'input username');
  await keyboard.type('user_mfa_device');
  await tabTo(connect, 'input password');
  await keyboard.type('pass_good');
  await keyboard.press('Enter');

  await connect.at('device');
  await assertFocus(connect, 'h1 title');
  await tabTo(connect, 'input device-sms');
  await keyboard.press('ArrowDown');
  assert.equal(await connect.focused(), 'input device-email');
  await keyboard.press('Enter');

  await connect.at('code');
  await assertFocus(connect, 'input answer');
  await keyboard.type('1234');
  await keyboard.press('Enter');

  await connect.at('permissions');
  await assertFocus(connect, 'h1 title');
  await tabTo(connect, 'input product-identity');
  assert.ok(await hasFocusRing(connect));
  await keyboard.press('Space');
  await tabTo(connect, 'button continue');
  await keyboard.press('Enter');

  await connect.at('accounts');
  await tabTo(connect, 'input account-1');
  await keyboard.press('Space');
  await tabTo(connect, 'button continue');
  await keyboard.press('Space');

  await connect.at('success');
  await tabTo(connect, 'button continue');
  await keyboard.press('Enter');
  const [token, , linkId] = await connect.record.until('success');
  await stage.backEnd.exchange(token);
  await stage.backEnd.assertLink(linkId, { institution: banks.credentials,
    accounts: ['checking account', 'savings account'],
    products: ['account_numbers', 'transactions', 'investments'] });
}

// A dialog takes the focus, keeps it, and gives it back.
export async function dialogs(stage) {
  const connect = await stage.open({ session: { institution_id: banks.credentials } });
  await connect.at('credentials');
  await tabTo(connect, 'button close', 'Shift+Tab');
  await connect.page.keyboard.press('Enter');
  await connect.id('exit-question').waitFor();
  await assertFocus(connect, 'button exit-stay');
  await connect.page.keyboard.press('Tab');
  assert.equal(await connect.focused(), 'button exit-leave');
  await connect.page.keyboard.press('Escape');
  await connect.id('exit-question').waitFor({ state: 'detached' });
  await assertFocus(connect, 'button close');
}

// What is wrong is told to a screen reader, and every screen by its heading.
export async function announcements(stage) {
  const connect = await stage.open({ session: { institution_id: banks.credentials } });
  const announced = () => connect.view.locator('[role=status]').textContent();
  await connect.at('credentials');
  assert.equal(await announced(), 'Log in to Credentials Bank');
  await connect.login('nobody');
  await connect.id('error').waitFor();
  assert.equal(await connect.id('error').getAttribute('role'), 'alert');
  const described = await connect.id('password').getAttribute('aria-describedby');
  assert.equal(await connect.id('error').getAttribute('id'), described);
  assert.equal(await connect.id('password').getAttribute('aria-invalid'), 'true');
  await connect.login('user_good');
  await connect.at('permissions');
  assert.match(await announced(), /^Share data with /);
}
