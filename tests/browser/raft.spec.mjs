// Raft, as somebody meets it who opens the lab for the first time.

import assert from 'node:assert/strict';

import { screenshot, test } from './support.mjs';
import { visit } from './visitor.mjs';

const LEADER = /: leader, term (\d+)/;

/** The leaders there are, as `S3: leader, term 1`. */
async function leaders(who) {
  return (await who.nodes()).filter((name) => LEADER.test(name));
}

/** The number of the only leader. */
async function leader(who) {
  const all = await leaders(who);
  assert.equal(all.length, 1, `one leader, not: ${all.join('; ')}`);
  return Number(all[0].match(/^S(\d)/)[1]);
}

/** The term of the newest leader. */
async function term(who) {
  const terms = (await leaders(who)).map((name) => Number(name.match(LEADER)[1]));
  return Math.max(0, ...terms);
}

/** Steps until there is a leader. */
async function elect(who, most = 20) {
  await who.stepUntil('a leader', async () => (await leaders(who)).length > 0, most);
}

test('ten presses of Step, from the first load on, bring an election', async (lab) => {
  const who = await visit(lab, { motion: 'no-preference' });
  const seen = [];
  for (let i = 0; i < 10; i++) {
    await who.step();
    seen.push(await who.happened());
  }
  const story = seen.join('\n');
  assert.match(story, /S3 stands for election in term 1/);
  assert.match(story, /S1 votes for S3/);
  assert.match(story, /S3 counts a vote from S1/);
  assert.match(story, /S3 becomes leader of term 1/);
  assert.equal(await leader(who), 3);
  await who.page.getByText('leader', { exact: true }).waitFor();
  await screenshot(who.page, 'raft-ten-steps');
});

test('each step is spoken, and says why', async (lab) => {
  const who = await visit(lab);
  await who.step();
  assert.equal(await who.heard(), 'S3 stands for election in term 1');
  const why = await who.panel().innerText();
  assert.match(why, /Its election timer ran out/);
  assert.match(why, /Raft §5\.2/);
});

test('votes are counted where they arrive, and not before', async (lab) => {
  const who = await visit(lab);
  const votes = async () => (await who.nodes())[2].match(/votes (\d) of (\d) needed/)?.slice(1);
  await who.step();
  assert.deepEqual(await votes(), ['1', '3']);
  await who.stepUntil('a vote', async () => /votes for S3/.test(await who.happened()));
  assert.deepEqual(await votes(), ['1', '3'], 'the vote is under way');
  await who.stepUntil('a count', async () => /counts a vote/.test(await who.happened()));
  assert.deepEqual(await votes(), ['2', '3']);
});

for (const [way, kill] of [
  ['the button and a click', async (who, id) => {
    await who.press('Kill a node');
    assert.match(await who.heard(), /Choose the node to kill/);
    await who.node(id).click();
  }],
  ['the button and a number', async (who, id) => {
    await who.press('Kill a node');
    await who.key(String(id));
  }],
  ['K and a number', async (who, id) => {
    await who.key('k');
    await who.key(String(id));
  }],
  ['a number and K', async (who, id) => {
    await who.key(String(id));
    await who.key('k');
  }],
]) {
  test(`after the leader is killed (${way}), another is elected in a higher term`, async (lab) => {
    const who = await visit(lab);
    await elect(who);
    const old = await leader(who);
    await kill(who, old);
    assert.match((await who.nodes())[old - 1], /: down/);
    assert.match(await who.happened(), new RegExp(`S${old} crashes`));
    await who.press('Next election');
    assert.notEqual(await leader(who), old);
    assert.ok(await term(who) > 1, 'the term is higher');
  });
}

test('after the leader is killed, stepping alone brings another', async (lab) => {
  const who = await visit(lab);
  await elect(who);
  await who.act(who.node(await leader(who)), 'Kill');
  assert.deepEqual(await leaders(who), []);
  await elect(who, 60);
  assert.equal(await term(who), 2);
});

test('a dropped vote is drawn as lost', async (lab) => {
  const who = await visit(lab);
  await who.step(5);
  await who.act(who.messages('VoteReply from S1 to S3'), 'Drop');
  assert.match(await who.happened(), /VoteReply from S1 to S3 is lost: dropped by hand/);
  assert.match(await who.heard(), /VoteReply from S1 to S3 is lost/);
  assert.equal(await who.messages('VoteReply from S1 to S3').count(), 0, 'it is not under way');
  const mark = who.page.getByText('✗ VoteReply t1');
  await mark.waitFor();
  const line = await mark.evaluate((text) => getComputedStyle(text).textDecorationLine);
  assert.equal(line, 'line-through');
  await screenshot(who.page, 'raft-dropped-vote');
});

test('a dropped vote that decides nothing changes nothing but its own arrival', async (lab) => {
  const dropped = 'VoteReply from S5 to S3';
  const runs = [];
  for (const drops of [false, true]) {
    const who = await visit(lab);
    await elect(who);
    if (drops) {
      await who.act(who.messages(dropped), 'Drop');
    }
    await who.step(60);
    runs.push(await who.transcript());
  }
  const [whole, less] = runs;
  const own = whole.filter((line) => /S3 ignores a vote reply from S5/.test(line));
  assert.equal(own.length, 1);
  const rest = whole.filter((line) => line !== own[0]);
  const others = less.filter((line) => !line.includes(`${dropped} is lost`));
  assert.equal(others.length, less.length - 1);
  // One step of the run went to the drop and one arrival is missing: the ends may differ by one.
  const length = Math.min(rest.length, others.length);
  assert.deepEqual(others.slice(0, length), rest.slice(0, length));
});

test('a dropped vote that decides delays the victory, and no other message', async (lab) => {
  const dropped = 'VoteReply from S1 to S3';
  const runs = [];
  for (const drops of [false, true]) {
    const who = await visit(lab);
    await who.step(5);
    const under = await who.underWay();
    if (drops) {
      await who.act(who.messages(dropped), 'Drop');
      assert.deepEqual(await who.underWay(), under.filter((name) => !name.startsWith(dropped)));
    }
    await who.stepUntil('a first answer to a heartbeat of each', async () =>
      /S3’s up to index|log matches/.test(await who.happened()));
    runs.push(await who.transcript());
  }
  const [whole, less] = runs;
  const at = (lines, pattern) => {
    const line = lines.find((it) => pattern.test(it));
    assert.ok(line, `${pattern} in\n${lines.join('\n')}`);
    return Number(line.match(/^t = (\d+) ms/)[1]);
  };
  // The other votes arrive when they did.
  for (const from of [2, 4]) {
    const vote = new RegExp(`S3 (counts a|ignores a) vote( reply)? from S${from}`);
    assert.equal(at(less, vote), at(whole, vote));
  }
  // The victory comes with another vote; from there on everything takes as long as it did.
  const won = /S3 becomes leader of term 1/;
  assert.ok(at(less, won) > at(whole, won));
  for (const to of [1, 2, 4, 5]) {
    const beat = new RegExp(`S${to} accepts AppendEntries from S3`);
    const first = (lines) => lines.some((line) => beat.test(line)) && at(lines, beat) - at(lines, won);
    if (first(less) && first(whole)) {
      assert.equal(first(less), first(whole), `the heartbeat to S${to}`);
    }
  }
});

test('a value given to the leader is committed, and the client is told', async (lab) => {
  const who = await visit(lab);
  await elect(who);
  const id = await leader(who);
  await who.submit(id, 'x=1');
  assert.match(await who.client(1).getAttribute('aria-label'), /asked for x=1, waits for an answer/);
  const seen = [];
  await who.stepUntil('an answer', async () => {
    seen.push(await who.happened());
    return !/waits/.test(await who.client(1).getAttribute('aria-label'));
  });
  const story = seen.join('\n');
  assert.match(story, new RegExp(`S${id} appends “x=1” at index 1`));
  assert.match(story, new RegExp(`S${id} commits up to index 1`));
  assert.match(story, new RegExp(`S${id} applies “x=1” at index 1`));
  assert.match(await who.client(1).getAttribute('aria-label'), /asked for x=1, was told/);
  // The others hear of it with the next heartbeat.
  await who.stepUntil('all of them have applied it', async () =>
    (await who.nodes()).every((name) => /stored: 1, known to be chosen or committed: 1/.test(name)));
  await screenshot(who.page, 'raft-committed');
});

test('a value given to a follower finds its way to the leader', async (lab) => {
  const who = await visit(lab);
  await elect(who);
  await who.step(12);
  const follower = (await leader(who)) % 5 + 1;
  await who.submit(follower, 'y=2');
  await who.stepUntil('an answer', async () =>
    /asked for y=2, was told/.test(await who.client(1).getAttribute('aria-label')));
  assert.match((await who.transcript()).join('\n'), new RegExp(`S${follower} turns C1 away`));
});

test('back to the start and forward again gives the same states', async (lab) => {
  const who = await visit(lab);
  await who.step(6);
  await who.act(who.messages('VoteReply from S4 to S3'), 'Drop');
  await who.step(6);
  await who.submit(await leader(who), 'x=1');
  await who.step(8);
  await who.act(who.node(2), 'Kill');
  await who.step(6);
  await who.act(who.node(2), 'Restart');
  await who.step(4);
  const { length } = await who.place();
  assert.ok(length > 30);

  const hashes = [];
  for (let position = length; position > 0; position--) {
    assert.equal((await who.place()).position, position);
    hashes[position] = (await who.about()).hash;
    await who.press('Back');
  }
  hashes[0] = (await who.about()).hash;
  assert.equal(await who.button('Back').getAttribute('aria-disabled'), 'true');
  assert.equal(new Set(hashes).size, hashes.length, 'every moment is a state of its own');
  for (let position = 1; position <= length; position++) {
    await who.key('ArrowRight');
    assert.equal((await who.about()).hash, hashes[position], `at event ${position}`);
  }
  assert.equal((await who.place()).length, length, 'nothing was added');
  await who.press('To the start');
  assert.equal((await who.about()).hash, hashes[0]);
});
