// Links: what one person sends, another opens, at the same moment; and what is damaged on its way
// is refused in a sentence, with nothing lost.

import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import jsQR from 'jsqr';

import { SINGLE, axe, fits, reached, screenshot, test } from './support.mjs';
import { NOTHING_WRONG, Visitor, eventually, visit } from './visitor.mjs';

const TESTS = join(dirname(fileURLToPath(import.meta.url)), '..');

/** The run on stage, without what depends on who looks. */
const run = (page) => page.evaluate(() => JSON.parse(window.quorumscope.run()));

const hash = (text) => text.slice(text.indexOf('#'));

async function isAt(who, position) {
  await eventually(async () => assert.equal((await who.place()).position, position));
}

test('a link opens the same run at the same moment, in another visit and another language', async (lab) => {
  const who = await visit(lab);
  await who.nodeCount(3);
  await who.step(6);
  await who.act(who.node(3), 'Kill');
  await who.step(5);
  await who.press('Back');
  await who.press('Back');
  const before = { place: await who.place(), about: await who.about(), run: await run(who.page) };
  const address = await who.link();
  assert.ok(address.startsWith(who.page.url().replace(/#.*/, '')));
  await axe(who.page);
  await screenshot(who.page, 'share');

  const other = await visit(lab, { size: [360, 740] });
  await other.page.evaluate((fragment) => { location.hash = fragment; }, hash(address));
  await isAt(other, before.place.position);
  assert.deepEqual(await other.place(), before.place);
  assert.deepEqual(await other.about(), before.about);
  assert.deepEqual((await run(other.page)).actions, before.run.actions);
  await other.link();
  await fits(other.page);
  await axe(other.page);
  await screenshot(other.page, 'share-phone');

  const chinese = await lab.open(address, { locale: 'zh-CN', scheme: 'dark' });
  assert.deepEqual((await run(chinese)).actions, before.run.actions);
  assert.equal(await chinese.evaluate(() => document.documentElement.dataset.program), 'quorumscope-full');
});

test('the code on the screen is read as the link that stands beside it', async (lab) => {
  const who = await visit(lab);
  await who.step(12);
  const address = await who.link();
  const code = who.dialog().getByRole('img', { name: 'QR code of the link to this moment' });
  const side = 4 * Number((await code.getAttribute('viewBox')).split(' ')[2]);
  // One letter for each pixel: Firefox is slow to hand over long lists.
  const pixels = await code.evaluate(async (svg, side) => {
    const copy = svg.cloneNode(true);
    copy.setAttribute('width', side);
    copy.setAttribute('height', side);
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
    await image.decode();
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = side;
    const context = canvas.getContext('2d');
    context.fillStyle = '#fff';
    context.fillRect(0, 0, side, side);
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, side, side);
    return Array.from({ length: side * side }, (_, at) => (data[4 * at] > 127 ? ' ' : '#')).join('');
  }, side);
  const colours = [...pixels].flatMap((it) => (it === '#' ? [0, 0, 0, 255] : [255, 255, 255, 255]));
  const read = jsQR(new Uint8ClampedArray(colours), side, side);
  assert.equal(read?.data, address);
});

test('the link is copied, or selected where the clipboard is refused', async (lab) => {
  const who = await visit(lab, {
    init: () => {
      let copied = '';
      const allowed = () => !window.refusing;
      Object.defineProperty(navigator, 'clipboard', {
        value: {
          writeText: (text) => {
            if (!allowed()) {
              return Promise.reject(new Error('refused'));
            }
            copied = text;
            return Promise.resolve();
          },
        },
      });
      document.execCommand = () => allowed();
      window.copied = () => copied;
    },
  });
  await who.step(3);
  const address = await who.link();
  await who.press('Copy link');
  await who.dialog().getByText('Copied.').waitFor();
  assert.equal(await who.page.evaluate(() => window.copied()), address);
  await who.page.evaluate(() => { window.refusing = true; });
  await who.press('Copy link');
  await who.dialog().getByText(/^The browser refuses its clipboard/).waitFor();
  const selected = await who.page.evaluate(() => {
    const { value, selectionStart, selectionEnd } = document.activeElement;
    return value.slice(selectionStart, selectionEnd);
  });
  assert.equal(selected, address);
});

test('a damaged link, a newer one and one of something else are refused, and nothing is lost', async (lab) => {
  const who = await visit(lab);
  await who.step(7);
  const before = await run(who.page);
  const good = hash(await who.link()).slice('#r='.length);
  await who.close();
  const bad = [
    [good.slice(0, -5), /missing or has been changed/],
    [good.replace(/.$/, (letter) => (letter === 'A' ? 'B' : 'A')), /missing or has been changed/],
    [`2${good.slice(1)}`, /newer version of the lab \(format 2\)/],
    ['', /missing or has been changed/],
    ['1%00<script>', /missing or has been changed/],
    [`1${'A'.repeat(70_000)}`, /too long for a run/],
  ];
  for (const [text, reason] of bad) {
    await who.page.evaluate((fragment) => { location.hash = fragment; }, `r=${text}`);
    await eventually(async () => assert.match(await who.notice(), reason));
    assert.deepEqual(await run(who.page), before);
    await who.key('Escape');
  }
  // By hand, with what stands around it in a mail.
  await who.link();
  await who.dialog().getByRole('textbox', { name: 'Open a link' }).fill(` <https://example.org/#r=${good}>. `);
  await who.dialog().getByRole('button', { name: 'Open', exact: true }).click();
  await who.dialog().waitFor({ state: 'detached' });
  await isAt(who, 7);
  assert.match(await who.notice(), NOTHING_WRONG);
});

test('what a link took the place of comes back', async (lab) => {
  const who = await visit(lab);
  await who.step(3);
  const address = await who.link();
  await who.close();
  await who.step(4);
  await who.act(who.node(2), 'Kill');
  const before = await run(who.page);
  await who.page.evaluate((fragment) => { location.hash = fragment; }, hash(address));
  await isAt(who, 3);
  await who.menu('Back to the run before');
  await isAt(who, 8);
  assert.deepEqual(await run(who.page), before);
});

test('links that were stored long ago open, each at the end of its run', async (lab) => {
  const url = await lab.serve();
  const folder = join(TESTS, 'links', '1');
  const page = await lab.open(`${url}#full`, { motion: 'reduce' });
  const who = new Visitor(page);
  for (const name of readdirSync(folder)) {
    const stored = readFileSync(join(folder, name), 'utf8').trim();
    const known = JSON.parse(readFileSync(join(TESTS, 'runs', `${name}.json`), 'utf8'));
    await page.evaluate((fragment) => { location.hash = fragment; }, `r=${stored}`);
    await eventually(async () => assert.equal((await who.about()).hash, known.hash.slice(0, 8), name));
    assert.match(await who.notice(), NOTHING_WRONG, name);
  }
});

test('the single file opens a link from a disk, and in a sandboxed frame', async (lab) => {
  const stored = readFileSync(join(TESTS, 'links', '1', 'raft-quiet'), 'utf8').trim();
  const known = JSON.parse(readFileSync(join(TESTS, 'runs', 'raft-quiet.json'), 'utf8'));
  const disk = await lab.open(`${pathToFileURL(SINGLE).href}#r=${stored}`, { motion: 'reduce' });
  assert.equal((await new Visitor(disk).about()).hash, known.hash.slice(0, 8));
  const address = await new Visitor(disk).link();
  assert.ok(address.startsWith('file:'));

  const frame = `<!doctype html><html lang="en"><title>A page that embeds</title><link rel="icon" href="data:,">
    <iframe title="lab" sandbox="allow-scripts" width="1200" height="800"
      src="${basename(SINGLE)}#r=${stored}"></iframe>`;
  const url = await lab.serve({
    folder: join(SINGLE, '..'),
    policy: '',
    pages: { '/host': frame },
  });
  const page = await lab.open(`${url}host`, { until: null });
  const inner = await (await page.$('iframe')).contentFrame();
  await reached(page, 'ready', inner);
  const there = await inner.evaluate(() => JSON.parse(window.quorumscope.run()));
  assert.equal(there.seed, known.seed);
  assert.equal(there.actions.length, 151);
});

test('a file that is dropped on the page opens, on the core too', async (lab) => {
  const text = readFileSync(join(TESTS, 'runs', 'paxos-quiet.json'), 'utf8');
  const who = await visit(lab);
  const known = JSON.parse(text);
  await who.page.evaluate((content) => {
    const data = new DataTransfer();
    data.items.add(new File([content], 'run.json', { type: 'application/json' }));
    const on = (type) => document.querySelector('.stage')
      .dispatchEvent(new DragEvent(type, { dataTransfer: data, bubbles: true, cancelable: true }));
    // The browser would go to the file unless it is told not to.
    if (on('dragover') || on('drop')) {
      throw new Error('the page does not take it');
    }
  }, text);
  await eventually(async () => assert.equal((await who.about()).hash, known.hash.slice(0, 8)));
});
