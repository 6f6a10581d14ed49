import { and, desc, eq, gt, inArray, isNotNull, isNull, notInArray, or, sql, type SQL } from 'drizzle-orm';
import type { Connection, Transaction } from '#db/client.ts';
import { isCurrentSecret } from '#db/main-secrets.ts';
import { agents } from '#db/schema/agents.ts';
import { credentials, secrets } from '#db/schema/credentials.ts';
import { notices } from '#db/schema/notices.ts';
import { users } from '#db/schema/people.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { expiryNotices, lastingNotices, type NoticeKind } from '#server/core/notifications/schema.ts';

export type NoticeRow = Awaited<ReturnType<typeof findOpenNotices>>[number];

export type LogNoticeRow = NonNullable<Awaited<ReturnType<typeof findLogNotice>>>;

const mostShown = 100;
const mostLogShown = 20;
const expiryKinds = Object.keys(expiryNotices) as NoticeKind[];

function selectNotices(db: Connection) {
  return db
    .select({
      id: notices.id,
      userId: notices.userId,
      kind: sql<NoticeKind>`${notices.kind}`,
      address: notices.address,
      createdAt: notices.createdAt,
      dismissedAt: notices.dismissedAt,
      credentialId: credentials.id,
      credentialKind: credentials.kind,
      // Of a notice about the account itself these say nothing.
      name: sql<string>`coalesce(${credentials.name}, '')`,
      prefix: sql<string>`coalesce(${secrets.prefix}, '')`,
      secretSince: sql<Date>`coalesce(${secrets.createdAt}, ${notices.createdAt})`.mapWith(secrets.createdAt),
      enabled: sql<boolean>`coalesce(${credentials.enabled}, true)`,
      expiresAt: credentials.expiresAt,
      revokedAt: credentials.revokedAt,
      visits: agents.visits,
      email: users.email,
      ownerName: users.name,
      ownerDeactivatedAt: users.deactivatedAt,
    })
    .from(notices)
    .leftJoin(credentials, eq(credentials.id, notices.credentialId))
    .leftJoin(secrets, isCurrentSecret)
    .leftJoin(agents, eq(agents.id, notices.credentialId))
    .innerJoin(users, eq(users.id, notices.userId))
    .$dynamic();
}

/**
 * What someone has not dismissed, newest first. What has ended for good is left out here already, or it would in time crowd
 * out the rest; the rules see to what else is moot.
 */
export function findOpenNotices(db: Connection, tenantId: TenantId, userId: string, at: Date) {
  return selectNotices(db)
    .where(
      and(
        eq(notices.tenantId, tenantId),
        eq(notices.userId, userId),
        isNull(notices.dismissedAt),
        isNull(notices.detail),
        // An agent whose secret was revoked has none.
        or(isNull(notices.credentialId), isNotNull(secrets.prefix), eq(credentials.kind, 'agent')),
        or(inArray(notices.kind, lastingNotices), isNull(credentials.revokedAt)),
        or(notInArray(notices.kind, expiryKinds), gt(credentials.expiresAt, at)),
      ),
    )
    .orderBy(desc(notices.createdAt), desc(notices.id))
    .limit(mostShown);
}

export async function findNotice(
  db: Connection,
  tenantId: TenantId,
  id: string,
): Promise<NoticeRow | undefined> {
  const isIt = and(eq(notices.tenantId, tenantId), eq(notices.id, id), isNull(notices.detail));
  const [row] = await selectNotices(db).where(isIt);
  return row;
}

export async function findNoticeForUpdate(tx: Transaction, tenantId: TenantId, userId: string, id: string) {
  const [row] = await selectNotices(tx)
    .where(and(ownNotice(tenantId, userId, id), isNull(notices.detail)))
    .for('no key update', { of: notices });
  return row;
}

export async function markDismissed(
  tx: Transaction,
  tenantId: TenantId,
  userId: string,
  { id, at }: { id: string; at: Date },
): Promise<void> {
  await tx
    .update(notices)
    .set({ dismissedAt: at })
    .where(ownNotice(tenantId, userId, id));
}

function ownNotice(tenantId: TenantId, userId: string, id: string): SQL | undefined {
  return and(eq(notices.tenantId, tenantId), eq(notices.userId, userId), eq(notices.id, id));
}

function selectLogNotices(db: Connection) {
  return db
    .select({
      id: notices.id,
      kind: notices.kind,
      detail: notices.detail,
      createdAt: notices.createdAt,
      dismissedAt: notices.dismissedAt,
      email: users.email,
      role: users.role,
      deactivatedAt: users.deactivatedAt,
    })
    .from(notices)
    .innerJoin(users, eq(users.id, notices.userId))
    .$dynamic();
}

/** What someone has not dismissed, newest first; nothing for a person who is no admin any more. */
export function findOpenLogNotices(db: Connection, tenantId: TenantId, userId: string) {
  return selectLogNotices(db)
    .where(
      and(ofLog(tenantId), eq(notices.userId, userId), isNull(notices.dismissedAt), eq(users.role, 'admin')),
    )
    .orderBy(desc(notices.createdAt), desc(notices.id))
    .limit(mostLogShown);
}

export async function findLogNotice(db: Connection, tenantId: TenantId, id: string) {
  const [row] = await selectLogNotices(db).where(and(ofLog(tenantId), eq(notices.id, id)));
  return row;
}

export async function findLogNoticeForUpdate(
  tx: Transaction,
  tenantId: TenantId,
  userId: string,
  id: string,
) {
  const [row] = await selectLogNotices(tx)
    .where(and(ofLog(tenantId), eq(notices.userId, userId), eq(notices.id, id)))
    .for('update', { of: notices });
  return row;
}

const ofLog = (tenantId: TenantId): SQL | undefined =>
  and(eq(notices.tenantId, tenantId), isNotNull(notices.detail));
