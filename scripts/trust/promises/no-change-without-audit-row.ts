import { everyCall, send, type Call } from '#scripts/trust/calls.ts';
import { inTurns } from '#scripts/trust/in-turns.ts';
import type { TrustPromise } from '#scripts/trust/promise.ts';
import { changesBetween, refusals, takeSnapshot } from '#scripts/trust/snapshot.ts';
import type { Stage } from '#scripts/trust/stage.ts';

const refusing = (body: string) => `create function refuse_row() returns trigger language plpgsql as $$
  begin ${body}; return new; end $$;`;
const atOnce = `create trigger refuse_row before insert on audit_events for each row execute function refuse_row()`;

/** Ways in which a row is not written. */
const ways = [
  `${refusing("raise exception 'no'")} ${atOnce}`,
  // When all else is done.
  `${refusing("raise exception 'no'")} create constraint trigger refuse_row after insert on audit_events
    deferrable initially deferred for each row execute function refuse_row()`,
  `${refusing('perform pg_terminate_backend(pg_backend_pid())')} ${atOnce}`,
];
const restore = 'drop trigger refuse_row on audit_events; drop function refuse_row';

interface Trial {
  call: Call;
  status: number;
  hasChanged: boolean;
  hasRow: boolean;
}

const listRows = 'select tenant_id as tenant, count(*)::int from audit_events group by tenant_id';

async function rowsByTenant({ sql }: Stage): Promise<Map<string, number>> {
  const rows = await sql<{ tenant: string; count: number }>(listRows);
  return new Map(rows.map(({ tenant, count }) => [tenant, count]));
}

/** Makes all of the calls. Each has a tenant of its own, by which is known what it changed. */
async function tryAll(stage: Stage, calls: Call[]): Promise<Trial[]> {
  const [before, rowsBefore] = [await takeSnapshot(stage, refusals), await rowsByTenant(stage)];
  const answers = await inTurns(calls, (call, at) => send(stage.servers[at % 2 === 0 ? 0 : 1], call));
  const [changes, rows] = [
    changesBetween(before, await takeSnapshot(stage, refusals)),
    await rowsByTenant(stage),
  ];
  return calls.map((call, at) => {
    const { tenantId } = call.place.admin;
    return {
      call,
      status: answers[at]?.status ?? 0,
      hasChanged: changes.some((change) => change.endsWith(tenantId)),
      hasRow: rows.get(tenantId) !== rowsBefore.get(tenantId),
    };
  });
}

const namedAtMost = 5;

function namesOf(trials: Trial[], what: string): string {
  const names = [...new Set(trials.map(({ call }) => call.procedure))];
  const more = names.length > namedAtMost ? ` and ${names.length - namedAtMost} more` : '';
  return names.length > 0 ? `; ${what}: ${names.slice(0, namedAtMost).join(', ')}${more}` : '';
}

export const promise: TrustPromise = {
  id: 'S3',
  name: `a change whose audit row cannot be written is not made, in ${ways.length} ways, of every mutation`,
  threshold: '0 changes',
  isFast: true,
  // Nothing else may change anything meanwhile.
  ownStage: true,
  async check(stage) {
    const calls = await everyCall(stage, 'mutation');
    const made: Trial[] = [];
    for (const way of ways) {
      await stage.sql(way);
      made.push(...(await tryAll(stage, calls)).filter(({ hasChanged }) => hasChanged));
      await stage.sql(restore);
    }
    // What was tried is a change only if it is one once rows can be written, and then it has its row.
    const after = await tryAll(stage, calls);
    const refused = after.filter(({ call, status }) => status !== call.status);
    const silent = after.filter(({ hasChanged, hasRow }) => hasChanged && !hasRow);
    const changes = after.filter(({ hasChanged }) => hasChanged).length;
    return {
      measured:
        `${made.length} of ${ways.length} × ${changes} changes` +
        namesOf(made, 'made all the same') +
        namesOf(silent, 'without a row') +
        namesOf(refused, 'refused when they should not be'),
      holds: made.length + silent.length + refused.length === 0,
    };
  },
  control: {
    without: 'one transaction for a change and its row',
    patches: [
      {
        file: 'server/access/context.ts',
        find: 'change: (run) => runtime.db.transaction(run)',
        replace: 'change: (run) => run(runtime.db)',
      },
    ],
  },
};
