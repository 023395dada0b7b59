// Paxos, as somebody meets it who chooses it for the first time.

import assert from 'node:assert/strict';

import { screenshot, test } from './support.mjs';
import { visit } from './visitor.mjs';

async function open(lab, options) {
  const who = await visit(lab, options);
  await who.protocol('Paxos');
  return who;
}

/** What a client says: that it waits, or what it was told. */
async function client(who, number) {
  return who.client(number).getAttribute('aria-label');
}

/** Steps until it has happened, and returns all that has happened by then. */
async function happens(who, pattern, most) {
  const seen = [];
  await who.stepUntil(`${pattern}`, async () => {
    seen.push(await who.happened());
    return pattern.test(seen.at(-1));
  }, most);
  return seen.join('\n');
}

/** Steps until the clients have their answers. */
async function answered(who, clients) {
  await who.stepUntil('an answer for each client', async () => {
    const said = await Promise.all(clients.map((number) => client(who, number)));
    return said.every((it) => /was told/.test(it));
  });
}

test('Step shows Prepare, Promise, Accept, Accepted, chosen', async (lab) => {
  const who = await open(lab);
  assert.match(await who.next(), /Request C1 → S1/);
  const messages = new Set();
  const seen = [];
  await who.stepUntil('the value is chosen', async () => {
    (await who.underWay()).forEach((name) => messages.add(name.split(' ')[0]));
    seen.push(await who.happened());
    return /“x” is chosen/.test(seen.at(-1));
  }, 30);
  assert.deepEqual([...messages], ['Request', 'Prepare', 'Promise', 'Accept', 'Accepted']);
  const story = seen.join('\n');
  for (const line of [
    /S1 takes up “x” for C1/,
    /S1 starts ballot 1\.1/,
    /S3 promises ballot 1\.1 to S1/,
    /S1 counts a promise from S3/,
    /S1 proposes its own value “x” in ballot 1\.1/,
    /S5 accepts “x” in ballot 1\.1/,
    /S\d learns that “x” is chosen/,
  ]) {
    assert.match(story, line);
  }
  await answered(who, [1]);
  assert.match(await client(who, 1), /asked for x, was told x/);
  await screenshot(who.page, 'paxos-chosen');
});

test('Next phase goes from phase to phase', async (lab) => {
  const who = await open(lab);
  const kinds = async () => [...new Set((await who.underWay()).map((name) => name.split(' ')[0]))];
  await who.press('Next phase');
  assert.deepEqual(await kinds(), ['Promise'], 'after 1a');
  await who.press('Next phase');
  assert.equal((await kinds()).includes('Promise'), false, 'after 1b');
  assert.match((await who.nodes())[0], /S1: proposing/);
  await who.press('Next phase');
  assert.equal((await kinds()).includes('Accept'), false, 'after 2a');
  await who.press('Next phase');
  assert.equal((await kinds()).includes('Accepted'), false, 'after 2b');
  assert.ok((await who.nodes()).every((name) => /known to be chosen or committed: 1/.test(name)));
});

test('what a node gathers is counted', async (lab) => {
  const who = await open(lab);
  await happens(who, /S1 counts a promise from S3/);
  assert.match((await who.nodes())[0], /S1: preparing, ballot 1\.1, promises 2 of 3 needed/);
  await happens(who, /proposes its own value/);
  assert.match((await who.nodes())[0], /S1: proposing, ballot 1\.1, acceptances 1 of 3 needed/);
});

test('two proposers duel until one value is chosen, and both clients are told the same', async (lab) => {
  const who = await open(lab);
  await who.submit(5, 'y');
  assert.match(await client(who, 2), /asked for y, waits/);
  const refused = await happens(who, /refuses/);
  assert.match(refused, /S\d refuses “x” in ballot 1\.1|S\d refuses to promise ballot 1\.1/);
  await who.page.getByText(/^✗ /).first().waitFor();
  const refusals = (await who.underWay()).filter((name) => /refused$/.test(name));
  assert.ok(refusals.length > 0, 'a refusal is under way, and says that it is one');
  await screenshot(who.page, 'paxos-duel');
  await happens(who, /S1 gives up ballot 1\.1/);
  await answered(who, [1, 2]);
  const told = await Promise.all([client(who, 1), client(who, 2)]);
  const values = told.map((it) => it.match(/was told (\S+)$/)[1]);
  assert.equal(values[0], values[1], told.join('; '));
  const transcript = (await who.transcript()).join('\n');
  const ballots = [...transcript.matchAll(/S\d starts ballot (\d+\.\d)/g)].map(([, ballot]) => ballot);
  assert.deepEqual(ballots.slice(0, 2).sort(), ['1.1', '1.5']);
  const chosen = new Set([...transcript.matchAll(/learns that “(\w+)” is chosen/g)].map(([, value]) => value));
  assert.equal(chosen.size, 1);
});

test('two proposers that keep outbidding each other take higher and higher ballots', async (lab) => {
  const who = await open(lab);
  await who.submit(5, 'y');
  // What a teacher does to keep the duel going: no Accept arrives.
  let beaten = 0;
  await who.stepUntil('a third round', async () => {
    const accept = who.messages('Accept from').first();
    while (await accept.count() > 0) {
      await who.chooseByKey(accept);
      await who.offer('Drop').click();
      beaten += 1;
    }
    return /starts ballot 3\./.test(await who.happened());
  });
  assert.ok(beaten > 0);
  await answered(who, [1, 2]);
  const told = await Promise.all([client(who, 1), client(who, 2)]);
  assert.equal(told[0].match(/was told (\S+)$/)[1], told[1].match(/was told (\S+)$/)[1]);
});

test('a value survives the death of its proposer', async (lab) => {
  const who = await open(lab);
  await happens(who, /S5 accepts “x” in ballot 1\.1/);
  await who.act(who.node(1), 'Kill');
  for (const to of [2, 3, 4]) {
    await who.act(who.messages(`Accept from S1 to S${to}`), 'Drop');
  }
  await who.submit(2, 'y');
  // The only acceptor that still knows of “x” is among the first to promise.
  await happens(who, /S5 promises ballot \d+\.2 to S2/);
  await who.act(who.messages('Promise from S5 to S2'), 'Deliver now');
  const story = await happens(who, /S2 adopts “x” for ballot/);
  assert.doesNotMatch(story, /S2 proposes its own value/);
  assert.match(await who.panel().innerText(), /A promise reported “x” of ballot 1\.1/);
  await screenshot(who.page, 'paxos-survives');
  await answered(who, [2]);
  assert.match(await client(who, 2), /asked for y, was told x/);
  assert.match((await who.nodes())[0], /S1: down/);
});

test('a chosen value is told to whoever asks later', async (lab) => {
  const who = await open(lab);
  await answered(who, [1]);
  await who.submit(4, 'z');
  await who.stepUntil('an answer', async () => /asked for z, was told x/.test(await client(who, 1)));
});

test('back to the start and forward again gives the same states', async (lab) => {
  const who = await open(lab);
  await who.submit(5, 'y');
  await who.step(9);
  await who.act(who.node(3), 'Kill');
  await who.step(9);
  await who.act(who.node(3), 'Restart');
  await who.step(9);
  const { length } = await who.place();
  const hashes = [];
  for (let position = length; position > 0; position--) {
    hashes[position] = (await who.about()).hash;
    await who.key('PageUp');
  }
  assert.equal((await who.place()).position, 0);
  for (let position = 1; position <= length; position++) {
    await who.key('PageDown');
    assert.equal((await who.about()).hash, hashes[position], `at event ${position}`);
  }
  assert.equal((await who.place()).length, length, 'nothing was added');
});
