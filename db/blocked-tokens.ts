import { sql } from 'drizzle-orm';
import { credentials } from '#db/schema/credentials.ts';

/** Refused as long as its owner is deactivated or its tenant suspended, whatever it is itself. */
export const isBlocked = sql<boolean>`(
  exists (select from users holder where holder.id = ${credentials.ownerUserId} and holder.deactivated_at is not null)
  or exists (select from tenants home where home.id = ${credentials.tenantId} and home.suspended_at is not null))`;
