// Clients: what they ask and are told can be seen, and they can be made to ask.

import assert from 'node:assert/strict';

import { axe, fits, screenshot, test } from './support.mjs';
import { visit } from './visitor.mjs';

/** The rows of a client's history, each as its cells' texts. */
async function history(who) {
  const rows = who.panel().locator('table.history tbody tr');
  return rows.evaluateAll((all) => all.map((row) => [...row.cells].map((cell) => cell.innerText.trim())));
}

async function elect(who) {
  await who.stepUntil('a leader', async () => (await who.nodes()).some((name) => /: leader/.test(name)), 60);
  return who.whoIs(/: leader/);
}

/** Makes the chosen client ask a node; without one, the node it believes in. */
async function ask(who, text, node) {
  const tray = who.tray();
  await tray.getByRole('combobox', { name: 'Node to ask' }).selectOption(node ? `S${node}` : '');
  await tray.getByRole('textbox', { name: 'Value to submit' }).fill(text);
  await tray.getByRole('button', { name: 'Submit', exact: true }).click();
}

test('a client is chosen with the pointer, asks a node, and its history grows', async (lab) => {
  const who = await visit(lab);
  const leader = await elect(who);
  const other = leader % 5 + 1;
  await who.choose(who.client(1));
  await who.tab('State');
  assert.match(await who.panel().innerText(), /has asked nothing yet/);

  await ask(who, 'x=1', other);
  await ask(who, 'x?');
  const now = (await who.place()).now;
  assert.deepEqual(await history(who), [
    [`x=1\nsubmitted at ${now} ms`, `${now} ms: → S${other}`, '0', 'waits', ''],
    [`x?\nsubmitted at ${now} ms`, 'queued for the node it believes in', '0', 'waits', ''],
  ]);

  await who.stepUntil('both answers', async () =>
    (await history(who)).every(([, , , told]) => told !== 'waits'));
  const [first, second] = await history(who);
  assert.match(first[1], new RegExp(`S${other} turns it away → S${leader}`));
  assert.equal(first[3], `1, by S${leader}`);
  assert.match(first[4], /^\d+ ms$/);
  assert.match(second[1], new RegExp(`^\\d+ ms: → S${leader}$`));
  assert.equal(second[3], `1, by S${leader}`);
  assert.match(await who.panel().innerText(), new RegExp(`Believes in S${leader}`));
  await axe(who.page);
  await screenshot(who.page, 'clients-desktop');

  // Stepping back takes the answer back.
  await who.press('Back');
  assert.equal((await history(who))[1][3], 'waits');
});

test('by key alone: a client is chosen, its timer fires, and it asks another node', async (lab) => {
  const who = await visit(lab);
  await who.tab('State');
  await who.chooseByKey(who.client(2));
  assert.equal(await who.client(2).getAttribute('aria-pressed'), 'true');
  const retry = who.offer('Fire: retry timer');
  assert.equal(await retry.getAttribute('aria-disabled'), 'true', 'it waits for nothing');

  const input = who.tray().getByRole('textbox', { name: 'Value to submit' });
  await input.focus();
  await who.page.keyboard.type('y=2');
  await who.key('Tab');
  await who.page.keyboard.type('S2');
  await who.key('Tab');
  await who.key('Enter');
  assert.match((await history(who))[0][1], /^0 ms: → S2$/);

  await retry.focus();
  await who.key('Enter');
  const [row] = await history(who);
  assert.match(row[1], /timed out → S3/);
  assert.equal(row[2], '1');
  assert.match(await who.heard(), /C2 sends request 1 again, to S3/);

  await who.key('Escape');
  assert.equal(await who.client(2).getAttribute('aria-pressed'), 'false');
  assert.equal(await who.page.evaluate(() => document.activeElement.id), 'client-C2');
});

test('the State panel shows a client too, and a node again', async (lab) => {
  const who = await visit(lab);
  await who.tab('State');
  const choice = who.panel().getByRole('group', { name: 'State of which node or client' });
  await choice.getByRole('button', { name: 'C1' }).click();
  await who.panel().getByRole('heading', { name: 'What C1 asked and was told' }).waitFor();
  await who.tray().getByRole('combobox', { name: 'Node to ask' }).waitFor();
  await choice.getByRole('button', { name: 'S1' }).click();
  await who.panel().getByRole('heading', { name: /^durable/i }).waitFor();
});

test('linearizability is one of the properties of the full program', async (lab) => {
  const who = await visit(lab);
  await who.page.locator('#client-C1').click();
  await who.tray().getByRole('combobox', { name: 'Node to ask' }).waitFor();
  await who.tab('Properties');
  const heading = who.panel().getByRole('heading', { name: /Linearizability/ });
  assert.match(await heading.innerText(), /holds/);
  assert.match(await who.panel().innerText(), /Herlihy and Wing 1990 §2\.2/);
});

for (const [name, options] of [
  ['phone', { size: [360, 740], touch: true }],
  ['dark', { scheme: 'dark' }],
  ['chinese', { locale: 'zh-CN' }],
]) {
  test(`a client’s history fits and can be read: ${name}`, async (lab) => {
    const who = await visit(lab, options);
    for (let i = 0; i < 12; i++) {
      await who.key('ArrowRight');
    }
    const client = who.page.locator('#client-C1');
    await client.focus();
    await who.key('Enter');
    const tray = who.page.locator('.tray');
    for (const [text, node] of [['x=1', 'S1'], ['x+2', ''], ['a long value of 32 characters ok', 'S5']]) {
      await tray.locator('select').selectOption(node);
      await tray.locator('input').fill(text);
      await tray.locator('button[type=submit]').click();
    }
    await tray.locator('.offers button').click();
    for (let i = 0; i < 12; i++) {
      await who.page.locator('.transport .step').click();
    }
    await who.page.locator('#tab-state').click();
    assert.equal(await who.page.locator('table.history tbody tr').count(), 3);
    await fits(who.page);
    await axe(who.page);
    await who.page.locator('#panel').scrollIntoViewIfNeeded();
    await screenshot(who.page, `clients-${name}`);
    await client.scrollIntoViewIfNeeded();
    await screenshot(who.page, `clients-${name}-stage`);
  });
}
