// SPDX-License-Identifier: MIT
//
// The documented events: which keys each has, no more and no fewer, and what may stand there.

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
const time = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z?$/;

const isText = (value) => typeof value === 'string' && value.length > 0;
const isTime = (value) => isText(value) && time.test(value);
const isTextOrNull = (value) => value === null || isText(value);
const oneOf = (...values) => (value) => values.includes(value);

const common = {
  webhook_event: isText,
  webhook_major_version: oneOf(1),
  webhook_minor_version: oneOf(0),
  webhook_idempotency_key: isText,
  webhook_timestamp: isTime,
  link_id: (value) => /^mk_[2-9A-HJ-NP-Za-km-z]{22}$/.test(value),
  link_tags: (value) => Array.isArray(value) && value.every(isText),
};

export const products = ['accounts', 'account_numbers', 'identity', 'transactions', 'investments',
  'enrichment'];

const own = {
  'link.state_changed': {
    state: oneOf('connecting', 'awaiting_token_exchange', 'connected', 'deleted', 'error'),
    error: isTextOrNull,
    error_message: isTextOrNull,
  },
  'link.product_refresh': {
    product: oneOf(...products),
    state: oneOf('pending', 'in_progress', 'completed', 'failed'),
    state_changed_at: isTime,
    error_message: isTextOrNull,
  },
  'transactions.updates_available': { has_history: (value) => typeof value === 'boolean' },
};

export const isUuid = (value) => uuid.test(value);

// What is wrong with an event: a sentence, or null.
export function eventProblem(event) {
  const wanted = own[event?.webhook_event];
  if (!wanted)
    return `unknown event ${event?.webhook_event}`;
  const rules = { ...common, ...wanted };
  const missing = Object.keys(rules).find((key) => !Object.hasOwn(event, key));
  const wrong = Object.keys(event).find((key) => !rules[key]?.(event[key]));
  if (missing)
    return `no ${missing}`;
  return wrong ? `${wrong}: ${JSON.stringify(event[wrong])}` : null;
}

// What a new link tells, in order, in the words of brief().
export const connected = ['state_changed connected',
  ...products.map((product) => `product_refresh ${product} completed`), 'updates_available'];
export const linked = ['state_changed awaiting_token_exchange', ...connected];

// An event in a few words, for comparing sequences.
export function brief(event) {
  const { webhook_event: name, state, product } = event;
  return [name.replace(/^.*\./, ''), product, state].filter(Boolean).join(' ');
}
