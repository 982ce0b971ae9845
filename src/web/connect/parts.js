// The pieces that screens are made of.

import { avatar, h, icon } from './dom.js';

export function primaryButton(label, properties = {}) {
  return h('button', { type: 'submit', class: 'button', testid: 'continue', ...properties }, label);
}

export function plainButton(label, testid, onclick, properties = {}) {
  return h(
    'button',
    { type: 'button', class: 'button button-plain', testid, onclick, ...properties },
    label,
  );
}

export function textButton(label, testid, onclick) {
  return h('button', { type: 'button', class: 'text-button', testid, onclick }, label);
}

// A screen: heading, content that scrolls, buttons that stay in sight; with `top`, the heading and
// `top` stay in sight as well. With `onSubmit` it is a form, so that Enter works everywhere.
// `focus` gets the focus where a keyboard is likely, else the heading does.
export function screen({
  title,
  subtitle,
  hero,
  top,
  content = [],
  actions = [],
  onSubmit,
  focus,
}) {
  const heading = h('h1', { tabindex: -1, testid: 'title' }, title);
  const intro = [hero ?? null, heading, subtitle ? h('p', { class: 'subtitle' }, subtitle) : null];
  const parts = [
    top ? h('div', { class: 'screen-top' }, intro, top) : null,
    h('div', { class: 'screen-content' }, top ? null : intro, content),
    actions.length > 0 ? h('div', { class: 'screen-actions' }, actions) : null,
  ];
  const element = h(
    onSubmit ? 'form' : 'section',
    { class: 'screen', novalidate: onSubmit ? true : null, autocomplete: onSubmit ? 'off' : null },
    parts,
  );
  if (onSubmit) {
    element.addEventListener('submit', (event) => {
      event.preventDefault();
      onSubmit();
    });
  }
  return { element, heading, focus };
}

export function bankHero(app, institution) {
  return institution ? h('div', { class: 'hero' }, avatar(institution, app.theme.scheme())) : null;
}

export function signHero(name, kind) {
  return h('div', { class: `hero sign sign-${kind}` }, icon(name));
}

// What went wrong with the answer just given: an alert, and the description of its field.
export function problem(message) {
  return message
    ? h(
        'p',
        { id: 'problem', class: 'problem', role: 'alert', testid: 'error' },
        icon('alert'),
        h('span', {}, message),
      )
    : null;
}

export function field({ label, name, type = 'text', hasProblem, ...properties }) {
  const input = h('input', {
    id: `field-${name}`,
    type,
    testid: name,
    class: 'input',
    required: true,
    autocomplete: 'off',
    autocapitalize: 'none',
    spellcheck: 'false',
    'aria-invalid': hasProblem ? 'true' : null,
    'aria-describedby': hasProblem ? 'problem' : null,
    ...properties,
  });
  return { input, row: h('div', { class: 'field' }, h('label', { for: input.id }, label), input) };
}

// One line of a list of choices: a real checkbox or radio button inside its label.
export function choice({ type, group, value, checked, testid, title, detail, badge }) {
  const input = h('input', { type, name: group, value, checked, testid });
  return h(
    'li',
    {},
    h(
      'label',
      { class: 'choice' },
      h(
        'span',
        { class: 'choice-text' },
        h(
          'span',
          { class: 'choice-title' },
          title,
          badge ? h('span', { class: 'badge' }, badge) : null,
        ),
        detail ? h('span', { class: 'choice-detail' }, detail) : null,
      ),
      input,
    ),
  );
}

export function chosenValues(list) {
  return [...list.querySelectorAll('input:checked')].map((input) => input.value);
}
