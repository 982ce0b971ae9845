// SPDX-License-Identifier: MIT
//
// What arrives, in which order, and what happens when a receiver does not take it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { brief, isUuid, linked } from './events.mjs';
import { answerWith, close, failing } from './receiver.mjs';
import { Stage, allAccepted, nothingTwice } from './stage.mjs';

test('a new link tells all, in order', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  const receiver = await stage.receiver();
  const { exchangeable_token: token, link_id: link } = await client.connect(receiver.url,
    { session: { link_tags: ['a:b', 'c'] } });
  await receiver.count(1);
  assert.deepEqual(receiver.briefs, linked.slice(0, 1));

  await client.exchange(token);
  await receiver.count(linked.length);
  assert.deepEqual(receiver.briefs, linked);
  allAccepted(receiver.arrivals);
  nothingTwice(receiver.arrivals);
  for (const { method, path, headers, attempt, token: delivery, event } of receiver.arrivals) {
    assert.deepEqual([method, path, attempt], ['POST', '/hook', 1]);
    assert.equal(headers['content-type'], 'application/json');
    assert.ok(isUuid(delivery) && isUuid(event.webhook_idempotency_key));
    assert.deepEqual([event.link_id, event.link_tags], [link, ['a:b', 'c']]);
    assert.equal(event.webhook_timestamp, '2026-01-01T00:00:00');
  }
  const { counters } = await client.get('/sandbox/webhooks');
  assert.equal(counters.delivered, linked.length);
});

test('a refresh, a reset and a deletion tell, too', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  const receiver = await stage.receiver();
  const link = await client.link(receiver.url);
  await receiver.count(linked.length);

  await client.post(202, `/links/${link}/products`, { products: ['transactions', 'identity'] });
  await client.advance(1);
  await client.post(200, `/links/${link}/reset`, {});
  await client.expect(204, 'DELETE', `/links/${link}`);
  const after = ['product_refresh identity completed', 'product_refresh transactions completed',
    'product_refresh enrichment completed', 'updates_available', 'state_changed error',
    'state_changed deleted'];
  await receiver.count(linked.length + after.length);
  assert.deepEqual(receiver.briefs.slice(linked.length), after);
  assert.equal(receiver.events[linked.length].webhook_timestamp, '2026-01-01T00:00:01');
  allAccepted(receiver.arrivals);
  nothingTwice(receiver.arrivals);
});

test('the test endpoint delivers what was asked for and changes nothing', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  const receiver = await stage.receiver();
  const link = await client.link(receiver.url);
  await receiver.count(linked.length);
  const before = await client.get(`/links/${link}`);

  const wanted = [['link.state_changed', 'state_changed connected'],
    ['link.product_refresh', 'product_refresh accounts completed'],
    ['transactions.updates_available', 'updates_available'],
    ['product.state_changed', 'product_refresh accounts completed']];
  for (const [index, [name, words]] of wanted.entries()) {
    const key = `my key ${index} "ü"`;
    const { delivery_token: token } = await client.test(link, name, key);
    await receiver.count(linked.length + index + 1);
    const arrival = receiver.arrivals.at(-1);
    assert.equal(brief(arrival.event), words);
    assert.equal(arrival.event.webhook_idempotency_key, key);
    assert.equal(arrival.token, token);
  }
  allAccepted(receiver.arrivals);
  assert.deepEqual(await client.get(`/links/${link}`), before);
});

test('500 twice, then 200: retries after 10 and 20 s of the same bytes', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  const receiver = await stage.receiver(failing(2));
  const { link_id: link } = await client.connect(receiver.url);
  await receiver.count(1);
  const { token } = receiver.arrivals[0];
  await client.settled(token, 'retrying');

  for (const [seconds, count] of [[9, 1], [1, 2], [19, 2], [1, 3], [3600, 3]]) {
    const { in_flight: inFlight } = await client.advance(seconds);
    assert.deepEqual(inFlight, []);
    await receiver.count(count);
    assert.equal(receiver.of(link).length, count, `after ${seconds} s more`);
  }
  allAccepted(receiver.arrivals);
  nothingTwice(receiver.arrivals);
  assert.deepEqual(receiver.arrivals.map(({ attempt }) => attempt), [1, 2, 3]);
  assert.deepEqual(receiver.arrivals.map((arrival) => arrival.token), [token, token, token]);
  const [first, second, third] = receiver.arrivals.map(({ claims }) => claims.iat);
  assert.deepEqual([second - first, third - second], [10, 20]);

  const delivery = await client.delivery(token);
  assert.equal(delivery.state, 'delivered');
  assert.equal(delivery.body, receiver.arrivals[0].body.toString());
  assert.deepEqual(delivery.attempts.map(({ attempt, status, answer }) => [attempt, status,
    answer]), [[1, 500, 'attempt 1'], [2, 500, 'attempt 2'], [3, 200, 'attempt 3']]);
});

test('the first retry comes after webhook_retry_seconds', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  const receiver = await stage.receiver(failing(2));
  await client.settings({ webhook_retry_seconds: 1 });
  await client.link(receiver.url);
  // Each of the link's events waits for the first attempt of the one before.
  await receiver.count(linked.length);
  await client.advance(3);
  await receiver.count(3 * linked.length);
  assert.deepEqual(receiver.arrivals.filter(({ attempt }) => attempt === 1)
    .map(({ event }) => brief(event)), linked);
  allAccepted(receiver.arrivals);
  nothingTwice(receiver.arrivals);
  assert.equal((await client.get('/sandbox/webhooks')).counters.delivered, linked.length);
});

// What each does with every attempt, and what is said of it.
const deaf = {
  'closes the connection': async (stage) => [(await stage.receiver(close)).url, null],
  'is not there': async (stage) => {
    const receiver = await stage.receiver();
    const { url } = receiver;
    await receiver.close();
    return [url, null];
  },
  'says no': async (stage) => [(await stage.receiver(answerWith(404))).url, 404],
};

for (const [what, make] of Object.entries(deaf)) {
  test(`a receiver that ${what} is tried for two hours`, async (t) => {
    const stage = await Stage.open(t);
    const client = stage.client();
    const [url, status] = await make(stage);
    await client.connect(url);
    const { deliveries: [{ delivery_token: token }] } = await client.get('/sandbox/webhooks');
    await client.settled(token, 'retrying');
    await client.advance(2 * 3600 + 1);

    const { state, attempts } = await client.delivery(token);
    assert.equal(state, 'failed');
    const begun = Date.parse(`${attempts[0].started_at}Z`);
    const at = attempts.map((attempt) => (Date.parse(`${attempt.started_at}Z`) - begun) / 1000);
    assert.deepEqual(at, [0, 10, 30, 70, 150, 310, 630, 1270, 2550, 5110]);
    assert.deepEqual(attempts.map(({ attempt }) => attempt), at.map((_, index) => index + 1));
    for (const attempt of attempts) {
      assert.equal(attempt.status, status);
      assert.equal(typeof attempt.problem, status ? 'object' : 'string');
    }
    const { counters } = await client.get('/sandbox/webhooks');
    assert.deepEqual([counters.failed, counters.waiting, counters.dropped], [1, 0, 0]);
  });
}

test('no redirect is followed', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  const target = await stage.receiver();
  for (const status of [301, 302, 303, 307, 308]) {
    const receiver = await stage.receiver(answerWith(status, { Location: target.url }));
    await client.connect(receiver.url);
    await receiver.count(1);
    const delivery = await client.settled(receiver.arrivals[0].token, 'retrying');
    assert.equal(delivery.attempts[0].status, status);
    const location = delivery.attempts[0].headers.find(([name]) => name === 'Location');
    assert.equal(location[1], target.url);
  }
  assert.equal(target.arrivals.length, 0);
});

test('any 2xx is success, and what was answered is kept', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  const long = 'x'.repeat(5000);
  for (const [status, answer] of [[201, 'made'], [202, long], [204, '']]) {
    const receiver = await stage.receiver(answerWith(status, { 'X-Mine': 'yes' }, answer));
    await client.connect(receiver.url);
    await receiver.count(1);
    const delivery = await client.settled(receiver.arrivals[0].token, 'delivered');
    assert.equal(delivery.attempts[0].status, status);
    assert.equal(delivery.attempts[0].answer, answer.slice(0, 4096));
    assert.ok(delivery.attempts[0].headers.some((pair) => pair.join() === 'X-Mine,yes'));
  }
});

test('a replay is one more attempt of the same', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  const receiver = await stage.receiver();
  await client.connect(receiver.url);
  await receiver.count(1);
  const { token } = receiver.arrivals[0];
  await client.settled(token, 'delivered');
  await client.post(202, `/sandbox/webhooks/${token}/replay`);
  await receiver.count(2);
  assert.deepEqual(receiver.arrivals.map(({ attempt }) => attempt), [1, 2]);
  allAccepted(receiver.arrivals);
  nothingTwice(receiver.arrivals);
});

test('a receiver may call the API while the clock is moved', async (t) => {
  const stage = await Stage.open(t);
  const client = stage.client();
  const inside = stage.client();
  const read = new Map(); // transactions by link
  const receiver = await stage.receiver(async ({ event }, response) => {
    const { link_id: link } = event;
    await inside.get(`/links/${link}`);
    if (event.webhook_event === 'transactions.updates_available') {
      const { transactions } = await inside.get(`/links/${link}/transactions/sync`);
      read.set(link, transactions.created.length);
    }
    response.end();
  });
  const link = await client.link(receiver.url);
  await receiver.count(linked.length);
  const before = read.get(link);
  assert.ok(before > 0);

  const { in_flight: inFlight, now } = await client.advance(3 * 86400 + 1);
  assert.deepEqual(inFlight, []);
  assert.equal(now, '2026-01-04T00:00:01'); // a refresh takes a second
  const daily = receiver.briefs.slice(linked.length);
  assert.equal(daily.filter((words) => words === 'updates_available').length, 3, daily.join());
  assert.ok(read.get(link) >= before);
  allAccepted(receiver.arrivals);
  nothingTwice(receiver.arrivals);
});

test('the real clock stands in the signature, or the one that is set', async (t) => {
  const stage = await Stage.open(t,
    ['--now', '2026-01-01T00:00:00', '--issuer', 'https://us.test']);
  const client = stage.client();
  const receiver = await stage.receiver(undefined, stage.verifier({ issuer: 'https://us.test' }));
  const iat = async () => {
    const before = receiver.arrivals.length;
    await client.connect(receiver.url);
    return (await receiver.count(before + 1))[before].claims.iat * 1000;
  };
  assert.ok(Math.abs(await iat() - Date.now()) < 60_000);
  await client.settings({ signature_clock: 'world' });
  assert.ok(Math.abs(await iat() - Date.parse('2026-01-01T00:00:00Z')) < 60_000);
  allAccepted(receiver.arrivals);
});
