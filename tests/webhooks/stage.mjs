// SPDX-License-Identifier: MIT
//
// What a test plays on: the program under test, receivers, clients. All is ended with the test; a
// server that does not end well (a sanitizer's finding) is the test's failure.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startSandbox } from '../support/sandbox.mjs';
import { Client } from './client.mjs';
import { Receiver } from './receiver.mjs';
import { Verifier } from './verifier.mjs';

const start = '2026-01-01T00:00:00';
export const standing = ['--deterministic', '--seed', '7', '--now', start];

export class Stage {
  constructor() {
    this.work = mkdtempSync(join(tmpdir(), 'mk-webhooks-'));
    this.receivers = [];
  }

  // Begins with a server with these options; ends with the test.
  static async open(test, options = standing) {
    const stage = new Stage();
    test.after(() => stage.close());
    await stage.start(options);
    return stage;
  }

  async start(options) {
    this.sandbox = await startSandbox(process.env.MK_PROGRAM, this.work, options);
  }

  async stop() {
    const sandbox = this.sandbox;
    this.sandbox = null;
    assert.equal(await sandbox.stop(), 0, sandbox.log());
  }

  get url() { return `http://${this.sandbox.address}`; }

  path(name) { return join(this.work, name); }
  client(id = 'tester') { return new Client(this.url, id); }

  // Signatures go by the world's clock, which may be ahead of a machine's that is wrong.
  verifier(options) {
    const now = () => Math.max(Date.now(), Date.parse(`${start}Z`));
    return new Verifier(this.url, { issuer: this.url, now, ...options });
  }

  async receiver(behave, verifier = this.verifier()) {
    const receiver = await Receiver.open(verifier, behave);
    this.receivers.push(receiver);
    return receiver;
  }

  async close() {
    try {
      if (this.sandbox)
        await this.stop();
    } finally {
      await Promise.all(this.receivers.map((receiver) => receiver.close()));
      rmSync(this.work, { recursive: true, force: true });
    }
  }
}

// Every pair of token and attempt came once; keys and tokens are those of one event each.
export function nothingTwice(arrivals) {
  const posts = arrivals.map(({ token, attempt }) => `${token} ${attempt}`);
  assert.deepEqual(posts, [...new Set(posts)], 'a post came twice');
  const tokens = new Map();
  for (const { token, event, body } of arrivals) {
    const before = tokens.get(token) ?? { event, body };
    tokens.set(token, before);
    assert.ok(before.body.equals(body), 'a retry has another body');
  }
  const keys = [...tokens.values()].map(({ event }) => event.webhook_idempotency_key);
  assert.deepEqual(keys, [...new Set(keys)], 'two events have one key');
}

export function allAccepted(arrivals) {
  assert.deepEqual(arrivals.map((arrival) => arrival.verdict),
    arrivals.map(() => 'accepted'));
}
