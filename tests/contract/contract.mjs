// SPDX-License-Identifier: MIT
//
// An OpenAPI document as a contract that recorded exchanges (tests/support/record.h) are held to.
//
//     const contract = new Contract(document, unreachable);
//     for (...) problems.push(...contract.check(exchange));
//     problems.push(...contract.missing());
//
// A problem is a line of text.
import { isDeepStrictEqual } from 'node:util';
import { collectFields, fillFields } from './fields.mjs';
import { Schemas } from './schemas.mjs';

const methods = ['get', 'put', 'post', 'delete', 'options', 'head', 'patch', 'trace'];
const formType = 'application/x-www-form-urlencoded';
const streamType = 'text/event-stream';
const webhookOperation = 'sandbox_get_webhook'; // shows what is sent to receivers
const errorsShown = 3;

// What any request may meet before it comes to an operation: `default` stands for these.
const fromBelow = ['400', '431', '500'];

const parse = (text) => {
  try {
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
};

const describe = (errors) => {
  const texts = errors.slice(0, errorsShown).map((error) => {
    const what = error.params?.unevaluatedProperty ?? error.params?.allowedValues?.join(', ');
    return `${error.instancePath || '(all)'} ${error.message}${what ? ` (${what})` : ''}`;
  });
  return texts.join('; ') + (errors.length > errorsShown ? '; ...' : '');
};

export class Contract {
  // `unreachable` is the content of unreachable.json.
  constructor(document, unreachable) {
    this.document = document;
    this.unreachable = unreachable;
    this.schemas = new Schemas(document, unreachable.absent.map(({ field }) => field));
    this.operations = new Map();
    this.errorSchemas = [];
    this.seenPairs = new Set();
    this.filled = new Set();
    for (const path of Object.values(document.paths)) {
      for (const method of methods.filter((name) => name in path))
        this.#addOperation(path[method]);
    }
  }

  #addOperation(operation) {
    const responses = {};
    for (const [status, response] of Object.entries(operation.responses)) {
      responses[status] = this.#follow(response);
      if (!/^[123]/.test(status))
        this.errorSchemas.push(...this.#schemasOf(responses[status]));
    }
    const body = operation.requestBody && this.#follow(operation.requestBody);
    this.operations.set(operation.operationId, { responses, body });
  }

  #follow(node) {
    if (!node.$ref)
      return node;
    return node.$ref.slice(2).split('/').reduce((at, key) => at[key], this.document);
  }

  #schemasOf(response) {
    return Object.values(response.content ?? {}).map((media) => media['x-event'] ?? media.schema);
  }

  check(exchange) {
    const place = `${exchange.operation ?? `${exchange.method} ${exchange.target}`} ` +
      `${exchange.status} ${exchange.transport}`;
    const problems = exchange.operation === null
      ? this.#checkPage(exchange) : this.#checkOperation(exchange);
    return problems.map((problem) => `${place}: ${problem}`);
  }

  // A page is not in the document; its errors are like all others.
  #checkPage(exchange) {
    if (exchange.status < 400 || exchange.method === 'HEAD')
      return [];
    const isDeclared = this.errorSchemas.some((schema) =>
      this.#checkBody(exchange, schema).length === 0);
    return isDeclared ? [] : ['an error that is declared nowhere'];
  }

  #checkOperation(exchange) {
    const operation = this.operations.get(exchange.operation);
    const status = String(exchange.status);
    if (!operation)
      return ['the document lacks this operation'];
    const response = operation.responses[status] ??
      (fromBelow.includes(status) ? operation.responses.default : undefined);
    if (!response)
      return ['the status is not declared'];
    const problems = [...this.#checkHeaders(exchange, response),
      ...this.#checkReply(exchange, response)];
    if (exchange.status < 300)
      problems.push(...this.#checkRequest(exchange, operation.body));
    if (problems.length === 0 && exchange.method !== 'HEAD')
      this.seenPairs.add(`${exchange.operation} ${status}`);
    return problems;
  }

  #header(exchange, name) {
    return exchange.headers.find(([key]) => key.toLowerCase() === name.toLowerCase())?.[1];
  }

  #checkHeaders(exchange, response) {
    const problems = [];
    for (const [name, node] of Object.entries(response.headers ?? {})) {
      const header = this.#follow(node);
      const value = this.#header(exchange, name);
      if (value === undefined) {
        if (header.required)
          problems.push(`the header field ${name} is missing`);
        continue;
      }
      const isValid = this.schemas.validator(header.schema, 'text');
      if (!isValid(value))
        problems.push(`the header field ${name}: ${describe(isValid.errors)}`);
    }
    return problems;
  }

  #checkReply(exchange, response) {
    const type = this.#header(exchange, 'Content-Type');
    if (!response.content)
      return type === undefined && exchange.reply === null ? [] : ['it has a body'];
    if (type === undefined || !(type in response.content))
      return [`the content type ${type} is not declared`];
    if (exchange.method === 'HEAD')
      return exchange.reply === null ? [] : ['it has a body'];
    return type === streamType ? this.#checkStream(exchange, response.content[type])
      : this.#checkBody(exchange, response.content[type].schema);
  }

  // The data of each event is JSON that its x-event allows.
  #checkStream(exchange, media) {
    const isValid = this.schemas.validator(media['x-event'], 'reply');
    const place = `${exchange.operation} ${exchange.status}`;
    const events = (exchange.reply ?? '').split('\n').filter((line) => line.startsWith('data: '));
    return events.flatMap((line) => {
      const value = parse(line.slice('data: '.length));
      if (!isValid(value))
        return [`an event: ${describe(isValid.errors)}`];
      fillFields(this.schemas, isValid.schema, place, value, this.filled);
      return [];
    });
  }

  #checkBody(exchange, schema) {
    const isValid = this.schemas.validator(schema, 'reply');
    const value = parse(exchange.reply);
    if (value === undefined)
      return ['the reply is no JSON'];
    if (!isValid(value))
      return [`the reply: ${describe(isValid.errors)}`];
    fillFields(this.schemas, isValid.schema, `${exchange.operation} ${exchange.status}`, value,
      this.filled);
    return exchange.operation === webhookOperation && exchange.status === 200
      ? this.#checkWebhook(value) : [];
  }

  // The bytes that are sent are what the document says of their event, and what the reply shows.
  #checkWebhook({ event, body, payload }) {
    const webhook = this.document.webhooks?.[event]?.post;
    if (!webhook)
      return [`the webhook ${event} is not declared`];
    const isValid = this.schemas.validator(webhook.requestBody.content['application/json'].schema,
      'reply');
    const sent = parse(body);
    if (!isValid(sent))
      return [`the body of the webhook: ${describe(isValid.errors)}`];
    return isDeepStrictEqual(sent, payload) ? [] : ['the body of the webhook is not its payload'];
  }

  // What was accepted has to be what the document allows, which ignores keys that it does not name.
  // No body at all stands for an empty form.
  #checkRequest(exchange, body) {
    if (!body)
      return [];
    const isForm = formType in body.content;
    if (exchange.request === null && !isForm)
      return body.required ? ['the request was accepted without a body'] : [];
    const sent = (exchange.request_type ?? '').split(';')[0].trim().toLowerCase();
    const type = exchange.request === null ? formType : sent;
    if (!(type in body.content))
      return [`the request was accepted with the content type ${type}, which is not declared`];
    const value = isForm ? Object.fromEntries(new URLSearchParams(exchange.request ?? ''))
      : parse(exchange.request);
    const isValid = this.schemas.validator(body.content[type].schema, isForm ? 'text' : 'request');
    return isValid(value) ? [] : [`the request was accepted: ${describe(isValid.errors)}`];
  }

  // --- After the last exchange -------------------------------------------------------------------

  #pairs() {
    return [...this.operations].flatMap(([id, { responses }]) =>
      Object.keys(responses).filter((status) => status !== 'default')
        .map((status) => ({ id, status, response: responses[status] })));
  }

  #isUnreachable({ id, status }) {
    return this.unreachable.answers.some((row) => String(row.status) === status &&
      (row.operation === '*' || row.operation === id));
  }

  #missingPairs() {
    return this.#pairs().flatMap((pair) => {
      const wasSeen = this.seenPairs.has(`${pair.id} ${pair.status}`);
      if (wasSeen !== this.#isUnreachable(pair))
        return [];
      return `${pair.id} ${pair.status}: ${wasSeen ? 'is listed as unreachable and was seen'
        : 'is declared and was never seen'}`;
    });
  }

  // The fields of all replies that can be reached.
  #fields() {
    const names = new Set();
    for (const pair of this.#pairs().filter((each) => !this.#isUnreachable(each))) {
      for (const schema of this.#schemasOf(pair.response)) {
        const rewritten = this.schemas.validator(schema, 'reply').schema;
        collectFields(this.schemas, rewritten, `${pair.id} ${pair.status}`, names);
      }
    }
    return names;
  }

  // "*.KEY" is the field KEY of every schema.
  #isUnfillable(name) {
    return this.unreachable.fields.some((row) => row.field === name ||
      (row.field.startsWith('*.') && name.endsWith(row.field.slice(1))));
  }

  #missingFields() {
    return [...this.#fields()].flatMap((name) => {
      const wasFilled = this.filled.has(name);
      if (wasFilled !== this.#isUnfillable(name))
        return [];
      return `${name}: ${wasFilled ? 'is listed as never filled and was filled'
        : 'is declared and was never filled'}`;
    });
  }

  // Rows of unreachable.json that name nothing.
  #idleRows() {
    const pairs = this.#pairs();
    const fields = [...this.#fields()];
    const answers = this.unreachable.answers.filter((row) => !pairs.some(({ id, status }) =>
      String(row.status) === status && (row.operation === '*' || row.operation === id)));
    const unfilled = this.unreachable.fields.filter((row) => !fields.some((name) =>
      name === row.field || (row.field.startsWith('*.') && name.endsWith(row.field.slice(1)))));
    return [...answers, ...unfilled].map((row) =>
      `unreachable.json names what is not declared: ${JSON.stringify(row)}`);
  }

  // What the document declares and no exchange has shown.
  missing() {
    return [...this.#missingPairs(), ...this.#missingFields(), ...this.#idleRows()];
  }
}
