// The bank's own page, in a window or in the whole tab: one click approves. The server learns the
// answer here already, so Connect goes on even if the app's redirect page never tells it.

import { bankHero, plainButton, primaryButton, problem, screen, signHero } from './parts.js';
import { h, icon } from './dom.js';
import { createTheme } from './theme.js';

const card = document.getElementById('bank');
const visit = new URLSearchParams(location.search).get('state') ?? '';
const theme = createTheme({ onChange: () => {} });
let isBusy = false;

function show(view) {
  const strip = h(
    'aside',
    { class: 'strip', 'aria-label': 'Sandbox', testid: 'sandbox-strip' },
    h(
      'div',
      { class: 'strip-row' },
      h('span', { class: 'strip-tag' }, 'Sandbox'),
      h('span', {}, 'This bank does not exist'),
    ),
  );
  card.replaceChildren(view.element, strip);
  document.title = view.heading.textContent;
  view.focus?.focus();
}

async function ask(path, body) {
  const response = await fetch(
    path,
    body === undefined
      ? { cache: 'no-store' }
      : {
          method: 'POST',
          headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(body),
        },
  );
  if (!response.ok) throw Object.assign(new Error(path), { status: response.status });
  return response.json();
}

function showGone() {
  show(
    screen({
      hero: signHero('clock', 'plain'),
      title: 'There is nothing to approve',
      subtitle: 'This request was answered already or has expired. You can close this window.',
    }),
  );
}

async function decide(username, approve, trouble) {
  if (isBusy) return;
  isBusy = true;
  try {
    const { redirect_to: url } = await ask('oauth-bank', { state: visit, username, approve });
    location.assign(url);
  } catch (error) {
    if (error.status === 404) showGone();
    else trouble.replaceChildren(problem('The bank cannot be reached. Try again.'));
  }
  isBusy = false;
}

function showConsent({ institution, personas, redirect_origin: origin }) {
  const user = h(
    'select',
    { id: 'user', class: 'input', testid: 'persona' },
    personas.map(({ username, meaning }) =>
      h('option', { value: username }, `${username}: ${meaning}`),
    ),
  );
  const trouble = h('div', {});
  const approve = primaryButton('Approve', { testid: 'approve' });
  const point = (text) => h('li', {}, icon('check'), h('span', {}, text));

  show(
    screen({
      hero: bankHero({ theme }, institution),
      title: institution.name,
      subtitle: 'An app asks for access to your accounts.',
      content: [
        h(
          'ul',
          { class: 'consent' },
          point(`App: ${origin}`),
          point('It can read; it cannot move money.'),
          point('You can end this at any time.'),
        ),
        h('div', { class: 'field' }, h('label', { for: user.id }, 'Logged in as'), user),
        trouble,
      ],
      actions: [approve, plainButton('Deny', 'deny', () => decide(user.value, false, trouble))],
      onSubmit: () => decide(user.value, true, trouble),
      focus: approve,
    }),
  );
}

// Connect may have opened this window by a link instead of by its script: then it does not know the
// window yet, and wants to close it in the end.
function greetOpener() {
  window.opener?.postMessage({ moneykitSandbox: 'bank' }, location.origin);
}

async function start() {
  theme.start();
  greetOpener();
  try {
    const session = await ask(`oauth-bank/session?state=${encodeURIComponent(visit)}`);
    theme.setInstitution(session.institution);
    showConsent(session);
  } catch {
    showGone();
  }
}

start();
