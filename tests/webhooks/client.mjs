// SPDX-License-Identifier: MIT
//
// A client of the sandbox: one client id, so one world.
import assert from 'node:assert/strict';
import { request } from 'node:http';

// Resolves with { status, headers (as they came, in pairs), text, json }.
function exchange(url, method, headers, body) {
  return new Promise((resolve, reject) => {
    const call = request(url, { method, headers, agent: false }, (answer) => {
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk)).once('error', reject).once('end', () => {
        const text = Buffer.concat(chunks).toString();
        const isJson = answer.headers['content-type']?.startsWith('application/json');
        resolve({ status: answer.statusCode, headers: answer.rawHeaders, text,
          json: isJson && text ? JSON.parse(text) : null });
      });
    });
    call.once('error', reject).end(body);
  });
}

export class Client {
  constructor(url, id, secret = `${id}-secret`) {
    this.url = url;
    this.keys = { 'X-Client-Id': id, 'X-Client-Secret': secret };
    this.seen = []; // every exchange, for comparing runs
  }

  async call(method, path, body) {
    const content = body === undefined ? {} : { 'Content-Type': 'application/json' };
    const answer = await exchange(this.url + path, method, { ...this.keys, ...content },
      body === undefined ? undefined : JSON.stringify(body));
    this.seen.push({ call: `${method} ${path}`, ...answer });
    return answer;
  }

  // The JSON of an answer with this status.
  async expect(status, method, path, body) {
    const answer = await this.call(method, path, body);
    assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
    return answer.json;
  }

  get(path) { return this.expect(200, 'GET', path); }
  post(status, path, body) { return this.expect(status, 'POST', path, body); }

  // A user who has linked accounts, and not more.
  async connect(webhook, { session = {}, connect = {} } = {}) {
    const { link_session_token: token } = await this.post(201, '/link-session', {
      customer_user: { id: 'user-1' }, redirect_uri: 'http://localhost:3000', webhook, ...session,
    });
    return this.post(201, '/sandbox/connect', { link_session_token: token, ...connect });
  }

  exchange(token) {
    return this.post(201, '/link-session/exchange-token', { exchangeable_token: token });
  }

  // The id of a connected link.
  async link(webhook, options) {
    const { exchangeable_token: token, link_id: link } = await this.connect(webhook, options);
    await this.exchange(token);
    return link;
  }

  advance(seconds) { return this.post(200, '/sandbox/clock/advance', { seconds }); }
  settings(changes) { return this.expect(200, 'PATCH', '/sandbox/settings', changes); }
  rotate(body = {}) { return this.post(201, '/sandbox/keys/rotate', body); }
  mode(body) { return this.expect(200, 'PUT', '/sandbox/webhooks/mode', body); }
  delivery(token) { return this.get(`/sandbox/webhooks/${token}`); }

  test(link, event, key) {
    return this.post(200, `/webhooks/test/link/${link}`,
      { webhook_event: event, webhook_idempotency_key: key });
  }

  // Resolves when the delivery's state is one of these.
  async settled(token, ...states) {
    const end = performance.now() + 20_000;
    for (;;) {
      const delivery = await this.delivery(token);
      if (states.includes(delivery.state))
        return delivery;
      assert.ok(performance.now() < end, `the delivery is ${delivery.state}, not ${states}`);
      await new Promise((resolve) => { setTimeout(resolve, 20); });
    }
  }
}
