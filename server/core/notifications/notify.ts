import { randomUUIDv7 } from 'node:crypto';
import type { Transaction } from '#db/client.ts';
import { notices } from '#db/schema/notices.ts';
import type { Runtime } from '#server/core/access/context.ts';
import { queueMail } from '#server/core/mail/send.ts';
import type { NoticeKind } from '#server/core/notifications/schema.ts';

export interface NewNotice {
  tenantId: string;
  /** Whom it is for: the owner of the credential or of the account, or one who answers for a key. */
  userId: string;
  /** Null for what is about the account itself. */
  credentialId: string | null;
  kind: NoticeKind;
  /** Told once for it: of an expiry its day, of anything else the day on which it happened. */
  day: Date;
  address?: string | null;
  /** Not shown on the page, whose reader brought it about. */
  isMailOnly?: boolean;
}

/** Tells people what happened to their credentials and accounts, on the page and by mail: what was told already is not told again. */
export async function notify(tx: Transaction, runtime: Runtime, found: NewNotice[]): Promise<void> {
  if (found.length === 0) return;
  const createdAt = runtime.clock.now();
  // In one order: an insert waits for another of the same notice.
  const ordered = found.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  const rows = ordered.map(({ day, address = null, isMailOnly = false, ...notice }) => ({
    id: randomUUIDv7(),
    ...notice,
    day: day.toISOString().slice(0, 10),
    address,
    createdAt,
    dismissedAt: isMailOnly ? createdAt : null,
  }));
  const told = await tx
    .insert(notices)
    .values(rows)
    .onConflictDoNothing()
    .returning({ id: notices.id, tenantId: notices.tenantId, userId: notices.userId });
  for (const { id, ...whom } of told) {
    await queueMail(tx, runtime, { kind: 'notice', ...whom, about: { noticeId: id } });
  }
}

const keyOf = ({ credentialId, userId }: NewNotice) => `${credentialId ?? ''} ${userId}`;
