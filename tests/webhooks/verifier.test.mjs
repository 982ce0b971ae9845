// SPDX-License-Identifier: MIT
//
// The verifier itself: what it believes and what not, with keys and tokens of our own making.
import assert from 'node:assert/strict';
import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { test } from 'node:test';
import { Verifier } from './verifier.mjs';

const now = 1_767_225_600;
const event = { webhook_event: 'transactions.updates_available', webhook_major_version: 1,
  webhook_minor_version: 0, webhook_idempotency_key: 'k', webhook_timestamp: '2026-01-01T00:00:00',
  link_id: 'mk_eqkWN34UEoa2NxyALG8pcV', link_tags: [], has_history: true };
const body = Buffer.from(JSON.stringify(event));
const encode = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
const digest = (bytes) => createHash('sha256').update(bytes).digest('hex');

// A key pair and its public half as a JWKS shows it.
function makeKey(kid, changes = {}) {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const jwk = pair.publicKey.export({ format: 'jwk' });
  return { pair, jwk: { ...jwk, kid, use: 'sig', alg: 'ES256', ...changes } };
}

const one = makeKey('one');
const two = makeKey('two');
const unused = makeKey('unused', { use: 'enc' });
const short = makeKey('short');
short.jwk.x = Buffer.from(short.jwk.x, 'base64url').subarray(1).toString('base64url');

function token({ key = one, kid = key.jwk.kid, alg = 'ES256', claims = {}, of = body,
  dsaEncoding = 'ieee-p1363' } = {}) {
  const input = [encode({ alg, kid, typ: 'JWT' }),
    encode({ iss: 'i', iat: now, request_body_sha256: digest(of), ...claims })].join('.');
  const signature = sign('sha256', input, { key: key.pair.privateKey, dsaEncoding });
  return `${input}.${signature.toString('base64url')}`;
}

const headers = (signature) => ({ 'moneykit-signature': signature,
  'moneykit-delivery-token': 't', 'moneykit-delivery-attempt': '1' });

async function withKeys(play, options) {
  const published = [one, unused, short].map(({ jwk }) => jwk);
  const state = { now: now * 1000, published, seen: [] };
  const server = createServer((request, response) => {
    state.seen.push(request.headers);
    response.end(JSON.stringify({ keys: state.published }));
  });
  await new Promise((resolve) => { server.listen(0, 'localhost', resolve); });
  const url = `http://localhost:${server.address().port}`;
  try {
    await play(new Verifier(url, { now: () => state.now, ...options }), state);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

const reasonOf = (verifier, signature, of = body) =>
  verifier.verify(headers(signature), of).then(() => 'accepted', (error) => {
    if (!error.reason)
      throw error;
    return error.reason;
  });

test('accepts what is right', () => withKeys(async (verifier) => {
  const good = [token(), token({ claims: { iat: now + 300 } }),
    token({ claims: { iat: now - 86400 } }), token({ claims: { exp: now + 1 } })];
  for (const signature of good)
    assert.equal(await reasonOf(verifier, signature), 'accepted');
}));

test('refuses what is wrong', () => withKeys(async (verifier) => {
  const [head, claims, signature] = token().split('.');
  const cut = Buffer.from(signature, 'base64url').subarray(1).toString('base64url');
  const cases = [
    ['form', 'nonsense'], ['form', `${head}.${claims}`], ['form', `*.${claims}.${signature}`],
    ['form', `${encode('x').slice(1)}.${claims}.${signature}`],
    ['alg', token({ alg: 'none' })], ['alg', token({ alg: 'HS256' })],
    ['kid', token({ kid: 'nobody' })], ['kid', token({ key: unused })],
    ['key', token({ key: short })],
    ['signature', token({ dsaEncoding: 'der' })], ['signature', `${head}.${claims}.${cut}`],
    ['signature', token({ key: two, kid: 'one' })],
    ['iat', token({ claims: { iat: now + 301 } })], ['iat', token({ claims: { iat: undefined } })],
    ['iat', token({ claims: { iat: now + 0.5 } })], ['exp', token({ claims: { exp: now } })],
    ['body', token({ of: `${body} ` })], ['body', token({ claims: { request_body_sha256: '' } })],
    ['body', token({ claims: { request_body_sha256: digest(body).toUpperCase() } })],
  ];
  for (const [reason, wrong] of cases)
    assert.equal(await reasonOf(verifier, wrong), reason, wrong);
}));

test('wants all three headers', () => withKeys(async (verifier) => {
  for (const name of Object.keys(headers(''))) {
    const some = headers(token());
    delete some[name];
    await assert.rejects(verifier.verify(some, body), { reason: 'headers' });
  }
}));

test('wants exactly the documented keys', () => withKeys(async (verifier) => {
  const { link_tags: _, ...missing } = event;
  const wrong = [missing, { ...event, more: 1 }, { ...event, webhook_minor_version: 1 },
    { ...event, webhook_event: 'other' }, { ...event, link_tags: null },
    { ...event, webhook_timestamp: '2026-01-01' }, { ...event, has_history: null }];
  for (const value of wrong) {
    const bytes = Buffer.from(JSON.stringify(value));
    assert.equal(await reasonOf(verifier, token({ of: bytes }), bytes), 'event');
  }
}));

test('asks for unknown keys, but not all the time', () => withKeys(async (verifier, state) => {
  await reasonOf(verifier, token());
  assert.equal(await reasonOf(verifier, token({ key: two })), 'kid');
  state.published = [one.jwk, two.jwk];
  assert.equal(await reasonOf(verifier, token({ key: two })), 'kid'); // too soon
  assert.equal(verifier.keys.fetches, 1);
  state.now += 300_000;
  assert.equal(await reasonOf(verifier, token({ key: two })), 'accepted');
  assert.equal(verifier.keys.fetches, 2);
  state.now += 12 * 3_600_000;
  state.published = [two.jwk];
  assert.equal(await reasonOf(verifier, token()), 'kid'); // gone for good
  assert.equal(verifier.keys.fetches, 3);
  assert.ok(state.seen.every((seen) => !seen.authorization && !seen['x-client-id']));
}));

test('may refuse what is old', () => withKeys(async (verifier) => {
  assert.equal(await reasonOf(verifier, token({ claims: { iat: now - 300 } })), 'accepted');
  assert.equal(await reasonOf(verifier, token({ claims: { iat: now - 301 } })), 'stale');
}, { maxAge: 300 }));
