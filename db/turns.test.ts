import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { actFor, createTurns, currentParty, TurnRefusedError, type Release } from '#db/turns.ts';

/** Takes a place and writes down when it was got; returns what gives it back. */
function openLog(turns: ReturnType<typeof createTurns>) {
  const got: string[] = [];
  const releases: Release[] = [];
  const serve = (name: string) => (release: Release) => {
    got.push(name);
    releases.push(release);
  };
  // Who still waits at the end of a test is refused after it.
  const take = (party: string, name = party) =>
    Promise.resolve(turns.take(party)).then(serve(name), () => {});
  const releaseNext = async () => {
    releases.shift()?.();
    await sleep(0);
  };
  return { got, take, releaseNext };
}

test('parties that wait are served by turns, and each in its order', async () => {
  const turns = createTurns({ size: 1, perParty: 1, waitMs: 5_000 });
  const { got, take, releaseNext } = openLog(turns);
  for (const name of ['a1', 'a2', 'a3', 'b1', 'b2', 'c1']) void take(name.charAt(0), name);
  await sleep(0);
  for (let n = 0; n < 6; n++) await releaseNext();
  assert.deepEqual(got, ['a1', 'a2', 'b1', 'c1', 'a3', 'b2']);
  assert.deepEqual([turns.held(), turns.waiting()], [0, 0]);
});

test('one party gets no more than its part, and another finds a place at once', async () => {
  const turns = createTurns({ size: 4, perParty: 2, waitMs: 5_000 });
  const { got, take, releaseNext } = openLog(turns);
  for (let n = 0; n < 5; n++) void take('a');
  await sleep(0);
  assert.deepEqual(got, ['a', 'a']);
  void take('b');
  await sleep(0);
  assert.deepEqual(got, ['a', 'a', 'b']);
  await releaseNext();
  assert.deepEqual(got, ['a', 'a', 'b', 'a']);
});

test('a party that crowds is served one at a time, until few of it wait', async () => {
  const turns = createTurns({ size: 8, perParty: 2, crowdedAt: 3, waitMs: 5_000 });
  const { got, take, releaseNext } = openLog(turns);
  for (let n = 1; n <= 6; n++) void take('a', `a${n}`);
  await sleep(0);
  assert.deepEqual(got, ['a1', 'a2']);
  await releaseNext();
  assert.deepEqual(got, ['a1', 'a2']);
  await releaseNext();
  assert.deepEqual(got, ['a1', 'a2', 'a3']);
  await releaseNext();
  // With a4 gone from the line, fewer wait than make a crowd.
  assert.deepEqual(got, ['a1', 'a2', 'a3', 'a4', 'a5']);
  void take('b');
  await sleep(0);
  assert.equal(got.at(-1), 'b');
});

test('who finds too many of their own waiting, or waits too long, is refused, and leaves nothing behind', async () => {
  const turns = createTurns({ perParty: 1, waitingPerParty: 1, waitMs: 20 });
  const release = await turns.take('a');
  const waiting = Promise.resolve(turns.take('a'));
  await assert.rejects(Promise.resolve(turns.take('a')), TurnRefusedError);
  await assert.rejects(waiting, /timeout/);
  assert.equal(turns.waiting(), 0);
  release();
  release();
  assert.equal(turns.held(), 0);
  (await turns.take('a'))();
});

test('who sees others of their own served waits longer than who sees nothing move, and not for good', async () => {
  const turns = createTurns({ perParty: 1, waitMs: 60, longestMs: 240 });
  const hold = async () => {
    const release = await turns.take('a');
    await sleep(20);
    release();
  };
  const lines = await Promise.allSettled(Array.from({ length: 40 }, hold));
  const served = lines.filter(({ status }) => status === 'fulfilled').length;
  assert.ok(served > 4 && served < 20, `${served} of 40`);
  assert.deepEqual([turns.held(), turns.waiting()], [0, 0]);
});

test('a wait that was in vain tells whether the party waits behind itself or behind what hangs', async () => {
  const turns = createTurns({ size: 2, perParty: 1, waitMs: 40 });
  const [busy, hung] = [await turns.take('busy'), await turns.take('hung')];
  const first = Promise.resolve(turns.take('busy'));
  const waits = ['busy', 'hung'].map((party) => Promise.resolve(turns.take(party)));
  busy();
  const release = await first;
  const isOwnDoing = await Promise.all(
    waits.map((wait) =>
      wait.then(
        () => assert.fail(),
        (error: TurnRefusedError) => error.isOwnDoing,
      ),
    ),
  );
  assert.deepEqual(isOwnDoing, [true, false]);
  release();
  hung();
});

test('who goes while they wait holds up nobody behind them', async () => {
  const turns = createTurns({ perParty: 1, waitMs: 5_000 });
  const release = await turns.take('a');
  const gone = new AbortController();
  const left = Promise.resolve(turns.take('a', { signal: () => gone.signal }));
  const next = turns.take('a');
  gone.abort();
  await assert.rejects(left, TurnRefusedError);
  release();
  (await next)();
  assert.deepEqual([turns.held(), turns.waiting()], [0, 0]);
});

test('what counts as several takes as many places, or all that a party may have', async () => {
  const turns = createTurns({ perParty: 10, waitMs: 5_000 });
  const { got, take, releaseNext } = openLog(turns);
  for (let n = 0; n < 8; n++) void take('a');
  await sleep(0);
  const batch = Promise.resolve(turns.take('a', { places: 4 }));
  await releaseNext();
  assert.equal(turns.held(), 7);
  await releaseNext();
  const release = await batch;
  assert.deepEqual([got.length, turns.held()], [8, 10]);
  release();
  (await turns.take('b', { places: 99 }))();
});

test('what is begun on behalf of a party goes on in its name, also once that is known better', async () => {
  const party = { key: '203.0.113.7', isKnown: false };
  const names = actFor(party, async () => {
    const before = currentParty().key;
    await sleep(1);
    Object.assign(party, { key: 'ada', isKnown: true });
    return [before, await sleep(1).then(() => currentParty().key)];
  });
  assert.equal(currentParty().key, '');
  assert.deepEqual(await names, ['203.0.113.7', 'ada']);
});
