// A rule is broken, a property is lost: the lab stops and shows the two facts that contradict. And
// the panels that explain, whether something is lost or not.

import assert from 'node:assert/strict';

import { axe, screenshot, test } from './support.mjs';
import { eventually, visit } from './visitor.mjs';

/** What stands over the stage when something is lost. */
const lost = (who) => who.page.getByRole('region', { name: 'The stage' }).getByText(/^✗ .* is lost$/);

/** A property of the Properties panel: its heading and what is said below it. */
function property(who, name) {
  return who.panel().locator('section').filter({
    has: who.page.getByRole('heading', { name: new RegExp(`^[✓✗] ${name} `) }),
  });
}

/** The facts that contradict each other. */
async function facts(who, name) {
  return property(who, name).getByRole('listitem').allInnerTexts();
}

/** Time that passes only when it is let. */
async function stopTheClock(who) {
  await who.page.clock.install();
  await who.page.clock.pauseAt(Date.now() + 60_000);
}

// --- Breaking a rule ------------------------------------------------------------------------

test('a switch says what it breaks, begins the run anew, and the page goes on saying so', async (lab) => {
  const who = await visit(lab);
  await who.step(5);
  await who.press('Break a rule');
  const dialog = who.dialog();
  const box = dialog.getByRole('checkbox', { name: /^Vote more than once in a term/ });
  const text = await dialog.innerText();
  assert.match(text, /Vote more than once in a term\s+can lose: Election Safety/);
  assert.match(text, /Hint where logs conflict\s+an extension, safe/);
  await box.check();
  await who.close();
  assert.equal((await who.place()).position, 0);
  await who.page.getByRole('banner').getByRole('button', { name: 'Rules changed: 1' }).click();
  assert.equal(await box.isChecked(), true);
  await box.uncheck();
  await who.close();
  await who.button('Break a rule').first().waitFor();
});

test('each protocol has its own switches, and each of them can be turned on', async (lab) => {
  const who = await visit(lab);
  for (const [protocol, next] of [['Raft', 'Next election'], ['Paxos', 'Next phase']]) {
    await who.protocol(protocol);
    await who.page.getByRole('banner').getByRole('button', { name: 'Break a rule' }).click();
    // It comes with the full program, which may have to be fetched first.
    await who.dialog().waitFor();
    const boxes = await who.dialog().getByRole('checkbox').all();
    assert.ok(boxes.length >= 6);
    for (const box of boxes) {
      await box.check();
    }
    await who.close();
    await who.page.getByRole('banner').getByRole('button', { name: `Rules changed: ${boxes.length}` }).waitFor();
    await who.press(next);
    assert.ok((await who.place()).position > 0);
    assert.equal(await who.notice(), '');
  }
});

// --- Losing a property ----------------------------------------------------------------------

test('two leaders in one term: Run stops by itself and shows both facts', async (lab) => {
  const who = await visit(lab);
  await who.breakRule('Vote more than once in a term');
  await who.act(who.node(1), 'Fire: election timer');
  await who.act(who.node(2), 'Fire: election timer');
  await who.key('Escape');
  assert.equal(await lost(who).count(), 0);
  await who.page.getByRole('combobox', { name: 'Speed' }).selectOption('8×');
  await stopTheClock(who);
  await who.press('Run');
  await who.page.clock.runFor(5_000);

  await who.button('Run').waitFor();
  await lost(who).waitFor();
  assert.equal(await lost(who).innerText(), '✗ Election Safety is lost');
  assert.match(await who.heard(), /Election Safety is lost/);
  assert.equal(await who.page.getByRole('tab', { name: 'Properties' }).getAttribute('aria-selected'), 'true');
  assert.deepEqual((await facts(who, 'Election Safety')).sort(), [
    'S1 leads term 1.',
    'S2 leads term 1.',
  ]);
  assert.equal(await property(who, 'Log Matching').getByRole('listitem').count(), 0);
  const leaders = (await who.nodes()).filter((name) => /: leader, term 1/.test(name));
  assert.ok(leaders.length > 0);
  const end = await who.place();
  await who.page.clock.runFor(5_000);
  assert.deepEqual(await who.place(), end, 'it has stopped');
  await screenshot(who.page, 'lost-election-safety');

  // One step back, nothing is lost; and the facts are a click away wherever one is.
  await who.press('Back');
  assert.equal(await lost(who).count(), 0);
  await who.step();
  await who.tab('Why');
  await who.press('Show the two facts');
  assert.equal((await facts(who, 'Election Safety')).length, 2);
});

test('without the switch, the same steps lose nothing', async (lab) => {
  const who = await visit(lab);
  await who.act(who.node(1), 'Fire: election timer');
  await who.act(who.node(2), 'Fire: election timer');
  await who.step(40);
  assert.equal(await lost(who).count(), 0);
});

test('two values chosen: Step and Next phase stop where Agreement is lost', async (lab) => {
  const places = [];
  for (const way of ['Step', 'Next phase']) {
    const who = await visit(lab);
    await who.protocol('Paxos');
    await who.breakRule('Insist on the own value');
    await who.stepUntil('an answer', async () =>
      /was told x/.test(await who.client(1).getAttribute('aria-label')));
    // What S5 has learned is volatile: restarted, it takes up another value.
    await who.act(who.node(5), 'Kill');
    await who.act(who.node(5), 'Restart');
    await who.submit(5, 'y');
    for (let i = 0; i < 80 && await lost(who).count() === 0; i++) {
      await who.press(way);
    }
    assert.equal(await lost(who).innerText(), '✗ Agreement is lost');
    const both = await facts(who, 'Agreement');
    assert.match(both[0], /^“x” is chosen/);
    assert.match(both[1], /^“y” is chosen/);
    assert.match(await who.heard(), /Agreement is lost/);
    places.push(await who.place());
  }
  assert.deepEqual(places[1], places[0], 'the longer stride stops at the same event');
});

test('Figure 8, from a file: an entry that was committed is missing in a later leader', async (lab) => {
  const who = await visit(lab);
  await who.openRun('figure-8');
  await who.page.getByRole('banner').getByRole('button', { name: 'Rules changed: 1' }).waitFor();
  assert.equal(await who.notice(), '');
  assert.equal(await lost(who).count(), 0);
  const { position, length } = await who.place();
  assert.ok(position < length, 'the file has its cursor before the loss');
  await stopTheClock(who);
  await who.press('Run');
  await who.page.clock.runFor(60_000);
  await who.button('Run').waitFor();
  assert.equal(await lost(who).innerText(), '✗ Leader Completeness is lost');
  const [first, second] = await facts(who, 'Leader Completeness');
  assert.match(first, /^In term 4, S1 committed this entry of term 2 at index 2: x\.$/);
  assert.match(second, /^S5 leads term 5, and its log does not have that entry at index 2/);
  assert.ok((await who.place()).position < length, 'it stops at the loss, and not at the end of the file');
  await screenshot(who.page, 'lost-leader-completeness');
});

// --- The panels -----------------------------------------------------------------------------

test('Why gives the numbers that decided, and the citation', async (lab) => {
  const who = await visit(lab);
  await who.step();
  await who.step();
  const text = await who.panel().innerText();
  assert.match(text, /S1 moves to term 1 as a follower/);
  assert.match(text, /term of the message\s+1\s+currentTerm\s+0\s+1 > 0/);
  assert.match(text, /Raft §5\.1/);
  assert.match(text, /S1 votes for S3/);
});

test('Why shows a refusal as one', async (lab) => {
  const who = await visit(lab);
  await who.act(who.node(1), 'Fire: election timer');
  await who.act(who.node(2), 'Fire: election timer');
  await who.stepUntil('a refusal', async () => /refuses to vote/.test(await who.happened()));
  assert.match(await who.happened(), /✗ S\d refuses to vote for S\d/);
  assert.match(await who.panel().innerText(), /has already given its vote in term 1/);
  const reply = (await who.underWay()).find((name) => /^VoteReply.*refused$/.test(name));
  assert.ok(reply, 'the answer is a refusal, to whoever cannot see that it is dashed');
  await who.page.getByText('✗ VoteReply t1').first().waitFor();
});

test('Rules lights the line that fired, with its numbers', async (lab) => {
  const who = await visit(lab);
  await who.tab('Rules');
  const lit = () => who.panel().getByRole('listitem').filter({ hasText: 'Fired:' }).allInnerTexts();
  assert.deepEqual(await lit(), []);
  await who.step();
  assert.deepEqual((await lit()).map((line) => line.replace('Fired:', '').trim()),
    ['on election timeout: currentTerm += 1, vote for self, RequestVote']);
  await who.step();
  const lines = await lit();
  assert.equal(lines.length, 2);
  assert.ok(lines.some((line) => /if a message has term T > currentTerm.* 1 > 0/.test(line)), lines.join('\n'));
  assert.ok(lines.some((line) => /votedFor = candidateId.*✓/.test(line)), lines.join('\n'));
  await who.press('Back');
  assert.equal((await lit()).length, 1);
});

test('State shows durable and volatile variables apart, and marks what changed', async (lab) => {
  const who = await visit(lab);
  await who.step();
  await who.tab('State');
  const durable = await who.variables(/^Durable/);
  const volatile = await who.variables(/^Volatile/);
  assert.deepEqual(Object.keys(durable), ['currentTerm', 'votedFor', 'log']);
  assert.ok('commitIndex' in volatile);
  assert.match(durable.currentTerm, /^1\s*changed$/);
  assert.match(durable.votedFor, /^S3\s*changed$/);
  assert.doesNotMatch(durable.log, /changed/);
  assert.doesNotMatch(volatile.commitIndex, /changed/);
  assert.match(await who.variables(/clients/i).then(() => who.panel().innerText()), /has asked nothing yet/);

  // Another node, by its button there.
  await who.panel().getByRole('group', { name: 'State of which node or client' }).getByRole('button', { name: 'S1' }).click();
  assert.match((await who.variables(/^Durable/)).currentTerm, /^0$/);
});

test('State shows what a node that is down would restart with', async (lab) => {
  const who = await visit(lab);
  await who.step(2);
  await who.act(who.node(1), 'Kill');
  await who.tab('State');
  assert.match(await who.panel().innerText(), /This node is down\. Shown is what it would restart with/);
  const durable = await who.variables(/^Durable/);
  assert.match(durable.currentTerm, /^1/);
  assert.match(durable.votedFor, /^S3/);
});

test('State shows what a message says', async (lab) => {
  const who = await visit(lab);
  await who.step();
  await who.choose(who.messages('RequestVote from S3 to S1'));
  await who.tab('State');
  const fields = await who.variables('RequestVote S3 → S1');
  assert.match(JSON.stringify(fields), /lastLogTerm, lastLogIndex/);
});

test('Properties shows each of them with its state', async (lab) => {
  const who = await visit(lab);
  for (const [protocol, names] of [
    ['Raft', ['Election Safety', 'Leader Append-Only', 'Log Matching', 'Leader Completeness', 'State Machine Safety']],
    // Paxos comes with the full program, which watches what clients are told as well.
    ['Paxos', ['Agreement', 'Validity', 'Promise Monotonicity', 'Ballot Monotonicity', 'Linearizability']],
  ]) {
    await who.protocol(protocol);
    await who.tab('Properties');
    const headings = await who.panel().getByRole('heading').allInnerTexts();
    assert.deepEqual(headings.map((text) => text.replaceAll(/\s+/g, ' ').trim()),
      names.map((name) => `✓ ${name} holds`));
  }
});

test('a panel stays open from step to step', async (lab) => {
  const who = await visit(lab);
  for (const name of ['Rules', 'State', 'Properties', 'Why']) {
    await who.tab(name);
    await who.step(2);
    assert.equal(await who.page.getByRole('tab', { name }).getAttribute('aria-selected'), 'true');
  }
  await eventually(async () => assert.notEqual(await who.happened(), ''));
});

test('quorum sizes are chosen where the protocol has any, and those that need not meet are warned of', async (lab) => {
  const who = await visit(lab);
  const sizes = who.dialog().getByRole('combobox', { name: 'Quorum sizes' });
  const warning = who.page.getByText(/need not share a node: two values can be chosen/);
  const open = async () => {
    await who.menu('Break a rule');
    await who.dialog().waitFor();
  };
  await open();
  assert.equal(await sizes.count(), 0, 'Raft has none to set');
  await who.close();

  await who.protocol('Paxos');
  await open();
  assert.deepEqual(await sizes.getByRole('option').allInnerTexts(), [1, 2, 3, 4, 5].map(
    (first) => `phase 1: ${first} · phase 2: ${6 - first}`));
  await sizes.selectOption('phase 1: 4 · phase 2: 2');
  await axe(who.page);
  await who.close();
  assert.equal(await warning.count(), 0);
  await who.stepUntil('two acceptances choose', async () => /is chosen/.test(await who.happened()));
  assert.equal(JSON.parse(await who.save()).scenario.cluster.quorums.phase2, 2);

  await who.breakRule('Quorums that need not meet');
  await open();
  await sizes.selectOption('phase 1: 2 · phase 2: 3 (need not meet)');
  await who.close();
  assert.match(await warning.innerText(), /^Quorums of 2 in phase 1 and 3 in phase 2, of 5 nodes/);
  await screenshot(who.page, 'break-quorums-apart');
  await axe(who.page);
});
