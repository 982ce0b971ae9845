// SPDX-License-Identifier: MIT
//
// The world's setting `connect_auto`: pages that finish by themselves.
import assert from 'node:assert/strict';
import { banks } from '../back_end.mjs';
import { everything } from './banks.mjs';

export async function finishes(stage) {
  for (const [institution, username] of [[banks.credentials, 'user_good'],
    [banks.credentials, 'user_mfa_device'], [banks.credentials, 'user_mfa_question'],
    [banks.instant, 'user_good'], [banks.oauth, 'user_good']]) {
    await stage.backEnd.setConnectAuto({ institution_id: institution, username });
    const connect = await stage.open();
    const [token, , linkId] = await connect.record.until('success');
    await stage.backEnd.exchange(token);
    await stage.backEnd.assertLink(linkId, { institution, ...everything });
    assert.ok(connect.record.story().includes('select_institution'));
    await connect.page.close();
  }
}

// A failing persona ends it with its error.
export async function fails(stage) {
  for (const [username, expected] of [['user_no_accounts', 'no_accounts'],
    ['user_invalid_credentials', 'invalid_credentials']]) {
    await stage.backEnd.setConnectAuto({ institution_id: banks.credentials, username });
    const connect = await stage.open();
    assert.equal((await connect.record.until('exit'))[0].error_id, expected);
  }
}

export async function canBeSwitchedOff(stage) {
  await stage.backEnd.setConnectAuto({ institution_id: banks.instant, username: 'user_good' });
  await stage.backEnd.setConnectAuto(null);
  const connect = await stage.open();
  await connect.choose(banks.instant);
  await connect.at('permissions');
}

export async function relinks(stage) {
  const link = await stage.backEnd.link();
  await stage.backEnd.call('POST', `/links/${link.link_id}/reset`);
  await stage.backEnd.setConnectAuto({ institution_id: banks.credentials, username: 'user_good' });
  const connect = await stage.open({ how: 'relink', session: { existing_link_id: link.link_id } });
  assert.equal((await connect.record.until('success'))[1], link.link_id);
  await stage.backEnd.assertLink(link.link_id, { institution: banks.credentials, ...everything });
}
