import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { createWriteBehind } from '#db/write-behind.ts';

const poison = -1;

function open(options: { limit?: number; failures?: number } = {}) {
  const written: number[][] = [];
  const dropped: number[] = [];
  let failures = options.failures ?? 0;
  const queue = createWriteBehind<number>({
    everyMs: 3_600_000,
    limit: options.limit ?? 100,
    merge: (earlier, later) => earlier + later,
    write: async (items) => {
      if (failures-- > 0) throw new Error('connect ECONNREFUSED');
      if (items.includes(poison)) throw new Error('will not do');
      written.push(items);
    },
    onError: () => {},
    onDrop: (count) => dropped.push(count),
  });
  return { queue, written, dropped };
}

test('items of one key are merged, and written together with the others', async () => {
  const { queue, written } = open();
  queue.add('a', 1);
  queue.add('b', 10);
  queue.add('a', 2);
  await queue.flush();
  await queue.flush();
  assert.deepEqual(written, [[3, 10]]);
});

test('what could not be written is written later, with what came meanwhile', async () => {
  const { queue, written } = open({ failures: 2 });
  queue.add('a', 1);
  await queue.flush();
  queue.add('a', 2);
  queue.add('b', 10);
  await queue.flush();
  assert.deepEqual(written, []);
  await queue.close();
  assert.deepEqual(written, [[3, 10]]);
});

test('past the limit new keys are dropped and counted, and known ones still merge', async () => {
  const { queue, written, dropped } = open({ limit: 2 });
  for (const key of ['a', 'b', 'c', 'd', 'a']) queue.add(key, 1);
  await queue.flush();
  assert.deepEqual(written, [[2, 1]]);
  assert.deepEqual(dropped, [2]);
});

test('an item that can never be written is dropped, and holds up no other', async () => {
  const { queue, written, dropped } = open();
  for (let n = 0; n < 9; n++) queue.add(`${n}`, n === 4 ? poison : n);
  await queue.flush();
  assert.deepEqual(
    written.flat().toSorted((a, b) => a - b),
    [0, 1, 2, 3, 5, 6, 7, 8],
  );
  assert.deepEqual(dropped, [1]);
  queue.add('next', 9);
  await queue.flush();
  assert.deepEqual(written.at(-1), [9]);
});

test('many items are written in batches that a statement can hold', async () => {
  const { queue, written } = open({ limit: 10_000 });
  for (let n = 0; n < 1_201; n++) queue.add(`${n}`, n);
  await queue.flush();
  assert.deepEqual(
    written.map((batch) => batch.length),
    [500, 500, 201],
  );
});

test('whoever writes slowly rests between two writes for as long as the first one took', async () => {
  const started: number[] = [];
  const ended: number[] = [];
  const third = Promise.withResolvers<void>();
  const queue = createWriteBehind<number>({
    everyMs: 1,
    limit: 10,
    merge: (earlier) => earlier,
    write: async () => {
      started.push(performance.now());
      await sleep(30);
      ended.push(performance.now());
      queue.add('a', 1);
      if (ended.length === 3) third.resolve();
    },
    onError: () => {},
    onDrop: () => {},
  });
  queue.add('a', 1);
  // The queue's own timer keeps nothing alive.
  const alive = setInterval(() => {}, 10);
  await third.promise;
  clearInterval(alive);
  await queue.close();
  for (const next of [1, 2]) {
    const [end = 0, begin = 0] = [ended[next - 1], started[next - 1]];
    assert.ok((started[next] ?? 0) - end >= end - begin - 2);
  }
});
