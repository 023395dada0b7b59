// The history as a tree, and the run as one of its nodes knows it.

import assert from 'node:assert/strict';

import { axe, fits, screenshot, test } from './support.mjs';
import { elected, eventually } from './visitor.mjs';

/** The first election, and then another future: S3 killed at event 6. */
async function branched(lab, options) {
  const who = await elected(lab, options);
  const main = await who.place();
  for (let i = main.position; i > 6; i--) {
    await who.press('Back');
  }
  await who.act(who.node(3), 'Kill');
  await who.key('Escape');
  // Branches come with the full program, which something has to be asked of.
  await who.menu('Break a rule');
  await who.close();
  return { who, main };
}

/** The same in the full program, which keeps the old future. */
async function kept(lab) {
  const who = await elected(lab);
  const main = await who.place();
  await who.key('t');
  await who.page.getByRole('region', { name: 'Space-time diagram' }).waitFor();
  for (let i = main.position; i > 6; i--) {
    await who.press('Back');
  }
  await who.act(who.node(3), 'Kill');
  assert.match(await who.notice(), /A new branch begins here\. The old future is kept as “Branch 1”\./);
  await who.key('Escape');
  await who.tab('Branches');
  return { who, main };
}

test('acting in the past keeps the old future: named, compared and returned to', async (lab) => {
  const { who, main } = await kept(lab);
  const items = who.panel().getByRole('listitem');
  assert.equal(await items.count(), 2);
  assert.match(await items.nth(1).innerText(), /7 events; leaves “Branch 1” after event 6/);

  const name = who.panel().getByRole('textbox', { name: 'Name of Branch 2' });
  await name.fill('<b>without S3</b>');
  await name.press('Enter');
  await who.panel().getByRole('button', { name: 'Compare with Branch 1' }).click();
  const table = who.panel().getByRole('table');
  assert.match(await table.innerText(), /event 7\s+S3 crashes/);
  assert.match(await table.getByRole('columnheader').first().innerText(), /<b>without S3<\/b>/);
  await screenshot(who.page, 'branches');
  await axe(who.page);
  await fits(who.page);

  await who.panel().getByRole('button', { name: 'Return to Branch 1' }).click();
  assert.deepEqual(await who.place(), main);
  await who.panel().getByRole('button', { name: 'Return to <b>without S3</b>' }).click();
  assert.deepEqual(await who.place().then(({ position, length }) => [position, length]), [7, 7]);
});

test('only what a node knows: its state, its beliefs, its letters, its clock', async (lab) => {
  const { who } = await branched(lab);
  await who.tab('State');
  await who.panel().getByRole('button', { name: 'S2', exact: true }).click();
  await who.panel().getByRole('button', { name: 'Only what S2 knows' }).click();
  const stage = who.page.getByRole('region', { name: 'The stage' });
  assert.match(await stage.innerText(), /Only what S2 knows\. Its own clock says \d+ ms\./);
  // That S3 is down, nobody has told it; nor what is under way.
  const nodes = await who.nodes();
  assert.match(nodes[2], /^S3: \?/);
  assert.match(nodes[2], /last heard: RequestVote/);
  assert.match(nodes[1], /^S2: follower/);
  assert.equal((await who.underWay()).length, 0);
  assert.match(await who.panel().innerText(), /what it sent and received/i);
  assert.match(await who.panel().innerText(), /from S3\s+RequestVote/);
  await screenshot(who.page, 'knowledge');
  await axe(who.page);
  // Nor what comes next, the world's time, whether the properties hold, or any answer.
  for (const tab of ['Why', 'State', 'Properties']) {
    await who.tab(tab);
    const all = await who.page.locator('.stage-box, .pane, .transport').allInnerTexts();
    assert.doesNotMatch(all.join(' '), /down|holds|t = \d|Next: \w+ S3|S3 → |Why not/, tab);
  }
  assert.match(await who.next(), /cannot know|timer runs out S2/);

  // Steps go on, and it still knows no more than it is told.
  await who.step(3);
  assert.match((await who.nodes())[2], /^S3: \?/);
  await who.press('Show the whole truth');
  assert.match((await who.nodes())[2], /^S3: down/);
});

test('a key shows what the chosen node knows, from the first load on', async (lab) => {
  const who = await elected(lab);
  await who.key('v');
  assert.match(await who.notice(), /node/i);
  await who.key('2');
  await who.key('v');
  await who.page.getByRole('button', { name: 'Show the whole truth' }).waitFor();
  await who.key('v');
  assert.equal(await who.page.getByRole('button', { name: 'Show the whole truth' }).count(), 0);
});

test('a file keeps every branch, its name, and where one was', async (lab) => {
  const { who, main } = await kept(lab);
  const panel = who.panel();
  const go = (name) => panel.getByRole('button', { name: `Return to ${name}` }).click();
  const listed = async () => {
    const names = panel.getByRole('listitem').getByRole('textbox');
    const typed = await names.evaluateAll((all) => all.map((it) => it.value));
    return [typed, await panel.getByRole('list').innerText()];
  };
  for (const [branch, name] of [['Branch 1', 'the quiet one'], ['Branch 2', '没有 S3']]) {
    const field = panel.getByRole('textbox', { name: `Name of ${branch}` });
    await field.fill(name);
    await field.press('Enter');
  }
  await who.step(2);
  await go('the quiet one');
  await who.press('Back');
  const left = await who.place();
  assert.equal(left.position, main.position - 1);
  await go('没有 S3');
  await who.press('Back');
  const [place, list] = [await who.place(), await listed()];
  assert.deepEqual([place.position, place.length], [8, 9]);
  assert.deepEqual(list[0], ['the quiet one', '没有 S3']);
  const text = await who.save();
  const file = JSON.parse(text);
  assert.equal(file.branches[0].cursor, left.position);

  await who.page.reload();
  await who.openText(text);
  await eventually(async () => assert.deepEqual(await who.place(), place));
  await who.tab('Branches');
  assert.deepEqual(await listed(), list);
  assert.equal(await who.save(), text);
  await go('the quiet one');
  assert.deepEqual(await who.place(), left);

  // What is no tree is refused, and what was on stage stays.
  file.branches[1].at = 999;
  await who.openText(JSON.stringify(file));
  await eventually(async () =>
    assert.match(await who.notice(), /^Branch 2 of that file leaves another after its end\./));
  assert.deepEqual(await who.place(), left);
});
