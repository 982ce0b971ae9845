// SPDX-License-Identifier: MIT
//
// Verifies webhooks as MoneyKit's example apps do it: three headers, JWKS without credentials, key
// by `kid` with `use: sig`, ES256, `iat`, the hash of the raw body, then the kind of event.
import { createHash, createPublicKey, timingSafeEqual, verify } from 'node:crypto';
import { eventProblem } from './events.mjs';

const hour = 3_600_000;
const required = ['moneykit-signature', 'moneykit-delivery-token', 'moneykit-delivery-attempt'];

// Why a webhook was not believed: `reason` is one word.
export class Rejected extends Error {
  constructor(reason, details) {
    super(`${reason}: ${details}`);
    this.reason = reason;
  }
}

function must(isFine, reason, details) {
  if (!isFine)
    throw new Rejected(reason, details);
}

function parse(part, what) {
  must(/^[\w-]+$/.test(part), 'form', `the ${what} is no base64url`);
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString());
  } catch (error) {
    throw new Rejected('form', `the ${what}: ${error.message}`);
  }
}

// Other libraries refuse a coordinate that is not as long as the curve's numbers.
function publicKey(jwk) {
  for (const name of ['x', 'y'])
    must(Buffer.from(jwk[name], 'base64url').length === 32, 'key', `${name} is not 32 bytes`);
  return createPublicKey({ key: jwk, format: 'jwk' });
}

// Keeps the keys, and asks for them again when a `kid` is unknown, but not all the time.
class Keys {
  constructor(url, { cacheFor = 12 * hour, cooldown = hour / 12, now = Date.now } = {}) {
    Object.assign(this, { url, cacheFor, cooldown, now, keys: new Map(), fetched: -Infinity });
    this.fetches = 0;
  }

  async fetch() {
    const answer = await fetch(this.url); // no credentials
    must(answer.status === 200, 'jwks', `status ${answer.status}`);
    const { keys } = await answer.json();
    this.keys = new Map(keys.filter((key) => key.use === 'sig').map((key) => [key.kid, key]));
    this.fetched = this.now();
    this.fetches++;
  }

  async find(kid) {
    const age = this.now() - this.fetched;
    if (age >= this.cacheFor || (!this.keys.has(kid) && age >= this.cooldown))
      await this.fetch();
    must(this.keys.has(kid), 'kid', `no key ${kid}`);
    return publicKey(this.keys.get(kid));
  }
}

export class Verifier {
  // `maxAge` is what the examples lack: how many seconds old a signature may be.
  constructor(url, { maxAge = Infinity, issuer, now = Date.now, ...rest } = {}) {
    Object.assign(this, { maxAge, issuer, now });
    this.keys = new Keys(`${url}/.well-known/jwks.json`, { now, ...rest });
  }

  // Resolves with { event, claims, kid } or rejects with a Rejected.
  async verify(headers, body) {
    for (const name of required)
      must(typeof headers[name] === 'string', 'headers', `no ${name}`);
    const parts = headers['moneykit-signature'].split('.');
    must(parts.length === 3, 'form', 'not three parts');
    const [head, claims] = [parse(parts[0], 'header'), parse(parts[1], 'claims')];
    must(head.alg === 'ES256', 'alg', head.alg);
    const key = await this.keys.find(head.kid);
    this.checkSignature(key, parts);
    this.checkTimes(claims);
    this.checkBody(claims, body);
    must(this.issuer === undefined || claims.iss === this.issuer, 'issuer', claims.iss);
    const event = JSON.parse(body);
    must(eventProblem(event) === null, 'event', eventProblem(event));
    return { event, claims, head };
  }

  checkSignature(key, [head, claims, signature]) {
    const bytes = Buffer.from(signature, 'base64url');
    must(bytes.length === 64, 'signature', `${bytes.length} bytes`);
    must(verify('sha256', Buffer.from(`${head}.${claims}`), { key, dsaEncoding: 'ieee-p1363' },
      bytes), 'signature', 'not by this key');
  }

  checkTimes({ iat, exp }) {
    const now = this.now() / 1000;
    must(Number.isInteger(iat), 'iat', iat);
    must(iat <= now + 300, 'iat', 'in the future');
    must(iat >= now - this.maxAge, 'stale', `${now - iat} s old`);
    must(exp === undefined || exp > now, 'exp', exp);
  }

  checkBody({ request_body_sha256: said }, body) {
    const digest = Buffer.from(createHash('sha256').update(body).digest('hex'));
    const wanted = Buffer.from(String(said));
    must(digest.length === wanted.length && timingSafeEqual(digest, wanted), 'body',
      'another hash');
  }
}
