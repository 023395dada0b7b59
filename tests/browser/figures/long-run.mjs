// What a long run costs: its events, a step, a step back, a jump, and the memory that it takes.

import { openFull, openRun } from './open.mjs';
import { row, title } from './table.mjs';

const EVENTS = 100_000;

/** How often each act is timed. */
const TIMES = 40;

/** Runs as long as a file may be. */
const RUNS = {
  'heartbeats alone': [{ steps: EVENTS }],
  // Each takes some twenty events, so that the log grows as fast as one client can make it.
  'a client that asks without end': Array.from({ length: EVENTS / 20 }, () => ({
    steps: 19,
    then: { submit: ['C1', null, 'n+1'] },
  })),
};

export async function longRuns(lab) {
  title(`Raft, five nodes, ${EVENTS.toLocaleString('en')} events`, 'median', 'worst');
  for (const [name, actions] of Object.entries(RUNS)) {
    const page = await openFull(lab, { init: watchStalls });
    const before = await memory(page);
    const spent = await openRun(page, { cluster: { nodes: 5 } }, actions);
    const stalls = await page.evaluate(() => Math.max(...window.stalls));
    row(name);
    row('  events a second, from a file', Math.round((EVENTS * 1000) / spent));
    row('  the longest that the page did not answer meanwhile, ms', '', stalls.toFixed(0));
    for (const [act, times] of Object.entries(await timed(page))) {
      row(`  ${act}, ms`, times[times.length >> 1].toFixed(1), times.at(-1).toFixed(1));
    }
    const after = await memory(page);
    row('  memory of the program, MiB', mib(after.program));
    row('  of which this run is', mib(after.program - before.program));
    row('  memory of scripts and the page, MiB', mib(after.scripts));
    await page.context().close();
  }
}

/** Runs in the page before its own scripts: how long it was busy each time it was. */
function watchStalls() {
  window.stalls = [0];
  new PerformanceObserver((list) => {
    window.stalls.push(...list.getEntries().map((entry) => entry.duration));
  }).observe({ type: 'longtask' });
}

/** What acts at the end of a run take until the page is drawn anew, each time sorted. */
function timed(page) {
  return page.evaluate(async (times) => {
    const button = (text) => [...document.querySelectorAll('button')].find((it) => it.textContent.includes(text));
    const scrubber = document.querySelector('input[type=range]');
    const end = Number(scrubber.max);
    const seek = (position) => {
      scrubber.value = String(position);
      scrubber.dispatchEvent(new InputEvent('input', { bubbles: true }));
    };
    // Until the page says where it is now.
    const arrived = async (position) => {
      const said = new RegExp(`event ${position}( of \\d+)? ·`);
      while (!said.test(document.querySelector('.status').textContent)) {
        await new Promise((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = resolve;
          port2.postMessage(null);
        });
      }
    };
    const measure = async (act, where) => {
      const taken = [];
      for (let i = 0; i < times; i++) {
        const began = performance.now();
        act(i);
        await arrived(where(i));
        taken.push(performance.now() - began);
      }
      return taken.sort((a, b) => a - b);
    };
    const place = (i) => (i * 7919 * 13) % end;
    const back = await measure(() => button('Back').click(), (i) => end - 1 - i);
    const jump = await measure((i) => seek(place(i)), place);
    seek(end);
    await arrived(end);
    const step = await measure(() => button('Step').click(), (i) => end + 1 + i);
    return { 'a step': step, 'a step back': back, 'a jump anywhere': jump };
  }, TIMES);
}

/** The bytes that the program holds, and those of everything else on the page. */
async function memory(page) {
  const session = await page.context().newCDPSession(page);
  const { result } = await session.send('Runtime.evaluate', { expression: 'WebAssembly.Memory.prototype' });
  const { objects } = await session.send('Runtime.queryObjects', { prototypeObjectId: result.objectId });
  const program = await session.send('Runtime.callFunctionOn', {
    objectId: objects.objectId,
    functionDeclaration: 'function () { return this.reduce((sum, it) => sum + it.buffer.byteLength, 0); }',
    returnByValue: true,
  });
  await session.send('HeapProfiler.collectGarbage');
  const { usedSize } = await session.send('Runtime.getHeapUsage');
  await session.detach();
  return { program: program.result.value, scripts: usedSize };
}

function mib(bytes) {
  return (bytes / 2 ** 20).toFixed(1);
}
