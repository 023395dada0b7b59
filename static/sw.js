/*
 * The service worker: a page that has been visited works without a network.
 *
 * It keeps index.html of one version, and of the files that this names what has been fetched. Their
 * names change with their content, so a file can never belong to another version than the page
 * that names it. index.html itself is kept only if it is the one that this worker was built with.
 * The build puts the version and that page's hash in the places of the marks below.
 *
 * What it is told: {keep: [addresses]}, to keep what the page has fetched before this was there;
 * {keep: 'all'}, everything; {take: 'over'}, the older version's place.
 */
'use strict';

const VERSION = '@version@';
const PAGE_HASH = '@page-hash@';

const SCOPE = self.registration.scope;
const PREFIX = `quorumscope ${new URL(SCOPE).pathname} `;
const CACHE = PREFIX + VERSION;
/** A file whose name changes with its content. */
const NAMED = /\.\/([^\s"]+-[0-9a-f]{16}[^\s"]*)/g;
const isNamed = (address) => address.startsWith(SCOPE) && /-[0-9a-f]{16}[^/]*$/.test(address);

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
  const { keep: wanted, take } = event.data ?? {};
  if (take === 'over') {
    self.skipWaiting();
  } else if (wanted) {
    event.waitUntil((async () => {
      await keep(wanted === 'all' ? await everything() : wanted);
      event.ports[0]?.postMessage('kept');
    })());
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

/** The page that belongs to this worker: the one just shown, else a fresh one, else none. */
async function keepPage() {
  for (const cache of ['force-cache', 'reload']) {
    const response = await fetch(SCOPE, { cache });
    const hash = await crypto.subtle.digest('SHA-256', await response.clone().arrayBuffer());
    const text = Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join('');
    if (response.ok && text === PAGE_HASH) {
      await (await caches.open(CACHE)).put(SCOPE, response);
      return;
    }
  }
  throw new Error('The server has another version by now.');
}

async function page(request) {
  const cache = await caches.open(CACHE);
  return (await cache.match(SCOPE)) ?? fetch(request);
}

async function file(address) {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(address);
  if (kept) {
    return kept;
  }
  const response = await fetch(address, { cache: 'force-cache' });
  if (response.ok) {
    await cache.put(address, response.clone());
  }
  return response;
}

async function keep(addresses) {
  for (const address of addresses.filter(isNamed)) {
    await file(address);
  }
}

/** What the page names, and the list of what it does not ask for at first. */
async function everything() {
  const named = async (response) => [...(await response.text()).matchAll(NAMED)].map((it) => new URL(it[1], SCOPE).href);
  const early = await named(await page(SCOPE));
  const late = early.find((address) => address.includes('/late-'));
  return [...early, ...await named(await file(late))];
}
