// The service worker by itself, with a network and a cache that do one thing at a time when they are
// told to: whatever it is told, and whenever everything is forgotten, nothing is left behind.

import assert from 'node:assert/strict';
import { createHash, webcrypto } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runInNewContext } from 'node:vm';

import { root, test } from './support.mjs';

const NO_BROWSER = { chromium: 'no browser is in it' };

const SCOPE = 'https://example.org/lab/';
const named = (name) => `${name}-0123456789abcdef.js`;
const EARLY = [named('core'), 'late-123456789abcdef.js'];
const LATE = [named('full'), named('words'), named('search')];
const PAGE = EARLY.map((it) => `<script src="./${it}"></script>`).join('');
const CONTENTS = new Map([
  [SCOPE, PAGE],
  ...EARLY.map((it) => [SCOPE + it, it.startsWith('late') ? LATE.map((it) => `./${it}`).join('\n') : it]),
  ...LATE.map((it) => [SCOPE + it, it]),
]);

/** A worker in a world of its own. `gate` is awaited before the network answers for an address. */
function worker({ gate = async () => {}, room = Infinity, missing = [] } = {}) {
  const listeners = {};
  const stores = new Map();
  const asked = [];
  const turn = () => new Promise((resolve) => { setImmediate(resolve); });
  const caches = {
    has: async (name) => { await turn(); return stores.has(name); },
    keys: async () => { await turn(); return [...stores.keys()]; },
    delete: async (name) => { await turn(); return stores.delete(name); },
    open: async (name) => {
      await turn();
      if (!stores.has(name)) {
        stores.set(name, new Map());
      }
      // Whoever has opened it goes on with it, even when it is deleted.
      const store = stores.get(name);
      return {
        match: async (key) => { await turn(); return store.get(key.url ?? key)?.clone(); },
        put: async (key, response) => {
          await turn();
          if (store.size >= room) {
            throw new DOMException('There is no room.', 'QuotaExceededError');
          }
          store.set(key, response);
        },
      };
    },
  };
  const fetched = async (request) => {
    const address = request.url ?? request;
    asked.push(address);
    await gate(address);
    assert.ok(CONTENTS.has(address), `nobody may ask for ${address}`);
    const name = address.slice(SCOPE.length);
    return missing.includes(name) ? new Response('', { status: 404 }) : new Response(CONTENTS.get(address));
  };
  const hash = createHash('sha256').update(PAGE).digest('hex');
  const source = readFileSync(join(root, 'static', 'sw.js'), 'utf8')
    .replace('@version@', '1').replace('@page-hash@', hash);
  const self = {
    registration: { scope: SCOPE },
    clients: { claim: async () => {} },
    skipWaiting() {},
    addEventListener(kind, heard) { listeners[kind] = heard; },
  };
  runInNewContext(source, { self, caches, fetch: fetched, crypto: webcrypto, URL, Promise, Uint8Array, Array });
  /** Lets something happen to it, and waits until it is through. */
  async function happen(kind, event = {}) {
    const waits = [];
    listeners[kind]({ waitUntil: (it) => waits.push(it), respondWith: (it) => waits.push(it), ports: [], ...event });
    await Promise.all(waits);
  }
  /** The answer to what it is told. */
  function tell(data) {
    const answers = [];
    const told = happen('message', { data, ports: [{ postMessage: (text) => answers.push(text) }] });
    return told.then(() => answers[0]);
  }
  const get = (address) => happen('fetch', { request: { url: address, method: 'GET', mode: 'cors' } });
  const files = () => [...stores.values()].flatMap((store) => [...store.keys()]);
  return { happen, tell, get, files, stores, asked };
}

test('the worker keeps all, forgets all, and keeps again who asks for it', NO_BROWSER, async () => {
  const it = worker();
  await it.happen('install');
  await it.happen('activate');
  assert.deepEqual(it.files(), [SCOPE]);
  assert.equal(await it.tell({ keep: 'all' }), 'kept');
  assert.deepEqual(it.files().sort(), [...CONTENTS.keys()].sort());
  assert.equal(await it.tell({ forget: 'all' }), 'forgotten');
  assert.deepEqual([...it.stores.keys()], []);
  // The page goes on, and fetches more: nobody has asked to keep that.
  await it.get(SCOPE + LATE[0]);
  assert.deepEqual([...it.stores.keys()], []);
  assert.equal(await it.tell({ keep: [SCOPE + EARLY[0]] }), 'kept');
  assert.deepEqual(it.files().sort(), [SCOPE, SCOPE + EARLY[0]].sort());
});

test('whenever all is forgotten while files are being kept, none is left behind', NO_BROWSER, async () => {
  for (const at of CONTENTS.keys()) {
    for (const again of [false, true]) {
      let arrive;
      const arrived = new Promise((resolve) => { arrive = resolve; });
      let release;
      const released = new Promise((resolve) => { release = resolve; });
      let gated = false;
      const it = worker({
        gate: async (address) => {
          if (gated && address === at) {
            arrive();
            await released;
          }
        },
      });
      await it.happen('install');
      if (again) {
        // The page itself has to be kept anew.
        await it.tell({ forget: 'all' });
      } else if (at === SCOPE) {
        continue;
      }
      gated = true;
      const kept = it.tell({ keep: 'all' });
      await arrived;
      assert.equal(await it.tell({ forget: 'all' }), 'forgotten');
      release();
      assert.equal(await kept, 'missed', 'whoever waits for it is answered');
      assert.deepEqual([...it.stores.keys()], [], `forgotten while ${at} was fetched`);
    }
  }
  // And at any other moment.
  for (let turns = 0; turns < 120; turns += 1) {
    const it = worker();
    await it.happen('install');
    const kept = it.tell({ keep: 'all' });
    for (let turn = 0; turn < turns; turn += 1) {
      await new Promise((resolve) => { setImmediate(resolve); });
    }
    await it.tell({ forget: 'all' });
    await kept;
    assert.deepEqual([...it.stores.keys()], [], `forgotten after ${turns} turns`);
  }
});

test('nothing that the worker is told makes it fail, or ask for what is not its own', NO_BROWSER, async () => {
  let state = 20261128;
  const below = (most) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * most);
  };
  const one = (list) => list[below(list.length)];
  const leaves = [null, true, 0, -1, 1e308, '', 'all', 'over', 'kept', '\ud800', SCOPE, SCOPE + EARLY[0],
    `${SCOPE}../${EARLY[0]}`, `https://elsewhere.example/${EARLY[0]}`, `${SCOPE}secret`, 'javascript:0'];
  const names = ['keep', 'forget', 'take', '__proto__', 'length', 'constructor'];
  const value = (depth) => {
    switch (depth > 0 ? below(4) : 0) {
      case 1: return Array.from({ length: below(4) }, () => value(depth - 1));
      case 2: case 3: return Object.fromEntries(Array.from({ length: below(4) }, () => [one(names), value(depth - 1)]));
      default: return one(leaves);
    }
  };
  const it = worker();
  await it.happen('install');
  let [kept, forgotten] = [0, 0];
  for (let count = 0; count < 20_000; count += 1) {
    const answer = await it.tell(value(3));
    kept += answer === 'kept';
    forgotten += answer === 'forgotten';
  }
  console.log(`  20,000 messages to the worker, ${kept} of them to keep and ${forgotten} to forget`);
  assert.ok(kept > 100 && forgotten > 20);
  for (const address of it.asked) {
    assert.ok(CONTENTS.has(address), address);
  }
});

test('it says that all is kept only where all is', NO_BROWSER, async () => {
  const ends = async (options) => {
    const it = worker(options);
    await it.happen('install');
    return it.tell({ keep: 'all' });
  };
  assert.equal(await ends({}), 'kept');
  assert.equal(await ends({ missing: [named('search')] }), 'missed');
  assert.equal(await ends({ room: 3 }), 'missed');
  const offline = async (address) => { if (address.endsWith(named('full'))) { throw new TypeError('There is no network.'); } };
  assert.equal(await ends({ gate: offline }), 'missed');
  // What cannot be kept is served all the same.
  const full = worker({ room: 1 });
  await full.happen('install');
  await full.get(SCOPE + named('core'));
  assert.ok(full.asked.includes(SCOPE + named('core')));
});
