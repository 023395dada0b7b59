// The core hands over to the full program: whoever asks for more gets it, and loses nothing.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

import { SINGLE, axe, reached, test } from './support.mjs';
import { LIMIT, sum, visited } from './figures/visit.mjs';
import { Visitor, eventually, visit } from './visitor.mjs';

const missing = (route) => route.fulfill({ status: 404, body: 'not found' });

const program = (page) => page.evaluate(() => document.documentElement.dataset.program);

async function isOnPage(who, name) {
  await eventually(async () => assert.equal(await program(who.page), name));
}

/** Asks for what only the full program has, and closes it again. */
async function askForMore(who) {
  await who.menu('Transcript');
  await who.dialog().waitFor();
  await who.close();
  assert.equal(await program(who.page), 'quorumscope-full');
}

test('a first visit fetches the core, nothing of the full program, and little enough', async (lab) => {
  const { page, rows } = await visited(lab);
  assert.equal(await program(page), 'quorumscope');
  const files = rows.map(({ file }) => file);
  assert.deepEqual(files.filter((file) => /full|search|locales\/.*\/paxos/.test(file)), []);
  const bytes = sum(rows, 'gzip');
  assert.ok(bytes <= LIMIT, `${bytes} bytes`);
});

test('what is on the page is the same before and after, in another language and theme', async (lab) => {
  const who = await visit(lab);
  await who.nodeCount(7);
  await who.step(9);
  await who.act(who.node(3), 'Kill');
  await who.step(5);
  await who.press('Back');
  await who.press('Back');
  await who.tab('State');
  await who.choose(who.node(2));
  await who.tray().getByRole('textbox').fill('half typed');
  await who.page.getByRole('combobox', { name: 'Speed' }).selectOption('8×');
  await who.press('Dark theme');
  await who.press('中文');
  await who.button('English').waitFor();

  const look = () => who.page.evaluate(() => {
    const lab = document.querySelector('#lab').cloneNode(true);
    // Branches come with the full program, and lines that can be clicked.
    lab.querySelector('#tab-branches')?.remove();
    lab.querySelector('.link-touches')?.remove();
    const numbered = /^(aria-.*by|for|id)$/;
    for (const element of lab.querySelectorAll('*')) {
      for (const { name, value } of [...element.attributes]) {
        if (numbered.test(name) && /\d{3}/.test(value)) {
          element.removeAttribute(name);
        }
      }
    }
    const { lang, dataset } = document.documentElement;
    const typed = [...document.querySelectorAll('#lab input, #lab select')].map((it) => it.value);
    return { html: lab.innerHTML, lang, theme: dataset.theme, title: document.title, typed, scroll: scrollY };
  });
  const before = await look();
  const run = await who.page.evaluate(() => window.quorumscope.run());
  assert.equal(before.theme, 'dark');
  assert.equal(before.lang, 'zh-CN');
  assert.ok(before.typed.includes('half typed'));

  await who.page.getByRole('group', { name: '故障' }).getByText(/^更多/).click();
  await who.page.getByRole('button', { name: '文字记录' }).click();
  await who.dialog().waitFor();
  await who.key('Escape');
  await who.dialog().waitFor({ state: 'detached' });
  assert.equal(await program(who.page), 'quorumscope-full');
  assert.deepEqual(await look(), before);
  assert.equal(await who.page.evaluate(() => window.quorumscope.run()), run);
  await axe(who.page);

  // What lies ahead of the cursor came along.
  await who.press('English');
  await who.press('Step');
  await eventually(async () => assert.deepEqual((await who.place()).position, 14));
  assert.equal((await who.place()).length, 15);
});

test('the state is the same, bit by bit, and goes on the same', async (lab) => {
  const who = await visit(lab);
  const other = await visit(lab);
  for (const one of [who, other]) {
    await one.step(30);
    await one.act(one.node(1), 'Kill');
    await one.step(10);
  }
  await askForMore(who);
  assert.deepEqual(await who.about(), await other.about());
  await who.step(25);
  await other.step(25);
  assert.deepEqual(await who.about(), await other.about());
  assert.equal(await program(other.page), 'quorumscope');
});

test('what was asked for is done: a rule, a transcript, a file', async (lab) => {
  const rule = await visit(lab);
  await rule.step(3);
  await rule.breakRule('Start each term with a no-op');
  await isOnPage(rule, 'quorumscope-full');
  await eventually(async () => assert.equal((await rule.place()).position, 0));
  await rule.button('Rules changed: 1').first().waitFor();

  const script = await visit(lab);
  await script.step(3);
  assert.equal((await script.transcript()).length, 3);

  const file = await visit(lab);
  const json = readFileSync(new URL('runs/figure-8.json', import.meta.url), 'utf8');
  await file.openText(json);
  await eventually(async () => assert.equal((await file.place()).position, JSON.parse(json).cursor));
  await isOnPage(file, 'quorumscope-full');
});

test('one press is one step after it, and a click one click', async (lab) => {
  const who = await visit(lab);
  await askForMore(who);
  assert.equal((await who.place()).position, 0);
  await who.page.locator('body').click({ position: { x: 2, y: 2 } });
  await who.page.evaluate(() => document.activeElement.blur());
  await who.key(' ');
  assert.equal((await who.place()).position, 1);
  await who.step();
  assert.equal((await who.place()).position, 2);
  await who.choose(who.node(3));
  await who.key('k');
  assert.match((await who.nodes())[2], /down/);
  assert.equal((await who.place()).position, 3);
});

test('a dialogue that is closed gives the focus back to what opened it', async (lab) => {
  const who = await visit(lab);
  await askForMore(who);
  const focused = await who.page.evaluate(() => document.activeElement.innerText);
  assert.match(focused, /^More/);
});

test('while it is fetched the page says so, and goes on', async (lab) => {
  let answer;
  const held = new Promise((resolve) => {
    answer = resolve;
  });
  const who = await visit(lab, {
    routes: [[/quorumscope-full-.*\.wasm/, async (route) => {
      await held;
      await route.continue();
    }]],
  });
  await who.step(2);
  await who.menu('Transcript');
  await eventually(async () => assert.match(await who.heard(), /Loading the rest of the laboratory/));
  await axe(who.page);
  await who.step(3);
  assert.equal((await who.place()).position, 5);
  assert.equal(await program(who.page), 'quorumscope');
  await who.more().click();
  answer();
  await who.dialog().waitFor();
  assert.ok(await who.page.locator('details').evaluate((menu) => menu.open), 'the menu is open as before');
  assert.equal(await who.dialog().getByRole('listitem').count(), 5);
  await who.close();
  assert.doesNotMatch(await who.heard(), /Loading the rest/);
});

test('the language may be switched while its words are fetched: the page is never empty', async (lab) => {
  let answer;
  const held = new Promise((resolve) => {
    answer = resolve;
  });
  const who = await visit(lab, {
    routes: [[/locales\/en\/full/, async (route) => {
      await held;
      await route.continue();
    }]],
  });
  await who.menu('Transcript');
  await eventually(async () => assert.match(await who.heard(), /Loading the rest of the laboratory/));
  await who.press('中文');
  await who.button('单步').waitFor();
  await who.page.evaluate(() => {
    window.empty = 0;
    const look = () => {
      window.empty += document.querySelectorAll('#lab button').length === 0;
      requestAnimationFrame(look);
    };
    look();
  });
  answer();
  await who.dialog().waitFor();
  assert.equal(await program(who.page), 'quorumscope-full');
  await who.button('关闭').click();
  assert.ok(await who.button('单步').isVisible());
  assert.equal(await who.page.evaluate(() => window.empty), 0);
});

test('a run that flows flows on', async (lab) => {
  const who = await visit(lab);
  await who.page.getByRole('combobox', { name: 'Speed' }).selectOption('8×');
  await who.press('Run');
  await who.openText('{}');
  await isOnPage(who, 'quorumscope-full');
  const { position } = await who.place();
  await eventually(async () => assert.ok((await who.place()).position > position));
});

for (const [what, pattern] of [
  ['program', /quorumscope-full-.*\.wasm/],
  ['glue', /quorumscope-full-.*\.js/],
]) {
  test(`where the full ${what} cannot be fetched, a sentence says so and the run goes on`, async (lab) => {
    const routes = [[pattern, missing]];
    const who = await visit(lab, { routes, expect: [/status of 404/, /Refused to execute script/] });
    await who.step(4);
    await who.menu('Transcript');
    await eventually(async () => assert.match(await who.notice(), /could not be loaded.*Your run goes on/));
    assert.equal(await program(who.page), 'quorumscope');
    assert.equal(await who.dialog().count(), 0);
    await axe(who.page);
    await who.step();
    assert.equal((await who.place()).position, 5);
    assert.equal(await who.notice(), '');
    // With the connection back, it works.
    await who.page.context().unroute(pattern);
    assert.equal((await who.transcript()).length, 5);
    assert.equal(await program(who.page), 'quorumscope-full');
  });
}

test('where its words cannot be fetched, the core goes on too', async (lab) => {
  let broken = false;
  const who = await visit(lab, {
    routes: [[/locales/, (route) => (broken ? route.abort() : route.continue())]],
    expect: [/ERR_FAILED/],
  });
  broken = true;
  await who.menu('Transcript');
  await eventually(async () => assert.match(await who.notice(), /could not be loaded/));
  await who.step();
  assert.equal((await who.place()).position, 1);
  assert.equal(await who.page.evaluate(() => document.documentElement.dataset.lab), 'ready');
  broken = false;
  assert.equal((await who.transcript()).length, 1);
});

test('a protocol whose texts cannot be fetched is not shown, and a sentence says why', async (lab) => {
  const pattern = /locales\/.*paxos/;
  const who = await visit(lab, { routes: [[pattern, (route) => route.abort()]], expect: [/ERR_FAILED/] });
  await who.step();
  await who.press('Paxos');
  await eventually(async () => assert.match(await who.notice(), /texts for this could not be loaded/));
  assert.equal((await who.place()).position, 1);
  await who.page.context().unroute(pattern);
  await who.protocol('Paxos');
  await who.button('Next phase').waitFor();
});

test('it hands over from a sub-path', async (lab) => {
  const page = await lab.open(await lab.serve({ base: '/some/where/' }), { motion: 'reduce' });
  await askForMore(new Visitor(page));
});

test('a link that says so opens the full program at once', async (lab) => {
  // The core's preload is for the other visitors.
  const page = await lab.open(`${await lab.serve()}#full`, { motion: 'reduce', expect: [/preload/] });
  assert.equal(await program(page), 'quorumscope-full');
  const who = new Visitor(page);
  await who.step();
  assert.equal((await who.transcript()).length, 1);
});

test('the single file is the full program', async (lab) => {
  const page = await lab.open(pathToFileURL(SINGLE).href, { motion: 'reduce' });
  assert.equal(await program(page), 'quorumscope-full');
  const who = new Visitor(page);
  await who.step();
  assert.equal((await who.transcript()).length, 1);
});

test('it hands over in a sandboxed frame, where nothing is remembered', async (lab) => {
  // A server that lets anybody fetch: a sandboxed page is nobody's.
  const url = await lab.serve({ policy: '', anybody: true, pages: { '/host': host('./') } });
  const page = await lab.open(`${url}host`, { until: null, motion: 'reduce' });
  const frame = await (await page.$('iframe')).contentFrame();
  await reached(page, 'ready', frame);
  const who = new Visitor(frame);
  await frame.getByRole('button', { name: '中文' }).click();
  await frame.getByRole('button', { name: 'English' }).waitFor();
  await frame.getByRole('button', { name: '深色主题' }).click();
  await frame.getByRole('button', { name: /^单步/ }).click();
  await frame.getByText(/^更多/).click();
  await frame.getByRole('button', { name: '文字记录' }).click();
  await who.dialog().waitFor();
  assert.equal(await program(frame), 'quorumscope-full');
  const { lang, theme } = await frame.evaluate(() => ({
    lang: document.documentElement.lang,
    theme: document.documentElement.dataset.theme,
  }));
  assert.deepEqual({ lang, theme }, { lang: 'zh-CN', theme: 'dark' });
  assert.equal(await who.dialog().getByRole('listitem').count(), 1);
});

function host(src) {
  return `<!doctype html><html lang="en"><title>A page that embeds</title><link rel="icon" href="data:,">
    <iframe title="lab" sandbox="allow-scripts" width="1000" height="700" src="${src}"></iframe>`;
}
