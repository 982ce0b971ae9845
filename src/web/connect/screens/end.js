// Where a session ends, well or not, and the screens that only this page knows.

import { h } from '../dom.js';
import { capital } from './consent.js';
import { EXPIRED, errorObject } from '../errors.js';
import { plainButton, primaryButton, screen, signHero } from '../parts.js';

const TITLES = {
  user_oauth_denied: 'You said no at the bank',
  no_accounts: 'No account to share',
  institution_error: 'The bank is not available',
  user_setup_required: 'The bank needs you first',
  auth_expired: 'The bank ended your login',
  incomplete: 'Not finished yet',
};

export function success(app) {
  const { result, link_type: type } = app.state;
  const { institution } = result;
  const count = institution.selectedAccounts.length;

  return screen({
    hero: signHero('check', 'good'),
    title:
      type === 'relink'
        ? `${institution.name} is connected again`
        : `${institution.name} is connected`,
    subtitle: `${app.appName} can now see ${count === 1 ? '1 account' : `${count} accounts`}.`,
    content: [
      h(
        'ul',
        { class: 'summary' },
        institution.selectedAccounts.map((account) =>
          h(
            'li',
            {},
            h('span', {}, capital(account.name)),
            account.account_mask
              ? h('span', { class: 'soft' }, `•••• ${account.account_mask}`)
              : null,
          ),
        ),
      ),
    ],
    actions: [primaryButton(app.theme.text('components.button.doneTitle', 'Done'))],
    onSubmit: () => app.complete(),
  });
}

export function failure(app) {
  const { error, institution } = app.state;
  const leave = () => app.exit(errorObject(error));
  const actions = error.can_retry
    ? [primaryButton('Try again', { testid: 'retry' }), plainButton('Leave', 'leave', leave)]
    : [primaryButton('Leave', { testid: 'leave' })];

  return screen({
    hero: signHero('alert', 'bad'),
    title: TITLES[error.error_id] ?? `${institution?.name ?? 'The bank'} could not be connected`,
    subtitle: error.displayed_message,
    content: [
      h(
        'p',
        { class: 'code-line' },
        h('span', { class: 'soft' }, 'Error '),
        h('code', { testid: 'error-id' }, error.error_id),
      ),
    ],
    actions,
    onSubmit: () => (error.can_retry ? app.act(() => app.api.retry()) : leave()),
  });
}

export function expired(app) {
  return screen({
    hero: signHero('clock', 'bad'),
    title: 'This session has expired',
    subtitle: `Go back to ${app.appName} and start again.`,
    actions: [primaryButton('Close', { testid: 'leave' })],
    onSubmit: () => app.exit(EXPIRED),
  });
}

// The user left this session before, or its result was taken.
export function closed(app) {
  return screen({
    hero: signHero('clock', 'plain'),
    title: 'This session is closed',
    subtitle: `Go back to ${app.appName} to start a new one.`,
    actions: [primaryButton('Close', { testid: 'leave' })],
    onSubmit: () => app.exit(),
  });
}

export function trouble(app) {
  return screen({
    hero: signHero('alert', 'bad'),
    title: 'We cannot reach the server',
    subtitle: 'Nothing is lost. Try again in a moment.',
    actions: [primaryButton('Try again', { testid: 'retry' })],
    onSubmit: () => app.local.again(),
  });
}

// /continue in a window of its own, while the first window goes on.
export function returned(app) {
  return screen({
    hero: signHero('check', 'good'),
    title: 'You can go back now',
    subtitle: 'Your first window goes on by itself. You can close this one.',
    actions: [
      plainButton('Continue here instead', 'continue-here', () => app.act(() => app.api.session())),
    ],
  });
}

export function done(app) {
  return screen({
    hero: app.local.isLinked ? signHero('check', 'good') : null,
    title: app.local.isLinked ? 'All done' : 'You have left Connect',
    subtitle: 'You can close this window.',
  });
}

export function loading() {
  return screen({
    title: 'One moment',
    content: [h('div', { class: 'spinner', testid: 'loading' })],
  });
}
