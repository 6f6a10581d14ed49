import pg from 'pg';
import type { AuditVerdictView } from '#server/oversight/audit-seals/schema.ts';
import type { TroubleKind } from '#server/oversight/audit-seals/troubles.ts';
import { testAddress } from '#server/testing/cluster.ts';
import { openDesk, type Desk } from '#server/testing/desk.ts';
import { expect } from '#server/testing/person.ts';

export const metricsToken = 'a-token-for-prometheus-to-show';
const settings = { KEYWARD_METRICS_TOKEN: metricsToken };

/** A desk whose log is sealed, all of it, and whose seals are looked after. */
export async function openSealed(): Promise<Desk> {
  const desk = await openDesk({ settings });
  await desk.settle();
  await desk.runtime.seals.sealer.seal();
  await desk.runtime.seals.watch.look();
  return desk;
}

export async function connect(desk: Desk): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client({ ...testAddress(), database: desk.runtime.pool.options.database ?? '' });
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

/** A row that has waited for its seal for as long as that. */
export async function addWaiting(desk: Desk, waited = '11 seconds'): Promise<number> {
  const [row] = await desk.sql<{ sequence: string }>(
    `insert into audit_events (time, recorded_at, tenant_id, actor_kind, actor_label, action, outcome)
     select now() - $1::interval, now() - $1::interval, id, 'system', 'test', 'token.create', 'ok' from tenants limit 1
     returning sequence`,
    [waited],
  );
  return Number(row?.sequence);
}

export async function verify(desk: Desk): Promise<AuditVerdictView> {
  return expect(200, await desk.ada.send('GET /api/v1/audit/verify')).body as unknown as AuditVerdictView;
}

/** What only the owner of the tables can do: the triggers off, and on again so that nothing tells of it. */
export async function tamper(
  desk: Desk,
  table: string,
  statement: string,
  values: unknown[] = [],
): Promise<void> {
  await desk.sql(`alter table ${table} disable trigger ${table}_append_only`);
  await desk.sql(statement, values);
  await desk.sql(`alter table ${table} enable always trigger ${table}_append_only`);
}

interface Readiness {
  status: string;
  sealing: { oldestUnsealedSeconds: number; troubles: string[] };
}

/** What the log, the metrics, `/readyz` and the Audit page say of one kind of trouble. */
export async function whereSeen(desk: Desk, kind: TroubleKind) {
  await desk.runtime.seals.watch.look();
  const ready = await desk.send('GET /readyz');
  const { sealing } = ready.body as unknown as Readiness;
  const metrics = await desk.send('GET /metrics', { token: metricsToken });
  const { troubles } = expect(200, await desk.ada.send('GET /api/v1/audit/seal')).body;
  return {
    logged: desk.logged.filter((line) => line.includes(`"trouble":"${kind}"`) && line.includes('"level":50'))
      .length,
    readyz: sealing.troubles.includes(kind),
    isReady: ready.status === 200,
    metric: metrics.text.includes(`keyward_audit_trouble{kind="${kind}"} 1`),
    page: (troubles as unknown as string[]).length > 0,
  };
}

export const seenOnce = { logged: 1, readyz: true, isReady: true, metric: true, page: true };
