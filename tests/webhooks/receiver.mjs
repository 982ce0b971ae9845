// SPDX-License-Identifier: MIT
//
// Receivers of webhooks: HTTP servers that keep what arrives, verify it at once and answer as a
// test wants it.
import { createServer } from 'node:http';
import { brief } from './events.mjs';

const patience = 20_000;

// --- What a receiver does with a webhook: (arrival, response) => ... ---------------------------

export const accept = (_, response) => response.writeHead(200).end('ok');
export const hang = () => {};
export const close = (_, response) => response.socket.destroy();
export const answerWith = (status, headers = {}, body = '') => (_, response) =>
  response.writeHead(status, headers).end(body);

// Fails the first attempts of every delivery.
export const failing = (times, status = 500) => (arrival, response) =>
  response.writeHead(arrival.attempt <= times ? status : 200).end(`attempt ${arrival.attempt}`);

// --- Receivers ----------------------------------------------------------------------------------

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request)
    chunks.push(chunk);
  return Buffer.concat(chunks);
}

export class Receiver {
  // `verifier` may be null: nothing is verified then.
  constructor(verifier, behave = accept) {
    Object.assign(this, { verifier, behave, arrivals: [], watchers: new Set() });
    this.server = createServer((request, response) => {
      this.take(request, response).catch((error) => this.fail(error, response));
    });
    this.server.keepAliveTimeout = 1000;
  }

  static async open(verifier, behave, port = 0) {
    const receiver = new Receiver(verifier, behave);
    await new Promise((resolve, reject) => {
      receiver.server.once('error', reject).listen(port, 'localhost', resolve);
    });
    return receiver;
  }

  get port() { return this.server.address().port; }
  get url() { return `http://localhost:${this.port}/hook`; }
  get events() { return this.arrivals.map((arrival) => arrival.event); }
  get briefs() { return this.events.map(brief); }

  of(link) { return this.arrivals.filter((arrival) => arrival.event?.link_id === link); }

  async take(request, response) {
    const body = await bodyOf(request);
    const { headers } = request;
    response.sendDate = false; // the sandbox keeps what is answered, and runs are compared
    const arrival = { method: request.method, path: request.url, headers, body,
      token: headers['moneykit-delivery-token'],
      attempt: Number(headers['moneykit-delivery-attempt']), event: parse(body) };
    // In the order of their coming, whatever the verification takes.
    this.arrivals.push(arrival);
    await this.judge(arrival);
    await this.behave(arrival, response);
    this.tell();
  }

  async judge(arrival) {
    if (!this.verifier)
      return;
    try {
      Object.assign(arrival, await this.verifier.verify(arrival.headers, arrival.body));
      arrival.verdict = 'accepted';
    } catch (error) {
      if (!error.reason)
        throw error;
      arrival.verdict = error.reason;
    }
  }

  // A handler that failed is the test's failure.
  fail(error, response) {
    this.error ??= error;
    response.destroy();
    this.tell();
  }

  tell() {
    for (const watcher of this.watchers)
      watcher();
  }

  // Resolves when the condition holds of what was taken in.
  async until(condition, what) {
    let watcher;
    let timer;
    await new Promise((resolve, reject) => {
      watcher = () => {
        if (this.error)
          reject(this.error);
        if (condition(this))
          resolve();
      };
      timer = setTimeout(() => reject(new Error(
        `${what} did not come; there are: ${JSON.stringify(this.briefs)}`)), patience);
      this.watchers.add(watcher);
      watcher();
    }).finally(() => {
      clearTimeout(timer);
      this.watchers.delete(watcher);
    });
    return this.arrivals;
  }

  // What is not judged yet counts as missing.
  count(number) {
    const judged = () => this.arrivals.filter((a) => !this.verifier || a.verdict).length;
    return this.until(() => judged() >= number, `webhook ${number}`);
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => { this.server.close(resolve); });
  }
}

function parse(body) {
  try {
    return JSON.parse(body);
  } catch {
    return null;
  }
}
