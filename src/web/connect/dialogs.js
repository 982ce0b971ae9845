// Questions over the screen. The browser's own modal dialog focuses its first control, keeps the
// focus inside and gives it back.

import { h } from './dom.js';

let count = 0;

// Resolves with the chosen action's value; null for Escape. The first action is the safe one.
// Content that has buttons of its own is a function of what closes the dialog.
export function ask({ title, text, content = null, actions, testid }) {
  count += 1;
  const titleId = `dialog-${count}`;

  return new Promise((resolve) => {
    const buttons = actions.map(({ label, value, testid: id, isPlain }) =>
      h(
        'button',
        {
          type: 'button',
          class: isPlain ? 'button button-plain' : 'button',
          testid: id,
          onclick: () => close(value),
        },
        label,
      ),
    );
    const dialog = h(
      'dialog',
      { class: 'dialog', testid, 'aria-labelledby': titleId },
      h('h2', { id: titleId }, title),
      [text ?? []].flat().map((line) => h('p', {}, line)),
      typeof content === 'function' ? content(close) : content,
      h('div', { class: 'dialog-actions' }, buttons),
    );

    function close(value) {
      dialog.close();
      dialog.remove();
      resolve(value);
    }
    dialog.addEventListener('cancel', (event) => {
      event.preventDefault();
      close(null);
    });
    document.body.append(dialog);
    dialog.showModal();
  });
}

export function tell({ title, text, testid }) {
  return ask({ title, text, testid, actions: [{ label: 'OK', value: true, testid: 'dialog-ok' }] });
}

export function askExit(bankName) {
  return ask({
    title: 'Leave without connecting?',
    text: bankName ? `${bankName} will not be connected.` : 'No bank will be connected.',
    testid: 'exit-question',
    actions: [
      { label: 'Keep going', value: false, testid: 'exit-stay' },
      { label: 'Leave', value: true, testid: 'exit-leave', isPlain: true },
    ],
  });
}

export function askDuplicate(bankName) {
  return ask({
    title: `${bankName} is already connected`,
    text:
      'You can connect it once more, for instance to add another login. The same accounts may ' +
      'then appear twice.',
    testid: 'duplicate-warning',
    actions: [
      { label: 'Choose another bank', value: false, testid: 'duplicate-dismiss' },
      { label: 'Connect it again', value: true, testid: 'duplicate-acknowledge', isPlain: true },
    ],
  });
}

// The report goes to the sandbox, which throws it away: there is nobody to read it.
export async function reportIssue(app) {
  const note = h('textarea', {
    id: 'report-text',
    class: 'input',
    rows: 4,
    maxlength: 1000,
    testid: 'report-text',
  });
  const isSent = await ask({
    title: 'Report an issue',
    testid: 'report-dialog',
    content: h(
      'div',
      { class: 'field' },
      h('label', { for: note.id }, 'What went wrong? Please no passwords.'),
      note,
    ),
    actions: [
      { label: 'Send', value: true, testid: 'report-send' },
      { label: 'Cancel', value: false, testid: 'report-cancel', isPlain: true },
    ],
  });
  if (!isSent) return;
  await app.api.report(note.value.trim()).catch(() => {}); // thanks are due in any case
  await tell({
    title: 'Thank you',
    text: 'This is a sandbox, so nobody reads your report. A live bank link would pass it on.',
    testid: 'report-thanks',
  });
}
