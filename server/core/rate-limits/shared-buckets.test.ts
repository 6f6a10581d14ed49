import assert from 'node:assert/strict';
import { Writable } from 'node:stream';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { createLocalRates } from '#server/core/rate-limits/rates.ts';
import { connectSharedRates } from '#server/core/rate-limits/shared-rates.ts';
import { Secret } from '#server/secret.ts';
import { freePort, skipWithout, startRedis } from '#server/testing/program.ts';

const options = { skip: skipWithout('redis-server') };
const limit = { perSecond: 0.5, atOnce: 20 };

/** A server's buckets; those of its own, for when Redis is away, never fill again. */
async function connect(port: number) {
  const logged: string[] = [];
  const to = new Writable({
    write(line: Buffer, _, done) {
      const { msg, err } = JSON.parse(line.toString()) as { msg: string; err?: { message: string } };
      logged.push(err ? `${msg}: ${err.message}` : msg);
      done();
    },
  });
  const local = createLocalRates(() => 0);
  const rates = connectSharedRates(new Secret(`redis://127.0.0.1:${port}`), local, pino(to));
  // What is asked before the connection stands is answered by the server's own buckets.
  await sleep(100);
  return { logged, local, take: rates.take, [Symbol.dispose]: () => rates.close() };
}

const isAbout = (ms: number, expected: number) =>
  assert.ok(ms <= expected && ms > expected - 2_000, `${ms} ms where about ${expected} were expected`);

test('a bucket is one for all servers: what one takes the others lack', options, async () => {
  const port = await freePort();
  await using _redis = await startRedis(port);
  using one = await connect(port);
  using other = await connect(port);
  const first = await one.take('a', limit, 5);
  assert.deepEqual([first.allowed, first.remaining, first.retryInMs, first.limit], [true, 15, 0, limit]);
  isAbout(first.fullInMs, 10_000);
  const refused = await other.take('a', limit, 20);
  assert.deepEqual([refused.allowed, refused.remaining], [false, 15]);
  isAbout(refused.fullInMs, 10_000);
  isAbout(refused.retryInMs, 10_000);
  assert.equal((await other.take('b', limit)).remaining, 19);
  assert.equal((await one.take('b', limit)).remaining, 18);
  const larger = await one.take('a', { perSecond: 0.5, atOnce: 40 });
  assert.equal(larger.remaining, 39, 'a limit of another size is another bucket');
  assert.deepEqual([one.logged, other.logged], [[], []]);
  assert.equal((await one.local.take('a', limit)).remaining, 19, 'nothing was counted here');
  one[Symbol.dispose]();
  assert.equal((await one.local.take('a', limit)).remaining, 19, 'a server that has ended holds nothing');
});

test(
  'while Redis is away a server counts for itself, says so once, and says when it is back',
  options,
  async () => {
    const port = await freePort();
    const redis = await startRedis(port);
    using server = await connect(port);
    await server.take('a', limit, 20);
    await redis[Symbol.asyncDispose]();
    const away = [
      await server.take('a', limit),
      await server.take('a', limit),
      await server.take('a', limit),
    ];
    assert.deepEqual(
      away.map(({ remaining }) => remaining),
      [19, 18, 17],
    );
    assert.equal((await server.take('c', limit, 20)).remaining, 0);
    const [warning, ...more] = server.logged;
    assert.match(
      warning ?? '',
      /Redis does not answer: until it does, each server counts calls for itself: ./,
    );
    assert.deepEqual(more, []);
    {
      await using _again = await startRedis(port);
      for (let tries = 0; server.logged.length < 2 && tries < 60; tries++) {
        await sleep(50);
        await server.take('b', limit);
      }
      assert.deepEqual(server.logged.slice(1), ['Redis answers again']);
      assert.equal((await server.take('c', limit)).allowed, true, 'the bucket that all share is full');
      assert.equal(server.logged.length, 2);
    }
    await server.take('b', limit);
    assert.equal(server.logged.length, 3, 'gone again, said again');
  },
);

test('a Redis that hangs holds up one call by its time, and none after that', options, async () => {
  const port = await freePort();
  await using redis = await startRedis(port);
  using server = await connect(port);
  await server.take('a', limit);
  redis.child.kill('SIGSTOP');
  const started = performance.now();
  assert.equal((await server.take('a', limit)).remaining, 19);
  isAbout(performance.now() - started, 2_000);
  const later = performance.now();
  for (let n = 0; n < 10; n++) await server.take('a', limit);
  assert.ok(performance.now() - later < 100);
  // So long it is left alone before it is tried again.
  await sleep(1_050);
  await server.take('a', limit);
  assert.equal(server.logged.length, 1, 'what is said already is not said again');
});
