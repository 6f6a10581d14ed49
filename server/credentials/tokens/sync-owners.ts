import { and, asc, desc, eq, inArray, isNotNull, isNull, sql } from 'drizzle-orm';
import type { Connection, Database, Transaction } from '#db/client.ts';
import { auditEvents } from '#db/schema/audit.ts';
import { credentials } from '#db/schema/credentials.ts';
import { users } from '#db/schema/people.ts';
import type { Runtime } from '#server/core/access/context.ts';
import { insertAuditRows, type AuditRow } from '#server/core/audit/record.ts';
import type { Owner } from '#server/credentials/tokens/queries.ts';

export const syncQueue = 'sync-owners';
const batchSize = 200;
const ownersAtOnce = 100;
const reason = 'The account was deleted';

/** Has the tokens of a person follow what this transaction makes of them, soon after it commits. */
export function syncOwnersSoon(tx: Transaction, { jobs }: Runtime): Promise<void> {
  return jobs.add(tx, syncQueue, {});
}

/** How many tokens of a person have not been revoked. */
export function countUnrevoked(db: Connection, { tenantId, userId }: Owner): Promise<number> {
  const isTheirs = and(eq(credentials.tenantId, tenantId), eq(credentials.ownerUserId, userId));
  return db.$count(credentials, and(isTheirs, isNull(credentials.revokedAt)));
}

/**
 * Brings tokens in line with what became of their owners, a batch a transaction, so that no one waits for long: those of
 * deleted people are revoked as of the deletion, each with its audit row; those of renamed ones are sorted and found by the
 * new name. Where one run ends, killed or not, the next goes on.
 */
export async function syncOwners(runtime: Runtime): Promise<void> {
  const failures: unknown[] = [];
  for (const owner of await findUnsynced(runtime.db)) {
    // One who cannot be done holds up no other.
    await syncOwner(runtime, owner).catch((error: unknown) => failures.push(error));
  }
  if (failures.length > 0) throw failures[0];
}

async function syncOwner(runtime: Runtime, owner: Unsynced): Promise<void> {
  const { deletedAt } = owner;
  if (deletedAt) while ((await revokeBatch(runtime, { ...owner, deletedAt })) === batchSize);
  while ((await relabelBatch(runtime.db, owner.id)) === batchSize);
  await markSynced(runtime.db, owner);
}

interface Unsynced {
  id: string;
  tenantId: string;
  deletedAt: Date | null;
  unsyncedAt: Date | null;
}

function findUnsynced(db: Database): Promise<Unsynced[]> {
  const { id, tenantId, deletedAt, unsyncedAt } = users;
  return db
    .select({ id, tenantId, deletedAt, unsyncedAt })
    .from(users)
    .where(isNotNull(unsyncedAt))
    .orderBy(asc(unsyncedAt))
    .limit(ownersAtOnce);
}

function revokeBatch({ db, clock }: Runtime, owner: Unsynced & { deletedAt: Date }): Promise<number> {
  return db.transaction(async (tx) => {
    const tokens = await lockUnrevoked(tx, owner.id);
    if (tokens.length === 0) return 0;
    const deletion = await findDeletion(tx, owner);
    await tx
      .update(credentials)
      .set({ revokedAt: owner.deletedAt, revokedBy: deletion.actorId, revokeReason: reason })
      .where(
        inArray(
          credentials.id,
          tokens.map(({ id }) => id),
        ),
      );
    const rows = tokens.map(({ id, name }): AuditRow => {
      const resource = { resourceType: 'token', resourceId: id, resourceLabel: name };
      return { ...deletion, ...resource, time: clock.now(), action: 'token.revoke', detail: { reason } };
    });
    await insertAuditRows(tx, rows);
    return tokens.length;
  });
}

/** What another transaction holds is left for the next run. */
function lockUnrevoked(tx: Transaction, ownerId: string): Promise<{ id: string; name: string }[]> {
  return tx
    .select({ id: credentials.id, name: credentials.name })
    .from(credentials)
    .where(and(eq(credentials.ownerUserId, ownerId), isNull(credentials.revokedAt)))
    .orderBy(asc(credentials.id))
    .limit(batchSize)
    .for('no key update', { skipLocked: true });
}

/** Who deleted a person and from where, as the audit log has it. */
async function findDeletion(tx: Transaction, { id, tenantId }: Unsynced) {
  const { actorKind, actorId, actorLabel, credentialId, address, userAgent, requestId } = auditEvents;
  const [found] = await tx
    .select({ actorKind, actorId, actorLabel, credentialId, address, userAgent, requestId })
    .from(auditEvents)
    .where(and(eq(auditEvents.resourceId, id), eq(auditEvents.action, 'user.delete')))
    .orderBy(desc(auditEvents.time), desc(auditEvents.sequence))
    .limit(1);
  // Typed into psql, it has no row.
  const unknown = { actorKind: 'system', actorId: null, actorLabel: 'Keyward' } as const;
  return { tenantId, outcome: 'ok', ...(found ?? unknown) } as const;
}

async function relabelBatch(db: Database, ownerId: string): Promise<number> {
  const { rowCount } = await db.transaction((tx) =>
    tx.execute(sql`
      with labelled as (select owner_label(canonical_email, folded_name) as label from users where id = ${ownerId}),
      chosen as (
        select id from credentials
        where owner_user_id = ${ownerId} and owner_label is distinct from (select label from labelled)
        order by id limit ${batchSize} for no key update skip locked
      )
      update credentials set owner_label = label from labelled, chosen where credentials.id = chosen.id`),
  );
  return rowCount ?? 0;
}

/** Unless something is left, or has come since. */
async function markSynced(db: Database, { id, unsyncedAt }: Unsynced): Promise<void> {
  await db.execute(sql`
    update users set unsynced_at = null
    where id = ${id} and unsynced_at = ${unsyncedAt?.toISOString() ?? null}::timestamptz and not exists (
      select from credentials
      where owner_user_id = users.id and (
        owner_label is distinct from owner_label(users.canonical_email, users.folded_name)
        or (users.deleted_at is not null and revoked_at is null)
      )
    )`);
}
