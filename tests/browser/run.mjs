// Runs the browser tests: every `*.spec.mjs` beside this file, or those whose name has one of the
// words given. `cargo xtask test` builds what they open and starts this.

import { readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { Lab, launch, screenshot, tests } from './support.mjs';

/** No test takes so long; one that does hangs. */
const LIMIT = 120_000;

const folder = dirname(fileURLToPath(import.meta.url));
const words = process.argv.slice(2).map((word) => word.toLowerCase());

const specs = readdirSync(folder).filter((file) => file.endsWith('.spec.mjs')).sort();
for (const spec of specs) {
  const before = tests.length;
  await import(pathToFileURL(join(folder, spec)));
  for (const added of tests.slice(before)) {
    added.name = `${spec.replace('.spec.mjs', '')}: ${added.name}`;
  }
}

const chosen = tests.filter(({ name }) =>
  words.length === 0 || words.some((word) => name.toLowerCase().includes(word)));
const browser = await launch();
const failed = [];

for (const { name, body } of chosen) {
  const began = performance.now();
  const error = await attempt(name, body);
  const took = `${((performance.now() - began) / 1000).toFixed(1)} s`;
  console.log(`${error ? 'FAILED' : 'ok    '} ${name} (${took})`);
  if (error) {
    failed.push(name);
    console.log(indent(error.stack ?? String(error)));
  }
}

await browser.close();
if (failed.length > 0) {
  console.log(`\nFailed:\n${indent(failed.join('\n'))}`);
}
if (chosen.length === 0) {
  console.log('No browser test has such a name.');
}
console.log(`\n${chosen.length - failed.length} passed, ${failed.length} failed`);
process.exit(failed.length > 0 || chosen.length === 0 ? 1 : 0);

/** Runs one test and returns its error, if it has one. */
async function attempt(name, body) {
  const lab = new Lab(browser);
  let timer;
  try {
    const limit = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error('The test hangs.')), LIMIT);
    });
    await Promise.race([body(lab), limit]);
    lab.check();
    return null;
  } catch (error) {
    await picture(name);
    return error;
  } finally {
    clearTimeout(timer);
    await lab.close();
  }
}

/** What the pages of a failed test look like now. */
async function picture(name) {
  const pages = browser.contexts().flatMap((context) => context.pages());
  for (const [index, page] of pages.entries()) {
    const file = `failed-${name.replaceAll(/[^a-z0-9]+/gi, '-')}-${index}`;
    await screenshot(page, file).catch(() => {});
  }
}

function indent(text) {
  return text.replaceAll(/^/gm, '    ');
}
