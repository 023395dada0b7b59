// Runs that are put on the stage to be measured.

/** The lab with the full program from the start, which opens files without handing over first. */
export async function openFull(lab, options) {
  return lab.open(`${await lab.serve()}#full`, options);
}

/** Opens a run of Raft, and waits until it is on stage; gives how long that took, in ms. */
export async function openRun(page, scenario, actions) {
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
  await page.getByText(new RegExp(`event ${total} ·`)).waitFor({ timeout: 300_000 });
  return performance.now() - began;
}
