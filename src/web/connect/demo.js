// The journey of an app in one page: what its back end would call and what its front end would do.
// A real back end keeps the secret and the access token to itself; here both halves are in sight.

import { avatar, h, icon } from './dom.js';

const CLIENT = { client_id: 'demo', client_secret: 'demo-secret' };
const CUSTOMER = 'demo-customer';
const SECRET = /(token|secret|authorization)$/i;
const FIRST_FEW = 8;
const place = (id) => document.getElementById(id);
const ownAddress = location.origin + location.pathname;

// ---- What is shown of the calls

function shorten(key, value) {
  const isSecret = SECRET.test(key) && typeof value === 'string';
  return isSecret ? `${value.slice(0, Math.min(12, value.length / 2))}…` : value;
}

function block(title, value) {
  return [h('h3', {}, title), h('pre', { tabindex: 0 }, JSON.stringify(value, shorten, 2))];
}

function record(entry) {
  place('no-calls').hidden = true;
  place('calls').append(h('li', {}, entry));
}

function recordCall({ method, path, headers, body, status, answer }) {
  record(
    h(
      'details',
      { class: 'call', testid: 'demo-call' },
      h('summary', {}, h('b', {}, method), h('span', {}, path), h('b', {}, String(status))),
      block(
        'Headers',
        Object.fromEntries(
          Object.entries(headers).map(([key, value]) => [key, shorten(key, value)]),
        ),
      ),
      body ? block('Request', body) : null,
      block('Answer', answer),
    ),
  );
}

function recordMessage(text) {
  record(h('p', { class: 'message', testid: 'demo-message' }, text));
}

// ---- The back end's half

async function call(method, path, { token, body, form } = {}) {
  const headers = { Accept: 'application/json' };
  if (token) headers.Authorization = `Bearer ${token}`;
  if (body) headers['Content-Type'] = 'application/json';
  const response = await fetch(path, {
    method,
    headers,
    cache: 'no-store',
    body: form ? new URLSearchParams(form) : body && JSON.stringify(body),
  });
  const answer = await response.json().catch(() => null);
  recordCall({
    method,
    path: `/${path}`,
    headers,
    body: body ?? form,
    status: response.status,
    answer,
  });
  if (!response.ok)
    throw new Error(answer?.error_message ?? `${method} /${path} answered ${response.status}`);
  return answer;
}

async function newAccessToken() {
  const form = { grant_type: 'client_credentials', ...CLIENT };
  return (await call('POST', 'auth/token', { form })).access_token;
}

async function newLinkSession(token) {
  const product = { required: false, prefetch: true };
  const body = {
    customer_user: { id: CUSTOMER },
    redirect_uri: ownAddress,
    settings: {
      products: {
        transactions: { required: true, prefetch: true, reason: 'show you what you spend' },
        identity: product,
        account_numbers: product,
      },
    },
  };
  return (await call('POST', 'link-session', { token, body })).link_session_token;
}

// ---- The front end's half: the launcher's protocol in a few lines

function openConnect(linkSessionToken) {
  const query = new URLSearchParams({
    linkSessionToken,
    origin: location.origin,
    applicationName: 'Demo',
  });
  const frame = h('iframe', { src: `start?${query}`, class: 'demo-frame', title: 'Connect' });

  return new Promise((resolve) => {
    function listen({ source, origin, data: message }) {
      if (source !== frame.contentWindow || origin !== location.origin || !message?.moneykit)
        return;
      const { type, data } = message;
      const screenName = data.properties?.current_screen_name ?? '';
      recordMessage(type === 'link.event' ? `event ${data.name} ${screenName}` : `message ${type}`);
      if (type !== 'link.complete' && type !== 'link.exit') return;
      window.removeEventListener('message', listen);
      frame.remove();
      resolve(message);
    }
    window.addEventListener('message', listen);
    frame.addEventListener('load', () => frame.focus());
    document.body.append(frame);
  });
}

// ---- The result

function showOutcome(kind, text) {
  const name = { good: 'check', bad: 'alert' }[kind];
  place('outcome').replaceChildren(
    h('p', { class: `outcome outcome-${kind}` }, name ? icon(name) : null, h('span', {}, text)),
  );
}

function table(caption, heads, rows) {
  return [
    h('h2', {}, caption),
    h(
      'table',
      {},
      h(
        'thead',
        {},
        h(
          'tr',
          {},
          heads.map((head) => h('th', { scope: 'col' }, head)),
        ),
      ),
      h(
        'tbody',
        {},
        rows.map((cells) =>
          h(
            'tr',
            {},
            cells.map((cell) => h('td', {}, cell)),
          ),
        ),
      ),
    ),
  ];
}

const amount = (value, currency) =>
  new Intl.NumberFormat('en-US', { style: 'currency', currency: currency || 'USD' }).format(value);

function showLink(institution, link, accounts, transactions) {
  place('link').replaceChildren(
    h(
      'div',
      { class: 'linked' },
      avatar(institution, 'light'),
      h(
        'div',
        {},
        h('strong', {}, link.institution_name),
        h('br'),
        h('span', { class: 'soft' }, `${link.link_id} · ${link.state}`),
      ),
    ),
    ...table(
      'Accounts',
      ['Name', 'Type', 'Balance'],
      accounts.map((account) => [
        account.name,
        account.account_type,
        amount(account.balances.current ?? 0, account.balances.currency),
      ]),
    ),
    ...table(
      'First transactions',
      ['Date', 'Description', 'Amount'],
      transactions
        .slice(0, FIRST_FEW)
        .map((one) => [
          one.date,
          one.description,
          amount(one.type === 'credit' ? one.amount : -one.amount, one.currency),
        ]),
    ),
  );
}

async function readLink(token, linkId) {
  const path = `links/${linkId}`;
  const link = await call('GET', path, { token });
  const { accounts } = await call('GET', `${path}/accounts`, { token });
  const { transactions } = await call('GET', `${path}/transactions`, { token });
  return { link, accounts, transactions };
}

async function journey() {
  const token = await newAccessToken();
  const { type, data } = await openConnect(await newLinkSession(token));
  if (type === 'link.exit')
    return showOutcome(
      'plain',
      data.error ? `Not connected: ${data.error.displayed_message}` : 'You left Connect.',
    );

  const { link_id: linkId } = await call('POST', 'link-session/exchange-token', {
    token,
    body: { exchangeable_token: data.exchangeableToken },
  });
  const { link, accounts, transactions } = await readLink(token, linkId);
  showOutcome('good', `${link.institution_name} is connected.`);
  return showLink(data.institution, link, accounts, transactions);
}

async function start() {
  const button = place('start');
  button.disabled = true;
  place('calls').replaceChildren();
  place('outcome').replaceChildren();
  place('link').replaceChildren();
  await journey().catch((error) => showOutcome('bad', error.message));
  button.disabled = false;
  button.focus();
}

// This page is also the demo's redirect_uri: in the bank's window it does what continue() does. The
// window is closed by Connect. Without an opener there is nothing to do: Connect asks the server.
function comeBackFromBank() {
  window.opener?.postMessage(
    { moneykit: true, type: 'link.resume', eventData: { redirectURL: location.href } },
    location.origin,
  );
  place('demo').replaceChildren(
    h(
      'section',
      {},
      h('h1', {}, 'Back from the bank'),
      h(
        'p',
        { class: 'subtitle' },
        'The first window goes on by itself; you can close this one. ',
        h('a', { href: ownAddress }, 'Start the demo again'),
      ),
    ),
  );
}

place('snippet').textContent = `import MoneyKit from "@moneykit/connect";

new MoneyKit({ __connectSDKUIHost: "${location.origin}" })
  .link(linkSessionToken, onSuccess, onExit, onEvent);`;
place('start').addEventListener('click', start);
if (new URLSearchParams(location.search).has('state')) comeBackFromBank();
