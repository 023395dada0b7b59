// Through the run and back, by itself and at any speed, on clusters of every size.

import assert from 'node:assert/strict';

import { test } from './support.mjs';
import { elected, eventually, visit } from './visitor.mjs';

const NAMES = { Raft: 'Next election', Paxos: 'Next phase' };

/** Lets the time of the page pass; between two calls it stands still. */
async function stopTheClock(who) {
  await who.page.clock.install();
  await who.page.clock.pauseAt(Date.now() + 60_000);
}

// --- Through the run ------------------------------------------------------------------------

test('the scrubber goes anywhere, and says where', async (lab) => {
  const who = await visit(lab);
  await who.step(12);
  const hash = (await who.about()).hash;
  const range = who.scrubber();
  assert.equal(await range.getAttribute('aria-valuetext'), 'event 12 of 12');
  const box = await range.boundingBox();
  await who.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
  const { position, length } = await who.place();
  assert.ok(position > 3 && position < 9, `a click in the middle goes to ${position}`);
  assert.equal(length, 12);
  await who.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await who.page.mouse.down();
  await who.page.mouse.move(box.x + 2, box.y + box.height / 2, { steps: 5 });
  await who.page.mouse.up();
  assert.equal((await who.place()).position, 0, 'dragged to the start');
  assert.equal(await range.getAttribute('aria-valuetext'), 'event 0 of 12');
  await range.focus();
  await who.key('End');
  assert.equal((await who.about()).hash, hash);
});

test('acting in the past begins another future', async (lab) => {
  const who = await visit(lab);
  await who.step(10);
  for (let i = 0; i < 4; i++) {
    await who.press('Back');
  }
  assert.deepEqual([(await who.place()).position, (await who.place()).length], [6, 10]);
  await who.step();
  assert.equal((await who.place()).length, 10, 'the same step goes along the run');
  await who.press('Back');
  await who.act(who.node(5), 'Kill');
  assert.deepEqual([(await who.place()).position, (await who.place()).length], [7, 7]);
});

test('each protocol keeps its run while the other is on stage', async (lab) => {
  const who = await elected(lab);
  const { hash } = await who.about();
  await who.protocol('Paxos');
  await who.step(5);
  const other = (await who.about()).hash;
  await who.protocol('Raft');
  assert.equal((await who.about()).hash, hash);
  await who.protocol('Paxos');
  assert.equal((await who.about()).hash, other);
});

test('New run, fresh seed begins another run', async (lab) => {
  const who = await elected(lab);
  const before = await who.about();
  await who.menu('New run, fresh seed');
  const after = await who.about();
  assert.notEqual(after.seed, before.seed);
  assert.equal((await who.place()).position, 0);
  await who.press('Next election');
  assert.ok(await who.whoIs(/leader/));
});

test('timers are aligned for a split vote, and spread', async (lab) => {
  const who = await visit(lab);
  await who.menu('Align timers');
  assert.equal(await who.happened(), 'The timers have been rescheduled');
  for (let i = 0; i < 5; i++) {
    await who.step();
    assert.match(await who.happened(), /stands for election in term 1/);
  }
  await who.press('To the start');
  await who.menu('Spread timers');
  await who.press('Next election');
  assert.match(await who.happened(), /becomes leader of term 1/);
});

test('the transcript tells the run up to here, for nodes, clients and faults', async (lab) => {
  const who = await visit(lab);
  assert.deepEqual(await who.transcript(), []);
  await who.step(2);
  await who.act(who.node(5), 'Kill');
  const lines = await who.transcript();
  assert.equal(lines.length, 3);
  assert.match(lines[0], /^t = \d+ ms S3 stands for election in term 1$/);
  assert.match(lines[2], /S5 crashes/);
  await who.press('Back');
  assert.equal((await who.transcript()).length, 2);
});

// --- Run and Pause --------------------------------------------------------------------------

test('Run goes on by itself, Pause stops it', async (lab) => {
  const who = await visit(lab);
  await who.press('Run');
  await eventually(async () => assert.ok((await who.place()).position >= 3));
  await who.press('Pause');
  const stopped = await who.place();
  assert.equal(await who.button('Run').count(), 1);
  await who.page.evaluate(() => new Promise((done) => {
    requestAnimationFrame(() => requestAnimationFrame(done));
  }));
  assert.deepEqual(await who.place(), stopped);
});

test('faster is faster, and each speed tells the same run', async (lab) => {
  const told = [];
  for (const [speed, seconds] of [['¼×', 12], ['1×', 2.5], ['8×', 0.3]]) {
    const who = await visit(lab);
    await who.protocol('Paxos');
    await who.page.getByRole('combobox', { name: 'Speed' }).selectOption(speed);
    await stopTheClock(who);
    await who.press('Run');
    await who.page.clock.runFor(seconds * 1000);
    await who.press('Pause');
    const lines = await who.transcript();
    assert.ok(lines.length >= 5, `${lines.length} events in ${seconds} s at ${speed}`);
    told.push(lines);
  }
  const [slow, normal, fast] = told;
  const same = Math.min(slow.length, normal.length, fast.length);
  assert.deepEqual(normal.slice(0, same), slow.slice(0, same));
  assert.deepEqual(fast.slice(0, same), slow.slice(0, same));
});

test('what is done while it runs is done at the time that is shown', async (lab) => {
  const who = await visit(lab);
  await stopTheClock(who);
  await who.press('Run');
  await who.page.clock.runFor(600);
  assert.deepEqual(await who.place(), { position: 0, length: 0, now: 0 });
  await who.key('2');
  await who.key('k');
  const { position, now } = await who.place();
  assert.equal(position, 2, 'time has passed, and then the node has crashed');
  assert.ok(now > 10 && now < 120, `at t = ${now} ms`);
  await who.press('Back');
  assert.equal((await who.place()).position, 1);
  assert.match(await who.happened(), new RegExp(`${now} ms pass`));
});

test('Run stops by itself where nothing is due any more', async (lab) => {
  const who = await visit(lab);
  await who.protocol('Paxos');
  await who.page.getByRole('combobox', { name: 'Speed' }).selectOption('8×');
  await stopTheClock(who);
  await who.press('Run');
  await who.page.clock.runFor(20_000);
  await who.button('Run').waitFor();
  assert.match(await who.next(), /^Next: nothing/);
  const nothing = 'Nothing is under way, and no timer is running.';
  assert.equal(await who.notice(), nothing);
  const end = await who.place();
  for (const name of ['Step', 'Run', 'Next phase']) {
    await who.key('Escape');
    await who.press(name);
    assert.equal(await who.notice(), nothing, name);
    assert.deepEqual(await who.place(), end);
  }
});

test('a dialogue pauses the run', async (lab) => {
  const who = await visit(lab);
  await who.press('Run');
  await who.press('Help');
  await who.close();
  await who.button('Run').waitFor();
});

// --- Cluster sizes --------------------------------------------------------------------------

for (const protocol of ['Raft', 'Paxos']) {
  test(`${protocol} works on one to nine nodes`, async (lab) => {
    const who = await visit(lab);
    await who.protocol(protocol);
    for (let count = 1; count <= 9; count++) {
      await who.nodeCount(count);
      assert.equal((await who.nodes()).length, count);
      assert.equal((await who.place()).position, 0, 'another cluster begins another run');
      if (protocol === 'Raft') {
        await who.press(NAMES.Raft);
        const id = await who.whoIs(/: leader/);
        assert.ok(id, `${count} nodes elect a leader`);
        await who.submit(id, 'x=1');
      }
      const told = async () => /was told/.test(await who.client(1).getAttribute('aria-label'));
      for (let i = 0; i < 8 && !await told(); i++) {
        await who.press(NAMES[protocol]);
      }
      await who.stepUntil('an answer', told, 60);
      assert.equal(await who.notice(), '');
    }
  });
}
