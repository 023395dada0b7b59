// The guides beside the lab, in both languages: pages, figures, and the way from the lab to them.

import assert from 'node:assert/strict';
import { pathToFileURL } from 'node:url';

import { STRICT } from './server.mjs';
import { SINGLE, axe, fits, screenshot, test } from './support.mjs';
import { Visitor, eventually } from './visitor.mjs';

/** The folder's own policy, and leave to show the lab in figures. */
const POLICY = `${STRICT}; frame-src 'self'`;
const LANGUAGES = ['en', 'zh-CN'];
const GUIDES = ['index', 'user', 'lecturing', 'lessons', 'embedding', 'protocol'];
const STEP = /^(Step|单步)/;

/** Opens a guide. Its figures are shown to those who do not care for animation. */
async function guide(lab, language, name, options = {}) {
  const url = await lab.serve({ policy: POLICY });
  return lab.open(`${url}guides/${language}/${name}.html`, { until: null, motion: 'reduce', ...options });
}

/** The figure at a place of the page: its element, and the lab in it, once somebody scrolls there. */
async function figure(page, place) {
  const element = page.locator('quorum-scope').nth(place);
  await element.scrollIntoViewIfNeeded();
  const button = element.getByRole('button');
  if (await element.getAttribute('load') === 'click') {
    await button.click();
  }
  return [element, element.locator('iframe').contentFrame()];
}

/** A window, and what its reader likes. */
const READERS = { wide: { size: [1440, 900] }, narrow: { size: [360, 740], scheme: 'dark' } };

for (const language of LANGUAGES) {
  for (const [name, options] of Object.entries(READERS)) {
    test(`every guide opens, in ${language}, ${name}`, async (lab) => {
      const page = await guide(lab, language, GUIDES[0], options);
      for (const guide of GUIDES) {
        await page.goto(page.url().replace(/[a-z]+\.html$/, `${guide}.html`));
        assert.equal(await page.locator('html').getAttribute('lang'), language);
        assert.equal(await page.locator('main h1').count(), 1);
        assert.equal(await page.locator('.side [aria-current="page"]').count(), 1);
        await fits(page);
        await axe(page);
        await screenshot(page, `guide-${language}-${guide}-${name}`);
      }
    });
  }

  test(`the figures of the guides load and can be stepped, in ${language}`, async (lab) => {
    for (const name of ['user', 'lecturing', 'embedding', 'protocol']) {
      const page = await guide(lab, language, name);
      const count = await page.locator('quorum-scope').count();
      assert.ok(count > 0, name);
      for (let place = 0; place < count; place += 1) {
        const [element, inside] = await figure(page, place);
        const step = inside.getByRole('button', { name: STEP });
        await step.waitFor({ timeout: 20_000 });
        assert.equal(await inside.locator('html').getAttribute('lang'), language);
        const status = inside.locator('.status');
        const before = await status.innerText();
        await step.click();
        await eventually(async () => assert.notEqual(await status.innerText(), before));
        assert.equal(await element.locator('p').first().isVisible(), false);
        if (place === 0) {
          await screenshot(page, `guide-${language}-${name}-figure`);
        }
      }
    }
  });
}

test('a lesson opens in the figure of the guide for authors', async (lab) => {
  const page = await guide(lab, 'en', 'lessons');
  const [, inside] = await figure(page, 0);
  await inside.getByRole('button', { name: 'Go on ▶' }).click({ timeout: 20_000 });
  await inside.getByRole('button', { name: 'Do it for me' }).waitFor();
  await screenshot(page, 'guide-lesson');
});

test('a guide leads to itself in the other language, and to the lab', async (lab) => {
  const page = await guide(lab, 'en', 'lecturing');
  await page.getByRole('link', { name: '中文' }).click();
  await page.getByRole('heading', { level: 1, name: '课堂讲授' }).waitFor();
  await page.getByRole('link', { name: 'English' }).click();
  await page.getByRole('heading', { level: 1, name: 'Lecturing' }).waitFor();
  await page.getByRole('link', { name: 'Open the lab' }).click();
  await page.locator('#step').waitFor();
});

test('without scripts a guide has its figures in words', async (lab) => {
  const page = await guide(lab, 'en', 'user', { scripts: false });
  const words = page.locator('quorum-scope p');
  assert.ok(await words.count() > 2);
  assert.ok(await words.first().isVisible());
});

test('Help leads to the guide in the language of the page', async (lab) => {
  const url = await lab.serve({ policy: POLICY });
  const who = new Visitor(await lab.open(`${url}#full`, { motion: 'reduce' }));
  const link = (name) => who.dialog().getByRole('link', { name });
  await who.key('?');
  await link(/^User’s guide/).waitFor();
  assert.equal(await link(/^User’s guide/).getAttribute('href'), 'guides/en/user.html');
  await who.key('Escape');
  await who.press('中文');
  await who.page.getByRole('button', { name: '单步', exact: true }).waitFor();
  await who.key('?');
  const address = await link(/^使用指南/).evaluate((it) => it.href);
  const page = await lab.open(address, { until: null });
  await page.getByRole('heading', { level: 1, name: '使用实验室' }).waitFor();
});

test('a file that opens by double click has no guides beside it, and names none', async (lab) => {
  const who = new Visitor(await lab.open(pathToFileURL(SINGLE).href, { motion: 'reduce' }));
  await who.key('?');
  await who.dialog().getByRole('button', { name: 'What is stored' }).waitFor();
  assert.equal(await who.dialog().getByRole('link').count(), 0);
});
