// The window in which the user visits the bank. It must be opened in a click, with no wait before.

const SIZE = { width: 460, height: 720 };

export function createBankWindow() {
  let popup = null;

  return {
    // False: the browser blocked it.
    open(url, name) {
      const left = Math.max(0, window.screenX + (window.outerWidth - SIZE.width) / 2);
      const top = Math.max(0, window.screenY + (window.outerHeight - SIZE.height) / 2);
      // Never `noopener`: the redirect page finds this page through it.
      popup = window.open(
        url,
        name,
        `popup,width=${SIZE.width},height=${SIZE.height},left=${left},top=${top}`,
      );
      return popup !== null;
    },
    // A window opened by a link instead: the bank's page in it made itself known.
    adopt(source) {
      popup = source;
    },
    focus: () => popup?.focus(),
    isOpen: () => popup !== null && !popup.closed,
    wasClosed: () => popup !== null && popup.closed,
    close() {
      popup?.close(); // allowed across origins, as this page opened it
      popup = null;
    },
  };
}
