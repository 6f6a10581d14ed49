import assert from 'node:assert/strict';
import { test } from 'node:test';
import { untilAvailable } from '#db/until-available.ts';

test('what a busy database refused is done as soon as it takes it', async () => {
  let tries = 0;
  const work = () => {
    tries++;
    return tries < 3
      ? Promise.reject(new Error('timeout exceeded when trying to connect'))
      : Promise.resolve('done');
  };
  assert.equal(await untilAvailable(work), 'done');
  assert.equal(tries, 3);
});

test('what is wrong is not tried again', async () => {
  let tries = 0;
  const work = () => {
    tries++;
    return Promise.reject(new Error('there is no such queue'));
  };
  await assert.rejects(untilAvailable(work), /no such queue/);
  assert.equal(tries, 1);
});
