// How fast the search is.

import { readFileSync } from 'node:fs';

import { row, title } from './table.mjs';

/** How fast the search is in its worker, on the state spaces that `benches/search.rs` counts. */
export async function searches(lab) {
  title('The search in a worker', 'states', 'seconds', 'states/s', 'bytes');
  const file = new URL('../../../benches/searches.json', import.meta.url);
  const page = await lab.open(await lab.serve());
  for (const [name, request] of Object.entries(JSON.parse(readFileSync(file, 'utf8')).searches)) {
    const found = await page.evaluate(async (request) => {
      await window.quorumscope.script('quorumscope-search.js');
      const began = performance.now();
      const text = await new Promise((resolve) => {
        window.quorumscope.search(request, (kind, text) => kind !== 'progress' && resolve(text));
      });
      return { ...JSON.parse(text), seconds: (performance.now() - began) / 1000 };
    }, `search\n${JSON.stringify(request)}`);
    const { states, seconds, bytes, status, error } = found;
    if (error) {
      throw new Error(error);
    }
    row(`${name}, ${status}`, states, seconds.toFixed(2), Math.round(states / seconds), (bytes / states).toFixed(0));
  }
}
