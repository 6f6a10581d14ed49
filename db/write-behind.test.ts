import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createWriteBehind } from '#db/write-behind.ts';

function open(options: { limit?: number; failures?: number } = {}) {
  const written: number[][] = [];
  const dropped: number[] = [];
  let failures = options.failures ?? 0;
  const queue = createWriteBehind<number>({
    everyMs: 3_600_000,
    limit: options.limit ?? 100,
    merge: (earlier, later) => earlier + later,
    write: async (items) => {
      if (failures-- > 0) throw new Error('away');
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
