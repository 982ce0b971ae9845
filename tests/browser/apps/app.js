// SPDX-License-Identifier: MIT
//
// An app whose driver says what it does: ?run={host, how, token, options}. `how` is the launcher's
// method. Its redirect pages, under two other paths, call continue().
import MoneyKit, { moneyui } from '@moneykit/connect';
import { onEvent, onExit, onSuccess } from './recorder.js';

const hostKey = 'app.host'; // redirect pages know it too

function makeLauncher(options = {}) {
  const known = options.theme === 'moneyui' ? { ...options, theme: moneyui } : options;
  return new MoneyKit({ __connectSDKUIHost: localStorage.getItem(hostKey), ...known });
}

const run = JSON.parse(new URLSearchParams(location.search).get('run'));
if (run) {
  localStorage.setItem(hostKey, run.host);
  makeLauncher(run.options)[run.how](run.token, onSuccess, onExit, onEvent);
} else {
  makeLauncher().continue(location.href, onSuccess, onExit, onEvent);
}
