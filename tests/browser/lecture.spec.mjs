// A lecture: scenes by a presenter's remote, a black-out, panels that go and come back, a pointer.

import assert from 'node:assert/strict';

import { saved } from './browsers.mjs';
import { axe, fits, screenshot, test } from './support.mjs';
import { eventually, visit } from './visitor.mjs';

const PROJECTOR = [1280, 720];

const run = (page) => page.evaluate(() => JSON.parse(window.quorumscope.run()));
const bar = (who) => who.page.getByRole('navigation', { name: 'Lecture' });
const theme = (who) => who.page.evaluate(() => document.documentElement.dataset.theme);

/** The lecture has begun; the first time, the core hands over for it. */
async function lecture(lab, options = {}) {
  const who = await visit(lab, { size: PROJECTOR, ...options });
  await who.key('l');
  await bar(who).waitFor();
  return who;
}

async function addScene(who, title) {
  await bar(who).getByRole('button', { name: 'Scenes', exact: true }).click();
  await who.dialog().getByRole('textbox', { name: 'Title of the scene' }).fill(title);
  await who.key('Enter');
  await who.dialog().getByRole('button', { name: new RegExp(`, ${title}$`) }).first().waitFor();
  await who.key('Escape');
  await who.dialog().waitFor({ state: 'detached' });
}

const scene = (who, text) => bar(who).getByText(text).waitFor();

test('a lecture begins and ends by key, by menu and by its own button', async (lab) => {
  const who = await lecture(lab);
  assert.equal(await theme(who), 'projector');
  assert.equal(await who.page.getByRole('banner').count(), 0);
  await axe(who.page);
  await fits(who.page);
  await screenshot(who.page, 'lecture');
  await bar(who).getByRole('button', { name: 'End lecture' }).click();
  await bar(who).waitFor({ state: 'detached' });
  assert.equal(await theme(who), 'light');
  await who.page.getByRole('banner').waitFor();
  await who.menu('Lecture');
  await bar(who).waitFor();
  await bar(who).getByRole('button', { name: 'Top bar' }).click();
  await who.press('Dark theme');
  assert.equal(await theme(who), 'projector-dark');
  await axe(who.page);
  await screenshot(who.page, 'lecture-dark');
});

test('a lecture is given with nothing but a remote', async (lab) => {
  const who = await lecture(lab);
  await who.press('Next election');
  const first = await run(who.page);
  await addScene(who, 'S3 leads');
  await who.step(2);
  const second = await run(who.page);
  await addScene(who, 'Heartbeats');

  // From here on: forward, back, black-out, the whole screen.
  const isOn = async (expected, title) => {
    await scene(who, title);
    assert.equal(await who.dialog().count(), 0, 'the curtain is up');
    await eventually(async () => assert.deepEqual((await run(who.page)).actions, expected.actions));
  };
  for (const key of ['.', 'PageUp']) await who.key(key);
  await isOn(first, '1/2 · S3 leads');
  for (const key of ['PageDown', 'PageDown', 'PageDown']) await who.key(key);
  assert.notDeepEqual((await run(who.page)).actions, first.actions);
  for (const key of ['b', 'PageUp']) await who.key(key);
  await isOn(first, '1/2 · S3 leads');
  await who.key('.');
  assert.equal(await who.page.getByRole('button', { name: /^The screen is black/ }).count(), 1);
  await who.key('PageDown');
  await isOn(second, '2/2 · Heartbeats');
  for (const key of ['.', 'PageDown']) await who.key(key);
  assert.match(await who.notice(), /last scene/);
  await isOn(second, '2/2 · Heartbeats');
  // The curtain alone changes nothing; nor does Escape, which some remotes send.
  for (const key of ['.', '.', '.', 'Escape', 'Escape']) await who.key(key);
  await isOn(second, '2/2 · Heartbeats');
});

test('scenes are made, named, gone through by keys, and come back as they were prepared', async (lab) => {
  const who = await lecture(lab);
  await who.press('Next election');
  const first = await run(who.page);
  await addScene(who, 'S3 leads');
  await who.key('PageDown');
  await who.key('PageDown');
  const second = await run(who.page);
  await addScene(who, 'Heartbeats');
  await scene(who, '2/2 · Heartbeats');

  await who.key('Shift+PageUp');
  await scene(who, '1/2 · S3 leads');
  assert.deepEqual((await run(who.page)).actions, first.actions);
  // Improvised, and back.
  await who.act(who.node(3), 'Kill');
  await who.key('Escape');
  await who.key('PageDown');
  assert.notDeepEqual((await run(who.page)).actions, first.actions);
  await who.key('r');
  await eventually(async () => assert.deepEqual((await run(who.page)).actions, first.actions));
  await who.key('n');
  await scene(who, '2/2 · Heartbeats');
  assert.deepEqual((await run(who.page)).actions, second.actions);
  await who.key('n');
  assert.match(await who.notice(), /last scene/);
  await who.key('Shift+N');
  await scene(who, '1/2 · S3 leads');

  await bar(who).getByRole('button', { name: 'Scenes', exact: true }).click();
  await axe(who.page);
  await screenshot(who.page, 'lecture-scenes');
  const titles = () => who.dialog().getByRole('listitem').getByRole('textbox')
    .evaluateAll((all) => all.map((it) => it.value));
  await who.dialog().getByRole('button', { name: 'Move scene 1, S3 leads, down' }).click();
  assert.deepEqual(await titles(), ['Heartbeats', 'S3 leads']);
  const focused = await who.page.evaluate(() => document.activeElement.getAttribute('aria-label'));
  assert.equal(focused, 'Move scene 2, S3 leads, down');
  await who.dialog().getByRole('textbox', { name: 'Title of scene 1' }).fill('心跳');
  await who.key('Tab');
  const { name, text } = await saved(who.page, () => who.press('Save scenes'));
  assert.equal(name, 'quorumscope-scenes.json');
  assert.deepEqual(JSON.parse(text).scenes.map((it) => it.title), ['心跳', 'S3 leads']);

  await who.dialog().getByRole('button', { name: 'Delete scene 1, 心跳' }).click();
  assert.deepEqual(await titles(), ['S3 leads']);
  await who.dialog().getByRole('button', { name: 'Undo' }).click();
  assert.deepEqual(await titles(), ['心跳', 'S3 leads']);
  await who.close();

  const other = await visit(lab, { size: PROJECTOR });
  await other.openText(text, 'scenes.json');
  await other.dialog().getByRole('button', { name: 'Go to scene 2, S3 leads' }).click();
  await other.dialog().waitFor({ state: 'detached' });
  await eventually(async () => assert.deepEqual((await run(other.page)).actions, first.actions));
});

test('files of scenes that are damaged are refused, and the list stays', async (lab) => {
  const who = await lecture(lab);
  await addScene(who, 'One');
  const bad = [
    [{ format: 'quorumscope-scenes', version: 9, scenes: [] }, /newer version/],
    [{ format: 'quorumscope-scenes', version: 1 }, /beginning of that file/],
    [{ format: 'quorumscope-scenes', version: 1, scenes: [{ title: '' }] }, /Scene 1 .* title/],
    [{ format: 'quorumscope-scenes', version: 1, scenes: [{ title: 'x', run: 1 }] }, /scene 1 .* damaged/],
  ];
  for (const [file, reason] of bad) {
    await who.openText(JSON.stringify(file));
    await eventually(async () => assert.match(await who.notice(), reason));
  }
  await scene(who, '1/1 · One');
});

test('the screen goes black and comes back, by key and by touch, with the focus where it was', async (lab) => {
  const who = await lecture(lab);
  for (const key of ['.', 'b']) {
    await who.button('Step').focus();
    await who.key(key);
    await who.dialog().waitFor();
    const [corner, middle] = await who.page.evaluate(() => [[2, 2], [640, 360]]
      .map(([x, y]) => getComputedStyle(document.elementFromPoint(x, y)).backgroundColor));
    assert.deepEqual([corner, middle], ['rgb(0, 0, 0)', 'rgb(0, 0, 0)']);
    const before = await run(who.page);
    await who.key('PageDown');
    assert.deepEqual(await run(who.page), before, 'nobody would see what it does');
    await who.key(key);
    await who.dialog().waitFor({ state: 'detached' });
    assert.equal(await who.page.evaluate(() => document.activeElement.id), 'step');
  }
  await bar(who).getByRole('button', { name: 'Black-out' }).click();
  await who.page.mouse.click(300, 300);
  await who.dialog().waitFor({ state: 'detached' });
});

test('every panel goes and comes back, by key and by button, and the focus is never lost', async (lab) => {
  const who = await lecture(lab);
  const parts = [
    ['h', 'Top bar', '.top', false],
    ['i', 'Side panel', '.side', true],
    ['j', 'Controls', '.bottom', true],
  ];
  for (const [key, name, selector, shown] of parts) {
    const part = who.page.locator(selector);
    const button = bar(who).getByRole('button', { name, exact: true });
    const is = async (seen) => {
      assert.equal(await part.isVisible(), seen, name);
      assert.equal(await button.getAttribute('aria-pressed'), String(seen), name);
    };
    await is(shown);
    await button.click();
    await is(!shown);
    await button.click();
    await is(shown);
    if (shown) {
      await part.getByRole(selector === '.side' ? 'tab' : 'button').first().focus();
      await who.key(key);
      await is(false);
      assert.ok(await button.evaluate((it) => it === document.activeElement), 'the focus is lost');
      await who.key(key);
      await is(true);
    }
  }
});

test('a dot follows what is held down, and costs nothing otherwise', async (lab) => {
  const who = await lecture(lab, { motion: 'no-preference' });
  const dot = who.page.locator('#pointer-dot');
  assert.equal(await dot.isVisible(), false);
  const [x, y] = await who.aim(who.node(1));
  await who.page.mouse.move(x, y);
  assert.equal(await dot.isVisible(), false);
  await who.page.mouse.down();
  await who.page.mouse.move(x + 90, y + 60, { steps: 5 });
  const box = await dot.boundingBox();
  assert.ok(Math.abs(box.x + box.width / 2 - x - 90) < 2 && Math.abs(box.y + box.height / 2 - y - 60) < 2);
  await screenshot(who.page, 'lecture-pointer');
  await who.page.mouse.move(x + 2, y + 2, { steps: 5 });
  await who.page.mouse.up();
  assert.equal(await dot.isVisible(), false);
  assert.equal(await who.tray().count(), 0, 'who points chooses nothing');
  // A tap does.
  await who.page.mouse.click(x, y);
  await who.tray().waitFor();
});

test('keys that are one character can be switched off, and those of a remote stay', async (lab) => {
  const who = await lecture(lab);
  await who.key('?');
  await who.dialog().getByText('next scene', { exact: true }).waitFor();
  await who.dialog().getByRole('checkbox').setChecked(false);
  await who.close();
  for (const key of ['h', 'b', 'l', 'n', 'i', 'j', 's']) {
    await who.key(key);
  }
  assert.equal(await who.dialog().count(), 0);
  assert.equal(await who.page.locator('.side').isVisible(), true);
  await bar(who).waitFor();
  await who.key('PageDown');
  assert.equal((await run(who.page)).actions.length, 1);
  await who.key('Shift+PageDown');
  assert.match(await who.notice(), /no scenes yet/);
});

test('a lecture on a phone', async (lab) => {
  const who = await lecture(lab, { size: [360, 740], touch: true });
  await fits(who.page);
  await axe(who.page);
  await screenshot(who.page, 'lecture-phone');
});
