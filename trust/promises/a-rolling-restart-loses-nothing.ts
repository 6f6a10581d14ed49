import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openBalancer, type Balancer } from '#server/testing/balancer.ts';
import { describeFailures, failuresOf, runLoad, type LoadCall } from '#server/testing/load-client.ts';
import type { ServerProcess } from '#server/testing/process.ts';
import { startAgain } from '#trust/faults.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';
import { addTenants } from '#trust/tenants.ts';

const clients = 40;
const requests = 5_000;
const lookEveryMs = 200;

/** Restarts every server in turn, each only when the one before it is in again. Returns the exit codes. */
async function restartAll(
  stage: Stage,
  servers: ServerProcess[],
  balancer: Balancer,
): Promise<(number | null)[]> {
  const codes: (number | null)[] = [];
  for (const [at, server] of servers.entries()) {
    codes.push(await server.stop('SIGTERM'));
    servers[at] = await startAgain(stage, server);
    while (!balancer.isIn(server.origin)) await sleep(lookEveryMs);
  }
  return codes;
}

/** Every third request makes something: what is made twice or not at all would be worse than a failure. */
const callOf = (number: number, cookie: string): LoadCall =>
  number % 3 === 0
    ? { method: 'POST', path: '/api/v1/tokens', headers: { Cookie: cookie }, body: { name: randomUUID() } }
    : { path: '/api/v1/me', headers: { Cookie: cookie } };

export const promise: TrustPromise = {
  id: 'S21',
  name: `a rolling restart of two servers fails no request of ${clients} clients, behind a balancer that asks /readyz`,
  threshold: `0 of ${requests.toLocaleString('en')} or more`,
  isFast: false,
  settings: { KEYWARD_DRAIN_SECONDS: '1' },
  async check(stage) {
    const [people = []] = await addTenants(stage, 1, Array<'member'>(clients).fill('member'));
    const servers: ServerProcess[] = [...stage.servers];
    const origins = servers.map(({ origin }) => origin);
    await using balancer = await openBalancer(origins, lookEveryMs);
    const done = new AbortController();
    const load = (until: { requests: number } | { signal: AbortSignal }) =>
      runLoad({
        clients,
        ...until,
        ask: (client, number) =>
          client.ask(balancer.next(), callOf(number, people[number % clients]?.cookie ?? '')),
      });
    try {
      const during = load({ signal: done.signal });
      const codes = await restartAll(stage, servers, balancer).finally(() => done.abort());
      const tallies = [await during];
      // On a slow machine the restarts were over sooner.
      if (tallies[0] && tallies[0].asked < requests)
        tallies.push(await load({ requests: requests - tallies[0].asked }));
      const failures = tallies.reduce((sum, tally) => sum + failuresOf(tally), 0);
      const asked = tallies.reduce((sum, tally) => sum + tally.asked, 0);
      const wrong = [
        ...tallies.map(describeFailures),
        codes.some((code) => code !== 0) ? `exit codes ${codes.join(', ')}` : '',
      ].filter(Boolean);
      return {
        measured: [`${failures} of ${asked.toLocaleString('en')}`, ...wrong].join('; '),
        holds: wrong.length === 0 && failures === 0,
      };
    } finally {
      await Promise.all(servers.map((server) => server[Symbol.asyncDispose]()));
    }
  },
  control: [
    {
      without: 'saying beforehand that it leaves',
      replaced: ['leaves-at-once'],
    },
    {
      without: 'letting what runs finish',
      replaced: ['leaves-at-once-and-cuts-off'],
    },
  ],
};
