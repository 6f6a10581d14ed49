import type { Database } from '#db/client.ts';
import type { Ctx } from '#server/access/context.ts';
import type { TenantId } from '#server/access/principal.ts';
import { findPage, type Among } from '#server/admin-tokens/find-page.ts';
import {
  findMatching,
  findOwners,
  findTallies,
  hasSearchIndex,
  isToken,
} from '#server/admin-tokens/queries.ts';
import { countsOf, foreignCursor, parseCursor, toCursor, type Position } from '#server/admin-tokens/rules.ts';
import type { AdminTokenPageView, ListAdminTokensInput } from '#server/admin-tokens/schema.ts';
import { readTokens } from '#server/tokens/read.ts';

/** Matches that are sorted rather than looked for along the list. */
const fewMatches = 2_000;
/** The search index knows three letters and more. */
const shortestIndexed = 3;

/** A page of everyone's tokens, and the counts of all of them. Throws `validation_failed` for a cursor of somewhere else. */
export async function listAdminTokens(ctx: Ctx, input: ListAdminTokensInput): Promise<AdminTokenPageView> {
  const { runtime, principal } = ctx;
  const { tenantId } = principal;
  const at = ctx.now();
  const after = await openCursor(runtime.db, tenantId, input);
  const [page, tallies] = await Promise.all([
    chooseAmong(runtime.db, tenantId, input).then((among) =>
      findPage(runtime.db, { tenantId, input, after, at }, among),
    ),
    findTallies(runtime.db, tenantId, at),
  ]);
  return {
    items: await readTokens(runtime.db, tenantId, page.ids, at),
    nextCursor: page.end && toCursor(input.sort, page.end),
    counts: countsOf(tallies),
  };
}

/** Narrows the search where few tokens can be meant: one person's, or the matches of a rare word. */
async function chooseAmong(db: Database, tenantId: TenantId, input: ListAdminTokensInput): Promise<Among> {
  if (input.user) return { owners: await findOwners(db, tenantId, input.user) };
  if (!input.search || input.search.length < shortestIndexed || !(await hasSearchIndex(db))) return undefined;
  const ids = await findMatching(db, tenantId, input.search, fewMatches + 1);
  return ids.length > fewMatches ? undefined : { ids };
}

/** A cursor names a token of this tenant, wherever in the list that one stands by now. */
async function openCursor(
  db: Database,
  tenantId: TenantId,
  { sort, cursor }: ListAdminTokensInput,
): Promise<Position | undefined> {
  if (!cursor) return undefined;
  const position = parseCursor(sort, cursor);
  if (!(await isToken(db, tenantId, position.id))) throw foreignCursor();
  return position;
}
