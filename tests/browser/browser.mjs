// SPDX-License-Identifier: MIT
//
// Plays every scenario with the real server, the official launcher and Chromium:
//
//     node browser.mjs PROGRAM WORK SCREENSHOTS [NAME]
//
// NODE_PATH says where the packages are, CHROMIUM where the browser is (see the script run).
// WORK is a folder for logs, SCREENSHOTS gets the pictures. With NAME only the scenarios whose name
// holds it. A line for each scenario; ends with 1 if one fails.
import assert from 'node:assert/strict';
import { mkdirSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { serveApps } from './apps.mjs';
import { credentials } from './protocol.mjs';
import { startSandbox } from '../support/sandbox.mjs';
import { scenarios } from './scenarios/index.mjs';
import { Stage } from './stage.mjs';

// Not `import`: require() also looks where NODE_PATH says.
const { chromium } = createRequire(import.meta.url)('playwright-core');

const [program, work, shots, wanted = ''] = process.argv.slice(2);
const atOnce = Math.min(4, availableParallelism() + 1); // they wait for each other now and then

async function launchBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM,
    chromiumSandbox: false,
    // No name but ours is looked up: nothing leaves the machine, whatever a page wants.
    args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1'],
    env: { ...process.env, XDG_CONFIG_HOME: `${work}/config`, XDG_CACHE_HOME: `${work}/cache` },
  });
}

// The error when it fails.
async function play(browser, environment, [name, scenario]) {
  const stage = new Stage(environment, name);
  try {
    await stage.begin(browser);
    await scenario(stage);
    await stage.end();
    return null;
  } catch (error) {
    return [error.stack, ...stage.faults].join('\n');
  } finally {
    await stage.close();
  }
}

async function playAll(browser, environment) {
  const waiting = scenarios.filter(([name]) => name.includes(wanted));
  let failed = 0;

  assert.ok(waiting.length > 0, `no scenario is called ${wanted}`);
  async function worker() {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const begun = performance.now();
      const error = await play(browser, environment, next);
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      console.log(`${error ? 'FAIL' : 'ok  '} ${next[0]} ${seconds} s`);
      if (!error)
        continue;
      failed++;
      console.log(error);
    }
  }
  await Promise.all(Array.from({ length: atOnce }, worker));
  return failed;
}

rmSync(shots, { recursive: true, force: true });
mkdirSync(shots, { recursive: true });
mkdirSync(work, { recursive: true });
const sandbox = await startSandbox(program, work);
let apps;
let browser;
try {
  apps = await serveApps(sandbox.url);
  browser = await launchBrowser();
  const failed = await playAll(browser, { host: sandbox.url, apps, shots });
  console.log(`${failed} failed`);
  process.exitCode = failed > 0 ? 1 : 0;
} finally {
  await browser?.close();
  apps?.stop();
  assert.equal(await sandbox.stop(), 0, 'the server ends well');
}
assert.doesNotMatch(sandbox.log(), credentials, 'credentials in the log');
assert.doesNotMatch(sandbox.log(), /linkSessionToken|\beyJ/, 'session tokens in the log');
