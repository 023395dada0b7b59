// The search's program runs in a worker, or on the page where there may be none, and says what goes
// wrong like everything else.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

import { SINGLE, axe, reached, test } from './support.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A long run, and the state in which it ends when it is replayed natively. */
const [RUN, HASH] = (() => {
  const words = ['run', '--quiet', '--example', 'random_run', '--', 'raft', '5', '20000'];
  const text = execFileSync('cargo', words, { cwd: root, encoding: 'utf8', maxBuffer: 64 << 20 });
  return [text, JSON.parse(text).hash];
})();

/** Serves a request, and gives all that was told; stops after so many texts, where one says so. */
function search(frame, request, most = Infinity) {
  return frame.evaluate(async ([request, most]) => {
    await window.quorumscope.script('quorumscope-search.js');
    const told = [];
    let worst = 0;
    let last = performance.now();
    const watch = setInterval(() => {
      worst = Math.max(worst, performance.now() - last);
      last = performance.now();
    }, 1);
    await new Promise((resolve) => {
      const stop = window.quorumscope.search(request, (kind, text) => {
        told.push([kind, text]);
        if (told.length === most) {
          stop();
          setTimeout(resolve, 500);
        } else if (kind !== 'progress') {
          resolve();
        }
      });
    });
    clearInterval(watch);
    return { told, worst };
  }, [request, most]);
}

/** The result of a replay, and that it came in slices. */
async function replays(frame) {
  const { told, worst } = await search(frame, `replay\n${RUN}`);
  const [kind, text] = told.pop();
  assert.equal(kind, 'done', text);
  assert.deepEqual(JSON.parse(text), { actions: 20000, hash: HASH });
  assert.ok(told.length > 3, 'it came in slices');
  const far = told.map(([, text]) => JSON.parse(text).actions);
  assert.deepEqual(far, [...far].sort((a, b) => a - b));
  return worst;
}

/** How many workers a page has begun. Runs before the page's own scripts. */
function countWorkers() {
  const { Worker } = window;
  window.workers = 0;
  window.Worker = class extends Worker {
    constructor(...rest) {
      super(...rest);
      window.workers += 1;
    }
  };
}

test('a search runs in a worker under the strict policy', async (lab) => {
  const page = await lab.open(await lab.serve(), { init: countWorkers });
  await replays(page);
  assert.equal(await page.evaluate(() => window.workers), 1);
});

test('a search runs in the single file from a disk', async (lab) => {
  const page = await lab.open(pathToFileURL(SINGLE).href, { init: countWorkers });
  await replays(page);
  assert.equal(await page.evaluate(() => window.workers), 1);
});

test('a search runs in the single file in a sandboxed frame', async (lab) => {
  const host = `<!doctype html><html lang="en"><title>A page that embeds</title><link rel="icon" href="data:,">
    <iframe title="lab" sandbox="allow-scripts" width="800" height="600" src="${basename(SINGLE)}"></iframe>`;
  const url = await lab.serve({ folder: join(SINGLE, '..'), policy: '', pages: { '/host': host } });
  const page = await lab.open(url + 'host', { until: null, init: countWorkers });
  const frame = await (await page.$('iframe')).contentFrame();
  await reached(page, 'ready', frame);
  await replays(frame);
  assert.equal(await frame.evaluate(() => window.workers), 1);
});

for (const [how, options] of [
  ['there are no workers', { init: () => delete window.Worker }],
  ['workers are forbidden', {
    init: () => {
      window.Worker = function Worker() {
        throw new DOMException('refused', 'SecurityError');
      };
    },
  }],
]) {
  test(`where ${how}, a search runs on the page in slices`, { alone: true }, async (lab) => {
    const page = await lab.open(await lab.serve(), options);
    const worst = await replays(page);
    assert.ok(worst < 250, `the page was busy for ${worst} ms at a time`);
  });
}

test('where the policy refuses workers, a search runs on the page in slices', { alone: true }, async (lab) => {
  const policy = "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'none'";
  const page = await lab.open(await lab.serve({ policy }), { expect: [/worker/i] });
  await replays(page);
});

test('a search that is stopped says nothing more', async (lab) => {
  const page = await lab.open(await lab.serve());
  const { told } = await search(page, `replay\n${RUN}`, 2);
  assert.equal(told.length, 2);
  assert.ok(told.every(([kind]) => kind === 'progress'));
});

test('a request that cannot be served is answered', async (lab) => {
  const page = await lab.open(await lab.serve());
  const { told } = await search(page, 'sing');
  assert.equal(told.length, 1);
  assert.match(JSON.parse(told[0][1]).error, /nobody serves/);
});

for (const [where, init] of [['in a worker', undefined], ['on the page', () => delete window.Worker]]) {
  test(`a panic of a search ${where} is shown, and the run is not affected`, async (lab) => {
    const page = await lab.open(await lab.serve(), { init });
    const { told } = await search(page, 'force_panic');
    assert.equal(told.at(-1)[0], 'failed');
    assert.match(told.at(-1)[1], /a panic on request/);
    assert.match(await page.getByRole('alertdialog').innerText(), /search has stopped/);
    await axe(page);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('button', { name: /^Step/ }).click();
    await page.getByText(/event 1 ·/).waitFor();
  });
}

test('a search that cannot be fetched is shown', async (lab) => {
  const page = await lab.open(await lab.serve(), {
    routes: [[/quorumscope-search-.*\.wasm/, (route) => route.abort()]],
    expect: [/ERR_FAILED/],
  });
  const { told } = await search(page, 'sing');
  assert.equal(told[0][0], 'failed');
  assert.match(told[0][1], /quorumscope-search\.wasm/);
  assert.match(await page.getByRole('alertdialog').innerText(), /search has stopped/);
});
