// SPDX-License-Identifier: MIT
//
// What must hold for everything that an app's window was told, whatever the flow: the form and the
// order of Connect's messages, and the launcher's callbacks that follow from them.
import assert from 'node:assert/strict';

const terminal = { 'link.complete': 'success', 'relink.complete': 'success', 'link.exit': 'exit' };
const others = ['connect.started', 'link.event', 'link.close_oauth'];

// MoneyKit's documented names; there are no others here.
const eventNames = new Set(['open', 'exit', 'success', 'error', 'change_screen',
  'select_institution', 'search_institution', 'acknowledge_institution_alert',
  'dismiss_institution_alert', 'open_institution_website', 'submit_credentials', 'select_help',
  'select_reset_password', 'open_oauth', 'submit_otp_device', 'submit_otp', 'submit_mfa',
  'submit_permissions', 'submit_accounts']);

// What the properties of an event are; of the others: none.
const propertiesOf = {
  error: ['error_id', 'displayed_message', 'request_id'],
  change_screen: ['current_screen_name'],
  search_institution: ['search_term'],
};
for (const name of ['select_institution', 'acknowledge_institution_alert',
  'dismiss_institution_alert', 'open_institution_website', 'select_help',
  'select_reset_password'])
  propertiesOf[name] = ['institution_id', 'institution_name'];

// `Finder` is MoneyKit's, the others are ours.
const screenNames = new Set(['Finder', 'Credentials', 'OTPDevice', 'OTP', 'MFA', 'OAuth',
  'Permissions', 'Accounts', 'Success', 'Error', 'Expired', 'Exit']);

const metaAlways = ['link_type', 'timestamp', 'link_session_id'];
const metaAtBank = [...metaAlways, 'institution_id', 'institution_name'];

// What a user types to log in, apart from answers, which are too short to look for.
export const credentials = /pass_good|user_(good|mfa|rich|custom|empty)/;

export function assertError(error) {
  assert.deepEqual(Object.keys(error), propertiesOf.error);
  assert.equal(typeof error.error_id, 'string');
  assert.ok(error.displayed_message.length > 0);
  assert.ok(error.request_id === null || typeof error.request_id === 'string');
}

export function assertEvent({ name, properties, meta, ...rest }) {
  assert.deepEqual(rest, {}, 'an event has three keys');
  assert.ok(eventNames.has(name), `${name} is not documented`);
  assert.deepEqual(Object.keys(properties), propertiesOf[name] ?? [], `properties of ${name}`);
  assert.deepEqual(Object.keys(meta), 'institution_id' in meta ? metaAtBank : metaAlways);
  assert.match(meta.link_type, /^(re)?link$/);
  assert.match(meta.timestamp, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/);
  assert.ok(meta.link_session_id === null || /^[0-9a-f-]{36}$/.test(meta.link_session_id));
  if (name === 'change_screen')
    assert.ok(screenNames.has(properties.current_screen_name), properties.current_screen_name);
  if (name === 'error')
    assertError(properties);
}

function assertMessage({ origin, data: message }, host) {
  assert.equal(origin, host);
  assert.deepEqual(Object.keys(message), ['moneykit', 'type', 'data']);
  assert.equal(message.moneykit, true);
  assert.ok(message.type in terminal || others.includes(message.type), message.type);
  assert.ok(typeof message.data === 'object' && message.data !== null, 'data is never absent');
  assert.doesNotMatch(JSON.stringify(message.data), credentials);
  if (message.type === 'link.event')
    assertEvent(message.data);
}

// The messages of one page of Connect, in order.
function assertOrder(messages) {
  const types = messages.map((message) => message.type);
  const events = messages.filter(({ type }) => type === 'link.event').map(({ data }) => data.name);
  const end = types.findIndex((type) => type in terminal);

  assert.equal(types[0], 'connect.started');
  assert.ok(events.length === 0 || events[0] === 'open', 'open is the first event');
  assert.equal(events.filter((name) => name === 'open').length, Math.min(events.length, 1));
  if (end < 0)
    return assert.ok(!events.includes('success') && !events.includes('exit'), 'an end is missing');
  assert.equal(end, types.length - 1, `nothing comes after ${types[end]}: ${types}`);
  return assert.equal(events.at(-1), terminal[types[end]], 'the last event');
}

// The pages of Connect that a window has shown begin with connect.started each.
function pagesOf(messages) {
  const pages = [];
  for (const { data } of messages) {
    if (data.type === 'connect.started')
      pages.push([]);
    assert.ok(pages.length > 0, `${data.type} before connect.started`);
    pages.at(-1).push(data);
  }
  return pages;
}

export function assertProtocol({ messages, calls }, host) {
  for (const message of messages)
    assertMessage(message, host);
  pagesOf(messages).forEach(assertOrder);

  const sent = messages.map(({ data }) => data);
  const ofKind = (kind) => calls.filter((call) => call.kind === kind).map((call) => call.values);
  assert.deepEqual(ofKind('event'),
    sent.filter(({ type }) => type === 'link.event').map(({ data }) => [data]));
  assert.deepEqual(ofKind('exit'),
    sent.filter(({ type }) => type === 'link.exit').map(({ data }) => [data.error]));
  assert.deepEqual(ofKind('success'), sent.filter(({ type }) => terminal[type] === 'success')
    .map(({ type, data: { exchangeableToken, institution, link_id: id } }) => (
      type === 'link.complete' ? [exchangeableToken, institution, id] : [institution, id])));
}

// Whether a callback is still to come.
export function isWaiting({ messages, calls }) {
  const ends = messages.filter(({ data }) => data.type in terminal);
  return calls.filter(({ kind }) => kind !== 'event').length < ends.length;
}
