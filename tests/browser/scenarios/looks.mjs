// SPDX-License-Identifier: MIT
//
// The app's theme and colour scheme, small windows, and the ways of being drawn.
import assert from 'node:assert/strict';
import { banks } from '../back_end.mjs';

const elsewhere = 'http://elsewhere.example';

// Whatever an embedding page may send.
const hostile = {
  colors: {
    accent: `url(${elsewhere}/x)`,
    primaryBackground: { light: '#fff8ee', dark: '#20130a' },
    primaryForeground: '#fff',
    secondaryForeground: { light: 'rgba(67,67,76,.3)', dark: 'red;background:url(x)' },
    error: 'expression(1)',
  },
  images: { close: `${elsewhere}/close.svg`, navLogo: `${elsewhere}/logo.png` },
  typography: {
    fontFamily: `Georgia, "x"; } body { display:none, url(${elsewhere}/f), serif`,
  },
  components: { button: { height: '60px', borderRadius: '99999px', inheritInstitutionColor: false,
    continueTitle: '<img src=x onerror=alert(1)>', doneTitle: 5 } },
  screens: { finder: { title: 'Hello <b>you</b>', subtitle: null,
    searchPlaceholder: 'Type here' } },
  modal: { borderRadius: 'calc(1px*9)' },
};

// Legible whatever the app's designer chose.
const unwise = {
  grey: { primaryBackground: '#8a8a8a' },
  yellow: { primaryBackground: '#ffee00', accent: '#fff200', secondaryContent: '#000' },
  pale: { primaryForeground: '#eee', secondaryForeground: '#eee', accent: '#eef', error: '#fee' },
};

const style = (connect) => connect.evaluate(() => document.documentElement.getAttribute('style'));
const property = (connect, name) => connect.evaluate(
  (key) => getComputedStyle(document.documentElement).getPropertyValue(key).trim(), name);

export async function hostileTheme(stage) {
  const connect = await stage.open({ options: { theme: hostile, colorScheme: 'dark' } });
  await connect.see('title', 'Hello <b>you</b>');
  assert.equal(await connect.id('search').getAttribute('placeholder'), 'Type here');
  assert.doesNotMatch(await style(connect), /elsewhere|url|expression|display/);
  assert.match(await style(connect), /Georgia/);
  assert.equal(await connect.scheme(), 'dark');
  await connect.choose(banks.credentials);
  await connect.see('continue', '<img src=x onerror=alert(1)>');
  await stage.shoot(connect, 'theme-hostile', { schemes: ['light'] });
}

export async function unwiseThemes(stage) {
  for (const [name, colors] of Object.entries(unwise)) {
    const theme = { colors, components: { button: { inheritInstitutionColor: false } } };
    const connect = await stage.open({ options: { theme },
      session: { institution_id: banks.credentials } });
    await connect.login('nobody');
    await connect.id('error').waitFor();
    await stage.shoot(connect, `theme-${name}`);
    await connect.page.close();
  }
}

// The launcher's own theme, and a good one of an app.
export async function goodThemes(stage) {
  const theirs = await stage.open({ options: { theme: 'moneyui' } });
  await theirs.see('title', 'Connect Your Bank');
  await theirs.bank(banks.credentials).waitFor();
  await stage.shoot(theirs, 'theme-moneyui');
  await theirs.choose(banks.credentials);
  await theirs.at('credentials');
  await stage.shoot(theirs, 'theme-moneyui-credentials');

  const theme = { colors: { accent: '#8a1c7c', primaryBackground: '#ffffff' },
    typography: { fontFamily: 'Georgia, serif' },
    components: { button: { borderRadius: '4px', inheritInstitutionColor: false,
      continueTitle: 'Onwards', doneTitle: 'That was easy' } } };
  const own = await stage.open({ options: { theme, colorScheme: 'light' },
    session: { institution_id: banks.credentials } });
  await own.see('continue', 'Onwards');
  assert.equal(await property(own, '--button'), 'rgb(138, 28, 124)');
  assert.equal(await property(own, '--button-radius'), '4px');
  await own.login('user_good');
  await own.pass('permissions', 'accounts');
  await own.see('continue', 'That was easy');
}

// light, dark, auto, and nothing said: auto.
export async function colorSchemes(stage) {
  for (const [colorScheme, atDay, atNight] of [['light', 'light', 'light'],
    ['dark', 'dark', 'dark'], ['auto', 'light', 'dark'], [undefined, 'light', 'dark']]) {
    const connect = await stage.open({ options: colorScheme ? { colorScheme } : {} });
    await connect.at('finder');
    await connect.bank(banks.credentials).waitFor();
    assert.equal(await connect.scheme(), atDay, colorScheme);
    await connect.page.emulateMedia({ colorScheme: 'dark' });
    await connect.view.locator(`html[data-scheme=${atNight}]`).waitFor({ state: 'attached' });
    await connect.page.close();
  }
}

// viewMode=direct: without modal and overlay.
export async function direct(stage) {
  const connect = await stage.open({ how: '__linkDirect' });
  await connect.at('finder');
  await connect.bank(banks.credentials).waitFor();
  assert.match(await connect.page.locator('#moneykit-connect-frame').getAttribute('src'),
    /viewMode=direct/);
  assert.ok(await connect.evaluate(() => document.body.classList.contains('direct')));
  assert.equal(await connect.evaluate(() => getComputedStyle(document.querySelector('main'))
    .boxShadow), 'none');
  await stage.shoot(connect, 'direct');
}

// Opened by itself: nobody listens, and all keys but the token are there without a value.
export async function byItself(stage) {
  const token = await stage.backEnd.session();
  const connect = await stage.visit('/start?applicationName&device&launcherVersion=0.3.26' +
    `&linkSessionToken=${token}&origin&stepTimers=false`);
  await connect.choose(banks.instant);
  await connect.pass('permissions', 'accounts', 'success');
  await connect.at('done');
  await stage.shoot(connect, 'done');
}

// As the launcher writes them when there is no token: keys alone.
export async function keysWithoutValue(stage) {
  const origin = encodeURIComponent(stage.apps.localhost);
  for (const path of [`/start?linkSessionToken&origin=${origin}`,
    `/relink?linkSessionToken=&origin=${origin}`, '/start',
    `/continue?linkSessionToken&origin=${origin}&redirectURL=x`]) {
    const connect = await stage.visit(path);
    await connect.at('expired');
  }
}

export async function reducedMotion(stage) {
  const connect = await stage.open({ session: { institution_id: banks.oauth } });
  await connect.at('oauth');
  const bank = await stage.popup(() => connect.click('continue'));
  const moves = () => connect.evaluate(() => document.getAnimations().filter((animation) => (
    animation.playState === 'running' && animation.effect.getTiming().duration > 1)).length);
  await connect.id('oauth-waiting').waitFor();
  assert.ok(await moves() > 0, 'something turns');
  await connect.page.emulateMedia({ reducedMotion: 'reduce' });
  assert.equal(await moves(), 0);
  await bank.page.close();
}

// 400 % zoom of a window of 1280 by 1024: WCAG's measure of reflow.
export async function reflow(stage) {
  const connect = await stage.open({ session: { connect_features: { issue_reporter: true,
    connect_manually: true, enable_money_id: true } } });
  await connect.page.emulateMedia({ reducedMotion: 'reduce' });
  await connect.page.setViewportSize({ width: 320, height: 256 });
  await connect.at('finder');
  await connect.bank(banks.credentials).waitFor();
  await stage.checkAccess(connect);
  await connect.page.screenshot({ path: `${stage.shots}/reflow-finder.png` });
  await connect.choose(banks.credentials);
  await connect.at('credentials');
  await stage.checkAccess(connect);
  await connect.page.screenshot({ path: `${stage.shots}/reflow-credentials.png` });
  await connect.click('persona-first');
  await connect.click('continue');
  await connect.finish();
}
