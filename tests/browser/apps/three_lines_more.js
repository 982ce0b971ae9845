// SPDX-License-Identifier: MIT
//
// What every app has besides: a back end to call, and a page that says how it ended.
import * as recorder from './recorder.js';

async function askBackEnd(path, body = {}) {
  const response = await fetch(path, { method: 'POST', body: JSON.stringify(body) });
  return response.json();
}

export async function getLinkSessionToken() {
  return (await askBackEnd('session')).link_session_token;
}

export async function onSuccess(exchangeableToken, institution, linkId) {
  recorder.onSuccess(exchangeableToken, institution, linkId);
  const { link } = await askBackEnd('exchange', { exchangeable_token: exchangeableToken });
  document.querySelector('h1').textContent = `${link.institution_name}: ${link.state}`;
}

export { onEvent, onExit } from './recorder.js';
