// Whatever is typed, opened or asked for: a clear sentence, and nothing is lost.

import assert from 'node:assert/strict';

import { fits, screenshot, test } from './support.mjs';
import { NOTHING_WRONG, eventually, visit } from './visitor.mjs';

/** A run file that is in order, to be spoiled. */
function file(changes = {}, scenario = {}) {
  return JSON.stringify({
    format: 'quorumscope-run',
    version: 1,
    scenario: { protocol: 'raft', cluster: { nodes: 3 }, ...scenario },
    seed: 5,
    actions: [{ steps: 3 }],
    ...changes,
  });
}

/** All that tells one moment from another. */
async function moment(who) {
  return { ...await who.about(), ...await who.place(), nodes: await who.nodes() };
}

async function stillReady(who) {
  assert.equal(await who.page.evaluate(() => document.documentElement.dataset.lab), 'ready');
}

/** A leader that values can be given to. */
async function leader(lab, options) {
  const who = await visit(lab, options);
  await who.press('Next election');
  await who.choose(who.node(3));
  return who;
}

// --- Values ---------------------------------------------------------------------------------

const REFUSED = [
  ['nothing', '', 'A value needs at least one character.'],
  ['spaces alone', '   ', 'A value needs at least one character.'],
  ['33 characters', 'x'.repeat(33), 'A value has at most 32 characters.'],
  ['1,000 characters', '值'.repeat(1000), 'A value has at most 32 characters.'],
  ['a control character', 'a\u0007b', 'A value must not contain control characters.'],
  ['a character that turns the text around', 'a\u202Eb', 'A value must not contain control characters.'],
  ['an isolate without an end', '\u2067x', 'A value must not contain control characters.'],
];

test('a value that is none is refused, says why, and stays to be mended', async (lab) => {
  const who = await leader(lab);
  const before = await moment(who);
  const box = who.tray().getByRole('textbox');
  for (const [what, value, sentence] of REFUSED) {
    await box.fill(value);
    await who.offer('Submit').click();
    assert.equal(await who.notice(), sentence, what);
    assert.deepEqual(await moment(who), before, what);
    assert.equal(await box.inputValue(), value, `${what}: what was typed is not lost`);
  }
  await box.fill('x=1');
  await box.press('Enter');
  assert.match(await who.notice(), NOTHING_WRONG, 'a good one takes the notice away');
  assert.equal(await who.messages('Request from C1').count(), 1);
});

const TEXTS = [
  ['a script', '<script>hacked=1</script>'],
  ['an image that fails', '<img src=x onerror=hacked=1>'],
  ['an entity and quotes', '&amp; "x" \'y\' `z` \\n'],
  ['a place for a word', '{node} {value} {}'],
  ['Hebrew', 'שלום=עולם'],
  ['Arabic and digits', 'مرحبا=123'],
  ['32 Chinese characters', '共识算法实验室中的一个很长的值共识算法实验室中的一个很长的值完了'],
  ['emoji', '👩‍👩‍👧‍👦=🎉'],
  ['half a character', 'a\uD800b'],
  ['marks upon marks', 'Z̷̢̛͓͙̪a̶l̸g̷o̴'],
];

/** Nothing of a value has become anything but text, and all of it can be read. */
async function isText(who, shown) {
  assert.ok((await who.transcript()).some((line) => line.includes(`“${shown}”`)), `${shown} in the transcript`);
  await who.tab('State');
  assert.ok((await who.panel().innerText()).includes(`asked for ${shown}`), `${shown} in the State panel`);
  assert.equal(await who.page.evaluate(() => window.hacked), undefined);
  assert.equal(await who.page.locator('img, script:not([src])').count(), 0);
  for (const width of [1440, 360]) {
    await who.page.setViewportSize({ width, height: 800 });
    await eventually(() => fits(who.page));
  }
  await who.page.setViewportSize({ width: 1440, height: 900 });
  await stillReady(who);
}

/** The run is saved and opened again, and nothing has changed. */
async function survivesItsFile(who) {
  const before = await moment(who);
  const saved = await who.save();
  await who.press('To the start');
  await who.openText(saved);
  await eventually(async () => assert.deepEqual(await moment(who), before));
  assert.match(await who.notice(), NOTHING_WRONG);
}

test('whatever a value holds is text, wherever Raft shows it', async (lab) => {
  const who = await leader(lab);
  for (const [, value] of TEXTS) {
    const shown = Buffer.from(value).toString();
    await who.submit(3, value);
    const asked = await who.client(1).getAttribute('aria-label');
    assert.ok(asked.endsWith(`asked for ${shown}, waits for an answer`), asked);
    await who.tab('Why');
    await who.stepUntil('it is appended', async () => /appends/.test(await who.happened()));
    assert.ok((await who.happened()).includes(`“${shown}”`), await who.happened());
    await who.stepUntil('an answer', async () =>
      (await who.client(1).getAttribute('aria-label')).includes(`asked for ${shown}, was told`));
    await isText(who, shown);
  }
  await survivesItsFile(who);
});

for (const [what, value] of TEXTS.slice(0, 5)) {
  test(`whatever a value holds is text, wherever Paxos shows it (${what})`, async (lab) => {
    const who = await visit(lab);
    await who.protocol('Paxos');
    await who.act(who.messages('Request from C1 to S1'), 'Drop');
    await who.submit(2, value);
    for (let i = 0; i < 5; i++) {
      await who.press('Next phase');
    }
    await who.stepUntil('an answer', async () =>
      (await who.client(2).getAttribute('aria-label')).endsWith(`was told ${value}`), 30);
    await isText(who, value);
    await survivesItsFile(who);
  });
}

test('a long value does not push anything off the stage', async (lab) => {
  const who = await visit(lab);
  await who.protocol('Paxos');
  await who.submit(5, 'W'.repeat(32));
  await who.stepUntil('it is accepted', async () => /accepts “W/.test(await who.happened()));
  const outside = await who.page.getByRole('group', { name: /^The cluster/ }).evaluate((stage) => {
    const frame = stage.getBoundingClientRect();
    return [...stage.querySelectorAll('text')].filter((text) => {
      const { left, right, width } = text.getBoundingClientRect();
      // A box is a little wider than what is drawn in it.
      return width > 0 && (left < frame.left - 1 || right > frame.right + 1);
    }).map((text) => text.textContent);
  });
  assert.deepEqual(outside, []);
  await screenshot(who.page, 'long-value');
});

// --- Files ----------------------------------------------------------------------------------

const deep = '['.repeat(100_000);

const NO_RUNS = [
  ['nothing in it', '', /damaged at line 1, column 1\./],
  ['half of a run', file().slice(0, 90), /damaged at line 1, column \d+\./],
  ['an error on its fourth line', file().replaceAll(',', ',\n').replace('"cluster"', 'cluster'), /damaged at line 4, column 1\./],
  ['a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), /damaged at line 1/],
  ['brackets without an end', deep, /damaged at line 1/],
  ['a list', '[1, 2, 3]', /does not hold a run/],
  ['a number', '12', /does not hold a run/],
  ['another program’s settings', '{"name":"left-pad","version":"1.3.0"}', /does not hold a run/],
  ['another format', file({ format: 'raftscope' }), /does not hold a run/],
  ['a newer version', file({ version: 99 }), /newer version of the lab \(format 99\)/],
  ['no version', file({ version: 'one' }), /beginning of that file, its scenario or seed/],
  ['a seed that is none', file({ seed: -1 }), /damaged|beginning of that file/],
  ['no scenario', file({ scenario: undefined }), /beginning of that file/],
  ['no actions', file({ actions: undefined }), /beginning of that file/],
  ['an unknown protocol', file({}, { protocol: 'zab' }), /does not exist here/],
  ['an unknown variant', file({}, { cluster: { nodes: 3, variants: ['be_nice'] } }), /does not exist here/],
  ['no nodes', file({}, { cluster: { nodes: 0 } }), /does not exist here|1 to 9 nodes/],
  ['200 nodes', file({}, { cluster: { nodes: 200 } }), /does not exist here|1 to 9 nodes/],
  ['10 nodes', file({}, { cluster: { nodes: 10 } }), /The stage takes 1 to 9 nodes/],
  ['10 clients', file({}, { clients: 10 }), /does not exist here/],
  ['a latency of nothing', file({}, { network: { latency: { min: 0, max: 0 } } }), /does not exist here/],
  ['more loss than messages', file({}, { network: { loss_permille: 1001 } }), /does not exist here/],
  ['a timer that runs for ever', file({}, { cluster: { nodes: 3, timing: { election: { min: 9, max: 4 } } } }), /does not exist here/],
  ['an action that is none', file({ actions: [{ steps: 1 }, { then: { explode: 'S1' } }] }), /Place 2 in that file’s list of actions/],
  ['a value that is none', file({ actions: [{ then: { submit: ['C1', 'S1', 'a\u202Eb'] } }] }), /Place 1 in that file’s list/],
  ['a preparation that makes no sense', file({}, { prepared: [{ restart: 'S1' }] }), /does not exist here/],
  ['too many actions', file({ actions: [{ steps: 100_001 }] }), /more actions than the lab takes/],
  ['far too many actions', file({ actions: [{ steps: 4_294_967_295 }] }), /more actions than the lab takes/],
  ['more than 8 MB', ' '.repeat((8 << 20) + 1), /too large for a run/],
];

test('a file that is no run is refused, says why, and the run on screen stays', async (lab) => {
  const who = await visit(lab);
  await who.step(4);
  const before = await moment(who);
  for (const [what, text, sentence] of NO_RUNS) {
    await who.openText(text);
    await eventually(async () => assert.match(await who.notice(), sentence, `a file with ${what}`));
    assert.deepEqual(await moment(who), before, `a file with ${what}`);
    await stillReady(who);
    await who.key('Escape');
  }
  // And the next one, which is in order, opens.
  await who.openText(file());
  await eventually(async () => assert.equal((await who.about()).seed, 5));
  assert.match(await who.notice(), NOTHING_WRONG);
});

test('a file whose action makes no sense opens up to there, and says where and why', async (lab) => {
  const who = await visit(lab);
  await who.openText(file({ actions: [{ steps: 2 }, { then: { restart: 'S1' } }, { steps: 5 }] }));
  await eventually(async () =>
    assert.match(await who.notice(), /^Action 3 of that run makes no sense here.*That node is not down\.$/));
  assert.deepEqual([(await who.place()).position, (await who.place()).length], [2, 2]);
});

test('a file that was saved in another state opens, and says so', async (lab) => {
  const who = await visit(lab);
  await who.openText(file({ hash: '0123456789abcdef' }));
  await eventually(async () => assert.match(await who.notice(), /reaches another state than the one that was saved/));
  assert.equal((await who.place()).position, 3);
});

test('a file with its cursor beyond its end opens at its end', async (lab) => {
  const who = await visit(lab);
  await who.openText(file({ cursor: 4_000_000_000 }));
  await eventually(async () => assert.equal((await who.about()).seed, 5));
  assert.equal((await who.place()).position, 3);
});

test('the same file can be opened twice', async (lab) => {
  const who = await visit(lab);
  for (let i = 0; i < 2; i++) {
    await who.openText(file());
    await eventually(async () => assert.equal((await who.place()).position, 3));
    await who.step();
    assert.equal((await who.place()).position, 4);
  }
});

test('a run of the other protocol opens, and this one’s run is kept', async (lab) => {
  const who = await visit(lab);
  await who.step(4);
  const { hash } = await who.about();
  await who.openText(file({}, { protocol: 'paxos' }));
  await eventually(async () => assert.equal((await who.about()).seed, 5));
  await who.button('Next phase').waitFor();
  await who.protocol('Raft');
  assert.equal((await who.about()).hash, hash);
});

test('a notice can be read and goes away with Escape', async (lab) => {
  const who = await visit(lab);
  await who.openText('[]');
  await eventually(async () => assert.match(await who.notice(), /does not hold a run/));
  const notice = who.page.getByRole('alert').filter({ hasText: 'does not hold a run' });
  assert.ok(await notice.evaluate((it) => {
    const { x, y, width, height } = it.getBoundingClientRect();
    // Clicks go through it; what is to be known is what is seen.
    it.style.pointerEvents = 'auto';
    return it.contains(document.elementFromPoint(x + width / 2, y + height / 2));
  }), 'nothing covers it');
  await who.key('Escape');
  assert.equal(await who.notice(), '');
});

// --- Sizes and speeds -----------------------------------------------------------------------

test('a cluster size or speed that nobody offers is refused or brought into range', async (lab) => {
  const who = await visit(lab);
  const before = await moment(who);
  for (const value of ['0', '10', '99', '-1', 'x', '']) {
    await who.page.getByRole('combobox', { name: 'Nodes' }).evaluate((select, value) => {
      const option = new Option(value, value);
      select.append(option);
      option.selected = true;
      select.dispatchEvent(new Event('change', { bubbles: true }));
      option.remove();
    }, value);
    assert.equal(await who.notice(), 'The stage takes 1 to 9 nodes.', value);
  }
  assert.deepEqual(await moment(who), before);
  await who.page.getByRole('combobox', { name: 'Speed' }).evaluate((select) => {
    select.append(new Option('999×'));
    select.selectedIndex = select.options.length - 1;
    select.dispatchEvent(new Event('change', { bubbles: true }));
  });
  await who.press('Run');
  await eventually(async () => assert.ok((await who.place()).position > 2));
  await who.press('Pause');
  await stillReady(who);
});

// --- Languages ------------------------------------------------------------------------------

for (const [what, answer, expect] of [
  ['missing', { status: 404, body: 'not found' }, [/status of 404/]],
  ['damaged', { status: 200, body: '{"ui.step":' }, []],
  ['something else', { status: 200, body: '<!doctype html>' }, []],
  ['a list', { status: 200, body: '[]' }, []],
]) {
  test(`a catalogue that is ${what} is said, and the page stays in its language`, async (lab) => {
    const who = await visit(lab, { routes: [[/\/zh-CN-[0-9a-f]+\.json/, (route) => route.fulfill(answer)]], expect });
    await who.step(3);
    const before = await moment(who);
    await who.press('中文');
    await eventually(async () =>
      assert.equal(await who.notice(), 'The Chinese texts could not be loaded. The page stays in English.'));
    assert.equal(await who.page.evaluate(() => document.documentElement.lang), 'en');
    assert.deepEqual(await moment(who), before);
    await who.step();
    await stillReady(who);
  });
}

test('a catalogue that does not come is said, and comes at the next try', async (lab) => {
  let broken = true;
  const who = await visit(lab, {
    locale: 'zh-CN',
    routes: [[/\/en-[0-9a-f]+\.json/, (route) => (broken ? route.abort('connectionreset') : route.continue())]],
    expect: [/ERR_CONNECTION_RESET/],
  });
  await who.press('English');
  await eventually(async () => assert.equal(await who.notice(), '英文文本无法加载，页面仍使用中文。'));
  broken = false;
  await who.press('English');
  await who.button('Step').waitFor();
  assert.match(await who.notice(), NOTHING_WRONG);
});

// --- What is stored -------------------------------------------------------------------------

test('what somebody else left in the storage does no harm', async (lab) => {
  const who = await visit(lab, {
    init: () => {
      // Firefox runs this in the empty page too that comes before, which has no storage.
      if (window.origin === 'null') {
        return;
      }
      for (const key of ['language', 'theme', 'keys']) {
        localStorage.setItem(`quorumscope.1.${key}`, '<b>\u0000nonsense');
      }
    },
  });
  assert.equal(await who.page.evaluate(() => document.documentElement.lang), 'en');
  await who.key('2');
  assert.equal(await who.tray().count(), 1, 'the keys are on');
  await stillReady(who);
});

test('a storage that is full does no harm', async (lab) => {
  const who = await visit(lab, {
    init: () => {
      Storage.prototype.setItem = () => {
        throw new DOMException('full', 'QuotaExceededError');
      };
    },
  });
  await who.press('Dark theme');
  await who.press('中文');
  await who.button('单步').waitFor();
  await stillReady(who);
});

// --- Anything at all ------------------------------------------------------------------------

/** Numbers that are the same in every run of the tests (mulberry32). */
function numbers(seed) {
  return (below) => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

for (const seed of [1, 2, 3]) {
  test(`pressing anything in any order breaks nothing (${seed})`, async (lab) => {
    const who = await visit(lab, { size: seed === 3 ? [360, 740] : [1440, 900] });
    const random = numbers(seed);
    const keys = ['Space', 'Enter', 'Escape', 'ArrowLeft', 'ArrowRight', 'PageUp', 'PageDown', 'Tab', 'Home', 'End',
      'k', 'd', 'p', '?', '1', '2', '3', '5', '9', 'x'];
    for (let i = 0; i < 300; i++) {
      if (random(3) === 0) {
        await who.key(keys[random(keys.length)]);
      } else {
        await who.page.evaluate((number) => {
          const root = document.querySelector('dialog[open]') ?? document;
          const all = root.querySelectorAll('button, [role=button], [role=tab], summary, input[type=checkbox], option');
          const some = [...all].filter((it) => !/^(Save run|保存运行)$/.test(it.innerText));
          const it = some[number % some.length];
          if (it.tagName === 'OPTION') {
            it.selected = true;
            it.parentElement.dispatchEvent(new Event('change', { bubbles: true }));
          } else {
            it.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true }));
          }
        }, random(1 << 20));
      }
      assert.equal(await who.page.evaluate(() => document.documentElement.dataset.lab), 'ready', `after ${i + 1} presses`);
    }
    // A press may have asked for the full program, which brings what was asked for when it comes.
    await eventually(async () => assert.equal(await who.page.locator('.notice[role=status]').textContent(), ''));
    // What the boot script holds is the run that is on stage.
    await who.key('Escape');
    await who.key('Escape');
    // The last press may have asked for the other language, which takes a moment to come; and a
    // lecture may have been begun, which hides the controls.
    await eventually(async () => {
      const end = who.page.getByRole('button', { name: /^(End lecture|结束讲授)$/ });
      if (await end.count() > 0) {
        await end.click({ timeout: 1000 });
      }
      if (await who.button('English').count() > 0) {
        await who.button('English').click({ timeout: 1000 });
      }
      assert.equal(await who.scrubber().count(), 1);
    });
    await who.scrubber().focus();
    await who.key('End');
    const { hash } = await who.about();
    const text = await who.page.evaluate(() => window.quorumscope.run());
    const again = await visit(lab);
    await again.openText(text);
    await eventually(async () => {
      // Of two runs beside each other, a file does not say to which of them somebody has turned.
      if (text.includes('"quorumscope-pair"') && (await again.about()).hash !== hash) {
        await again.key('o');
      }
      assert.equal((await again.about()).hash, hash);
    });
  });
}

test('a panic keeps the run of somebody who has come far', async (lab) => {
  const who = await visit(lab, { expect: [/panicked|unreachable/] });
  await who.step(6);
  await who.act(who.node(2), 'Kill');
  await who.submit(4, '<x="1"> \\ 值');
  await who.press('Back');
  await who.press('Back');
  await who.act(who.node(5), 'Kill');
  await who.step(3);
  const { hash } = await who.about();
  await who.page.evaluate(() => setTimeout(() => wasm_bindgen.force_panic(), 0));
  await who.page.getByRole('alertdialog').waitFor();
  const kept = await who.page.locator('textarea').inputValue();
  const again = await visit(lab);
  await again.openText(kept);
  await eventually(async () => assert.equal((await again.about()).hash, hash));
});
