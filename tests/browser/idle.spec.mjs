// Nothing moves when nothing happens.

import assert from 'node:assert/strict';

import { test } from './support.mjs';

/** Frames and timers come when they should only where nothing else keeps the machine busy. */
const ALONE = { alone: true };

/** Runs in the page before its own scripts: counts the frames and timers that it asks for. */
function count() {
  window.asked = { frames: 0, timers: 0 };
  const { requestAnimationFrame, setTimeout, setInterval } = window;
  window.requestAnimationFrame = (draw) => {
    window.asked.frames += 1;
    return requestAnimationFrame(draw);
  };
  window.setTimeout = (...rest) => {
    window.asked.timers += 1;
    return setTimeout(...rest);
  };
  window.setInterval = (...rest) => {
    window.asked.timers += 1;
    return setInterval(...rest);
  };
}

/** What the page asks for in a second in which nobody touches it. */
async function askedInASecond(page) {
  const before = await page.evaluate(() => ({ ...window.asked }));
  await page.waitForTimeout(1000);
  const after = await page.evaluate(() => ({ ...window.asked }));
  return { frames: after.frames - before.frames, timers: after.timers - before.timers };
}

test('a lab that nobody has touched asks for no frame and no timer', ALONE, async (lab) => {
  const page = await lab.open(await lab.serve(), { init: count });
  // What the start itself asked for is over after a moment.
  await page.waitForTimeout(500);
  assert.deepEqual(await askedInASecond(page), { frames: 0, timers: 0 });
});

test('after a step has glided to its end, and after a pause, nothing is asked for either', ALONE, async (lab) => {
  const page = await lab.open(await lab.serve(), { init: count });
  await page.getByRole('button', { name: /^Step/ }).click();
  await page.waitForTimeout(1000);
  assert.deepEqual(await askedInASecond(page), { frames: 0, timers: 0 });

  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByRole('button', { name: 'Pause', exact: true }).click();
  await page.waitForTimeout(500);
  assert.deepEqual(await askedInASecond(page), { frames: 0, timers: 0 });
});

test('a run that flows asks for frames, so that the tests above can fail', ALONE, async (lab) => {
  const page = await lab.open(await lab.serve(), { init: count });
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.waitForTimeout(500);
  const { frames } = await askedInASecond(page);
  assert.ok(frames > 0, `${frames} frames`);
});

test('while the page is hidden nothing is asked for, and the run goes on where it was', ALONE, async (lab) => {
  const page = await lab.open(await lab.serve(), {
    init: () => {
      // What a browser does with a page that nobody sees: the frame that was asked for waits.
      const { requestAnimationFrame, setTimeout, setInterval } = window;
      let hidden = false;
      const waiting = [];
      window.asked = { frames: 0, timers: 0 };
      window.requestAnimationFrame = (draw) => {
        window.asked.frames += 1;
        return hidden ? waiting.push(draw) : requestAnimationFrame((now) => (hidden ? waiting.push(draw) : draw(now)));
      };
      window.setTimeout = (...rest) => {
        window.asked.timers += 1;
        return setTimeout(...rest);
      };
      window.setInterval = (...rest) => {
        window.asked.timers += 1;
        return setInterval(...rest);
      };
      window.hide = (hide) => {
        hidden = hide;
        waiting.splice(0).forEach((draw) => requestAnimationFrame(draw));
      };
    },
  });
  const event = async () => Number((await page.getByText(/event \d+ ·/).innerText()).match(/event (\d+)/)[1]);
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  await page.getByText(/event [1-9]\d* ·/).waitFor();
  await page.evaluate(() => window.hide(true));
  const before = await event();
  await page.waitForTimeout(500);
  assert.deepEqual(await askedInASecond(page), { frames: 0, timers: 0 });
  assert.equal(await event(), before, 'nothing has happened behind one’s back');
  await page.evaluate(() => window.hide(false));
  await page.getByText(new RegExp(`event (?!${before} )\\d+ ·`)).waitFor();
  assert.ok(await event() <= before + 10, 'it has not caught up at once');
});
