// How fast the search is, and what it finds.

import { PROTOCOLS, prepared, read, searched } from '../searching.mjs';
import { row, title } from './table.mjs';

/** How long a search may take. */
const MINUTE = 60;

/** How fast the search is in its worker, on the state spaces that `benches/search.rs` counts. */
export async function searches(lab) {
  title('The search in a worker', 'states', 'seconds', 'states/s', 'bytes');
  const page = await lab.open(await lab.serve());
  for (const [name, request] of Object.entries(read('benches/searches.json').searches)) {
    const { states, seconds, bytes, status } = await searched(page, request);
    row(`${name}, ${status}`, states, seconds.toFixed(2), Math.round(states / seconds), (bytes / states).toFixed(0));
  }
}

/** What becomes of each broken rule, searched for in a worker for a minute at most. */
export async function mistakes(lab) {
  for (const protocol of PROTOCOLS) {
    title(`Broken rules of ${protocol}, searched for in a worker`, 'states', 'seconds', 'MiB', 'actions');
    for (const { variant, request } of prepared(protocol)) {
      // A page for each: a search that ends by itself leaves its memory to nobody.
      const page = await lab.open(await lab.serve());
      const { states, seconds, bytes, status, run } = await searched(page, request, MINUTE);
      const actions = run ? JSON.parse(run).actions.length : '';
      row(`${variant}, ${status}`, states, seconds.toFixed(2), Math.ceil(bytes / 2 ** 20), actions);
      await page.context().close();
    }
  }
}
