import { and, isNull, sql } from 'drizzle-orm';
import type { Transaction } from '#db/client.ts';
import { credentials } from '#db/schema/credentials.ts';
import type { Ctx } from '#server/core/access/context.ts';
import type { Permission } from '#server/core/access/schema.ts';
import { auditRow, credentialResource, insertAuditRows } from '#server/core/audit/record.ts';
import { ownedBy, type Owner } from '#server/credentials/tokens/queries.ts';

/**
 * Leaves some permissions to those tokens of a person that may do all that their owner may: what that was, before the owner
 * may do more. The owner's row is locked.
 */
export async function narrowTokens(
  tx: Transaction,
  ctx: Ctx,
  owner: Owner,
  permissions: Permission[],
): Promise<void> {
  const narrowed = await tx
    .update(credentials)
    .set({ permissions })
    .where(and(ownedBy(owner), isNull(credentials.revokedAt), sql`${credentials.permissions} = '{*}'`))
    .returning({ kind: credentials.kind, id: credentials.id, name: credentials.name });
  if (narrowed.length === 0) return;
  const detail = { changes: { permissions: { from: ['*'], to: permissions } } };
  await insertAuditRows(
    tx,
    narrowed.map((token) =>
      auditRow(ctx, { action: 'token.update', resource: credentialResource(token), detail }),
    ),
  );
}
