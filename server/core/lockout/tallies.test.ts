import assert from 'node:assert/strict';
import { randomBytes, randomUUIDv7 } from 'node:crypto';
import { after, test } from 'node:test';
import { countTry, type Counted } from '#server/core/lockout/queries.ts';
import { limits, type Limit } from '#server/core/lockout/rules.ts';
import { openEmptyDesk } from '#server/testing/desk.ts';

const second = 1_000;
const minute = 60 * second;
const start = Date.parse('2026-11-22T09:00:00Z');
const desk = await openEmptyDesk();
after(() => desk[Symbol.asyncDispose]());

/** Counts one try after another at something new, each so many milliseconds after the first. */
async function tryAt(limit: Limit, times: number[]): Promise<Counted[]> {
  const key = randomBytes(32);
  const counted: Counted[] = [];
  for (const ms of times)
    counted.push(await countTry(desk.runtime.db, { id: randomUUIDv7(), key }, limit, new Date(start + ms)));
  return counted;
}

const openAt = async (limit: Limit, times: number[]) =>
  (await tryAt(limit, times)).map(({ isOpen }) => isOpen);
const burst = (count: number, from = 0) => Array.from({ length: count }, () => from);
/** For how many seconds each try closed what it tried at. */
async function pausesOf(limit: Limit, times: number[]): Promise<number[]> {
  const counted = await tryAt(limit, times);
  return counted.flatMap(({ closes, closedUntil }, index) =>
    closes && closedUntil ? [(closedUntil.getTime() - start - (times[index] ?? 0)) / second] : [],
  );
}

test('ten tries at an account are let in, the eleventh is not', async () => {
  assert.deepEqual(await openAt(limits.account, burst(11)), [...Array<boolean>(10).fill(true), false]);
});

test('an account pauses for 15 minutes, and then all tries are there again', async () => {
  const times = [...burst(10), 15 * minute - 1, ...burst(11, 15 * minute)];
  assert.deepEqual(await openAt(limits.account, times), [
    ...Array<boolean>(10).fill(true),
    false,
    ...Array<boolean>(10).fill(true),
    false,
  ]);
});

test('each pause of an account is longer than the one before, up to an hour', async () => {
  const rounds = [0, 16, 50, 120, 200].flatMap((at) => burst(10, at * minute));
  assert.deepEqual(await pausesOf(limits.account, rounds), [900, 1800, 3600, 3600, 3600]);
});

test('after a day without a pause the next one is short again', async () => {
  const times = [...burst(10), ...burst(10, 16 * minute), ...burst(10, 25 * 60 * minute)];
  assert.deepEqual(await pausesOf(limits.account, times), [900, 1800, 900]);
});

test('nine tries in each 15 minutes never pause', async () => {
  const times = [0, 15, 30, 45].flatMap((at) => burst(9, at * minute));
  assert.deepEqual(await pausesOf(limits.account, times), []);
});

test('an address has fifty tries, and then waits longer before each further one', async () => {
  assert.deepEqual(await openAt(limits.address, burst(52)), [...Array<boolean>(50).fill(true), false, false]);
  const times = [...burst(50), 1, 3, 7, 15, 31].map((at) => at * second);
  assert.deepEqual(await pausesOf(limits.address, times), [1, 2, 4, 8, 16, 32]);
});

test('an address that has been slowed begins its next window where it was', async () => {
  const times = [...burst(50), 1 * second, ...burst(50, 15 * minute)];
  assert.deepEqual(await pausesOf(limits.address, times), [1, 2, 4]);
});
