import { isDeepStrictEqual } from 'node:util';
import { everyCall, send, type TrialCall } from '#trust/calls.ts';
import { changing, enter, openDoors, type Doors } from '#trust/doors.ts';
import { inTurns } from '#trust/in-turns.ts';
import type { TrustPromise } from '#trust/promise.ts';
import { changesBetween, refusals, takeSnapshot } from '#trust/snapshot.ts';
import type { Stage } from '#trust/stage.ts';

/** What is done as a row is written, or when all else is done. */
const doing = (name: string, body: string) => `create or replace function ${name}() returns trigger
  language plpgsql as $$ begin ${body}; return new; end $$;`;
const restore = ['at_once', 'at_the_end'].map((name) => doing(name, 'null')).join('');
// Once and for all: whoever takes a trigger off waits for those who write rows, and they for each other.
const prepareRefusals = `${restore}
  create trigger at_once before insert on audit_events for each row execute function at_once();
  create constraint trigger at_the_end after insert on audit_events
    deferrable initially deferred for each row execute function at_the_end()`;

/** How a row is not written. */
const ways = [
  doing('at_once', "raise exception 'no'"),
  doing('at_the_end', "raise exception 'no'"),
  doing('at_once', 'perform pg_terminate_backend(pg_backend_pid())'),
];

interface Trial {
  name: string;
  /** Not what comes of it when rows can be written. */
  isOdd: boolean;
  hasChanged: boolean;
  hasRow: boolean;
}

/** What is done to a tenant as a whole is written down where its platform admin is. */
const listRows = `select case resource_type when 'tenant' then resource_id else tenant_id end as tenant, count(*)::int
  from audit_events group by 1`;

async function rowsByTenant({ sql }: Stage): Promise<Map<string, number>> {
  const rows = await sql<{ tenant: string; count: number }>(listRows);
  return new Map(rows.map(({ tenant, count }) => [tenant, count]));
}

/** Makes all of the calls. Each has a tenant of its own, by which is known what it changed. */
async function tryAll(stage: Stage, calls: TrialCall[]): Promise<Trial[]> {
  const [before, rowsBefore] = [await takeSnapshot(stage, refusals), await rowsByTenant(stage)];
  const answers = await inTurns(calls, (call, at) => send(stage.servers[at % 2 === 0 ? 0 : 1], call));
  const [changes, rows] = [
    changesBetween(before, await takeSnapshot(stage, refusals)),
    await rowsByTenant(stage),
  ];
  return calls.map((call, at) => {
    const { tenantId } = call.place.admin;
    return {
      name: call.procedure,
      isOdd: answers[at]?.status !== call.status,
      hasChanged: changes.some((change) => change.endsWith(tenantId)),
      hasRow: rows.get(tenantId) !== rowsBefore.get(tenantId),
    };
  });
}

const countRows = `select count(*)::int from audit_events where outcome = 'ok'`;

/** Goes through the doors beside the procedures. What some of them write is of no tenant, so each is looked at alone. */
function tryDoors({ sql }: Stage, doors: Doors, way?: string): Promise<Trial[]> {
  return doors.each(
    async (door) => {
      if (way) await sql(way);
      const [before, rowsBefore] = [await takeSnapshot({ sql }, refusals), await sql(countRows)];
      const { status } = await enter(doors, door);
      const hasChanged = changesBetween(before, await takeSnapshot({ sql }, refusals)).length > 0;
      await sql(restore);
      return {
        name: door.name,
        isOdd: status !== (door.status ?? 200) || hasChanged !== door.changes,
        hasChanged,
        hasRow: !isDeepStrictEqual(rowsBefore, await sql(countRows)),
      };
    },
    way ? changing : undefined,
  );
}

const namedAtMost = 5;

function namesOf(trials: Trial[], what: string): string {
  const names = [...new Set(trials.map(({ name }) => name))];
  const more = names.length > namedAtMost ? ` and ${names.length - namedAtMost} more` : '';
  return names.length > 0 ? `; ${what}: ${names.slice(0, namedAtMost).join(', ')}${more}` : '';
}

export const promise: TrustPromise = {
  id: 'S3',
  name: `a change whose audit row cannot be written is not made, in ${ways.length} ways, of every mutation and every other door`,
  threshold: '0 changes',
  isFast: true,
  // Nothing else may change anything meanwhile.
  ownStage: true,
  async check(stage) {
    const calls = await everyCall(stage, 'mutation');
    await using doors = await openDoors(stage);
    await stage.sql(prepareRefusals);
    const made: Trial[] = [];
    for (const way of ways) {
      await stage.sql(way);
      made.push(...(await tryAll(stage, calls)).filter(({ hasChanged }) => hasChanged));
      await stage.sql(restore);
    }
    // What was tried is a change only if it is one once rows can be written, and then it has its row.
    const after = await tryAll(stage, calls);
    for (const way of ways)
      made.push(...(await tryDoors(stage, doors, way)).filter(({ hasChanged }) => hasChanged));
    after.push(...(await tryDoors(stage, doors)));
    const odd = after.filter(({ isOdd }) => isOdd);
    const silent = after.filter(({ hasChanged, hasRow }) => hasChanged && !hasRow);
    const changes = after.filter(({ hasChanged }) => hasChanged).length;
    return {
      measured:
        `${made.length} of ${ways.length} × ${changes} changes` +
        namesOf(made, 'made all the same') +
        namesOf(silent, 'without a row') +
        namesOf(odd, 'not what they should be'),
      holds: made.length + silent.length + odd.length === 0,
    };
  },
  control: [
    {
      without: 'one transaction for a change and its row',
      replaced: ['changes-are-not-transactions'],
    },
    {
      without: 'one transaction for a machine that asks and the row of it',
      replaced: ['device-requests-are-not-transactions'],
    },
    {
      without: 'one transaction for a token that is switched off by its reuse and the row of it',
      replaced: ['disabling-is-not-a-transaction'],
    },
  ],
};
