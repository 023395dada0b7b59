// Every fault: nodes pulled apart, links cut one way, settings of links, what the tray offers when
// asked for more, and machines that come. By mouse, by key and by touch.

import assert from 'node:assert/strict';

import { axe, fits, screenshot, test } from './support.mjs';
import { Visitor, eventually } from './visitor.mjs';

const TOUCH = { chromium: 'a finger that moves is sent by the protocol of Chromium' };

/** Somebody who has the full program, and a first election: S3 leads. */
async function visit(lab, { elected = true, ...options } = {}) {
  const page = await lab.open(`${await lab.serve()}#full`, { motion: 'reduce', ...options });
  page.setDefaultTimeout(10_000);
  const who = new Visitor(page);
  if (elected) {
    await who.press('Next election');
    assert.match((await who.nodes())[2], /S3: leader, term 1/);
  }
  return who;
}

/** Where a point of the stage is in the window: in shares of the stage's picture. */
function onStage(who, x, y) {
  return who.page.locator('#stage').evaluate((stage, [x, y]) => {
    const at = new DOMPoint(x, y).matrixTransform(stage.getScreenCTM());
    return [at.x, at.y];
  }, [x, y]);
}

/** Pulls a node to a point of the stage, without letting go. */
async function pull(who, node, x, y) {
  const from = await who.aim(who.node(node));
  const to = await onStage(who, x, y);
  await who.page.mouse.move(...from);
  await who.page.mouse.down();
  await who.page.mouse.move(...to, { steps: 6 });
}

async function drag(who, node, x, y) {
  await pull(who, node, x, y);
  await who.page.mouse.up();
}

/** The nodes in each box on the stage, by its letter. */
function boxes(who) {
  return who.page.locator('#stage').evaluate((stage) => {
    const middle = (it) => {
      const { x, y, width, height } = it.getBoundingClientRect();
      return [x + width / 2, y + height / 2];
    };
    return [...stage.querySelectorAll('.group')].map((group) => {
      const box = group.querySelector('rect').getBoundingClientRect();
      const inside = [...stage.querySelectorAll('.node')].filter((node) => {
        const [x, y] = middle(node.querySelector('.body'));
        return x > box.left && x < box.right && y > box.top && y < box.bottom;
      });
      const names = inside.map((node) => node.id.replace('node-', ''));
      return `${group.querySelector('text').textContent}: ${names.join(' ')}`;
    });
  });
}

// --- Nodes pulled apart ---------------------------------------------------------------------

test('two nodes are dragged to the left, cut off from the rest, and dragged back', async (lab) => {
  const who = await visit(lab);
  await pull(who, 1, 130, 110);
  assert.match(await who.page.locator('.would').innerText(), /Let go here: cut into S1 \| S2, S3, S4, S5/);
  await who.page.mouse.up();
  assert.equal(await who.page.locator('.would').count(), 0);
  assert.equal(await who.happened(), 'The links have changed');
  assert.equal(await who.tray().count(), 0, 'what was pulled is not chosen');
  assert.deepEqual(await boxes(who), ['A: S1', 'B: S2 S3 S4 S5']);
  await drag(who, 2, 232, 180);
  assert.deepEqual(await boxes(who), ['A: S1 S2', 'B: S3 S4 S5']);
  await screenshot(who.page, 'faults-pulled-apart');
  await axe(who.page);
  await who.stepUntil('a message is lost at the gap', async () =>
    /from S3 to S[12] is lost: the link was cut/.test(await who.happened()), 40);
  await who.stepUntil('a message arrives beside it', async () =>
    /S[45] accepts AppendEntries from S3/.test(await who.happened()), 40);
  await drag(who, 1, 700, 262);
  await drag(who, 2, 700, 262);
  assert.deepEqual(await boxes(who), [], 'all are one group again');
  await who.press('Back');
  assert.equal((await boxes(who)).length, 2, 'a step back, and they are apart again');
});

test('Heal all links brings everyone home', async (lab) => {
  const who = await visit(lab);
  const homes = () => who.page.locator('.node').evaluateAll((all) => all.map((it) => it.getAttribute('transform')));
  const before = await homes();
  await drag(who, 4, 100, 500);
  assert.notDeepEqual(await homes(), before);
  await who.menu('Heal all links');
  assert.deepEqual(await homes(), before);
});

test('a click chooses, a small move is a click, and Escape takes a pull back', async (lab) => {
  const who = await visit(lab);
  const [x, y] = await who.aim(who.node(2));
  await who.page.mouse.move(x, y);
  await who.page.mouse.down();
  await who.page.mouse.move(x + 3, y + 2);
  await who.page.mouse.up();
  assert.equal(await who.tray().getAttribute('aria-label'), 'Actions for S2');
  await who.key('Escape');
  const { position } = await who.place();
  await pull(who, 2, 900, 500);
  await who.key('Escape');
  assert.equal(await who.page.locator('.would').count(), 0);
  await who.page.mouse.up();
  assert.equal((await who.place()).position, position, 'nothing has been done');
  assert.equal(await who.tray().count(), 0);
  await who.chooseByKey(who.node(2));
});

test('by touch: a node is pulled away with a finger', TOUCH, async (lab) => {
  const who = await visit(lab, { size: [360, 740], touch: true });
  const [x, y] = await who.aim(who.node(1));
  const to = await onStage(who, 40, 84);
  const client = await who.page.context().newCDPSession(who.page);
  const touch = (type, points) => client.send('Input.dispatchTouchEvent', {
    type, touchPoints: points.map(([x, y]) => ({ x, y })),
  });
  await touch('touchStart', [[x, y]]);
  for (const share of [0.2, 0.5, 0.8, 1]) {
    await touch('touchMove', [[x + (to[0] - x) * share, y + (to[1] - y) * share]]);
  }
  await touch('touchEnd', []);
  await eventually(async () => assert.deepEqual(await boxes(who), ['A: S1', 'B: S2 S3 S4 S5']));
  await fits(who.page);
  await screenshot(who.page, 'faults-phone');
  assert.equal(await who.tray().count(), 0);
  // A finger that comes back at once would tap twice; and a browser that is slow takes some taps
  // for none.
  await who.page.waitForTimeout(500);
  await eventually(async () => {
    await who.page.touchscreen.tap(...await who.aim(who.node(1)));
    await who.tray().waitFor({ timeout: 2000 });
  });
});

// --- The dialogue ---------------------------------------------------------------------------

/** Opens the dialogue with the keyboard alone. */
async function openNetwork(who) {
  await who.more().focus();
  await who.key('Enter');
  const group = who.page.getByRole('group', { name: 'Faults' });
  await group.getByRole('button', { name: 'Network…' }).focus();
  await who.key('Enter');
  await who.dialog().waitFor();
}

function box(who, name) {
  return who.dialog().getByRole('combobox', { name, exact: true });
}

test('groups of any number are chosen with the keyboard', async (lab) => {
  const who = await visit(lab);
  await openNetwork(who);
  const divide = who.dialog().getByRole('button', { name: 'Divide into these groups' });
  assert.equal(await divide.getAttribute('aria-disabled'), 'true');
  assert.equal(await divide.getAttribute('aria-description'), 'That would change nothing.');
  for (const [node, letter] of [[2, 'B'], [4, 'B'], [5, 'C']]) {
    await box(who, `Group of S${node}`).selectOption(letter);
  }
  await divide.focus();
  await who.key('Enter');
  await axe(who.page);
  await screenshot(who.page, 'faults-network');
  await who.key('Escape');
  assert.deepEqual(await boxes(who), ['A: S5', 'B: S2 S4', 'C: S1 S3']);
  await openNetwork(who);
  assert.equal(await box(who, 'Group of S5').inputValue(), 'A');
  await who.dialog().getByRole('button', { name: 'Heal all links' }).click();
  await who.key('Escape');
  assert.deepEqual(await boxes(who), []);
});

test('a link is cut one way in the table, by arrow keys, and mended', async (lab) => {
  const who = await visit(lab);
  await openNetwork(who);
  const table = who.dialog().getByRole('grid', { name: 'Links, each way' });
  const cell = (from, to, state = 'works') =>
    table.getByRole('button', { name: `From ${from} to ${to}: ${state}`, exact: true });
  assert.equal(await table.locator('[tabindex="0"]').count(), 1, 'Tab stops in it once');
  await cell('S1', 'S2').focus();
  // Past S2 to itself, and past S3 to itself.
  await who.key('ArrowDown');
  await who.key('ArrowRight');
  await who.key('Enter');
  await cell('S3', 'S4', 'cut').waitFor();
  await cell('C1', 'S3').click();
  await cell('C1', 'S3', 'cut').waitFor();
  await who.key('Escape');
  assert.equal(await who.page.locator('#stage .barred').count(), 2, 'each in its direction');
  assert.deepEqual(await boxes(who), [], 'one way is left, so they are no groups');
  await screenshot(who.page, 'faults-one-way');
  await who.stepUntil('S4 hears nothing', async () =>
    /from S3 to S4 is lost: the link was cut/.test(await who.happened()), 60);
  await openNetwork(who);
  await cell('S3', 'S4', 'cut').click();
  await cell('S3', 'S4').waitFor();
  await who.key('Escape');
  assert.equal(await who.page.locator('#stage .barred').count(), 1);
});

test('sliders set loss and latency, for one link and for all', async (lab) => {
  const who = await visit(lab);
  await openNetwork(who);
  const slider = (name) => who.dialog().getByRole('slider', { name, exact: true });
  await box(who, 'Settings of').selectOption('S3 → S5');
  await slider('Lost').focus();
  await who.key('End');
  assert.equal(await slider('Lost').getAttribute('aria-valuetext'), '100%');
  await box(who, 'Settings of').selectOption('All links');
  assert.equal(await slider('Lost').getAttribute('aria-valuetext'), '0%');
  const alike = who.dialog().getByRole('button', { name: 'Make all links alike' });
  assert.equal(await alike.getAttribute('aria-disabled'), null);
  await slider('Latency, at least').focus();
  await who.key('End');
  assert.equal(await slider('Latency, at most').getAttribute('aria-valuetext'), '200 ms');
  await who.dialog().getByRole('checkbox').uncheck();
  await screenshot(who.page, 'faults-links');
  await who.key('Escape');
  await who.stepUntil('chance takes it', async () =>
    /from S3 to S5 is lost: lost by chance on the way/.test(await who.happened()), 60);
  const text = JSON.parse(await who.save());
  const links = text.actions.filter((it) => it.then?.links).at(-1).then.links;
  assert.deepEqual(links.latency, { min: 200, max: 200 });
  assert.equal(links.reorder, false);
  assert.deepEqual(links.apart.map(({ link, loss_permille: loss }) => [link, loss]), [[['S3', 'S5'], 1000]]);
  await openNetwork(who);
  await alike.click();
  assert.equal(await alike.getAttribute('aria-description'), 'All links are alike.');
});

test('the dialogue fits a phone, in the dark and in Chinese', async (lab) => {
  const who = await visit(lab, { size: [360, 740], scheme: 'dark', locale: 'zh-CN', elected: false });
  await who.page.locator('.more summary').click();
  await who.page.getByRole('button', { name: '网络……' }).click();
  await who.dialog().waitFor();
  await fits(who.page);
  await axe(who.page);
  await screenshot(who.page, 'faults-network-phone-dark-zh');
  const small = await who.dialog().evaluate((dialog) => {
    const all = dialog.querySelectorAll('.matrix button, select, .find');
    return [...all].filter((it) => it.getBoundingClientRect().height < 44).map((it) => it.textContent);
  });
  assert.deepEqual(small, []);
});

// --- Lines ----------------------------------------------------------------------------------

/** A point beside a link's line, nearer to its first end, where nothing else is. */
function besideLine(who, from, to) {
  return who.page.locator('#stage').evaluate((stage, name) => {
    const line = [...stage.querySelectorAll('.link-touch')].find((it) => it.textContent === name);
    const [x1, y1, x2, y2] = ['x1', 'y1', 'x2', 'y2'].map((key) => line[key].baseVal.value);
    const length = Math.hypot(x2 - x1, y2 - y1);
    const aside = [-(y2 - y1) / length, (x2 - x1) / length];
    const spots = [0.95, 0.85, 0.75, 0.65, 0.55, 0.45].flatMap((share) => [-6, 6].map((away) => {
      const point = new DOMPoint(x1 + (x2 - x1) * share + aside[0] * away, y1 + (y2 - y1) * share + aside[1] * away);
      return point.matrixTransform(stage.getScreenCTM());
    }));
    const spot = spots.find(({ x, y }) => document.elementFromPoint(x, y) === line);
    return spot && [spot.x, spot.y];
  }, `${from} → ${to}`);
}

test('a click beside a line opens the settings of that link, of the way from the nearer node', async (lab) => {
  const who = await visit(lab, { elected: false });
  for (const [from, to] of [['S2', 'S5'], ['S5', 'S2']]) {
    await who.page.mouse.click(...await besideLine(who, from, to));
    await who.dialog().waitFor();
    const link = box(who, 'Settings of');
    assert.equal(await link.evaluate((it) => it.selectedOptions[0].text), `${from} → ${to}`);
    assert.ok(await link.evaluate((it) => it === document.activeElement), 'one begins there');
    await who.key('Escape');
    await who.dialog().waitFor({ state: 'detached' });
  }
  assert.equal(await who.page.locator('#stage .link-touch').count(), 20);
  assert.equal(await who.page.locator('#stage [aria-hidden] .link-touch').count(), 20, 'readers have the dialogue');
  // Who chooses a node does not hit a line, and whatever is drawn over one wins.
  await who.press('Kill a node');
  assert.equal(await who.page.locator('#stage .link-touch').count(), 0);
  await who.key('Escape');
  await who.press('Next election');
  await who.choose(who.messages('Heartbeat from S3 to S5'));
  assert.equal(await who.dialog().count(), 0);
  await axe(who.page);
});

test('by touch: a line is tapped on a phone', TOUCH, async (lab) => {
  const who = await visit(lab, { size: [360, 740], touch: true, elected: false });
  await who.page.touchscreen.tap(...await besideLine(who, 'S1', 'S3'));
  await who.dialog().waitFor();
  assert.equal(await box(who, 'Settings of').evaluate((it) => it.selectedOptions[0].text), 'S1 → S3');
  await fits(who.page);
  await screenshot(who.page, 'faults-line-phone');
});

// --- The tray -------------------------------------------------------------------------------

async function showMore(who) {
  const more = who.offer('More…');
  if (await more.getAttribute('aria-expanded') === 'false') {
    await more.click();
  }
}

test('a message is held and released', async (lab) => {
  const who = await visit(lab);
  await who.choose(who.messages('Heartbeat from S3 to S5'));
  await showMore(who);
  await who.offer('Hold back').click();
  assert.match(await who.happened(), /Heartbeat from S3 to S5 is held back/);
  await who.step(6);
  assert.equal(await who.messages('Heartbeat from S3 to S5').count(), 1, 'it waits');
  await who.offer('Release').click();
  assert.match(await who.happened(), /is released/);
  await who.stepUntil('it arrives', async () => /S5 accepts AppendEntries/.test(await who.happened()), 4);
});

test('a node is paused and goes on, its clock runs fast and slowly', async (lab) => {
  const who = await visit(lab);
  await who.choose(who.node(1));
  await showMore(who);
  await who.offer('Pause').click();
  assert.match((await who.nodes())[0], /S1: paused/);
  await who.offer('Resume').click();
  assert.match((await who.nodes())[0], /S1: follower/);
  const normal = who.offer('Clock at 100%');
  assert.equal(await normal.getAttribute('aria-description'), 'That would change nothing.');
  await who.offer('Clock at 200%').click();
  assert.equal(await who.happened(), 'The clock of S1 now runs at 200% speed');
  assert.equal(await normal.getAttribute('aria-disabled'), null);
  await who.offer('Clock at 50%').click();
  assert.equal(await who.happened(), 'The clock of S1 now runs at 50% speed');
  await axe(who.page);
  await screenshot(who.page, 'faults-tray');
});

test('a disk is wiped only of a node that is down, and what that breaks is said', async (lab) => {
  const who = await visit(lab);
  await who.choose(who.node(1));
  await showMore(who);
  assert.equal(await who.offer('Wipe its disk').getAttribute('aria-description'), 'That node is not down.');
  assert.doesNotMatch(await who.tray().innerText(), /safety can be lost/);
  await who.offer('Kill').click();
  assert.match(await who.tray().innerText(), /forgotten every promise, vote and log entry.*safety can be lost/);
  await who.offer('Wipe its disk').click();
  assert.equal(await who.happened(), 'The disk of S1 is wiped');
  assert.equal(await who.offer('Wipe its disk').getAttribute('aria-description'), 'That would change nothing.');
  await who.offer('Restart').click();
  assert.match((await who.nodes())[0], /S1: follower, term 0/, 'it has forgotten its term');
});

test('a node crashes between its work and its words', async (lab) => {
  const who = await visit(lab);
  await who.choose(who.messages('Heartbeat from S3 to S5'));
  await showMore(who);
  await who.offer('Deliver, then crash before sending').click();
  assert.match((await who.nodes())[4], /S5: down/);
  assert.match(await who.happened(), /from S5 to S3 is lost: the sender crashed before sending it/);
  await who.choose(who.node(3));
  await who.offer('Fire heartbeat timer, then crash before sending').click();
  assert.match((await who.nodes())[2], /S3: down/);
});

test('what aligns, spreads and heals is greyed out where it would change nothing', async (lab) => {
  const who = await visit(lab, { elected: false });
  await who.more().click();
  const item = (name) => who.page.getByRole('group', { name: 'Faults' }).getByRole('button', { name, exact: true });
  assert.equal(await item('Heal all links').getAttribute('aria-disabled'), 'true');
  assert.equal(await item('Heal all links').getAttribute('title'), 'That would change nothing.');
  await item('Align timers').click();
  await who.more().click();
  assert.equal(await item('Align timers').getAttribute('aria-disabled'), 'true');
  await item('Spread timers').click();
  await who.more().click();
  assert.equal(await item('Spread timers').getAttribute('aria-disabled'), 'true');
  await item('Spread timers').click({ force: true });
  assert.equal(await who.notice(), 'That would change nothing.');
});

// --- Machines -------------------------------------------------------------------------------

test('a machine is added, becomes a member, and leaves again', async (lab) => {
  const who = await visit(lab, { elected: false });
  await openNetwork(who);
  const add = who.dialog().getByRole('button', { name: 'Add a machine' });
  assert.match(await add.getAttribute('aria-description'), /The members of this cluster cannot change/);
  await who.key('Escape');
  await who.breakRule('Members change one at a time');
  await who.press('Next election');
  const leads = async () => (await who.nodes()).find((name) => /: leader/.test(name));
  await who.stepUntil('its first entry is committed', async () =>
    /known to be chosen or committed: 1/.test(await leads()), 60);
  await openNetwork(who);
  await add.click();
  await who.key('Escape');
  assert.match((await who.nodes())[5], /S6: not a member/);
  await screenshot(who.page, 'faults-machine');
  await who.choose(who.node(6));
  await showMore(who);
  await who.offer('Add to the cluster').click();
  await who.stepUntil('it is a member', async () => /S6: follower/.test((await who.nodes())[5]), 60);
  await who.stepUntil('the change is committed', async () =>
    /known to be chosen or committed: 2/.test(await leads()), 60);
  const other = await who.whoIs(/^S[1-5]: follower/);
  await who.chooseByKey(who.node(other));
  await who.offer('Remove from the cluster').click();
  await who.stepUntil('it is none', async () =>
    /: not a member/.test((await who.nodes())[other - 1]), 60);
});

test('from a first visit: More in the tray, and a node that is dragged, bring the rest', async (lab) => {
  const page = await lab.open(await lab.serve(), { motion: 'reduce' });
  const who = new Visitor(page);
  await who.choose(who.node(1));
  await who.offer('More…').click();
  await who.offer('Pause').click();
  assert.match((await who.nodes())[0], /S1: paused/);
  await drag(who, 4, 100, 500);
  assert.equal((await boxes(who)).length, 2);
});
