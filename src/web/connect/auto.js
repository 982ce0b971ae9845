// The world's setting `connect_auto`: the page finishes by itself, as a user would who takes what
// is preselected, because an app team's own tests cannot easily click inside this frame.

import { errorObject } from './errors.js';

const failed = (app) => app.exit(errorObject(app.state.error));

// Instead of a window, which needs a click to open: says yes in the bank's place.
async function visitBank(app) {
  const {
    state: { oauth, auto },
    api,
  } = app;
  const { redirect_to: url } = await api.approveAtBank(oauth.state, auto.username);
  return api.resume(url);
}

const STEPS = {
  finder: (app) => {
    const { institution_id: id, institution_name: name } = app.state.auto;
    app.events.emit('select_institution', { institution_id: id, institution_name: name });
    app.act(() => app.api.selectInstitution(id));
  },
  credentials: (app) => {
    const { username, password } = app.state.auto;
    app.events.emit('submit_credentials');
    app.act(() => app.api.login(username, password));
  },
  device: (app) => {
    app.events.emit('submit_otp_device');
    app.act(() => app.api.device(app.state.devices[0].id));
  },
  code: (app) => {
    app.events.emit('submit_otp');
    app.act(() => app.api.answer(app.state.auto.answer));
  },
  question: (app) => {
    app.events.emit('submit_mfa');
    app.act(() => app.api.answer(app.state.auto.answer));
  },
  oauth: (app) => {
    app.events.emit('open_oauth');
    app.act(() => visitBank(app));
  },
  permissions: (app) => {
    const chosen = app.state.products.filter((product) => product.selected || product.required);
    app.events.emit('submit_permissions');
    app.act(() => app.api.permissions(chosen.map((product) => product.name)));
  },
  accounts: (app) => {
    const chosen = app.state.accounts.filter((account) => account.selected);
    app.events.emit('submit_accounts');
    app.act(() => app.api.accounts(chosen.map((account) => account.id)));
  },
  success: (app) => app.complete(),
  failure: failed,
  closed: (app) => app.exit(),
};

export function autoStep(app) {
  if (app.launcher.isFinished() || app.local.screen !== app.state.screen) return;
  if (app.state.error)
    failed(app); // a second try would end the same
  else STEPS[app.state.screen](app);
}
