// The search, from the page: the shortest run that loses a property, or that leads to a state, opens
// on the timeline like any other; where there is none, the page says what was covered.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { saved } from './browsers.mjs';
import { axe, fits, screenshot, test } from './support.mjs';
import { Visitor, eventually, visit } from './visitor.mjs';

const RULE = 'Accept in spite of a promise';
const FIND = `Find the shortest run that loses it: ${RULE}`;

const SECONDS = 'Seconds of searching (empty: any number)';

const lost = (who) => who.page.getByRole('region', { name: 'The stage' }).getByText(/^✗ .* is lost$/);
const stage = (who) => who.page.getByRole('region', { name: 'The stage' });
const field = (who, name) => who.dialog().getByRole('textbox', { name, exact: true });
const outcome = (who) => who.dialog().locator('.outcome').innerText();

/** Opens “Break a rule” of Paxos and asks for the shortest run. */
async function findInPaxos(who) {
  await who.protocol('Paxos');
  await who.menu('Break a rule');
  await who.dialog().getByRole('button', { name: FIND }).click();
}

/** The run that was found is on stage, at its first moment; gives how many actions it has. */
async function isFound(who, pattern) {
  const text = await stage(who).getByText(pattern).innerText();
  assert.equal(await who.dialog().count(), 0);
  const length = Number(text.match(/(\d+) actions/)[1]);
  assert.deepEqual(await who.place().then(({ position, length }) => ({ position, length })), { position: 0, length });
  assert.match(await who.heard(), pattern);
  return length;
}

/** Opens “Search from here”. */
async function searchHere(who) {
  await who.menu('Search from here');
  await who.dialog().waitFor();
}

async function begin(who) {
  await who.dialog().getByRole('button', { name: 'Search', exact: true }).click();
}

test('from the first load: break a rule, find the shortest run, step to where it is lost', async (lab) => {
  const who = await visit(lab);
  await who.protocol('Paxos');
  await who.step(3);
  const before = await who.place();
  await findInPaxos(who);
  const length = await isFound(who, /^Shortest run that loses Agreement: \d+ actions\. Step through it, or Run\.$/);
  assert.equal(await who.page.evaluate(() => document.activeElement.innerText.trim()), 'Step ▶');
  await screenshot(who.page, 'find-found');
  await axe(who.page);

  await who.step(length - 1);
  assert.equal(await lost(who).count(), 0);
  await who.step();
  assert.equal(await lost(who).innerText(), '✗ Agreement is lost');
  await screenshot(who.page, 'find-lost');
  const facts = await who.panel().getByRole('listitem').filter({ hasText: 'is chosen' }).allInnerTexts();
  assert.equal(facts.length, 2);
  assert.match(await who.heard(), /Agreement is lost/);

  // It is saved as any other run is,
  const text = await who.save();
  const saved = JSON.parse(text);
  assert.equal(saved.cursor, length);
  assert.deepEqual(saved.scenario.cluster.variants, ['accept_ignores_promise']);

  // opens for whoever gets the file, and is stepped there as any other.
  const other = await visit(lab);
  await other.openText(text);
  await lost(other).waitFor();
  assert.equal((await other.place()).position, length);
  await other.press('Back');
  assert.equal(await lost(other).count(), 0);
  await other.step();
  assert.equal(await lost(other).innerText(), '✗ Agreement is lost');

  // And the run from before is not lost.
  await who.press('Back to your run');
  assert.deepEqual(await who.place(), before);
  assert.equal(await who.button('Back to your run').count(), 0);
});

test('what is described is saved, and is searched without the page too', async (lab) => {
  const who = await visit(lab);
  await who.step(3);
  await searchHere(who);
  const depth = field(who, 'Actions in a run (empty: any number)');
  const press = () => who.dialog().getByRole('button', { name: 'Save this search' }).click();
  await depth.fill('none');
  await press();
  await eventually(async () => assert.equal(await depth.getAttribute('aria-invalid'), 'true'));
  await depth.fill('2');
  const { name, text } = await saved(who.page, press);
  assert.equal(name, 'quorumscope-search.json');
  assert.equal(JSON.parse(text).scenario.prepared.length, 3);
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope-'));
  const path = join(folder, name);
  writeFileSync(path, text);
  const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
  const words = ['run', '--quiet', '--example', 'search', '--', path];
  const said = execFileSync('cargo', words, { cwd: root, encoding: 'utf8' });
  rmSync(folder, { recursive: true });
  assert.match(said, /^outcome +covered to depth 2, \d+ states$/m);
});

test('the strip can be put away, and the way back stays in the menu', async (lab) => {
  const who = await visit(lab);
  await findInPaxos(who);
  await isFound(who, /^Shortest run that loses Agreement/);
  await stage(who).getByRole('button', { name: 'Close' }).click();
  assert.equal(await stage(who).getByText(/^Shortest run/).count(), 0);
  await who.menu('Back to your run');
  assert.equal((await who.place()).length, 0);
});

test('Search from here finds two leaders in Raft with two election timeouts', async (lab) => {
  const who = await visit(lab);
  await who.step(2);
  await searchHere(who);
  await axe(who.page);
  await screenshot(who.page, 'find-form');
  await who.dialog().getByRole('combobox', { name: 'Look for' }).selectOption('two leaders at once');
  await field(who, 'Timeouts: election timer').fill('2');
  await field(who, 'Timeouts: heartbeat timer').fill('0');
  await field(who, 'Request 1: value').fill('');
  await begin(who);
  const length = await isFound(who, /^Shortest run to two leaders at once: \d+ actions/);
  await who.step(length - 1);
  const leaders = async () => (await who.nodes()).filter((name) => /: leader/.test(name)).length;
  assert.ok(await leaders() < 2);
  await who.step();
  assert.equal(await leaders(), 2);
});

test('by keyboard alone', async (lab) => {
  const who = await visit(lab);
  await searchHere(who);
  await field(who, 'Actions in a run (empty: any number)').focus();
  await who.page.keyboard.type('x');
  await who.key('Enter');
  await eventually(async () => assert.match(await who.dialog().getByRole('alert').innerText(),
    /“Actions in a run .*” must be a whole number from 1 to 9999\./));
  assert.equal(await field(who, 'Actions in a run (empty: any number)').getAttribute('aria-invalid'), 'true');
  assert.match(await who.page.evaluate(() => document.activeElement.name), /depth/);
  await axe(who.page);
  await who.key('Control+A');
  await who.page.keyboard.type('2');
  await who.key('Enter');
  await eventually(async () => assert.match(await outcome(who),
    /^Nothing found so far: covered to depth 2, as deep as you allowed, \d+ states\.$/));
  assert.match(await who.page.evaluate(() => document.activeElement.innerText), /Change the search/);
  await who.key('Enter');
  assert.equal(await field(who, 'Actions in a run (empty: any number)').inputValue(), '2', 'what was typed is kept');
  await who.key('Escape');
  assert.equal(await who.dialog().count(), 0);
  await who.step();
});

test('bad numbers and values get a clear sentence', async (lab) => {
  const who = await visit(lab);
  await searchHere(who);
  const says = () => who.dialog().getByRole('alert').innerText();
  for (const [name, bad, good, pattern] of [
    ['Crashes', '16', '0', /“Crashes” must be a whole number from 0 to 15\./],
    ['Timeouts: election timer', '-1', '1', /“Timeouts: election timer” must be a whole number from 0 to 63\./],
    [SECONDS, '0', '', /“Seconds of searching .*” must be a whole number from 1 to 9999\./],
    ['Dropped messages', '', '0', /“Dropped messages” must be/],
    ['Request 1: value', 'x'.repeat(33), '', /at most 32 characters/],
  ]) {
    await field(who, name).fill(bad);
    await begin(who);
    await eventually(async () => assert.match(await says(), pattern));
    await field(who, name).fill(good);
  }
});

test('where everything was visited, it says so', async (lab) => {
  const who = await visit(lab);
  await who.nodeCount(3);
  await searchHere(who);
  await field(who, 'Timeouts: heartbeat timer').fill('0');
  await field(who, 'Request 1: value').fill('');
  await field(who, 'Actions in a run (empty: any number)').fill('');
  await begin(who);
  await eventually(async () => assert.match(await outcome(who),
    /^Nothing found: all [\d,]+ states within these bounds were visited\.$/));
  assert.match(await who.heard(), /Nothing found: all/);
  await axe(who.page);
  await screenshot(who.page, 'find-exhausted');
});

/** Begins a search that goes on for long, or for so many seconds. */
async function askForLong(who, seconds) {
  await searchHere(who);
  await field(who, 'Timeouts: election timer').fill('9');
  await field(who, 'Timeouts: heartbeat timer').fill('9');
  await field(who, 'Actions in a run (empty: any number)').fill('');
  await field(who, SECONDS).fill(seconds);
  await begin(who);
}

/** Begins a search that goes on for long, and waits until its numbers grow. */
async function searchForLong(who) {
  await askForLong(who, '');
  const states = async () => {
    const text = await who.dialog().locator('.covered div').filter({ hasText: /^states\d/ }).innerText();
    return Number(text.replaceAll(/\D/g, ''));
  };
  await eventually(async () => assert.ok(await states() > 1000));
  const some = await states();
  await eventually(async () => assert.ok(await states() > some));
}

test('it stops when it is told to, and says what it covered', async (lab) => {
  const who = await visit(lab);
  await searchForLong(who);
  assert.match(await who.dialog().innerText(), /Looking for the shortest run that loses a property\./);
  await axe(who.page);
  await screenshot(who.page, 'find-running');
  await who.button('Stop').click();
  await eventually(async () => assert.match(await outcome(who),
    /^Nothing found so far: covered to depth \d+, [\d,]+ states\. You stopped the search\.$/));
  const text = await outcome(who);
  await who.page.waitForTimeout(500);
  assert.equal(await outcome(who), text, 'nothing goes on');
  await who.close();
  await who.step();
});

test('where the memory is full it stops by itself, the page lives, and it can be done again', { alone: true }, async (lab) => {
  const who = await visit(lab);
  for (let i = 0; i < 2; i++) {
    await searchForLong(who);
    await who.dialog().getByText(/The memory for a search is full\.$/).first().waitFor({ timeout: 60_000 });
    assert.match(await outcome(who), /^Nothing found so far: covered to depth \d+, [\d,]+ states\. The memory/);
    await who.close();
    await who.step();
  }
});

test('where its time is over it stops by itself, says what it covered, and the page lives', async (lab) => {
  const who = await visit(lab, { init: countWorkers });
  await askForLong(who, '2');
  await eventually(async () => assert.match(await outcome(who),
    /^Nothing found so far: covered to depth \d+, [\d,]+ states\. The time you allowed is over\.$/));
  assert.deepEqual(await who.page.evaluate(() => [window.begun, window.ended]), [1, 1]);
  await axe(who.page);
  await who.close();
  await who.step();
  assert.equal((await who.place()).position, 1);
});

test('closing the dialogue stops it too', async (lab) => {
  const who = await visit(lab, { init: countWorkers });
  await searchForLong(who);
  await who.close();
  assert.deepEqual(await who.page.evaluate(() => [window.begun, window.ended]), [1, 1]);
  await who.step();
  await searchHere(who);
  await who.dialog().getByRole('button', { name: 'Search', exact: true }).waitFor();
});

function countWorkers() {
  const { Worker } = window;
  window.begun = window.ended = 0;
  window.Worker = class extends Worker {
    constructor(...rest) {
      super(...rest);
      window.begun += 1;
    }

    terminate() {
      window.ended += 1;
      super.terminate();
    }
  };
}

test('where the policy refuses workers, the same run is found by slices', async (lab) => {
  const found = [];
  for (const policy of [undefined, "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'"]) {
    const page = await lab.open(await lab.serve(policy ? { policy } : {}), {
      motion: 'reduce',
      expect: policy ? [/worker/i] : [],
    });
    const who = new Visitor(page);
    await findInPaxos(who);
    await isFound(who, /^Shortest run that loses Agreement/);
    const { scenario, actions } = JSON.parse(await who.save());
    found.push({ scenario, actions });
  }
  assert.deepEqual(found[1], found[0]);
});

test('by slices, the page lives while it searches', { alone: true }, async (lab) => {
  const who = await visit(lab, { init: () => delete window.Worker });
  await searchForLong(who);
  const worst = await who.page.evaluate(() => new Promise((resolve) => {
    let worst = 0;
    let last = performance.now();
    const frame = (count) => {
      worst = Math.max(worst, performance.now() - last);
      last = performance.now();
      if (count > 0) {
        requestAnimationFrame(() => frame(count - 1));
      } else {
        resolve(worst);
      }
    };
    requestAnimationFrame(() => frame(60));
  }));
  assert.ok(worst < 400, `a frame took ${worst} ms`);
  await who.button('Stop').click();
  await eventually(async () => assert.match(await outcome(who), /You stopped the search/));
});

test('a search whose program breaks is said, and the run goes on', async (lab) => {
  const who = await visit(lab, {
    routes: [[/quorumscope-search-.*\.wasm/, (route) => route.abort()]],
    expect: [/ERR_FAILED/],
  });
  await who.step(2);
  await searchHere(who);
  await begin(who);
  const alert = who.page.getByRole('alertdialog');
  await alert.waitFor();
  assert.match(await alert.innerText(), /search has stopped/);
  assert.equal(await who.dialog().count(), 0, 'nothing stands over the message');
  await who.page.getByRole('button', { name: 'Go on' }).click();
  await who.step();
  assert.equal((await who.place()).position, 3);
});

test('in Chinese', async (lab) => {
  const page = await lab.open(await lab.serve(), { motion: 'reduce', locale: 'zh-CN' });
  await page.getByRole('button', { name: 'Paxos', exact: true }).click();
  await page.getByRole('button', { name: 'Paxos', exact: true, pressed: true }).waitFor();
  await page.getByRole('banner').getByRole('button', { name: '破坏规则' }).click();
  await page.getByRole('button', { name: /^寻找最短反例/ }).first().waitFor();
  await screenshot(page, 'find-rules-zh');
  await page.getByRole('button', { name: '寻找最短反例：接受时不管承诺' }).click();
  await page.getByText(/^违反“一致性”的最短反例：\d+ 个动作。可单步查看，也可直接运行。$/).first().waitFor();
  await axe(page);
  await screenshot(page, 'find-found-zh');
  await page.getByText(/^更多/).click();
  await page.getByRole('button', { name: '从这里搜索' }).click();
  await axe(page);
  await screenshot(page, 'find-form-zh');
});

for (const scheme of ['light', 'dark']) {
  test(`on a phone, ${scheme}`, async (lab) => {
    const who = await visit(lab, { size: [360, 740], scheme, touch: true });
    const look = async (what) => {
      await fits(who.page);
      await axe(who.page);
      await screenshot(who.page, `find-phone-${scheme}-${what}`);
    };
    await who.protocol('Paxos');
    await who.menu('Break a rule');
    await who.dialog().getByRole('button', { name: FIND }).scrollIntoViewIfNeeded();
    await look('rules');
    await who.dialog().getByRole('button', { name: FIND }).click();
    await stage(who).getByText(/^Shortest run that loses Agreement/).waitFor();
    await look('found');
    await searchHere(who);
    await look('form');
    await who.dialog().evaluate((dialog) => dialog.scrollTo(0, 9999));
    await look('form-end');
    await who.close();
    await who.protocol('Raft');
    await searchForLong(who);
    await look('running');
    await who.button('Stop').click();
    await eventually(async () => assert.match(await outcome(who), /You stopped the search/));
    await look('stopped');
  });
}
