// What is taken elsewhere: pictures as the page looks, which can stand anywhere, and texts.

import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { nameOf, saved } from './browsers.mjs';
import { axe, fits, root, screenshot, test } from './support.mjs';
import { elected, eventually } from './visitor.mjs';

/** The pictures for people to look at. */
const FOLDER = join(root, 'target', 'screenshots');

const PICTURES = [
  ['Stage as SVG', 'quorumscope-stage.svg'],
  ['Stage as PNG', 'quorumscope-stage.png'],
  ['Diagram as SVG', 'quorumscope-diagram.svg'],
  ['Diagram as PNG', 'quorumscope-diagram.png'],
];

/** Opens the dialogue, with a run on stage and in the diagram. */
async function exporting(lab, options) {
  const who = await elected(lab, options);
  await who.press('Diagram');
  await who.page.getByRole('region', { name: 'Space-time diagram' }).waitFor();
  await who.step(3);
  await who.menu('Export…');
  await who.dialog().waitFor();
  return who;
}

/** Presses a button of the dialogue, and gives the file. */
async function take(who, name) {
  return saved(who.page, () => who.dialog().getByRole('button', { name, exact: true }).click());
}

/** The colours of a picture: its corners, and how many pixels are nearly of the letters' colour. */
async function colours(who, { name, bytes }) {
  const kind = name.endsWith('.svg') ? 'image/svg+xml' : 'image/png';
  return who.page.evaluate(async (address) => {
    const image = new Image();
    image.src = address;
    await image.decode();
    const canvas = document.createElement('canvas');
    const { naturalWidth: width, naturalHeight: height } = image;
    Object.assign(canvas, { width, height });
    const context = canvas.getContext('2d');
    context.drawImage(image, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    const at = (x, y) => [...data.slice(4 * (y * width + x), 4 * (y * width + x) + 4)];
    const rgb = (colour) => colour.match(/[\d.]+/g).map(Number);
    const ink = rgb(getComputedStyle(document.body).color);
    let letters = 0;
    for (let pixel = 0; pixel < data.length; pixel += 4) {
      letters += ink.every((value, channel) => Math.abs(data[pixel + channel] - value) < 24) && data[pixel + 3] > 250;
    }
    const paper = [...rgb(getComputedStyle(document.documentElement).backgroundColor), 255];
    return { corners: [at(0, 0), at(width - 1, 0), at(0, height - 1), at(width - 1, height - 1)], letters, paper, width };
  }, `data:${kind};base64,${bytes.toString('base64')}`);
}

/** What an SVG is made of. */
async function parts(who, text) {
  return who.page.evaluate((source) => {
    const file = new DOMParser().parseFromString(source, 'image/svg+xml');
    const all = [...file.querySelectorAll('*')];
    const said = (name) => file.documentElement.querySelector(`:scope > ${name}`)?.textContent ?? '';
    return {
      root: file.documentElement.nodeName,
      names: [...new Set(all.map((it) => it.nodeName))],
      values: all.flatMap((it) => [...it.attributes].map(({ name, value }) => `${name}=${value}`)),
      title: said('title'),
      desc: said('desc'),
      letters: [...file.querySelectorAll('text')].map((it) => it.textContent),
    };
  }, text);
}

for (const scheme of ['light', 'dark']) {
  test(`pictures stand on the page’s paper, with all that they need in themselves: ${scheme}`, async (lab) => {
    const who = await exporting(lab, { scheme });
    const folder = join(FOLDER, nameOf(who.page));
    mkdirSync(folder, { recursive: true });
    for (const [button, name] of PICTURES) {
      const file = await take(who, button);
      assert.equal(file.name, name);
      writeFileSync(join(folder, `export-${scheme}-${name.replace('quorumscope-', '')}`), file.bytes);
      const { corners, letters, paper, width } = await colours(who, file);
      corners.forEach((corner) => assert.deepEqual(corner, paper, `${name}: the ground`));
      assert.ok(letters > 200, `${name}: ${letters} pixels of the letters’ colour`);
      assert.ok(width > 600, `${name}: ${width} px`);
      if (name.endsWith('.svg')) {
        const svg = await parts(who, file.text);
        assert.equal(svg.root, 'svg');
        assert.match(svg.title, /^Raft, event \d+: \S/);
        assert.match(svg.desc, /S3/);
        assert.ok(svg.letters.includes('S1'), `${svg.letters}`);
        assert.ok(svg.values.some((it) => /^font-family=.*sans-serif/.test(it)));
        // Neither a reference nor a style that would have to be fetched, nor a script.
        const foreign = svg.names.filter((it) => /^(style|script|image|use|a|foreignObject|font.*)$/.test(it));
        assert.deepEqual(foreign, []);
        const outside = svg.values.filter((it) => /^(.*href|src|style|on.*|class|id)=|url\(|@/.test(it));
        assert.deepEqual(outside, []);
        assert.ok(!/https?:/.test(file.text.replace('http://www.w3.org/2000/svg', '')));
      }
    }
  });
}

test('the texts are those of the run, and the file is the run itself', async (lab) => {
  const who = await exporting(lab);
  const { position } = await who.place();
  const lines = (text) => text.trimEnd().split('\n');
  const mermaid = await take(who, 'Messages for Mermaid');
  assert.equal(mermaid.name, 'quorumscope-run.mmd');
  assert.deepEqual(lines(mermaid.text).slice(0, 2), ['sequenceDiagram', 'participant S1']);
  const plantuml = await take(who, 'Messages for PlantUML');
  assert.equal(plantuml.name, 'quorumscope-run.puml');
  assert.deepEqual([lines(plantuml.text)[0], lines(plantuml.text).at(-1)], ['@startuml', '@enduml']);
  // The same messages in both notations.
  const messages = ({ text }, shaft) => lines(text).map((it) => it.match(shaft)?.slice(1)).filter(Boolean);
  const drawn = messages(mermaid, /^(\S\d+)-+(?:>>|x)(\S\d+): (\w+)/);
  assert.ok(drawn.length > 3, mermaid.text);
  assert.deepEqual(messages(plantuml, /^(\S\d+) -+>x? (\S\d+) : (\w+)/), drawn);
  const transcript = await take(who, 'Transcript as text');
  assert.equal(transcript.name, 'quorumscope-transcript.txt');
  const numbers = lines(transcript.text).map((it) => Number(it.match(/^(\d+)\. t = \d+ ms: \S/)?.[1]));
  assert.deepEqual(numbers, Array.from({ length: position }, (_, at) => at + 1));
  const run = await take(who, 'Save run');
  const { format, cursor, seed, hash } = JSON.parse(run.text);
  await who.close();
  const about = await who.about();
  assert.deepEqual({ format, cursor, seed, hash: hash.slice(0, 8) }, { format: 'quorumscope-run', cursor: position, ...about });
});

for (const scheme of ['light', 'dark']) {
  for (const size of [[1440, 900], [360, 740]]) {
    test(`the dialogue is as the others are: ${scheme}, ${size[0]} px wide`, async (lab) => {
      const who = await elected(lab, { scheme, size });
      await who.menu('Export…');
      await who.dialog().waitFor();
      await axe(who.page);
      await fits(who.page);
      const look = (name) => who.dialog().getByRole('button', { name, exact: true }).evaluate((it) => {
        const { backgroundColor, borderRadius, color } = getComputedStyle(it);
        return [backgroundColor, borderRadius, color];
      });
      assert.deepEqual(await look('Stage as SVG'), await look('Save run'));
      // The diagram is not open, and so is not offered.
      assert.equal(await who.dialog().getByRole('button', { name: 'Diagram as PNG' }).isDisabled(), true);
      await screenshot(who.page, `export-${scheme}-${size[0]}`);
    });
  }
}

test('of two stages, what goes out is that of the side in hand, and it is said', async (lab) => {
  const who = await elected(lab);
  await who.menu('Compare…');
  await who.dialog().waitFor();
  await who.dialog().getByRole('combobox', { name: 'What to compare with' }).selectOption({ label: 'Paxos' });
  await who.dialog().getByRole('button', { name: 'Compare', exact: true }).click();
  await who.page.getByRole('button', { name: 'Close comparison' }).waitFor();
  for (const side of ['Raft', 'Paxos']) {
    await who.page.getByTitle('Act on this side').filter({ hasText: new RegExp(`^${side}`) }).click();
    await who.menu('Export…');
    await who.dialog().getByText(`one of them alone, the one that you act on: ${side}. “Save run” keeps both.`).waitFor();
    const svg = await parts(who, (await take(who, 'Stage as SVG')).text);
    assert.match(svg.title, new RegExp(`^${side}, event`));
    const run = JSON.parse((await take(who, 'Save run')).text);
    assert.equal(run.format, 'quorumscope-pair');
    await who.close();
    await who.link();
    await who.dialog().getByText(`the one that you act on: ${side}. “Save run” keeps both.`).waitFor();
    await axe(who.page);
    await who.close();
  }
  await who.press('中文');
  await eventually(async () => assert.equal(await who.page.locator('html').getAttribute('lang'), 'zh-CN'));
  await who.page.keyboard.press('s');
  await who.dialog().getByText('链接、二维码和嵌入代码只包含其中一侧').waitFor();
});
