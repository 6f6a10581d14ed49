import { eq, inArray, sql, type SQL } from 'drizzle-orm';
import type { Logger } from 'pino';
import type { Database, Transaction } from '#db/client.ts';
import { agents } from '#db/schema/agents.ts';
import { credentials } from '#db/schema/credentials.ts';
import { users } from '#db/schema/people.ts';
import { createWriteBehind, type WriteBehind } from '#db/write-behind.ts';
import type { CredentialKind } from '#server/core/access/schema.ts';
import type { AuditQueue } from '#server/core/audit/queue.ts';
import { credentialResource, insertAuditRows, type AuditRow } from '#server/core/audit/record.ts';
import { addDailyUse, dailyUse } from '#server/core/credential-use/daily-use.ts';
import { addressBlock } from '#server/core/network/address.ts';
import type { ErrorCode } from '#server/errors.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    lastUse: WriteBehind<CredentialUses>;
  }
}

export interface Use {
  at: Date;
  address: string | null;
  /** Null: unknown, since its credential was used in too many ways at once to tell them apart. */
  endpoint: string | null;
  agent: string | null;
  /** Why it was refused; null: it was not. */
  refusal: ErrorCode | null;
  count: number;
}

/** How one credential was used since the last write. */
export interface CredentialUses {
  credentialId: string;
  uses: Use[];
}

interface CredentialUse extends Use {
  credentialId: string;
}

const limit = 100_000;
/** As many as a day tells apart: a caller with many addresses takes no room from others. */
const waysAtOnce = dailyUse.pairsPerDay;

interface LastUseParts {
  db: Database;
  log: Logger;
  auditQueue: Pick<AuditQueue, 'admitsMove'>;
}

/** Gathers who used what, so that a use costs its request no write: once a second, one statement for all. */
export function createLastUse({ db, log, auditQueue }: LastUseParts): WriteBehind<CredentialUses> {
  return createWriteBehind<CredentialUses>({
    everyMs: 1_000,
    limit,
    batchSize: 1_000,
    merge: mergeUses,
    write: (items) => db.transaction((tx) => writeUses(tx, items, auditQueue)),
    onError: (error) => log.error({ err: error }, 'last uses could not be written'),
    onDrop: (dropped) => log.error({ dropped }, 'last uses were dropped'),
  });
}

/** Keeps one use for the next write. Those that differ in nothing but their time are one row with a count. */
export function noteUse(
  lastUse: WriteBehind<CredentialUses>,
  { credentialId, ...use }: Omit<CredentialUse, 'count'>,
): void {
  lastUse.add(credentialId, { credentialId, uses: [{ ...use, count: 1 }] });
}

function mergeUses(earlier: CredentialUses, later: CredentialUses): CredentialUses {
  for (const use of later.uses) mergeUse(earlier.uses, use);
  return earlier;
}

function mergeUse(uses: Use[], use: Use): void {
  const at = uses.findIndex((one) => isAlike(one, use));
  const same = uses[at];
  if (same) uses[at] = { ...use, count: same.count + use.count };
  else if (uses.length < waysAtOnce || use.endpoint === null) uses.push(use);
  else mergeUse(uses, { ...use, endpoint: null });
}

/** Where a way is not told apart, the latest address stands for all. */
function isAlike(one: Use, other: Use): boolean {
  return (
    one.endpoint === other.endpoint &&
    (one.address === other.address || other.endpoint === null) &&
    one.refusal === other.refusal &&
    dayOf(one) === dayOf(other)
  );
}

const dayOf = ({ at }: Use) => Math.floor(at.getTime() / 86_400_000);

/** A refused use is counted for its day, but it is no last use. */
async function writeUses(
  tx: Transaction,
  items: CredentialUses[],
  auditQueue: Pick<AuditQueue, 'admitsMove'>,
): Promise<void> {
  const ordered = items
    .flatMap(({ credentialId, uses }) => uses.map((use) => ({ ...use, credentialId })))
    .toSorted((a, b) => a.at.getTime() - b.at.getTime());
  const lastAddress = await lockUsed(
    tx,
    items.map(({ credentialId }) => credentialId),
  );
  const rows = asRows(ordered);
  await addDailyUse(tx, rows);
  const good = ordered.filter((use) => use.refusal === null);
  if (good.length === 0) return;
  const moves = findMoves(lastAddress, good);
  if (moves.length > 0) await auditMoves(tx, moves, auditQueue);
  await addUses(tx, rows);
}

/**
 * Uses as a table that two statements read. What many have in common (from where, for what, by what) goes once: measured with
 * a thousand uses of a thousand tokens, JSON of them all took PostgreSQL 2 ms longer a statement.
 */
function asRows(uses: CredentialUse[]): SQL {
  const ways = new Map<
    string,
    {
      way: number;
      address: string | null;
      endpoint: string | null;
      agent: string | null;
      is_refused: boolean;
    }
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
  use: CredentialUse;
  from: string;
}

/**
 * Uses that came from another address block than the one before them: an IPv6 subscriber has a /64 to change addresses in.
 * The very first use of a credential has none before it, and an unknown address is no other.
 */
function findMoves(lastAddress: Map<string, string | null>, uses: CredentialUse[]): Move[] {
  return uses.flatMap((use) => {
    if (use.address === null) return [];
    const from = lastAddress.get(use.credentialId);
    lastAddress.set(use.credentialId, use.address);
    const isSame = !from || from === use.address || addressBlock(from) === addressBlock(use.address);
    return isSame ? [] : [{ use, from }];
  });
}

async function auditMoves(
  tx: Transaction,
  moves: Move[],
  auditQueue: Pick<AuditQueue, 'admitsMove'>,
): Promise<void> {
  const ids = [...new Set(moves.map(({ use }) => use.credentialId))];
  const moved = await tx
    .select({
      id: credentials.id,
      tenantId: credentials.tenantId,
      kind: credentials.kind,
      name: credentials.name,
      madeBy: sql<string | null>`coalesce(${credentials.madeBy}, ${agents.ownerUserId})`,
      ownerId: users.id,
      ownerEmail: users.email,
    })
    .from(credentials)
    .leftJoin(users, eq(users.id, credentials.ownerUserId))
    .leftJoin(agents, eq(agents.id, credentials.id))
    .where(inArray(credentials.id, ids));
  const byId = new Map(moved.map((row) => [row.id, row]));
  const events = moves.flatMap(({ use, from }): AuditRow[] => {
    const row = byId.get(use.credentialId);
    return row ? [newAddressEvent(row, use, from)] : [];
  });
  const admitted = events.filter((event) => auditQueue.admitsMove(event));
  if (admitted.length > 0) await insertAuditRows(tx, admitted);
}

interface Moved {
  id: string;
  tenantId: string;
  kind: CredentialKind;
  name: string;
  /** The maker of a key, the owner of an agent. */
  madeBy: string | null;
  /** Of a personal token. */
  ownerId: string | null;
  ownerEmail: string | null;
}

function newAddressEvent(row: Moved, use: CredentialUse, from: string): AuditRow {
  const resource = credentialResource(row);
  return {
    time: use.at,
    tenantId: row.tenantId,
    actorKind: row.kind === 'pat' ? 'user' : row.kind,
    actorId: row.ownerId ?? row.id,
    actorLabel: row.ownerEmail ?? row.name,
    credentialId: row.id,
    onBehalfOf: row.madeBy,
    action: 'credential.new_ip',
    resourceType: resource.type,
    resourceId: resource.id,
    resourceLabel: resource.label,
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
