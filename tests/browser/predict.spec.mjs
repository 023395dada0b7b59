// What a lesson asks before its step, and the mode that asks before each: from the question to what
// decides, by every way that a reader goes forward.

import assert from 'node:assert/strict';

import { axe, fits, screenshot, test } from './support.mjs';
import { eventually, visit } from './visitor.mjs';

/** Opens a lesson from the list, which comes with the full program. */
async function lesson(who, name) {
  await who.page.getByRole('button', { name: /▾$/ }).first().click();
  await who.dialog().getByRole('button', { name }).first().click();
  await eventually(async () => assert.equal(await who.dialog().count(), 0));
}

const part = (who) => who.panel().getByText(/^Part \d+ of \d+$/).innerText();
const choices = (who) => who.panel().locator('.choice');
const help = (who) => who.button('Do it for me').click();

/** The lesson on majorities, where it asks whether S1 has won. */
async function asked(who) {
  await lesson(who, /Majorities/);
  for (const name of ['Go on ▶', 'Do it for me', 'Do it for me', 'Do it for me']) {
    await who.button(name).click();
  }
  await choices(who).first().waitFor();
  assert.equal(await part(who), 'Part 4 of 8');
}

test('a lesson asks before its step, and a wrong choice is answered by what decides', async (lab) => {
  const who = await visit(lab);
  await asked(who);
  const { position } = await who.place();
  assert.match(await who.heard(), /Will S1 become leader by it\?/);
  await screenshot(who.page, 'lesson-asks');
  await axe(who.page);
  await choices(who).filter({ hasText: 'Yes' }).click();
  await eventually(async () => assert.match(await who.heard(), /Not this time.*\n+S1 counts a vote from S2/));
  assert.match(await who.panel().innerText(), /2 of 3 needed/);
  assert.match(await who.panel().innerText(), /Right: 0 of 1/);
  assert.equal((await who.place()).position, position, 'the step is taken when that has been read');
  await choices(who).last().click({ force: true });
  assert.match(await who.panel().innerText(), /Right: 0 of 1/, 'an answer is an answer');
  await screenshot(who.page, 'lesson-reveals');
  await axe(who.page);
  await who.press('See it happen ▶');
  assert.equal(await part(who), 'Part 5 of 8');
  assert.equal((await who.place()).position, position + 1);
});

test('a lesson’s question is answered by keyboard, and the focus is never lost', async (lab) => {
  const who = await visit(lab);
  await asked(who);
  const focused = () => who.page.evaluate(() => document.activeElement.textContent);
  for (let tabs = 0; await focused() !== 'No'; tabs++) {
    assert.ok(tabs < 200, `${await focused()} has the focus`);
    await who.key('Tab');
  }
  await who.key('Enter');
  await eventually(async () => assert.match(await who.heard(), /Right\.\n+S1 counts a vote from S2/));
  assert.match(await focused(), /No$/);
  while (!/See it happen/.test(await focused())) {
    await who.key('Tab');
  }
  await who.key('Enter');
  assert.equal(await part(who), 'Part 5 of 8');
  assert.match(await focused(), /Go on/);
});

test('nobody has to answer: a step or “Do it for me” goes past a question', async (lab) => {
  const who = await visit(lab);
  await asked(who);
  await help(who);
  assert.equal(await part(who), 'Part 5 of 8');
  await who.press('◀ Earlier');
  await help(who);
  await choices(who).first().waitFor();
  await who.step();
  assert.equal(await part(who), 'Part 5 of 8');
  // Running stops where something is asked.
  await who.press('◀ Earlier');
  await who.press('Run');
  await choices(who).first().waitFor();
  await who.button('Run').waitFor();
  assert.equal(await part(who), 'Part 4 of 8');
});

test('a lesson asks about the message that it has one deliver', async (lab) => {
  const who = await visit(lab);
  await lesson(who, /What the tutorials leave out: Raft/);
  await who.press('Go on ▶');
  await help(who);
  await help(who);
  assert.match(await who.panel().innerText(), /S3 asks S1 for its vote\. Will S1 grant it\?/);
  await choices(who).filter({ hasText: 'Yes' }).click();
  await who.press('See it happen ▶');
  assert.equal(await part(who), 'Part 5 of 7');
});

test('on a phone a lesson’s question and its choices are in sight', async (lab) => {
  const who = await visit(lab, { size: [360, 740], touch: true, locale: 'zh-CN', scheme: 'dark' });
  await who.page.getByText('更多').first().tap();
  await who.page.getByRole('button', { name: '课程', exact: true }).tap();
  await who.dialog().getByRole('button', { name: /多数派/ }).first().tap();
  for (const name of ['继续 ▶', '替我做', '替我做', '替我做']) {
    await who.button(name).tap();
  }
  await choices(who).first().waitFor();
  await eventually(async () => assert.deepEqual(await hidden(who, '.asked h3, .choice'), []));
  for (const choice of await choices(who).all()) {
    assert.ok((await choice.boundingBox()).height >= 44);
  }
  await screenshot(who.page, 'lesson-asks-phone');
  await axe(who.page);
  await choices(who).first().tap();
  await eventually(async () => assert.deepEqual(await hidden(who, '.revealed > :first-child'), []));
  await screenshot(who.page, 'lesson-reveals-phone');
  await fits(who.page);
});

/** What of a selector is out of sight, or covered. */
function hidden(who, selector) {
  return who.page.locator(selector).evaluateAll((all) => all.filter((it) => {
    const { x, y, width, height } = it.getBoundingClientRect();
    const at = document.elementFromPoint(x + width / 2, y + height / 2);
    return at === null || !it.contains(at);
  }).map((it) => it.textContent));
}

test('who has the page ask before each step is not turned away from the question', async (lab) => {
  const who = await visit(lab);
  await lesson(who, /Phase 1/);
  await lesson(who, 'Predict what happens next');
  const tab = () => who.page.getByRole('tab', { selected: true }).innerText();
  const seen = new Set();
  await who.tab('Lesson');
  await who.press('Go on ▶');
  await help(who);
  await who.tab('Predict');
  for (let steps = 0; steps < 6; steps++) {
    await who.step();
    assert.equal(await tab(), 'Predict');
    seen.add(await who.panel().getByRole('button', { name: /^To the lesson/ }).innerText());
  }
  assert.ok(seen.size > 1, `the lesson goes on meanwhile: ${[...seen]}`);
  await screenshot(who.page, 'predict-in-lesson');
  await axe(who.page);
  await who.panel().getByRole('button', { name: /^To the lesson/ }).click();
  assert.equal(await tab(), 'Lesson');
});

test('a lesson sees what folding steps and “Run until…” lead to', async (lab) => {
  const who = await visit(lab, { init: "localStorage.setItem('quorumscope.1.fold', 'on')" });
  await lesson(who, /Why consensus/);
  for (const name of ['Go on ▶', 'Go on ▶', 'Do it for me']) {
    await who.button(name).click();
  }
  assert.equal(await part(who), 'Part 4 of 9');
  await who.menu('Run until…');
  await who.dialog().getByRole('button', { name: 'A client is answered' }).click();
  await eventually(async () => assert.equal(await part(who), 'Part 5 of 9'));
  await who.press('Go on ▶');
  await who.menu('Run until…');
  assert.ok(await who.dialog().getByRole('checkbox', { name: /passes over idle heartbeats/ }).isChecked());
  await who.close();
  await who.stepUntil('the part is over', async () => await part(who) === 'Part 7 of 9', 30);
});
