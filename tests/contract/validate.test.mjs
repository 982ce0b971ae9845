// SPDX-License-Identifier: MIT
//
// The validator itself: whatever breaks a contract is reported. A small contract and exchanges that
// keep it; each test breaks one thing.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Contract } from './contract.mjs';

const json = (schema) => ({ 'application/json': { schema } });
const ref = (name) => ({ $ref: `#/components/schemas/${name}` });
const requestId = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } };

const makeDocument = () => ({
  openapi: '3.1.0',
  paths: {
    '/things/{id}': {
      get: {
        operationId: 'get_thing',
        responses: {
          200: {
            headers: { ...requestId, Wait: { $ref: '#/components/headers/Wait' } },
            content: json(ref('Thing')),
          },
          404: { $ref: '#/components/responses/NotFound' },
          default: { content: json(ref('Broken')) },
        },
      },
      put: {
        operationId: 'put_thing',
        requestBody: { required: true, content: json(ref('Wish')) },
        responses: {
          204: { headers: requestId },
          404: { $ref: '#/components/responses/NotFound' },
        },
      },
    },
    '/token': {
      post: {
        operationId: 'make_token',
        requestBody: {
          content: {
            'application/x-www-form-urlencoded': {
              schema: {
                type: 'object',
                properties: { scope: { type: 'string', maxLength: 3 }, count: { type: 'integer' } },
              },
            },
          },
        },
        responses: {
          201: { content: json({ type: 'object', properties: { token: { type: 'string' } } }) },
        },
      },
    },
  },
  components: {
    headers: {
      RequestId: { required: true, schema: { type: 'string', pattern: '^req_' } },
      Wait: { schema: { type: 'integer', minimum: 1 } },
    },
    responses: { NotFound: { content: json({ anyOf: [ref('Gone'), ref('Unknown')] }) } },
    schemas: {
      Part: {
        type: 'object',
        properties: { size: { type: 'integer' } },
        required: ['size'],
      },
      Base: {
        type: 'object',
        properties: { id: { type: 'string', 'x-ours': true } },
        required: ['id'],
      },
      Thing: {
        type: 'object',
        allOf: [ref('Base')],
        properties: {
          kind: { type: 'string', enum: ['small', 'large'] },
          made_at: { type: ['string', 'null'], format: 'date-time' },
          day: { type: 'string', format: 'date' },
          part: { anyOf: [ref('Part'), { type: 'null' }] },
          parts: { type: 'object', additionalProperties: ref('Part') },
          list: { type: 'array', items: ref('Part') },
          nothing: { type: 'null' },
        },
        required: ['kind', 'made_at', 'part'],
      },
      Wish: {
        type: 'object',
        properties: { kind: { type: 'string' } },
        required: ['kind'],
      },
      Gone: {
        type: 'object',
        properties: { error_code: { const: 'gone' } },
        required: ['error_code'],
      },
      Unknown: {
        type: 'object',
        properties: { error_code: { const: 'unknown' }, page: { type: ['string', 'null'] } },
        required: ['error_code', 'page'],
      },
      Broken: { type: 'object', properties: { error_code: { const: 'broken' } } },
    },
  },
});

const thing = {
  id: 'x', kind: 'small', made_at: '2023-02-16T09:14:11', day: '2023-02-16', part: { size: 1 },
  parts: { any: { size: 2 } }, list: [{ size: 3 }], nothing: null,
};
const exchange = (operation, status, reply, more = {}) => ({
  operation,
  transport: 'in memory',
  method: 'GET',
  target: '/',
  request_type: null,
  request: null,
  status,
  headers: [['X-Request-Id', 'req_1'],
    ...(reply === null ? [] : [['Content-Type', 'application/json']])],
  reply: reply === null ? null : JSON.stringify(reply),
  ...more,
});
const got = (change, more) => exchange('get_thing', 200, { ...thing, ...change }, more);
const put = (wish, more) => exchange('put_thing', 204, null, {
  method: 'PUT', request_type: 'application/json', request: JSON.stringify(wish), ...more,
});
const token = (request, more) => exchange('make_token', 201, { token: 't' }, {
  method: 'POST', request_type: 'application/x-www-form-urlencoded', request, ...more,
});
const unknown = { error_code: 'unknown', page: null };
const noReason = { reason: 'a test' };
const unreachable = () => ({
  answers: [], absent: [], fields: [{ field: 'Unknown.page', ...noReason }],
});

const all = () => [
  got({}),
  exchange('get_thing', 404, unknown),
  exchange('get_thing', 404, { error_code: 'gone' }),
  put({ kind: 'large', more: 1 }),
  exchange('put_thing', 404, unknown),
  token('scope=abc'),
];

const run = (exchanges, { document = makeDocument(), listed = unreachable() } = {}) => {
  const contract = new Contract(document, listed);
  return [...exchanges.flatMap((each) => contract.check(each)), ...contract.missing()];
};

// One exchange more than all, and exactly this complaint.
const complains = (broken, pattern) => {
  const problems = run([...all(), broken]);
  assert.equal(problems.length, 1, problems.join('\n') || 'no problem was found');
  assert.match(problems[0], pattern);
};

const keeps = (...more) => assert.deepEqual(run([...all(), ...more]), []);

test('exchanges that keep the contract', () => {
  keeps();
  keeps(got({ made_at: '2023-02-16T09:14:11Z' }), got({ made_at: null, part: null, list: [] }));
  keeps(got({ parts: { some: { size: 0 }, 'any key': { size: 1 } } }));
  keeps(token(null), token('', { request: null }), token('other=1&count=2'));
  keeps(exchange('get_thing', 500, { error_code: 'broken' }));
  keeps(exchange('get_thing', 200, null, {
    method: 'HEAD', headers: [['x-request-id', 'req_1'], ['content-type', 'application/json']],
  }));
  keeps(exchange(null, 200, 'a page'), exchange(null, 404, unknown));
});

test('values of the wrong type', () => {
  complains(got({ id: 1 }), /get_thing 200 in memory: the reply: \/id must be string/);
  complains(got({ part: { size: '1' } }), /\/part\/size must be integer/);
  complains(got({ part: { size: 1.5 } }), /must be integer/);
  complains(got({ list: { size: 1 } }), /\/list must be array/);
  complains(got({ list: [null] }), /\/list\/0 must be object/);
  complains(got({ parts: { any: 1 } }), /\/parts\/any must be object/);
  complains(got({ kind: null }), /\/kind must be string/);
  complains(exchange('get_thing', 200, [thing]), /must be object/);
});

test('values outside their bounds', () => {
  complains(got({ kind: 'medium' }), /\/kind must be equal to one of .*small, large/);
  complains(got({ made_at: '2023-02-16' }), /\/made_at must match format "date-time"/);
  complains(got({ made_at: '2023-02-30T09:14:11' }), /\/made_at must match format/);
  complains(got({ day: '16.02.2023' }), /\/day must match format "date"/);
  complains(got({ day: '2023-02-16T00:00:00' }), /\/day must match format "date"/);
});

test('missing keys', () => {
  complains(got({ made_at: undefined }), /must have required property 'made_at'/);
  complains(got({ id: undefined }), /must have required property 'id'/);
  complains(got({ part: {} }), /\/part must have required property 'size'/);
  complains(exchange('get_thing', 404, { error_code: 'unknown' }), /required property 'page'/);
});

test('optional keys that were left out', () => {
  complains(got({ day: undefined }), /must have required property 'day'/);
  const listed = { ...unreachable(), absent: [{ field: 'Thing.day', ...noReason }] };
  assert.deepEqual(run([...all(), got({ day: undefined })], { listed }), []);
});

test('unknown keys', () => {
  complains(got({ surprise: 1 }), /must NOT have unevaluated properties \(surprise\)/);
  complains(got({ surprise: null }), /surprise/);
  complains(got({ part: { size: 1, more: 2 } }), /\/part must NOT .*more/);
  complains(got({ parts: { any: { size: 1, more: 2 } } }), /\/parts\/any must NOT .*more/);
  complains(got({ list: [{ size: 1, more: 2 }] }), /\/list\/0 must NOT .*more/);
  complains(exchange('get_thing', 404, { ...unknown, more: 1 }), /more/);
  complains(exchange('get_thing', 404, { error_code: 'gone', page: 'x' }), /page/);
});

test('statuses and errors', () => {
  complains(exchange('get_thing', 201, thing), /get_thing 201 .*: the status is not declared/);
  complains(exchange('get_thing', 409, unknown), /the status is not declared/);
  complains(exchange('put_thing', 500, { error_code: 'broken' }), /the status is not declared/);
  complains(exchange('get_thing', 404, { error_code: 'broken' }), /\/error_code must be equal/);
  complains(exchange('get_thing', 500, unknown), /error_code must be equal/);
  complains(exchange(null, 404, { error_code: 'new' }), /declared nowhere/);
  complains(exchange(null, 404, null), /declared nowhere/);
  complains(exchange('no_such', 200, {}), /the document lacks this operation/);
});

test('content types and bodies', () => {
  const typed = (type) => ({ headers: [['X-Request-Id', 'req_1'], ['Content-Type', type]] });
  complains(got({}, typed('text/html')), /content type text\/html is not declared/);
  complains(got({}, typed('application/json; charset=utf-8')), /content type .* is not declared/);
  complains(got({}, { headers: [['X-Request-Id', 'req_1']] }), /content type undefined/);
  complains(got({}, { reply: '{' }), /is no JSON/);
  complains(got({}, { reply: null }), /is no JSON/);
  complains(put({ kind: 'x' }, { reply: '{}' }), /it has a body/);
  complains(put({ kind: 'x' }, typed('application/json')), /it has a body/);
  complains(got({}, { method: 'HEAD' }), /it has a body/);
});

test('header fields', () => {
  const headers = (...more) => ({ headers: [['Content-Type', 'application/json'], ...more] });
  complains(got({}, headers()), /header field X-Request-Id is missing/);
  complains(got({}, headers(['X-Request-Id', 'id'])), /header field X-Request-Id: .*pattern/);
  complains(got({}, headers(['X-Request-Id', 'req_1'], ['wait', '0'])), /field Wait: .*be >= 1/);
  complains(got({}, headers(['X-Request-Id', 'req_1'], ['Wait', 'x'])), /field Wait: .*be integer/);
  keeps(got({}, headers(['X-Request-Id', 'req_1'], ['Wait', '7'])));
});

test('requests that were accepted', () => {
  complains(put({}), /the request was accepted: .*required property 'kind'/);
  complains(put({ kind: 1 }), /the request was accepted: \/kind must be string/);
  complains(put({}, { request: null }), /accepted without a body/);
  complains(put({}, { request: 'kind=x' }), /the request was accepted: .*must be object/);
  complains(put({ kind: 'x' }, { request_type: 'text/plain' }), /text\/plain, which is not/);
  complains(token('scope=abcd'), /the request was accepted: \/scope must NOT have more than 3/);
  complains(token('count=two'), /the request was accepted: \/count must be integer/);
  keeps(exchange('put_thing', 404, unknown, { request: '{}', request_type: 'application/json' }));
});

test('answers that were never seen', () => {
  assert.deepEqual(run(all().filter((each) => each.operation !== 'put_thing')), [
    'put_thing 204: is declared and was never seen',
    'put_thing 404: is declared and was never seen',
  ]);
  const [first, ...others] = all();
  assert.match(run([{ ...first, method: 'HEAD', reply: null }, ...others]).join('\n'),
    /^get_thing 200: is declared and was never seen$/m);
});

test('a broken answer does not count as seen', () => {
  const [first, ...others] = all();
  assert.match(run([{ ...first, reply: '{}' }, ...others]).join('\n'),
    /^get_thing 200: is declared and was never seen$/m);
});

test('fields that were never filled', () => {
  const others = all().slice(1);
  const without = (change) => run([got(change), ...others]);
  assert.deepEqual(without({ made_at: null }), ['Thing.made_at: is declared and was never filled']);
  assert.deepEqual(without({ parts: {} }), ['Thing.parts: is declared and was never filled']);
  assert.deepEqual(without({ list: [] }), ['Thing.list: is declared and was never filled']);
  assert.deepEqual(without({ part: null, list: [], parts: {} }).sort(), [
    'Part.size: is declared and was never filled',
    'Thing.list: is declared and was never filled',
    'Thing.part: is declared and was never filled',
    'Thing.parts: is declared and was never filled',
  ]);
  const noToken = [...all().slice(0, -1), token('', { reply: '{}' })];
  assert.deepEqual(run(noToken), ['make_token 201.token: is declared and was never filled']);
});

test('what is listed as unreachable', () => {
  const answer = (operation, status) => ({ operation, status, ...noReason });
  const listed = (answers, fields) => ({
    answers,
    absent: [{ field: 'Thing.day', ...noReason }],
    fields: [...unreachable().fields, ...fields.map((field) => ({ field, ...noReason }))],
  });
  const without = (operation) => all().filter((each) => each.operation !== operation);

  assert.deepEqual(run(without('put_thing'), {
    listed: listed([answer('put_thing', 204), answer('put_thing', 404)], []),
  }), []);
  assert.deepEqual(run([got({ list: [], day: undefined }), ...all().slice(1)], {
    listed: listed([], ['*.list', 'Thing.day']),
  }), []);
  assert.deepEqual(run(without('make_token'), { listed: listed([answer('*', 201)], []) }), []);
  assert.deepEqual(run(all(), { listed: listed([answer('*', 404)], ['Thing.kind']) }).sort(), [
    'Thing.kind: is listed as never filled and was filled',
    'get_thing 404: is listed as unreachable and was seen',
    'put_thing 404: is listed as unreachable and was seen',
    'unreachable.json names what is not declared: {"field":"Unknown.page","reason":"a test"}',
  ].sort());
  for (const idle of [listed([answer('get_thing', 410)], []), listed([], ['*.none']),
    listed([], ['Thing.none'])])
    assert.match(run(all(), { listed: idle }).join('\n'), /^unreachable.json names what is not/);
});

test('schemas that ajv does not know', () => {
  const broken = (change) => {
    const document = makeDocument();
    Object.assign(document.components.schemas.Part, change);
    return () => new Contract(document, unreachable());
  };
  assert.throws(broken({ requried: ['size'] }), /unknown keyword: "requried"/);
  assert.throws(broken({ required: ['seize'] }), /required property "seize" is not defined/);
  assert.throws(broken({ properties: { size: { type: 'int' } } }), /type/);
  assert.throws(broken({ properties: { size: { $ref: '#/paths' } } }), /a reference to something/);
  assert.throws(broken({ properties: { size: ref('None') } }), /can't resolve reference/);
});

test('the document of the sandbox', () => {
  const read = (path) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
  const contract = new Contract(read('../../openapi/openapi.json'), read('unreachable.json'));
  assert.ok(contract.operations.size > 10);
});

// --- Webhooks ------------------------------------------------------------------------------------

const webhookDocument = () => {
  const document = makeDocument();
  document.components.schemas.Event = {
    type: 'object', properties: { name: { type: 'string', enum: ['thing.made'] } },
  };
  document.webhooks = {
    'thing.made': { post: { requestBody: { content: json(ref('Event')) } } },
  };
  document.paths['/webhooks'] = {
    get: {
      operationId: 'sandbox_get_webhook',
      responses: {
        200: {
          content: json({
            type: 'object',
            properties: {
              event: { type: 'string' }, body: { type: 'string' }, payload: { type: 'object',
                properties: { name: { type: 'string' } } },
            },
          }),
        },
      },
    },
  };
  return document;
};

for (const [name, changes, problem] of [
  ['as declared', {}, null],
  ['of no event', { event: 'thing.lost' }, /is not declared/],
  ['with another key', { body: '{"name":"thing.made","more":1}' }, /the body of the webhook/],
  ['of another event', { body: '{"name":"thing.lost"}' }, /the body of the webhook/],
  ['that is no JSON', { body: '{' }, /the body of the webhook/],
  ['that is not its payload', { payload: { name: 'x' } }, /is not its payload/],
]) {
  test(`a webhook ${name}`, () => {
    const contract = new Contract(webhookDocument(), { answers: [], fields: [], absent: [] });
    const reply = {
      event: 'thing.made', body: '{"name":"thing.made"}', payload: { name: 'thing.made' },
      ...changes,
    };
    const problems = contract.check({
      operation: 'sandbox_get_webhook', method: 'GET', target: '/webhooks', transport: 'x',
      status: 200, headers: [['Content-Type', 'application/json']], request: null,
      reply: JSON.stringify(reply),
    });
    if (problem)
      assert.match(problems.join('; '), problem);
    else
      assert.deepEqual(problems, []);
  });
}
