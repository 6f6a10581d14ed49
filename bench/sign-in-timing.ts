import { randomInt } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { startEmbedded } from '#db/embedded.ts';
import { createSigner } from '#server/credentials/signer.ts';
import type { Caller } from '#server/testing/caller.ts';
import { startServer, urlOf } from '#server/testing/process.ts';
import { hashPassword } from '#server/users/password.ts';

/**
 * Asks whether the time of a refused sign-in tells why it was refused: so many samples of each kind over real HTTP, against
 * a server of its own, strictly interleaved and in a new order each round, so that what else the machine does falls on all
 * alike. `wrong` is there twice: how far those two lie apart is what chance does. Prints the median of each and z of each
 * two by Mann and Whitney; fails from 3 on.
 *   node bench/sign-in-timing.ts [samples]
 */
const [samples = 200] = process.argv.slice(2).map(Number);
const warmUp = 20;
const limit = 3;

const kinds = ['unknown', 'wrong', 'wrong again', 'paused', 'deactivated'] as const;
type Kind = (typeof kinds)[number];

/** An account is tried once: its tenth wrong password would pause it. */
const emailOf = (kind: Kind, round: number) => `${kind.replace(' ', '-')}-${round}@example.com`;

async function fill(client: pg.Client, keyOf: (email: string) => Buffer): Promise<void> {
  const hash = await hashPassword('the right password of all of them');
  const add = `insert into users (id, tenant_id, email, name, role, password_hash, created_at, deactivated_at)
    select gen_random_uuid(), t.id, $1, 'Somebody', 'member', $2, now(), case when $3 then now() end from tenants t`;
  const count = `insert into sign_in_tallies (key, tries, since, pauses, closed_until, admitted, stale_at)
    values ($1, 1, now(), 0, case when $2 then now() + interval '1 day' end, gen_random_uuid(), now() + interval '2 days')`;
  for (const kind of kinds) {
    for (let round = 0; round < warmUp + samples; round++) {
      const email = emailOf(kind, round);
      if (kind !== 'unknown') await client.query(add, [email, hash, kind === 'deactivated']);
      await client.query(count, [keyOf(email), kind === 'paused']);
    }
  }
  await client.query('analyze users, sign_in_tallies');
}

/** Milliseconds of each kind. */
async function measure(server: Caller): Promise<Record<Kind, number[]>> {
  const took: Record<Kind, number[]> = {
    unknown: [],
    wrong: [],
    'wrong again': [],
    paused: [],
    deactivated: [],
  };
  let tries = 0;
  for (let round = 0; round < warmUp + samples; round++) {
    for (const kind of shuffled(kinds)) {
      tries += 1;
      // From an address of its own: one that tries this often would have to wait.
      const headers = { 'X-Forwarded-For': `10.${tries >> 16}.${(tries >> 8) & 255}.${tries & 255}` };
      const body = { email: emailOf(kind, round), password: 'not the right password' };
      const started = performance.now();
      const answer = await server.send('POST /api/v1/auth/login', { body, headers });
      if (round >= warmUp) took[kind].push(performance.now() - started);
      if (answer.problem?.code !== 'login_failed') throw new Error(`${kind}: ${answer.text}`);
    }
  }
  return took;
}

function shuffled<T>(items: readonly T[]): T[] {
  const left = [...items];
  return items.flatMap(() => left.splice(randomInt(left.length), 1));
}

/** How many standard deviations the ranks of one lie from what chance expects (Mann and Whitney, 1947). */
function zOf(one: number[], other: number[]): number {
  const all = [...one.map((ms) => ({ ms, own: true })), ...other.map((ms) => ({ ms, own: false }))];
  const ranks = all.toSorted((a, b) => a.ms - b.ms).map(({ own }, at) => (own ? at + 1 : 0));
  const u = ranks.reduce((sum, rank) => sum + rank, 0) - (one.length * (one.length + 1)) / 2;
  const product = one.length * other.length;
  return (u - product / 2) / Math.sqrt((product * (one.length + other.length + 1)) / 12);
}

const quantile = (values: number[], part: number) =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * part)]?.toFixed(2) ?? '';

function report(took: Record<Kind, number[]>): void {
  console.log('kind          median ms   quartiles ms');
  for (const kind of kinds) {
    const [low, median, high] = [0.25, 0.5, 0.75].map((part) => quantile(took[kind], part));
    console.log(`${kind.padEnd(13)} ${median?.padStart(9)}   ${low} to ${high}`);
  }
  for (const [at, one] of kinds.entries()) {
    for (const other of kinds.slice(at + 1)) {
      const z = zOf(took[one], took[other]);
      const isControl = one === 'wrong' && other === 'wrong again';
      console.log(`z ${z.toFixed(2).padStart(6)}  ${one} / ${other}${isControl ? ' (control)' : ''}`);
      if (Math.abs(z) >= limit) process.exitCode = 1;
    }
  }
}

const opened = new AsyncDisposableStack();
try {
  const folder = await mkdtemp(path.join(tmpdir(), 'keyward-bench-'));
  opened.defer(() => rm(folder, { recursive: true, force: true }));
  const cluster = await startEmbedded({ dataFolder: path.join(folder, 'cluster'), say: () => {} });
  opened.defer(() => cluster.stop());
  const server = opened.use(
    await startServer({
      DATABASE_URL: urlOf(cluster.address),
      KEYWARD_DATA: folder,
      KEYWARD_TRUSTED_PROXIES: '127.0.0.0/8',
    }),
  );
  const owner = new pg.Client(cluster.address);
  await owner.connect();
  opened.defer(() => owner.end());
  const { rows } = await owner.query<{ value: Buffer }>(
    "select value from installation_keys where name = 'sign_in'",
  );
  const signer = createSigner(rows[0]?.value ?? Buffer.alloc(0));
  await fill(owner, (email) => signer.hash('try:account', email));
  report(await measure(server));
} finally {
  await opened.disposeAsync();
}
