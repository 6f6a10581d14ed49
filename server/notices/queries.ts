import { and, desc, eq, gt, inArray, isNull, notInArray, or, type SQL } from 'drizzle-orm';
import type { Connection, Transaction } from '#db/client.ts';
import { credentials, secrets } from '#db/schema/credentials.ts';
import { notices } from '#db/schema/notices.ts';
import { users } from '#db/schema/people.ts';
import type { TenantId } from '#server/access/principal.ts';
import {
  expiryNotices,
  revocationNotices,
  type NoticeKind,
  type NoticeView,
} from '#server/notices/schema.ts';

export type NoticeRow = Awaited<ReturnType<typeof findOpenNotices>>[number];

const mostShown = 100;
const expiryKinds = Object.keys(expiryNotices) as NoticeKind[];

function selectNotices(db: Connection) {
  return db
    .select({
      id: notices.id,
      userId: notices.userId,
      kind: notices.kind,
      address: notices.address,
      createdAt: notices.createdAt,
      dismissedAt: notices.dismissedAt,
      credentialId: credentials.id,
      name: credentials.name,
      prefix: secrets.prefix,
      secretSince: secrets.createdAt,
      enabled: credentials.enabled,
      expiresAt: credentials.expiresAt,
      revokedAt: credentials.revokedAt,
      email: users.email,
      ownerName: users.name,
      ownerDeactivatedAt: users.deactivatedAt,
    })
    .from(notices)
    .innerJoin(credentials, eq(credentials.id, notices.credentialId))
    .innerJoin(secrets, and(eq(secrets.credentialId, credentials.id), eq(secrets.state, 'current')))
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
        or(inArray(notices.kind, revocationNotices), isNull(credentials.revokedAt)),
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
  const [row] = await selectNotices(db).where(and(eq(notices.tenantId, tenantId), eq(notices.id, id)));
  return row;
}

export async function findNoticeForUpdate(tx: Transaction, tenantId: TenantId, userId: string, id: string) {
  const [row] = await selectNotices(tx)
    .where(ownNotice(tenantId, userId, id))
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

export function toNoticeView(row: NoticeRow): NoticeView {
  const { id, kind, address, createdAt, credentialId, name, prefix, enabled, expiresAt } = row;
  const token = { id: credentialId, name, prefix, enabled, expiresAt: expiresAt?.toISOString() ?? null };
  return { id, kind, token, address, createdAt: createdAt.toISOString() };
}
