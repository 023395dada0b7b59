import { join } from 'node:path';
import { BROWSERS } from './browsers.mjs';
import { Lab, root } from './support.mjs';
const b = new BROWSERS[process.argv[2]](); const lab = new Lab(b);
const url = await lab.serve({ folder: join(root, 'target/examples/html'), policy: '' });
const page = await lab.open(url, {size:[1920,1000], motion:'reduce', until: null});
const inside = page.locator('quorum-scope').first().frameLocator('iframe');
const frame = await (await page.locator('quorum-scope').first().locator('iframe').elementHandle()).contentFrame();
await inside.getByRole('button', {name:'Step', exact: true}).waitFor();
for (let i = 0; i < 3; i++) {
await page.waitForTimeout(1000);
console.log(await frame.evaluate(() => { const d = document.documentElement; const all = [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().bottom > document.querySelector('.lab').getBoundingClientRect().bottom + 1).map(e => e.tagName + '.' + (e.className.baseVal ?? e.className) + '#' + e.id + ' ' + e.getBoundingClientRect().bottom + ' ' + getComputedStyle(e).position);
 return [d.scrollHeight, d.clientHeight, document.body.scrollHeight, document.querySelector('.lab').getBoundingClientRect().height, all.slice(0,40)]; }));
await inside.getByRole('button', {name:'Step', exact: true}).click();
}
await lab.close(); await b.close();
