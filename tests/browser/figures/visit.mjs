// What a visit weighs.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { DIST, reached } from '../support.mjs';
import { row, title } from './table.mjs';

const LIMIT = 200_000;

/** What a first visit downloads: as it was asked for by a browser, not as we believe. */
export async function firstVisit(lab) {
  const url = await lab.serve();
  const page = await lab.open('about:blank', { until: null, expect: [/./] });
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(url);
  await reached(page, 'ready');
  await page.waitForLoadState('networkidle');

  const files = [...new Set(asked)]
    .filter((address) => address.startsWith(url))
    .map((address) => new URL(address).pathname.slice(1) || 'index.html');
  const rows = files.map(weigh).sort((a, b) => b.gzip - a.gzip);
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  rows.push({ file: `all: ${rows.length} files, ${asked.length} requests`, raw: sum('raw'), gzip: sum('gzip') });

  title('A first visit, bytes', 'raw', 'gzip');
  rows.forEach(({ file, raw, gzip }) => row(file, raw, gzip));
  row('the limit', '', LIMIT);

  const listed = await page.locator('link[data-asset]').evaluateAll((all) => all.map((it) => it.getAttribute('href')));
  const later = listed.map((href) => href.replace('./', '')).filter((file) => !files.includes(file));
  title('What is fetched when it is asked for, bytes', 'raw', 'gzip');
  later.map(weigh).forEach(({ file, raw, gzip }) => row(file, raw, gzip));
}

function weigh(file) {
  const bytes = readFileSync(join(DIST, file));
  return { file, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
}
