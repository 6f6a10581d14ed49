import { setTimeout as sleep } from 'node:timers/promises';
import type { TrustPromise } from '#trust/promise.ts';
import type { Stage } from '#trust/stage.ts';
import { addTenants } from '#trust/tenants.ts';

const tokens = 60_000;
const patienceMs = 300_000;

const rowsOf = `select
  (select count(*)::int from credentials where tenant_id = $1) as tokens,
  (select count(*)::int from users where tenant_id = $1) as users,
  (select count(*)::int from secrets s join credentials c on c.id = s.credential_id where c.tenant_id = $1) as secrets,
  (select count(*)::int from audit_events where tenant_id = $1) as events`;

interface Rows {
  tokens: number;
  users: number;
  secrets: number;
  events: number;
}

async function count(stage: Stage, tenantId: string): Promise<Rows> {
  const [rows] = await stage.sql<Rows>(rowsOf, [tenantId]);
  if (!rows) throw new Error('Nothing was counted');
  return rows;
}

/** With tokens by the ten thousand, and deleted long enough ago. */
async function fill(stage: Stage, { id, tenantId }: { id: string; tenantId: string }): Promise<void> {
  await stage.sql(
    `with made as (
       insert into credentials (id, tenant_id, kind, owner_user_id, name, permissions, created_at)
       select gen_random_uuid(), $1, 'pat', $2, 'token ' || n, array['*'], now() from generate_series(1, $3) n returning id
     )
     insert into secrets (hash, credential_id, prefix, epoch, state, created_at)
     select sha256(id::text::bytea), id, 'kw_pat_' || left(md5(id::text), 8), 1, 'current', now() from made`,
    [tenantId, id, tokens],
  );
  const long = "now() - interval '31 days'";
  await stage.sql(`update tenants set suspended_at = ${long}, deleted_at = ${long} where id = $1`, [
    tenantId,
  ]);
}

/** As the schedule does, every hour. */
const begin = (stage: Stage) =>
  stage.sql(`insert into pgboss.job (name, policy) values ('purge-tenants', 'short')`);

async function until(condition: () => Promise<boolean>): Promise<boolean> {
  for (const end = Date.now() + patienceMs; Date.now() < end; await sleep(50))
    if (await condition()) return true;
  return false;
}

export const promise: TrustPromise = {
  id: 'K1d',
  name: 'a tenant that was deleted is erased to the last row but its audit log, also when the server is killed in the middle',
  threshold: 'killed in the middle, 0 rows left, no event lost, others untouched',
  isFast: false,
  ownStage: true,
  async check(stage) {
    const [[doomed] = [], [other] = []] = await addTenants(stage, 2, ['admin']);
    if (!doomed || !other) throw new Error('There is no tenant');
    await doomed.createKey({ name: 'service' });
    await other.createKey({ name: 'service' });
    await fill(stage, doomed);
    const [before, others] = [await count(stage, doomed.tenantId), await count(stage, other.tenantId)];
    await begin(stage);
    const isMidway = async () => (await count(stage, doomed.tenantId)).secrets < before.secrets;
    if (!(await until(isMidway))) return { measured: 'it did not begin', holds: false };
    for (const server of stage.servers) await server.stop('SIGKILL');
    const midway = await count(stage, doomed.tenantId);
    await using _ = await stage.another();
    await stage.sql("delete from pgboss.job where name = 'purge-tenants'");
    await begin(stage);
    await until(async () => (await count(stage, doomed.tenantId)).users === 0);
    const after = await count(stage, doomed.tenantId);
    const [same] = [JSON.stringify(await count(stage, other.tenantId)) === JSON.stringify(others)];
    const left = after.tokens + after.users + after.secrets;
    const isInTheMiddle = midway.tokens > 0;
    return {
      measured: `killed with ${midway.tokens} tokens left, then ${left} rows left, ${before.events - after.events} events lost, others ${same ? 'untouched' : 'changed'}`,
      holds: isInTheMiddle && left === 0 && after.events === before.events && same,
    };
  },
  control: {
    without: 'going on with what was begun',
    patches: [
      {
        file: 'server/people/tenants/queries.ts',
        find: '.where(and(lte(deletedAt, deletedBefore), isNull(purgedAt)))',
        replace: '.where(and(lte(deletedAt, deletedBefore), isNull(purgeBeganAt)))',
      },
    ],
  },
};
