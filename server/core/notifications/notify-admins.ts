import { randomUUIDv7 } from 'node:crypto';
import { and, eq, isNull } from 'drizzle-orm';
import type { Connection, Transaction } from '#db/client.ts';
import { notices } from '#db/schema/notices.ts';
import { tenants, users } from '#db/schema/people.ts';
import type { Runtime } from '#server/core/access/context.ts';
import { queueMail } from '#server/core/mail/send.ts';
import type { LogNoticeKind } from '#server/core/notifications/schema.ts';

/** Tells every admin something about the audit log, which is one for all tenants: each kind once a day, by mail too. */
export async function notifyAdmins(
  tx: Transaction,
  runtime: Runtime,
  { kind, detail }: { kind: LogNoticeKind; detail: string },
): Promise<void> {
  const admins = await findAdmins(tx);
  if (admins.length === 0) return;
  const createdAt = runtime.clock.now();
  const day = createdAt.toISOString().slice(0, 10);
  const rows = admins.map((whom) => ({ id: randomUUIDv7(), ...whom, kind, detail, day, createdAt }));
  const told = await tx
    .insert(notices)
    .values(rows)
    .onConflictDoNothing()
    .returning({ id: notices.id, tenantId: notices.tenantId, userId: notices.userId });
  for (const { id, ...whom } of told)
    await queueMail(tx, runtime, { kind: 'notice', ...whom, about: { noticeId: id } });
}

function findAdmins(db: Connection) {
  return db
    .select({ tenantId: users.tenantId, userId: users.id })
    .from(users)
    .innerJoin(tenants, eq(tenants.id, users.tenantId))
    .where(
      and(
        eq(users.role, 'admin'),
        isNull(users.deactivatedAt),
        isNull(users.deletedAt),
        isNull(tenants.suspendedAt),
      ),
    )
    .orderBy(users.id);
}
