import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OwnUseView } from '#server/credentials/tokens/schema.ts';
import { openDesk } from '#server/testing/desk.ts';

test('one’s own use is counted over all of one’s tokens, day by day, and nobody else’s', async () => {
  await using desk = await openDesk();
  const bob = await desk.join('Bob', 'member');
  const laptop = await desk.ada.createToken({ name: 'laptop' });
  const ci = await desk.ada.createToken({ name: 'ci' });
  const others = await bob.createToken({ name: 'laptop' });
  for (const { token } of [laptop, laptop, ci, others]) await desk.send('GET /api/v1/me', { token });
  await desk.settle();
  desk.clock.advance({ days: 2 });
  await desk.send('GET /api/v1/me', { token: ci.token });
  await desk.settle();
  const answer = await desk.send('GET /api/v1/me/use', { token: ci.token });
  const { days } = answer.body as unknown as OwnUseView;
  assert.equal(days.length, 30);
  assert.deepEqual(
    days.slice(-3).map(({ count }) => count),
    [3, 0, 1],
  );
  assert.equal(days.at(-1)?.day, desk.clock.now().toISOString().slice(0, 10));
  const { days: his } = (await desk.send('GET /api/v1/me/use', { token: others.token }))
    .body as unknown as OwnUseView;
  assert.equal(
    his.reduce((sum, { count }) => sum + count, 0),
    1,
  );
});

test('a token that was not granted it may not read the use', async () => {
  await using desk = await openDesk();
  const { token } = await desk.ada.createToken({ name: 'narrow', permissions: ['tokens:read'] });
  const refused = await desk.send('GET /api/v1/me/use', { token });
  assert.equal(refused.problem?.code, 'permission_denied');
});
