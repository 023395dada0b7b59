// Takes the pictures of the documents anew, so that they show the lab as it is:
// `cargo xtask pictures` builds it and starts this.

import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { BROWSERS, saved } from './browsers.mjs';
import { Lab } from './support.mjs';
import { elected } from './visitor.mjs';

const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const DOCS = join(ROOT, 'docs', 'pictures');
/** A picture as a page has it in the place of a figure. */
const STILL = join(ROOT, 'examples', 'embedding', 'html', 'first-election.svg');

/** What each picture shows: how the page is opened, and what somebody does there. */
const PICTURES = {
  stage: [{}, async (who) => {
    await who.step(3);
    await who.choose(who.node(2));
  }],
  diagram: [{}, diagram],
  comparison: [{}, async (who) => {
    await who.submit(3, 'x=1');
    await who.menu('Compare…');
    await who.dialog().waitFor();
    await who.dialog().getByRole('combobox', { name: 'What to compare with' }).selectOption({ label: 'Multi-Paxos' });
    await who.dialog().getByRole('button', { name: 'Compare', exact: true }).click();
    await who.page.getByRole('button', { name: 'Close comparison' }).waitFor();
    await who.step(12);
  }],
  lesson: [{}, async (who) => {
    await who.page.getByRole('button', { name: /^Lessons/ }).first().click();
    await who.dialog().waitFor();
  }],
  phone: [{ size: [390, 844], touch: true }, async (who) => who.step(3)],
  dark: [{ scheme: 'dark' }, diagram],
  chinese: [{}, async (who) => {
    await who.press('中文');
    await who.page.getByRole('button', { name: '单步', exact: true }).waitFor();
  }],
};

/** A run with a command, a killed leader and what it depends on. */
async function diagram(who) {
  await who.press('Diagram');
  const region = who.page.getByRole('region', { name: 'Space-time diagram' });
  await region.waitFor();
  await who.submit(3, 'x=1');
  await who.step(12);
  await who.act(who.node(3), 'Kill');
  await who.key('Escape');
  await who.step(8);
  await region.getByRole('option', { name: /reaches S3/ }).last().dispatchEvent('click');
}

/** The stage as a person exports it. */
async function still(who) {
  await who.menu('Export…');
  const button = who.dialog().getByRole('button', { name: 'Stage as SVG' });
  writeFileSync(STILL, (await saved(who.page, () => button.click())).bytes);
  console.log(STILL);
}

/** What somebody does on a page on which a leader has been elected. */
async function onPage(options, act) {
  const lab = new Lab(browser);
  try {
    await act(await elected(lab, options));
    lab.check();
  } finally {
    await lab.close();
  }
}

const browser = new BROWSERS.chromium();
for (const [name, [options, act]] of Object.entries(PICTURES)) {
  await onPage(options, async (who) => {
    await act(who);
    const path = join(DOCS, `${name}.png`);
    await who.page.screenshot({ path });
    console.log(path);
  });
}
await onPage({}, still);
await browser.close();
