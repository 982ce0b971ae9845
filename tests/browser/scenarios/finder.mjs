// SPDX-License-Identifier: MIT
//
// Finding the bank: what is offered, the search, banks that are linked already, other ways.
import assert from 'node:assert/strict';
import { banks } from '../back_end.mjs';

// The ids of the banks that are shown, group by group.
async function shown(connect) {
  await connect.at('finder');
  await connect.id('institutions').locator('button').first().waitFor();
  return connect.evaluate(() => Object.fromEntries(
    [...document.querySelectorAll('[data-testid^=group-]')].map((group) => [
      group.dataset.testid.slice('group-'.length),
      [...group.querySelectorAll('button')].map((button) => (
        button.dataset.testid.slice('institution-'.length)))])));
}

async function all(connect) {
  if (await connect.id('show-more').count())
    await connect.click('show-more');
  return Object.values(await shown(connect)).flat();
}

const offered = async (stage, settings) => {
  const connect = await stage.open({ session: { settings } });
  await shown(connect);
  return { connect, ids: await all(connect) };
};

export async function groups(stage) {
  const connect = await stage.open();
  const first = await shown(connect);
  assert.deepEqual(first.featured.slice(0, 3), Object.values(banks));
  assert.ok(first.featured.includes('chase'));
  assert.deepEqual(Object.keys(first), ['featured', 'primary', 'secondary']);
  await connect.click('show-more');
  const more = await shown(connect);
  assert.ok(more.tertiary.length > 0);
  assert.match(await connect.focused(), /^button institution-/);
  const ids = Object.values(more).flat();
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(!ids.includes('monzo') && !ids.includes('rbc'), 'US only, if nothing else is said');
}

export async function countries(stage) {
  const british = await offered(stage, { countries: ['GB'] });
  assert.ok(british.ids.includes('monzo'));
  assert.ok(!british.ids.includes('chase') && !british.ids.includes('rbc'));
  const two = await offered(stage, { countries: ['CA', 'US'] });
  assert.ok(two.ids.includes('rbc') && two.ids.includes('chase') && !two.ids.includes('monzo'));
}

export async function providers(stage) {
  const { ids } = await offered(stage, { providers: ['akoya'] });
  assert.deepEqual(ids.sort(), ['capital_one', 'charles_schwab', 'fidelity']);
}

export async function requiredProducts(stage) {
  const { ids } = await offered(stage, { products: { investments: { required: true } } });
  assert.ok(ids.includes('robinhood') && !ids.includes('pnc'));
  const optional = await offered(stage, { products: { investments: {} } });
  assert.ok(optional.ids.includes('pnc'));
}

export async function nothingFits(stage) {
  const connect = await stage.open({ session: { settings: { countries: ['GB'],
    providers: ['akoya'] } } });
  await connect.see('no-result', 'No bank fits');
}

export async function search(stage) {
  const connect = await stage.open();
  await shown(connect);
  await connect.id('search').fill('  UNION ');
  await connect.id('institution-navy_federal').waitFor();
  await connect.bank('chase').waitFor({ state: 'detached' });
  const [{ properties }] = connect.record.events('search_institution');
  assert.deepEqual(properties, { search_term: 'UNION' });
  assert.match(await connect.view.locator('#announcer').textContent(), /^\d+ banks? found$/);

  await connect.id('search').fill('<b>zzz</b>');
  await connect.see('no-result', '<b>zzz</b>');
  await connect.id('search').fill('');
  await connect.bank('chase').waitFor();
  assert.equal(connect.record.events('search_institution').length, 2);
  await connect.bank('chase').click();
  await connect.at('credentials');
  await connect.click('back');
  await connect.bank('chase').waitFor();
}

export async function duplicateWarned(stage) {
  await stage.backEnd.link();
  const connect = await stage.open({ session: {
    connect_features: { duplicate_institution_warning: true } } });
  await connect.choose(banks.credentials);
  await connect.see('duplicate-warning', 'already connected');
  await stage.shoot(connect, 'duplicate');
  await connect.click('duplicate-dismiss');
  await connect.at('finder');
  await connect.bank(banks.credentials).click();
  await connect.click('duplicate-acknowledge');
  await connect.at('credentials');
  const alerts = connect.record.story().filter((name) => name.endsWith('_institution_alert'));
  assert.deepEqual(alerts, ['dismiss_institution_alert', 'acknowledge_institution_alert']);
  assert.equal(connect.record.events('select_institution').length, 1);

  const stranger = await stage.open({ session: { customer_user: { id: 'user-2' },
    connect_features: { duplicate_institution_warning: true } } });
  await stranger.choose(banks.credentials);
  await stranger.at('credentials');
}

export async function duplicateRejected(stage) {
  await stage.backEnd.link();
  const connect = await stage.open({ session: {
    connect_features: { duplicate_institution_rejected: true } } });
  const { featured } = await shown(connect);
  assert.ok(!featured.includes(banks.credentials) && featured.includes(banks.instant));
}

export async function duplicateUnnoticed(stage) {
  await stage.backEnd.link();
  const connect = await stage.open();
  await connect.choose(banks.credentials);
  await connect.at('credentials');
}

export async function moneyId(stage) {
  const connect = await stage.open({ session: { connect_features: { enable_money_id: true } } });
  await shown(connect);
  await connect.click('money-id');
  await connect.id('money-id-dialog').waitFor();
  await stage.shoot(connect, 'money-id');
  await connect.click('money-id-cancel');
  await connect.click('money-id');
  await connect.click('money-id-continue');
  const [, institution] = await connect.finish();
  assert.equal(institution.id, banks.instant);
}

export async function connectManually(stage) {
  const session = { connect_features: { connect_manually: true } };
  const connect = await stage.open({ session });
  await shown(connect);
  await connect.click('connect-manually');
  await connect.click('manual-stay');
  await connect.id('search').fill('zzz');
  await connect.id('no-result').waitFor();
  await stage.shoot(connect, 'finder-empty');
  await connect.click('connect-manually-empty');
  await connect.id('manual-dialog').waitFor();
  await stage.shoot(connect, 'manually');
  await connect.click('manual-leave');
  const [error] = await connect.record.until('exit');
  assert.equal(error.error_id, 'connect_manually');
}

export async function issueReporter(stage) {
  const connect = await stage.open({ session: { connect_features: { issue_reporter: true } } });
  await shown(connect);
  await connect.click('report-issue');
  await connect.id('report-text').fill('It is too pretty');
  await stage.shoot(connect, 'report');
  await connect.click('report-send');
  await connect.id('report-thanks').waitFor();
  await stage.shoot(connect, 'report-thanks');
  await connect.click('dialog-ok');
  await connect.choose(banks.credentials);
  await connect.at('credentials');
}
