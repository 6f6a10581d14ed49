import { setTimeout as sleep } from 'node:timers/promises';
import type { TrustPromise } from '#trust/promise.ts';
import {
  addOldRow,
  limitMs,
  listFaults,
  metricsToken,
  openHolder,
  tamper,
  trialsOf,
  tryTrial,
} from '#trust/sealing-trials.ts';
import type { Stage } from '#trust/stage.ts';

/** Roles beside the owner, and those that PostgreSQL has of itself, that may write seals or hold up the sealers. */
const powerful = `select distinct r.rolname as name from pg_roles r join pg_class c on c.relowner <> r.oid
  where c.oid in ('audit_seals'::regclass, 'audit_archives'::regclass, 'audit_sealing'::regclass)
    and not r.rolsuper and r.rolname !~ '^pg_' and not pg_has_role(r.oid, c.relowner, 'usage')
    and has_table_privilege(r.oid, c.oid, 'insert, update, delete, truncate')`;

/** A row is removed that a server wrote, before any seal holds it. */
async function removeUnsealed(stage: Stage): Promise<void> {
  await using holder = await openHolder(stage);
  await holder.query('begin');
  await holder.query('lock table audit_sealing in exclusive mode');
  const { credential } = await stage.ada.createToken({ name: 'without a trace' });
  await tamper(stage, 'audit_events', 'delete from audit_events where resource_id = $1', [credential.id]);
  await stage.ada.createToken({ name: 'and after' });
  await holder.query('rollback');
}

const dateBack = ({ sql }: Stage) =>
  sql(`insert into audit_events (time, tenant_id, actor_kind, actor_label, action, outcome)
    select now() - interval '9 days', id, 'system', 'eve', 'token.create', 'ok' from tenants limit 1`);

async function untilTrue(isTrue: () => Promise<boolean>): Promise<boolean> {
  const started = performance.now();
  while (performance.now() - started < limitMs) {
    if (await isTrue()) return true;
    await sleep(100);
  }
  return false;
}

/** Runs what the schedule has run; true once the admin has a notice of it. */
async function isTold({ sql, ada }: Stage): Promise<boolean> {
  const scheduled = await sql(`select from pgboss.schedule where name = 'verify-audit'`);
  if (scheduled.length === 0) return false;
  await sql(`insert into pgboss.job (name, policy) values ('verify-audit', 'short')`);
  return untilTrue(async () => (await ada.send('GET /api/v1/notices')).text.includes('audit_finding'));
}

async function listWrong(stage: Stage): Promise<string[]> {
  const wrong: (string | undefined)[] = [];
  await using holder = await openHolder(stage);
  const roles = await stage.sql<{ name: string }>(powerful);
  if (roles.length > 0)
    wrong.push(`${roles.map(({ name }) => name).join(', ')} may write seals, or hold them up`);
  for (const trial of trialsOf(stage, holder, () => addOldRow(stage)))
    wrong.push(await tryTrial(stage, trial, { servers: stage.servers, withinMs: limitMs }));
  await removeUnsealed(stage);
  await dateBack(stage);
  const found = async (fault: 'lost_rows' | 'misdated') => (await listFaults(stage)).includes(fault);
  if (!(await untilTrue(() => found('lost_rows')))) wrong.push('a removed row was not found');
  if (!(await untilTrue(() => found('misdated')))) wrong.push('a row dated back was not found');
  if (!(await isTold(stage))) wrong.push('the admins were not told by schedule');
  return wrong.filter((each) => each !== undefined);
}

export const promise: TrustPromise = {
  id: 'S36',
  name: 'sealing that stops (lock held, bogus seal, idle transaction, key gone) is in the log, the metrics, /readyz and the verdict, and so are rows removed before they were sealed or dated back; a daily verification tells the admins',
  threshold: `within ${limitMs / 1_000} s of being overdue`,
  isFast: true,
  settings: { KEYWARD_METRICS_TOKEN: metricsToken },
  async check(stage) {
    const wrong = await listWrong(stage);
    return { measured: wrong.length > 0 ? wrong.join('; ') : 'all seen', holds: wrong.length === 0 };
  },
  control: [
    {
      without: 'a look at how long rows wait',
      replaced: ['rows-are-never-overdue'],
    },
    {
      without: 'a check of the signature that is built on',
      replaced: ['any-signature-is-good'],
    },
    { without: 'seals that the owner alone may write', sql: 'grant insert on audit_seals to keyward_app' },
    {
      without: 'a look at the file of the key',
      replaced: ['any-key-file-will-do'],
    },
    {
      without: 'what a server remembers of what it wrote',
      replaced: ['written-rows-are-forgotten'],
    },
    {
      without: 'a look at what rows are dated',
      replaced: ['rows-may-claim-any-time'],
    },
    {
      without: 'a verification by schedule',
      replaced: ['nothing-is-verified-daily'],
    },
  ],
};
