// SPDX-License-Identifier: MIT
//
// The server under test: the real program, on a port of its own, started and ended by us.
import { spawn } from 'node:child_process';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';

const patience = 10_000;

// What the machine has set must not matter.
function cleanEnvironment(work) {
  const own = ([name]) => !name.startsWith('MONEYKIT_SANDBOX_');
  return { ...Object.fromEntries(Object.entries(process.env).filter(own)),
    XDG_STATE_HOME: join(work, 'state') };
}

// Resolves with the address of its front page, which it prints when it can be used.
function introduction(server) {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`no start:\n${said}`)), patience);
    server.once('error', reject);
    server.once('exit', (status) => reject(new Error(`the server ended with ${status}:\n${said}`)));
    server.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      const page = said.match(/^Front page: (.*)\/$/m);
      if (!page)
        return;
      clearTimeout(timer);
      resolve(page[1]);
    });
  });
}

export async function startSandbox(program, work) {
  const logPath = join(work, 'server.log');
  const server = spawn(program, ['--listen', 'localhost:0', '--deterministic'],
    { env: cleanEnvironment(work), stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(logPath);
  server.stderr.pipe(log);
  const url = await introduction(server).catch((error) => {
    server.kill('SIGKILL');
    throw error;
  });

  return {
    url, // http://localhost:PORT
    logPath,
    log: () => readFileSync(logPath, 'utf8'),
    // Resolves with its exit status.
    stop() {
      if (server.exitCode !== null || server.signalCode !== null)
        return Promise.resolve(server.exitCode ?? server.signalCode);
      const ended = new Promise((resolve) => {
        server.once('exit', (status, signal) => log.end(() => resolve(status ?? signal)));
      });
      const timer = setTimeout(() => server.kill('SIGKILL'), patience);
      server.kill('SIGTERM');
      return ended.finally(() => clearTimeout(timer));
    },
  };
}
