import { setTimeout as sleep } from 'node:timers/promises';
import type { CreatedTokenView } from '#server/credentials/tokens/schema.ts';
import { openFaultProxy } from '#server/testing/fault-proxy.ts';
import { urlOf } from '#server/testing/process.ts';
import { openStream } from '#server/testing/stream.ts';
import type { Outcome, TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';

const limitMs = 5_000;
const streams = 10;

/** Milliseconds until every stream of a token has ended that was revoked; undefined for one that did not end in time. */
async function endAll(stage: Stage, origin: string, goDeaf: () => void): Promise<(number | undefined)[]> {
  await using opened = new AsyncDisposableStack();
  const made: CreatedTokenView[] = [];
  for (let n = 0; n < streams; n++) made.push(await stage.ada.createToken({ name: `deaf ${n}` }));
  const open = await Promise.all(made.map(({ token }) => openStream(origin, { token })));
  for (const stream of open) opened.use(stream);
  await Promise.all(open.map((stream) => stream.next()));
  goDeaf();
  // The moment at which it is revoked must not depend on when the connection was last probed.
  await sleep(Math.random() * 2_000);
  await stage.sql('update credentials set revoked_at = now() where id = any ($1)', [
    made.map(({ credential }) => credential.id),
  ]);
  const started = performance.now();
  const ends = open.map(async (stream) =>
    (await stream.endedWithin(2 * limitMs)) ? performance.now() - started : undefined,
  );
  return await Promise.all(ends);
}

async function check(stage: Stage): Promise<Outcome> {
  const { host, port } = stage.address;
  await using line = await openFaultProxy(`${host}/.s.PGSQL.${port}`);
  const through = urlOf({ ...stage.address, host: '127.0.0.1', port: line.port });
  await using server = await stage.another({ DATABASE_URL: through });
  const times = await endAll(stage, server.origin, () => line.swallow('listen keyward_access'));
  const slowest = Math.max(...times.map((ms) => ms ?? Infinity));
  return {
    measured: slowest === Infinity ? 'open still' : `${(slowest / 1_000).toFixed(1)} s`,
    holds: slowest <= limitMs,
  };
}

export const promise: TrustPromise = {
  id: 'S24',
  name: `${streams} open streams end by a revocation though the connection that listens died without a word`,
  threshold: `within ${limitMs / 1_000} s`,
  isFast: false,
  check,
  control: {
    without: 'a sign of life that is asked for',
    patches: [
      {
        file: 'db/listen.ts',
        find: 'const probeEveryMs = 2_000;',
        replace: 'const probeEveryMs = 3_600_000;',
      },
    ],
  },
};
