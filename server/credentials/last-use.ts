import { eq, inArray, sql, type SQL } from 'drizzle-orm';
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
  address: string | null;
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
    batchSize: 1_000,
    merge: (earlier, later) => ({ ...later, count: earlier.count + later.count }),
    write: (uses) => db.transaction((tx) => writeUses(tx, uses)),
    onError: (error) => log.error({ err: error }, 'last uses could not be written'),
    onDrop: (dropped) => log.error({ dropped }, 'last uses were dropped'),
  });
}

/** Keeps one use for the next write. Those that differ in nothing but their time are one row with a count. */
export function noteUse(lastUse: WriteBehind<Use>, use: Omit<Use, 'count'>): void {
  const day = Math.floor(use.at.getTime() / 86_400_000);
  const key = `${use.credentialId} ${use.address} ${use.endpoint} ${use.refusal} ${day}`;
  lastUse.add(key, { ...use, count: 1 });
}

/** A refused use is counted for its day, but it is no last use. */
async function writeUses(tx: Transaction, uses: Use[]): Promise<void> {
  const ordered = uses.toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const lastAddress = await lockUsed(tx, [...new Set(ordered.map((use) => use.credentialId))]);
  const rows = asRows(ordered);
  await addDailyUse(tx, rows);
  const good = ordered.filter((use) => use.refusal === null);
  if (good.length === 0) return;
  const moves = findMoves(lastAddress, good);
  if (moves.length > 0) await auditMoves(tx, moves);
  await addUses(tx, rows);
}

/**
 * Uses as a table that two statements read. What many have in common (from where, for what, by what) goes once: measured with
 * a thousand uses of a thousand tokens, JSON of them all took PostgreSQL 2 ms longer a statement.
 */
function asRows(uses: Use[]): SQL {
  const ways = new Map<
    string,
    { way: number; address: string | null; endpoint: string; agent: string | null; is_refused: boolean }
  >();
  const wayOf = ({ address, endpoint, agent, refusal }: Use): number => {
    const key = JSON.stringify([address, endpoint, agent, refusal !== null]);
    const way = ways.get(key)?.way ?? ways.size;
    ways.set(key, { way, address, endpoint, agent, is_refused: refusal !== null });
    return way;
  };
  const columns = [
    uses.map((use) => use.credentialId),
    uses.map((use) => use.at.getTime()),
    uses.map((use) => use.count),
    uses.map(wayOf),
  ].map((values) => sql.param(`{${values.join()}}`));
  const [ids, times, counts, used] = columns;
  return sql`(
    select id, to_timestamp(ms / 1000) as at, address, endpoint, agent, is_refused, count
    from unnest(${ids}::uuid[], ${times}::float8[], ${counts}::int[], ${used}::int[]) as use (id, ms, count, way)
    join json_to_recordset(${JSON.stringify([...ways.values()])}::json)
      as way (way int, address inet, endpoint text, agent text, is_refused boolean) using (way)
  ) as use`;
}

/**
 * Where each was last used from. In the order of their ids, so that two instances that write at once cannot wait for each
 * other; and never a credential itself, which whoever changes it has locked before this.
 */
async function lockUsed(tx: Transaction, ids: string[]): Promise<Map<string, string | null>> {
  const { rows } = await tx.execute<{ id: string; address: string | null }>(sql`
    select credential_id as id, last_used_ip as address from credential_last_use
    where credential_id = any(${sql.param(ids)}::uuid[]) order by credential_id for no key update`);
  return new Map(rows.map(({ id, address }) => [id, address]));
}

interface Move {
  use: Use;
  from: string;
}

/**
 * Uses that came from another address than the one before them; the very first use of a credential has none before it, and
 * an unknown address is no other.
 */
function findMoves(lastAddress: Map<string, string | null>, uses: Use[]): Move[] {
  return uses.flatMap((use) => {
    if (use.address === null) return [];
    const from = lastAddress.get(use.credentialId);
    lastAddress.set(use.credentialId, use.address);
    return from && from !== use.address ? [{ use, from }] : [];
  });
}

async function auditMoves(tx: Transaction, moves: Move[]): Promise<void> {
  const ids = [...new Set(moves.map(({ use }) => use.credentialId))];
  const moved = await tx
    .select({
      id: credentials.id,
      tenantId: credentials.tenantId,
      name: credentials.name,
      ownerId: users.id,
      ownerEmail: users.email,
    })
    .from(credentials)
    .innerJoin(users, eq(users.id, credentials.ownerUserId))
    .where(inArray(credentials.id, ids));
  const byId = new Map(moved.map((row) => [row.id, row]));
  const events = moves.flatMap(({ use, from }): AuditRow[] => {
    const row = byId.get(use.credentialId);
    return row ? [newAddressEvent(row, use, from)] : [];
  });
  await insertAuditRows(tx, events);
}

interface Moved {
  id: string;
  tenantId: string;
  name: string;
  ownerId: string;
  ownerEmail: string;
}

function newAddressEvent(row: Moved, use: Use, from: string): AuditRow {
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
    detail: { from, to: use.address },
  };
}

/** Forward only: another server may have written a later use. */
async function addUses(tx: Transaction, uses: SQL): Promise<void> {
  await tx.execute(sql`
    update credential_last_use stored set
      use_count = use_count + total.count,
      last_used_at = greatest(total.at, stored.last_used_at),
      last_used_ip = case when total.at < stored.last_used_at then stored.last_used_ip else total.address end,
      last_used_agent = case when total.at < stored.last_used_at then stored.last_used_agent else total.agent end
    from (
      select distinct on (id) id, at, address, agent, sum(count) over (partition by id) as count
      from ${uses} where not is_refused order by id, at desc
    ) as total
    where stored.credential_id = total.id`);
}
