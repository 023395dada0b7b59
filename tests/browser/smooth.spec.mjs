// While time flows: what moves goes on moving, and what stands around the stage keeps up with it.

import assert from 'node:assert/strict';

import { test } from './support.mjs';
import { eventually, visit } from './visitor.mjs';

const ALONE = { alone: true };

/** Candidates, one after the other, ask all others for votes; no timer runs out meanwhile. */
function askingForVotes({ nodes, candidates, latency }) {
  return JSON.stringify({
    format: 'quorumscope-run',
    version: 1,
    scenario: {
      protocol: 'raft',
      cluster: { nodes, timing: { election: { min: 30_000, max: 60_000 } } },
      network: { latency },
    },
    seed: 1,
    actions: Array.from({ length: candidates }, (_, i) => ({
      then: { fire: [`S${(i % nodes) + 1}`, 'election'] },
    })),
  });
}

/** Such a run on stage, at a speed, with motion. */
async function opened(lab, run, speed) {
  const who = await visit(lab, { motion: 'no-preference' });
  await who.openText(askingForVotes(run));
  await eventually(async () => assert.equal((await who.place()).position, run.candidates));
  await who.page.getByRole('combobox', { name: 'Speed' }).selectOption(speed);
  return who;
}

/** Where each message is on the screen, by what it is called in the page. */
function places(page) {
  return page.evaluate(() => Object.fromEntries(
    [...document.querySelectorAll('.messages [role=button]')].map((mark) => {
      const { x, y } = mark.getBoundingClientRect();
      return [mark.id, [x, y]];
    }),
  ));
}

test('after messages have arrived and others were sent, all that are under way go on', ALONE, async (lab) => {
  const run = { nodes: 9, candidates: 9, latency: { min: 20, max: 1_200 } };
  const who = await opened(lab, run, '8×');
  await who.press('Run');
  await eventually(async () => assert.ok((await who.place()).position > run.candidates + 5));
  const before = await places(who.page);
  await who.page.waitForTimeout(700);
  const after = await places(who.page);
  await who.press('Pause');
  const both = Object.keys(before).filter((id) => id in after);
  assert.ok(both.length > 20, `${both.length} messages were there both times`);
  assert.ok(Object.keys(after).some((id) => !(id in before)), 'some were sent in between');
  for (const id of both) {
    const [dx, dy] = [0, 1].map((axis) => after[id][axis] - before[id][axis]);
    assert.ok(Math.hypot(dx, dy) > 1, `${id} stands still`);
  }
});

test('what stands around the stage has told of the last event before nothing happens', ALONE, async (lab) => {
  // Half of them arrive a fifth of a second after the others, and then nothing for seconds.
  const run = { nodes: 9, candidates: 1, latency: { min: 10, max: 11 } };
  const who = await opened(lab, run, '¼×');
  await who.press('Diagram');
  const cursor = () => who.page.locator('.diagram .cursor line').getAttribute('x1');
  await who.press('Run');
  await eventually(async () => assert.ok((await who.place()).position > run.candidates));
  await who.page.waitForTimeout(700);
  const [told, drawn] = [await who.place(), await cursor()];
  await who.press('Pause');
  assert.deepEqual([await who.place(), await cursor()], [told, drawn]);
  assert.equal(told.position, run.candidates + 8, 'all have arrived');
});
