import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import pino from 'pino';
import { createLocalRates } from '#server/core/rate-limits/rates.ts';
import { connectSharedRates } from '#server/core/rate-limits/shared-rates.ts';
import { Secret } from '#server/secret.ts';
import { statusesOf } from '#server/testing/caller.ts';
import { openDesk, type Instance } from '#server/testing/desk.ts';
import { freePort, skipWithout, startRedis } from '#server/testing/program.ts';

const options = { skip: skipWithout('redis-server') };

const settingsOf = (port: number, limit: string) => ({
  REDIS_URL: `redis://127.0.0.1:${port}`,
  KEYWARD_RATE_LIMIT: limit,
});

async function use(token: string, times: number, ...servers: Instance[]): Promise<number[]> {
  const calls = servers.flatMap((server) =>
    Array.from({ length: times }, () => server.send('GET /api/v1/me', { token })),
  );
  return statusesOf(await Promise.all(calls));
}

const allowed = (statuses: number[]) => statuses.filter((status) => status === 200).length;

/** The connection is made while the server starts to serve. */
const untilShared = () => sleep(500);

test(
  'two servers that share a Redis share the limit: of 100 at once exactly 40 are allowed',
  options,
  async () => {
    const port = await freePort();
    await using _redis = await startRedis(port);
    await using desk = await openDesk({ settings: settingsOf(port, '1/40') });
    await using other = await desk.another();
    await untilShared();
    const { token } = await desk.ada.createToken({ name: 'x' });
    const started = performance.now();
    const got = allowed(await use(token, 50, desk, other));
    const refilled = Math.floor((performance.now() - started) / 1_000) + 1;
    assert.ok(got >= 40 && got < 40 + refilled, `${got}`);
    const refused = await desk.send('GET /api/v1/me', { token });
    assert.equal(refused.headers.get('ratelimit-policy'), '"token";q=40;w=40');
  },
);

test('an address that leads to no Redis is warned of once, before anybody calls, and each call is counted here', async () => {
  const logged: string[] = [];
  const log = pino({}, { write: (line) => void logged.push(line) });
  const url = new Secret(`redis://keyward:hunter2@127.0.0.1:${await freePort()}`);
  const rates = connectSharedRates(url, createLocalRates(Date.now), log);
  try {
    // Long enough for it to try again.
    await sleep(1_000);
    assert.equal(logged.length, 1, logged.join(''));
    assert.match(logged[0] ?? '', /"level":40.+Redis does not answer/);
    assert.doesNotMatch(logged[0] ?? '', /hunter2/);
    assert.equal((await rates.take('key', { perSecond: 1, atOnce: 2 })).remaining, 1);
    assert.equal(logged.length, 1);
  } finally {
    rates.close();
  }
});

test('without a Redis each server counts for itself: the twin of the test above', async () => {
  await using desk = await openDesk({ settings: { KEYWARD_RATE_LIMIT: '1/40' } });
  await using other = await desk.another();
  const { token } = await desk.ada.createToken({ name: 'x' });
  assert.equal(allowed(await use(token, 50, desk, other)), 80);
});

for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
  test(`a Redis that goes in mid-flight (${signal}) costs nobody an answer: one warning, and each server counts for itself`, async () => {
    const port = await freePort();
    await using redis = await startRedis(port);
    await using desk = await openDesk({ settings: settingsOf(port, '1000/10000') });
    await untilShared();
    const { token } = await desk.ada.createToken({ name: 'x' });
    const going = (async () => {
      const statuses: number[] = [];
      for (let n = 0; n < 30; n++) statuses.push(...(await use(token, 20, desk)));
      return statuses;
    })();
    await sleep(60);
    redis.child.kill(signal);
    const statuses = await going;
    assert.deepEqual([...new Set(statuses)], [200]);
    assert.equal(desk.logged.filter((line) => line.includes('Redis does not answer')).length, 1);
  });
}

test(
  'local limits hold while Redis is away, and the shared ones again once it is back',
  options,
  async () => {
    const port = await freePort();
    const redis = await startRedis(port);
    await using desk = await openDesk({ settings: settingsOf(port, '1/40') });
    await using other = await desk.another();
    await untilShared();
    const [one, two] = [
      await desk.ada.createToken({ name: 'one' }),
      await desk.ada.createToken({ name: 'two' }),
    ];
    await use(one.token, 1, desk, other);
    await redis[Symbol.asyncDispose]();
    assert.equal(allowed(await use(one.token, 50, desk)), 40);
    await using _again = await startRedis(port);
    await sleep(2_500);
    await use(two.token, 1, desk, other);
    const got = allowed(await use(two.token, 50, desk, other));
    assert.ok(got >= 38 && got <= 42, `${got}`);
    assert.ok(desk.logged.some((line) => line.includes('Redis answers again')));
  },
);
