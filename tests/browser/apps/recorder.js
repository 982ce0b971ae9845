// SPDX-License-Identifier: MIT
//
// Tells the driver (page.mjs) every message that this window gets and every callback of the
// launcher. `tellDriver` is the driver's.

export const onSuccess = (...values) => window.tellDriver('success', values);
export const onExit = (...values) => window.tellDriver('exit', values);
export const onEvent = (...values) => window.tellDriver('event', values);

window.addEventListener('message', ({ data, origin }) => {
  window.tellDriver('message', { origin, data });
});
