// What the lab asks of the browser while nothing happens.

import { row, title } from './table.mjs';

const SECONDS = 5;

/** What the lab asks the browser for while nothing happens: it should be nothing. */
export async function idle(lab) {
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
export function countFrames() {
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
