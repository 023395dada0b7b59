// Hundreds of messages at once, and runs of many thousand events.

import assert from 'node:assert/strict';

import { axe, test } from './support.mjs';
import { eventually, visit } from './visitor.mjs';

const NODES = 9;

/** A run in which so many candidates, one after the other, ask all others for votes. */
function askingForVotes(candidates) {
  return JSON.stringify({
    format: 'quorumscope-run',
    version: 1,
    scenario: {
      protocol: 'raft',
      cluster: { nodes: NODES, timing: { election: { min: 30_000, max: 60_000 } } },
      network: { latency: { min: 8_000, max: 10_000 } },
    },
    seed: 1,
    actions: Array.from({ length: candidates }, (_, i) => ({
      then: { fire: [`S${(i % NODES) + 1}`, 'election'] },
    })),
  });
}

/** The stage with 1,000 messages. */
async function crowded(lab, options) {
  const who = await visit(lab, options);
  await who.openText(askingForVotes(125));
  await eventually(async () => assert.equal((await who.place()).position, 125));
  return who;
}

/** The marks that stand for several messages. */
function crowds(who, name = /^\d+ messages from S\d to S\d/) {
  return who.page.getByRole('button', { name });
}

function list(who) {
  return who.page.getByRole('group', { name: /^\d+ messages from S\d to S\d$/ });
}

test('of 1,000 messages those that are near each other share a mark, and none is missing', async (lab) => {
  const who = await crowded(lab);
  const names = await crowds(who).evaluateAll((all) => all.map((it) => it.getAttribute('aria-label')));
  const single = await who.messages().count();
  assert.ok(names.length + single <= 120, `${names.length} crowds and ${single} messages`);
  const together = names.reduce((sum, name) => sum + Number(name.match(/^\d+/)[0]), 0);
  assert.equal(together + single, 1_000);
  await axe(who.page);
});

test('200 messages are drawn one by one', async (lab) => {
  const who = await visit(lab);
  await who.openText(askingForVotes(25));
  await eventually(async () => assert.equal(await who.messages().count(), 200));
  assert.equal(await crowds(who).count(), 0);
});

test('each message of a crowd can be chosen from its list, by key', async (lab) => {
  const who = await crowded(lab);
  const crowd = crowds(who).first();
  const [, from, to] = (await crowd.getAttribute('aria-label')).match(/from (S\d) to (S\d)/);
  await crowd.focus();
  await who.key('Enter');
  await list(who).waitFor();
  const entries = list(who).getByRole('button', { name: `RequestVote from ${from} to ${to}` });
  const count = await entries.count();
  assert.ok(count > 1);
  assert.match(await list(who).getAttribute('aria-label'), new RegExp(`^${count} messages`));
  const focused = () => who.page.evaluate(() => document.activeElement.getAttribute('aria-label'));
  assert.equal(await focused(), await entries.first().getAttribute('aria-label'));

  // Escape closes it, and the focus is back on the crowd.
  await who.key('Escape');
  await list(who).waitFor({ state: 'detached' });
  assert.match(await focused(), new RegExp(`^\\d+ messages from ${from} to ${to}`));

  await who.key('Enter');
  await who.key('Tab');
  await who.key('Enter');
  assert.equal(await who.tray().getAttribute('aria-label'), `Actions for ${from} → ${to}`);
  assert.match(await focused(), new RegExp(`^RequestVote from ${from} to ${to}`));
  await who.offer('Drop').click();
  await eventually(async () => assert.match(await who.happened(), /lost|dropped/i));
});

test('a message of a crowd can be chosen from its list by touch, on a phone', async (lab) => {
  const who = await crowded(lab, { size: [360, 740], touch: true });
  const [crowd] = await crowds(who).all();
  await crowd.click({ force: true });
  await list(who).waitFor();
  const box = await list(who).getByRole('button').first().boundingBox();
  assert.ok(box.height >= 36 && box.width >= 44, JSON.stringify(box));
  await list(who).getByRole('button', { name: /^RequestVote/ }).last().click();
  assert.match(await who.tray().getAttribute('aria-label'), /^Actions for S\d → S\d$/);
});

test('a crowd goes on running, and the first nine to arrive can be dropped by number', async (lab) => {
  const who = await crowded(lab);
  await who.press('Drop a message');
  assert.ok(await who.messages().count() >= 9, 'what has a number is drawn by itself');
  await who.key('1');
  await eventually(async () => assert.match(await who.happened(), /lost|dropped/i));
  await who.press('Run');
  await who.page.waitForTimeout(300);
  await who.press('Pause');
  assert.ok(await crowds(who).count() > 0);
});

test('a file of 100,000 events opens while the page can be used', { alone: true }, async (lab) => {
  const who = await visit(lab);
  const events = 100_000;
  const run = {
    format: 'quorumscope-run',
    version: 1,
    scenario: { protocol: 'raft', cluster: { nodes: 5 } },
    seed: 1,
    actions: [{ steps: events }],
  };
  await who.openText(JSON.stringify(run));
  await who.page.getByText(/^Opening the run: \d+ %/).waitFor();
  await who.press('Step');
  assert.equal((await who.place()).position, 1);
  await who.page.getByText(new RegExp(`event ${events} ·`)).waitFor({ timeout: 60_000 });
  await who.press('Back');
  assert.equal((await who.place()).position, events - 1);
  await who.scrubber().focus();
  await who.key('Home');
  assert.equal((await who.place()).position, 0);
});

test('what is under way while a file opens gives way to what somebody does instead', { alone: true }, async (lab) => {
  const who = await visit(lab);
  await who.openText(JSON.stringify({
    format: 'quorumscope-run',
    version: 1,
    scenario: { protocol: 'raft', cluster: { nodes: 5 } },
    seed: 1,
    actions: [{ steps: 100_000 }],
  }));
  await who.page.getByText(/^Opening the run: \d+ %/).waitFor();
  await who.nodeCount(3);
  await who.page.getByText(/^Opening the run/).waitFor({ state: 'detached' });
  assert.equal((await who.nodes()).length, 3);
  await who.page.waitForTimeout(1_000);
  assert.equal((await who.nodes()).length, 3, 'the file does not come after all');
});
