// A link made in one browser opens to an equal state in the other.
//
// `tests/links/browsers/` has links that each browser has made, so that one browser alone can open
// what the other has made; where both are there, they open what they have just made as well.
// `QUORUMSCOPE_BLESS=1 node tests/browser/run.mjs crossing` adds those that are missing. The others
// are never written anew: somebody may have sent them.

import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { BROWSERS, nameOf } from './browsers.mjs';
import { Lab, root, test } from './support.mjs';
import { NOTHING_WRONG, Visitor, eventually, visit } from './visitor.mjs';

const STORED = join(root, 'tests', 'links', 'browsers');
const PROTOCOLS = { raft: 'Raft', paxos: 'Paxos', multi_paxos: 'Multi-Paxos', two_phase: 'Two-phase commit' };

/** Some of everything, with the cursor in the middle; gives its link, and the state there. */
async function make(lab, protocol) {
  const who = await visit(lab);
  if (protocol !== 'Raft') {
    await who.protocol(protocol);
  }
  await who.step(6);
  await who.act(who.node(2), 'Kill');
  await who.step(5);
  await who.act(who.node(2), 'Restart');
  await who.key('Escape');
  await who.step(8);
  await who.press('Back');
  await who.press('Back');
  const run = JSON.parse(await who.save());
  const address = await who.link();
  return { link: address.slice(address.indexOf('#r=') + '#r='.length), ...state(run) };
}

/** What is there once the link has been opened. */
async function open(lab, { link, cursor }) {
  const page = await lab.open(`${await lab.serve()}#r=${link}`, { motion: 'reduce' });
  const who = new Visitor(page);
  await eventually(async () => assert.equal((await who.place()).position, cursor));
  assert.match(await who.notice(), NOTHING_WRONG);
  return state(JSON.parse(await who.save()));
}

const state = ({ seed, cursor, hash }) => ({ seed, cursor, hash });

/** Does something in the other browser. */
async function inTheOther(name, act) {
  const [other] = Object.keys(BROWSERS).filter((it) => it !== name);
  const browser = new BROWSERS[other]();
  const lab = new Lab(browser);
  try {
    const done = await act(lab);
    lab.check();
    return done;
  } finally {
    await lab.close();
    await browser.close();
  }
}

for (const [file, protocol] of Object.entries(PROTOCOLS)) {
  test(`${protocol}: links that each browser has made open here`, async (lab) => {
    if (process.env.QUORUMSCOPE_BLESS) {
      const made = await make(lab, protocol);
      const folder = join(STORED, nameOf(lab.pages[0]));
      const path = join(folder, `${file}.json`);
      if (!existsSync(path)) {
        mkdirSync(folder, { recursive: true });
        writeFileSync(path, `${JSON.stringify(made, null, 2)}\n`);
      }
    }
    const makers = readdirSync(STORED);
    assert.deepEqual(makers.sort(), Object.keys(BROWSERS).sort());
    for (const maker of makers) {
      const made = JSON.parse(readFileSync(join(STORED, maker, `${file}.json`), 'utf8'));
      const { link: _, ...known } = made;
      assert.deepEqual(await open(lab, made), known, maker);
    }
  });

  const both = {
    others: 'the other browser is not there',
    chromium: 'both ways are tried from Chromium',
  };
  test(`${protocol}: what is made here opens in the other browser, and the other way round`, both, async (lab) => {
    const { link, ...here } = await make(lab, protocol);
    const name = nameOf(lab.pages[0]);
    const theirs = await inTheOther(name, async (other) => {
      assert.deepEqual(await open(other, { link, ...here }), here);
      return make(other, protocol);
    });
    const { link: _, ...there } = theirs;
    assert.deepEqual(await open(lab, theirs), there);
    // And since both did the same, it is the same that they have.
    assert.deepEqual(theirs, { link, ...here });
  });
}
