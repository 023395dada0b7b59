// Every broken rule, searched for in a worker as “Break a rule” does it: the browser finds a run as
// short as the one that is kept, or says how far its memory took it.

import assert from 'node:assert/strict';

import { PROTOCOLS, prepared, searched } from './searching.mjs';
import { test } from './support.mjs';

/** What needs more memory than a page gets, and is found natively. */
const TOO_LARGE = ['paxos learn_across_ballots', 'multi_paxos any_reported_value'];
/** How many seconds a search may take. */
const PATIENCE = 60;

for (const protocol of PROTOCOLS) {
  const mistakes = prepared(protocol).filter(({ known }) => known !== null);
  test(`every mistake in ${protocol} is defeated within a minute`, { alone: true }, async (lab) => {
    assert.ok(mistakes.length >= 4);
    const url = await lab.serve();
    for (const { variant, request, known } of mistakes) {
      const name = `${protocol} ${variant}`;
      // A page for each, so that none has another's memory to bear.
      const page = await lab.open(url);
      const { status, run } = await searched(page, request, PATIENCE);
      if (TOO_LARGE.includes(name)) {
        assert.equal(status, 'memory', name);
      } else {
        assert.equal(status, 'found', name);
        assert.equal(JSON.parse(run).actions.length, known, name);
      }
      await page.context().close();
    }
  });
}
