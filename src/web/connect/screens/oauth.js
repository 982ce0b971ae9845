// Handing over to the bank's own page in a window, and waiting for it.

import { h, icon } from '../dom.js';
import { bankHero, plainButton, screen } from '../parts.js';

const WORDS = {
  ready: {
    title: (name) => `Log in at ${name}`,
    subtitle: (name) => `A window of ${name} opens. Come back here when you are done.`,
  },
  waiting: {
    title: (name) => `Waiting for ${name}`,
    subtitle: () => 'Finish in the window that has opened. This page then goes on by itself.',
  },
  closed: {
    title: () => 'The window was closed',
    subtitle: (name) => `You were not done at ${name} yet.`,
  },
  blocked: {
    title: () => 'The window was blocked',
    subtitle: (name) => `Your browser did not let us open ${name}. Open it with a link instead.`,
  },
};

function phaseOf({ isWaiting, wasClosed, wasBlocked }) {
  if (wasBlocked) return 'blocked';
  if (wasClosed) return 'closed';
  return isWaiting ? 'waiting' : 'ready';
}

function opened(app) {
  app.events.emit('open_oauth');
  app.api.oauthOpened().catch(() => {}); // only tells; the answer comes by another way
}

// In the click itself: a browser lets nobody open windows later.
function openWindow(app, name) {
  const { url } = app.state.oauth;

  if (app.bankWindow.isOpenFor(url)) return app.bankWindow.focus();
  if (!app.bankWindow.open(url, name))
    return app.showLocal('oauth', { wasBlocked: true });
  opened(app);
  return app.showLocal('oauth', { isWaiting: true });
}

export function oauth(app) {
  const { institution, oauth: visit, link_session_id: id } = app.state;
  const phase = phaseOf(app.local);
  const words = WORDS[phase];
  const windowName = `moneykit-oauth-${id}`;
  const link = (label, testid, target, kind) =>
    h(
      'a',
      {
        // A named target and rel=opener: the way back needs window.opener.
        href: visit.url,
        target,
        rel: 'opener',
        class: `button ${kind}`,
        testid,
        onclick: () => opened(app),
      },
      label,
    );
  const open = (label) =>
    h(
      'button',
      {
        type: 'button',
        class: 'button',
        testid: 'continue',
        onclick: () => openWindow(app, windowName),
      },
      label,
      icon('open'),
    );

  const actions = {
    ready: () => [open(`Continue to ${institution.name}`)],
    waiting: () => [
      plainButton('Show the window again', 'oauth-again', () => openWindow(app, windowName)),
    ],
    closed: () => [open('Open it again')],
    blocked: () => [
      link(`Open ${institution.name}`, 'oauth-link', windowName, ''),
      link('Continue in this tab', 'oauth-link-top', '_top', 'button-plain'),
    ],
  };
  const view = screen({
    hero: bankHero(app, institution),
    title: words.title(institution.name),
    subtitle: words.subtitle(institution.name),
    content: phase === 'waiting' ? [h('div', { class: 'spinner', testid: 'oauth-waiting' })] : [],
    actions: actions[phase](),
  });
  view.focus = view.element.querySelector('[data-testid=continue]');
  return view;
}
