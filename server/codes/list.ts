import { and, desc, eq, lt, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Database } from '#db/client.ts';
import { credentials } from '#db/schema/credentials.ts';
import { deviceRequests } from '#db/schema/device-requests.ts';
import { oneTimeCodes, users } from '#db/schema/people.ts';
import { setupCodes } from '#db/schema/setup-codes.ts';
import type { TenantId } from '#server/access/principal.ts';
import { isOpen } from '#server/codes/queries.ts';
import type { LinkKind, LinkPageView, LinkView, ListLinksInput } from '#server/codes/schema.ts';

const issuers = alias(users, 'issuers');

/** A page of what was handed out in a tenant and still works, the newest first. */
export async function listLinks(
  db: Database,
  { tenantId, at }: { tenantId: TenantId; at: Date },
  { cursor, limit }: ListLinksInput,
): Promise<LinkPageView> {
  const rows = await selectLinks(db)
    .where(
      and(
        eq(oneTimeCodes.tenantId, tenantId),
        isOpen(at),
        isNewestOfKind,
        cursor ? lt(oneTimeCodes.id, cursor) : undefined,
      ),
    )
    .orderBy(desc(oneTimeCodes.id))
    .limit(limit + 1);
  const items = rows.slice(0, limit).map(toLinkView);
  return { items, nextCursor: rows.length > limit ? (items.at(-1)?.id ?? null) : null };
}

/** A mailed link stands beside the one that the admin was shown. Using either ends both, so they are one here. */
const isNewestOfKind = sql`(${oneTimeCodes.purpose} in ('setup', 'device') or not exists (
  select from ${oneTimeCodes} newer where newer.user_id = ${oneTimeCodes.userId}
    and newer.purpose = ${oneTimeCodes.purpose} and newer.consumed_at is null and newer.id > ${oneTimeCodes.id}))`;

type LinkRow = Awaited<ReturnType<typeof selectLinks>>[number];

function selectLinks(db: Database) {
  const { id, purpose, createdAt, expiresAt } = oneTimeCodes;
  return db
    .select({
      code: { id, purpose, createdAt, expiresAt },
      user: { id: users.id, name: users.name, email: users.email },
      issuedBy: { id: issuers.id, label: issuers.email },
      credential: { id: credentials.id, name: credentials.name },
      label: setupCodes.label,
      host: deviceRequests.host,
    })
    .from(oneTimeCodes)
    .innerJoin(users, eq(users.id, oneTimeCodes.userId))
    .leftJoin(issuers, eq(issuers.id, oneTimeCodes.issuedBy))
    .leftJoin(credentials, eq(credentials.id, oneTimeCodes.issuedCredentialId))
    .leftJoin(setupCodes, eq(setupCodes.id, oneTimeCodes.id))
    .leftJoin(deviceRequests, eq(deviceRequests.deviceHash, oneTimeCodes.hash))
    .$dynamic();
}

function toLinkView({ code, user, issuedBy, credential, label, host }: LinkRow): LinkView {
  return {
    id: code.id,
    // Only the code of the first admin is nobody's, and it is not in this list.
    kind: code.purpose as LinkKind,
    user,
    issuedBy,
    credential,
    about: label ?? host,
    createdAt: code.createdAt.toISOString(),
    expiresAt: code.expiresAt.toISOString(),
  };
}
