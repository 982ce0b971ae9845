// SPDX-License-Identifier: MIT
//
// Holds the exchanges that the tests of the API recorded to the document:
//
//     node validate.mjs openapi.json unreachable.json exchanges.jsonl
//
// Lists what breaks it and ends with 1, or with a line and 0.
import { createReadStream, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { Contract } from './contract.mjs';

const problemsShown = 200;

const [documentPath, unreachablePath, exchangesPath] = process.argv.slice(2);
const read = (path) => JSON.parse(readFileSync(path, 'utf8'));
const contract = new Contract(read(documentPath), read(unreachablePath));
const counts = new Map(); // of each problem
let exchanges = 0;

const lines = createInterface({ input: createReadStream(exchangesPath), crlfDelay: Infinity });
for await (const line of lines) {
  exchanges++;
  for (const problem of contract.check(JSON.parse(line)))
    counts.set(problem, (counts.get(problem) ?? 0) + 1);
}
for (const problem of contract.missing())
  counts.set(problem, 1);
if (exchanges === 0)
  counts.set('no exchange was recorded', 1);

for (const [problem, count] of [...counts].slice(0, problemsShown))
  console.log(count > 1 ? `${problem} (${count} times)` : problem);
if (counts.size > problemsShown)
  console.log(`... and ${counts.size - problemsShown} more`);
console.log(`${exchanges} exchanges, ${contract.operations.size} operations, ` +
  `${contract.seenPairs.size} answers, ${contract.filled.size} fields: ${counts.size} problems`);
process.exitCode = counts.size > 0 ? 1 : 0;
