// Calls to the server. All but the search answer the whole state of the session.

// There is no such session, or no longer.
export class ExpiredError extends Error {}

// A random name for this page load: the server tells two windows of a session apart by it.
function windowId() {
  const bytes = crypto.getRandomValues(new Uint8Array(12)); // randomUUID() is missing on plain HTTP
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

// The session does not offer what was chosen: another window was faster, or a setting names it.
export class RefusedError extends Error {}

async function readJson(response) {
  const isJson = response.headers.get('content-type')?.startsWith('application/json');
  return isJson ? response.json() : null;
}

export function createApi(token) {
  const headers = { Authorization: `Bearer ${token}`, 'X-Connect-Window': windowId() };

  async function call(method, path, body) {
    if (token === null) throw new ExpiredError('The address names no session');
    const request = { method, headers, cache: 'no-store', credentials: 'omit' };
    if (body !== undefined) {
      request.headers = { ...headers, 'Content-Type': 'application/json' };
      request.body = JSON.stringify(body);
    }
    const response = await fetch(path, request);
    const answer = await readJson(response);
    if ([401, 404, 410].includes(response.status)) throw new ExpiredError(answer?.error_message);
    if (response.status === 422) throw new RefusedError(answer?.validation_errors?.[0]?.message);
    if (!response.ok || answer === null) throw new Error(`${method} ${path}: ${response.status}`);
    return answer;
  }

  const post = (name, body = {}) => call('POST', `connect/${name}`, body);

  return {
    session: () => call('GET', 'connect/session'),
    institutions: (search) =>
      call('GET', `connect/institutions?search=${encodeURIComponent(search)}`),
    selectInstitution: (id) => post('institution', { institution_id: id }),
    back: () => post('back'),
    login: (username, password) => post('login', { username, password }),
    device: (id) => post('device', { device_id: id }),
    answer: (answer) => post('answer', { answer }),
    oauthOpened: () => post('oauth'),
    resume: (url) => post('resume', { redirect_url: url }),
    permissions: (products) => post('permissions', { products }),
    accounts: (ids) => post('accounts', { accounts: ids }),
    retry: () => post('retry'),
    report: (message) => post('report', { message }),
    exit: () => post('exit'),
    // The bank's own page makes this call; a page that finishes by itself makes it in its place.
    approveAtBank: (state, username) =>
      call('POST', 'oauth-bank', { state, username, approve: true }),
  };
}
