// Finding the bank: search, three groups, featured ones first.

import { avatar, h, icon } from '../dom.js';
import { ask, askDuplicate } from '../dialogs.js';
import { MANUALLY } from '../errors.js';
import { screen, textButton } from '../parts.js';

const TYPING_MS = 220;
const MONEY_ID_BANK = 'moneykit-instant-bank'; // what the simulated Money ID remembers

async function choose(app, institution) {
  const named = { institution_id: institution.id, institution_name: institution.name };
  if (institution.duplicate && app.state.features.duplicate_institution_warning) {
    const goesOn = await askDuplicate(institution.name);
    app.events.emit(goesOn ? 'acknowledge_institution_alert' : 'dismiss_institution_alert', named);
    if (!goesOn) return;
  }
  app.events.emit('select_institution', named);
  await app.act(() => app.api.selectInstitution(institution.id));
}

async function chooseByMoneyId(app, groups) {
  const listed = Object.values(groups).flat();
  const bank = listed.find(({ id }) => id === MONEY_ID_BANK) ?? listed[0];
  const goesOn = await ask({
    title: 'Money ID',
    text: [
      'Money ID lets people who connected a bank before skip the search and the login.',
      `The sandbox knows no people, so it pretends: it remembers ${bank?.name ?? 'no bank'}.`,
    ],
    testid: 'money-id-dialog',
    actions: [
      {
        label: bank ? `Continue with ${bank.name}` : 'OK',
        value: Boolean(bank),
        testid: 'money-id-continue',
      },
      { label: 'Cancel', value: false, testid: 'money-id-cancel', isPlain: true },
    ],
  });
  if (goesOn) await choose(app, bank);
}

async function connectManually(app) {
  const goesOn = await ask({
    title: 'Connect manually?',
    text: `You go back to ${app.appName}, which can ask for account and routing number itself.`,
    testid: 'manual-dialog',
    actions: [
      { label: 'Keep looking', value: false, testid: 'manual-stay' },
      { label: 'Connect manually', value: true, testid: 'manual-leave', isPlain: true },
    ],
  });
  if (goesOn) await app.exit(MANUALLY);
}

function bankButton(app, institution, isTile) {
  return h(
    'li',
    {},
    h(
      'button',
      {
        type: 'button',
        class: isTile ? 'bank bank-tile' : 'bank',
        testid: `institution-${institution.id}`,
        onclick: () => choose(app, institution),
      },
      avatar(institution, app.theme.scheme()),
      h(
        'span',
        { class: 'bank-text' },
        h('span', { class: 'bank-name' }, institution.name),
        h(
          'span',
          { class: 'bank-detail' },
          institution.duplicate ? 'Already connected' : institution.domain,
        ),
      ),
      isTile ? null : icon('next'),
    ),
  );
}

function group(app, { title, testid, list, isTile = false }) {
  if (list.length === 0) return null;
  return h(
    'section',
    { class: 'group', testid },
    title ? h('h2', {}, title) : null,
    h(
      'ul',
      { class: isTile ? 'banks banks-tiles' : 'banks' },
      list.map((institution) => bankButton(app, institution, isTile)),
    ),
  );
}

function emptyResult(app, term) {
  return h(
    'div',
    { class: 'empty', testid: 'no-result' },
    h('p', {}, term ? `No bank matches “${term}”.` : 'No bank fits what this app asks for.'),
    app.state.features.connect_manually
      ? textButton('Connect manually', 'connect-manually-empty', () => connectManually(app))
      : null,
  );
}

// Featured banks are tiles while nobody searches; the least likely ones wait for "Show more".
function resultList(app, groups, term, redraw) {
  const { primary = [], secondary = [], tertiary = [] } = groups;
  const featured = primary.filter((one) => one.is_featured);
  const others = primary.filter((one) => !one.is_featured);
  const showsAll = app.draft.showsAll || primary.length + secondary.length === 0;

  if (primary.length + secondary.length + tertiary.length === 0) return [emptyResult(app, term)];
  return [
    group(app, { testid: 'group-featured', list: featured, isTile: term === '' }),
    group(app, { testid: 'group-primary', list: others }),
    group(app, { title: 'Other institutions', testid: 'group-secondary', list: secondary }),
    showsAll
      ? group(app, { title: 'More institutions', testid: 'group-tertiary', list: tertiary })
      : tertiary.length > 0 &&
        textButton('Show more institutions', 'show-more', () => {
          app.draft.showsAll = true;
          redraw()?.querySelector('[data-testid=group-tertiary] button').focus();
        }),
  ].filter(Boolean);
}

export function finder(app) {
  const results = h('div', { class: 'results', testid: 'institutions' });
  let groups = {};
  let latest = 0;
  let typing = null;

  const redraw = () => {
    results.replaceChildren(...resultList(app, groups, app.draft.search ?? '', redraw));
    return results;
  };

  async function load(isTyped) {
    const mine = ++latest;
    const term = (app.draft.search ?? '').trim();
    const answer = await app.api.institutions(term).catch((error) => error);
    if (mine !== latest || !results.isConnected) return;
    if (answer instanceof Error) return app.act(() => Promise.reject(answer));
    groups = answer.groups;
    redraw();
    if (!isTyped) return null;
    results.parentElement.scrollTop = 0;
    const count = Object.values(groups).flat().length;
    app.announce(count === 1 ? '1 bank found' : `${count} banks found`);
    if (term !== '') app.events.emit('search_institution', { search_term: term });
  }

  const placeholder = app.theme.text('screens.finder.searchPlaceholder', 'Search for your bank');
  const search = h('input', {
    type: 'search',
    class: 'input',
    testid: 'search',
    placeholder,
    'aria-label': placeholder,
    autocomplete: 'off',
    spellcheck: 'false',
    value: app.draft.search ?? '',
    oninput: () => {
      app.draft.search = search.value;
      clearTimeout(typing);
      typing = setTimeout(() => load(true), TYPING_MS);
    },
  });
  const moneyId = h(
    'button',
    {
      type: 'button',
      class: 'money-id',
      testid: 'money-id',
      onclick: () => chooseByMoneyId(app, groups),
    },
    icon('bolt'),
    h('span', {}, 'Continue with Money ID'),
    h('span', { class: 'badge' }, 'simulated'),
  );

  queueMicrotask(() => load(false)); // once the screen is in the page
  const { features } = app.state;
  return screen({
    title: app.theme.text('screens.finder.title', 'Connect your bank'),
    subtitle: app.theme.text(
      'screens.finder.subtitle',
      `Choose the bank you want ${app.appName} to see.`,
    ),
    top: h('div', { class: 'search', role: 'search' }, icon('search'), search),
    content: [features.enable_money_id ? moneyId : null, results],
    actions: features.connect_manually
      ? [
          textButton('Can’t find your bank? Connect manually', 'connect-manually', () =>
            connectManually(app),
          ),
        ]
      : [],
    focus: search,
  });
}
