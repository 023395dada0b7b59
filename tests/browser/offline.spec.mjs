// A visited page works without a network, says when a new version is there, and mixes nothing.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { prepared, read, searched } from './searching.mjs';
import { DIST, SINGLE, reached, test } from './support.mjs';
import { Visitor, eventually } from './visitor.mjs';

/** What is there once no server answers. */
const GONE = { offline: true, motion: 'reduce', expect: [/ERR_INTERNET_DISCONNECTED|Failed to load resource/] };

/** How many files the page keeps. */
const kept = (page) => page.evaluate(async () => {
  let count = 0;
  for (const name of await caches.keys()) {
    count += (await (await caches.open(name)).keys()).length;
  }
  return count;
});

/** The addresses of those that have a word in their name. */
const keptOf = (page, word) => page.evaluate(async (word) => {
  const found = [];
  for (const name of await caches.keys()) {
    const keys = await (await caches.open(name)).keys();
    found.push(...keys.map((it) => it.url).filter((it) => it.includes(word)));
  }
  return found;
}, word);

/** Waits until no more files come to those that are kept. */
async function settled(page) {
  for (let last = -1, now = await kept(page); now !== last; now = await kept(page)) {
    last = now;
    await page.waitForTimeout(700);
  }
}

test('a first visit keeps what it has fetched, and works offline', async (lab) => {
  const page = await lab.open(await lab.serve(), GONE);
  await eventually(async () => assert.ok(await kept(page) >= 8));
  assert.deepEqual(await keptOf(page, 'quorumscope-full'), [], 'it has not fetched the full program');
  await page.context().setOffline(true);
  await page.reload();
  await reached(page, 'ready');
  await page.getByRole('button', { name: /^Step/ }).click();
  await page.getByText(/event 1 ·/).waitFor();
});

test('who has had the full program has everything offline, the search too', async (lab) => {
  const page = await lab.open(`${await lab.serve()}#full`, GONE);
  const files = await page.locator('[data-asset]').count();
  await eventually(async () => assert.ok(await kept(page) >= files, `${await kept(page)} of ${files}`));
  await withoutNetwork(lab, page);
});

test('a link opens offline', async (lab) => {
  const page = await lab.open(`${await lab.serve()}#full`, GONE);
  const files = await page.locator('[data-asset]').count();
  await eventually(async () => assert.ok(await kept(page) >= files));
  await page.context().setOffline(true);
  const { link, cursor } = read('tests/links/browsers/firefox/paxos.json');
  await page.goto(page.url().replace(/#.*/, `#r=${link}`));
  await page.reload();
  await reached(page, 'ready');
  await page.getByText(new RegExp(`event ${cursor} of`)).waitFor();
});

test('the single file has everything without a network', async (lab) => {
  const page = await lab.open(pathToFileURL(SINGLE).href, { motion: 'reduce' });
  await withoutNetwork(lab, page);
});

/** Opens the page again without a network, and uses all that it may have to fetch. */
async function withoutNetwork(lab, page) {
  const elsewhere = await lab.serve();
  await page.context().setOffline(true);
  const other = await page.context().newPage();
  await assert.rejects(other.goto(elsewhere), 'there is a network');
  await other.close();
  await page.reload();
  await reached(page, 'ready');
  const failed = [];
  page.on('requestfailed', (request) => failed.push(request.url()));

  const who = new Visitor(page);
  for (const name of ['Paxos', 'Multi-Paxos', 'Two-phase commit', 'Raft']) {
    await who.protocol(name);
    await who.step(2);
  }
  await page.getByRole('button', { name: /▾$/ }).first().click();
  await who.dialog().getByRole('button', { name: /Why a vote is refused/ }).first().click();
  await who.panel().getByText('Part 1 of 9').waitFor();
  await who.press('中文');
  await page.getByRole('button', { name: '单步', exact: true }).waitFor();
  const { request } = prepared('two_phase')[0];
  assert.equal((await searched(page, request, 60)).status, 'found');
  assert.deepEqual(failed, []);
}

test('a new version is said, and taken when the reader reloads', async (lab) => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-'));
  try {
    cpSync(DIST, folder, { recursive: true });
    const page = await lab.open(await lab.serve({ folder }), GONE);
    await eventually(async () => assert.ok(await kept(page) >= 8));
    // Another version: another page, and the worker that knows it.
    const index = readFileSync(join(folder, 'index.html'), 'utf8');
    const hash = (text) => createHash('sha256').update(text).digest('hex');
    const newer = index.replace('<title>', '<meta name="newer"><title>');
    writeFileSync(join(folder, 'index.html'), newer);
    const worker = readFileSync(join(folder, 'sw.js'), 'utf8');
    writeFileSync(join(folder, 'sw.js'), worker.replaceAll(hash(index), hash(newer))
      .replaceAll(hash(index).slice(0, 16), hash(newer).slice(0, 16)));
    await page.reload();
    await reached(page, 'ready');
    assert.equal(await page.locator('meta[name=newer]').count(), 0, 'the old one still, whole');
    await page.getByText('A new version of the laboratory is there').waitFor();
    await page.getByRole('button', { name: 'Reload' }).click();
    await page.locator('meta[name=newer]').waitFor({ state: 'attached' });
    await reached(page, 'ready');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('one page says what is stored, and clears it', async (lab) => {
  const page = await lab.open(await lab.serve(), GONE);
  await page.getByRole('button', { name: 'Dark theme' }).click();
  await eventually(async () => assert.ok(await kept(page) >= 8));
  await page.keyboard.press('?');
  await page.getByRole('button', { name: 'What is stored' }).click();
  await page.getByText(/Preferences .*: 1/).waitFor();
  await settled(page);
  await page.getByRole('button', { name: 'Clear everything' }).click();
  await page.getByText('Nothing is stored any more').waitFor();
  assert.equal(await kept(page), 0);
  assert.equal(await page.evaluate(() => localStorage.length), 0);
  // What the page fetches from now on is kept by nobody, until it is visited again.
  await page.keyboard.press('Escape');
  await page.getByRole('button', { name: '中文' }).click();
  await page.getByRole('button', { name: '单步', exact: true }).waitFor();
  await settled(page);
  assert.equal(await kept(page), 0);
});

test('what is cleared while everything is being kept is gone', async (lab) => {
  const page = await lab.open(await lab.serve(), GONE);
  await eventually(async () => assert.ok(await kept(page) >= 8));
  await page.keyboard.press('?');
  await page.getByRole('button', { name: 'What is stored' }).click();
  const clear = page.getByRole('button', { name: 'Clear everything' });
  await clear.waitFor();
  // Again and again, so that some of it is under way when the button is pressed, and comes after it.
  await page.evaluate(() => {
    for (let count = 0; count < 20; count += 1) {
      navigator.serviceWorker.controller.postMessage({ keep: 'all' });
    }
  });
  await clear.click();
  await page.getByText('Nothing is stored any more').waitFor();
  await settled(page);
  assert.equal(await kept(page), 0);
});
