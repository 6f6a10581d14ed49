import { and, eq, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import type { Database } from '#db/client.ts';
import { byTime, inOrder, isBehind, type Keyset, keyText, type KeysetPosition } from '#db/keyset.ts';
import { agents } from '#db/schema/agents.ts';
import { credentials } from '#db/schema/credentials.ts';
import { deviceRequests } from '#db/schema/device-requests.ts';
import { oneTimeCodes, users } from '#db/schema/people.ts';
import { setupCodes } from '#db/schema/setup-codes.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { isOpen } from '#server/core/one-time-codes/queries.ts';

const issuers = alias(users, 'issuers');
const enrolled = alias(credentials, 'enrolled');

export const newestLinksFirst: Keyset = {
  key: byTime(sql`${oneTimeCodes.createdAt}`),
  id: oneTimeCodes.id,
  order: 'desc',
};

/** What was handed out in a tenant and still works, behind a place in the list. */
export function findOpenLinks(
  db: Database,
  { tenantId, at }: { tenantId: TenantId; at: Date },
  { place, limit }: { place: KeysetPosition | undefined; limit: number },
): Promise<OpenLinkRow[]> {
  return selectLinks(db)
    .where(
      and(
        eq(oneTimeCodes.tenantId, tenantId),
        isOpen(at),
        isNewestOfKind,
        place && isBehind(newestLinksFirst, place),
      ),
    )
    .orderBy(inOrder(newestLinksFirst))
    .limit(limit);
}

/** A mailed link stands beside the one that the admin was shown. Using either ends both, so they are one here. */
const isNewestOfKind = sql`(${oneTimeCodes.purpose} in ('setup', 'device', 'agent') or not exists (
  select from ${oneTimeCodes} newer where newer.user_id = ${oneTimeCodes.userId}
    and newer.purpose = ${oneTimeCodes.purpose} and newer.consumed_at is null and newer.id > ${oneTimeCodes.id}))`;

export type OpenLinkRow = Awaited<ReturnType<typeof selectLinks>>[number];

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
      agent: enrolled.name,
      place: { key: keyText(newestLinksFirst), id: oneTimeCodes.id },
    })
    .from(oneTimeCodes)
    .innerJoin(users, eq(users.id, oneTimeCodes.userId))
    .leftJoin(issuers, eq(issuers.id, oneTimeCodes.issuedBy))
    .leftJoin(credentials, eq(credentials.id, oneTimeCodes.issuedCredentialId))
    .leftJoin(setupCodes, eq(setupCodes.id, oneTimeCodes.id))
    .leftJoin(agents, eq(agents.codeId, oneTimeCodes.id))
    .leftJoin(enrolled, eq(enrolled.id, agents.id))
    .leftJoin(deviceRequests, eq(deviceRequests.deviceHash, oneTimeCodes.hash))
    .$dynamic();
}
