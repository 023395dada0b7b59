// Both languages, both themes, wide and narrow: everybody can read the page, and nothing on it is
// out of reach.

import assert from 'node:assert/strict';
import { basename, join } from 'node:path';

import { SINGLE, axe, fits, reached, screenshot, test } from './support.mjs';
import { Visitor, eventually, visit } from './visitor.mjs';

/** What one needs to find one's way, in each language. */
const WORDS = {
  'en-US': {
    step: 'Step', kill: 'Kill a node', killIt: 'Kill', restart: 'Restart', more: /^More/, faults: 'Faults',
    rules: 'Rules', state: 'State', properties: 'Properties', transcript: 'Transcript', help: 'Help',
    breakRule: 'Break a rule', nodes: 'Nodes',
  },
  'zh-CN': {
    step: '单步', kill: '终止节点', killIt: '终止', restart: '重启', more: /^更多/, faults: '故障',
    rules: '规则', state: '状态', properties: '不变式', transcript: '文字记录', help: '帮助',
    breakRule: '破坏规则', nodes: '节点数',
  },
};

/** What the page says of its language. */
async function language(frame) {
  return frame.evaluate(() => document.documentElement.lang);
}

async function theme(frame) {
  return frame.evaluate(() => {
    const [red, green, blue] = getComputedStyle(document.documentElement).backgroundColor.match(/\d+/g).map(Number);
    return red + green + blue > 3 * 128 ? 'light' : 'dark';
  });
}

// --- Language -------------------------------------------------------------------------------

for (const [locale, expected] of [
  ['en-US', 'en'],
  ['en-GB', 'en'],
  ['zh-CN', 'zh-CN'],
  ['zh', 'zh-CN'],
  ['zh-TW', 'zh-CN'],
  ['de-DE', 'en'],
]) {
  test(`a browser in ${locale} gets the page in ${expected}`, async (lab) => {
    const who = await visit(lab, { locale });
    assert.equal(await language(who.page), expected);
    await who.button(expected === 'en' ? 'Step' : '单步').waitFor();
    assert.match(await who.page.title(), expected === 'en' ? /laboratory for consensus/ : /共识/);
  });
}

test('the language is switched in place: the run stays, and every word changes', async (lab) => {
  const who = await visit(lab);
  await who.step(4);
  const { hash } = await who.about();
  await who.press('中文');
  await who.button('单步').waitFor();
  assert.equal(await language(who.page), 'zh-CN');
  assert.match(await who.page.title(), /共识/);
  assert.match(await who.page.getByText(/^下一步：/).innerText(), /RequestVote S3 → S5|VoteReply/);
  assert.match(await who.panel().innerText(), /任期/);
  assert.match((await who.nodes())[2], /^S3：候选人/);
  await who.press('English');
  await who.button('Step').waitFor();
  assert.equal((await who.about()).hash, hash);
  assert.equal((await who.place()).position, 4);
});

test('the language is remembered, whatever the browser prefers', async (lab) => {
  const who = await visit(lab);
  await who.press('中文');
  await who.button('单步').waitFor();
  await who.page.reload();
  await reached(who.page, 'ready');
  assert.equal(await language(who.page), 'zh-CN');
  await who.press('English');
  await who.button('Step').waitFor();
  await who.page.reload();
  await reached(who.page, 'ready');
  assert.equal(await language(who.page), 'en');
});

/** Shows a protocol, in any language; it may have to be fetched first. */
async function show(who, protocol) {
  await who.press(protocol);
  await who.page.getByRole('button', { name: protocol, exact: true, pressed: true }).waitFor();
}

/** Goes where there is something to read, and hands on all of it: what is seen, and what is said. */
async function tour(who, t, read) {
  const look = async () => read(await who.page.evaluate(() => {
    const said = ['aria-label', 'title', 'aria-description', 'aria-valuetext', 'placeholder'];
    const spoken = [...document.querySelectorAll('*')].flatMap((it) => said.map((name) => it.getAttribute(name)));
    const drawn = [...document.querySelectorAll('svg text, svg title')].map((it) => it.textContent);
    // Not `innerText` of the whole, in which Firefox runs the texts of a drawing together.
    const written = [...document.querySelectorAll('body *')]
      .filter((it) => it.checkVisibility())
      .flatMap((it) => [...it.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE))
      .map((text) => text.data);
    return [...written, ...spoken, ...drawn].filter(Boolean).join('\n');
  }));
  for (const protocol of ['Raft', 'Paxos']) {
    await show(who, protocol);
    for (let i = 0; i < 45; i++) {
      await who.press(t.step);
      await look();
      if (i % 15 === 12) {
        // Something to refuse, to lose and to answer.
        await who.key(String(1 + i % 5));
        await who.page.getByRole('textbox').fill(`x=${i}`);
        await who.key('Enter');
        await look();
        await who.page.getByRole('button', { name: t.killIt, exact: true }).click();
        await look();
        await who.page.getByRole('button', { name: t.restart, exact: true }).click();
        await look();
        await who.key('Escape');
      }
    }
    for (const message of (await who.messages().all()).slice(0, 1)) {
      await message.focus();
      await who.key('Enter');
      await look();
      await who.key('Escape');
    }
    for (const tab of [t.rules, t.state, t.properties]) {
      await who.tab(tab);
      await look();
    }
    for (const name of [t.breakRule, t.help]) {
      await who.page.getByRole('banner').getByRole('button', { name }).click();
      await who.dialog().waitFor();
      await look();
      await who.key('Escape');
    }
  }
}

for (const locale of ['en-US', 'zh-CN']) {
  test(`no text is missing (${locale})`, async (lab) => {
    const who = await visit(lab, { locale });
    const found = new Set();
    await tour(who, WORDS[locale], (text) => {
      const keys = /\b(cite|error|event|fact|field|loss|note|property|protocol|role|rule|section|side|tally|timer|ui|variant|word|work)\.[a-z_]+|\{\w*\}|undefined|NaN/g;
      (text.match(keys) ?? []).forEach((key) => found.add(key));
    });
    assert.deepEqual([...found], [], 'a key, and not a text; or a place without its word');
  });
}

test('in Chinese nothing is left in English but the papers’ names', async (lab) => {
  const names = `
    Quorumscope English Paxos Multi Flexible Raft Made Simple Herlihy Wing Figure Esc Ctrl Shift Space Enter Tab PageUp PageDown
    Request Reply Prepare Promise Accept Accepted Refused
    RequestVote VoteReply AppendEntries AppendReply Heartbeat entries success true false
    currentTerm votedFor candidateId log term commitIndex lastApplied nextIndex matchIndex
    Prep Prom Acc Ref lastLogTerm lastLogIndex prevLogIndex prevLogTerm leaderCommit promised accepted null min
  `.toLowerCase().trim().split(/\s+/);
  const who = await visit(lab, { locale: 'zh-CN' });
  const found = new Set();
  await tour(who, WORDS['zh-CN'], (text) => {
    text.toLowerCase().match(/[a-z]{3,}/g).forEach((word) => found.add(word));
  });
  assert.deepEqual([...found].filter((word) => !names.includes(word)), []);
});

// --- Theme ----------------------------------------------------------------------------------

for (const scheme of ['light', 'dark']) {
  test(`a browser that prefers ${scheme} gets it; the other is a click away, and remembered`, async (lab) => {
    const who = await visit(lab, { scheme });
    const other = scheme === 'light' ? 'dark' : 'light';
    const toggle = who.button('Dark theme');
    assert.equal(await theme(who.page), scheme);
    assert.equal(await toggle.getAttribute('aria-pressed'), String(scheme === 'dark'));
    await toggle.click();
    await eventually(async () => assert.equal(await theme(who.page), other));
    assert.equal(await toggle.getAttribute('aria-pressed'), String(other === 'dark'));
    await who.page.reload();
    await reached(who.page, 'ready');
    assert.equal(await theme(who.page), other);
  });
}

test('on paper: the stage, why, and the diagram, dark on light', { chromium: 'it alone can look as if printed' }, async (lab) => {
  const who = await visit(lab, { scheme: 'dark' });
  await who.step(8);
  await who.key('t');
  await who.page.getByRole('region', { name: 'Space-time diagram' }).waitFor();
  await who.page.emulateMedia({ media: 'print', colorScheme: 'dark' });
  assert.equal(await theme(who.page), 'light');
  assert.deepEqual(await who.page.evaluate(() => {
    const shown = (selector) => document.querySelector(selector).getBoundingClientRect().height > 50;
    return ['.stage', '.pane', '.diagram svg', '.top', '.transport'].filter(shown);
  }), ['.stage', '.pane', '.diagram svg']);
  const faint = await who.page.evaluate(() => [...document.querySelectorAll('.stage text')]
    .map((it) => getComputedStyle(it).fill.match(/\d+/g).slice(0, 3).map(Number))
    .filter((rgb) => Math.min(...rgb) > 200).length);
  const badges = await who.page.locator('.stage .badge').count();
  assert.ok(faint <= badges, 'only badges have light letters, on their own ground');
  const pdf = await who.page.pdf({ format: 'A4' });
  assert.ok(pdf.length > 10_000);
});

// --- Without storage ------------------------------------------------------------------------

test('in a sandboxed frame, where nothing can be stored, both can still be switched', async (lab) => {
  const host = `<!doctype html><html lang="en"><title>A page that embeds</title><link rel="icon" href="data:,">
    <iframe title="lab" sandbox="allow-scripts" width="1000" height="700" src="${basename(SINGLE)}"></iframe>`;
  const url = await lab.serve({ folder: join(SINGLE, '..'), policy: '', pages: { '/host': host } });
  const page = await lab.open(url + 'host', { until: null });
  const frame = await (await page.$('iframe')).contentFrame();
  await reached(page, 'ready', frame);
  const button = (name) => frame.getByRole('button', { name, exact: true });
  const stored = await frame.evaluate(() => {
    try {
      return String(window.localStorage);
    } catch (error) {
      return error.name;
    }
  });
  assert.equal(stored, 'SecurityError');
  await button('Step').click();
  await button('中文').click();
  await button('单步').waitFor();
  assert.equal(await language(frame), 'zh-CN');
  await button('深色主题').click();
  await eventually(async () => assert.equal(await theme(frame), 'dark'));
  await button('单步').click();
  await frame.getByText(/事件 2/).waitFor();
  await button('English').click();
  await button('Step').waitFor();
});

// --- Motion ---------------------------------------------------------------------------------

for (const motion of ['reduce', 'no-preference']) {
  const glides = motion === 'no-preference';
  test(`a step ${glides ? 'glides' : 'does not glide'} where motion is ${motion}`, async (lab) => {
    const who = await visit(lab, {
      motion,
      init: () => {
        window.asked = 0;
        const { requestAnimationFrame } = window;
        window.requestAnimationFrame = (draw) => {
          window.asked += 1;
          return requestAnimationFrame(draw);
        };
      },
    });
    await who.step();
    const before = await who.page.evaluate(() => window.asked);
    await who.step();
    if (glides) {
      await who.page.waitForFunction((before) => window.asked > before + 2, before);
    } else {
      assert.equal(await who.page.evaluate(() => window.asked), before);
    }
    const moving = await who.page.evaluate(() => document.getAnimations().length);
    assert.ok(glides || moving === 0, 'and nothing else moves');
  });
}

// --- For everybody --------------------------------------------------------------------------

/** The states in which the page is looked at. Each begins where the one before has ended. */
const STATES = [
  ['start', async () => {}],
  ['election', async (who, t) => {
    for (let i = 0; i < 6; i++) {
      await who.press(t.step);
    }
  }],
  ['node-tray', async (who) => who.choose(who.node(1))],
  ['message-tray', async (who) => who.chooseByKey(who.page.getByRole('button', { name: /^VoteReply/ }).last())],
  ['choosing', async (who, t) => {
    await who.key('Escape');
    await who.press(t.kill);
  }],
  ['refused', async (who, t) => {
    await who.key('Escape');
    await who.key('p');
  }],
  ['rules', async (who, t) => {
    await who.key('Escape');
    await who.tab(t.rules);
  }],
  ['state', async (who, t) => who.tab(t.state)],
  ['properties', async (who, t) => who.tab(t.properties)],
  ['more', async (who, t) => who.page.getByText(t.more).first().click()],
  ['transcript', async (who, t) => who.page.getByRole('button', { name: t.transcript }).click()],
  ['help', async (who) => {
    await who.key('Escape');
    await who.key('?');
  }],
  ['break-a-rule', async (who, t) => {
    await who.key('Escape');
    await who.page.getByText(t.more).first().click();
    await who.page.getByRole('group', { name: t.faults }).getByRole('button', { name: t.breakRule }).click();
  }],
  ['paxos', async (who, t) => {
    await who.key('Escape');
    await show(who, 'Paxos');
    for (let i = 0; i < 15; i++) {
      await who.press(t.step);
    }
  }],
  ['nine-nodes', async (who, t) => {
    await who.page.getByRole('combobox', { name: t.nodes }).selectOption('9');
    for (let i = 0; i < 14; i++) {
      await who.press(t.step);
    }
    await who.key('9');
    await who.key('k');
  }],
  ['lost', async (who) => who.openFigure8()],
];

/** Opens the violation of Figure 8 in whatever language the page is. */
class Reader extends Visitor {
  async openFigure8() {
    const { readFileSync } = await import('node:fs');
    const file = new URL('runs/figure-8.json', import.meta.url);
    const text = readFileSync(file, 'utf8').replace(/"cursor":\d+/, '"cursor":128');
    const buffer = Buffer.from(text);
    await this.page.locator('input[type=file]').setInputFiles({ name: 'run.json', mimeType: 'application/json', buffer });
    await this.page.getByText(/^✗ (Leader Completeness|已违反“领导者完整性”)/).first().waitFor();
    await this.page.getByRole('tab').last().click();
  }

  /** The tray, in any language. */
  tray() {
    return this.page.getByRole('group', { name: /^(Actions for|对)/ });
  }
}

for (const [name, options] of [
  ['light', {}],
  ['dark', { scheme: 'dark' }],
  ['chinese', { locale: 'zh-CN' }],
  ['phone', { size: [360, 740] }],
  ['phone-chinese-dark', { size: [360, 740], locale: 'zh-CN', scheme: 'dark' }],
]) {
  test(`everybody can read and reach everything (${name})`, async (lab) => {
    const { page } = await visit(lab, options);
    const who = new Reader(page);
    const found = [];
    for (const [state, bring] of STATES) {
      await bring(who, WORDS[options.locale ?? 'en-US']);
      await screenshot(page, `look-${name}-${state}`);
      for (const look of [axe, fits]) {
        await look(page).catch((error) => found.push(`${state}: ${error.message}`));
      }
    }
    assert.equal(found.join('\n'), '');
  });
}

test('nothing makes the page wider than the window, from 320 px to 1920 px', async (lab) => {
  const who = await visit(lab);
  await who.press('Next election');
  await who.choose(who.node(3));
  for (const width of [320, 360, 480, 720, 760, 761, 900, 1024, 1280, 1920]) {
    await who.page.setViewportSize({ width, height: 700 });
    await eventually(() => fits(who.page));
  }
});

test('on a wide screen a panel may be longer than its place, and the page is not', async (lab) => {
  const who = await visit(lab, { size: [1440, 640] });
  await who.step(3);
  assert.ok(await who.panel().evaluate((it) => it.scrollHeight > it.clientHeight), 'the panel is long');
  assert.equal(await who.page.evaluate(() => document.documentElement.scrollHeight - innerHeight), 0);
});

test('Step stays where it is, whatever happens', async (lab) => {
  for (const size of [[1440, 900], [360, 740]]) {
    const who = await visit(lab, { size });
    const places = new Set();
    const look = async () => {
      const { x, y } = await who.button('Step').boundingBox();
      places.add(`${Math.round(x)},${Math.round(y)}`);
    };
    await look();
    for (let i = 0; i < 25; i++) {
      await who.step();
      await look();
    }
    await who.key('2');
    await look();
    await who.key('k');
    await look();
    await who.press('Back');
    await look();
    assert.deepEqual([...places].length, 1, `${size[0]} px wide: ${[...places].join(' ')}`);
  }
});
