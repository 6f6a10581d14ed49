import pg from 'pg';
import { everyProcedure, placesFor } from '#scripts/trust/calls.ts';
import type { Outcome, TrustPromise } from '#scripts/trust/promise.ts';
import { raceAll, type Gate, type Race } from '#scripts/trust/races.ts';
import type { Stage } from '#scripts/trust/stage.ts';

/** Those that take most locks, and what each waits for. */
const partners: Record<string, Gate> = {
  'users.delete': 'users',
  'adminTokens.bulk': 'credentials',
  'tokens.update': 'credentials',
};

/**
 * A deadlock that we make ourselves: the server holds a person and waits for a token, and we the other way round, with more
 * patience than it has. Returns what it answers.
 */
async function collide(stage: Stage): Promise<number> {
  const [place] = await placesFor(stage, 1);
  if (!place) throw new Error('there is no place');
  const { member } = place;
  const { credential } = await member.createToken({ name: 'laptop' });
  const client = new pg.Client(stage.address);
  await client.connect();
  await client.query('begin');
  await client.query('select from credentials where id = $1 for no key update', [credential.id]);
  const call = `PATCH /api/v1/tokens/${credential.id}`;
  const answer = stage.servers[0].send(call, { cookie: member.cookie, body: { name: 'renamed' } });
  await untilWaiting(stage);
  await client.query('select from users where id = $1 for no key update', [member.id]).catch(() => {});
  await client.query('rollback');
  await client.end();
  return (await answer).status;
}

const countWaiting = `select count(*)::int from pg_stat_activity
  where datname = current_database() and wait_event_type = 'Lock'`;

async function untilWaiting({ sql }: Stage): Promise<void> {
  for (let waiting = 0; waiting === 0;) waiting = (await sql<{ count: number }>(countWaiting))[0]?.count ?? 0;
}

async function check(stage: Stage): Promise<Outcome> {
  const names = everyProcedure('mutation');
  const races = Object.entries(partners).flatMap(([partner, gate]) =>
    names.map((name): Race => ({ pair: [partner, name], gates: [gate] })),
  );
  const raced = await raceAll(stage, races);
  const status = await collide(stage);
  return {
    measured: `${raced.measured}; a deadlock made from outside is answered ${status}`,
    holds: raced.holds && status === 200,
  };
}

export const promise: TrustPromise = {
  id: 'S37',
  name: `every change raced with ${Object.keys(partners).join(', ')} on one person and one token, at two servers, ends as one after the other, and a deadlock is not shown`,
  threshold: '0 races go wrong, 0 deadlocks, 200',
  isFast: true,
  // What its servers log is counted.
  ownStage: true,
  check,
  control: [
    {
      without: 'the order of locks: a token before its person',
      patches: [
        {
          file: 'server/tokens/commands.ts',
          find: "    await lockActiveOwner(tx, owner);\n    const token = await findTokenForUpdate(tx, owner, id);\n    if (!token) throw notFound('token');",
          replace:
            "    const token = await findTokenForUpdate(tx, owner, id);\n    await lockActiveOwner(tx, owner);\n    if (!token) throw notFound('token');",
        },
      ],
    },
    {
      without: 'running a transaction again',
      patches: [
        {
          file: 'db/contention.ts',
          find: 'if (isOver || !isContention(error)) throw error;',
          replace: 'throw error;',
        },
      ],
    },
  ],
};
