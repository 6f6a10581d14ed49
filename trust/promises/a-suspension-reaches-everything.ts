import { performance } from 'node:perf_hooks';
import { openStream } from '#server/testing/stream.ts';
import { inTurns } from '#trust/in-turns.ts';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';
import { addTenants } from '#trust/tenants.ts';

const tries = 20;
const mostMs = 100;
const giveUpMs = 2_000;

interface End {
  /** From the answer to the suspension until the last stream of the tenant had ended. */
  endedMs: number;
  /** Answers after it that let something through. */
  passed: number;
}

async function suspend({ servers, ada }: Stage, tenantId: string, who: object[], ended: Promise<unknown>[]) {
  const path = `POST /api/v1/tenants/${tenantId}/suspend`;
  const answer = await ada.send(path, { body: { reason: 'A trial' } });
  if (answer.status !== 200) throw new Error(`It was not suspended: ${answer.text}`);
  const at = performance.now();
  const late = new Promise<'late'>((resolve) => setTimeout(() => resolve('late'), giveUpMs).unref());
  const [codes, first] = await Promise.all([
    Promise.all(servers.flatMap((server) => who.map((one) => server.send('GET /api/v1/me', one)))),
    Promise.race([Promise.all(ended).then(() => performance.now() - at), late]),
  ]);
  const passed = codes.filter(({ problem }) => problem?.code !== 'tenant_suspended').length;
  return { endedMs: first === 'late' ? giveUpMs : first, passed } satisfies End;
}

async function tryTenant(
  stage: Stage,
  admin: { tenantId: string; cookie: string },
  token: string,
  key: string,
) {
  const who = [{ cookie: admin.cookie }, { token }, { token: key }];
  await using streams = new AsyncDisposableStack();
  const ended: Promise<unknown>[] = [];
  for (const server of stage.servers)
    for (const one of who) {
      const stream = streams.use(await openStream(server.origin, one));
      await stream.next();
      ended.push(drain(stream));
    }
  return await suspend(stage, admin.tenantId, who, ended);
}

/** What changed meanwhile is told before the end. */
async function drain(stream: { next(): Promise<unknown> }): Promise<void> {
  while ((await stream.next()) !== null);
}

export const promise: TrustPromise = {
  id: 'K1c',
  name: 'a suspended tenant is refused on its next request, by session, token and key, and its streams end at both servers',
  threshold: `0 passed, streams ended in ${mostMs} ms`,
  // A hundred milliseconds want a machine that has nothing else to do.
  isFast: false,
  async check(stage) {
    const tenants = await addTenants(stage, tries, ['admin']);
    const ends = await inTurns(tenants, async ([admin]) => {
      if (!admin) throw new Error('There is no admin');
      const { token } = await admin.createToken({ name: 'laptop' });
      const key = await admin.createKey({ name: 'service' });
      return tryTenant(stage, admin, token, key.token);
    });
    const slowest = Math.max(...ends.map(({ endedMs }) => endedMs));
    const passed = ends.reduce((sum, end) => sum + end.passed, 0);
    return {
      measured: `${passed} passed, streams ended in ${Math.ceil(slowest)} ms`,
      holds: passed === 0 && slowest <= mostMs,
    };
  },
  control: [
    {
      without: 'a message that a tenant was suspended',
      sql: 'drop trigger tenants_notify_access on tenants',
    },
    {
      without: 'a look at the tenant of a credential',
      patches: [
        {
          file: 'server/core/secrets/rules.ts',
          find: "  if (state.tenantSuspended) return 'tenant_suspended';\n",
          replace: '',
        },
      ],
    },
  ],
};
