// SPDX-License-Identifier: MIT
//
// Where one scenario plays: a browser context of its own, a client of the server of its own, the
// apps' pages, and a watch on everything that a page must not do.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import { BackEnd } from './back_end.mjs';
import { Connect, Record } from './connect.mjs';
import { desktop, shoot, violations } from './gallery.mjs';
import { assertProtocol, credentials, isWaiting } from './protocol.mjs';

const patience = 20_000; // milliseconds; other tests may be using the machine
const callbackPatience = 3_000; // the launcher tells of an exit 300 ms after it

export class Stage {
  constructor({ host, apps, shots }, name) {
    this.host = host; // http://localhost:PORT
    this.numericHost = host.replace('localhost', '127.0.0.1');
    this.apps = apps;
    this.shots = shots;
    this.name = name;
    this.backEnd = new BackEnd(host, name, apps.localhost);
    this.faults = [];
    this.expected = [];
    this.records = new Map(); // by page: {record, host}
  }

  async begin(browser) {
    this.context = await browser.newContext({ viewport: desktop });
    this.context.setDefaultTimeout(patience);
    await this.context.exposeBinding('tellDriver', ({ page }, kind, values) => {
      this.recordOf(page).add(kind, values);
    });
    this.watch();
  }

  watch() {
    const allowed = [this.host, this.numericHost, this.apps.localhost, this.apps.numeric];
    const note = (text) => this.faults.push(text);

    this.context.on('console', (message) => {
      if (message.type() === 'error')
        note(`${message.text()} ${message.location().url}`);
    });
    this.context.on('weberror', (error) => note(error.error().stack));
    this.context.on('request', (request) => {
      const { origin, protocol } = new URL(request.url());
      if (protocol !== 'data:' && !allowed.includes(origin))
        note(`request to ${request.url()}`);
      if (credentials.test(request.url()))
        note(`credentials in ${request.url()}`);
    });
  }

  // One line that the console shows because the scenario wants it to.
  expectFault(line) {
    this.expected.push(line);
  }

  // The browser's own line about an answer: a session that is unknown, a server that is away.
  expectStatus(status, words, address) {
    this.expectFault('Failed to load resource: the server responded with a status of ' +
      `${status} (${words}) ${address}`);
  }

  recordOf(page) {
    if (!this.records.has(page))
      this.records.set(page, new Record());
    return this.records.get(page);
  }

  // Opens an app that starts Connect. `session` is what else the session says; or give a `token`.
  async open({ session, token, how = 'link', options = {}, origin = this.apps.localhost,
    host = this.host } = {}) {
    const page = await this.context.newPage();
    const run = { host, how, options, token: token ?? await this.backEnd.session(session) };

    await page.goto(`${origin}/?run=${encodeURIComponent(JSON.stringify(run))}`);
    this.recordOf(page).host = host;
    return this.connect(page);
  }

  // Connect in the launcher's frame of a page.
  connect(page) {
    return new Connect(page, this.recordOf(page));
  }

  // Opens a page of the server by itself.
  async visit(path, frame = null) {
    const page = await this.context.newPage();
    await page.goto(this.host + path);
    return new Connect(page, this.recordOf(page), frame);
  }

  // The window that an action opens, as a page of Connect's bank.
  async popup(action) {
    const [page] = await Promise.all([this.context.waitForEvent('page'), action()]);
    return new Connect(page, this.recordOf(page), null);
  }

  async closed({ page }) {
    if (!page.isClosed())
      await page.waitForEvent('close');
  }

  // Screenshots NAME-WIDTH-SCHEME.png; what they show to be wrong fails the scenario in the end.
  async shoot(connect, name, options) {
    this.faults.push(...await shoot(connect, `${this.shots}/${name}`, options));
  }

  // Holds what is seen now to the rules of accessibility.
  async checkAccess(connect) {
    this.faults.push(...await violations(connect));
  }

  // Everything that must hold when a scenario has played.
  async end() {
    for (const record of this.records.values()) {
      for (const end = Date.now() + callbackPatience; isWaiting(record) && Date.now() < end;)
        await sleep(50);
      assertProtocol(record, record.host ?? this.host);
    }
    assert.deepEqual(await this.context.cookies(), [], 'no cookies');
    assert.deepEqual([...this.faults].sort(), [...this.expected].sort());
  }

  close() {
    return this.context?.close();
  }
}
