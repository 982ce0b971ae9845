// Proving to the bank who one is: user name and password, then perhaps a device and a code, or a
// question.

import { h } from '../dom.js';
import { tell } from '../dialogs.js';
import {
  bankHero,
  choice,
  chosenValues,
  field,
  primaryButton,
  problem,
  screen,
  textButton,
} from '../parts.js';

const continueTitle = (app) => app.theme.text('components.button.continueTitle', 'Continue');

// What would lead to the bank's own pages. Nothing leaves this machine, so words must do.
function helpLinks(app, institution) {
  const link = (label, testid, event, text) =>
    textButton(label, testid, () => {
      app.events.emit(event, {
        institution_id: institution.id,
        institution_name: institution.name,
      });
      tell({ title: label, text, testid: 'help-dialog' });
    });
  return h(
    'div',
    { class: 'links' },
    link(
      'Forgot password?',
      'reset-password',
      'select_reset_password',
      'The bank would help you here. In the sandbox every test user has the password pass_good.',
    ),
    link(
      'Need help?',
      'help',
      'select_help',
      'Choose one of the test users at the bottom of the screen; each behaves as it says.',
    ),
    link(
      `Visit ${institution.domain}`,
      'institution-website',
      'open_institution_website',
      `Connect would open ${institution.domain} here. The sandbox stays on this machine.`,
    ),
  );
}

export function credentials(app) {
  const { institution, error } = app.state;
  const username = field({
    label: 'Username',
    name: 'username',
    hasProblem: error !== null,
    value: app.draft.username ?? '',
  });
  const password = field({
    label: 'Password',
    name: 'password',
    type: 'password',
    hasProblem: error !== null,
  });
  const toggle = h(
    'button',
    {
      type: 'button',
      class: 'reveal',
      testid: 'toggle-password',
      'aria-pressed': 'false',
      onclick: () => {
        const isShown = password.input.type === 'password';
        password.input.type = isShown ? 'text' : 'password';
        toggle.setAttribute('aria-pressed', String(isShown));
      },
    },
    'Show',
  );
  toggle.setAttribute('aria-label', 'Show password');
  password.row.append(toggle);
  const missing = h('div', {});

  function submit() {
    const empty = [username.input, password.input].find((input) => input.value === '');
    if (empty) {
      missing.replaceChildren(problem('Enter your username and password.'));
      return empty.focus();
    }
    app.draft.username = username.input.value;
    app.events.emit('submit_credentials');
    return app.act(() => app.api.login(username.input.value, password.input.value));
  }

  const view = screen({
    hero: bankHero(app, institution),
    title: `Log in to ${institution.name}`,
    subtitle: `${app.appName} never sees your login.`,
    content: [
      error ? problem(error.displayed_message) : missing,
      username.row,
      password.row,
      helpLinks(app, institution),
    ],
    actions: [primaryButton(continueTitle(app))],
    onSubmit: submit,
    focus: error ? password.input : username.input,
  });
  view.offers = {
    fillLogin(persona) {
      username.input.value = persona.username;
      password.input.value = persona.password;
      app.announce(`${persona.username} filled in`);
      view.element.querySelector('[data-testid=continue]').focus();
    },
  };
  return view;
}

export function device(app) {
  const { institution, devices, error } = app.state;
  const list = h(
    'ul',
    { class: 'choices', role: 'list' },
    devices.map((one, index) =>
      choice({
        type: 'radio',
        group: 'device',
        value: one.id,
        checked: index === 0,
        testid: `device-${one.id}`,
        title: one.label,
      }),
    ),
  );

  return screen({
    hero: bankHero(app, institution),
    title: 'How should we reach you?',
    subtitle: `${institution.name} sends you a one-time code.`,
    content: [
      problem(error?.displayed_message),
      h('fieldset', {}, h('legend', { class: 'unseen' }, 'Where to send the code'), list),
    ],
    actions: [primaryButton(continueTitle(app))],
    onSubmit() {
      app.events.emit('submit_otp_device');
      app.act(() => app.api.device(chosenValues(list)[0]));
    },
  });
}

// A code and an answer differ in their words only.
function challenge(app, { title, subtitle, label, event, ...input }) {
  const { institution, error } = app.state;
  const answer = field({ label, name: 'answer', hasProblem: error !== null, ...input });
  const missing = h('div', {});
  const view = screen({
    hero: bankHero(app, institution),
    title,
    subtitle,
    content: [error ? problem(error.displayed_message) : missing, answer.row],
    actions: [primaryButton(continueTitle(app))],
    onSubmit() {
      if (answer.input.value.trim() === '') {
        missing.replaceChildren(problem(`Enter the ${label.toLowerCase()}.`));
        return answer.input.focus();
      }
      app.events.emit(event);
      return app.act(() => app.api.answer(answer.input.value.trim()));
    },
    focus: answer.input,
  });
  view.offers = {
    fillAnswer(text) {
      answer.input.value = text;
      view.element.querySelector('[data-testid=continue]').focus();
    },
  };
  return view;
}

export function code(app) {
  return challenge(app, {
    title: 'Enter the code',
    subtitle: `${app.state.institution.name} has sent you a one-time code.`,
    label: 'Code',
    event: 'submit_otp',
    autocomplete: 'one-time-code',
    inputmode: 'numeric',
  });
}

export function question(app) {
  return challenge(app, {
    title: 'One more question',
    subtitle: app.state.question,
    label: 'Answer',
    event: 'submit_mfa',
  });
}
