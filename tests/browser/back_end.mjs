// SPDX-License-Identifier: MIT
//
// An app's back end: it makes link sessions, exchanges what its front end got, and reads the links.
import assert from 'node:assert/strict';

export const banks = {
  credentials: 'moneykit-creds-bank',
  instant: 'moneykit-instant-bank',
  oauth: 'moneykit-oauth-bank',
};

const alwaysGranted = new Set(['accounts', 'enrichment']); // no user is asked for these

export class BackEnd {
  // Each client has a world of its own, so scenarios can't disturb each other.
  constructor(host, clientId, appOrigin) {
    this.host = host;
    this.headers = { 'X-Client-Id': clientId, 'X-Client-Secret': `secret of ${clientId}` };
    this.appOrigin = appOrigin;
    this.sessions = []; // every token that was made
  }

  // The answer's body; any other status than `expected` fails.
  async call(method, path, body, expected = 200) {
    const headers = { ...this.headers, ...(body && { 'Content-Type': 'application/json' }) };
    const response = await fetch(this.host + path,
      { method, headers, body: body && JSON.stringify(body) });
    const text = await response.text();
    assert.equal(response.status, expected, `${method} ${path}: ${text}`);
    return text ? JSON.parse(text) : null;
  }

  get(path) {
    return this.call('GET', path);
  }

  // A link session's token; `more` is what else its request says.
  async session(more = {}) {
    const body = { customer_user: { id: 'user-1' }, redirect_uri: `${this.appOrigin}/redirect`,
      ...more };
    const { link_session_token: token } = await this.call('POST', '/link-session', body, 201);
    this.sessions.push(token);
    return token;
  }

  exchange(exchangeableToken) {
    return this.call('POST', '/link-session/exchange-token',
      { exchangeable_token: exchangeableToken }, 201);
  }

  // A connected link, made without a browser.
  async link(more = {}, choices = {}) {
    const { exchangeable_token: token } = await this.call('POST', '/sandbox/connect',
      { link_session_token: await this.session(more), institution_id: banks.credentials,
        ...choices }, 201);
    return (await this.exchange(token)).link;
  }

  async accountNames(linkId) {
    const { accounts } = await this.get(`/links/${linkId}/accounts`);
    return accounts.map((account) => account.name);
  }

  // What the user chose is what the link has: `state`, names of accounts, names of products.
  async assertLink(linkId, { institution, accounts, products, tags = [], webhook = null }) {
    const link = await this.get(`/links/${linkId}`);
    const granted = Object.keys(link.products).filter((name) => !alwaysGranted.has(name));

    assert.equal(link.state, 'connected');
    assert.equal(link.error_code, null);
    assert.equal(link.institution_id, institution);
    assert.deepEqual(granted.sort(), [...products].sort());
    assert.deepEqual(link.link_tags, tags);
    assert.equal(link.webhook, webhook);
    assert.deepEqual((await this.accountNames(linkId)).sort(), [...accounts].sort());
    return link;
  }

  setConnectAuto(value) {
    return this.call('PATCH', '/sandbox/settings', { connect_auto: value });
  }
}
