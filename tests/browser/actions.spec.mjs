// Everything that can be done to a node and to a message, by mouse, and what cannot be done now.

import assert from 'node:assert/strict';

import { test } from './support.mjs';
import { elected, eventually, visit } from './visitor.mjs';

// --- A node, by mouse -----------------------------------------------------------------------

test('a click on a node offers what can be done to it, and a second click puts that away', async (lab) => {
  const who = await visit(lab);
  await who.node(2).click();
  assert.equal(await who.tray().getAttribute('aria-label'), 'Actions for S2');
  assert.equal(await who.node(2).getAttribute('aria-pressed'), 'true');
  const offers = await who.tray().getByRole('button').allInnerTexts();
  assert.deepEqual(offers.slice(0, 3), ['Kill', 'Fire: election timer', 'Cut off']);
  await who.node(2).click();
  assert.equal(await who.tray().count(), 0);
  assert.equal((await who.place()).position, 0, 'to look changes nothing');
});

test('a node is killed and restarted', async (lab) => {
  const who = await elected(lab);
  await who.act(who.node(1), 'Kill');
  assert.match((await who.nodes())[0], /S1: down/);
  assert.equal(await who.happened(), 'S1 crashes');
  await who.act(who.node(1), 'Restart');
  assert.match((await who.nodes())[0], /S1: follower, term 1/);
  assert.match(await who.happened(), /S1 restarts/);
  assert.match(await who.panel().innerText(), /Found on disk: term 1; vote: S3/);
});

test('a timer is made to fire', async (lab) => {
  const who = await visit(lab);
  await who.act(who.node(1), 'Fire: election timer');
  assert.match(await who.happened(), /S1 stands for election in term 1/);
  assert.match((await who.nodes())[0], /S1: candidate, term 1/);
  assert.equal((await who.place()).now, 0, 'it fires now');
});

test('a value is submitted, by the button and by Enter', async (lab) => {
  const who = await elected(lab);
  await who.choose(who.node(3));
  const box = who.tray().getByRole('textbox', { name: 'Value to submit' });
  await box.fill('x=1');
  await who.offer('Submit').click();
  assert.equal(await who.messages('Request from C1 to S3').count(), 1);
  assert.equal(await box.inputValue(), '', 'the box is ready for another');
  await box.fill('y=2');
  await box.press('Enter');
  assert.equal(await who.messages('Request from C2 to S3').count(), 1, 'the client that is free asks');
});

test('a node is cut off and the links are healed', async (lab) => {
  const who = await elected(lab);
  await who.act(who.node(3), 'Cut off');
  assert.equal(await who.happened(), 'The links have changed');
  await who.stepUntil('a heartbeat is next', async () => /Heartbeat/.test(await who.next()));
  assert.match(await who.next(), /Heartbeat \(will be lost: the link was cut\) S3 → S\d/);
  await who.step();
  assert.match(await who.happened(), /Heartbeat from S3 to S\d is lost: the link was cut/);
  await who.act(who.node(3), 'Heal all links');
  await who.stepUntil('a heartbeat arrives', async () =>
    /accepts AppendEntries from S3/.test(await who.happened()), 5);
});

test('the side with a majority elects another leader, and the links healed, the old one follows', async (lab) => {
  const who = await elected(lab);
  await who.act(who.node(3), 'Cut off');
  await who.press('Next election');
  const leads = () => who.nodes().then((all) => all.filter((name) => /: leader/.test(name)));
  assert.equal((await leads()).length, 2, 'two leaders, in different terms');
  await who.menu('Heal all links');
  await who.stepUntil('one leader', async () => (await leads()).length === 1);
  assert.match((await leads())[0], /term [2-9]/);
});

// --- A message, by mouse --------------------------------------------------------------------

test('a message is delivered now', async (lab) => {
  const who = await elected(lab);
  const { now } = await who.place();
  await who.act(who.messages('Heartbeat from S3 to S5'), 'Deliver now');
  assert.match(await who.happened(), /S5 accepts AppendEntries from S3/);
  assert.equal((await who.place()).now, now, 'no time has passed');
  assert.equal(await who.messages('Heartbeat from S3 to S5').count(), 0);
});

test('a message is dropped', async (lab) => {
  const who = await elected(lab);
  await who.act(who.messages('Heartbeat from S3 to S5'), 'Drop');
  assert.equal(await who.happened(), 'Heartbeat from S3 to S5 is lost: dropped by hand');
  assert.equal(await who.messages('Heartbeat from S3 to S5').count(), 0);
  assert.equal(await who.tray().count(), 0, 'there is nothing to act on any more');
});

test('a message is duplicated', async (lab) => {
  const who = await elected(lab);
  await who.act(who.messages('Heartbeat from S3 to S5'), 'Duplicate');
  assert.match(await who.happened(), /Heartbeat from S3 to S5 is duplicated/);
  assert.equal(await who.messages('Heartbeat from S3 to S5').count(), 2);
});

test('a message is delayed', async (lab) => {
  const who = await elected(lab);
  const first = (await who.next()).match(/Heartbeat S3 → S(\d)|VoteReply S(\d) → S3/);
  assert.ok(first, await who.next());
  await who.act(who.messages('Heartbeat from S3 to S4'), 'Delay 50 ms');
  assert.match(await who.happened(), /Heartbeat from S3 to S4 is delayed until t = \d+ ms/);
  const until = Number((await who.happened()).match(/t = (\d+) ms/)[1]);
  await who.stepUntil('its arrival', async () => /S4 accepts AppendEntries/.test(await who.happened()));
  assert.equal((await who.place()).now, until);
});

test('Drop a message waits for a click, a number or Escape', async (lab) => {
  const who = await elected(lab);
  await who.press('Drop a message');
  assert.match(await who.heard(), /Choose the message to drop/);
  await who.key('Escape');
  assert.doesNotMatch(await who.heard(), /Choose the message/);
  const before = await who.messages().count();
  await who.press('Drop a message');
  await who.messages('Heartbeat from S3 to S1').click();
  assert.match(await who.happened(), /Heartbeat from S3 to S1 is lost/);
  const next = (await who.next()).match(/(\S+) (S\d) → (S\d)/);
  await who.press('Drop a message');
  await who.key('1');
  assert.match(await who.happened(), new RegExp(`${next[1]} from ${next[2]} to ${next[3]} is lost`),
    'number 1 is the message that would arrive first');
  assert.equal(await who.messages().count(), before - 2);
});

test('Drop a message says so where there is none', async (lab) => {
  const who = await visit(lab);
  await who.press('Drop a message');
  assert.equal(await who.notice(), 'No message is under way. Step until one is.');
});

test('Kill a node can be taken back, by the button, Escape and the cross', async (lab) => {
  const who = await visit(lab);
  for (const takeBack of [
    () => who.press('Kill a node'),
    () => who.key('Escape'),
    () => who.page.getByRole('status').getByRole('button', { name: 'Close' }).click(),
  ]) {
    await who.press('Kill a node');
    assert.match(await who.heard(), /Choose the node to kill/);
    await takeBack();
    assert.doesNotMatch(await who.heard(), /Choose the node/);
    await who.node(1).click();
    assert.match((await who.nodes())[0], /S1: follower/, 'the click only chooses it');
    await who.key('Escape');
  }
});

test('each label on a busy stage can be clicked where it shows', async (lab) => {
  const who = await visit(lab);
  await who.protocol('Paxos');
  await who.submit(5, 'y');
  const covered = new Set();
  for (let i = 0; i < 30; i++) {
    await who.step();
    const found = await who.messages().evaluateAll((all) => all.flatMap((mark) => {
      mark.scrollIntoView({ block: 'nearest' });
      const label = mark.querySelector('text').getBoundingClientRect();
      const hit = document.elementFromPoint(label.x + label.width / 2, label.y + label.height / 2);
      const other = hit?.closest('[role=button]');
      // Labels may lie over each other for a moment; what cannot be seen may not.
      const seen = hit && !['none', 'rgba(0, 0, 0, 0)', 'transparent'].includes(getComputedStyle(hit).fill);
      return other === mark || seen ? [] : [`${mark.getAttribute('aria-label')} is under an invisible part of ${
        other?.getAttribute('aria-label') ?? hit?.outerHTML}`];
    }));
    found.forEach((it) => covered.add(it));
  }
  assert.deepEqual([...covered], []);
});

// --- What makes no sense now ----------------------------------------------------------------

test('what makes no sense now is greyed out, says why, and changes nothing', async (lab) => {
  const who = await visit(lab);
  // Who leads waits for no leader: its election timer is off.
  await who.press('Next election');
  const leader = (await who.nodes()).findIndex((name) => /: leader/.test(name)) + 1;
  const { position } = await who.place();
  await who.choose(who.node(leader));
  const fire = who.offer('Fire: election timer');
  const reason = 'That timer is not running.';
  assert.equal(await fire.getAttribute('aria-disabled'), 'true');
  assert.equal(await fire.getAttribute('aria-description'), reason);
  assert.equal(await fire.getAttribute('title'), reason);
  const looks = (button) => button.evaluate((it) => {
    const { color, borderTopStyle } = getComputedStyle(it);
    return `${color} ${borderTopStyle}`;
  });
  const [off, on] = [await looks(fire), await looks(who.offer('Kill'))];
  assert.notEqual(off.split(' ').at(-1), on.split(' ').at(-1), `it looks it: ${off}, and not ${on}`);
  // Playwright does not press what is disabled; people do.
  await fire.click({ force: true });
  await eventually(async () => assert.equal(await who.notice(), reason));
  assert.equal((await who.place()).position, position);
  await who.step();
  assert.equal(await who.notice(), '', 'the next step takes the notice away');
});

test('a node that is alone cannot be cut off', async (lab) => {
  const who = await visit(lab);
  await who.nodeCount(1);
  await who.choose(who.node(1));
  const cut = who.offer('Cut off');
  assert.equal(await cut.getAttribute('aria-disabled'), 'true');
  assert.notEqual(await cut.getAttribute('aria-description'), '');
});

test('a node that is down is not killed again', async (lab) => {
  const who = await visit(lab);
  await who.act(who.node(2), 'Kill');
  await who.key('k');
  assert.equal(await who.notice(), 'That node is down.');
  assert.equal((await who.place()).position, 1);
});
