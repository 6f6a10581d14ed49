import { textOf } from '#server/testing/caller.ts';
import type { Person } from '#server/testing/person.ts';
import type { ServerProcess } from '#server/testing/process.ts';
import type { Outcome, TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';
import { addTenants } from '#trust/tenants.ts';

const daysOff = [2, -2];
const hour = 3_600_000;
/** Nobody else has tried codes from here. */
const ownAddress = '172.22.0.1';

/** A server that is told a wrong time by its machine; how long things take it is told rightly. */
function startOff(stage: Stage, days: number): Promise<ServerProcess> {
  const machine = process.arch === 'arm64' ? 'aarch64' : 'x86_64';
  return stage.another({
    LD_PRELOAD: `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`,
    FAKETIME: `${days > 0 ? '+' : ''}${days}d`,
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  });
}

/** Something with an end, and the part of it that is set so that it ends in an hour, or did an hour ago. */
interface Kind {
  what: string;
  make(
    stage: Stage,
    person: Person,
  ): Promise<{ id: string; isGood(server: ServerProcess): Promise<boolean> }>;
  setEnd: string;
}

const kinds: Kind[] = [
  {
    what: 'token',
    async make(_, person) {
      const { token, credential } = await person.createToken({ name: 'off' });
      return {
        id: credential.id,
        isGood: async (server) => (await server.send('GET /api/v1/me', { token })).status === 200,
      };
    },
    setEnd:
      "update credentials set created_at = now() - interval '9 days', expires_at = now() + $2::interval where id = $1",
  },
  {
    what: 'session',
    make: ({ sql }, { id, cookie }) =>
      sql<{ id: string }>('select id from sessions where user_id = $1', [id]).then(([session]) => ({
        id: session?.id ?? '',
        isGood: async (server) => (await server.send('GET /api/v1/me', { cookie })).status === 200,
      })),
    // After a day without use it ends.
    setEnd:
      "update sessions set created_at = now() - interval '9 days', last_seen_at = now() - interval '1 day' + $2::interval where id = $1",
  },
  {
    what: 'setup code',
    async make({ sql }, person) {
      const code = textOf((await person.send('POST /api/v1/setup-codes', { body: {} })).body['code']);
      const [made] = await sql<{ id: string }>(
        'select id from one_time_codes order by created_at desc limit 1',
      );
      return {
        id: made?.id ?? '',
        isGood: async (server) => {
          const call = { body: { code, host: 'off' }, headers: { 'X-Forwarded-For': ownAddress } };
          return (await server.send('POST /api/v1/setup-codes/redeem', call)).status === 201;
        },
      };
    },
    setEnd:
      "update one_time_codes set created_at = now() - interval '9 days', expires_at = now() + $2::interval where id = $1",
  },
];

/** What a server that is days off judges wrongly: each kind of thing, before its end and after. */
async function misjudged(stage: Stage, server: ServerProcess): Promise<string[]> {
  const wrong: string[] = [];
  for (const { what, make, setEnd } of kinds) {
    for (const end of ['1 hour', '-1 hour']) {
      const [[person] = []] = await addTenants(stage, 1, ['member']);
      if (!person) throw new Error('Nobody was added');
      const { id, isGood } = await make(stage, person);
      await stage.sql(setEnd, [id, end]);
      const isLive = !end.startsWith('-');
      if ((await isGood(server)) !== isLive) wrong.push(`${isLive ? 'live' : 'ended'} ${what}`);
    }
  }
  return wrong;
}

/** Hours by which a server is off, and by which what it writes is. */
async function hoursOff(stage: Stage, server: ServerProcess): Promise<{ clock: number; written: number }> {
  const { headers } = await server.send('GET /healthz');
  const made = await server.send('POST /api/v1/tokens', {
    cookie: stage.ada.cookie,
    body: { name: `at ${server.origin}` },
  });
  const createdAt = textOf(made.body['credential']?.['createdAt']);
  const off = (time: string | null) => (Date.parse(time ?? '') - Date.now()) / hour;
  return { clock: off(headers.get('date')), written: off(createdAt) };
}

async function check(stage: Stage): Promise<Outcome> {
  const wrong: string[] = [];
  for (const days of daysOff) {
    await using server = await startOff(stage, days);
    const { clock, written } = await hoursOff(stage, server);
    if (Math.abs(clock - days * 24) > 1) throw new Error(`The clock is ${clock} hours off, not ${days} days`);
    if (!(Math.abs(written) < 0.1)) wrong.push('what it writes');
    wrong.push(...(await misjudged(stage, server)));
  }
  const all = daysOff.length * (kinds.length * 2 + 1);
  return {
    measured: `${wrong.length} of ${all} wrong${wrong.length > 0 ? `: ${[...new Set(wrong)].join(', ')}` : ''}`,
    holds: wrong.length === 0,
  };
}

export const promise: TrustPromise = {
  id: 'S22',
  name: 'on a machine whose clock is two days off, either way, expiry is judged by the database’s clock',
  threshold: `0 of ${daysOff.length * (kinds.length * 2 + 1)} wrong`,
  isFast: false,
  tools: ['faketime'],
  check,
  control: {
    without: 'the database’s clock',
    replaced: ['time-is-the-machines'],
  },
};
