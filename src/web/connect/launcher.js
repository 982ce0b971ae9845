// The messages between this page, the launcher that embeds it and the app's redirect page in the
// bank's popup. Every message names its receiver's origin, and every sender's is checked.
// Without a parent (the page opened by itself) or without a usable origin, messages go nowhere and
// everything else still works.

const TERMINAL = new Set(['link.complete', 'relink.complete', 'link.exit']);

function isObject(value) {
  return typeof value === 'object' && value !== null;
}

// onResume(url, source, sender): the app's redirect page called continue() in the popup.
// onBankWindow(source): our own bank page runs in a window that this page opened.
export function createLauncher({ origin, onColorScheme, onTheme, onResume, onBankWindow }) {
  const parent = window.parent === window ? null : window.parent;
  let isFinished = false;

  // `data` is always there: the launcher throws on some messages without it.
  function post(type, data = {}) {
    if (isFinished) return;
    isFinished = TERMINAL.has(type); // each terminal message once, and nothing after it
    if (parent !== null && origin !== null)
      parent.postMessage({ moneykit: true, type, data }, origin);
  }

  function fromParent({ type, data }) {
    if (!isObject(data)) return;
    if (type === 'connect.set_color_scheme') onColorScheme(data.colorScheme);
    if (type === 'connect.set_theme' && isObject(data.theme)) onTheme(data.theme);
  }

  window.addEventListener('message', ({ data, source, origin: sender }) => {
    if (!isObject(data) || source === null) return;
    if (source === window.parent) {
      if (parent !== null && sender === origin && 'moneykit' in data) fromParent(data);
      return;
    }
    // The redirect page's origin need not be the embedding app's; onResume checks it, and the
    // `state` in the address. Here counts who opened that window. Note `eventData`, not `data`.
    if (source.opener !== window) return;
    if (sender === location.origin && data.moneykitSandbox === 'bank') onBankWindow(source);
    if ('moneykit' in data && data.type === 'link.resume' && isObject(data.eventData))
      onResume(String(data.eventData.redirectURL), source, sender);
  });

  return { post, isEmbedded: parent !== null, isFinished: () => isFinished };
}
