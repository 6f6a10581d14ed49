import type { Database } from '#db/client.ts';
import type { Ctx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { readCursor, writeCursor } from '#server/core/paging/cursor.ts';
import { findPage, sortKeys, type Among } from '#server/credentials/token-triage/find-page.ts';
import {
  findMatching,
  findOwners,
  findTallies,
  hasSearchIndex,
} from '#server/credentials/token-triage/queries.ts';
import { countsOf } from '#server/credentials/token-triage/rules.ts';
import type { AdminTokenPageView, ListAdminTokensInput } from '#server/credentials/token-triage/schema.ts';
import { readTokens } from '#server/credentials/tokens/read-tokens.ts';

/** Matches that are sorted rather than looked for along the list. */
const fewMatches = 2_000;
/** The search index knows three letters and more. */
const shortestIndexed = 3;

/** A page of everyone's tokens, and the counts of all of them. Throws `validation_failed` for a cursor of somewhere else. */
export async function listAdminTokens(ctx: Ctx, input: ListAdminTokensInput): Promise<AdminTokenPageView> {
  const { runtime, principal } = ctx;
  const { tenantId } = principal;
  const at = ctx.now();
  const { order, sort } = input;
  const list = { name: 'admin-tokens', scope: tenantId, sort, order, key: sortKeys[sort].type };
  const after = readCursor(list, input.cursor);
  const [page, tallies] = await Promise.all([
    chooseAmong(runtime.db, tenantId, input).then((among) =>
      findPage(runtime.db, { tenantId, input, after, at }, among),
    ),
    findTallies(runtime.db, tenantId, at),
  ]);
  return {
    items: await readTokens(runtime.db, tenantId, page.ids, at),
    nextCursor: page.end && writeCursor(list, page.end),
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
