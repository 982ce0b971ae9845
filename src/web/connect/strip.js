// The strip at the bottom that says that this is a sandbox. At a bank it lists the test users; one
// click fills one in. Screens take part by what they offer: {fillLogin} or {fillAnswer}.

import { ask } from './dialogs.js';
import { h } from './dom.js';

function personaButton(persona, fill) {
  return h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: 'persona',
        testid: `persona-${persona.username}`,
        onclick: () => fill(persona),
      },
      h('code', {}, persona.username),
      h('span', {}, persona.meaning),
    ),
  );
}

function quickButton(label, testid, onclick, properties = {}) {
  return h(
    'button',
    { type: 'button', class: 'strip-button', testid, onclick, ...properties },
    label,
  );
}

async function choosePersona(personas, fill) {
  const persona = await ask({
    title: 'Test users',
    testid: 'personas',
    content: (close) =>
      h(
        'ul',
        { class: 'personas' },
        personas.map((one) => personaButton(one, close)),
      ),
    actions: [{ label: 'Cancel', value: null, testid: 'personas-cancel', isPlain: true }],
  });
  if (persona !== null) fill(persona);
}

function loginTools(personas, fill) {
  return [
    quickButton(`Use ${personas[0].username}`, 'persona-first', () => fill(personas[0])),
    quickButton('Test users', 'personas-open', () => choosePersona(personas, fill), {
      'aria-haspopup': 'dialog',
    }),
  ];
}

export function sandboxStrip(state, offers = {}) {
  const personas = state?.personas ?? [];
  const answer = personas.find((persona) => persona.answer)?.answer;
  let buttons = [];

  if (offers.fillLogin && personas.length > 0) buttons = loginTools(personas, offers.fillLogin);
  if (offers.fillAnswer && answer)
    buttons = [quickButton(`Use ${answer}`, 'fill-answer', () => offers.fillAnswer(answer))];

  return h(
    'aside',
    { class: 'strip', testid: 'sandbox-strip', 'aria-label': 'Sandbox' },
    h(
      'div',
      { class: 'strip-row' },
      h('span', { class: 'strip-tag' }, 'Sandbox'),
      buttons.length > 0
        ? h('span', { class: 'strip-tools' }, buttons)
        : h('span', { class: 'strip-text' }, 'No real bank, no real money'),
    ),
  );
}
