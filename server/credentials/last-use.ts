import { inArray, sql } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database, Transaction } from '#db/client.ts';
import { credentials } from '#db/schema/credentials.ts';
import { users } from '#db/schema/people.ts';
import { createWriteBehind, type WriteBehind } from '#db/write-behind.ts';
import { insertAuditRows, type AuditRow } from '#server/audit/record.ts';
import { addDailyUse } from '#server/credentials/daily-use.ts';
import type { ErrorCode } from '#server/errors.ts';

export interface Use {
  credentialId: string;
  at: Date;
  address: string;
  endpoint: string;
  agent: string | null;
  /** Why it was refused; null: it was not. */
  refusal: ErrorCode | null;
  count: number;
}

const limit = 100_000;

/** Gathers who used what, so that a use costs its request no write: once a second, one statement for all. */
export function createLastUse(db: Database, log: Logger): WriteBehind<Use> {
  return createWriteBehind<Use>({
    everyMs: 1_000,
    limit,
    merge: (earlier, later) => ({ ...later, count: earlier.count + later.count }),
    write: (uses) => db.transaction((tx) => writeUses(tx, uses)),
    onError: (error) => log.error({ err: error }, 'last uses could not be written'),
    onDrop: (dropped) => log.error({ dropped }, 'last uses were dropped'),
  });
}

/** Keeps one use for the next write. Those that differ in nothing but their time are one row with a count. */
export function noteUse(lastUse: WriteBehind<Use>, use: Omit<Use, 'count'>): void {
  const day = Math.floor(use.at.getTime() / 86_400_000);
  const key = [use.credentialId, use.address, use.endpoint, use.refusal, day].join(' ');
  lastUse.add(key, { ...use, count: 1 });
}

/** A refused use is counted for its day, but it is no last use. */
async function writeUses(tx: Transaction, uses: Use[]): Promise<void> {
  const ordered = uses.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const used = await lockUsed(tx, [...new Set(ordered.map((use) => use.credentialId))]);
  await addDailyUse(tx, ordered);
  const good = ordered.filter((use) => use.refusal === null);
  if (good.length === 0) return;
  const events = newAddressEvents(used, good);
  if (events.length > 0) await insertAuditRows(tx, events);
  await addUses(tx, good);
}

type Used = Awaited<ReturnType<typeof lockUsed>>[number];

/** In the order of their ids, so that two instances that write at once cannot wait for each other. */
function lockUsed(tx: Transaction, ids: string[]) {
  return tx
    .select({
      id: credentials.id,
      tenantId: credentials.tenantId,
      name: credentials.name,
      lastUsedIp: credentials.lastUsedIp,
      ownerId: users.id,
      ownerEmail: users.email,
    })
    .from(credentials)
    .innerJoin(users, sql`${users.id} = ${credentials.ownerUserId}`)
    .where(inArray(credentials.id, ids))
    .orderBy(credentials.id)
    .for('no key update', { of: credentials });
}

/** One event for each use that came from another address than the one before it; the very first use has none before it. */
function newAddressEvents(used: Used[], uses: Use[]): AuditRow[] {
  const lastAddress = new Map(used.map((row) => [row.id, row.lastUsedIp]));
  const byId = new Map(used.map((row) => [row.id, row]));
  return uses.flatMap((use) => {
    const before = lastAddress.get(use.credentialId);
    const row = byId.get(use.credentialId);
    lastAddress.set(use.credentialId, use.address);
    return row && before && before !== use.address ? [newAddressEvent(row, use, before)] : [];
  });
}

function newAddressEvent(row: Used, use: Use, before: string): AuditRow {
  return {
    time: use.at,
    tenantId: row.tenantId,
    actorKind: 'user',
    actorId: row.ownerId,
    actorLabel: row.ownerEmail,
    credentialId: row.id,
    action: 'credential.new_ip',
    resourceType: 'token',
    resourceId: row.id,
    resourceLabel: row.name,
    outcome: 'ok',
    address: use.address,
    userAgent: use.agent,
    detail: { from: before, to: use.address },
  };
}

async function addUses(tx: Transaction, uses: Use[]): Promise<void> {
  const column = (values: unknown[]) => sql.param(values);
  await tx.execute(sql`
    update credentials set
      use_count = use_count + total.count,
      last_used_at = case when total.newer then total.at else last_used_at end,
      last_used_ip = case when total.newer then total.address else last_used_ip end,
      last_used_agent = case when total.newer then total.agent else last_used_agent end
    from (
      select distinct on (use.id) use.id, use.at, use.address, use.agent,
        sum(use.count) over (partition by use.id) as count,
        use.at >= coalesce(c.last_used_at, '-infinity') as newer
      from unnest(
        ${column(uses.map((use) => use.credentialId))}::uuid[],
        ${column(uses.map((use) => use.at.toISOString()))}::timestamptz[],
        ${column(uses.map((use) => use.address))}::inet[],
        ${column(uses.map((use) => use.agent))}::text[],
        ${column(uses.map((use) => use.count))}::int[]
      ) as use (id, at, address, agent, count)
      join credentials c on c.id = use.id
      order by use.id, use.at desc
    ) as total
    where credentials.id = total.id`);
}
