// A lecturer's scene, told with the keyboard alone from a first visit on. Who tells it knows where
// they are by the name of what has the focus, which is seen, and by what the page says.

import assert from 'node:assert/strict';

import { axe, test } from './support.mjs';
import { Visitor, eventually, visit } from './visitor.mjs';

/** More stops than there are on the page. */
const STOPS = 150;

/** Where the focus is, as somebody would find out who sees the page, and hears it. */
function focus(page) {
  return page.evaluate(() => {
    const it = document.activeElement;
    if (!document.hasFocus() || !it || it === document.body) {
      return { name: '', problem: 'nothing has the focus' };
    }
    const texts = (label) => [...label.childNodes]
      .filter((part) => !part.matches?.('select, input, textarea, [aria-hidden]'))
      .map((part) => part.textContent).join('').trim();
    const labelled = it.labels?.length > 0 && it.tagName !== 'BUTTON' ? texts(it.labels[0]) : null;
    const hidden = it.tagName === 'BUTTON' ? [...it.querySelectorAll('[aria-hidden]')] : [];
    const said = hidden.reduce((text, part) => text.replace(part.innerText, ''), it.innerText ?? '');
    const name = it.getAttribute('aria-label') ?? labelled ?? said.trim();
    const problem = () => {
      const modal = document.querySelector('dialog:modal');
      if (modal && !modal.contains(it)) {
        return 'the focus is behind a dialogue';
      }
      const { left, top, right, bottom, width, height } = it.getBoundingClientRect();
      if (width === 0 || height === 0 || right <= 0 || bottom <= 0 || left >= innerWidth || top >= innerHeight) {
        return 'the focus is out of sight';
      }
      const probe = document.createElement('i');
      probe.style.color = getComputedStyle(it).getPropertyValue('--focus');
      document.body.append(probe);
      const { color } = getComputedStyle(probe);
      probe.remove();
      const active = document.getElementById(it.getAttribute('aria-activedescendant'));
      const parts = [it, ...it.querySelectorAll('*'), ...active ? [active, ...active.querySelectorAll('*')] : []];
      const rings = parts.map((part) => getComputedStyle(part)).some((style) => style.stroke === color
        || style.outlineStyle !== 'none' && style.outlineColor === color && parseFloat(style.outlineWidth) >= 2);
      return rings ? '' : 'no ring is around the focus';
    };
    return { name, problem: problem() };
  });
}

/** Somebody with a keyboard and nothing else. */
class Lecturer extends Visitor {
  /** Fails unless the focus is somewhere, in sight, with its ring. */
  async isSomewhere(after) {
    await eventually(async () => {
      const { name, problem } = await focus(this.page);
      assert.equal(problem, '', `${problem} after ${after}; it is on “${name}”`);
    });
  }

  async on() {
    return (await focus(this.page)).name;
  }

  /** It is announced: as what happened, or as what the page has to say. */
  async hears(pattern) {
    await eventually(async () => assert.match(`${await this.heard()}\n${await this.notice()}`, pattern));
  }

  /**
   * Goes by Tab, or by Shift and Tab where that is the way, until the focus is on what has that
   * name. Never round by the end of the page: there the browser's own buttons are.
   */
  async go(name, key = 'Tab') {
    const seen = [];
    for (let i = 0; i < STOPS; i++) {
      const on = await this.on();
      if (typeof name === 'string' ? on === name : name.test(on)) {
        return this.isSomewhere(`going to ${name}`);
      }
      seen.push(on);
      if (i > 0 && !on) {
        break;
      }
      await this.key(key);
    }
    assert.fail(`${key} does not lead to ${name}, but to:\n${seen.join('\n')}`);
  }

  /** Goes there and presses a key. */
  async use(name, press = 'Enter', key = 'Tab') {
    await this.go(name, key);
    await this.key(press);
    await this.isSomewhere(`${press} on ${name}`);
  }

  /** Changes a choice by a key of its own. */
  async change(name, key) {
    await this.use(name, key);
  }

  /** Does something of the menu. */
  async menu(name) {
    await this.use('More ▾');
    await this.use(name);
  }

  /** Opens a dialogue from the menu. It may have to be fetched first. */
  async opens(name) {
    await this.menu(name);
    await this.dialog().waitFor();
    await this.isSomewhere(`opening ${name}`);
  }

  /** Leaves what is open or chosen. */
  async leaves() {
    await this.key('Escape');
    await this.dialog().waitFor({ state: 'detached' });
    await this.isSomewhere('Escape');
  }
}

async function lecturer(lab, options) {
  const { page } = await visit(lab, options);
  return new Lecturer(page);
}

/** The ids of the boxes around groups, as the stage shows them. */
const groups = (who) => who.page.locator('#stage .group text').allTextContents();

test('the network: groups, a cut one way, and all healed', async (lab) => {
  const who = await lecturer(lab);
  await who.use('Next election');
  await who.hears(/S3 becomes leader of term 1/);
  await who.opens('Network…');
  await who.change('Group of S4', 'ArrowDown');
  await who.change('Group of S5', 'ArrowDown');
  await who.use('Divide into these groups');
  assert.equal(await who.on(), 'Divide into these groups', 'one can go on from there');
  await axe(who.page);
  await who.leaves();
  assert.deepEqual(await groups(who), ['A', 'B']);
  await who.hears(/The links have changed/);

  await who.opens('Network…');
  await who.use('Heal all links');
  assert.equal(await who.on(), 'Heal all links');
  await who.go('From S1 to S2: works', 'Shift+Tab');
  for (const key of ['ArrowDown', 'ArrowRight', 'Enter']) {
    await who.key(key);
    await who.isSomewhere(key);
  }
  assert.equal(await who.on(), 'From S3 to S4: cut');
  await who.leaves();
  assert.deepEqual(await groups(who), []);
  assert.equal(await who.page.locator('#stage .barred').count(), 1);
  await who.menu('Heal all links');
  assert.equal(await who.page.locator('#stage .barred').count(), 0);
});

test('faults: a message is held and released, a node paused, a clock made fast', async (lab) => {
  const who = await lecturer(lab);
  await who.use('Next election');
  await who.use(/^Heartbeat from S3 to S5/, 'Enter', 'Shift+Tab');
  await who.use('More…');
  // It may have to be fetched first.
  await who.button('Hold back').waitFor();
  await who.use('Hold back');
  await who.hears(/Heartbeat from S3 to S5 is held back/);
  assert.equal(await who.on(), 'Release');
  await who.key('Enter');
  await who.isSomewhere('Release');
  await who.hears(/is released/);
  await who.leaves();
  await who.key('1');
  await who.use('Pause');
  await who.hears(/S1 is paused/);
  assert.equal(await who.on(), 'Resume');
  await who.use('Clock at 200%');
  await who.hears(/The clock of S1 now runs at 200% speed/);
  await axe(who.page);
  await who.leaves();
});

test('the past: an event is picked, its causes seen, and another branch begun, named and compared', async (lab) => {
  const who = await lecturer(lab);
  await who.use('Next election');
  const { length } = await who.place();
  await who.key('t');
  await who.hears(/Time runs to the right/);
  await who.go('Events');
  for (const key of ['Home', 'ArrowRight', '+']) {
    await who.key(key);
    await who.isSomewhere(key);
  }
  await who.hears(/Event 2, .*RequestVote from S3 reaches S1.*Before it: 1 events/);
  assert.equal((await who.place()).position, 2);
  await axe(who.page);

  await who.key('3');
  await who.isSomewhere('choosing S3');
  await who.key('k');
  await who.isSomewhere('killing S3');
  await who.hears(/S3 crashes/);
  await who.hears(/A new branch begins here\. The old future is kept as “Branch 1”/);
  await who.go('Why');
  for (let i = 0; i < 10 && await who.on() !== 'Branches'; i++) {
    await who.key('ArrowRight');
    await who.isSomewhere('another tab');
  }
  await who.go('Name of Branch 2');
  await who.page.keyboard.type('without S3');
  await who.key('Enter');
  await who.isSomewhere('naming');
  assert.equal(await who.on(), 'Name of without S3');
  await who.use('Compare with Branch 1', 'Enter', 'Shift+Tab');
  assert.equal(await who.on(), 'Compare with Branch 1');
  await who.hears(/event 3\s+S3 crashes/);
  await who.use('Return to Branch 1', 'Enter', 'Shift+Tab');
  assert.deepEqual((await who.place()).position, length);
});

test('a node’s own view, why not, a note, a condition, and a stray press', async (lab) => {
  const who = await lecturer(lab);
  await who.use('Next election');
  await who.key('2');
  await who.key('v');
  await who.hears(/Only what S2 knows\. Its own clock says \d+ ms/);
  await who.isSomewhere('seeing with the eyes of S2');
  await who.use('Show the whole truth');
  assert.equal(await who.button('Show the whole truth').count(), 0);

  await who.go('State', 'Shift+Tab');
  await who.key('ArrowLeft');
  await who.key('ArrowLeft');
  assert.equal(await who.on(), 'Why');
  await who.key('1');
  await who.use('Fire: heartbeat timer');
  await who.hears(/That timer is not running/);
  assert.match(await who.on(), /That timer is not running.*Raft §5\.2/s, 'the answer has the focus');
  const question = 'Why can S1 not win an election?';
  await who.use(question, 'Enter', 'Shift+Tab');
  assert.equal(await who.on(), question);
  await who.key('Tab');
  await axe(who.page);

  await who.opens('Notes');
  await who.go(/^Note at/);
  await who.page.keyboard.type('Ask the room');
  await who.key('Enter');
  await who.isSomewhere('pinning');
  await who.page.getByText('Ask the room').waitFor();
  await who.opens('Run until…');
  await who.use('An entry is committed');
  await who.hears(/No such moment is in sight/);
  await who.key('1');
  await who.key('k');
  await who.hears(/S1 crashes/);
  await who.isSomewhere('a stray press');
  await who.key('u');
  await who.hears(/Taken back: S1 crashes/);
  await who.isSomewhere('taking it back');
});

test('Paxos beside it: step, turn to the other side, close', async (lab) => {
  const who = await lecturer(lab);
  await who.opens('Compare…');
  await who.change('What to compare with', 'P');
  await who.use('Compare');
  await who.button('Close comparison').waitFor();
  await who.isSomewhere('beginning to compare');
  await who.key('ArrowRight');
  await who.hears(/Raft: S3 stands for election in term 1/);
  await who.key('o');
  await who.isSomewhere('turning to the other side');
  assert.equal(await who.on(), 'Paxos');
  await axe(who.page);
  await who.use('Close comparison');
  assert.equal(await who.button('Close comparison').count(), 0);
});

test('a lesson, beat by beat, and a prediction', async (lab) => {
  const who = await lecturer(lab);
  await who.use('Lessons ▾');
  await who.dialog().waitFor();
  await who.isSomewhere('opening the list');
  await axe(who.page);
  await who.use(/^13\s+Why a vote is refused/);
  await who.dialog().waitFor({ state: 'detached' });
  await who.isSomewhere('opening the lesson');
  await who.go(/^(Go on|Do it for me)/, 'Shift+Tab');
  for (let i = 0; i < 2; i++) {
    await who.key('Enter');
    await who.isSomewhere('going on');
  }
  await who.hears(/S2 has crashed and the links are mended/);
  await who.use('Leave the lesson');

  await who.use('Lessons ▾', 'Enter', 'Shift+Tab');
  await who.dialog().waitFor();
  await who.use(/^Predict what happens next/);
  await who.dialog().waitFor({ state: 'detached' });
  await who.isSomewhere('beginning to predict');
  await who.use('Yes');
  await who.page.getByText(/Right: [01] of 1/).waitFor();
  assert.match(await who.on(), /^[✓✗] Yes$/);
  await who.use(/^Next question/);
  assert.equal(await who.page.getByText(/Right: [01] of 1/).count(), 1);
  await axe(who.page);
});

test('a lecture: scenes, a black-out, and back', async (lab) => {
  const who = await lecturer(lab);
  await who.use('Next election');
  await who.key('l');
  await who.page.getByRole('navigation', { name: 'Lecture' }).waitFor();
  await who.isSomewhere('beginning');
  for (const title of ['S3 leads', 'And on']) {
    await who.use('Scenes');
    await who.dialog().waitFor();
    await who.go('Title of the scene');
    await who.page.keyboard.type(title);
    await who.key('Enter');
    await who.isSomewhere('adding a scene');
    await who.leaves();
    await who.key('PageDown');
  }
  await who.key('Shift+PageUp');
  await who.hears(/1\/2 · S3 leads/);
  await who.isSomewhere('the scene before');
  await who.key('n');
  await who.hears(/2\/2 · And on/);
  const before = await who.on();
  await who.key('b');
  await who.dialog().waitFor();
  await who.key('b');
  await who.dialog().waitFor({ state: 'detached' });
  await who.isSomewhere('the black-out');
  assert.equal(await who.on(), before);
  await axe(who.page);
  await who.use('End lecture');
  await who.page.getByRole('banner').waitFor();
});

test('a link is shared, and the transcript read', async (lab) => {
  const who = await lecturer(lab);
  await who.use('Next election');
  await who.key('s');
  await who.dialog().waitFor();
  await who.isSomewhere('opening');
  await who.use('Copy link');
  await eventually(async () => assert.match(await who.dialog().innerText(), /Copied|Select the link|copy/i));
  await axe(who.page);
  await who.leaves();
  await who.opens('Transcript');
  assert.match(await who.dialog().innerText(), /S3 becomes leader of term 1/);
  await axe(who.page);
  await who.leaves();
});
