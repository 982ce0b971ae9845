// SPDX-License-Identifier: MIT
//
// Receivers that do not answer, and how little the others notice of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { linked } from './events.mjs';
import { accept, hang } from './receiver.mjs';
import { Stage, allAccepted, nothingTwice } from './stage.mjs';


// They take 10 s each: all at once.
test('waiting', { concurrency: true }, async (t) => {
  await Promise.all([
    t.test('one of 50 receivers is slow, and no other waits', oneIsSlow),
    t.test('a receiver that hangs is given up after 10 s', oneHangs),
    t.test('moving the clock answers after 10 s and says what is in flight', advanceGivesUp),
  ]);
});

async function oneIsSlow(t) {
  const stage = await Stage.open(t);
  const client = stage.client();
  let release;
  const released = new Promise((resolve) => { release = resolve; });
  const slow = await stage.receiver(async (arrival, response) => {
    await released;
    accept(arrival, response);
  });
  const receivers = [slow];
  while (receivers.length < 50)
    receivers.push(await stage.receiver());
  const links = [];
  for (const receiver of receivers)
    links.push(await client.link(receiver.url));

  // The others have all of theirs while the slow one has not answered its first.
  await Promise.all(receivers.slice(1).map((receiver) => receiver.count(linked.length)));
  assert.equal(slow.arrivals.length, 1);
  release();
  await slow.count(linked.length);
  for (const [index, receiver] of receivers.entries()) {
    assert.equal(receiver.of(links[index]).length, linked.length);
    assert.deepEqual(receiver.briefs, linked);
    allAccepted(receiver.arrivals);
    nothingTwice(receiver.arrivals);
  }
  const { counters } = await client.get('/sandbox/webhooks?limit=1');
  assert.deepEqual([counters.made, counters.dropped], [50 * linked.length, 0]);
}

async function oneHangs(t) {
  const stage = await Stage.open(t);
  const client = stage.client();
  const receiver = await stage.receiver(hang);
  const begun = performance.now();
  await client.connect(receiver.url);
  await receiver.count(1);
  const { token } = receiver.arrivals[0];
  const { attempts } = await client.settled(token, 'retrying');
  const seconds = (performance.now() - begun) / 1000;
  assert.ok(seconds > 9.5 && seconds < 15, `${seconds} s`);
  assert.equal(attempts[0].status, null);
  assert.match(attempts[0].problem, /10 seconds/);
  receiver.behave = accept;
  await client.advance(10);
  assert.equal((await client.delivery(token)).state, 'delivered');
  assert.deepEqual(receiver.arrivals.map(({ attempt }) => attempt), [1, 2]);
  nothingTwice(receiver.arrivals);
}

async function advanceGivesUp(t) {
  const stage = await Stage.open(t);
  const client = stage.client();
  const receiver = await stage.receiver(hang);
  const link = await client.link(receiver.url);
  await receiver.count(1);
  const begun = performance.now();
  const { now, in_flight: inFlight } = await client.advance(60);
  const seconds = (performance.now() - begun) / 1000;
  assert.ok(seconds > 9 && seconds < 12, `${seconds} s`);
  assert.equal(now, '2026-01-01T00:01:00');
  assert.ok(inFlight.length > 0);
  assert.ok(inFlight.every((delivery) => delivery.link_id === link));
}
