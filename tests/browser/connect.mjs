// SPDX-License-Identifier: MIT
//
// One page of Connect as its user sees it: inside the launcher's frame, or by itself.
import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

const launcherFrame = '#moneykit-connect-frame';
const patience = 20_000; // milliseconds; other tests may be using the machine

// What the window of an app was told: messages of Connect and callbacks of the launcher.
export class Record {
  messages = []; // {origin, data}
  calls = []; // {kind: success, exit or event; values}

  add(kind, values) {
    if (kind === 'message')
      this.messages.push(values);
    else
      this.calls.push({ kind, values });
  }

  // The arguments of each call of a callback.
  of(kind) {
    return this.calls.filter((call) => call.kind === kind).map((call) => call.values);
  }

  // Resolves with the arguments of the first call.
  async until(kind) {
    for (const end = Date.now() + patience; this.of(kind).length === 0;) {
      assert.ok(Date.now() < end, `${kind} is not called`);
      await sleep(20);
    }
    return this.of(kind)[0];
  }

  types() {
    return this.messages.map(({ data }) => data.type);
  }

  events(name) {
    const all = this.of('event').map(([event]) => event);
    return name ? all.filter((event) => event.name === name) : all;
  }

  // 'open', 'change_screen Finder', ...
  story() {
    return this.events().map(({ name, properties }) => (
      name === 'change_screen' ? `${name} ${properties.current_screen_name}` : name));
  }
}

export class Connect {
  // `frame`: the selector of the frame that holds it; null when it has the page to itself.
  constructor(page, record, frame = launcherFrame) {
    this.page = page;
    this.record = record;
    this.selector = frame;
    this.view = frame ? page.frameLocator(frame) : page;
  }

  id(name) {
    return this.view.getByTestId(name);
  }

  click(name) {
    return this.id(name).click();
  }

  // Waits for a screen.
  at(screen) {
    return this.view.locator(`main[data-screen="${screen}"]:not([aria-busy="true"])`).waitFor();
  }

  see(name, text) {
    return this.id(name).filter({ hasText: text }).waitFor();
  }

  bank(id) {
    return this.id(`institution-${id}`);
  }

  async choose(id) {
    await this.at('finder');
    await this.bank(id).click();
  }

  async login(username, password = 'pass_good') {
    await this.at('credentials');
    await this.id('username').fill(username);
    await this.id('password').fill(password);
    await this.click('continue');
  }

  // Takes what is preselected on each of these screens.
  async pass(...screens) {
    for (const screen of screens) {
      await this.at(screen);
      await this.click('continue');
    }
  }

  // From the consent to the end; resolves with the arguments of the app's onSuccess.
  async finish() {
    await this.pass('permissions', 'accounts', 'success');
    return this.record.until('success');
  }

  // Closes and says yes to the question; resolves with the arguments of the app's onExit.
  async leave() {
    await this.click('close');
    await this.click('exit-leave');
    return this.record.until('exit');
  }

  // The document of Connect, to run scripts in.
  async document() {
    if (!this.selector)
      return this.page.mainFrame();
    const element = await this.page.waitForSelector(this.selector, { state: 'attached' });
    return element.contentFrame();
  }

  async evaluate(script, argument) {
    return (await this.document()).evaluate(script, argument);
  }

  scheme() {
    return this.evaluate(() => document.documentElement.dataset.scheme);
  }

  // What is focused: the tag and the test id.
  focused() {
    return this.evaluate(() => {
      const { tagName, dataset } = document.activeElement;
      return `${tagName.toLowerCase()} ${dataset.testid ?? ''}`.trim();
    });
  }

  gone() {
    return this.page.waitForSelector(launcherFrame, { state: 'detached' });
  }
}
