// Lessons, questions and challenges, from the first load, as somebody who learns.

import assert from 'node:assert/strict';

import { saved } from './browsers.mjs';
import { axe, fits, screenshot, test } from './support.mjs';
import { eventually, visit } from './visitor.mjs';

/** Opens the list of lessons; it comes with the full program. */
async function lessons(who) {
  await who.page.getByRole('button', { name: /▾$/ }).first().click();
  await who.dialog().getByRole('heading', { name: 'Challenges' }).waitFor();
}

/** Opens a lesson, a challenge or anything else of the list. */
async function choose(who, name) {
  await lessons(who);
  await who.dialog().getByRole('button', { name }).first().click();
  await eventually(async () => assert.equal(await who.dialog().count(), 0));
}

const place = (who) => who.panel().getByText(/^Part \d+ of \d+$/).innerText();
const pointed = (who) => who.page.locator('[data-pointed]').count();

/** How many cells are pointed at, and whether messages on the stage are faint because of them. */
function cellsPointedAt(who) {
  return who.page.evaluate(() => {
    const stage = document.querySelector('.stage');
    const sample = document.createElementNS(stage.namespaceURI, 'g');
    sample.setAttribute('class', 'message');
    const box = sample.appendChild(document.createElementNS(stage.namespaceURI, 'rect'));
    stage.append(sample);
    const messagesAreFaint = getComputedStyle(box).fillOpacity !== '1';
    sample.remove();
    return { cells: stage.querySelectorAll('.cell[data-pointed]').length, messagesAreFaint };
  });
}

/** Goes on to the next part, whatever this one waits for, and past what it asks. */
async function goOn(who) {
  const before = await place(who);
  const button = who.panel().getByRole('button', { name: /^(Go on|Do it for me)/ });
  await button.click();
  await eventually(async () => {
    const asks = await who.panel().locator('.choice').count() > 0;
    if (asks && await place(who) === before) {
      await button.click();
    }
    assert.notEqual(await place(who), before);
  });
}

test('a lesson from its first part to its last, and back to what was on stage', async (lab) => {
  const who = await visit(lab);
  await who.step(3);
  const before = await who.place();
  await choose(who, /Why a vote is refused/);
  assert.equal(await who.page.getByRole('tab', { selected: true }).innerText(), 'Lesson');
  assert.equal(await place(who), 'Part 1 of 9');
  assert.ok(await pointed(who) > 0);
  await screenshot(who.page, 'lesson-start');
  await axe(who.page);
  for (let part = 1; part < 5; part++) {
    await goOn(who);
  }
  assert.match(await who.panel().innerText(), /fails: \(1, 1\) < \(1, 2\)/);
  await screenshot(who.page, 'lesson-rule');
  const cells = [];
  for (let part = 5; part < 9; part++) {
    await goOn(who);
    cells.push(await cellsPointedAt(who));
  }
  assert.ok(cells.some((it) => it.cells > 0), 'a part points at cells');
  // They lie on no cell, so nothing has to shine through them.
  assert.ok(!cells.some((it) => it.messagesAreFaint), 'messages are opaque');
  assert.equal(await place(who), 'Part 9 of 9');
  await who.press('Leave the lesson');
  assert.deepEqual(await who.place(), before);
  assert.equal(await pointed(who), 0);
});

test('a lesson sees what is done by hand, can be broken, and come back to', async (lab) => {
  const who = await visit(lab);
  await choose(who, /Why consensus/);
  await goOn(who);
  await goOn(who);
  assert.equal(await place(who), 'Part 3 of 9');
  await who.choose(who.client(1));
  const asked = who.tray().getByRole('combobox', { name: 'Node to ask' });
  assert.equal(await asked.locator('option:checked').innerText(), 'the node it believes in');
  await asked.selectOption('S1');
  await who.tray().getByRole('textbox').fill('x=1');
  await who.key('Enter');
  await eventually(async () => assert.equal(await place(who), 'Part 4 of 9'));
  await who.page.getByRole('combobox', { name: 'Nodes' }).selectOption('5');
  await eventually(async () => assert.match(await who.panel().innerText(), /left this lesson’s way/));
  await who.press('Come back to the lesson');
  assert.equal(await place(who), 'Part 4 of 9');
});

test('where one was is remembered on this device', async (lab) => {
  const who = await visit(lab);
  await choose(who, /^3 ?Majorities/);
  await goOn(who);
  await goOn(who);
  await who.page.reload();
  await choose(who, /^Resume: Majorities/);
  assert.equal(await place(who), 'Part 3 of 8');
});

test('lessons in Chinese, and on a narrow page', async (lab) => {
  const who = await visit(lab, { size: [360, 740], locale: 'zh-CN' });
  await who.page.getByText('更多').first().click();
  await who.page.getByRole('button', { name: '课程', exact: true }).click();
  await who.dialog().getByRole('button', { name: /为什么需要共识/ }).first().click();
  await who.page.getByText('第 1 步，共 9 步').waitFor();
  await fits(who.page);
  await screenshot(who.page, 'lesson-phone');
});

/** Chooses a text as a file of progress. */
async function addProgress(who, text) {
  await lessons(who);
  const buffer = Buffer.from(text);
  const file = { name: 'progress.json', mimeType: 'application/json', buffer };
  await who.dialog().locator('input[type=file]').setInputFiles(file);
}

test('progress is saved as a file, and added from one', async (lab) => {
  const who = await visit(lab);
  await choose(who, /^3 ?Majorities/);
  await goOn(who);
  await lessons(who);
  const { name, text } = await saved(who.page, () => who.press('Save my progress as a file'));
  assert.equal(name, 'quorumscope-progress.json');
  const other = await visit(lab);
  await choose(other, /^1 ?Why consensus/);
  await goOn(other);
  await addProgress(other, text);
  await other.dialog().getByRole('status').filter({ hasText: /has been added to yours/ }).waitFor();
  await other.dialog().getByRole('button', { name: /^3 ?Majorities ?left at part 2/ }).waitFor();
  await other.dialog().getByRole('button', { name: /^1 ?Why consensus ?left at part 2/ }).waitFor();
  await screenshot(other.page, 'progress-added');
  await other.close();
  await addProgress(other, '{"format":"quorumscope-progress","version":1,"lessons":[]}');
  await eventually(async () => assert.match(await other.notice(), /list of lessons is not what it should be/));
  await addProgress(other, '{"name":"left-pad"}');
  await eventually(async () => assert.match(await other.notice(), /does not hold a run, nor progress/));
  await lessons(other);
  await other.dialog().getByRole('button', { name: /^3 ?Majorities ?left at part 2/ }).waitFor();
});

test('on a phone, what is said and what it is about are in sight together', async (lab) => {
  const who = await visit(lab, { size: [360, 740], touch: true });
  await who.more().click();
  await who.page.getByRole('group', { name: 'Faults' }).getByRole('button', { name: 'Lessons', exact: true }).click();
  await who.dialog().getByRole('button', { name: /^1 ?Why consensus/ }).first().click();
  for (let part = 1; part <= 3; part++) {
    await eventually(async () => assert.equal(await place(who), `Part ${part} of 9`));
    await eventually(async () => assert.equal(await hidden(who), 0, `part ${part}`));
    if (part < 3) {
      await goOn(who);
    }
  }
  await fits(who.page);
  await screenshot(who.page, 'lesson-phone-said');
});

/** Whether the text, or the last thing pointed at on the stage, is out of sight or covered. */
function hidden(who) {
  return who.page.evaluate(() => {
    const pointed = [...document.querySelectorAll('.stage [data-pointed]')].slice(-1);
    const shown = (mark) => {
      const { x, y, width } = mark.getBoundingClientRect();
      const at = document.elementFromPoint(x + width / 2, y + 10);
      return at !== null && (mark.contains(at) || at.closest('svg') === mark.closest('svg') && at.closest('svg') !== null);
    };
    return [document.querySelector('.lesson-text'), ...pointed].filter((mark) => !shown(mark)).length;
  });
}

test('the lecturer’s page is printed alone, dark on light', { chromium: 'it alone can look as if printed' }, async (lab) => {
  const who = await visit(lab, { scheme: 'dark' });
  await choose(who, /Why a vote is refused/);
  await who.press('For the lecturer');
  await who.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  const page = who.page;
  await page.getByText('Write (1,1) and (1,2) on the board').waitFor();
  assert.equal(await page.getByRole('heading', { name: 'What to say' }).isVisible(), true);
  for (const other of ['.stage-box', '.tabs', '.bottom', '.top', '.lesson-text', '.lesson-row']) {
    assert.deepEqual(await visible(page, other), [], other);
  }
  const paper = await page.evaluate(() => [
    getComputedStyle(document.documentElement).backgroundColor,
    getComputedStyle(document.querySelector('.lecturer p:last-of-type')).color,
  ]);
  assert.deepEqual(paper, ['rgb(255, 255, 255)', 'rgb(28, 29, 34)']);
  await screenshot(page, 'lesson-printed');
});

/** What of a selector is to be seen. */
function visible(page, selector) {
  return page.locator(selector).evaluateAll((all) =>
    all.filter((it) => it.checkVisibility()).map((it) => it.className));
}

test('a question is asked before the step, and what decided is told after it', async (lab) => {
  const who = await visit(lab);
  await who.press('Next election');
  await choose(who, 'Predict what happens next');
  const panel = who.panel();
  assert.match(await panel.innerText(), /Right: 0 of 0/);
  const { position } = await who.place();
  await panel.locator('.choice').first().click();
  await eventually(async () => assert.match(await panel.innerText(), /Right: [01] of 1/));
  assert.equal((await who.place()).position, position + 1);
  await screenshot(who.page, 'predict');
  await axe(who.page);
  await panel.getByRole('button', { name: /^Next question/ }).click();
  assert.equal(await panel.locator('.choice[aria-disabled]').count(), 0);
});

test('a challenge is judged by the engine', async (lab) => {
  const who = await visit(lab);
  await choose(who, 'Elect S3');
  assert.match(await who.panel().innerText(), /Reached so far: 0 of 1/);
  await who.press('Give me a hint');
  await who.act(who.node(3), 'Fire: election timer');
  await who.press('Next election');
  await eventually(async () => assert.match(await who.panel().innerText(), /✓ Done/));
  await screenshot(who.page, 'challenge');
  await axe(who.page);
});

test('the last hint of a challenge is the search', async (lab) => {
  const who = await visit(lab);
  await choose(who, 'Break the tutorial’s Raft');
  const find = who.button('Let the lab find it');
  while (await who.button('Give me a hint').count() > 0) {
    assert.equal(await find.count(), 0);
    await who.press('Give me a hint');
  }
  await find.click();
  await eventually(async () => assert.equal((await who.place()).length, 6));
  await screenshot(who.page, 'challenge-found');
  await who.step(6);
  assert.match((await who.nodes()).join(), /S\d: leader, term 1.*S\d: leader, term 1/);
  await who.press('Back to your run');
  await eventually(async () => assert.match(await who.panel().innerText(), /Reached so far: 0 of 1/));
});

test('a term is explained where it appears, and a question opens its scene', async (lab) => {
  const who = await visit(lab);
  await choose(who, /Majorities/);
  await who.panel().getByRole('button', { name: 'majority', exact: true }).click();
  assert.match(await who.panel().innerText(), /More than half of the nodes/);
  await lessons(who);
  await who.dialog().getByRole('button', { name: /^Glossary/ }).click();
  await who.dialog().getByRole('button', { name: 'Show me: Can there be two leaders?' }).click();
  await eventually(async () => assert.match(await who.panel().innerText(), /Two leaders at once/));
});

test('a lesson puts Raft beside Multi-Paxos, and what both cost in a table', async (lab) => {
  const who = await visit(lab);
  await choose(who, /Paxos and Raft side by side/);
  for (let part = 1; part < 9; part++) {
    await goOn(who);
  }
  const table = who.page.getByRole('table', { name: 'What both cost' });
  await table.waitFor();
  assert.equal(await place(who), 'Part 9 of 9');
  assert.match(await who.panel().innerText(), /Here is Raft beside it/);
  assert.equal(await who.page.locator('.counts[data-pointed]').count(), 1);
  const sides = who.page.getByTitle('Act on this side');
  assert.deepEqual(await sides.allInnerTexts(), ['Multi-Paxos', 'Raft']);
  await axe(who.page);
  await screenshot(who.page, 'lesson-compare');
  // Stepping is done on both, whichever side one acts on, and the lesson stays where it is.
  await sides.last().click();
  for (let step = 0; step < 30; step++) {
    await who.key('ArrowRight');
  }
  assert.equal(await place(who), 'Part 9 of 9');
  const elections = table.locator('tbody tr').filter({ hasText: 'Elections, ballots' }).locator('td');
  const [left, right] = await elections.allInnerTexts();
  assert.ok(Number(left) >= 1 && Number(right) >= 1, `${left}, ${right}`);
  // Back in the lesson one run is on stage, as it was.
  await who.press('◀ Earlier');
  await eventually(async () => assert.equal(await place(who), 'Part 8 of 9'));
  assert.equal(await table.count(), 0);
});

test('the search finds by itself what a lesson has shown', async (lab) => {
  const who = await visit(lab);
  await choose(who, /What the tutorials leave out: Raft/);
  for (let part = 1; part < 7; part++) {
    await goOn(who);
  }
  const text = await who.panel().innerText();
  for (const name of ['Break a rule', 'The tutorial’s Raft', 'Find the shortest run that loses it']) {
    assert.ok(text.includes(`“${name}”`), name);
  }
  await who.menu('Break a rule');
  const find = 'Find the shortest run that loses it: The tutorial’s Raft';
  await who.dialog().getByRole('button', { name: find }).click();
  const stage = who.page.getByRole('region', { name: 'The stage' });
  await stage.getByText(/^Shortest run that loses Election Safety: 6 actions/).waitFor();
});

test('the six logs of Figure 7 are repaired by stepping', async (lab) => {
  const who = await visit(lab);
  await choose(who, /^\d+ ?Figure 7: six logs, one rule/);
  await screenshot(who.page, 'lesson-figure-7');
  for (let part = 1; part < 8; part++) {
    await goOn(who);
  }
  const stage = who.page.getByRole('region', { name: 'The stage' });
  assert.equal(await stage.getByRole('button', { name: /^S\d:/ }).count(), 7);
  await axe(who.page);
  await screenshot(who.page, 'lesson-figure-7-end');
});

test('the sources of what runs in the wild can be followed', async (lab) => {
  const who = await visit(lab);
  await choose(who, /In the wild/);
  await goOn(who);
  const link = who.panel().getByRole('link', { name: 'etcd.io/docs/latest/faq/' });
  assert.equal(await link.getAttribute('href'), 'https://etcd.io/docs/latest/faq/');
  assert.equal(await link.getAttribute('target'), '_blank');
  assert.equal(await link.getAttribute('rel'), 'noopener');
  await axe(who.page);
});
