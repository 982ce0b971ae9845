// The window in which the user visits the bank. It must be opened in a click, with no wait before.

const SIZE = { width: 460, height: 720 };

export function createBankWindow() {
  let popup = null;
  let address = null; // of the visit that it was opened for
  let timer = null;

  function take(source, url) {
    clearTimeout(timer); // that of a visit before
    popup = source;
    address = url;
  }

  function close() {
    popup?.close(); // allowed across origins, as this page opened it
    take(null, null);
  }

  return {
    // False: the browser blocked it. A window of that name is used again.
    open(url, name) {
      const left = Math.max(0, window.screenX + (window.outerWidth - SIZE.width) / 2);
      const top = Math.max(0, window.screenY + (window.outerHeight - SIZE.height) / 2);
      // Never `noopener`: the redirect page finds this page through it.
      const size = `popup,width=${SIZE.width},height=${SIZE.height},left=${left},top=${top}`;
      take(window.open(url, name, size), url);
      return popup !== null;
    },
    // A window opened by a link instead: the bank's page in it made itself known.
    adopt: take,
    focus: () => popup?.focus(),
    isOpenFor: (url) => popup !== null && !popup.closed && address === url,
    wasClosed: () => popup !== null && popup.closed,
    close,
    // Unless it is opened anew in the meantime.
    closeSoon(milliseconds) {
      clearTimeout(timer);
      timer = setTimeout(close, milliseconds);
    },
  };
}
