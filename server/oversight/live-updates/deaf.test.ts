import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDesk } from '#server/testing/desk.ts';
import { openFaultProxy } from '#server/testing/fault-proxy.ts';
import { openStream } from '#server/testing/stream.ts';

test('a statement typed into psql is seen by the next request of both servers, and ends streams in a moment', async () => {
  await using desk = await openDesk();
  await using other = await desk.another();
  const { token, credential } = await desk.ada.createToken({ name: 'x' });
  await using stream = await openStream(other.origin, { token });
  await stream.next();
  const at = performance.now();
  await desk.sql('update credentials set revoked_at = now() where id = $1', [credential.id]);
  for (const server of [desk, other])
    assert.equal((await server.send('GET /api/v1/me', { token })).problem?.code, 'token_revoked');
  assert.ok(await stream.ended());
  // Promised are 100 ms; here others are at work too.
  assert.ok(performance.now() - at < 1_000);
});

// Takes up to five seconds: the connection is probed every two, given one to answer, and then everyone is looked at.
test('a stream ends within seconds though the connection that listens has died without a word', async () => {
  await using desk = await openDesk();
  await using proxy = await openFaultProxy(desk.databaseSocket);
  await using other = await desk.another({ through: proxy });
  const { token, credential } = await desk.ada.createToken({ name: 'x' });
  await using stream = await openStream(other.origin, { token });
  await using bystander = await openStream(other.origin, desk.ada);
  await Promise.all([stream.next(), bystander.next()]);
  proxy.swallow('listen keyward_access');
  await desk.sql('update credentials set revoked_at = now() where id = $1', [credential.id]);
  // Requests do not depend on what is heard.
  assert.equal((await other.send('GET /api/v1/me', { token })).problem?.code, 'token_revoked');
  const at = performance.now();
  assert.ok(await Promise.race([stream.ended(), sleep(8_000, false)]));
  assert.ok(performance.now() - at < 8_000);
});
