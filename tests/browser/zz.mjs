import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BROWSERS } from './browsers.mjs';
import { Lab, root } from './support.mjs';
import { STRICT } from './server.mjs';
import { policyOf } from './policies.mjs';
const b = new BROWSERS[process.argv[3] ?? 'chromium'](); 
const needs = JSON.parse(process.argv[4] ?? '{}');
for (const name of process.argv[2].split(',')) {
const lab = new Lab(b);
const folder = join(root, 'target/examples', name);
const url = await lab.serve({ folder, policy: (path, origin) => path.startsWith('/quorumscope/') ? STRICT : policyOf(readFileSync(join(folder, path.endsWith('/') ? path + 'index.html' : path), 'utf8'), origin + path, needs) });
for (const size of [[1920,1000],[360,740]]) {
const page = await lab.open(url, {size, motion:'reduce', until: null, init: () => addEventListener('securitypolicyviolation', (e) => console.error('REFUSED', e.violatedDirective, e.blockedURI, e.sample, e.sourceFile, e.lineNumber))});
await page.waitForTimeout(2500);
await page.screenshot({path:`/tmp/ex/snap/${name}-${size[0]}.png`, fullPage: true});
if (size[0]>1000) console.log(await page.locator('body').ariaSnapshot());
}
try { lab.check(); } catch (e) { console.log(e.message); }
await lab.close(); }
await b.close();
