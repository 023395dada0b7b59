// What a frame costs, beside a page that does nothing but move as many marks.

import { countFrames } from './idle.mjs';
import { openFull, openRun } from './open.mjs';
import { median, row, title } from './table.mjs';

const NODES = 9;

/** How often each page is measured, in turns, and for how long. */
const ROUNDS = 5;
const SECONDS = 2;

/**
 * Messages under way, and how long they take. So slow, none arrives while one watches; the others
 * arrive while time flows at 8×, some in each second, and each is an event.
 */
const SLOW = { min: 8_000, max: 10_000 };
/** So fast at 8× that every mark moves in every frame, and none arrives either. */
const FAST = { min: 2_400, max: 3_000 };
const SOME = { min: 800, max: 10_000 };
const MANY = { min: 10, max: 1_600 };
const STAGES = [
  { marks: 200, name: '200 messages', latency: SLOW },
  { marks: 200, name: '200 messages, each moving in each frame', latency: FAST, speed: '8×' },
  { marks: 200, name: '200 messages, and events', latency: MANY },
  { marks: 200, name: '200 messages, and events, diagram open', latency: MANY, diagram: true },
  { marks: 200, name: '200 messages, and events, 8×', latency: SOME, speed: '8×' },
  { marks: 200, name: '200 messages, and events, 8×, diagram open', latency: SOME, speed: '8×', diagram: true },
  { marks: 1_000, name: '1,000 messages', latency: SLOW },
  { marks: 1_000, name: '1,000 messages, and events, 8×', latency: SOME, speed: '8×' },
];

/** Where the mouse is on every page: what lies under it is looked up in each frame. */
const MOUSE = [420, 860];

/** What a frame of a busy stage costs, in time that the main thread really worked. */
export async function frames(lab) {
  title(`A frame with ${NODES} nodes, ms of processor time`, 'events/s', 'script', 'main', 'of bare');
  for (const marks of new Set(STAGES.map((stage) => stage.marks))) {
    const pages = [await bare(lab, marks)];
    for (const stage of STAGES.filter((it) => it.marks === marks)) {
      pages.push(await busy(lab, stage));
    }
    const costs = pages.map(() => []);
    for (let round = 0; round < ROUNDS; round++) {
      for (const [at, { page, toggle }] of pages.entries()) {
        await page.bringToFront();
        await toggle();
        await page.mouse.move(...MOUSE);
        costs[at].push(await costOfFrames(page));
        await toggle();
      }
    }
    const of = (at, what) => median(costs[at].map((cost) => cost[what]));
    for (const [at, { name }] of pages.entries()) {
      const share = (of(at, 'main') / of(0, 'main')).toFixed(2);
      const [events, script, main] = [
        of(at, 'events').toFixed(1), of(at, 'script').toFixed(2), of(at, 'main').toFixed(2),
      ];
      row(name, events, script, main, at === 0 ? '' : `${share} x`);
    }
    for (const { page } of pages) {
      await page.context().close();
    }
  }
}

/** As many marks as the stage has messages, moved without any of the lab's code. */
async function bare(lab, marks) {
  const url = await lab.serve({ policy: '', pages: { '/bare': barePage(marks) } });
  const page = await lab.open(`${url}bare`, { init: countFrames, until: null });
  return { name: `a bare page, ${marks} marks`, page, toggle: () => page.evaluate(() => window.toggle()) };
}

/**
 * The lab with so many messages under way: candidates ask for votes, and no timer runs out while
 * one watches.
 */
async function busy(lab, { name, marks, latency, speed, diagram }) {
  const page = await openFull(lab, { init: countFrames });
  const fires = marks / (NODES - 1);
  const actions = Array.from({ length: fires }, (_, i) => ({
    then: { fire: [`S${(i % NODES) + 1}`, 'election'] },
  }));
  const timing = { election: { min: 30_000, max: 60_000 } };
  await openRun(page, { cluster: { nodes: NODES, timing }, network: { latency } }, actions);
  if (speed) {
    await page.getByRole('combobox', { name: 'Speed' }).selectOption(speed);
  }
  if (diagram) {
    await page.getByRole('button', { name: 'Diagram' }).click();
  }
  const drawn = await page.locator('.messages [role=button]').count();
  const label = drawn < marks ? `the lab, ${name}, in ${drawn} marks` : `the lab, ${name}`;
  const toggle = () => page.getByRole('button', { name: /^(Run|Pause)$/ }).click();
  return { name: label, page, toggle };
}

function barePage(count) {
  const marks = (count, shape) => Array.from({ length: count }, (_, i) =>
    `<g data-seed="${i}">${shape}<text text-anchor="middle" y="4">m${i}</text></g>`).join('');
  return `<!doctype html><html lang="en"><title>bare</title><link rel="icon" href="data:,">
    <svg viewBox="0 0 1000 560" width="100%" height="700">
      ${marks(NODES, '<circle r="37" fill="#fff" stroke="#4c78a8"></circle>')}
      ${marks(count, '<rect x="-40" y="-13" width="80" height="26" rx="6" fill="#fff" stroke="#3f8f6b"></rect>')}
    </svg>
    <script>
      const marks = [...document.querySelectorAll('g')];
      let running = false;
      function draw(now) {
        marks.forEach((mark, i) => {
          const at = now / 1000 + i;
          mark.setAttribute('transform', 'translate(' + (500 + 400 * Math.cos(at)).toFixed(1)
            + ' ' + (280 + 200 * Math.sin(at)).toFixed(1) + ')');
        });
        running && requestAnimationFrame(draw);
      }
      window.toggle = () => {
        running = !running;
        running && requestAnimationFrame(draw);
      };
    </script>`;
}

/** The time that script and the whole main thread work for one frame, in ms. */
async function costOfFrames(page) {
  const session = await page.context().newCDPSession(page);
  // Not the time that passes, in which others use the machine too.
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const read = async () => {
    const { metrics } = await session.send('Performance.getMetrics');
    const of = (name) => metrics.find((metric) => metric.name === name).value * 1000;
    const frames = await page.evaluate(() => window.counted.frames);
    const status = page.locator('.status');
    const event = await status.count() > 0 ? (await status.textContent()).match(/event (\d+)/)[1] : 0;
    return { script: of('ScriptDuration'), main: of('TaskDuration'), frames, event };
  };
  await page.waitForTimeout(300);
  const before = await read();
  await page.waitForTimeout(SECONDS * 1000);
  const after = await read();
  await session.detach();
  const count = after.frames - before.frames;
  return {
    events: (after.event - before.event) / SECONDS,
    script: (after.script - before.script) / count,
    main: (after.main - before.main) / count,
  };
}
