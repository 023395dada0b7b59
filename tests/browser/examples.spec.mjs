// The worked examples of `examples/embedding`, as `cargo xtask examples` builds them: each page under
// the strictest policy that its generator allows, on a wide screen and on a phone.

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { nameOf } from './browsers.mjs';
import { policyOf } from './policies.mjs';
import { STRICT } from './server.mjs';
import { axeWithin, fits, root, screenshot, test } from './support.mjs';
import { eventually } from './visitor.mjs';

const BUILT = join(root, 'target', 'examples');
const SIZES = [[1920, 1000], [360, 740]];
const CAPTION = 'Press Step, and watch who votes for whom.';
const FALLBACK = 'One server asks for votes in term 1, and becomes its leader.';

/**
 * What is special about each.
 *
 * needs    what its generator needs besides the scripts and styles that its pages name
 * fallback what is there without the figure
 * show     brings the first figure into sight, where it is not there from the start
 */
const SITES = {
  html: {
    needs: { 'img-src': ['data:', 'first-election.svg'] },
    fallback: 'Five servers; one of them times out first, asks for votes and becomes the leader of term 1.',
  },
  mdbook: { needs: { 'img-src': ['.'], 'font-src': ['fonts/'], 'frame-src': ['toc.html'] } },
  mkdocs: { needs: { 'img-src': ['assets/images/'] } },
  sphinx: {},
  revealjs: {
    needs: { 'img-src': ['data:'], 'font-src': ['data:'], 'script-src': ['reveal.js/reveal.mjs'] },
    // On a phone a deck is one page, to be scrolled.
    show: async (page) => {
      if (page.viewportSize().width > 1000) {
        await page.locator('.slides > section.present h2').waitFor();
        await page.keyboard.press('ArrowRight');
      }
    },
  },
};

/** Opens the first page of an example, with the first figure in sight. */
async function visitPage(lab, name, { without, expect = [], ...options } = {}) {
  const folder = join(BUILT, name);
  assert.ok(existsSync(folder), 'There are no examples yet: `cargo xtask examples` builds them.');
  const { needs, show } = SITES[name];
  const policy = (path, origin) => {
    if (path.startsWith('/quorumscope/')) {
      return STRICT;
    }
    const file = join(folder, path.endsWith('/') ? `${path}index.html` : path);
    const strict = existsSync(file) ? policyOf(readFileSync(file, 'utf8'), origin + path, needs) : STRICT;
    return without ? strict.replace(new RegExp(`${without} [^;]*`), '') : strict;
  };
  const page = await lab.open(await lab.serve({ folder, policy }), {
    until: null,
    motion: 'reduce',
    // A page that names no icon is asked for one.
    expect: [/favicon\.ico/, ...expect],
    ...options,
  });
  await show?.(page);
  await figure(page).scrollIntoViewIfNeeded();
  return page;
}

const figure = (page) => page.locator('quorum-scope').first();
/** What is in its place where it is not. */
const words = (page, name) => figure(page).getByText(SITES[name].fallback ?? FALLBACK, { exact: true });
const inside = (page) => figure(page).frameLocator('iframe');
const isAt = (page, position) => inside(page).getByText(new RegExp(`event ${position}( of \\d+)? ·`)).waitFor();

/** Presses a button of a figure. */
async function press(figure, name) {
  const button = figure.getByRole('button', { name, exact: true });
  if (nameOf(button.page()) === 'chromium') {
    return button.click();
  }
  // WebDriver cannot aim at what is in a frame that a deck has scaled.
  return button.evaluate((it) => {
    it.focus();
    it.click();
  });
}

/** Takes the focus out of the figure, as a click on the text around it does. */
async function leave(page) {
  await page.locator('h1, section.present > :is(h2, h3)').filter({ visible: true }).first().click();
}

/** The frame itself, once the figure is in it. */
async function frameOf(page) {
  await isAt(page, 0);
  return (await figure(page).locator('iframe').elementHandle()).contentFrame();
}

/** How much of the figure is outside of its frame, to the right and below. */
const hidden = (frame) => frame.evaluate(() => {
  const { scrollWidth, clientWidth, scrollHeight, clientHeight } = document.documentElement;
  return [scrollWidth - clientWidth, scrollHeight - clientHeight];
});

/** The theme of the figure is that of the page. */
async function looks(page, theme) {
  await eventually(async () =>
    assert.equal(await inside(page).locator('html').getAttribute('data-theme'), theme));
}

for (const name of Object.keys(SITES)) {
  test(`${name}: the figure loads, steps and fits under the page’s own policy, wide and narrow`, async (lab) => {
    for (const size of SIZES) {
      const page = await visitPage(lab, name, { size });
      const frame = await frameOf(page);
      await press(inside(page), 'Step');
      await isAt(page, 1);
      // It has told its height, and been given it.
      await eventually(async () => assert.deepEqual(await hidden(frame), [0, 0]));
      await fits(page);
      await axeWithin(frame);
      await screenshot(page, `example-${name}-${size[0]}`);
    }
  });

  test(`${name}: the caption names the figure, and where no script runs its words are there`, async (lab) => {
    const page = await visitPage(lab, name, { size: SIZES[0] });
    await frameOf(page);
    assert.equal(await figure(page).locator('iframe').getAttribute('title'), 'A first election in Raft');
    assert.equal(await words(page, name).isVisible(), false);
    if (name !== 'revealjs') {
      const tree = await page.locator('figure').first().ariaSnapshot();
      assert.equal(tree, `- figure "${CAPTION}":\n  - iframe\n  - text: ${CAPTION}`);
      assert.equal(await page.getByRole('main').getByRole('heading', { level: 1 }).count(), 1);
    }
    const plain = await lab.open(page.url(), { until: null, scripts: false, size: SIZES[0], expect: [/favicon\.ico/] });
    await words(plain, name).waitFor();
    assert.equal(await plain.locator('quorum-scope iframe').count(), 0);
  });

  test(`${name}: in print the figure’s words stand in its place`, { chromium: 'Playwright cannot print in Firefox' }, async (lab) => {
    const page = await visitPage(lab, name, { size: SIZES[0] });
    await frameOf(page);
    await page.emulateMedia({ media: 'print' });
    assert.equal(await words(page, name).isVisible(), true);
    assert.equal(await figure(page).locator('iframe').isVisible(), false);
  });

  test(`${name}: keys go to the figure only while the focus is in it`, async (lab) => {
    const page = await visitPage(lab, name, { size: SIZES[0] });
    await frameOf(page);
    const address = page.url();
    await press(inside(page), 'Step');
    await isAt(page, 1);
    await page.keyboard.press('ArrowRight');
    await isAt(page, 2);
    assert.equal(page.url(), address, 'the page has not moved on');
    assert.ok(await figure(page).isVisible(), 'nor has the deck');
    await leave(page);
    await page.keyboard.press('ArrowRight');
    await KEYS[name](page);
  });
}

/** What comes of the right arrow where the focus is in no figure. */
const KEYS = {
  mdbook: (page) => page.waitForURL(/closer-look\.html$/),
  revealjs: async (page) => {
    await page.locator('section.present').getByRole('heading', { name: 'Let it run' }).waitFor();
  },
  ...Object.fromEntries(['html', 'mkdocs', 'sphinx'].map((name) => [name, async (page) => {
    await page.waitForTimeout(200);
    await isAt(page, 2);
  }])),
};

test('html: the picture and the steps in the figure’s place are those of its run', async (lab) => {
  const plain = await visitPage(lab, 'html', { scripts: false, size: SIZES[0] });
  const image = figure(plain).locator('img');
  const box = await image.boundingBox();
  assert.ok(box.width > 600 && box.height > 300, `${box.width} × ${box.height}`);
  const told = await figure(plain).locator('li').allInnerTexts();

  const page = await visitPage(lab, 'html', { size: SIZES[0] });
  await frameOf(page);
  await figure(page).evaluate((it) => {
    window.moments = [];
    it.addEventListener('quorumscope-moment', ({ detail }) => window.moments.push(detail));
  });
  for (const [at, line] of told.entries()) {
    await press(inside(page), 'Step');
    await eventually(async () => {
      const moment = await page.evaluate((position) => window.moments.find((it) => it.position === position), at + 1);
      assert.equal(moment && `t = ${moment.time} ms: ${moment.text}`, line);
    });
  }
  // The picture was drawn there.
  const nodes = await inside(page).getByRole('button', { name: /^S\d:/ }).evaluateAll((all) => all.map((it) => it.getAttribute('aria-label')));
  const drawn = readFileSync(join(BUILT, 'html', 'first-election.svg'), 'utf8').match(/<desc>([^<]*)<\/desc>/)[1];
  assert.deepEqual(drawn.split('\n').slice(0, nodes.length), nodes);
});

test('a policy that does not name the lab keeps the figure out, so that the tests above can fail', async (lab) => {
  for (const without of ['frame-src', 'script-src']) {
    const expect = [/Content Security Policy|^uncaught: The page’s settings blocked/];
    const page = await visitPage(lab, 'html', { without, expect });
    await page.waitForTimeout(500);
    const frame = figure(page).locator('iframe');
    const url = await frame.count() && (await (await frame.elementHandle()).contentFrame()).url();
    assert.ok(!url || !url.includes('embed=1'), `${url} without ${without}`);
  }
});

test('a figure that waits for a click loads on it, and one in plain HTML needs no script of ours', async (lab) => {
  for (const size of SIZES) {
    const page = await visitPage(lab, 'html', { size });
    const second = page.locator('quorum-scope').nth(1);
    await second.scrollIntoViewIfNeeded();
    await page.waitForTimeout(300);
    assert.equal(await second.locator('iframe').count(), 0, 'not before the click');
    await second.getByRole('button', { name: 'Show the interactive figure' }).click();
    await second.frameLocator('iframe').getByRole('button', { name: 'Step', exact: true }).click();
    await second.frameLocator('iframe').getByText(/event 1 ·/).waitFor();
    const frame = page.locator('main > figure > iframe');
    await frame.scrollIntoViewIfNeeded();
    await frame.contentFrame().getByRole('button', { name: 'Step', exact: true }).click();
    await frame.contentFrame().getByText(/event 1 ·/).waitFor();
    await fits(page);
  }
});

test('a figure follows the theme that its page is switched to', async (lab) => {
  const book = await visitPage(lab, 'mdbook');
  await looks(book, 'light');
  for (const [theme, is] of [['Navy', 'dark'], ['Rust', 'light'], ['Coal', 'dark'], ['Light', 'light'], ['Ayu', 'dark']]) {
    if (!await book.getByRole('menuitem', { name: theme }).isVisible()) {
      await book.getByRole('button', { name: 'Change theme' }).click();
    }
    await book.getByRole('menuitem', { name: theme }).click();
    await looks(book, is);
  }
  await screenshot(book, 'example-mdbook-ayu');

  const docs = await visitPage(lab, 'mkdocs');
  await looks(docs, 'light');
  await docs.locator('label[title="Switch to dark mode"]').click();
  await looks(docs, 'dark');
  await screenshot(docs, 'example-mkdocs-dark');
  await docs.locator('label[title="Switch to light mode"]').click();
  await looks(docs, 'light');
});

test('a figure on a page that is always light is light, whatever the reader’s system is', async (lab) => {
  for (const [name, theme] of [['sphinx', 'light'], ['revealjs', 'light'], ['html', 'dark'], ['mdbook', 'dark']]) {
    const page = await visitPage(lab, name, { scheme: 'dark' });
    await looks(page, theme);
    await screenshot(page, `example-${name}-where-it-is-dark`);
  }
});

test('on a slide that is gone nothing runs on, and one that comes back is where it was', async (lab) => {
  const page = await visitPage(lab, 'revealjs', { size: SIZES[0] });
  const runs = async (frame) => {
    await press(frame, 'Run');
    await frame.getByRole('button', { name: 'Pause', exact: true }).waitFor();
    await leave(page);
  };
  const paused = (frame) => eventually(async () =>
    assert.match(await frame.getByRole('region', { name: 'Step through the run' }).textContent(), /Run/));
  // The element on the second slide, and then the frame on the third.
  for (const [frame, next] of [
    [inside(page), 'Let it run'],
    [page.frameLocator('iframe[data-preload]'), 'What have we seen?'],
  ]) {
    await runs(frame);
    await page.keyboard.press('ArrowRight');
    await page.locator('section.present').getByRole('heading', { name: next }).waitFor();
    await paused(frame);
    const before = await frame.locator('.status').textContent();
    await page.keyboard.press('ArrowLeft');
    await frame.getByText(before).waitFor();
    await page.keyboard.press('ArrowRight');
  }
});
