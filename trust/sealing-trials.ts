import { rename } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { AuditFault, AuditSeal, AuditVerdictView } from '#server/oversight/audit-seals/schema.ts';
import { sealHash } from '#server/oversight/audit-seals/seal.ts';
import type { TroubleKind } from '#server/oversight/audit-seals/troubles.ts';
import type { ServerProcess } from '#server/testing/process.ts';
import type { Stage } from './stage.ts';

export const metricsToken = 'a-token-for-prometheus-to-show';

/** From when it must be noticed; a row that waits is noticed from ten seconds on. */
export const limitMs = 10_000;
const everyMs = 100;
/** No log has as many rows. */
const outOfReach = 9_000_000_000_000_000;

/** What is done to the sealing, and undone. */
export interface Trial {
  what: string;
  kind: TroubleKind;
  fault: AuditFault;
  begin: () => Promise<unknown>;
  end: () => Promise<unknown>;
}

/** Where a server says that something is wrong. */
const places = ['log', 'metrics', '/readyz', 'verdict'] as const;

/** All that a verification finds, past the first finding. */
export async function listFaults({ servers, ada }: Stage, at = 0): Promise<AuditFault[]> {
  const faults: AuditFault[] = [];
  for (let after: number | null = 0; after !== null;) {
    const answer = await servers[at]?.send(`GET /api/v1/audit/verify?after=${after}`, { cookie: ada.cookie });
    const verdict = answer?.body as unknown as AuditVerdictView;
    if (answer?.status !== 200) return [];
    if (verdict.finding) faults.push(verdict.finding.fault);
    after = verdict.next;
  }
  return faults;
}

async function seenAt(stage: Stage, server: ServerProcess, { kind, fault }: Trial): Promise<boolean[]> {
  const metrics = await server.send('GET /metrics', { token: metricsToken });
  const ready = await server.send('GET /readyz');
  const { troubles } = ready.body['sealing'] as unknown as { troubles: string[] };
  return [
    server.printed().includes(`"trouble":"${kind}"`),
    metrics.text.includes(`keyward_audit_trouble{kind="${kind}"} 1`),
    ready.status === 200 && troubles.includes(kind),
    (await listFaults(stage, stage.servers.indexOf(server))).includes(fault),
  ];
}

/** The places at which it is not seen in time, of the servers given. */
async function unseen(
  stage: Stage,
  trial: Trial,
  servers: readonly ServerProcess[],
  withinMs: number,
): Promise<string[]> {
  const started = performance.now();
  for (;;) {
    const seen = await Promise.all(servers.map((server) => seenAt(stage, server, trial)));
    const missing = places.filter((_, at) => !seen.every((each) => each[at]));
    if (missing.length === 0 || performance.now() - started > withinMs) return missing;
    await sleep(everyMs);
  }
}

async function untilIntact(stage: Stage): Promise<boolean> {
  const started = performance.now();
  while (performance.now() - started < limitMs) {
    if ((await listFaults(stage)).length === 0) return true;
    await sleep(everyMs);
  }
  return false;
}

/** What is wrong with how a trial is noticed, and with how it ends; nothing where all is as promised. */
export async function tryTrial(
  stage: Stage,
  trial: Trial,
  { servers, withinMs }: { servers: readonly ServerProcess[]; withinMs: number },
): Promise<string | undefined> {
  await trial.begin();
  const missing = await unseen(stage, trial, servers, withinMs);
  await trial.end();
  if (missing.length > 0) return `${trial.what}: not in ${missing.join(', ')}`;
  return (await untilIntact(stage)) ? undefined : `${trial.what}: not over once it was undone`;
}

/** A connection of the owner's that holds something in an open transaction. */
export async function openHolder({ address }: Stage): Promise<pg.Client & AsyncDisposable> {
  const client = new pg.Client(address);
  client.on('error', () => {});
  await client.connect();
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.end() });
}

const oneRow = (time: string) => `insert into audit_events
  (time, recorded_at, tenant_id, actor_kind, actor_label, action, outcome)
  select ${time}, ${time}, id, 'system', 'trial', 'token.create', 'ok' from tenants limit 1`;

/** `addRow`: has a row wait for its seal. */
export function trialsOf(stage: Stage, holder: pg.Client, addRow: () => Promise<unknown>): Trial[] {
  const key = path.join(stage.settings['KEYWARD_DATA'] ?? '', 'audit-key.pem');
  const held = (what: string, statement: string): Trial => ({
    what,
    kind: 'unsealed',
    fault: 'unsealed',
    async begin() {
      await holder.query('begin');
      await holder.query(statement);
      await addRow();
    },
    end: () => holder.query('rollback'),
  });
  return [
    held('lock held', 'lock table audit_sealing in exclusive mode'),
    held('idle transaction', oneRow('now()')),
    {
      what: 'key gone',
      kind: 'key_file',
      fault: 'key_file',
      begin: () => rename(key, `${key}.away`),
      end: () => rename(`${key}.away`, key),
    },
    {
      what: 'bogus seal',
      kind: 'stray_seal',
      fault: 'seal_broken',
      async begin() {
        // All that someone without the key can make of the next seal, which reaches above all rows that there are.
        const [row] = await stage.sql<{ seal: AuditSeal }>(
          'select seal from audit_seals order by number desc limit 1',
        );
        if (!row) throw new Error('there is no seal');
        const { number, to } = row.seal;
        const bogus = { number: number + 1, from: to + 1, to: outOfReach, previous: sealHash(row.seal) };
        await stage.sql(
          "insert into audit_seals (number, to_sequence, seal, fingerprints) values ($1, $2, $3, '')",
          [bogus.number, bogus.to, { ...row.seal, ...bogus }],
        );
        await stage.ada.createToken({ name: 'after a bogus seal' });
      },
      end: () => tamper(stage, 'audit_seals', `delete from audit_seals where to_sequence = ${outOfReach}`),
    },
  ];
}

/** A row that the database took eleven seconds ago. */
export const addOldRow = ({ sql }: Stage) => sql(oneRow(`now() - interval '11 seconds'`));

/** What only the owner of the tables can do: the triggers off, and on again so that nothing tells of it. */
export async function tamper(
  { sql }: Stage,
  table: string,
  statement: string,
  values: unknown[] = [],
): Promise<void> {
  await sql(`alter table ${table} disable trigger ${table}_append_only`);
  await sql(statement, values);
  await sql(`alter table ${table} enable always trigger ${table}_append_only`);
}
