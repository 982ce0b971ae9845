// SPDX-License-Identifier: MIT
//
// The app of the README: after the imports it has three lines.
import MoneyKit from '@moneykit/connect';
import { getLinkSessionToken, onEvent, onExit, onSuccess } from './three_lines_more.js';

const token = await getLinkSessionToken();
const moneykit = new MoneyKit({ __connectSDKUIHost: CONNECT_HOST });
moneykit.link(token, onSuccess, onExit, onEvent);
