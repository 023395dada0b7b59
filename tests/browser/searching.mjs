// Searches in a page's worker, as `static/search.js` serves them, without the page's own words.

import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { root } from './support.mjs';

/**
 * Serves a search, and gives what it ended with and how many seconds it took. Where it has not
 * ended after so many seconds, it is stopped, and what it had covered by then is given.
 */
export async function searched(page, request, patience = 3600) {
  const found = await page.evaluate(async ([request, patience]) => {
    await window.quorumscope.script('quorumscope-search.js');
    const began = performance.now();
    const [status, text] = await new Promise((resolve) => {
      let last = '{}';
      const stop = window.quorumscope.search(request, (kind, text) => {
        last = text;
        if (kind !== 'progress') {
          resolve([kind, text]);
        }
      });
      setTimeout(() => {
        stop();
        resolve(['stopped', last]);
      }, patience * 1000);
    });
    return { status, text, seconds: (performance.now() - began) / 1000 };
  }, [`search\n${JSON.stringify(request)}`, patience]);
  const { status, text, seconds } = found;
  if (status === 'failed') {
    throw new Error(text);
  }
  const ended = { status, seconds, ...JSON.parse(text) };
  if (ended.error) {
    throw new Error(ended.error);
  }
  return ended;
}

/**
 * The searches that are prepared for a protocol's broken rules, as “Break a rule” begins them; each
 * with the length of the run that a native search found, if it found one.
 */
export function prepared(protocol) {
  const { searches } = read('static/searches', `${protocol}.json`);
  return Object.entries(searches).map(([variant, request]) => {
    const bounds = { ...request.bounds, symmetry: true };
    const run = join('tests/counterexamples', `${protocol}-${variant}.json`);
    const known = existsSync(join(root, run)) ? read(run).actions.length : null;
    return { variant, request: { ...request, bounds }, known };
  });
}

/** The protocols that have such searches. */
export const PROTOCOLS = ['paxos', 'multi_paxos', 'raft', 'two_phase'];

/** A file of the project. */
export function read(...path) {
  return JSON.parse(readFileSync(join(root, ...path), 'utf8'));
}
