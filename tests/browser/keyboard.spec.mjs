// By the keyboard alone: everything can be reached, seen to be reached, and done.

import assert from 'node:assert/strict';

import { test } from './support.mjs';
import { elected, eventually, visit } from './visitor.mjs';

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
  await eventually(async () => assert.equal(await at(), 2));
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
  await tabTo(who, who.button('Back'));
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

test('after a click Space steps; what Tab has reached it presses', async (lab) => {
  const who = await visit(lab);
  const at = async () => (await who.place()).position;
  for (const clicked of [who.button('Next election'), who.node(3), who.button('Kill a node')]) {
    await clicked.click();
    const before = await at();
    await who.key('Space');
    await eventually(async () => assert.equal(await at(), before + 1));
    await who.key('Escape');
  }
  // What is chosen by its number stays chosen.
  await who.key('2');
  const before = await at();
  await who.key('Space');
  await eventually(async () => assert.equal(await at(), before + 1));
  assert.equal(await who.tray().count(), 1);
});
