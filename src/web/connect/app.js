// The hosted Connect pages: one page that draws the screen which the server's state names, sends
// what the user does, and tells the launcher about it. The flow itself lives in the server, so a
// reload goes on where it was and two windows of one session cannot corrupt it.

import { createApi, ExpiredError, RefusedError } from './api.js';
import { autoStep } from './auto.js';
import { createBankWindow } from './bank-window.js';
import { askExit } from './dialogs.js';
import { EXPIRED, errorObject, refused } from './errors.js';
import { createEvents } from './events.js';
import { createLauncher } from './launcher.js';
import { bar, NO_EXIT_QUESTION } from './bar.js';
import { bankReturn, waitForFirstWindow, watchBank } from './oauth-flow.js';
import { readParams, RELINK } from './params.js';
import { sandboxStrip } from './strip.js';
import { createTheme } from './theme.js';
import { screens, screenName } from './screens/index.js';

const AUTO_STEP_MS = 120;
const EXIT_PATIENCE_MS = 1500;
const REMOVAL_MS = 1000;

const modal = document.getElementById('modal');
const announcer = document.getElementById('announcer');
const params = readParams(location);
const launcher = createLauncher({
  origin: params.origin,
  onColorScheme: (value) => app.theme.setScheme(value),
  onTheme: (value) => app.theme.setTheme(value),
  onResume: (url, source, sender) => bankReturn(app, url, source, sender),
  onBankWindow: (source) => app.bankWindow.adopt(source, app.state?.oauth?.url ?? null),
});

// What screens get to work with.
const app = {
  params,
  launcher,
  api: createApi(params.token),
  events: createEvents({ post: launcher.post, linkType: params.linkType }),
  theme: createTheme({ onChange: redraw }),
  bankWindow: createBankWindow(),
  state: null, // the server's
  local: null, // {screen, ...}: the screen drawn now, which may be one that only this page knows
  draft: {}, // what was typed and is not secret; survives a failed attempt
  appName: params.applicationName ?? (params.origin ? new URL(params.origin).host : 'This app'),
  act,
  announce,
  show,
  showLocal,
  complete,
  exit,
  isBusy: () => isBusy,
};

function announce(text) {
  announcer.textContent = text;
}

function draw() {
  const view = screens[app.local.screen](app);

  modal.replaceChildren(bar(app, leave), view.element, sandboxStrip(app.state, view.offers));
  modal.dataset.screen = app.local.screen;
  return view;
}

// After a change of theme, for pictures and words; not under the fingers of somebody who types.
let isTouched = false;
for (const touch of ['input', 'click'])
  modal.addEventListener(touch, () => {
    isTouched = true;
  });

function redraw() {
  if (app.local === null || isTouched) return;
  const hadFocus = modal.contains(document.activeElement);
  const view = draw();
  if (hadFocus) focusView(view);
}

function focusView({ focus, heading }) {
  const hasKeyboard = window.matchMedia('(pointer: fine)').matches; // none pops up on a phone
  (hasKeyboard && focus ? focus : heading).focus({ preventScroll: true });
}

// A new screen takes the focus and is announced; the same one is drawn again after a wrong answer.
function enter(local) {
  const isNew = app.local?.screen !== local.screen;

  app.local = local;
  isTouched = false;
  const view = draw();
  if (isNew && screenName(local.screen))
    app.events.enterScreen(local.screen, screenName(local.screen));
  if (isNew) announce(view.heading.textContent);
  focusView(view);
}

function showLocal(screen, details = {}) {
  enter({ screen, ...details });
}

function show(state) {
  if (isLeaving || launcher.isFinished()) return;
  const isError = state.error !== null && state.error !== undefined;

  app.state = state;
  app.events.setState(state);
  app.theme.setInstitution(state.institution);
  if (state.screen === 'finder') app.bankWindow.close(); // the user went back
  enter({ screen: state.screen });
  if (isError) app.events.emit('error', errorObject(state.error));
  watchBank(app);
  if (state.auto) setTimeout(() => autoStep(app), AUTO_STEP_MS);
}

let isBusy = false;
let isLeaving = false;

function setBusy(value) {
  isBusy = value;
  modal.toggleAttribute('data-busy', value);
  modal.setAttribute('aria-busy', String(value));
}

// One call at a time. Its answer is the next state; what goes wrong can be tried again.
async function act(call) {
  if (isBusy || isLeaving || launcher.isFinished()) return;
  setBusy(true);
  try {
    const state = await call();
    setBusy(false);
    show(state);
  } catch (error) {
    setBusy(false);
    showTrouble(error, () => act(call));
  }
}

function showTrouble(error, again) {
  if (launcher.isFinished()) return;
  if (error instanceof RefusedError)
    return app.state?.auto ? exit(refused(error)) : act(() => app.api.session());
  if (!(error instanceof ExpiredError)) return showLocal('trouble', { again });
  showLocal('expired');
  app.events.emit('error', EXPIRED);
}

// The app gets the bank's pictures too, and has another address than this page.
function withFullAddresses(institution) {
  const full = (address) => (address ? new URL(address, location.href).href : null);
  const { avatar, avatar_dark, logo, logo_dark } = institution;
  return {
    ...institution,
    avatar: full(avatar),
    avatar_dark: full(avatar_dark),
    logo: full(logo),
    logo_dark: full(logo_dark),
  };
}

// The last event goes first: the launcher listens for a moment only after a terminal message.
function complete() {
  const { exchangeable_token, link_id, institution } = app.state.result;
  const result = { institution: withFullAddresses(institution), link_id };
  result.institution.trackedScreens = app.events.trackedScreens();
  app.bankWindow.close(); // where the app's redirect page has not called continue() yet
  app.events.emit('success');
  if (app.state.link_type === RELINK) launcher.post('relink.complete', result);
  else launcher.post('link.complete', { exchangeableToken: exchangeable_token, ...result });
  goodbye({ isLinked: true });
}

// The server is told first, so that the app finds the session closed; but nobody waits for long.
async function exit(error = null) {
  if (isLeaving || launcher.isFinished()) return;
  isLeaving = true;
  setBusy(true);
  const patience = new Promise((resolve) => {
    setTimeout(resolve, EXIT_PATIENCE_MS);
  });
  const isKnown = app.local.screen !== 'expired'; // else there is nothing to close
  if (isKnown) await Promise.race([app.api.exit().catch(() => {}), patience]);
  setBusy(false);
  app.bankWindow.close();
  app.events.emit('exit');
  launcher.post('link.exit', { error });
  goodbye({ isLinked: false });
}

// The launcher removes this page in a moment; only where nobody does, words are needed.
function goodbye(details) {
  setTimeout(() => showLocal('done', details), launcher.isEmbedded ? REMOVAL_MS : 0);
}

// The user wants to go: asked once more, unless there is nothing to lose.
async function leave() {
  const { screen } = app.local;
  if (screen === 'failure') return exit(errorObject(app.state.error));
  if (screen === 'expired') return exit(EXPIRED);
  if (NO_EXIT_QUESTION.has(screen)) return exit();
  app.events.enterScreen('exit', 'Exit');
  const wantsToLeave = await askExit(app.state?.institution?.name);
  if (wantsToLeave) return exit();
  const name = screenName(app.local.screen);
  if (name) app.events.enterScreen(app.local.screen, name);
}

window.addEventListener('keydown', (event) => {
  const isElsewhere =
    event.defaultPrevented ||
    document.querySelector('dialog[open]') ||
    (event.target.type === 'search' && event.target.value !== ''); // there it clears the field
  if (event.key !== 'Escape' || isElsewhere || !modal.querySelector('[data-testid=close]')) return;
  event.preventDefault(); // else the same key closes the question that it opens
  leave();
});

// This window has brought the bank's answer; the first one goes on.
function stepAside(state) {
  app.state = state;
  launcher.post('link.close_oauth');
  showLocal('return');
}

// Nothing is known of the session until the server has answered, so `open` waits for it.
async function load() {
  showLocal('loading');
  try {
    const state =
      params.redirectUrl && params.token
        ? await app.api.resume(params.redirectUrl)
        : await app.api.session();
    app.events.setState(state);
    app.events.open();
    const latest = params.isContinue ? await waitForFirstWindow(app.api, state) : state;
    if (params.isContinue && latest.first_window === 'alive') stepAside(latest);
    else show(latest);
  } catch (error) {
    if (error instanceof ExpiredError) app.events.open();
    showTrouble(error, load);
  }
}

document.body.classList.toggle('direct', params.isDirect || !launcher.isEmbedded);
app.theme.start();
launcher.post('connect.started'); // answered with colours and theme, or not at all
load();
