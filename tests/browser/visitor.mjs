// Somebody who visits the lab: what they see, hear and do, by accessible names and visible text
// alone. In English, unless a test says otherwise.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { nameOf, saved } from './browsers.mjs';

/** Run files that were made by hand, or by an example. */
const RUNS = join(dirname(fileURLToPath(import.meta.url)), 'runs');

/** How long something may take to come about. Two busy cores need some of it. */
const PATIENCE = 10_000;

/** What a notice says where nothing is wrong: nothing, or where the run is that was on stage before. */
export const NOTHING_WRONG = /^(Opened\. .*|已打开。.*)?$/;

/** Opens the lab as somebody who does not care for animation, and so gets through it faster. */
export async function visit(lab, options = {}) {
  const page = await lab.open(await lab.serve(), { motion: 'reduce', ...options });
  page.setDefaultTimeout(PATIENCE);
  return new Visitor(page);
}

/** A first election: S3 leads, and its heartbeats are under way. */
export async function elected(lab, options) {
  const who = await visit(lab, options);
  await who.press('Next election');
  assert.match((await who.nodes())[2], /S3: leader, term 1/);
  return who;
}

/** Tries until it succeeds; after a while the last failure counts. */
export async function eventually(attempt) {
  const end = Date.now() + PATIENCE;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (Date.now() > end) {
        throw error;
      }
      await new Promise((wake) => setTimeout(wake, 50));
    }
  }
}

/** A text as a pattern that means itself. */
function literally(text) {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

export class Visitor {
  constructor(page) {
    this.page = page;
  }

  // --- What there is ------------------------------------------------------------------------

  /** A button by its whole name. */
  button(name) {
    return this.page.getByRole('button', { name, exact: true });
  }

  /** A node on the stage. */
  node(number) {
    return this.page.getByRole('button', { name: new RegExp(`^S${number}[:：]`) });
  }

  /** Messages on the stage, such as `VoteReply from S1 to S3`; all of them without an argument. */
  messages(name = '') {
    return this.page.getByRole('button', { name: new RegExp(`^(?=\\w+ from [SC]\\d to [SC]\\d)${literally(name)}`) });
  }

  client(number) {
    return this.page.getByRole('button', { name: new RegExp(`^Client C${number}: `) });
  }

  /** What can be done to the chosen thing. */
  tray() {
    return this.page.getByRole('group', { name: /^Actions for / });
  }

  /** One of the things that can be done to the chosen thing. */
  offer(name) {
    return this.tray().getByRole('button', { name, exact: true });
  }

  /** What opens the menu of everything else. */
  more() {
    return this.page.getByRole('group', { name: 'Faults' }).getByText(/^More/);
  }

  panel() {
    return this.page.getByRole('tabpanel');
  }

  dialog() {
    return this.page.getByRole('dialog');
  }

  scrubber() {
    return this.page.getByRole('slider', { name: 'Position in the run' });
  }

  // --- What they read -----------------------------------------------------------------------

  /** What Step will do: `Next: VoteReply S1 → S3`. */
  next() {
    return this.page.getByText(/^Next:/).innerText();
  }

  /** Where they are: how many events have happened, how many the run has, and the time. */
  async place() {
    const text = await this.page.getByText(/event \d+( of \d+)? · t = \d+ ms$/).innerText();
    const [, position, length, now] = text.match(/event (\d+)(?: of (\d+))? · t = (\d+) ms$/);
    return { position: Number(position), length: Number(length ?? position), now: Number(now) };
  }

  /** What is said to somebody who cannot see the stage. */
  async heard() {
    const texts = await this.page.getByRole('status').allInnerTexts();
    return texts.join('\n');
  }

  /** The headings of the Why panel: what the last step was. */
  async happened() {
    const texts = await this.panel().getByRole('heading', { level: 2 }).allInnerTexts();
    return texts.join('\n');
  }

  /** What the page complains of; nothing if it does not. */
  async notice() {
    return (await this.page.getByRole('alert').allInnerTexts()).join('');
  }

  /** The accessible names of all nodes. */
  async nodes() {
    return names(this.page.getByRole('button', { name: /^S\d[:：]/ }));
  }

  /** The accessible names of all messages under way. */
  async underWay() {
    return names(this.messages());
  }

  /** The first node whose name matches, by its number; nothing if there is none. */
  async whoIs(pattern) {
    const found = (await this.nodes()).find((name) => pattern.test(name));
    return found && Number(found.match(/^S(\d)/)[1]);
  }

  /** The seed and the beginning of the state's hash, from the More menu. */
  async about() {
    const about = this.page.getByText(/^seed \d+ · state /);
    // A program that takes over brings the menu along as it was.
    if (!await about.isVisible()) {
      await this.more().click();
    }
    const text = await about.innerText();
    await this.more().click();
    const [, seed, hash] = text.match(/^seed (\d+) · state ([0-9a-f]{8})$/);
    return { seed: Number(seed), hash };
  }

  /** The link to the moment, from the dialogue that it leaves open. */
  async link() {
    await this.menu('Share…');
    const field = this.dialog().getByRole('textbox', { name: 'Link to this moment' });
    await field.waitFor();
    return field.inputValue();
  }

  /** The run so far, line by line. */
  async transcript() {
    await this.menu('Transcript');
    // It comes with the full program, which may have to be fetched first.
    await this.dialog().waitFor();
    const items = this.dialog().getByRole('listitem');
    const lines = (await items.allInnerTexts()).map((line) => line.trim());
    await this.close();
    return lines;
  }

  /** A table of the State panel, as an object: its rows by their names. */
  async variables(heading) {
    const section = this.panel().locator('section')
      .filter({ has: this.page.getByRole('heading', { name: heading }) });
    const rows = await section.getByRole('row').all();
    const entries = await Promise.all(rows.map(async (row) => [
      await row.getByRole('rowheader').innerText(),
      await row.getByRole('cell').last().innerText(),
    ]));
    return Object.fromEntries(entries);
  }

  // --- What they do -------------------------------------------------------------------------

  async press(name) {
    await this.button(name).click();
  }

  async key(name) {
    await this.page.keyboard.press(name);
  }

  async step(times = 1) {
    for (let i = 0; i < times; i++) {
      await this.press('Step');
    }
  }

  /** Steps until something is so. */
  async stepUntil(what, isSo, most = 400) {
    for (let i = 0; i < most; i++) {
      if (await isSo()) {
        return;
      }
      await this.step();
    }
    assert.fail(`${most} steps did not bring about: ${what}`);
  }

  /** A point at which a thing on the stage is seen, and nothing else: there one would click. */
  async aim(thing) {
    await thing.scrollIntoViewIfNeeded();
    const seen = await thing.evaluate((mark) => {
      const shown = mark.querySelector('.body') ?? mark.querySelector('rect:not(.touch)') ?? mark;
      const { x, y, width, height } = shown.getBoundingClientRect();
      const shares = [0.5, 0.35, 0.65, 0.2, 0.8, 0.08, 0.92];
      const points = shares.flatMap((down) => shares.map((right) => [x + width * right, y + height * down]));
      return points.find(([x, y]) => mark.contains(document.elementFromPoint(x, y)));
    });
    assert.ok(seen, `nothing of ${thing} can be clicked: other things cover it`);
    return seen;
  }

  /** Chooses a thing on the stage, so that the tray has its actions. */
  async choose(thing) {
    if (await thing.getAttribute('aria-pressed') !== 'true') {
      await this.page.mouse.click(...await this.aim(thing));
    }
    await this.tray().waitFor();
  }

  /** Chooses a thing with the keyboard, whatever is drawn over it. */
  async chooseByKey(thing) {
    await thing.focus();
    await this.key('Enter');
    await this.tray().waitFor();
  }

  /** Chooses a thing, and one of its actions. */
  async act(thing, name) {
    await this.choose(thing);
    await this.offer(name).click();
  }

  /** Submits a value to a node, by its tray. */
  async submit(number, value) {
    await this.choose(this.node(number));
    await this.tray().getByRole('textbox', { name: 'Value to submit' }).fill(value);
    await this.offer('Submit').click();
    await this.key('Escape');
  }

  async tab(name) {
    await this.page.getByRole('tab', { name }).click();
  }

  /** Chooses something from the More menu. */
  async menu(name) {
    await this.more().click();
    const group = this.page.getByRole('group', { name: 'Faults' });
    await group.getByRole('button', { name, exact: true }).click();
  }

  /** Closes the dialogue. */
  async close() {
    await this.dialog().getByRole('button', { name: 'Close' }).click();
    await this.dialog().waitFor({ state: 'detached' });
  }

  /** Turns a switch of Break a rule on or off. */
  async breakRule(name, on = true) {
    await this.page.getByRole('banner').getByRole('button', { name: /Break a rule|Rules changed/ }).click();
    await this.dialog().getByRole('checkbox', { name: new RegExp(`^${literally(name)}`) }).setChecked(on);
    await this.close();
  }

  async protocol(name) {
    const group = this.page.getByRole('group', { name: 'Protocol' });
    await group.getByRole('button', { name, exact: true }).click();
    // Its texts may have to be fetched first.
    await group.getByRole('button', { name, exact: true, pressed: true }).waitFor();
  }

  async nodeCount(count) {
    await this.page.getByRole('combobox', { name: 'Nodes' }).selectOption(String(count));
  }

  /** Saves the run, and returns the file's text. */
  async save() {
    const { name, text } = await saved(this.page, () => this.menu('Save run'));
    assert.match(name, /\.json$/);
    return text;
  }

  /** Opens a text as a run file. */
  async openText(text, name = 'run.json') {
    const buffer = typeof text === 'string' ? Buffer.from(text) : text;
    const file = { name, mimeType: 'application/json', buffer };
    await this.more().click();
    if (nameOf(this.page) === 'firefox') {
      // There a dialogue for files that Playwright has answered counts as open, and no other opens.
      await this.page.locator('input[type=file]').setInputFiles(file);
      return;
    }
    const coming = this.page.waitForEvent('filechooser');
    await this.page.getByText('Open file…').click();
    await (await coming).setFiles(file);
  }

  /** Opens a run file of the folder `runs`, and waits until it is on the stage. */
  async openRun(name) {
    const text = readFileSync(join(RUNS, `${name}.json`), 'utf8');
    await this.openText(text);
    const { cursor } = JSON.parse(text);
    await eventually(async () => assert.equal((await this.place()).position, cursor));
  }
}

async function names(locator) {
  const snapshots = await locator.evaluateAll((all) => all.map((it) => it.getAttribute('aria-label')));
  return snapshots;
}
