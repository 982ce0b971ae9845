// The bar on top of every screen: back, the name or "Report an issue", close.

import { reportIssue } from './dialogs.js';
import { h, icon } from './dom.js';

const CAN_GO_BACK = new Set(['credentials', 'device', 'code', 'question', 'oauth', 'permissions']);
const CANNOT_CLOSE = new Set(['success', 'done', 'return']); // the button is the way on

// Where there is nothing to lose, nobody is asked twice.
export const NO_EXIT_QUESTION = new Set(['failure', 'closed', 'expired']);

function iconButton(name, label, onclick) {
  const properties = { type: 'button', class: 'icon-button', testid: name, 'aria-label': label };
  return h('button', { ...properties, onclick }, icon(name));
}

export function bar(app, onClose) {
  const { screen } = app.local;
  const canGoBack = CAN_GO_BACK.has(screen) && !app.state.institution_fixed;
  const canClose = !CANNOT_CLOSE.has(screen);
  const goBack = () => app.act(() => app.api.back());
  const report = { type: 'button', class: 'text-button', testid: 'report-issue' };

  return h(
    'header',
    { class: 'bar' },
    canGoBack ? iconButton('back', 'Back to the list of banks', goBack) : h('span'),
    app.state?.features.issue_reporter && canClose
      ? h('button', { ...report, onclick: () => reportIssue(app) }, 'Report an issue')
      : h('span', { class: 'bar-title' }, icon('lock'), 'Connect'),
    canClose ? iconButton('close', 'Close', onClose) : h('span'),
  );
}
