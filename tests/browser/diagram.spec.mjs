// The space-time diagram: in step with the stage, by mouse, key and touch.

import assert from 'node:assert/strict';

import { axe, fits, screenshot, test } from './support.mjs';
import { elected, eventually, visit } from './visitor.mjs';

const diagram = (who) => who.page.getByRole('region', { name: 'Space-time diagram' });
const events = (who) => diagram(who).getByRole('option');
const picture = (who) => diagram(who).getByRole('listbox', { name: 'Events' });
const event = (who, pattern) => diagram(who).getByRole('option', { name: pattern });
const picked = (who) => diagram(who).getByRole('status').innerText();

/** Opens the diagram; the core has to fetch the full program for it. */
async function open(who) {
  await who.press('Diagram');
  await diagram(who).waitFor();
}

/** A point on an arrow at which one would click. */
async function clickArrow(who, option) {
  const at = await option.evaluate((group) => {
    const line = group.querySelector('.shaft');
    const matrix = line.getScreenCTM();
    for (const share of [0.5, 0.35, 0.65, 0.2, 0.8]) {
      const x = line.x1.baseVal.value + share * (line.x2.baseVal.value - line.x1.baseVal.value);
      const y = line.y1.baseVal.value + share * (line.y2.baseVal.value - line.y1.baseVal.value);
      const point = new DOMPoint(x, y).matrixTransform(matrix);
      if (group.contains(document.elementFromPoint(point.x, point.y))) {
        return [point.x, point.y];
      }
    }
    return null;
  });
  assert.ok(at, 'nothing of the arrow can be clicked');
  await who.page.mouse.click(...at);
}

test('a lane for each node and client, an arrow for each message, and signs for elections', async (lab) => {
  const who = await elected(lab);
  await open(who);
  const lanes = await diagram(who).getByRole('button', { name: /^[SC]\d$/ }).allInnerTexts();
  assert.deepEqual(lanes, ['S1', 'S2', 'S3', 'S4', 'S5', 'C1', 'C2']);
  assert.equal(await event(who, /RequestVote from S3 reaches S\d/).count(), 4);
  assert.equal(await event(who, /S3 is now candidate, term 1/).count(), 1);
  assert.equal(await event(who, /S3 is now leader, term 1/).count(), 1);
  await fits(who.page);
  await axe(who.page);
  await screenshot(who.page, 'diagram');
});

test('clicking an arrow goes to that moment, and shows what it depends on', async (lab) => {
  const who = await elected(lab);
  await open(who);
  const end = await who.place();
  const arrow = event(who, /VoteReply from S1 reaches S3/);
  const [, step] = (await arrow.getAttribute('aria-label')).match(/^Event (\d+), /);
  await clickArrow(who, arrow);
  const place = await who.place();
  assert.deepEqual([place.position, place.length], [Number(step), end.length]);
  assert.match(await picked(who), /VoteReply from S1 reaches S3.*Before it: \d+ events/);
  assert.equal(await arrow.getAttribute('aria-selected'), 'true');
  // The request that it answers is a cause, and S2's answer is none.
  const kind = (pattern) => event(who, pattern).getAttribute('class');
  assert.match(await kind(/RequestVote from S3 reaches S1/), /cause/);
  await screenshot(who.page, 'diagram-cone');
  await axe(who.page);
  await who.key('Escape');
  assert.match(await picked(who), /Time runs to the right/);
});

test('stage and diagram choose the same thing', async (lab) => {
  const who = await elected(lab);
  await open(who);
  await who.choose(who.node(2));
  assert.equal(await diagram(who).getByRole('button', { name: 'S2' }).getAttribute('aria-pressed'), 'true');
  await diagram(who).getByRole('button', { name: 'S4' }).click();
  assert.equal(await who.node(4).getAttribute('aria-pressed'), 'true');
  assert.equal(await who.node(2).getAttribute('aria-pressed'), 'false');
  const message = who.messages().first();
  const name = await message.getAttribute('aria-label');
  await who.chooseByKey(message);
  assert.equal(await diagram(who).locator('.flight.selected').count(), 1, name);
});

test('by keyboard: from event to event, on a lane, nearer and further away', async (lab) => {
  const who = await elected(lab);
  await open(who);
  await picture(who).focus();
  await who.key('Home');
  assert.equal((await who.place()).position, 1);
  const active = () => picture(who).getAttribute('aria-activedescendant');
  assert.equal(await active(), 'event-1');
  await who.key('ArrowRight');
  assert.equal(await active(), 'event-2');
  await who.key('ArrowLeft');
  assert.equal(await active(), 'event-1');
  // S3's timer was the first event; the next one on its lane is a reply that reaches it.
  await who.key('ArrowDown');
  assert.match(await picked(who), /reaches S3/);
  const width = async () => {
    const box = await events(who).last().boundingBox();
    return box.x;
  };
  await who.key('0');
  const before = await width();
  await who.key('+');
  await eventually(async () => assert.notEqual(await width(), before));
  await who.key('End');
  const { position, length } = await who.place();
  assert.equal(position, length);
});

test('dragging moves the picture, and is no click', async (lab) => {
  const who = await elected(lab);
  await open(who);
  const place = await who.place();
  const box = await picture(who).boundingBox();
  const first = async () => (await events(who).first().boundingBox()).x;
  const before = await first();
  await who.page.mouse.move(box.x + 300, box.y + 5);
  await who.page.mouse.down();
  await who.page.mouse.move(box.x + 260, box.y + 5, { steps: 4 });
  await who.page.mouse.up();
  await eventually(async () => assert.ok(Math.abs(await first() - before + 40) < 3));
  assert.deepEqual(await who.place(), place);
});

test('crashes, cuts and losses are seen in it, and what lies ahead is pale', async (lab) => {
  const who = await elected(lab);
  await open(who);
  await who.act(who.node(3), 'Kill');
  await who.key('Escape');
  await who.step(6);
  assert.equal(await event(who, /S3 crashes/).count(), 1);
  assert.ok(await event(who, /is lost: the receiver was down/).count() > 0);
  await who.press('Back');
  assert.ok(await diagram(who).locator('.event.ahead').count() > 0);
  await screenshot(who.page, 'diagram-crash');
});

test('on a phone, in the dark and in Chinese', async (lab) => {
  const who = await visit(lab, { size: [360, 740], scheme: 'dark', locale: 'zh-CN', touch: true });
  await who.page.getByRole('button', { name: '时空图', exact: true }).click();
  const region = who.page.getByRole('region', { name: '时空图' });
  await region.waitFor();
  await who.page.getByRole('button', { name: '下一次选举', exact: true }).click();
  assert.ok(await region.getByRole('option', { name: /S3 成为领导者/ }).count() > 0);
  await region.scrollIntoViewIfNeeded();
  await fits(who.page);
  await axe(who.page);
  await screenshot(who.page, 'diagram-phone');
});
