// What the stage looks like at rest: no label lies on anything, and what is said stands above it.

import assert from 'node:assert/strict';

import { test } from './support.mjs';
import { eventually, visit } from './visitor.mjs';

/** The pairs of things on the stage of which one lies on the other, as words. */
function touching(who) {
  return who.page.locator('#stage').evaluate((stage) => {
    const of = (root, selector) => [...root.querySelectorAll(selector)];
    const seen = (it) => it.getBoundingClientRect();
    const labels = of(stage, '.messages .message');
    const boxes = labels.map((it) => [it.id, seen(it.querySelector('rect:not(.touch)'))]);
    const things = of(stage, '.node, .client').flatMap((owner) =>
      of(owner, '.body, .name, .badge rect, .tally, .cell rect, .told')
        .map((it) => [`${owner.id} ${it.getAttribute('class') ?? it.parentElement.getAttribute('class')}`, seen(it)]));
    // The corner of a circle's box is not the circle.
    const apart = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) < 1
      || Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) < 1;
    const round = (name, circle, box) => {
      if (!name.endsWith(' body')) return true;
      const [x, y, r] = [circle.left + circle.width / 2, circle.top + circle.height / 2, circle.width / 2];
      const near = [Math.max(box.left, Math.min(x, box.right)), Math.max(box.top, Math.min(y, box.bottom))];
      return Math.hypot(near[0] - x, near[1] - y) < r;
    };
    return boxes.flatMap(([label, box], at) => [
      ...things.filter(([name, it]) => !apart(box, it) && round(name, it, box)).map(([name]) => `${label} on ${name}`),
      ...boxes.slice(at + 1).filter(([, it]) => !apart(box, it)).map(([other]) => `${label} on ${other}`),
    ]);
  });
}

for (const [name, size] of Object.entries({ wide: [1440, 900], tablet: [1024, 768], phone: [360, 740] })) {
  test(`${name}: through an election and its heartbeats, no label lies on anything`, async (lab) => {
    const who = await visit(lab, { size });
    for (let step = 0; step < 20; step += 1) {
      await who.press('Step');
      await eventually(async () => assert.deepEqual(await touching(who), [], `after ${step + 1} steps`));
    }
  });
}

test('the stage takes the form that suits its own room', async (lab) => {
  const narrow = (who) => who.page.locator('#stage.narrow').count();
  for (const [size, form] of [[[1440, 900], 0], [[1024, 768], 1], [[360, 740], 1], [[740, 360], 0]]) {
    const who = await visit(lab, { size });
    await eventually(async () => assert.equal(await narrow(who), form, `${size}`));
  }
});
