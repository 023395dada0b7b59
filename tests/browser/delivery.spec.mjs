// What is shipped opens wherever it is put, and says so clearly where it cannot.

import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { parse } from 'acorn';

import { saved } from './browsers.mjs';
import { DIST, SINGLE, axe, fits, reached, screenshot, test } from './support.mjs';

const KINDS = ['panic', 'trap', 'load', 'no-wasm', 'worker'];
/** What the console says when the program is broken on purpose. */
const BROKEN = [/panicked|unreachable/];
const HEADER = '{"format":"quorumscope-run","version":1}';

// --- The folder -----------------------------------------------------------------------------

test('the folder opens under a strict policy at the root of a server', async (lab) => {
  const page = await lab.open(await lab.serve());
  assert.equal(await page.locator('#boot').count(), 0, 'the loading notice is gone');
  await axe(page);
});

test('the folder opens under a strict policy from a sub-path', async (lab) => {
  await lab.open(await lab.serve({ base: '/some/where/' }));
});

test('the folder opens from a server that does not know what wasm is', async (lab) => {
  await lab.open(await lab.serve({ types: { '.wasm': 'application/octet-stream' } }));
});

test('the folder has no inline script, no inline style and no base', () => {
  const html = readFileSync(join(DIST, 'index.html'), 'utf8');
  assert.doesNotMatch(html, /<script(?![^>]*\ssrc=)[^>]*>/i, 'an inline script');
  assert.doesNotMatch(html, /<style/i, 'an inline style sheet');
  assert.doesNotMatch(html, /<[^>]+\s(style|on[a-z]+)=/i, 'an inline style or handler');
  assert.doesNotMatch(html, /<base/i);
  assert.doesNotMatch(html, /(src|href)="(https?:)?\//i, 'an absolute address');
});

test('every file of the lab but the page has a name that changes with its content', () => {
  for (const file of files(DIST)) {
    // The guides are pages of their own, which the lab never fetches.
    if (file.startsWith('guides')) {
      continue;
    }
    // Pages of others name embed.js.
    if (!['index.html', 'embed.js', 'sw.js'].includes(file)) {
      assert.match(file, /-[0-9a-f]{8,}(_bg)?\.[a-z]+$/, file);
    }
  }
});

test('every asset that the folder lists loads, and an unknown one names itself', async (lab) => {
  const page = await lab.open(await lab.serve());
  const { bytes, unknown } = await loadAll(page);
  for (const [name, length] of Object.entries(bytes)) {
    assert.ok(length > 0, name);
  }
  assert.match(unknown, /no\/such\.json/);
});

test('the folder opened from a disk says what to do instead', async (lab) => {
  const page = await lab.open(pathToFileURL(join(DIST, 'index.html')).href, {
    until: 'failed',
    expect: [/./],
  });
  await says(page, /Open the single file quorumscope\.html/, /请改为打开单文件版/);
});

// --- The single file ------------------------------------------------------------------------

test('the single file opens from a disk', async (lab) => {
  const page = await lab.open(pathToFileURL(SINGLE).href);
  await axe(page);
});

test('the single file opens from a disk under another name', async (lab) => {
  const folder = mkdtempSync(join(tmpdir(), 'quorumscope '));
  try {
    const copy = join(folder, 'my lab, 实验室.html');
    copyFileSync(SINGLE, copy);
    await lab.open(pathToFileURL(copy).href);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the single file asks nobody for anything', async (lab) => {
  const url = await lab.serve({ folder: join(SINGLE, '..'), policy: '' });
  const page = await lab.open(url + basename(SINGLE), { until: null });
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.reload();
  await reached(page, 'ready');
  assert.deepEqual(asked.filter((address) => /^http/.test(address)), [url + basename(SINGLE)]);
});

for (const attribute of ['src', 'srcdoc']) {
  test(`the single file opens in a sandboxed frame, by ${attribute}`, async (lab) => {
    const value = attribute === 'src'
      ? basename(SINGLE)
      : readFileSync(SINGLE, 'utf8').replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    const host = `<!doctype html><html lang="en"><title>A page that embeds</title><link rel="icon" href="data:,">
      <iframe title="lab" sandbox="allow-scripts" width="800" height="600" ${attribute}="${value}"></iframe>`;
    const url = await lab.serve({
      folder: join(SINGLE, '..'),
      policy: '',
      pages: { '/host': host },
    });
    const page = await lab.open(url + 'host', { until: null, expect: BROKEN });
    const frame = await (await page.$('iframe')).contentFrame();
    await reached(page, 'ready', frame);
    await breakIt(frame, 'force_panic');
    await holdsTheRun(frame);
  });
}

test('the single file and the folder hold the same assets, but for the core', async (lab) => {
  // The full program lists what only it asks for.
  const folder = await loadAll(await lab.open(`${await lab.serve()}#full`));
  const single = await loadAll(await lab.open(pathToFileURL(SINGLE).href));
  const { 'quorumscope.js': glue, 'quorumscope.wasm': wasm, 'sw.js': _worker, ...others } = folder.bytes;
  assert.ok(glue > 0 && wasm > 0);
  assert.deepEqual(single.bytes, others);
});

// --- What goes wrong ------------------------------------------------------------------------

for (const [what, pattern] of [['program', /_bg\.wasm/], ['glue', /quorumscope-[0-9a-f]+\.js/]]) {
  test(`a ${what} that is missing is said`, async (lab) => {
    const page = await lab.open(await lab.serve(), {
      until: 'failed',
      routes: [[pattern, (route) => route.fulfill({ status: 404, body: 'not found' })]],
      expect: [/status of 404/, /Refused to execute script/],
    });
    await says(page, /could not be loaded/, /未能加载/);
    assert.match(await detail(page), /quorumscope\.(wasm|js)/);
    await axe(page);
  });
}

test('a program that breaks off on its way is said', async (lab) => {
  const page = await lab.open(await lab.serve(), {
    until: 'failed',
    routes: [[/_bg\.wasm/, (route) => route.abort('connectionreset')]],
    expect: [/ERR_CONNECTION_RESET/],
  });
  await says(page, /could not be loaded/, /未能加载/);
});

test('a catalogue that is missing is said', async (lab) => {
  const page = await lab.open(await lab.serve(), {
    until: 'failed',
    routes: [[/\/locales\//, (route) => route.fulfill({ status: 404, body: 'not found' })]],
    expect: [/status of 404/],
  });
  await says(page, /could not be loaded/, /未能加载/);
  assert.match(await detail(page), /locales\/[-a-zA-Z]+\.json/);
});

test('an asset that is missing is said where the program does not say it', async (lab) => {
  const page = await lab.open(await lab.serve(), { expect: [/AssetError|Could not load/] });
  await page.evaluate(() => void window.quorumscope.load('locales/xx.json'));
  await reached(page, 'failed');
  await says(page, /could not be loaded/, /未能加载/);
  assert.match(await detail(page), /locales\/xx\.json/);
});

test('a browser without WebAssembly is told so', async (lab) => {
  const page = await lab.open(await lab.serve(), {
    until: 'failed',
    init: () => delete window.WebAssembly,
  });
  await says(page, /needs WebAssembly/, /需要 WebAssembly/);
  await axe(page);
});

test('a browser that may not run WebAssembly is told so', async (lab) => {
  const page = await lab.open(await lab.serve({ policy: "script-src 'self'" }), {
    until: 'failed',
    expect: [/WebAssembly/],
  });
  await says(page, /needs WebAssembly/, /需要 WebAssembly/);
});

test('a browser too old for the single file is told so', async (lab) => {
  const page = await lab.open(pathToFileURL(SINGLE).href, {
    until: 'failed',
    init: () => delete window.DecompressionStream,
  });
  await says(page, /cannot run the laboratory/, /无法运行实验室/);
});

test('a browser with scripts off is told so', async (lab) => {
  const page = await lab.open(await lab.serve(), { scripts: false, until: null });
  const [english, chinese] = await page.locator('noscript p').all();
  assert.match(await english.innerText(), /needs JavaScript/);
  assert.match(await chinese.innerText(), /需要 JavaScript/);
  assert.ok(await english.isVisible() && await chinese.isVisible());
  assert.equal(await page.locator('#boot').isVisible(), false, 'nothing is being loaded');
});

for (const scheme of ['light', 'dark']) {
  test(`what is said while it loads can be read (${scheme})`, async (lab) => {
    const page = await lab.open('about:blank', { until: null, scheme, expect: [/./] });
    // It never comes.
    await page.route('**/*.wasm', () => {});
    await page.goto(await lab.serve(), { waitUntil: 'domcontentloaded' });
    await page.getByText('Loading the laboratory').waitFor();
    await axe(page);
  });
}

test('the boot script is in the language of old browsers', () => {
  const [boot] = files(DIST).filter((file) => /^boot-.*\.js$/.test(file));
  // It throws where it meets anything newer.
  parse(readFileSync(join(DIST, boot), 'utf8'), { ecmaVersion: 5 });
});

for (const [what, how] of [['panic', 'force_panic'], ['trap', 'force_trap']]) {
  test(`a ${what} ends in a message with the run saved`, async (lab) => {
    const page = await lab.open(await lab.serve(), { expect: BROKEN });
    await breakIt(page, how);
    await says(page, /laboratory has stopped/, /实验室已停止运行/);
    await holdsTheRun(page);
    assert.notEqual(await detail(page), '');

    const expected = await page.evaluate(() => window.quorumscope.run());
    const { name, text } = await saved(page, () => page.getByRole('button', { name: 'Save the run' }).click());
    assert.equal(name, 'quorumscope-run.json');
    assert.equal(text, expected);

    await page.getByRole('button', { name: 'Reload' }).click();
    await reached(page, 'ready');
  });
}

// --- The message ----------------------------------------------------------------------------

for (const [name, options] of [
  ['light', { scheme: 'light' }],
  ['dark', { scheme: 'dark' }],
  ['phone', { size: [360, 640], locale: 'zh-CN' }],
  ['tiny', { size: [320, 480], scheme: 'dark' }],
]) {
  test(`the message can be read by everybody (${name})`, async (lab) => {
    const page = await lab.open(await lab.serve(), options);
    for (const kind of KINDS) {
      await page.reload();
      await reached(page, 'ready');
      await holdSome(page);
      await page.evaluate((kind) => window.quorumscope.fail(kind, 'panicked at src/lib.rs:1:2'), kind);
      await axe(page);
      await fits(page);
      await screenshot(page, `failure-${kind}-${name}`);
    }
  });
}

test('the message has the focus, and the page behind it is out of reach', async (lab) => {
  const page = await lab.open(await lab.serve());
  await holdSome(page);
  await page.evaluate(() => window.quorumscope.fail('panic', 'why'));
  const dialog = page.getByRole('alertdialog');
  assert.ok(await dialog.evaluate((element) => element === document.activeElement));
  assert.equal(await page.locator('#lab').getAttribute('inert'), '');
  const seen = [];
  for (let i = 0; i < 6; i++) {
    await page.keyboard.press('Tab');
    seen.push(await page.evaluate(() => document.activeElement.innerText || document.activeElement.tagName));
  }
  assert.match(seen[0], /Save the run/);
  assert.match(seen[1], /Reload/);
  assert.equal(seen[2], 'TEXTAREA');
  assert.match(seen[3], /Detail/);
  assert.equal(await page.evaluate(() => getSelection().toString() !== ''
    || document.querySelector('textarea').selectionEnd > 0), true, 'the run is selected, to copy');
});

test('keys typed in the message do not reach the page', async (lab) => {
  const page = await lab.open(await lab.serve());
  await page.evaluate(() => {
    window.keys = 0;
    addEventListener('keydown', () => { window.keys += 1; });
    window.quorumscope.fail('panic', 'why');
  });
  await page.keyboard.press('k');
  assert.equal(await page.evaluate(() => window.keys), 0);
});

test('the first failure is the one that is shown', async (lab) => {
  const page = await lab.open(await lab.serve());
  await page.evaluate(() => {
    window.quorumscope.fail('panic', 'the cause');
    window.quorumscope.fail('trap', 'a consequence');
  });
  assert.equal(await page.getByRole('alertdialog').count(), 1);
  assert.equal(await detail(page), 'the cause');
});

test('a failed search can be closed, and gives way to a worse failure', async (lab) => {
  const page = await lab.open(await lab.serve());
  await page.evaluate(() => window.quorumscope.fail('worker', 'out of memory'));
  await says(page, /search has stopped/, /搜索已停止/);
  await page.getByRole('button', { name: 'Go on' }).click();
  assert.equal(await page.getByRole('alertdialog').count(), 0);
  assert.equal(await page.locator('#lab').getAttribute('inert'), null);
  await page.evaluate(() => {
    window.quorumscope.fail('worker', 'once more');
    window.quorumscope.fail('panic', 'worse');
  });
  assert.equal(await detail(page), 'worse');
});

test('what is shown is text, whatever is in it', async (lab) => {
  const page = await lab.open(await lab.serve());
  const nasty = '</textarea><img src=x onerror=alert(1)>"\u2028';
  await page.evaluate((nasty) => {
    window.quorumscope.hold(0, '{"format":"quorumscope-run"}');
    window.quorumscope.hold(1, JSON.stringify({ submit: nasty }));
    window.quorumscope.fail('panic', nasty);
  }, nasty);
  assert.equal(await detail(page), nasty);
  const kept = JSON.parse(await page.locator('textarea').inputValue());
  assert.deepEqual(kept.actions, [{ submit: nasty }]);
});

test('an error of somebody else leaves the lab alone', async (lab) => {
  const page = await lab.open(await lab.serve(), { expect: [/./] });
  await page.evaluate(() => {
    dispatchEvent(new ErrorEvent('error', { message: 'ResizeObserver loop completed' }));
    const foreign = new Error('not ours');
    foreign.stack = 'Error: not ours\n    at inject (chrome-extension://abc/content.js:1:1)';
    dispatchEvent(new ErrorEvent('error', { error: foreign, filename: 'chrome-extension://abc/content.js' }));
  });
  assert.equal(await page.getByRole('alertdialog').count(), 0);
});

// --- The run that the boot script holds -----------------------------------------------------

test('the run is held as it grows, and as it is taken back', async (lab) => {
  const page = await lab.open(await lab.serve());
  const runs = await page.evaluate((header) => {
    const { hold, run } = window.quorumscope;
    const seen = [];
    hold(0, header);
    seen.push(run());
    hold(1, '"next"');
    hold(2, '{"crash":1}');
    seen.push(run());
    hold(1, '{"at":18446744073709551615}');
    seen.push(run());
    hold(0, '{}');
    hold(1, '1');
    seen.push(run());
    return seen;
  }, HEADER);
  const start = { format: 'quorumscope-run', version: 1 };
  assert.deepEqual(JSON.parse(runs[0]), { ...start, actions: [] });
  assert.deepEqual(JSON.parse(runs[1]), { ...start, actions: ['next', { crash: 1 }] });
  assert.equal(JSON.parse(runs[2]).actions.length, 1);
  assert.match(runs[2], /18446744073709551615/);
  assert.deepEqual(JSON.parse(runs[3]), { actions: [1] });
});

// --- Helpers --------------------------------------------------------------------------------

/** Calls one of the two exports that break the program on purpose. */
async function breakIt(frame, name) {
  await holdSome(frame);
  await frame.evaluate((name) => {
    // Outside of this call, as a browser's event would be.
    setTimeout(() => wasm_bindgen[name](), 0);
  }, name);
  await frame.getByRole('alertdialog').waitFor();
}

/** Lets the boot script hold a run where the program has not given it one. */
async function holdSome(frame) {
  await frame.evaluate((header) => {
    if (!window.quorumscope.run()) {
      window.quorumscope.hold(0, header);
      window.quorumscope.hold(1, '"next"');
    }
  }, HEADER);
}

async function holdsTheRun(frame) {
  const run = await frame.evaluate(() => window.quorumscope.run());
  assert.equal(JSON.parse(run).format, 'quorumscope-run');
  assert.equal(await frame.locator('textarea').inputValue(), run);
}

async function says(page, ...patterns) {
  const text = await page.getByRole('alertdialog').innerText();
  for (const pattern of patterns) {
    assert.match(text, pattern);
  }
}

async function detail(page) {
  return page.locator('.boot-detail pre').textContent();
}

/** Loads every asset, through the loader that the program uses. */
async function loadAll(page) {
  return page.evaluate(async () => {
    const bytes = {};
    for (const element of document.querySelectorAll('[data-asset]')) {
      const name = element.getAttribute('data-asset');
      bytes[name] = (await window.quorumscope.load(name)).length;
    }
    const unknown = await window.quorumscope.load('no/such.json').catch((error) => error.message);
    return { bytes, unknown };
  });
}

function files(folder, below = '') {
  return readdirSync(join(folder, below)).flatMap((name) => {
    const path = join(below, name);
    return statSync(join(folder, path)).isDirectory() ? files(folder, path) : [path];
  });
}
