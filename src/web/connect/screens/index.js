// Every screen by the name that the server's state, or this page itself, gives it.

import { accounts, permissions } from './consent.js';
import { closed, done, expired, failure, loading, returned, success, trouble } from './end.js';
import { finder } from './finder.js';
import { code, credentials, device, question } from './login.js';
import { oauth } from './oauth.js';

export const screens = {
  finder,
  credentials,
  device,
  code,
  question,
  oauth,
  permissions,
  accounts,
  success,
  failure,
  closed,
  expired,
  trouble,
  return: returned,
  done,
  loading,
};

// What `change_screen` and `trackedScreens` call them. `Finder` is MoneyKit's, the others are ours.
const NAMES = {
  finder: 'Finder',
  credentials: 'Credentials',
  device: 'OTPDevice',
  code: 'OTP',
  question: 'MFA',
  oauth: 'OAuth',
  permissions: 'Permissions',
  accounts: 'Accounts',
  success: 'Success',
  failure: 'Error',
  closed: 'Expired',
  expired: 'Expired',
};

export const screenName = (screen) => NAMES[screen];
