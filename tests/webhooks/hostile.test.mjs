// SPDX-License-Identifier: MIT
//
// Every way of spoiling webhooks: what must be refused is refused, what must be taken is taken.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, linked } from './events.mjs';
import { Stage, allAccepted, nothingTwice } from './stage.mjs';

const twoDays = 2 * 86400;

// A link whose events have all come, so that tests see only their own: [client, receiver, link].
async function quiet(stage, verifier) {
  const client = stage.client();
  const receiver = await stage.receiver(undefined, verifier);
  const link = await client.link(receiver.url);
  await receiver.count(linked.length);
  await client.advance(0); // all have their outcome
  receiver.arrivals.length = 0;
  return [client, receiver, link];
}

const states = (client, link, count) => Promise.all(Array.from({ length: count }, (_, index) =>
  client.test(link, 'link.state_changed', `key ${index}`)));

test('duplicate: each comes twice and is valid', async (t) => {
  const stage = await Stage.open(t);
  const [client, receiver, link] = await quiet(stage);
  await client.mode({ mode: 'duplicate' });
  const { delivery_token: token } = await client.test(link, 'link.state_changed', 'k');
  await receiver.count(2);
  await client.settled(token, 'delivered');
  await client.advance(2 * 3600);
  assert.equal(receiver.arrivals.length, 2);
  allAccepted(receiver.arrivals);
  assert.deepEqual(receiver.arrivals.map(({ attempt }) => attempt), [1, 1]);
  assert.deepEqual(receiver.arrivals.map((arrival) => arrival.token), [token, token]);
  assert.ok(receiver.arrivals[0].body.equals(receiver.arrivals[1].body));
});

test('reorder: of two the later one comes first', async (t) => {
  const stage = await Stage.open(t);
  const [client, receiver, link] = await quiet(stage);
  await client.mode({ mode: 'reorder' });
  for (const key of ['first', 'second'])
    await client.test(link, 'link.state_changed', key);
  await receiver.count(2);
  assert.deepEqual(receiver.events.map((event) => event.webhook_idempotency_key),
    ['second', 'first']);
  allAccepted(receiver.arrivals);
  nothingTwice(receiver.arrivals);
});

test('delay: it comes so many seconds later', async (t) => {
  const stage = await Stage.open(t);
  const [client, receiver, link] = await quiet(stage);
  await client.mode({ mode: 'delay', delay_seconds: 60 });
  const { delivery_token: token } = await client.test(link, 'link.state_changed', 'k');
  await client.advance(59);
  assert.equal(receiver.arrivals.length, 0);
  await client.advance(1);
  await receiver.count(1);
  await client.settled(token, 'delivered');
  allAccepted(receiver.arrivals);
  const { event, claims } = receiver.arrivals[0];
  assert.equal(claims.iat * 1000 - Date.parse(`${event.webhook_timestamp}Z`), 60_000);
});

// The examples take what is old: a receiver that minds has to look at `iat` itself.
test('stale: refused by who looks at the age, and by nobody else', async (t) => {
  const stage = await Stage.open(t, ['--seed', '7']);
  for (const [verifier, verdict] of [[stage.verifier(), 'accepted'],
    [stage.verifier({ maxAge: 86400 }), 'stale']]) {
    const [client, receiver, link] = await quiet(stage, verifier);
    await client.mode({ mode: 'stale', count: 1 });
    await states(client, link, 1);
    await receiver.count(1);
    assert.equal(receiver.arrivals[0].verdict, verdict);
    const { iat } = JSON.parse(Buffer.from(
      receiver.arrivals[0].headers['moneykit-signature'].split('.')[1], 'base64url'));
    assert.ok(Math.abs(Date.now() / 1000 - iat - twoDays) < 60);
  }
});

test('unknown-kid: refused, after one look at the keys', async (t) => {
  const stage = await Stage.open(t);
  const verifier = stage.verifier({ cooldown: 0 });
  const [client, receiver, link] = await quiet(stage, verifier);
  assert.equal(verifier.keys.fetches, 1);
  await client.mode({ mode: 'unknown-kid', count: 1 });
  await states(client, link, 1);
  await receiver.count(1);
  assert.equal(receiver.arrivals[0].verdict, 'kid');
  assert.equal(verifier.keys.fetches, 2);
  await states(client, link, 1);
  await receiver.count(2);
  assert.equal(receiver.arrivals[1].verdict, 'accepted');
});

test('tampered: refused for its body alone', async (t) => {
  const stage = await Stage.open(t);
  const [client, receiver, link] = await quiet(stage);
  await client.mode({ mode: 'tampered', count: 2 });
  await states(client, link, 3);
  await receiver.count(3);
  assert.deepEqual(receiver.arrivals.map(({ verdict }) => verdict), ['body', 'body', 'accepted']);
});

// What a receiver refuses is retried like all else; the retry is as hostile.
test('a refusal is retried', async (t) => {
  const stage = await Stage.open(t);
  const [client, receiver, link] = await quiet(stage);
  receiver.behave = ({ verdict }, response) =>
    response.writeHead(verdict === 'accepted' ? 200 : 400).end();
  await client.mode({ mode: 'tampered', count: 1 });
  const { delivery_token: token } = await client.test(link, 'link.state_changed', 'k');
  await receiver.count(1);
  await client.settled(token, 'retrying');
  await client.advance(10);
  await receiver.count(2);
  assert.deepEqual(receiver.arrivals.map(({ verdict, attempt }) => [verdict, attempt]),
    [['body', 1], ['body', 2]]);
});

test('a mode is the world\'s own, and ends', async (t) => {
  const stage = await Stage.open(t);
  const [client, receiver, link] = await quiet(stage);
  await stage.client('other').mode({ mode: 'tampered' });
  await states(client, link, 1);
  await client.mode({ mode: 'tampered' });
  await client.mode({ mode: 'none' });
  await states(client, link, 1);
  await receiver.count(2);
  allAccepted(receiver.arrivals);
  assert.deepEqual(receiver.events.map(brief),
    ['state_changed connected', 'state_changed connected']);
});
