// SPDX-License-Identifier: MIT
//
// /demo: the journey of an app in one page of ours.
import assert from 'node:assert/strict';
import { banks } from '../back_end.mjs';
import { Connect } from '../connect.mjs';

const frame = 'iframe.demo-frame';

export async function wholeJourney(stage) {
  const demo = await stage.visit('/demo');
  await demo.id('demo-start').waitFor();
  await stage.shoot(demo, 'demo-start');
  await demo.click('demo-start');
  const connect = new Connect(demo.page, demo.record, frame);
  await connect.choose(banks.instant);
  await connect.at('permissions');
  await stage.shoot(demo, 'demo-open');
  await connect.pass('permissions', 'accounts', 'success');

  await demo.see('demo-outcome', 'connected');
  await demo.see('demo-link', 'checking account');
  assert.ok(await demo.id('demo-call').count() >= 6, 'every call is shown');
  assert.ok(await demo.id('demo-message').count() >= 6, 'every message is shown');
  await demo.id('demo-call').nth(2).click();
  assert.ok(!(await demo.page.textContent('body')).includes('demo-secret'));
  await stage.shoot(demo, 'demo-end');
}

export async function oauthAndLeaving(stage) {
  const demo = await stage.visit('/demo');
  const connect = new Connect(demo.page, demo.record, frame);
  await demo.click('demo-start');
  await connect.choose(banks.oauth);
  await connect.at('oauth');
  const bank = await stage.popup(() => connect.click('continue'));
  await bank.click('approve');
  await connect.pass('permissions', 'accounts', 'success');
  await demo.see('demo-outcome', 'OAuth Bank is connected');
  await stage.closed(bank);

  await demo.click('demo-start');
  await connect.at('finder');
  await connect.click('close');
  await connect.click('exit-leave');
  await demo.see('demo-outcome', 'You left');
}
