// Everything that can be done to a node and to a message, by mouse, by keyboard alone and by touch;
// and everything that moves through the run.

import assert from 'node:assert/strict';

import { test } from './support.mjs';
import { eventually, visit } from './visitor.mjs';

const NAMES = { Raft: 'Next election', Paxos: 'Next phase' };

/** A first election: S3 leads, and its heartbeats are under way. */
async function elected(lab, options) {
  const who = await visit(lab, options);
  await who.press('Next election');
  assert.match((await who.nodes())[2], /S3: leader, term 1/);
  return who;
}

/** What has the focus, as a screen reader names it. */
async function focused(who) {
  return who.page.evaluate(() => {
    const it = document.activeElement;
    return it === document.body ? '' : it.getAttribute('aria-label') ?? it.innerText ?? it.tagName;
  });
}

/** Presses Tab, or Shift and Tab where that is the way, until something has the focus. */
async function tabTo(who, thing) {
  for (let i = 0; i < 80; i++) {
    const key = await thing.evaluate((it) => {
      const { activeElement } = document;
      if (it === activeElement) {
        return '';
      }
      // Never round by the end of the page: there the focus goes to the browser's own buttons.
      const isAbove = it.compareDocumentPosition(activeElement) & Node.DOCUMENT_POSITION_FOLLOWING;
      return isAbove ? 'Shift+Tab' : 'Tab';
    });
    if (!key) {
      return;
    }
    await who.key(key);
  }
  assert.fail(`Tab does not reach ${thing}`);
}

/** Lets the time of the page pass; between two calls it stands still. */
async function stopTheClock(who) {
  await who.page.clock.install();
  await who.page.clock.pauseAt(Date.now() + 60_000);
}

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
  assert.match(await who.next(), /Heartbeat \(the link was cut\) S3 → S\d/);
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

// --- The keyboard alone ---------------------------------------------------------------------

test('by Tab and Enter: a node, its tray, what the tray offers', async (lab) => {
  const who = await visit(lab);
  await tabTo(who, who.node(2));
  await who.key('Enter');
  await tabTo(who, who.offer('Kill'));
  await who.key('Enter');
  assert.match((await who.nodes())[1], /S2: down/);
  assert.notEqual(await focused(who), '', 'the focus has not gone');
  await tabTo(who, who.offer('Restart'));
  await who.key('Space');
  assert.match((await who.nodes())[1], /S2: follower/);
  await tabTo(who, who.tray().getByRole('textbox'));
  await who.page.keyboard.type('k 1?');
  await who.key('Enter');
  assert.match(await who.happened(), /“k 1\?”/);
  await who.key('Escape');
  assert.equal(await who.tray().count(), 0);
  assert.notEqual(await focused(who), '', 'the focus has not gone with the tray');
});

test('by Tab and Enter: a message, and each thing that can be done to it', async (lab) => {
  const who = await elected(lab);
  for (const [name, offer, happened] of [
    ['Heartbeat from S3 to S1', 'Delay 50 ms', /Heartbeat from S3 to S1 is delayed/],
    ['Heartbeat from S3 to S2', 'Duplicate', /Heartbeat from S3 to S2 is duplicated/],
    ['Heartbeat from S3 to S4', 'Drop', /Heartbeat from S3 to S4 is lost/],
    ['Heartbeat from S3 to S5', 'Deliver now', /S5 accepts AppendEntries/],
  ]) {
    await tabTo(who, who.messages(name).first());
    await who.key('Enter');
    await tabTo(who, who.offer(offer));
    await who.key('Enter');
    assert.match(await who.happened(), happened);
    assert.notEqual(await focused(who), '', `after ${offer} the focus has not gone`);
    await who.key('Escape');
  }
});

test('Tab goes through nodes and clients in their order, then through messages as they will arrive', async (lab) => {
  const who = await elected(lab);
  await tabTo(who, who.node(1));
  const order = [];
  for (let i = 0; i < 8; i++) {
    order.push(await focused(who));
    await who.key('Tab');
  }
  assert.deepEqual(order.slice(0, 5).map((name) => name.slice(0, 2)), ['S1', 'S2', 'S3', 'S4', 'S5']);
  assert.deepEqual(order.slice(5, 7).map((name) => name.slice(0, 9)), ['Client C1', 'Client C2']);
  const [, name, from, to] = (await who.next()).match(/(\S+) (\S\d) → (\S\d)/);
  assert.ok(order[7].startsWith(`${name} from ${from} to ${to}`), order[7]);
});

test('what has the focus shows it', async (lab) => {
  const who = await elected(lab);
  for (const thing of [who.node(2), who.client(1), who.messages().first(), who.button('Step'), who.scrubber()]) {
    await tabTo(who, thing);
    const shows = await thing.evaluate((it) => {
      const parts = [it, ...it.querySelectorAll('*')].map((part) => getComputedStyle(part));
      const focus = getComputedStyle(document.documentElement).getPropertyValue('--focus').trim();
      const probe = document.createElement('i');
      probe.style.color = focus;
      document.body.append(probe);
      const { color } = getComputedStyle(probe);
      probe.remove();
      return parts.some((style) => style.stroke === color
        || style.outlineStyle !== 'none' && style.outlineColor === color && parseFloat(style.outlineWidth) >= 2);
    });
    assert.ok(shows, `the focus on ${thing}`);
  }
});

test('the keys of the help do what it says', async (lab) => {
  const who = await visit(lab);
  await who.key('?');
  const help = await who.dialog().innerText();
  for (const key of ['Space', '← PageUp', '→ PageDown', 'Enter', '1–9', 'K', 'D', 'P', 'Esc', '?']) {
    assert.ok(help.includes(key), `${key} is in the help`);
  }
  await who.key('Escape');
  assert.equal(await who.dialog().count(), 0);

  const at = async () => (await who.place()).position;
  await who.key('Space');
  await who.key('Space');
  assert.equal(await at(), 2);
  await who.key('ArrowLeft');
  assert.equal(await at(), 1);
  await who.key('PageUp');
  assert.equal(await at(), 0);
  await who.key('PageUp');
  assert.equal(await at(), 0, 'there is nothing before the start');
  await who.key('ArrowRight');
  await who.key('PageDown');
  assert.equal(await at(), 2);
  await who.key('PageDown');
  assert.equal(await at(), 3, 'forward at the end is a step');

  await who.key('4');
  assert.equal(await who.tray().getAttribute('aria-label'), 'Actions for S4');
  await who.key('Escape');
  assert.equal(await who.tray().count(), 0);

  await who.key('p');
  assert.equal(await who.notice(), 'Choose a node first: click it, or press its number.');
  await who.key('5');
  await who.key('p');
  assert.equal(await who.happened(), 'The links have changed');
  assert.match(await who.tray().innerText(), /Heal all links/);
  await who.key('P');
  assert.match(await who.tray().innerText(), /Cut off/);
  await who.key('Escape');

  await who.key('d');
  assert.match(await who.heard(), /Choose the message to drop/);
  await who.key('2');
  assert.match(await who.happened(), /is lost: dropped by hand/);

  await who.key('k');
  assert.match(await who.heard(), /Choose the node to kill/);
  await who.key('9');
  assert.match(await who.heard(), /Choose the node to kill/, 'there is no node 9');
  await who.key('2');
  assert.equal(await who.happened(), 'S2 crashes');
});

test('Enter runs and pauses', async (lab) => {
  const who = await visit(lab);
  await who.page.evaluate(() => document.activeElement.blur());
  await who.key('Enter');
  await who.button('Pause').waitFor();
  await who.key('Enter');
  await who.button('Run').waitFor();
});

test('single keys can be switched off, and that is remembered', async (lab) => {
  const who = await visit(lab);
  const box = who.dialog().getByRole('checkbox', { name: /^Single keys/ });
  await who.press('Help');
  await box.uncheck();
  await who.close();
  const nothing = async () => {
    for (const key of ['k', 'd', 'p', '3', '?']) {
      await who.key(key);
    }
    assert.equal(await who.dialog().count(), 0);
    assert.equal(await who.tray().count(), 0);
    assert.equal(await who.notice(), '');
    assert.doesNotMatch(await who.heard(), /Choose/);
  };
  await who.page.evaluate(() => document.activeElement.blur());
  await nothing();
  await who.key('Space');
  await who.key('ArrowLeft');
  await who.key('ArrowRight');
  assert.equal((await who.place()).position, 1, 'the keys that are no characters go on working');
  await who.page.reload();
  await who.button('Step').waitFor();
  await nothing();
  await who.press('Help');
  assert.equal(await box.isChecked(), false);
  await box.check();
  await who.close();
  await who.key('3');
  assert.equal(await who.tray().count(), 1);
});

test('keys with Control, Alt or Meta belong to the browser', async (lab) => {
  const who = await visit(lab);
  for (const key of ['Control+k', 'Alt+k', 'Alt+ArrowLeft', 'Control+ArrowRight']) {
    await who.page.evaluate((key) => {
      const parts = key.split('+');
      document.body.dispatchEvent(new KeyboardEvent('keydown', {
        key: parts[1], ctrlKey: parts[0] === 'Control', altKey: parts[0] === 'Alt', bubbles: true,
      }));
    }, key);
  }
  assert.doesNotMatch(await who.heard(), /Choose/);
  assert.equal((await who.place()).position, 0);
});

test('a focused control keeps its own keys', async (lab) => {
  const who = await visit(lab);
  await who.step(6);
  const at = async () => (await who.place()).position;

  // A button is pressed by Space and Enter, whatever they do elsewhere.
  await who.button('Back').focus();
  await who.key('Space');
  await who.key('Enter');
  assert.equal(await at(), 4);
  assert.equal(await who.button('Run').count(), 1, 'Enter has not run it');

  // Tabs go by the arrow keys.
  await who.page.getByRole('tab', { name: 'Why' }).focus();
  await who.key('ArrowRight');
  assert.equal(await who.page.getByRole('tab', { name: 'Rules' }).getAttribute('aria-selected'), 'true');
  await who.key('ArrowLeft');
  assert.equal(await who.page.getByRole('tab', { name: 'Why' }).getAttribute('aria-selected'), 'true');
  assert.equal(await at(), 4);

  // The scrubber too, and its other keys.
  await who.scrubber().focus();
  await who.key('End');
  assert.equal(await at(), 6);
  await who.key('ArrowLeft');
  assert.equal(await at(), 5);
  await who.key('Home');
  assert.equal(await at(), 0);

  // So does a choice.
  const speed = who.page.getByRole('combobox', { name: 'Speed' });
  await speed.focus();
  await who.key('ArrowDown');
  assert.equal(await speed.evaluate((it) => it.value), '2×');
  await who.key('2');
  assert.equal(await at(), 0);
  assert.equal(await who.tray().count(), 0, 'a digit in a choice chooses no node');

  // And a box takes what is typed.
  await who.choose(who.node(1));
  const box = who.tray().getByRole('textbox');
  await box.focus();
  await who.page.keyboard.type('kdp? 12');
  assert.equal(await box.inputValue(), 'kdp? 12');
  await who.key('ArrowLeft');
  assert.equal(await at(), 0);
});

test('a panel that is longer than its place scrolls by the keyboard', async (lab) => {
  const who = await visit(lab, { size: [1440, 560] });
  await who.tab('Rules');
  await who.panel().focus();
  await who.key('End');
  await eventually(async () => assert.ok(await who.panel().evaluate((it) => it.scrollTop > 0)));
});

// --- Touch ----------------------------------------------------------------------------------

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
