// SPDX-License-Identifier: MIT
//
// Signatures across rotations, restarts, forks and keys that begin with a zero.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { linked } from './events.mjs';
import { Stage, allAccepted, nothingTwice } from './stage.mjs';

const day = 86400;

async function publishedBy(stage) {
  const answer = await fetch(`${stage.url}/.well-known/jwks.json`);
  assert.equal(answer.status, 200);
  assert.equal(answer.headers.get('cache-control'), 'no-cache');
  return (await answer.json()).keys;
}

const kids = async (stage) => (await publishedBy(stage)).map(({ kid }) => kid);

// A connected link whose first events have come.
async function quiet(client, receiver) {
  const before = receiver.arrivals.length;
  const link = await client.link(receiver.url);
  await receiver.count(before + linked.length);
  return link;
}

// The kid that signs a new event.
async function signs(client, receiver, link) {
  const before = receiver.arrivals.length;
  await client.test(link, 'link.state_changed', `key ${before}`);
  const arrivals = await receiver.count(before + 1);
  return arrivals[before].head.kid;
}

test('a key is published before it signs, and for a day after', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  const verifier = stage.verifier({ cooldown: 0 });
  const receiver = await stage.receiver(undefined, verifier);
  const link = await quiet(client, receiver);
  const [server] = await kids(stage);

  const first = await client.rotate({ activate_after_seconds: 600 });
  assert.deepEqual(first, { kid: first.kid, published_at: '2026-01-01T00:00:00',
    active_at: '2026-01-01T00:10:00', previous: { kid: server, retires_at: null } });
  assert.deepEqual(await kids(stage), [server, first.kid]);
  await client.advance(599);
  assert.equal(await signs(client, receiver, link), server);
  await client.advance(1);
  assert.equal(await signs(client, receiver, link), first.kid);

  const second = await client.rotate({ activate_after_seconds: 0 });
  assert.deepEqual(second.previous, { kid: first.kid, retires_at: '2026-01-02T00:10:00' });
  assert.equal(await signs(client, receiver, link), second.kid);
  await client.advance(day - 1);
  assert.deepEqual(await kids(stage), [server, first.kid, second.kid]);
  await client.advance(1);
  assert.deepEqual(await kids(stage), [server, second.kid]);
  assert.equal(await signs(client, receiver, link), second.kid);
  allAccepted(receiver.arrivals);
  nothingTwice(receiver.arrivals);
  assert.equal(verifier.keys.fetches, 3); // the first, and one for each key
});

test('who knows the key beforehand needs not ask again', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  const verifier = stage.verifier();
  const receiver = await stage.receiver(undefined, verifier);
  await client.rotate({ activate_after_seconds: 60 });
  const link = await quiet(client, receiver);
  await client.advance(60);
  await signs(client, receiver, link);
  allAccepted(receiver.arrivals);
  assert.equal(verifier.keys.fetches, 1);
});

// A retry is signed by the key of its own time; what was refused meanwhile comes again.
test('a rotation without notice costs a retry', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  let clock = Date.parse('2026-12-01');
  const verifier = stage.verifier({ now: () => clock });
  const receiver = await stage.receiver(({ verdict }, response) =>
    response.writeHead(verdict === 'accepted' ? 200 : 500).end(), verifier);
  const link = await quiet(client, receiver);
  receiver.arrivals.length = 0;
  const { kid } = await client.rotate();
  const { delivery_token: token } = await client.test(link, 'link.state_changed', 'k');
  await client.settled(token, 'retrying');
  clock += 300_000;
  await client.advance(10);
  await client.settled(token, 'delivered');
  assert.deepEqual(receiver.arrivals.map(({ verdict }) => verdict), ['kid', 'accepted']);
  assert.equal(receiver.arrivals[1].head.kid, kid);
  nothingTwice(receiver.arrivals);
});

test('a rotation is the world\'s own', async (t) => {
  const stage = await Stage.open(t);
  const [alice, bob] = [stage.client('alice'), stage.client('bob')];
  const receiver = await stage.receiver(undefined, stage.verifier({ cooldown: 0 }));
  const link = await quiet(bob, receiver);
  const [server] = await kids(stage);
  const [ofAlice, ofBob] = [await alice.rotate(), await bob.rotate({ activate_after_seconds: 9 })];
  assert.deepEqual(await kids(stage), [server, ofBob.kid, ofAlice.kid]); // bob came first
  assert.equal(await signs(bob, receiver, link), server);
  await bob.advance(9);
  assert.equal(await signs(bob, receiver, link), ofBob.kid);
  allAccepted(receiver.arrivals);
});

test('a reset keeps the keys', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  const receiver = await stage.receiver(undefined, stage.verifier({ cooldown: 0 }));
  const { kid } = await client.rotate();
  await client.advance(10 * day);
  await client.expect(204, 'POST', '/sandbox/reset');
  const link = await quiet(client, receiver);
  assert.equal(await signs(client, receiver, link), kid);
  allAccepted(receiver.arrivals);
});

test('a restart with the same key file and a snapshot changes nothing', async (t) => {
  const stage = await Stage.open(t, []);
  const options = ['--signing-key', stage.path('key.pem'), '--issuer', 'https://us.test'];
  await stage.stop();
  await stage.start(options);
  const client = stage.client();
  const verifier = stage.verifier({ issuer: 'https://us.test' });
  const receiver = await stage.receiver(undefined, verifier);
  await client.rotate();
  const last = await client.rotate({ activate_after_seconds: 3600 });
  const link = await quiet(client, receiver);
  const before = await signs(client, receiver, link);
  const published = await publishedBy(stage);
  assert.equal(published.length, 3);
  const snapshot = await client.get('/sandbox/snapshot');
  writeFileSync(stage.path('world.json'), JSON.stringify(snapshot));
  await stage.stop();

  // The receiver goes on with what it knows: it has no reason to ask the new server.
  await stage.start([...options, '--load', stage.path('world.json')]);
  const again = stage.client();
  assert.deepEqual(await publishedBy(stage), published);
  assert.equal(await signs(again, receiver, link), before);
  await again.advance(3600);
  assert.equal(await signs(again, receiver, link), last.kid);
  allAccepted(receiver.arrivals);
  nothingTwice(receiver.arrivals);
  assert.equal(verifier.keys.fetches, 1);
});

test('a fork shares the keys, which are listed once', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  const { kid } = await client.rotate();
  const [server] = await kids(stage);
  await client.post(201, '/sandbox/fork', { client_id: 'copy', client_secret: 'copy-secret' });
  assert.deepEqual(await kids(stage), [server, kid]);
  const receiver = await stage.receiver();
  const copy = stage.client('copy');
  assert.equal(await signs(copy, receiver, await quiet(copy, receiver)), kid);
  allAccepted(receiver.arrivals);
});

// Written as short as it can be, such a number would have 31 bytes.
for (const [seed, name] of [['59', 'x'], ['19', 'y']]) {
  test(`a key whose ${name} begins with a zero byte`, async (t) => {
    const stage = await Stage.open(t, ['--deterministic', '--seed', seed]);
    const [key] = await publishedBy(stage);
    const bytes = Buffer.from(key[name], 'base64url');
    assert.equal(bytes.length, 32);
    assert.equal(bytes[0], 0);
    const receiver = await stage.receiver();
    await quiet(stage.client(), receiver);
    allAccepted(receiver.arrivals);
  });
}

// Of r and s, too, one in 256 begins with a zero.
test('a signature with a number that begins with a zero byte', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  const receiver = await stage.receiver();
  const link = await quiet(client, receiver);
  const isShort = ({ headers }) => {
    const bytes = Buffer.from(headers['moneykit-signature'].split('.')[2], 'base64url');
    return bytes.length === 64 && (bytes[0] === 0 || bytes[32] === 0);
  };
  for (let number = 0; number < 2000 && !receiver.arrivals.some(isShort); number++)
    await signs(client, receiver, link);
  assert.ok(receiver.arrivals.some(isShort), 'none came');
  allAccepted(receiver.arrivals);
});
