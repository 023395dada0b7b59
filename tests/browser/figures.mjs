// Prints the figures that the budgets are about (ARCHITECTURE.md has the budgets). `cargo xtask
// figures` builds what is measured and starts this. Nothing here passes or fails.
//
//     node tests/browser/figures.mjs [NAME…]     only these figures

import { BROWSERS } from './browsers.mjs';
import { frames } from './figures/frames.mjs';
import { idle } from './figures/idle.mjs';
import { longRuns } from './figures/long-run.mjs';
import { mistakes, searches } from './figures/search.mjs';
import { firstVisit } from './figures/visit.mjs';
import { Lab } from './support.mjs';

const words = process.argv.slice(2);
const all = [firstVisit, frames, longRuns, searches, mistakes, idle];
const browser = new BROWSERS.chromium();
for (const figure of all.filter(({ name }) => words.length === 0 || words.includes(name))) {
  const lab = new Lab(browser);
  try {
    await figure(lab);
  } finally {
    await lab.close();
  }
}
await browser.close();
