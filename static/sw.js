/*
 * The service worker: a page that has been visited works without a network.
 *
 * It keeps index.html of one version, and of the files that this names what has been fetched. Their
 * names change with their content, so a file can never belong to another version than the page
 * that names it. index.html itself is kept only if it is the one that this worker was built with.
 * The build puts the version and that page's hash in the places of the marks below.
 *
 * What it is told: {keep: [addresses]}, to keep what the page has fetched before this was there;
 * {keep: 'all'}, everything; {forget: 'all'}, what is kept, after which nothing is until somebody
 * asks to keep again; {take: 'over'}, the older version's place.
 */
'use strict';

const VERSION = '@version@';
const PAGE_HASH = '@page-hash@';

const SCOPE = self.registration.scope;
const PREFIX = `quorumscope ${new URL(SCOPE).pathname} `;
const CACHE = PREFIX + VERSION;
/** A file whose name changes with its content, by a number: one in sixteen has a digit less. */
const NAMED = /\.\/([^\s"]+-[0-9a-f]{12,16}[^\s"]*)/g;
const isNamed = (address) => address.startsWith(SCOPE) && /-[0-9a-f]{12,16}[^/]*$/.test(address)
  && new URL(address).href === address;

self.addEventListener('install', (event) => event.waitUntil(keepPage()));

self.addEventListener('activate', (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && name !== CACHE) {
      await caches.delete(name);
    }
  }
  await self.clients.claim();
})()));

self.addEventListener('message', (event) => {
  const { keep: wanted, forget: unwanted, take } = event.data ?? {};
  const answer = (text) => event.ports[0]?.postMessage(text);
  if (take === 'over') {
    self.skipWaiting();
  } else if (unwanted === 'all') {
    event.waitUntil(forget().then(() => answer('forgotten')));
  } else if (wanted === 'all' || Array.isArray(wanted)) {
    event.waitUntil(keep(wanted).catch(() => false).then((whole) => answer(whole ? 'kept' : 'missed')));
  }
});

self.addEventListener('fetch', (event) => {
  const address = event.request.url.replace(/[?#].*$/, '');
  if (event.request.method !== 'GET') {
    return;
  }
  if (isNamed(address)) {
    event.respondWith(file(address));
  } else if (event.request.mode === 'navigate' && (address === SCOPE || address === `${SCOPE}index.html`)) {
    event.respondWith(page(event.request));
  }
});

/**
 * Opening and forgetting, one after the other: between asking whether the cache is there and opening
 * it, which would make it again, nobody takes it away.
 */
let last = Promise.resolve();
function inTurn(change) {
  const done = last.then(change);
  last = done.catch(() => {});
  return done;
}

/** The cache, as long as it is there. What is put in it once it is forgotten goes with it. */
const opened = () => inTurn(async () => ((await caches.has(CACHE)) ? caches.open(CACHE) : undefined));

/** How often all was forgotten. */
let forgotten = 0;
const forget = () => inTurn(async () => {
  forgotten += 1;
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX)) {
      await caches.delete(name);
    }
  }
});

/** The page that belongs to this worker: the one just shown, else a fresh one, else none. */
async function keepPage() {
  const before = forgotten;
  for (const cache of ['force-cache', 'reload']) {
    const response = await fetch(SCOPE, { cache });
    const hash = await crypto.subtle.digest('SHA-256', await response.clone().arrayBuffer());
    const text = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (response.ok && text === PAGE_HASH) {
      const cache = await inTurn(() => (before === forgotten ? caches.open(CACHE) : undefined));
      await cache?.put(SCOPE, response);
      return;
    }
  }
  throw new Error('The server has another version by now.');
}

async function page(request) {
  return (await (await opened())?.match(SCOPE)) ?? fetch(request);
}

async function file(address) {
  const cache = await opened();
  const kept = await cache?.match(address);
  if (kept) {
    return kept;
  }
  const response = await fetch(address, { cache: 'force-cache' });
  if (response.ok) {
    // A full disk keeps nothing, and takes nothing from the page.
    await cache?.put(address, response.clone()).catch(() => {});
  }
  return response;
}

async function keep(wanted) {
  const before = forgotten;
  if (!(await opened())) {
    await keepPage();
  }
  const addresses = wanted === 'all' ? await everything() : wanted;
  for (const address of addresses.filter((it) => typeof it === 'string' && isNamed(it))) {
    if (before !== forgotten) {
      return false;
    }
    await file(address);
    if (!(await (await opened())?.match(address))) {
      return false;
    }
  }
  return true;
}

/** What the page names, and the list of what it does not ask for at first. */
async function everything() {
  const named = async (response) => [...(await response.text()).matchAll(NAMED)].map((it) => new URL(it[1], SCOPE).href);
  const early = await named(await page(SCOPE));
  const late = early.find((address) => address.includes('/late-'));
  return [...early, ...await named(await file(late))];
}
