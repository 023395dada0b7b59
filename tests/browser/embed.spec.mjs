// The lab as a figure in somebody else's page: its options, its messages, the element, the code.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

import { axe, fits, root, screenshot, test } from './support.mjs';
import { eventually, visit } from './visitor.mjs';

const EXAMPLE = join(root, 'examples', 'embedding', 'html');

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
  assert.equal(await inside.getByRole('tab').count(), 1);
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

test('the plain page works under its own strict policy, wide and narrow', async (lab) => {
  for (const size of [[1920, 1000], [360, 740]]) {
    const files = { '/html/': 'index.html', '/html/page.css': 'page.css' };
    const pages = Object.fromEntries(Object.entries(files).map(([path, file]) =>
      [path, readFileSync(join(EXAMPLE, file), 'utf8')]));
    const url = await lab.serve({ policy: HOST, base: '/lab/', pages });
    const host = await lab.open(url.replace('/lab/', '/html/'), { until: null, size, motion: 'reduce' });
    const elements = host.locator('quorum-scope');
    await elements.first().scrollIntoViewIfNeeded();
    await elements.first().locator('iframe').waitFor();
    assert.equal(await elements.nth(1).locator('iframe').count(), 0, 'not before the click');
    await elements.nth(1).getByRole('button').click();
    const inside = elements.nth(1).frameLocator('iframe');
    await inside.getByRole('button', { name: /^Step/ }).click();
    await inside.getByText(/event 1 ·/).waitFor();
    await fits(host);
    await screenshot(host, `embed-page-${size[0]}`);
    await axe(host);
  }
});

test('ten figures on one page: what they cost', { alone: true, chromium: 'the memory is Chromium’s to tell' }, async (lab) => {
  const figures = '<quorum-scope load="now" height="400"></quorum-scope>'.repeat(10);
  const html = `<!doctype html><html lang="en"><title>Ten</title><link rel="icon" href="data:,"><script type="module" src="/embed.js"></script><body>${figures}`;
  const url = await lab.serve({ policy: HOST, pages: { '/ten.html': html } });
  const host = await lab.open(`${url}ten.html`, { until: null, size: [1440, 900] });
  await eventually(async () => assert.equal(host.frames().length, 11));
  for (const frame of host.frames().slice(1)) {
    await frame.getByRole('button', { name: /^Step/ }).waitFor();
  }
  const client = await host.context().newCDPSession(host);
  await client.send('Performance.enable');
  const metrics = async () => Object.fromEntries((await client.send('Performance.getMetrics')).metrics
    .map(({ name, value }) => [name, value]));
  await host.waitForTimeout(1000);
  const before = await metrics();
  await host.waitForTimeout(2000);
  const after = await metrics();
  const busy = 1000 * (after.TaskDuration - before.TaskDuration) / 2;
  console.log(`        ten figures: ${(after.JSHeapUsedSize / 1e6).toFixed(1)} MB of script heap, ` +
    `${busy.toFixed(2)} ms of the main thread per second while nobody touches them`);
  assert.ok(busy < 100, `${busy} ms`);
});

test('the code from the Share dialogue, put into a page, shows the moment', async (lab) => {
  const who = await visit(lab);
  await who.page.getByRole('button', { name: /^Step/ }).click();
  await who.page.keyboard.press('s');
  const code = who.dialog().getByRole('textbox', { name: 'Code to embed this moment' });
  await code.waitFor();
  await who.dialog().getByLabel('Controls').selectOption('Back and Step');
  const iframe = await code.inputValue();
  assert.match(iframe, /^<iframe src="http.*#embed=1&amp;r=1.*&amp;controls=step"/);
  const address = iframe.match(/src="([^"]+)"/)[1].replaceAll('&amp;', '&');
  const shown = await lab.open(address);
  await shown.getByText(/event 1 ·/).waitFor();
  await who.dialog().getByLabel(/^As/).selectOption({ index: 1 });
  assert.match(await code.inputValue(), /embed\.js[^]*<quorum-scope link="1/);
});
