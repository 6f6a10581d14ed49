import { and, eq } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { credentials } from '#db/schema/credentials.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import type { Grant } from '#server/core/access/schema.ts';

/** What a credential is granted at this moment, from wherever it is used; null where there is no such. */
export async function findGrant(db: Connection, tenantId: TenantId, id: string): Promise<Grant | null> {
  const [row] = await db
    .select({ permissions: credentials.permissions, ipAllowlist: credentials.ipAllowlist })
    .from(credentials)
    .where(and(eq(credentials.tenantId, tenantId), eq(credentials.id, id)));
  return row?.ipAllowlist.length === 0 ? (row.permissions as Grant) : null;
}
