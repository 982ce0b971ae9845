// SPDX-License-Identifier: MIT
//
// The same script against the same seed: the same bytes, whatever the number of threads.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Stage, standing } from './stage.mjs';

// The port is not the seed's.
const fixed = ['--public-url', 'http://sandbox.test:8080'];

// Each call that makes webhooks is followed by one that waits for them: their outcomes are in the
// journal, which numbers calls and outcomes as they come.
async function play(client, hook) {
  const { link_id: link, exchangeable_token: token } = await client.connect(hook);
  await client.advance(0);
  await client.exchange(token);
  await client.advance(0);
  for (const path of ['', '/accounts', '/accounts/numbers', '/identity', '/transactions',
    '/transactions/sync', '/investments', '/investments/transactions'])
    await client.call('GET', `/links/${link}${path}`);
  await client.call('GET', '/links');
  await client.call('POST', `/links/${link}/products`, { products: ['transactions'] });
  await client.advance(3600);
  await client.test(link, 'link.product_refresh', 'mine');
  await client.advance(0);
  await client.call('POST', '/sandbox/keys/rotate', { activate_after_seconds: 60 });
  await client.call('PUT', '/sandbox/webhooks/mode', { mode: 'duplicate', count: 1 });
  await client.test(link, 'link.state_changed', 'twice');
  await client.advance(86400);
  await client.call('PATCH', `/sandbox/links/${link}`, { state: 'error' });
  await client.advance(0);
  await client.call('GET', '/links/mk_nothing');
  await client.call('POST', '/link-session', { customer_user: {} });
  await client.call('POST', '/sandbox/faults',
    { operation: 'get_link', error_code: 'link_error.deleted', probability: 0.5 });
  for (let i = 0; i < 8; i++)
    await client.call('GET', `/links/${link}`);
  for (const path of ['clock', 'settings', 'faults', 'webhooks', 'webhooks/mode', 'requests',
    'snapshot'])
    await client.call('GET', `/sandbox/${path}`);
  await client.call('POST', '/sandbox/reset');
  await client.link(hook);
  await client.advance(0);
  await client.call('GET', '/sandbox/snapshot');
  await client.call('GET', '/.well-known/jwks.json');
}

function withoutDate(headers) {
  const pairs = [];
  for (let i = 0; i < headers.length; i += 2) {
    if (headers[i] !== 'Date')
      pairs.push(`${headers[i]}: ${headers[i + 1]}`);
  }
  return pairs;
}

// Not while it plays: asking for the keys is a call among the others, which are numbered.
async function verifyAll(arrivals, verifier) {
  for (const { headers, body } of arrivals)
    await verifier.verify(headers, body);
}

// All that a run said. The receiver is the same for all: its port is in the links.
async function run(stage, receiver, threads) {
  await stage.start([...standing, ...fixed, '--threads', threads]);
  receiver.arrivals = [];
  const client = stage.client();
  await play(client, receiver.url);
  await verifyAll(receiver.arrivals, stage.verifier({ issuer: 'http://sandbox.test:8080' }));
  await stage.stop();
  assert.deepEqual(client.seen.filter(({ status }) => status >= 500), []);
  return {
    replies: client.seen.map(({ call, status, headers, text }) =>
      [call, status, ...withoutDate(headers), text].join('\n')),
    webhooks: receiver.arrivals.map(({ path, headers, body }) =>
      [path, ...Object.entries(headers).map((pair) => pair.join(': ')), body].join('\n')),
  };
}

// Says where they differ: they may be long.
function same(is, wanted) {
  if (is === wanted)
    return;
  let at = 0;
  while (is?.[at] === wanted[at])
    at++;
  const around = (text) => text?.slice(Math.max(0, at - 100), at + 100);
  assert.fail(`${wanted.split('\n')[0]}:\n${around(is)}\ninstead of\n${around(wanted)}`);
}

test('two runs of a script say the same, with one thread and with four', async (t) => {
  const stage = await Stage.open(t);
  await stage.stop();
  const receiver = await stage.receiver(undefined, null);
  const first = await run(stage, receiver, '1');
  assert.ok(first.replies.length > 40 && first.webhooks.length > 25,
    `${first.replies.length} replies, ${first.webhooks.length} webhooks`);
  for (const threads of ['1', '4']) {
    const other = await run(stage, receiver, threads);
    for (const kind of ['replies', 'webhooks']) {
      first[kind].forEach((text, index) => same(other[kind][index], text));
      assert.equal(other[kind].length, first[kind].length);
    }
  }
});

test('another seed says something else', async (t) => {
  const stage = await Stage.open(t);
  const receiver = await stage.receiver();
  const bodies = [];
  for (const seed of ['1', '2']) {
    await stage.stop();
    await stage.start(['--deterministic', '--seed', seed]);
    receiver.verifier = stage.verifier();
    receiver.arrivals = [];
    await stage.client().connect(receiver.url);
    await receiver.count(1);
    bodies.push(receiver.arrivals[0].body.toString());
  }
  assert.notEqual(bodies[0], bodies[1]);
});
