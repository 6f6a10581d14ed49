import { and, eq, inArray, isNull, sql } from 'drizzle-orm';
import type { Connection } from '#db/client.ts';
import { credentials } from '#db/schema/credentials.ts';
import { users } from '#db/schema/people.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { viewTokens } from '#server/credentials/tokens/list.ts';
import { selectTokens } from '#server/credentials/tokens/queries.ts';
import type { TokenView } from '#server/credentials/tokens/schema.ts';

export interface OwnedTokenView extends TokenView {
  owner: { id: string; email: string; name: string; active: boolean };
}

/** Tokens of a tenant with whose they are, in the order of the ids given. Ids that it has no token of are left out. */
export async function readTokens(
  db: Connection,
  tenantId: TenantId,
  ids: string[],
  at: Date,
): Promise<OwnedTokenView[]> {
  if (ids.length === 0) return [];
  const chosen = and(eq(credentials.tenantId, tenantId), inArray(credentials.id, ids));
  const [rows, owners] = await Promise.all([
    selectTokens(db).where(chosen),
    db
      .select({
        tokenId: credentials.id,
        id: users.id,
        email: users.email,
        name: users.name,
        active: sql<boolean>`${and(isNull(users.deactivatedAt), isNull(users.deletedAt))}`,
      })
      .from(credentials)
      .innerJoin(users, eq(users.id, credentials.ownerUserId))
      .where(chosen),
  ]);
  const views = new Map((await viewTokens(db, tenantId, rows, at)).map((view) => [view.id, view]));
  const ownerOf = new Map(owners.map(({ tokenId, ...owner }) => [tokenId, owner]));
  return ids.flatMap((id) => {
    const [view, owner] = [views.get(id), ownerOf.get(id)];
    return view && owner ? [{ ...view, owner }] : [];
  });
}
