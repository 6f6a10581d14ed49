import { and, eq } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { credentials } from '#db/schema/credentials.ts';
import type { TenantId } from '#server/access/principal.ts';
import type { Grant } from '#server/access/schema.ts';

/** What a credential is granted at this moment; nothing where there is none. */
export async function findGrant(db: Connection, tenantId: TenantId, id: string): Promise<Grant> {
  const [row] = await db
    .select({ permissions: credentials.permissions })
    .from(credentials)
    .where(and(eq(credentials.tenantId, tenantId), eq(credentials.id, id)));
  return (row?.permissions ?? []) as Grant;
}
