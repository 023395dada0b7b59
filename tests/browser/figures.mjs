// Prints the figures that the budgets are about (ARCHITECTURE.md has the budgets). `cargo xtask
// figures` builds what is measured and starts this. Nothing here passes or fails.
//
//     node tests/browser/figures.mjs [NAME…]     only these figures

import { BROWSERS } from './browsers.mjs';
<<<<<<< HEAD
import { frames } from './figures/frames.mjs';
import { idle } from './figures/idle.mjs';
import { longRuns } from './figures/long-run.mjs';
import { searches } from './figures/search.mjs';
import { firstVisit } from './figures/visit.mjs';
import { Lab } from './support.mjs';

=======
import { PROTOCOLS, prepared, read, searched } from './searching.mjs';
import { DIST, Lab, reached } from './support.mjs';

const LIMIT = 200_000;

/** The stage whose frames are measured. */
const NODES = 9;
const MESSAGES = 200;

/** How long frames and idleness are watched. */
const SECONDS = 5;

/** How long a search may take. */
const MINUTE = 60;

/** Only these figures, by the names of their functions; all where there are none. */
>>>>>>> main
const words = process.argv.slice(2);
const all = [firstVisit, frames, longRuns, searches, idle];
const browser = new BROWSERS.chromium();
<<<<<<< HEAD
for (const figure of all.filter(({ name }) => words.length === 0 || words.includes(name))) {
=======
for (const figure of [firstVisit, frames, events, stepBack, searches, mistakes, idle].filter(({ name }) => words.length === 0 || words.includes(name))) {
>>>>>>> main
  const lab = new Lab(browser);
  try {
    await figure(lab);
  } finally {
    await lab.close();
  }
}
await browser.close();
<<<<<<< HEAD
=======

// --- Bytes ----------------------------------------------------------------------------------

/** What a first visit downloads: as it was asked for by a browser, not as we believe. */
async function firstVisit(lab) {
  const url = await lab.serve();
  const page = await lab.open('about:blank', { until: null, expect: [/./] });
  const asked = [];
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(url);
  await reached(page, 'ready');
  await page.waitForLoadState('networkidle');

  const files = [...new Set(asked)]
    .filter((address) => address.startsWith(url))
    .map((address) => new URL(address).pathname.slice(1) || 'index.html');
  const rows = files.map(weigh).sort((a, b) => b.gzip - a.gzip);
  const sum = (key) => rows.reduce((total, row) => total + row[key], 0);
  rows.push({ file: `all: ${rows.length} files, ${asked.length} requests`, raw: sum('raw'), gzip: sum('gzip') });

  title('A first visit, bytes', 'raw', 'gzip');
  rows.forEach(({ file, raw, gzip }) => row(file, raw, gzip));
  row('the limit', '', LIMIT);

  const listed = await page.locator('link[data-asset]').evaluateAll((all) => all.map((it) => it.getAttribute('href')));
  const later = listed.map((href) => href.replace('./', '')).filter((file) => !files.includes(file));
  title('What is fetched when it is asked for, bytes', 'raw', 'gzip');
  later.map(weigh).forEach(({ file, raw, gzip }) => row(file, raw, gzip));
}

function weigh(file) {
  const bytes = readFileSync(join(DIST, file));
  return { file, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
}

/** The lab with the full program from the start, which opens files without handing over first. */
async function openFull(lab, options) {
  return lab.open(`${await lab.serve()}#full`, options);
}

// --- Frames ---------------------------------------------------------------------------------

/** What a frame of a busy stage costs, beside a bare page that moves as many marks. */
async function frames(lab) {
  title(`A frame with ${NODES} nodes and ${MESSAGES} messages in flight, ms`, 'script', 'main');
  const ours = await openFull(lab, { init: countFrames });
  const mark = (name, cost) => row(`${name} (${cost.frames} frames)`, cost.script.toFixed(2), cost.main.toFixed(2));
  const bare = await lab.open(await lab.serve({ policy: '', pages: { '/bare': barePage() } }) + 'bare', {
    init: countFrames,
    until: null,
  });
  const floor = await costOfFrames(bare);
  mark('a bare page', floor);
  const count = await busyStage(ours);
  const cost = await costOfFrames(ours);
  mark(`the lab, ${count} messages`, cost);
  row('the lab, of the bare page', '', `${(cost.main / floor.main).toFixed(2)} x`);
}

/**
 * Brings the stage to `MESSAGES` messages in flight among `NODES` nodes, running: candidates ask for
 * votes over links so slow that no answer comes while one watches.
 */
async function busyStage(page) {
  const fires = MESSAGES / (NODES - 1);
  const actions = Array.from({ length: fires }, (_, i) => ({
    then: { fire: [`S${(i % NODES) + 1}`, 'election'] },
  }));
  const network = { latency: { min: 8_000, max: 10_000 } };
  await open(page, { cluster: { nodes: NODES }, network }, actions);
  const count = await page.getByRole('button', { name: /^RequestVote from/ }).count();
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  return count;
}

/** Opens a run of Raft, and waits until it is on stage; gives how long that took, in ms. */
async function open(page, scenario, actions) {
  const run = {
    format: 'quorumscope-run',
    version: 1,
    scenario: { protocol: 'raft', ...scenario },
    seed: 1,
    actions,
  };
  const total = actions.reduce((sum, { steps = 0, then }) => sum + steps + (then ? 1 : 0), 0);
  const file = { name: 'run.json', mimeType: 'application/json', buffer: Buffer.from(JSON.stringify(run)) };
  const began = performance.now();
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByText(new RegExp(`event ${total} ·`)).waitFor();
  return performance.now() - began;
}

/** As many marks as the stage has, moved without any of the lab's code. */
function barePage() {
  const marks = (count, shape) => Array.from({ length: count }, (_, i) =>
    `<g data-seed="${i}">${shape}<text text-anchor="middle" y="4">m${i}</text></g>`).join('');
  return `<!doctype html><html lang="en"><title>bare</title><link rel="icon" href="data:,">
    <svg viewBox="0 0 1000 560" width="100%" height="700">
      ${marks(NODES, '<circle r="37" fill="#fff" stroke="#4c78a8"></circle>')}
      ${marks(MESSAGES, '<rect x="-40" y="-13" width="80" height="26" rx="6" fill="#fff" stroke="#3f8f6b"></rect>')}
    </svg>
    <script>
      const marks = [...document.querySelectorAll('g')];
      requestAnimationFrame(function draw(now) {
        marks.forEach((mark, i) => {
          const at = now / 1000 + i;
          mark.setAttribute('transform', 'translate(' + (500 + 400 * Math.cos(at)).toFixed(1)
            + ' ' + (280 + 200 * Math.sin(at)).toFixed(1) + ')');
        });
        requestAnimationFrame(draw);
      });
    </script>`;
}

/** The time that script and the whole main thread take for one frame, in ms. */
async function costOfFrames(page) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable');
  const read = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (name) => metrics.find((metric) => metric.name === name).value * 1000;
    const count = await page.evaluate(() => window.counted.frames);
    return { script: of('ScriptDuration'), main: of('TaskDuration'), frames: count };
  };
  await page.waitForTimeout(1000);
  const before = await read();
  await page.waitForTimeout(SECONDS * 1000);
  const after = await read();
  const count = after.frames - before.frames;
  return {
    script: (after.script - before.script) / count,
    main: (after.main - before.main) / count,
    frames: count,
  };
}

// --- The engine -----------------------------------------------------------------------------

/** How many events the engine simulates in a second, with the history that stepping back needs. */
async function events(lab) {
  title('Simulated events a second in the browser, with history');
  const page = await openFull(lab);
  const count = 50_000;
  const spent = await open(page, { cluster: { nodes: 5 } }, [{ steps: count }]);
  row('Raft, five nodes, opened from a file', Math.round((count * 1000) / spent));
}

/** How long a step back takes in a run of 10,000 actions, and a jump to anywhere in it. */
async function stepBack(lab) {
  title('In a run of 10,000 actions, ms of script', 'median', 'worst');
  const page = await openFull(lab);
  await open(page, { cluster: { nodes: 5 } }, [{ steps: 10_000 }]);
  const spent = await page.evaluate(async () => {
    const button = [...document.querySelectorAll('button')].find((it) => it.textContent.includes('Back'));
    const scrubber = document.querySelector('input[type=range]');
    // The page is drawn anew in a microtask; a message comes after it.
    const drawn = () => new Promise((resolve) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = resolve;
      port2.postMessage(null);
    });
    const timed = async (act) => {
      const times = [];
      for (let i = 0; i < 60; i++) {
        const began = performance.now();
        act(i);
        await drawn();
        times.push(performance.now() - began);
      }
      return times.sort((a, b) => a - b);
    };
    const back = await timed(() => button.click());
    const jump = await timed((i) => {
      scrubber.value = String((i * 7919) % 10_000);
      scrubber.dispatchEvent(new InputEvent('input', { bubbles: true }));
    });
    return { back, jump };
  });
  for (const [name, times] of Object.entries(spent)) {
    row(name, times[times.length / 2].toFixed(1), times[times.length - 1].toFixed(1));
  }
}

// --- The search -----------------------------------------------------------------------------

/** How fast the search is in its worker, on the state spaces that `benches/search.rs` counts. */
async function searches(lab) {
  title('The search in a worker', 'states', 'seconds', 'states/s', 'bytes');
  const page = await lab.open(await lab.serve());
  for (const [name, request] of Object.entries(read('benches/searches.json').searches)) {
    const { states, seconds, bytes, status } = await searched(page, request);
    row(`${name}, ${status}`, states, seconds.toFixed(2), Math.round(states / seconds), (bytes / states).toFixed(0));
  }
}

/** What becomes of each broken rule, searched for in a worker for a minute at most. */
async function mistakes(lab) {
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

// --- Idleness -------------------------------------------------------------------------------

/** What the lab asks the browser for while nothing happens: it should be nothing. */
async function idle(lab) {
  const page = await lab.open(await lab.serve(), { init: countFrames });
  await page.waitForTimeout(1000);
  const before = await page.evaluate(() => ({ ...window.counted }));
  await page.waitForTimeout(SECONDS * 1000);
  const after = await page.evaluate(() => ({ ...window.counted }));
  title(`Paused, in ${SECONDS} seconds`);
  row('animation frames', after.frames - before.frames);
  row('timers set or fired', after.timers - before.timers);
}

/** Runs in the page before its own scripts: counts what it asks the browser for. */
function countFrames() {
  const counted = { frames: 0, timers: 0 };
  window.counted = counted;
  const { requestAnimationFrame, setTimeout, setInterval } = window;
  let last;
  window.requestAnimationFrame = (draw) => requestAnimationFrame((now) => {
    // Several callbacks of one frame are one frame.
    counted.frames += now === last ? 0 : 1;
    last = now;
    draw(now);
  });
  const counting = (work) => (...rest) => {
    counted.timers += 1;
    return typeof work === 'function' ? work(...rest) : undefined;
  };
  window.setTimeout = (work, ...rest) => {
    counted.timers += 1;
    return setTimeout(counting(work), ...rest);
  };
  window.setInterval = (work, ...rest) => {
    counted.timers += 1;
    return setInterval(counting(work), ...rest);
  };
}

// --- The table ------------------------------------------------------------------------------

function title(text, ...columns) {
  console.log(`\n${[text.padEnd(60), ...columns.map((column) => column.padStart(10))].join('')}`);
}

function row(name, ...values) {
  console.log(`  ${[name.padEnd(58), ...values.map((value) => String(value).padStart(10))].join('')}`);
}
>>>>>>> main
