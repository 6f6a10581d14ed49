import { sql, type SQL } from 'drizzle-orm';
import type { PgColumn } from 'drizzle-orm/pg-core';
import { credentials } from '#db/schema/credentials.ts';

/** When a token was revoked, or its owner deleted: from then on it counts as revoked, before a job has written it down. */
export function revokedOrGone(owner: { deletedAt: PgColumn }): SQL<Date | null> {
  return sql<Date | null>`coalesce(${credentials.revokedAt}, ${owner.deletedAt})`.mapWith(
    credentials.revokedAt,
  );
}

/** Deleted people whose tokens the job has yet to revoke. There are few at any time, and for seconds. */
export const goneOwners = sql`(select gone.id from users gone where gone.unsynced_at is not null and gone.deleted_at is not null)`;

/** Of a deleted person, and not written down as revoked yet. Of a key, which has no owner, it is false rather than unknown. */
export const isGone = sql`(${credentials.revokedAt} is null and ${credentials.ownerUserId} is not null and ${credentials.ownerUserId} in ${goneOwners})`;
