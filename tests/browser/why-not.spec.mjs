// Why not, notes pinned to moments, taking back a stray press, and letting the run go until
// something is so.

import assert from 'node:assert/strict';

import { test } from './support.mjs';
import { elected, eventually, visit } from './visitor.mjs';

/** The full program, which answers and remembers: the transcript asks for it. */
async function full(who) {
  await who.transcript();
  return who;
}

function section(who) {
  return who.panel().getByRole('region', { name: 'Why not?' });
}

// --- Why not --------------------------------------------------------------------------------

test('a node that cannot win is asked why, and the answer has the rule and the numbers', async (lab) => {
  const who = await full(await elected(lab));
  for (const number of [1, 2, 4]) {
    await who.act(who.node(number), 'Kill');
  }
  await who.choose(who.node(5));
  const question = who.button('Why can S5 not win an election?');
  await question.click();
  assert.equal(await question.getAttribute('aria-expanded'), 'true');
  const answer = section(who);
  assert.match(await answer.innerText(), /Not as things stand/);
  assert.match(await answer.innerText(), /2 < 3/);
  assert.match(await answer.innerText(), /S4 is down/);
  assert.match(await answer.innerText(), /Raft §5\.2/);
  // The answer is of the moment on stage.
  for (const number of [1, 2, 4]) {
    await who.act(who.node(number), 'Restart');
  }
  await who.choose(who.node(5));
  await eventually(async () => assert.doesNotMatch(await answer.innerText(), /S4 is down/));
});

test('an entry that is not committed is asked why', async (lab) => {
  const who = await full(await elected(lab));
  await who.submit(3, 'x=1');
  await who.stepUntil('S3 has the entry', async () => {
    await who.choose(who.node(3));
    return await who.button('Why is index 1 on S3 not committed?').count() === 1;
  }, 40);
  await who.press('Why is index 1 on S3 not committed?');
  assert.match(await section(who).innerText(), /1 < 3/);
  assert.match(await section(who).innerText(), /Nothing stands in the way/);
});

test('what is greyed out says why, by its rule, and gets the focus', async (lab) => {
  const who = await full(await elected(lab));
  await who.tab('State');
  await who.choose(who.node(3));
  await who.offer('Fire: election timer').click({ force: true });
  assert.match(await who.notice(), /That timer is not running/);
  assert.match(await section(who).innerText(), /Why is this not possible now: Fire: election timer\?/);
  assert.match(await section(who).innerText(), /Raft §5\.2/);
  const focused = await who.page.evaluate(() => document.activeElement.id);
  assert.equal(focused, 'why-not-answer');
});

test('a client that waits is asked why it has no answer', async (lab) => {
  const who = await full(await elected(lab));
  await who.submit(1, 'x=1');
  await who.choose(who.client(1));
  await who.press('Why does C1 have no answer?');
  assert.match(await section(who).innerText(), /C1’s request to S1 is under way/);
});

// --- Notes ----------------------------------------------------------------------------------

test('a note is pinned, shown at its moment, kept in the file, edited and deleted', async (lab) => {
  const who = await full(await elected(lab));
  const { position } = await who.place();
  await who.menu('Notes');
  await who.dialog().getByRole('textbox').fill('<b>S3</b> leads & knows it');
  await who.key('Enter');
  await who.dialog().waitFor({ state: 'detached' });
  const note = who.page.getByText('<b>S3</b> leads & knows it');
  await note.waitFor();
  await who.press('Back');
  assert.equal(await note.count(), 0, 'it belongs to its moment');
  const file = JSON.parse(await who.save());
  assert.deepEqual(file.notes, [{ at: position, text: '<b>S3</b> leads & knows it' }]);
  await who.menu('New run, fresh seed');
  await who.openText(JSON.stringify(file));
  await who.menu('Notes');
  await who.dialog().getByRole('button', { name: `Go to event ${position}: <b>S3</b>` }).click();
  assert.equal((await who.place()).position, position);
  await note.waitFor();
  await who.menu('Notes');
  await who.dialog().getByRole('textbox').fill('the first election');
  await who.dialog().getByRole('button', { name: 'Pin' }).click();
  await who.page.getByText('the first election').waitFor();
  await who.menu('Notes');
  await who.dialog().getByRole('button', { name: `Delete the note at event ${position}` }).click();
  await who.dialog().getByText('No moment of this run has a note yet.').waitFor();
  await who.close();
  assert.equal(await who.page.getByText('the first election').count(), 0);
});

// --- Taking back ----------------------------------------------------------------------------

test('a stray kill is taken back by one key, does not lie ahead, and can be done again', async (lab) => {
  const who = await full(await elected(lab));
  const before = await who.place();
  await who.choose(who.node(2));
  await who.key('k');
  assert.match((await who.nodes())[1], /S2: down/);
  await who.step();
  await who.key('u');
  await who.key('u');
  assert.match((await who.nodes())[1], /S2: follower/);
  assert.match(await who.notice(), /Taken back: S2 crashes/);
  assert.deepEqual(await who.place(), { ...before, length: before.position });
  await who.key('Shift+U');
  assert.match((await who.nodes())[1], /S2: down/);
  await who.key('Control+z');
  assert.match((await who.nodes())[1], /S2: follower/);
});

test('the first visit takes a stray kill back too', async (lab) => {
  const who = await elected(lab);
  const before = await who.place();
  await who.act(who.node(2), 'Kill');
  await who.key('u');
  await eventually(async () => assert.match((await who.nodes())[1], /S2: follower/));
  assert.equal((await who.place()).position, before.position);
});

test('a new run in the place of the old one is taken back', async (lab) => {
  const who = await full(await elected(lab));
  const before = await who.place();
  await who.menu('New run, fresh seed');
  assert.equal((await who.place()).position, 0);
  await who.menu('Take back');
  assert.deepEqual(await who.place(), before);
});

// --- How far --------------------------------------------------------------------------------

test('the run goes until something is so, and says where nothing is in sight', async (lab) => {
  const who = await full(await visit(lab));
  await who.menu('Run until…');
  await who.dialog().getByRole('button', { name: 'A leader is elected' }).click();
  assert.ok((await who.nodes()).some((name) => /leader/.test(name)));
  const { position } = await who.place();
  await who.menu('Run until…');
  await who.dialog().getByRole('button', { name: 'An entry is committed' }).click();
  assert.match(await who.notice(), /No such moment is in sight/);
  assert.equal((await who.place()).position, position);
});

test('Step passes over idle heartbeats if one wants it to', async (lab) => {
  const who = await full(await elected(lab));
  await who.step(20);
  await who.menu('Run until…');
  await who.dialog().getByRole('checkbox', { name: 'Step passes over idle heartbeats' }).check();
  await who.close();
  await who.submit(3, 'x=1');
  for (let i = 0; i < 12; i++) {
    await who.step();
    assert.doesNotMatch(await who.happened(), /heartbeat/i);
  }
});
