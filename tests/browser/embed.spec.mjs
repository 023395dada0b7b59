// The lab as a figure in somebody else's page: its options, its messages, the element, the code.

import assert from 'node:assert/strict';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { saved } from './browsers.mjs';
import { SINGLE, axe, fits, root, screenshot, test } from './support.mjs';
import { Visitor, eventually, visit } from './visitor.mjs';

/** As strict as a page with figures can be: nothing inline, and nobody else. */
const HOST = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self'; " +
  "img-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; frame-src 'self'";

/** A page around a figure, which keeps what the figure says. */
const page = (fragment, above = '') => `<!doctype html><html lang="en"><title>Host</title><link rel="icon" href="data:,">
  <script src="/host.js"></script><body><h1>Host</h1>${above}
  <iframe id="figure" title="Figure" width="100%" height="600" src="/#${fragment}"></iframe></body></html>`;
const SCRIPT = `window.heard = [];
  addEventListener('message', (event) => heard.push(event.data));
  window.say = (message) => document.getElementById('figure').contentWindow.postMessage(message, '*');`;

/** Opens a page with a figure; gives the page and its frame, once the figure is there. */
async function figure(lab, fragment, options = {}) {
  const url = await lab.serve({ policy: HOST, pages: { '/host.html': page(fragment, options.above), '/host.js': SCRIPT } });
  const host = await lab.open(`${url}host.html`, { until: null, motion: 'reduce', ...options });
  await said(host, 'ready');
  return [host, host.frameLocator('#figure')];
}

/** The last message of a type, once there is one that passes. */
async function said(host, type, passes = () => true) {
  return eventually(async () => {
    const all = await host.evaluate(() => window.heard ?? []);
    const found = all.filter((it) => it.type === type && passes(it)).at(-1);
    assert.ok(found, `no ${type} among ${JSON.stringify(all.map((it) => it.type))}`);
    return found;
  });
}

const say = (host, type, fields = {}) =>
  host.evaluate((message) => window.say(message), { quorumscope: 1, type, ...fields });

test('a figure has one row of controls, no header, and never takes the focus', async (lab) => {
  const [host, inside] = await figure(lab, 'embed=1', { above: '<input id="mine" autofocus>' });
  assert.equal(await host.evaluate(() => document.activeElement.id), 'mine');
  assert.equal(await inside.getByRole('banner').count(), 0);
  assert.equal(await inside.getByRole('tab').count(), 0, 'one panel has no tab to choose it by');
  const step = inside.getByRole('button', { name: /^Step/ });
  // Keys of the page are the page's.
  await host.keyboard.press('ArrowRight');
  assert.equal((await said(host, 'moment')).position, 0);
  await step.click();
  await said(host, 'moment', ({ position }) => position === 1);
  await host.keyboard.press('ArrowRight');
  await said(host, 'moment', ({ position }) => position === 2);
  await screenshot(host, 'embed-wide');
});

test('a figure tells its height, which does not change with each step', async (lab) => {
  for (const size of [[1920, 1000], [360, 740]]) {
    const [host, inside] = await figure(lab, 'embed=1', { size });
    const { height } = await said(host, 'height');
    assert.ok(height > 300 && height < 1000, `${height} px`);
    for (let steps = 0; steps < 8; steps += 1) {
      await inside.getByRole('button', { name: /^Step/ }).click();
    }
    await said(host, 'moment', ({ position }) => position === 8);
    assert.equal((await said(host, 'height')).height, height);
    await fits(host);
    await screenshot(host, `embed-${size[0]}`);
  }
});

test('options are followed, and what is not understood is said', async (lab) => {
  const [, inside] = await figure(lab, 'embed=1&panels=why,state&controls=step&theme=dark&lang=zh-CN&colour=red');
  assert.equal(await inside.getByRole('tab').count(), 2);
  assert.equal(await inside.getByRole('slider').count(), 0);
  assert.match(await inside.getByRole('alert').innerText(), /colour/);
  assert.equal(await inside.locator('html').getAttribute('data-theme'), 'dark');
  assert.equal(await inside.locator('html').getAttribute('lang'), 'zh-CN');
});

test('the page around it drives a figure, and is told of what it waits for', async (lab) => {
  const [host] = await figure(lab, 'embed=1&controls=none&panels=none&to=40');
  await say(host, 'on', { name: 'led', condition: { role: { is: 'leader' } } });
  for (let steps = 0; steps < 30; steps += 1) {
    await say(host, 'step');
  }
  const led = await said(host, 'event');
  assert.equal(led.name, 'led');
  assert.ok(led.position > 0 && led.position <= 30, `${led.position}`);
  await say(host, 'goto', { position: 2 });
  await said(host, 'moment', ({ position }) => position === 2);
  await say(host, 'back');
  await said(host, 'moment', ({ position }) => position === 1);
  await say(host, 'theme', { theme: 'dark' });
  await eventually(async () => {
    const theme = host.frames()[1].evaluate(() => document.documentElement.dataset.theme);
    assert.equal(await theme, 'dark');
  });
  await say(host, 'goto', { position: 9999 });
  await say(host, 'play');
  await said(host, 'moment', ({ running }) => running);
  await host.evaluate(() => window.say('slide:stop'));
  await eventually(async () => {
    const moments = await host.evaluate(() => window.heard.filter((it) => it.type === 'moment'));
    assert.equal(moments.at(-1).running, false);
  });
});

test('a message that is not understood is answered with a sentence and changes nothing', async (lab) => {
  const [host] = await figure(lab, 'embed=1');
  for (const [message, sentence] of [
    [{ quorumscope: 1, type: 'dance' }, /dance/],
    [{ quorumscope: 2, type: 'step' }, /version 1/],
    [{ quorumscope: 1, type: 'goto', position: 'x' }, /position/],
    [{ quorumscope: 1, type: 'load', link: '1abc' }, /./],
    [{ quorumscope: 1, type: 'step', more: -1.5 }, /cannot read/],
  ]) {
    await host.evaluate(() => { window.heard = []; });
    await host.evaluate((it) => window.say(it), message);
    assert.match((await said(host, 'error')).text, sentence);
  }
  await host.evaluate(() => { window.heard = []; window.say({ type: 'step' }); window.say('step'); window.say(null); });
  await host.waitForTimeout(300);
  assert.deepEqual(await host.evaluate(() => window.heard), []);
});

test('a figure whose page has another origin than the one named hears nothing', async (lab) => {
  const url = await lab.serve({
    policy: HOST,
    pages: { '/host.html': page('embed=1&origin=https%3A%2F%2Fexample.org'), '/host.js': SCRIPT },
  });
  const host = await lab.open(`${url}host.html`, { until: null, expect: [/postMessage|target origin/] });
  const frame = host.frameLocator('#figure');
  await frame.getByRole('button', { name: /^Step/ }).waitFor();
  await say(host, 'step');
  await host.waitForTimeout(300);
  assert.deepEqual(await host.evaluate(() => window.heard), []);
  assert.equal(await frame.getByText(/event 0 ·/).count(), 1);
});

test('a figure from another host works under the policy that the guide names', async (lab) => {
  const theirs = await lab.serve({ anybody: true });
  const host = new URL(theirs).origin;
  const html = `<!doctype html><html lang="en"><title>Host</title>
    <script type="module" src="${theirs}embed.js"></script><body><quorum-scope></quorum-scope>`;
  const policy = `default-src 'none'; frame-src ${host}; script-src ${host}`;
  const page = await lab.open(`${await lab.serve({ policy, pages: { '/host.html': html } })}host.html`, {
    until: null,
    expect: [/^a request to another host/, /favicon/],
  });
  const frame = page.locator('quorum-scope iframe');
  assert.match(await frame.getAttribute('sandbox'), /allow-same-origin/);
  await frame.contentFrame().getByRole('button', { name: 'Step', exact: true }).click();
  await frame.contentFrame().getByText(/event 1 ·/).waitFor();
});

test('a figure looks like the page behind it, whatever that calls its themes', async (lab) => {
  const html = `<!doctype html><html lang="en"><title>Host</title><link rel="icon" href="data:,">
    <script type="module" src="/embed.js"></script><body><quorum-scope></quorum-scope>`;
  const url = await lab.serve({ policy: HOST, pages: { '/host.html': html } });
  const page = await lab.open(`${url}host.html`, { until: null, scheme: 'dark' });
  const root = page.frameLocator('quorum-scope iframe').locator('html');
  const looks = (theme, how) => eventually(async () =>
    assert.equal(await root.getAttribute('data-theme'), theme, how));
  await looks('light', 'a page that says nothing is white');
  for (const [theme, how, act] of [
    ['dark', 'the root says so', () => { document.documentElement.dataset.theme = 'dark'; }],
    ['light', 'the body says otherwise', () => { document.body.dataset.bsTheme = 'light'; }],
    ['dark', 'a name of its own, and a colour', () => {
      delete document.documentElement.dataset.theme;
      delete document.body.dataset.bsTheme;
      const sheet = new CSSStyleSheet();
      sheet.replaceSync('.night { background: #123 } .both { color-scheme: light dark }');
      document.adoptedStyleSheets = [sheet];
      document.documentElement.className = 'night';
    }],
    ['light', 'white again', () => { document.documentElement.className = ''; }],
    ['dark', 'as the reader’s system is', () => { document.documentElement.className = 'both'; }],
  ]) {
    await page.evaluate(act);
    await looks(theme, how);
  }
});

test('a figure that is out of sight does not run on', async (lab) => {
  const html = `<!doctype html><html lang="en"><title>Host</title><link rel="icon" href="data:,">
    <link rel="stylesheet" href="/host.css"><script type="module" src="/embed.js"></script>
    <body><quorum-scope></quorum-scope><p>Far below</p>`;
  const url = await lab.serve({ policy: HOST, pages: { '/host.html': html, '/host.css': 'p { margin-top: 3000px }' } });
  const page = await lab.open(`${url}host.html`, { until: null, motion: 'reduce' });
  const inside = page.frameLocator('quorum-scope iframe');
  await inside.getByRole('button', { name: 'Run', exact: true }).click();
  await inside.getByRole('button', { name: 'Pause', exact: true }).waitFor();
  await page.getByText('Far below').scrollIntoViewIfNeeded();
  await inside.getByRole('button', { name: 'Run', exact: true }).waitFor();
});

test('what a screen reader is given of a figure', async (lab) => {
  const [host, inside] = await figure(lab, 'embed=1');
  const kept = join(root, 'tests', 'browser', 'trees');
  const tree = async () => {
    const all = await inside.locator('body').ariaSnapshot();
    // What is written on a button is not heard where it has a name; the port is another each time.
    return `${all.replaceAll(/(- '?button ".*"'?): .*$/gm, '$1').replaceAll(/http:\/\/127[^/]*/g, 'http://lab')}\n`;
  };
  for (const [name, steps] of [['figure', 0], ['figure-after-two-steps', 2]]) {
    for (let step = 0; step < steps; step += 1) {
      await inside.getByRole('button', { name: 'Step', exact: true }).click();
    }
    await said(host, 'moment', ({ position }) => position === steps);
    const file = join(kept, `${name}.yml`);
    if (process.env.QUORUMSCOPE_BLESS) {
      writeFileSync(file, await tree());
    }
    await eventually(async () => assert.equal(await tree(), readFileSync(file, 'utf8')));
  }
});

test('ten figures on one page: what they cost', { alone: true, chromium: 'the memory is Chromium’s to tell' }, async (lab) => {
  const figures = '<quorum-scope load="now" height="400"></quorum-scope>'.repeat(10);
  const html = `<!doctype html><html lang="en"><title>Ten</title><link rel="icon" href="data:,"><script type="module" src="/embed.js"></script><body>${figures}`;
  const url = await lab.serve({ policy: HOST, pages: { '/ten.html': html, '/none.html': html.replace(figures, '') } });
  const host = await lab.open(`${url}none.html`, { until: null, size: [1440, 900], init: keepMemory });
  const empty = { resident: await resident(host), busy: await idle(host) };
  await host.goto(`${url}ten.html`);
  await eventually(async () => assert.equal(host.frames().length, 11));
  for (const frame of host.frames().slice(1)) {
    await frame.getByRole('button', { name: /^Step/ }).waitFor();
  }
  const busy = await idle(host);
  const wasm = await Promise.all(host.frames().slice(1).map((frame) =>
    frame.evaluate(() => window.kept.reduce((sum, it) => sum + it.buffer.byteLength, 0))));
  const all = (await resident(host) - empty.resident) / 1e6;
  const client = await host.context().newCDPSession(host);
  const { usedSize } = await client.send('Runtime.getHeapUsage');
  const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;
  console.log(`        ten figures: ${megabytes(usedSize)} of script heap and ` +
    `${megabytes(wasm.reduce((sum, it) => sum + it, 0))} of wasm memory, in all ${all.toFixed(0)} MB more than ` +
    `without them; while nobody touches them ${busy.toFixed(1)} ms of the main thread per second, ` +
    `and ${empty.busy.toFixed(1)} ms without them`);
  assert.ok(busy < 50, `${busy} ms`);
  assert.ok(wasm.every((bytes) => bytes > 0 && bytes < 20e6), `${wasm}`);
  assert.ok(all < 600, `${all} MB`);
});

/** How many milliseconds of a second the main thread is busy while nobody touches the page. */
async function idle(page) {
  const client = await page.context().newCDPSession(page);
  await client.send('Performance.enable');
  const busy = async () => (await client.send('Performance.getMetrics')).metrics
    .find(({ name }) => name === 'TaskDuration').value;
  await page.waitForTimeout(1000);
  const before = await busy();
  await page.waitForTimeout(4000);
  return 1000 * (await busy() - before) / 4;
}

/** Runs in each frame before its scripts: keeps the memories of the programs that it starts. */
function keepMemory() {
  window.kept = [];
  for (const name of ['instantiate', 'instantiateStreaming']) {
    const original = WebAssembly[name];
    WebAssembly[name] = async (...rest) => {
      const made = await original(...rest);
      const { memory } = (made.instance ?? made).exports;
      window.kept.push(...(memory ? [memory] : []));
      return made;
    };
  }
}

/** The bytes that Chromium's pages have in the machine's memory, where it says so. */
async function resident(page) {
  const client = await page.context().browser().newBrowserCDPSession();
  const { processInfo } = await client.send('SystemInfo.getProcessInfo');
  const ids = processInfo.filter(({ type }) => type === 'renderer').map(({ id }) => id);
  const bytes = (id) => {
    const status = `/proc/${id}/status`;
    const [, kilobytes = 0] = (existsSync(status) && readFileSync(status, 'utf8').match(/VmRSS:\s+(\d+)/)) || [];
    return 1024 * kilobytes;
  };
  return ids.reduce((sum, id) => sum + bytes(id), 0);
}

// --- The code from the Share dialogue ---------------------------------------------------------

/** The dialogue with the code for a moment of a first election; its lab lets other hosts' pages have
 *  its files. */
async function sharing(lab, options = {}) {
  const page = await lab.open(await lab.serve({ anybody: true }), { motion: 'reduce', ...options });
  const who = new Visitor(page);
  await who.press('Next election');
  await who.link();
  const code = who.dialog().getByRole('textbox', { name: 'Code to embed this moment' });
  const as = (kind) => who.dialog().getByLabel(/^As/).selectOption({ label: kind });
  return { who, code, frame: () => as('Frame (iframe)'), element: () => as('Element <quorum-scope>') };
}

/** The two codes, of figures that their author has named, and the picture. */
async function snippets(lab) {
  const { who, code, frame, element } = await sharing(lab);
  await who.dialog().getByLabel('Controls').selectOption('Back and Step');
  await frame();
  const named = (name) => who.dialog().getByRole('textbox', { name, exact: true });
  const own = await named('Name for screen readers').inputValue();
  assert.match(own, /^Raft, event \d+: S3 \S/);
  await named('Caption').fill('One is elected <first>.');
  const framed = await code.inputValue();
  await named('Name for screen readers').fill('The "second" figure');
  await named('Caption').fill('The same & more.');
  await element();
  const picture = await saved(who.page, () => who.dialog().getByRole('button', { name: /^Save the picture/ }).click());
  const { origin } = new URL(who.page.url());
  return { own, framed, whole: await code.inputValue(), picture, origin };
}

/** A page of somebody else's with both, as strict as can be, and with the picture beside it. */
async function pasted(lab, { framed, whole, picture, origin }, options = {}) {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Host</title><link rel="icon" href="data:,">
    <body><main><h1>Host</h1><div id="framed">${framed}</div><div id="whole">${whole}</div></main></body></html>`;
  const policy = `default-src 'none'; frame-src ${origin}; script-src ${origin}/embed.js; img-src 'self' data:`;
  const url = await lab.serve({ policy, pages: { '/host.html': html, [`/${picture.name}`]: picture.text } });
  return lab.open(`${url}host.html`, {
    until: null,
    motion: 'reduce',
    // axe speaks to frames of its own origin alone, and tries all of them.
    expect: [/^a request to another host/, /was preloaded using link preload/, /target origin provided/],
    ...options,
  });
}

test('both codes from the Share dialogue, pasted into a strict page, show the moment', async (lab) => {
  const made = await snippets(lab);
  assert.ok(made.framed.includes('controls=step') && made.whole.includes('controls="step"'));
  const host = await pasted(lab, made);
  const figures = [host.frameLocator('#framed iframe'), host.frameLocator('quorum-scope iframe')];
  const at = (figure, position) => figure.getByText(new RegExp(`event ${position}( of \\d+)? ·`)).waitFor();
  const position = Number(made.own.match(/event (\d+)/)[1]);
  for (const figure of figures) {
    await at(figure, position);
    assert.equal(await figure.getByRole('slider').count(), 0, 'Back and Step alone');
  }
  assert.equal(await host.locator('quorum-scope img').isVisible(), false, 'the figure is in its place');
  // Each figure has a name of its own, and its caption.
  const tree = (place) => host.locator(`${place} figure`).ariaSnapshot();
  assert.match(await tree('#framed'), /^- figure "One is elected <first>\. Open in the lab":\n {2}- iframe\n/);
  assert.equal(await tree('#whole'), '- figure "The same & more.":\n  - iframe\n  - text: The same & more.');
  assert.equal(await host.locator('#framed iframe').getAttribute('title'), made.own);
  assert.equal(await host.locator('quorum-scope iframe').getAttribute('title'), 'The "second" figure');
  await axe(host);
  await screenshot(host, 'embed-pasted');

  // Two figures: the keys go to the one that has the focus, and to nobody without it.
  await figures[0].getByRole('button', { name: 'Step', exact: true }).click();
  await at(figures[0], position + 1);
  await host.keyboard.press('ArrowRight');
  await at(figures[0], position + 2);
  await at(figures[1], position);
  await figures[1].getByRole('button', { name: 'Back', exact: true }).click();
  await at(figures[1], position - 1);
  await host.keyboard.press('ArrowLeft');
  await at(figures[1], position - 2);
  await at(figures[0], position + 2);
  await host.locator('h1').click();
  await host.keyboard.press('ArrowRight');
  await host.waitForTimeout(300);
  await at(figures[0], position + 2);
  await at(figures[1], position - 2);
  assert.equal(await figures[0].locator(':focus-visible').count(), 0);

  // The link of the frame's caption opens the moment in the lab.
  const opened = await lab.open(await host.getByRole('link', { name: 'Open in the lab' }).first().getAttribute('href'));
  assert.equal((await new Visitor(opened).place()).position, position);
});

test('where no script runs, the code’s picture, transcript, captions and link are there', async (lab) => {
  const made = await snippets(lab);
  const host = await pasted(lab, made, { scripts: false });
  await stillIsSeen(host, made);
  await host.getByRole('link', { name: 'Open in the lab' }).waitFor();
  assert.match(await host.locator('#whole figure').ariaSnapshot(), /img "S1: [^]*- list:\n {4}- listitem: "t = \d+ ms: /);
});

test('in print the code’s picture and transcript stand in the figure’s place', { chromium: 'Playwright cannot print in Firefox' }, async (lab) => {
  const made = await snippets(lab);
  const host = await pasted(lab, made);
  await host.frameLocator('quorum-scope iframe').getByRole('button', { name: 'Step', exact: true }).waitFor();
  await host.emulateMedia({ media: 'print' });
  await stillIsSeen(host, made);
  assert.equal(await host.locator('quorum-scope iframe').isVisible(), false);
  // All of it: nothing that could be scrolled on a screen is cut off.
  const [place, content] = await host.locator('quorum-scope').evaluate((it) =>
    [it.getBoundingClientRect().bottom, it.querySelector('ol').getBoundingClientRect().bottom]);
  assert.ok(content <= place + 1, `${content} px of ${place}`);
  await screenshot(host, 'embed-pasted-in-print');
});

/** The picture is drawn, every line of the transcript is there, and both captions. */
async function stillIsSeen(host, { own }) {
  const image = host.locator('quorum-scope img');
  await eventually(async () => assert.ok(await image.isVisible()));
  const box = await image.boundingBox();
  assert.ok(box.width > 600 && box.height > 300, `${box.width} × ${box.height}`);
  assert.match(await image.getAttribute('alt'), /^S1: .*\. S2: .*S3: leader/);
  const lines = await host.locator('quorum-scope li').allInnerTexts();
  assert.equal(lines.length, Math.min(30, Number(own.match(/event (\d+)/)[1])));
  assert.ok(lines.every((line) => /^t = \d+ ms: \S/.test(line)), lines.join('\n'));
  for (const caption of ['One is elected <first>.', 'The same & more.']) {
    await host.getByText(caption).waitFor();
  }
}

test('until the figure is there, what is longer than it does not push away what follows', async (lab) => {
  const long = Array.from({ length: 60 }, (_, at) => `<li>Line ${at}</li>`).join('');
  const html = `<!doctype html><html lang="en"><title>Host</title><link rel="icon" href="data:,">
    <script type="module" src="/embed.js"></script><body><main><h1>Host</h1>
    <quorum-scope load="click" height="400" title="Long"><ol>${long}</ol></quorum-scope>
    <quorum-scope load="click" height="400" title="Short"><p>Short</p></quorum-scope></main>`;
  const url = await lab.serve({ policy: HOST, pages: { '/host.html': html } });
  const page = await lab.open(`${url}host.html`, { until: null });
  const places = page.locator('quorum-scope');
  await page.getByRole('button').first().waitFor();
  const heights = await places.evaluateAll((all) => all.map((it) => it.getBoundingClientRect().height));
  assert.ok(heights.every((height) => height >= 400 && height < 480), `${heights}`);
  await axe(page);
  // By keys, as the first thing on the page: the short one has nothing to scroll.
  await page.keyboard.press('Tab');
  assert.equal(await page.getByRole('group', { name: 'Long' }).evaluate((it) => it.getRootNode().activeElement === it), true);
  await page.keyboard.press('End');
  await eventually(async () => assert.ok(await page.getByRole('group', { name: 'Long' }).evaluate((it) => it.scrollTop > 200)));
  assert.equal(await page.getByRole('group').count(), 1);
});

test('the dialogue shows the figure as it will be, or says that the site has no frames', async (lab) => {
  const { who, element } = await (async () => {
    const url = await lab.serve({ policy: HOST });
    const page = await lab.open(url, { motion: 'reduce', expect: [/was preloaded using link preload/] });
    const who = new Visitor(page);
    await who.step(2);
    await who.link();
    return { who, element: () => who.dialog().getByLabel(/^As/).selectOption({ index: 1 }) };
  })();
  await who.dialog().getByLabel('Panels').selectOption('None');
  await who.dialog().getByRole('button', { name: 'Preview', exact: true }).click();
  const figure = who.dialog().frameLocator('iframe');
  await figure.getByText(/event 2( of \d+)? ·/).waitFor();
  assert.equal(await figure.getByRole('tabpanel').count(), 0);
  await who.dialog().getByLabel('Theme').selectOption('Dark');
  await eventually(async () => assert.equal(await figure.locator('html').getAttribute('data-theme'), 'dark'));
  await element();
  await axe(who.page);
  await fits(who.page);
  await screenshot(who.page, 'share-preview');
  await who.dialog().getByRole('button', { name: 'Close the preview' }).click();
  assert.equal(await who.dialog().locator('iframe').count(), 0);

  const strict = await visit(lab, { expect: [/Content.Security.Policy|^uncaught: The page’s settings blocked/] });
  await strict.link();
  await strict.dialog().getByRole('button', { name: 'Preview', exact: true }).click();
  await strict.dialog().getByText(/^The policy of this site allows no frame/).waitFor();
  assert.equal(await strict.dialog().locator('iframe').count(), 0);
  const tab = await strict.dialog().getByRole('link', { name: 'In a new tab' }).getAttribute('href');
  await lab.open(tab).then((page) => page.getByRole('button', { name: 'Step', exact: true }).waitFor());
});

test('from a disk the code names a place to be filled in, and says so', async (lab) => {
  const page = await lab.open(pathToFileURL(SINGLE).href, { motion: 'reduce' });
  const who = new Visitor(page);
  await who.link();
  const code = who.dialog().getByRole('textbox', { name: 'Code to embed this moment' });
  await who.dialog().getByText(/^This page lies where nobody else can open it\. Put the laboratory’s folder on a web server/).waitFor();
  for (const kind of [0, 1]) {
    await who.dialog().getByLabel(/^As/).selectOption({ index: kind });
    const text = await code.inputValue();
    assert.ok(!text.includes('file:'), text);
    assert.match(text, kind === 0 ? /src="https:\/\/example\.org\/quorumscope\/#embed=1&amp;r=1/ : /src="https:\/\/example\.org\/quorumscope\/embed\.js"/);
  }
  await axe(page);
});
