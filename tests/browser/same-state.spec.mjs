// Native and wasm see the same: equal hashes of equal runs, in both directions.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

import { nameOf, saved } from './browsers.mjs';
import { test } from './support.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** Runs an example of the project; fails with what it said. */
async function example(name, ...args) {
  const words = ['run', '--quiet', '--example', name, '--', ...args];
  const { stdout } = await promisify(execFile)('cargo', words, { cwd: root, maxBuffer: 64 << 20 });
  return stdout;
}

const more = (page) => page.getByRole('group', { name: 'Faults' }).getByText(/^More/);

/** Saves the run on stage and gives the file's path and content. */
async function save(page, name) {
  const { text } = await saved(page, async () => {
    await more(page).click();
    await page.getByRole('button', { name: 'Save run' }).click();
  });
  const folder = join(root, 'target', 'saved-runs', nameOf(page));
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}.json`);
  writeFileSync(path, text);
  return { path, run: JSON.parse(text) };
}

for (const protocol of ['Raft', 'Paxos']) {
  test(`${protocol}: a run saved by the page replays natively to the same state`, async (lab) => {
    const page = await lab.open(await lab.serve(), { motion: 'reduce' });
    await page.getByRole('button', { name: protocol, exact: true }).click();
    await page.getByRole('button', { name: protocol, exact: true, pressed: true }).waitFor();
    const step = page.getByRole('button', { name: /^Step/ });
    for (const number of [2, 4]) {
      for (let i = 0; i < 12; i++) {
        await step.click();
      }
      await page.getByRole('button', { name: new RegExp(`^S${number}: `) }).click();
      await page.getByRole('textbox').fill(`x=${number}`);
      await page.getByRole('button', { name: 'Submit' }).click();
      await page.getByRole('button', { name: 'Kill', exact: true }).click();
      await step.click();
      await page.getByRole('button', { name: 'Restart', exact: true }).click();
      await page.keyboard.press('Escape');
    }
    const { path, run } = await save(page, `page-${protocol}`);
    assert.equal(run.cursor, 2 * (12 + 4));
    const said = await example('replay', path);
    assert.match(said, new RegExp(`state ${run.hash}\\nthe same state as saved`));
  });

  test(`${protocol}: a random native run of 1,000 actions opens to the same state in the page`, async (lab) => {
    const page = await lab.open(await lab.serve(), { motion: 'reduce' });
    for (const seed of [1, 2]) {
      const json = await example('random_run', protocol.toLowerCase(), String(seed), '1000');
      const native = JSON.parse(json);
      const file = { name: 'run.json', mimeType: 'application/json', buffer: Buffer.from(json) };
      await page.locator('input[type=file]').setInputFiles(file);
      await page.getByText(/event 1000 ·/).waitFor();
      const { run } = await save(page, `native-${protocol}-${seed}`);
      assert.equal(run.hash, native.hash);
      assert.deepEqual(run.actions, native.actions);
    }
  });
}
