// What the launcher says in the page's address. It writes null as a key without a value, so an
// empty value and a missing one mean the same here: null.

export const LINK = 'link';
export const RELINK = 'relink';

function bareOrigin(text) {
  try {
    // The text must be the origin itself: a target with a path would hide an embedder's mistake.
    return new URL(text).origin === text ? text : null;
  } catch {
    return null;
  }
}

export function readParams(address) {
  const query = new URLSearchParams(address.search);
  const text = (key) => query.get(key) || null;
  const page = address.pathname.split('/').pop();

  return {
    token: text('linkSessionToken'),
    origin: text('origin') && bareOrigin(text('origin')),
    applicationName: text('applicationName')?.slice(0, 60) ?? null,
    isDirect: query.get('viewMode') === 'direct',
    linkType: page === RELINK ? RELINK : LINK, // only until the server has told
    isContinue: page === 'continue',
    redirectUrl: page === 'continue' ? text('redirectURL') : null,
  };
}
