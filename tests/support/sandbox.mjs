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

// Resolves with what it prints when it can be used: where it listens, and its public URL.
function introduction(server) {
  return new Promise((resolve, reject) => {
    let said = '';
    const timer = setTimeout(() => reject(new Error(`no start:\n${said}`)), patience);
    server.once('error', reject);
    server.once('exit', (status) => reject(new Error(`the server ended with ${status}:\n${said}`)));
    server.stderr.on('data', (text) => { said += text; });
    server.stdout.setEncoding('utf8').on('data', (text) => {
      said += text;
      const [, address, url] = said.match(/ listens on (.*)\n(?:.*\n)*?Front page: (.*)\/\n/) ?? [];
      if (!url)
        return;
      clearTimeout(timer);
      resolve([address, url]);
    });
  });
}

// WORK is a folder for its log and its key.
export async function startSandbox(program, work, options = ['--deterministic']) {
  const logPath = join(work, 'server.log');
  const server = spawn(program, ['--listen', 'localhost:0', ...options],
    { env: cleanEnvironment(work), stdio: ['ignore', 'pipe', 'pipe'] });
  const log = createWriteStream(logPath);
  server.stderr.pipe(log);
  const [address, url] = await introduction(server).catch((error) => {
    server.kill('SIGKILL');
    throw error;
  });

  return {
    address, // localhost:PORT
    url, // http://localhost:PORT unless told otherwise
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
