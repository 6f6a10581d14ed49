import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startBackend } from '#server/testing/backend.ts';
import { openFaultProxy } from '#server/testing/fault-proxy.ts';
import { createLoadClient, type LoadAnswer } from '#server/testing/load-client.ts';

const saying = (word: string) => ({ path: '/', headers: { 'X-Word': word } });

const end = (outcome: LoadAnswer) => ('why' in outcome ? `${outcome.kind} ${outcome.why}` : outcome.kind);

test('what stands between two ends does to them what it is told to, and nothing once it is mended', async () => {
  await using backend = await startBackend();
  await using proxy = await openFaultProxy(backend.port);
  const origin = `http://127.0.0.1:${proxy.port}`;
  using client = createLoadClient();
  const ask = async () => end(await client.ask(origin, saying('red')));

  assert.equal(await ask(), 'answered');
  proxy.delay(60);
  const slow = await client.ask(origin, saying('red'));
  assert.ok(slow.kind === 'answered' && slow.ms >= 118, 'there and back');

  proxy.swallow('red');
  using impatient = createLoadClient({ timeoutMs: 250 });
  using other = createLoadClient();
  assert.equal(end(await impatient.ask(origin, saying('red'))), 'silent');
  assert.equal(end(await other.ask(origin, saying('blue'))), 'answered', 'where the word was never said');
  await proxy.mend();
  assert.equal(await ask(), 'answered');

  proxy.reset();
  assert.equal(await ask(), 'torn ECONNRESET');
  await proxy.refuse();
  assert.equal(await ask(), 'unreachable ECONNREFUSED');
  await proxy.mend();
  assert.equal(await ask(), 'answered', 'on the port that it had');
});

test('what was lost in a black hole stays lost: its connection is reset when all is well again', async () => {
  await using backend = await startBackend();
  await using proxy = await openFaultProxy(backend.port);
  const origin = `http://127.0.0.1:${proxy.port}`;
  using client = createLoadClient();
  using other = createLoadClient();
  proxy.swallow('red');
  const asked = client.ask(origin, saying('red'));
  // What was said first has come as far as the proxy once this is answered.
  assert.equal(end(await other.ask(origin, saying('blue'))), 'answered');
  await proxy.mend();
  assert.equal(end(await asked), 'torn ECONNRESET');
  assert.deepEqual(
    backend.requests.map(({ headers }) => headers['x-word']),
    ['blue'],
  );
});
