// SPDX-License-Identifier: MIT
//
// Every scenario as [name, function], those that take pictures first: they take longest.
import * as automatic from './automatic.mjs';
import * as banks from './banks.mjs';
import * as consent from './consent.mjs';
import * as demo from './demo.mjs';
import * as finder from './finder.mjs';
import * as keyboard from './keyboard.mjs';
import * as login from './login.mjs';
import * as looks from './looks.mjs';
import * as oauth from './oauth.mjs';
import * as relink from './relink.mjs';
import * as screens from './screens.mjs';
import * as sessions from './sessions.mjs';

const modules = { screens, looks, finder, oauth, sessions, login, demo, banks, consent, relink,
  keyboard, automatic };

export const scenarios = Object.entries(modules).flatMap(([name, module]) => (
  Object.entries(module).filter(([, value]) => typeof value === 'function')
    .map(([key, scenario]) => [`${name}.${key}`, scenario])));
