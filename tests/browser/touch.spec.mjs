// By touch, and in little room: everything is large enough, in sight and not covered.

import assert from 'node:assert/strict';

import { fits, test } from './support.mjs';
import { elected, eventually, visit } from './visitor.mjs';

const TAPS = { chromium: 'a touch by WebDriver is no click in Firefox' };

for (const size of [[1440, 900], [360, 740]]) {
  test(`by touch: a node and a message (${size[0]} px wide)`, TAPS, async (lab) => {
    const who = await visit(lab, { size, touch: true });
    const touch = (thing) => thing.tap();
    const touchOnStage = async (thing) => who.page.touchscreen.tap(...await who.aim(thing));
    await touchOnStage(who.node(2));
    await touch(who.offer('Kill'));
    assert.match((await who.nodes())[1], /S2: down/);
    await touch(who.offer('Restart'));
    await touch(who.tray().getByRole('button', { name: 'Close' }));
    assert.equal(await who.tray().count(), 0);
    await touch(who.button('Step'));
    await touchOnStage(who.messages('RequestVote from S3 to S1'));
    assert.equal(await who.tray().getAttribute('aria-label'), 'Actions for S3 → S1');
    await touch(who.offer('Duplicate'));
    assert.equal(await who.messages('RequestVote from S3 to S1').count(), 2);
    await touch(who.offer('Drop'));
    assert.equal(await who.messages('RequestVote from S3 to S1').count(), 1);
    await touchOnStage(who.messages('RequestVote from S3 to S4'));
    await touch(who.offer('Deliver now'));
    assert.match(await who.happened(), /S4 votes for S3/);
    await touch(who.button('Kill a node'));
    await touchOnStage(who.node(3));
    assert.match((await who.nodes())[2], /S3: down/);
  });
}

/** Somebody with a phone, and nothing but a finger. */
async function holder(lab) {
  const who = await visit(lab, { size: [360, 740], touch: true });
  const tap = (name, role = 'button') => who.page.getByRole(role, { name, exact: typeof name === 'string' }).first().tap();
  const menu = async (name) => {
    await who.more().tap();
    await tap(name);
  };
  await tap('Next election');
  return { who, tap, menu };
}

test('by touch: a scene of faults, and of the past', TAPS, async (lab) => {
  const { who, tap, menu } = await holder(lab);
  await menu('Network…');
  await who.dialog().waitFor();
  await tap('From S3 to S4: works');
  await tap('From S3 to S4: cut');
  await tap('Close');
  await who.page.touchscreen.tap(...await who.aim(who.node(1)));
  await who.offer('More…').tap();
  await who.offer('Pause').tap();
  await eventually(async () => assert.match((await who.nodes())[0], /S1: paused/));
  await who.tray().getByRole('button', { name: 'Close' }).tap();

  await tap('Diagram');
  await who.page.getByRole('region', { name: 'Space-time diagram' }).waitFor();
  await tap('Back');
  await tap('Back');
  await who.page.touchscreen.tap(...await who.aim(who.node(3)));
  await who.offer('Kill').tap();
  await eventually(async () => assert.match(await who.notice(), /A new branch begins here/));
  await who.tray().getByRole('button', { name: 'Close' }).tap();
  await tap('Branches', 'tab');
  await tap('Return to Branch 1');
  await eventually(async () => assert.match((await who.nodes())[2], /S3: leader/));
  await fits(who.page);
});

test('by touch: two runs, a node’s own view, a question, a lecture', TAPS, async (lab) => {
  const { who, tap, menu } = await holder(lab);
  await menu('Compare…');
  await who.dialog().waitFor();
  await who.dialog().getByRole('combobox').selectOption({ label: 'Paxos' });
  await tap('Compare');
  await tap('Step');
  await tap('Close comparison');
  await who.page.touchscreen.tap(...await who.aim(who.node(1)));
  await tap('Why can S1 not win an election?');
  await who.page.getByRole('button', { name: 'Why can S1 not win an election?', expanded: true }).waitFor();
  await tap('State', 'tab');
  await tap('Only what S1 knows');
  await tap('Show the whole truth');
  await menu('Lecture');
  await who.page.getByRole('navigation', { name: 'Lecture' }).waitFor();
  await tap('Black-out');
  await who.dialog().waitFor();
  await who.page.touchscreen.tap(180, 300);
  await who.dialog().waitFor({ state: 'detached' });
  await tap('End lecture');
  await who.page.getByRole('banner').waitFor();
  await fits(who.page);
});

test('what is chosen is not hidden by its own tray', async (lab) => {
  for (const size of [[1440, 900], [360, 740]]) {
    const who = await visit(lab, { size });
    for (const id of [1, 2, 3, 4, 5]) {
      await who.choose(who.node(id));
      await who.aim(who.node(id));
      await who.key('Escape');
    }
  }
});

test('on a phone all that can be done to a node is in sight at once', TAPS, async (lab) => {
  const who = await visit(lab, { size: [360, 740], touch: true });
  for (const id of [1, 3]) {
    await who.page.touchscreen.tap(...await who.aim(who.node(id)));
    await who.tray().waitFor();
    const hidden = await who.tray().evaluate((tray) => [...tray.querySelectorAll('button, input')].filter((it) => {
      const { x, y, width, height } = it.getBoundingClientRect();
      return !it.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    }).map((it) => it.getAttribute('aria-label') ?? it.innerText));
    assert.deepEqual(hidden, [], `the tray of S${id}`);
    await who.key('Escape');
  }
});

test('the whole More menu is in the window, whatever its width', async (lab) => {
  for (const size of [[1440, 900], [800, 600], [360, 740]]) {
    const who = await visit(lab, { size });
    await who.more().click();
    const outside = await who.more().evaluate((summary) => {
      const items = summary.closest('details').querySelectorAll('li > *');
      return [...items].filter((item) => {
        const { left, right, top, bottom } = item.getBoundingClientRect();
        return left < 0 || right > innerWidth || top < 0 || bottom > innerHeight;
      }).map((item) => item.innerText);
    });
    assert.deepEqual(outside, [], `${size[0]} px wide`);
  }
});

test('everything to touch or click is large enough', async (lab) => {
  const who = await elected(lab, { size: [360, 740], touch: true });
  await who.choose(who.node(3));
  const small = await who.page.evaluate(() => {
    const all = document.querySelectorAll('button, select, input, summary, [role=button]');
    return [...all].flatMap((it) => {
      const { width, height } = it.getBoundingClientRect();
      const shown = it.checkVisibility({ visibilityProperty: true }) && getComputedStyle(it).opacity !== '0';
      return shown && width > 0 && (width < 24 || height < 24)
        ? [`${it.getAttribute('aria-label') ?? it.innerText ?? it.tagName}: ${width} × ${height}`] : [];
    });
  });
  assert.deepEqual(small, []);
});
