import type { Connection } from '#db/client.ts';
import { isTenantRowSuspended } from '#server/people/tenants/queries.ts';

/** Whether a tenant is suspended: while it is, none of its people signs in, and none of its sessions works. */
export function isTenantSuspended(db: Connection, id: string): Promise<boolean> {
  return isTenantRowSuspended(db, id);
}
