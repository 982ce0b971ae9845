// SPDX-License-Identifier: MIT
//
// Every screen once, for its pictures and for axe. Those that only appear in other scenarios are
// taken there.
import { banks } from '../back_end.mjs';

export async function finder(stage) {
  const connect = await stage.open();
  await connect.at('finder');
  await connect.bank(banks.credentials).waitFor();
  await stage.shoot(connect, 'finder');
  await connect.click('show-more');
  await connect.id('group-tertiary').waitFor();
  await stage.shoot(connect, 'finder-more');
  await connect.id('search').fill('bank');
  await connect.bank('chase').waitFor({ state: 'detached' });
  await stage.shoot(connect, 'finder-search');
}

export async function finderWithFeatures(stage) {
  await stage.backEnd.link();
  const connect = await stage.open({ session: { connect_features: { issue_reporter: true,
    enable_money_id: true, connect_manually: true, duplicate_institution_warning: true } } });
  await connect.at('finder');
  await connect.bank(banks.credentials).waitFor();
  await stage.shoot(connect, 'finder-features');
}

export async function credentials(stage) {
  const connect = await stage.open({ session: { institution_id: banks.credentials } });
  await connect.at('credentials');
  await stage.shoot(connect, 'credentials');
  await connect.click('personas-open');
  await stage.shoot(connect, 'credentials-personas');
  await connect.click('personas-cancel');
  await connect.login('somebody');
  await connect.id('error').waitFor();
  await stage.shoot(connect, 'credentials-error');
}

export async function challenges(stage) {
  const connect = await stage.open();
  await connect.choose('chase');
  await connect.login('user_mfa_device');
  await connect.at('device');
  await stage.shoot(connect, 'device');
  await connect.pass('device');
  await connect.at('code');
  await stage.shoot(connect, 'code');
  await connect.click('back');
  await connect.choose('capital_one');
  await connect.login('user_mfa_question');
  await connect.at('question');
  await stage.shoot(connect, 'question');
}

export async function consent(stage) {
  const connect = await stage.open({ session: { institution_id: banks.credentials,
    settings: { products: {
      transactions: { required: true, reason: 'show you what you spend.' },
      identity: { require_permission: true, reason: 'open your account' },
      account_numbers: {},
      investments: {},
    } } } });
  await connect.login('user_good');
  await connect.at('permissions');
  await stage.shoot(connect, 'permissions');
  await connect.click('close');
  await connect.id('exit-question').waitFor();
  await stage.shoot(connect, 'exit-question');
  await connect.click('exit-stay');
  await connect.pass('permissions');
  await connect.at('accounts');
  await stage.shoot(connect, 'accounts');
}

export async function ends(stage) {
  const good = await stage.open({ session: { institution_id: banks.credentials } });
  await good.login('user_good');
  await good.pass('permissions');
  await good.at('accounts');
  for (const index of [0, 1, 2])
    await good.id(`account-${index}`).uncheck();
  await good.click('continue');
  await good.id('error').waitFor();
  await stage.shoot(good, 'accounts-none');
  await good.id('account-0').check();
  await good.pass('accounts');
  await good.at('success');
  await stage.shoot(good, 'success');

  const bad = await stage.open({ session: { institution_id: banks.credentials } });
  await bad.login('user_provider_error');
  await bad.at('failure');
  await stage.shoot(bad, 'failure');
}

export async function expired(stage) {
  stage.expectStatus(404, 'Not Found', `${stage.host}/connect/session`);
  const connect = await stage.open({ token: 'none.none.none' });
  await connect.at('expired');
  await stage.shoot(connect, 'expired');
}

export async function oauth(stage) {
  const connect = await stage.open({ session: { institution_id: banks.oauth } });
  await connect.at('oauth');
  await stage.shoot(connect, 'oauth');
  const bank = await stage.popup(() => connect.click('continue'));
  await bank.id('approve').waitFor();
  await stage.shoot(connect, 'oauth-waiting');
  await stage.shoot(bank, 'oauth-bank');
  await bank.page.close();
  await connect.see('title', 'was closed');
  await stage.shoot(connect, 'oauth-closed');
}

export async function relink(stage) {
  const link = await stage.backEnd.link();
  await stage.backEnd.call('POST', `/links/${link.link_id}/reset`);
  const connect = await stage.open({ how: 'relink', session: { existing_link_id: link.link_id } });
  await connect.at('credentials');
  await stage.shoot(connect, 'relink-credentials');
  await connect.login('user_good');
  await connect.pass('accounts');
  await connect.at('success');
  await stage.shoot(connect, 'relink-success');
}
