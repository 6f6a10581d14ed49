import { randomInt, randomUUIDv7 } from 'node:crypto';
import { createCookieSigner } from '#server/core/crypto/cookie-signer.ts';
import type { Answer } from '#server/testing/caller.ts';
import type { TrustPromise } from '#trust/promise.ts';
import { zOf } from '#trust/rank-test.ts';
import type { Stage } from '#trust/stage.ts';
import { addTenants } from '#trust/tenants.ts';

const samples = 200;
const warmUp = 20;
const limit = 3;

/** `wrong` is there twice: how far those two lie apart is what chance does. */
const kinds = ['wrong', 'wrong again', 'unknown', 'paused', 'deactivated'] as const;
type Kind = (typeof kinds)[number];
type Of<T> = Record<Kind, T>;
const ofEach = <T>(make: (kind: Kind) => T) =>
  Object.fromEntries(kinds.map((kind) => [kind, make(kind)])) as Of<T>;

/** Addresses of each kind. One is tried once: its tenth wrong password would pause it. */
async function fill(stage: Stage): Promise<Of<string[]>> {
  const rounds = warmUp + samples;
  const people = await addTenants(stage, kinds.length, Array<'member'>(rounds).fill('member'));
  const emails = ofEach((kind) =>
    kind === 'unknown'
      ? Array.from({ length: rounds }, () => `${randomUUIDv7()}@example.com`)
      : (people[kinds.indexOf(kind)] ?? []).map(({ email }) => email),
  );
  await stage.sql('update users set deactivated_at = now() where email = any ($1)', [emails.deactivated]);
  const [key] = await stage.sql<{ value: Buffer }>(
    "select value from installation_keys where name = 'sign_in'",
  );
  const { hash } = createCookieSigner(key?.value ?? Buffer.alloc(0));
  // All of them have been tried before, so that each try finds a row.
  const all = Object.values(emails).flat();
  await stage.sql(
    `insert into sign_in_tallies (key, tries, since, pauses, closed_until, admitted, stale_at)
     select key, 1, now(), 0, case when paused then now() + interval '1 day' end, gen_random_uuid(), now() + interval '2 days'
     from unnest($1::bytea[], $2::boolean[]) as new (key, paused)`,
    [all.map((email) => hash('try:account', email)), all.map((email) => emails.paused.includes(email))],
  );
  await stage.sql('analyze users, sign_in_tallies');
  return emails;
}

interface Measured {
  /** Milliseconds. */
  took: Of<number[]>;
  /** Status, headers and body; one, where all are alike. */
  answers: Set<string>;
}

/** Strictly in turns, in a new order each round, so that what else the machine does falls on all alike. */
async function measure(stage: Stage, emails: Of<string[]>): Promise<Measured> {
  const took = ofEach((): number[] => []);
  const answers = new Set<string>();
  for (let round = 0; round < warmUp + samples; round++) {
    for (const kind of shuffled(kinds)) {
      // From an address of its own: one that tries this often would have to wait.
      const headers = { 'X-Forwarded-For': `10.${4 + kinds.indexOf(kind)}.${round >> 8}.${round & 255}` };
      const body = { email: emails[kind][round] ?? '', password: 'not the right password' };
      const started = performance.now();
      const answer = await stage.servers[0].send('POST /api/v1/auth/login', { body, headers });
      if (round >= warmUp) took[kind].push(performance.now() - started);
      answers.add(likeness(answer));
    }
  }
  return { took, answers };
}

function shuffled<T>(items: readonly T[]): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(randomInt(left.length), 1));
}

const varying = ['date', 'x-request-id', 'ratelimit'];

function likeness({ status, headers, body }: Answer): string {
  const same = [...headers].filter(([name]) => !varying.includes(name));
  return JSON.stringify([status, same, { ...body, requestId: '' }]);
}

/** How far each kind lies from `wrong`. */
const distances = ({ took }: Measured) =>
  kinds.slice(1).map((kind) => ({ kind, z: Math.abs(zOf(took[kind], took.wrong)) }));

export const promise: TrustPromise = {
  id: 'S4',
  name: `why a sign-in was refused shows neither in the answer nor in its time, of ${samples} each`,
  threshold: `1 answer, |z| < ${limit}`,
  isFast: false,
  ownStage: true,
  async check(stage) {
    let measured = await measure(stage, await fill(stage));
    let far = distances(measured);
    // Of a hundred runs chance alone makes one: what is there is there again.
    const isFar = () => far.some(({ z }) => z >= limit);
    const isRepeated = isFar();
    if (isRepeated) {
      measured = await measure(stage, await fill(stage));
      far = distances(measured);
    }
    const told = far.map(({ kind, z }) => `${kind} ${z.toFixed(1)}`).join(', ');
    return {
      measured: `${measured.answers.size} answer${measured.answers.size === 1 ? '' : 's'}, |z| ${told}${isRepeated ? ' (measured twice)' : ''}`,
      holds: measured.answers.size === 1 && !isFar(),
    };
  },
  control: [
    {
      without: 'a hash where there is no account',
      replaced: ['unknown-accounts-cost-no-hash'],
    },
    {
      without: 'one answer for all',
      replaced: ['deactivated-accounts-are-told'],
    },
  ],
};
