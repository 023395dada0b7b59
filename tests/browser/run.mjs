// Runs the browser tests: every `*.spec.mjs` beside this file, or those whose name has one of the
// words given, in each browser or the one chosen. `cargo xtask test` builds what they open and
// starts this.
//
//     node tests/browser/run.mjs [--chromium] [--firefox] [--jobs N] [WORD…]

import { existsSync, readdirSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

import { BROWSERS, allAreHere } from './browsers.mjs';
import { DIST, Lab, SINGLE, screenshot, tests } from './support.mjs';

/** No test takes so long; one that does hangs. */
const LIMIT = 120_000;

const { values: options, positionals } = parseArgs({
  options: {
    chromium: { type: 'boolean' },
    firefox: { type: 'boolean' },
    jobs: { type: 'string', default: String(Math.min(2, cpus().length)) },
  },
  allowPositionals: true,
});
const words = positionals.map((word) => word.toLowerCase());
const jobs = Number(options.jobs);
if (!Number.isInteger(jobs) || jobs < 1) {
  throw new Error(`--jobs wants a number of tests to run at a time, and not ${options.jobs}.`);
}
if (!existsSync(DIST) || !existsSync(SINGLE)) {
  throw new Error('There is nothing to test yet: `cargo xtask dist` builds it.');
}

const chosen = Object.keys(BROWSERS).filter((name) => options[name]);
const browsers = chosen.length > 0 ? chosen : Object.keys(BROWSERS);
const labelled = (await declared()).filter(({ name }) =>
  words.length === 0 || words.some((word) => name.toLowerCase().includes(word)));

const counts = { passed: 0, skipped: 0 };
const failed = [];
/** Those that failed, and passed when they were tried again by themselves. */
const unsteady = [];
/** Those that failed and are to be tried again. */
const retried = [];
for (const name of browsers) {
  await tryIn(name);
}
if (unsteady.length > 0) {
  console.log(`\nOnly at the second try:\n${indent(unsteady.join('\n'))}`);
}
if (failed.length > 0) {
  console.log(`\nFailed:\n${indent(failed.join('\n'))}`);
}
if (labelled.length === 0) {
  console.log('No browser test has such a name.');
}
console.log(`\n${counts.passed} passed, ${failed.length} failed, ${counts.skipped} skipped`);
process.exit(failed.length > 0 || labelled.length === 0 ? 1 : 0);

/** The tests of all specs, with names that say which spec each is of. */
async function declared() {
  const specs = readdirSync(dirname(fileURLToPath(import.meta.url))).filter((file) => file.endsWith('.spec.mjs'));
  for (const spec of specs.sort()) {
    const before = tests.length;
    await import(pathToFileURL(join(dirname(fileURLToPath(import.meta.url)), spec)));
    for (const added of tests.slice(before)) {
      added.name = `${spec.replace('.spec.mjs', '')}: ${added.name}`;
    }
  }
  return tests;
}

/** Runs the tests in one browser: some at a time, and those that want the machine alone last. */
async function tryIn(browserName) {
  const began = performance.now();
  const missing = ({ chromium, others }) =>
    (browserName !== 'chromium' && chromium) || (!allAreHere() && others);
  const possible = labelled.filter(({ needs }) => !missing(needs));
  const together = possible.filter(({ needs }) => !needs.alone);
  const alone = possible.filter(({ needs }) => needs.alone);
  // A browser for each, since windows of one browser take the focus from each other.
  const browsers = Array.from({ length: jobs }, () => new BROWSERS[browserName]());
  await Promise.all(browsers.map((browser) => work(browser, browserName, together)));
  await work(browsers[0], browserName, alone);
  await tryAgain(browsers[0], browserName);
  await Promise.all(browsers.map((browser) => browser.close()));
  for (const { name, needs } of labelled) {
    if (missing(needs)) {
      counts.skipped += 1;
      console.log(`skipped ${browserName}: ${name} (${missing(needs)})`);
    }
  }
  console.log(`        ${browserName}: ${seconds(began)}`);
}

/** Takes tests from a queue until it is empty. */
async function work(browser, browserName, queue) {
  for (let next = queue.shift(); next; next = queue.shift()) {
    await report(browser, browserName, next);
  }
}

/** A machine that is short of time fails what waits for it: what failed is tried once more, alone. */
async function tryAgain(browser, browserName) {
  for (const test of retried.splice(0)) {
    if (await report(browser, browserName, test)) {
      unsteady.push(`${browserName}: ${test.name}`);
    } else {
      failed.push(`${browserName}: ${retried.pop().name}`);
    }
  }
}

/** Runs one test, says how it went, and returns whether it passed. */
async function report(browser, browserName, test) {
  const began = performance.now();
  const whole = `${browserName}: ${test.name}`;
  const error = await attempt(browser, whole, test.body);
  console.log(`${error ? 'FAILED ' : 'ok     '} ${whole} (${seconds(began)})`);
  if (error) {
    retried.push(test);
    console.log(indent(error.stack ?? String(error)));
  } else {
    counts.passed += 1;
  }
  return !error;
}

/** Runs one test and returns its error, if it has one. */
async function attempt(browser, name, body) {
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
    await picture(lab, name);
    return error;
  } finally {
    clearTimeout(timer);
    await lab.close();
  }
}

/** What the pages of a failed test look like now. */
async function picture(lab, name) {
  for (const [index, page] of lab.pages.entries()) {
    const file = `failed-${name.replaceAll(/[^a-z0-9]+/gi, '-')}-${index}`;
    await screenshot(page, file).catch(() => {});
  }
}

function seconds(began) {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`;
}

function indent(text) {
  return text.replaceAll(/^/gm, '    ');
}
