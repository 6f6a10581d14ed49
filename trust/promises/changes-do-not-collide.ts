import pg from 'pg';
import type { Person } from '#server/testing/person.ts';
import { everyProcedure, placesFor } from '#trust/calls.ts';
import type { Outcome, TrustPromise } from '#trust/promise.ts';
import { countUndone, raceAll, type Gate, type Race } from '#trust/races.ts';
import type { Stage } from '#trust/stage.ts';

/** Those that take most locks, and what each waits for. */
const partners: Record<string, Gate> = {
  'users.delete': 'users',
  'tokens.update': 'credentials',
};

interface Held {
  client: pg.Client;
  member: Person;
  /** Of their token. */
  id: string;
}

/** Holds the token of a member while something runs, and lets go of it. */
async function holdingToken<T>(stage: Stage, run: (held: Held) => Promise<T>): Promise<T> {
  const [place] = await placesFor(stage, 1);
  if (!place) throw new Error('there is no place');
  const { member } = place;
  const { id } = (await member.createToken({ name: 'laptop' })).credential;
  const client = new pg.Client(stage.address);
  await client.connect();
  await client.query('begin');
  await client.query('select from credentials where id = $1 for no key update', [id]);
  try {
    return await run({ client, member, id });
  } finally {
    await client.query('rollback');
    await client.end();
  }
}

/** Two changes of one token that both wait for it and go on at the same moment. Returns how many transactions were undone. */
async function meet(stage: Stage): Promise<number> {
  const before = countUndone(stage);
  const sent = await holdingToken(stage, async ({ member: { cookie }, id }) => {
    const [one, other] = stage.servers;
    const first = one.send(`PATCH /api/v1/tokens/${id}`, { cookie, body: { name: 'renamed' } });
    await untilWaiting(stage, 1);
    const second = other.send(`POST /api/v1/tokens/${id}/rotate`, { cookie, body: { graceSeconds: 0 } });
    await untilWaiting(stage, 2);
    return [first, second];
  });
  for (const { status } of await Promise.all(sent)) if (status !== 200) throw new Error(`answered ${status}`);
  return countUndone(stage) - before;
}

/**
 * A deadlock that we make ourselves: the server holds a person and waits for a token, and we the other way round. It began to
 * wait before us, so it is the one that finds the deadlock and is undone. Returns what it answers.
 */
async function collide(stage: Stage): Promise<number> {
  const answer = await holdingToken(stage, async ({ client, member: { cookie, id: owner }, id }) => {
    const sent = stage.servers[0].send(`PATCH /api/v1/tokens/${id}`, { cookie, body: { name: 'renamed' } });
    await untilWaiting(stage, 1);
    await client.query('select from users where id = $1 for no key update', [owner]).catch(() => {});
    return { sent };
  });
  return (await answer.sent).status;
}

const countWaiting = `select count(*)::int from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`;

async function untilWaiting({ sql }: Stage, wanted: number): Promise<void> {
  for (let waiting = 0; waiting < wanted;)
    waiting = (await sql<{ count: number }>(countWaiting))[0]?.count ?? 0;
}

async function check(stage: Stage): Promise<Outcome> {
  const names = everyProcedure('mutation');
  const races = Object.entries(partners).flatMap(([partner, gate]) =>
    names.map((name): Race => ({ pair: [partner, name], gates: [gate] })),
  );
  const raced = await raceAll(stage, races);
  const [undone, status] = [await meet(stage), await collide(stage)];
  return {
    measured: `${raced.measured}; of two that were made to meet ${undone} undone; a deadlock made from outside is answered ${status}`,
    holds: raced.holds && undone === 0 && status === 200,
  };
}

export const promise: TrustPromise = {
  id: 'S37',
  name: `every change raced with ${Object.keys(partners).join(', ')} on one person and one token, at two servers, ends as one after the other, and a deadlock is not shown`,
  threshold: '0 races, 0 deadlocks, 0, 200',
  isFast: true,
  // What its servers log is counted.
  ownStage: true,
  check,
  control: [
    {
      without: 'the order of locks: a token before its person',
      replaced: ['tokens-are-locked-first'],
    },
    {
      without: 'running a transaction again',
      replaced: ['transactions-run-once'],
    },
  ],
};
