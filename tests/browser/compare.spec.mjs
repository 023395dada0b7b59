// Two runs side by side: one environment, one clock, and what each costs.

import assert from 'node:assert/strict';

import { axe, fits, screenshot, test } from './support.mjs';
import { eventually, visit } from './visitor.mjs';

/** Asks for a comparison with something, by the words in the dialogue. */
async function compare(who, rival) {
  await who.menu('Compare…');
  await who.dialog().waitFor();
  await who.dialog().getByRole('combobox', { name: 'What to compare with' }).selectOption({ label: rival });
  await who.dialog().getByRole('button', { name: 'Compare', exact: true }).click();
  // The other protocol's texts may have to be fetched first.
  await who.page.getByRole('button', { name: 'Close comparison' }).waitFor();
}

/** One of the two stages. */
function side(who, name) {
  return who.page.getByRole('region', { name, exact: true });
}

function nodeOf(who, name, number) {
  return side(who, name).getByRole('button', { name: new RegExp(`^S${number}:`) });
}

async function nodesOf(who, name) {
  const nodes = side(who, name).getByRole('button', { name: /^S\d:/ });
  return nodes.evaluateAll((all) => all.map((it) => it.getAttribute('aria-label')));
}

/** The side that one acts on. */
async function inHand(who) {
  const heads = who.page.getByRole('button', { pressed: true, includeHidden: false });
  const texts = await heads.and(who.page.getByTitle('Act on this side')).allInnerTexts();
  assert.equal(texts.length, 1, 'one side is in hand');
  return texts[0];
}

/** The table of what both cost, as an object: left, right and difference by the row's name. */
async function counts(who) {
  const table = who.page.getByRole('table', { name: 'What both cost' });
  const rows = await table.locator('tbody tr').evaluateAll((all) =>
    all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
  return Object.fromEntries(rows.map(([name, ...values]) => [name, values]));
}

/** Submits a value to a node of one side. */
async function submit(who, name, number, value) {
  await who.choose(nodeOf(who, name, number));
  await who.tray().getByRole('textbox', { name: 'Value to submit' }).fill(value);
  await who.offer('Submit').click();
  await who.key('Escape');
}

test('Paxos beside Raft: one environment, and the round trips of each', async (lab) => {
  const who = await visit(lab);
  await compare(who, 'Paxos');
  assert.equal(await inHand(who), 'Raft');
  // What is asked of one is asked of both; the tray says whose node it is.
  await who.choose(nodeOf(who, 'Paxos', 1));
  assert.equal(await inHand(who), 'Paxos');
  assert.match(await who.tray().getAttribute('aria-label'), /S1 · Paxos/);
  await who.key('Escape');
  await submit(who, 'Paxos', 1, 'x=1');
  assert.deepEqual((await counts(who))['Client messages'], ['1', '1', '0']);

  // Each goes on with messages of its own. Paxos needs no leader; the client's round trip and two
  // between nodes.
  await who.stepUntil('an answer of Paxos', async () => (await counts(who))['Round trips'][1] !== '–');
  const paxos = await counts(who);
  assert.equal(paxos['Round trips'][1], '3');
  assert.equal(paxos['Between nodes only'][1], '2');
  assert.equal(paxos['Message delays'][1], '6');
  assert.equal(paxos.Decisions[1], '1');
  assert.equal(paxos['Round trips'][0], '–');
  assert.equal(paxos['Round trips'][2], '–');
  await axe(who.page);
  await screenshot(who.page, 'compare-desktop');

  // With a leader that is there, Raft needs one.
  await who.stepUntil('an answer of Raft', async () => (await counts(who))['Round trips'][0] !== '–');
  const both = await counts(who);
  assert.equal(both['Between nodes only'][0], '1');
  assert.equal(both['Between nodes only'][2], '+1');
  assert.match(both['Time to answer (ms)'][2], /^−\d+/);

  // Stepping back takes the answer back.
  await who.press('Back');
  assert.equal((await counts(who))['Round trips'][0], '–');
});

test('a comparison says that it has begun, in both languages', async (lab) => {
  const who = await visit(lab);
  await compare(who, 'Paxos');
  assert.equal(await who.notice(), 'Raft and Paxos now run side by side. You act on Raft.');
  await who.press('Close comparison');
  await who.press('中文');
  await who.page.getByRole('button', { name: '单步', exact: true }).waitFor();
  const faults = who.page.getByRole('group', { name: '故障' });
  await faults.getByText(/^更多/).click();
  await faults.getByRole('button', { name: '对比……', exact: true }).click();
  await who.dialog().getByRole('combobox', { name: '与什么对比' }).selectOption({ label: 'Paxos' });
  await who.dialog().getByRole('button', { name: '开始对比', exact: true }).click();
  await who.page.getByRole('button', { name: '关闭对比' }).waitFor();
  assert.equal(await who.notice(), '正在并排对比 Raft 与 Paxos，当前操作侧为 Raft。');
});

test('a long pair opens while the page can be used', { alone: true }, async (lab) => {
  const who = await visit(lab);
  const scenario = { protocol: 'raft', cluster: { nodes: 5 } };
  const text = JSON.stringify({
    format: 'quorumscope-pair',
    version: 1,
    left: scenario,
    right: scenario,
    seed: 1,
    actions: [{ steps: 60_000 }],
  });
  await who.openText(text);
  await who.page.getByText(/^Opening the run: \d+ %/).waitFor();
  await who.press('Step');
  assert.equal((await who.place()).position, 1);
  await who.page.getByRole('button', { name: 'Close comparison' }).waitFor({ timeout: 90_000 });
  await who.page.getByText(/event 60000/).waitFor();
  await who.press('Close comparison');
  // What somebody does instead takes its place.
  await who.openText(text);
  await who.page.getByText(/^Opening the run: \d+ %/).waitFor();
  await who.nodeCount(3);
  await who.page.getByText(/^Opening the run/).waitFor({ state: 'detached' });
  await who.page.waitForTimeout(500);
  assert.equal(await who.page.getByRole('button', { name: 'Close comparison' }).count(), 0);
});

test('a crash is on both sides at the same time, a dropped message on one', async (lab) => {
  const who = await visit(lab);
  await compare(who, '50–100 ms');
  const [left, right] = ['Raft, 10–20 ms', 'Raft, 50–100 ms'];
  await who.press('Next election');
  assert.match((await nodesOf(who, left)).join('\n'), /leader/);
  await who.choose(nodeOf(who, left, 5));
  await who.offer('Kill').click();
  for (const name of [left, right]) {
    assert.match((await nodesOf(who, name))[4], /S5: (down|crashed)/);
  }
  // Why says what happened on each side.
  const why = await who.panel().innerText();
  assert.equal(why.match(/S5 crashes/g).length, 2);
  assert.match(why, new RegExp(left));
  assert.match(why, new RegExp(right));

  const messages = (name) => side(who, name).getByRole('button', { name: /^\w+ from S\d to S\d/ });
  await who.stepUntil('messages on both', async () =>
    await messages(left).count() > 0 && await messages(right).count() > 0);
  const before = await messages(left).count();
  const theirs = await messages(right).count();
  await who.chooseByKey(messages(right).first());
  await who.offer('Drop').click();
  assert.equal(await messages(right).count(), theirs - 1);
  assert.equal(await messages(left).count(), before);
});

test('what makes no sense on one side is left out there, and that is said', async (lab) => {
  const who = await visit(lab);
  await compare(who, 'Two-phase commit');
  assert.doesNotMatch(await who.notice(), /Left out/);
  // Of two-phase commit, S1 alone serves clients.
  await submit(who, 'Raft', 2, 'x=1');
  assert.deepEqual((await counts(who))['Client messages'], ['1', '0', '−1']);
  assert.match(await who.panel().innerText(), /This was left out here/);
  await who.step();
  assert.doesNotMatch(await who.panel().innerText(), /This was left out here/);
});

test('by key alone: begin, turn to the other side, act there, and go back', async (lab) => {
  const who = await visit(lab);
  await who.step(5);
  const { hash } = await who.about();
  const place = await who.place();
  await who.more().focus();
  await who.key('Enter');
  await who.page.getByRole('button', { name: 'Compare…' }).focus();
  await who.key('Enter');
  await who.dialog().getByRole('combobox').focus();
  await who.key('ArrowDown');
  await who.dialog().getByRole('button', { name: 'Compare', exact: true }).focus();
  await who.key('Enter');
  await who.page.getByRole('button', { name: 'Close comparison' }).waitFor();

  const first = await inHand(who);
  await who.key('o');
  const second = await inHand(who);
  assert.notEqual(second, first);
  const focused = await who.page.evaluate(() => document.activeElement.innerText);
  assert.equal(focused, second, 'the focus is on the side that one turned to');
  await who.key('2');
  await who.tray().waitFor();
  assert.match(await who.tray().getAttribute('aria-label'), /^Actions for S2/);
  await who.key('k');
  for (const name of [first, second]) {
    assert.match((await nodesOf(who, name))[1], /S2: (down|crashed)/);
  }
  await who.key('ArrowLeft');
  for (const name of [first, second]) {
    assert.doesNotMatch((await nodesOf(who, name))[1], /S2: (down|crashed)/);
  }
  await who.page.getByRole('button', { name: 'Close comparison' }).focus();
  await who.key('Enter');
  await who.page.getByRole('region', { name: 'The stage' }).waitFor();
  assert.equal((await who.about()).hash, hash, 'the run is as it was');
  assert.equal((await who.place()).position, place.position);
});

test('a property that is lost on one side is shown on that side', async (lab) => {
  const who = await visit(lab);
  await who.openRun('figure-8');
  await who.menu('Compare…');
  await who.dialog().waitFor();
  const select = who.dialog().getByRole('combobox');
  const without = await select.locator('option').evaluateAll((all) =>
    all.map((it) => it.innerText).find((text) => text.startsWith('without')));
  await select.selectOption({ label: without });
  await who.dialog().getByRole('button', { name: 'Compare', exact: true }).click();
  await who.page.getByRole('button', { name: 'Close comparison' }).waitFor();
  const broken = (await who.page.getByTitle('Act on this side').allInnerTexts())[0];
  await who.stepUntil('the loss', async () => /is lost/.test(await side(who, broken).innerText()));
  assert.equal(await inHand(who), broken, 'one looks where it is lost');
  assert.doesNotMatch(await side(who, 'Raft').innerText(), /is lost/);
});

test('a comparison is saved and opened as it was, in Chinese too', async (lab) => {
  const who = await visit(lab);
  await compare(who, 'Multi-Paxos');
  await submit(who, 'Raft', 1, 'x=1');
  await who.step(40);
  const [place, table] = [await who.place(), await counts(who)];
  const text = await who.save();
  assert.equal(JSON.parse(text).format, 'quorumscope-pair');
  await who.page.getByRole('button', { name: 'Close comparison' }).click();
  await who.openText(text, 'pair.json');
  await eventually(async () => assert.deepEqual(await who.place(), place));
  assert.deepEqual(await counts(who), table);
  await who.openText(text.replace('"both"', '"neither"'), 'pair.json');
  assert.notEqual(await who.notice(), '');
  assert.deepEqual(await counts(who), table);

  await who.press('中文');
  await who.page.getByRole('heading', { name: '双方开销' }).waitFor();
  await screenshot(who.page, 'compare-zh');
  await axe(who.page);
});

test('on a phone the stages stand one above the other', async (lab) => {
  const who = await visit(lab, { size: [360, 740], touch: true, scheme: 'dark' });
  await compare(who, 'Paxos');
  await submit(who, 'Paxos', 2, 'x=1');
  await who.step(20);
  const [top, below] = await Promise.all(['Raft', 'Paxos'].map((name) => side(who, name).boundingBox()));
  assert.ok(below.y > top.y + top.height - 1);
  await fits(who.page);
  await axe(who.page);
  await screenshot(who.page, 'compare-phone');
});
