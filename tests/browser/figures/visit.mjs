// What a visit weighs.

import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';

import { DIST, reached } from '../support.mjs';
import { row, title } from './table.mjs';

export const LIMIT = 200_000;

/** What a first visit downloads: as it was asked for by a browser, not as we believe. */
export async function firstVisit(lab) {
  const { page, rows, requests } = await visited(lab);
  const files = rows.map(({ file }) => file);
  rows.push({ file: `all: ${rows.length} files, ${requests} requests`, raw: sum(rows, 'raw'), gzip: sum(rows, 'gzip') });

  title('A first visit, bytes', 'raw', 'gzip');
  rows.forEach(({ file, raw, gzip }) => row(file, raw, gzip));
  row('the limit', '', LIMIT);

  const listed = await page.locator('link[data-asset]').evaluateAll((all) => all.map((it) => it.getAttribute('href')));
  const later = listed.map((href) => href.replace('./', '')).filter((file) => !files.includes(file));
  title('What is fetched when it is asked for, bytes', 'raw', 'gzip');
  later.map(weigh).forEach(({ file, raw, gzip }) => row(file, raw, gzip));
}

/** The files that a first visit fetches, with what they weigh, the heaviest first. */
export async function visited(lab) {
  const url = await lab.serve();
  const page = await lab.open('about:blank', { until: null, expect: [/./], offline: true });
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(url);
  await reached(page, 'ready');
  await page.waitForLoadState('networkidle');
  // The browser asks for the worker by itself, unseen.
  asked.push(await page.evaluate(async () => (await navigator.serviceWorker.ready).active.scriptURL));
  const files = [...new Set(asked)]
    .filter((address) => address.startsWith(url))
    .map((address) => new URL(address).pathname.slice(1) || 'index.html');
  const rows = files.map(weigh).sort((a, b) => b.gzip - a.gzip);
  return { page, rows, requests: asked.length };
}

export const sum = (rows, key) => rows.reduce((total, row) => total + row[key], 0);

/** As `gzip -9` packs it for a host: what Node packs with is made for speed, and 1 % larger. */
function weigh(file) {
  const path = join(DIST, file);
  const packed = execFileSync('gzip', ['-9', '-n', '-c', path], { maxBuffer: 1e8 });
  return { file, raw: statSync(path).size, gzip: packed.length };
}
