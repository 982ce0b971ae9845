// The way back from the bank. Three ways lead there, and any may come first or not at all:
// the app's redirect page sends `link.resume` to this page; the bank's page has told the server and
// this page asks every second; or /continue in another window has told the server.

import { ExpiredError } from './api.js';

const POLL_MS = 1000;
// An app's redirect page is given this long to call continue() before its window is closed.
const GRACE_MS = 1500;
const FIRST_WINDOW_MS = 2600; // how long a first window may take to ask, where there was one lately

let timer = null;
let visit = null; // {state, redirect_origin}: kept after the answer, until the window is closed

function stopWatching() {
  clearTimeout(timer);
  timer = null;
}

async function poll(app) {
  timer = null;
  const state = await app.api.session().catch((error) => error);
  // An answer that another way has overtaken is of no use.
  if (app.launcher.isFinished() || app.isBusy() || app.state.screen !== 'oauth' || timer !== null)
    return;
  if (state instanceof Error) {
    // A server that is away for a moment is asked again; an expired session is told by act().
    if (state instanceof ExpiredError) return app.act(() => Promise.reject(state));
  } else if (state.screen !== 'oauth') {
    app.bankWindow.closeSoon(GRACE_MS);
    return app.show(state);
  }
  if (app.bankWindow.wasClosed() && app.local.isWaiting)
    app.showLocal('oauth', { wasClosed: true });
  watchBank(app);
}

// Asks while, and only while, the user is at the bank.
export function watchBank(app) {
  stopWatching();
  if (app.state.screen !== 'oauth' || app.launcher.isFinished()) return;
  visit = app.state.oauth;
  timer = setTimeout(() => poll(app), POLL_MS);
}

// `link.resume`: from the app's redirect page, whose address names the visit by its `state`.
export function bankReturn(app, url, source, sender) {
  const isKnown = visit !== null && [app.params.origin, visit.redirect_origin].includes(sender);
  if (!isKnown || !URL.canParse(url)) return;
  if (new URL(url).searchParams.get('state') !== visit.state) return;
  source.close();
  app.bankWindow.close();
  if (app.state.screen === 'oauth') app.act(() => app.api.resume(url));
}

// In a window that lost its opener, /continue has told the server of the bank's answer. A first
// window that still lives asks the server within a second or two: the server then calls it `alive`,
// and this window has done its part. One that was there a moment ago is `recent`.
export async function waitForFirstWindow(api, state) {
  const began = performance.now();
  let latest = state;

  while (latest.first_window === 'recent' && performance.now() - began < FIRST_WINDOW_MS) {
    await new Promise((resolve) => {
      setTimeout(resolve, FIRST_WINDOW_MS / 6);
    });
    latest = await api.session();
  }
  return latest;
}
