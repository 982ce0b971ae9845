// SPDX-License-Identifier: MIT
//
// Screenshots of one screen in every size and both colour schemes, each held to what a program can
// check: nothing scrolls sideways, and axe finds nothing against WCAG 2.2 AA.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

// Not `import`: require() also looks where NODE_PATH says.
const axePath = createRequire(import.meta.url).resolve('axe-core/axe.min.js');
const axe = readFileSync(axePath, 'utf8');
const rules = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const detailsShown = 3;

const phone = { width: 320, height: 640 };
const tablet = { width: 768, height: 1024 };
export const desktop = { width: 1280, height: 800 };

const still = { reducedMotion: 'reduce' };

// What axe says of the document, a line for each rule.
export async function violations(connect) {
  const view = await connect.document();
  if (await view.evaluate(() => !('axe' in window)))
    await view.evaluate(axe);
  const found = await view.evaluate((tags) => window.axe.run(document, { runOnly: tags }), rules);
  return found.violations.map(({ id, nodes }) => {
    const details = nodes.map(({ target, failureSummary }) => `${target} ${failureSummary}`);
    return `axe ${id}: ${details.slice(0, detailsShown).join(' | ')}`;
  });
}

// Whatever the user would have to scroll sideways to see.
async function tooWide(connect) {
  const names = await connect.evaluate(() => (
    [document.documentElement, ...document.querySelectorAll('.screen-content, .modal, dialog')]
      .filter((element) => element.scrollWidth > element.clientWidth)
      .map((element) => element.className || element.tagName)));
  return names.map((name) => `${name} scrolls sideways`);
}

// Writes PATH-WIDTH-SCHEME.png; returns the problems, one a line.
export async function shoot(connect, path, { schemes = ['light', 'dark'] } = {}) {
  const { page } = connect;
  const problems = [];

  for (const colorScheme of schemes) {
    await page.emulateMedia({ ...still, colorScheme });
    for (const size of [phone, tablet, desktop]) {
      const name = `${path}-${size.width}-${colorScheme}.png`;
      await page.setViewportSize(size);
      const found = await tooWide(connect);
      if (size !== tablet) // which differs from a desktop by the empty space around
        found.push(...await violations(connect));
      problems.push(...found.map((problem) => `${name}: ${problem}`));
      await page.screenshot({ path: name });
    }
  }
  await page.emulateMedia({ ...still, colorScheme: 'light' });
  await page.setViewportSize(desktop);
  return problems;
}
