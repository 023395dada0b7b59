// axe finds nothing serious, and nothing is wider than the window, in every state that a visitor
// comes through first: both themes, both languages, desktop and phone.

import { axe, fits, screenshot, test } from './support.mjs';

const step = /^(Step|单步)/;
const sizes = { desktop: [1440, 900], phone: [360, 740] };

for (const [device, size] of Object.entries(sizes)) {
  for (const scheme of ['light', 'dark']) {
    for (const locale of ['en-US', 'zh-CN']) {
      const name = `${device}-${scheme}-${locale}`;
      test(`axe finds nothing serious, and all fits: ${name}`, async (lab) => {
        const page = await lab.open(await lab.serve(), { size, scheme, locale, motion: 'reduce' });
        const look = async (what) => {
          await fits(page);
          await axe(page);
          await screenshot(page, `${name}-${what}`);
        };
        await look('start');
        for (let i = 0; i < 4; i++) {
          await page.getByRole('button', { name: step }).click();
        }
        await look('election');
        await page.getByRole('button', { name: /^S2/ }).click();
        for (const tab of await page.getByRole('tab').all()) {
          await tab.click();
          await look(`tray-${await tab.getAttribute('id')}`);
        }
        await page.keyboard.press('Escape');
        await page.keyboard.press('?');
        await page.getByRole('dialog').waitFor();
        await look('help');
        await page.keyboard.press('Escape');
        await page.getByRole('button', { name: 'Paxos', exact: true }).click();
        for (let i = 0; i < 12; i++) {
          await page.getByRole('button', { name: step }).click();
        }
        await look('paxos');
      });
    }
  }
}
