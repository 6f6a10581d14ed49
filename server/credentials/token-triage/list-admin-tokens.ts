import type { Database } from '#db/client.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { readCursor, writeCursor } from '#server/core/paging/cursor.ts';
import { countMatching } from '#server/credentials/token-triage/count-matching.ts';
import { findPage, sortKeys, type Among } from '#server/credentials/token-triage/find-page.ts';
import {
  findBlockedOwners,
  findMatching,
  findOwners,
  findTallies,
  hasSearchIndex,
} from '#server/credentials/token-triage/queries.ts';
import { countsOf } from '#server/credentials/token-triage/rules.ts';
import type { AdminTokenPageView, ListAdminTokensInput } from '#server/credentials/token-triage/schema.ts';
import { matchingOf } from '#server/credentials/tokens/list.ts';
import { readTokens } from '#server/credentials/tokens/read-tokens.ts';
import { expiringBefore } from '#server/credentials/tokens/rules.ts';

/** Matches that are sorted rather than looked for along the list. */
const fewMatches = 2_000;
/** The search index knows three letters and more. */
const shortestIndexed = 3;

/** A page of everyone's tokens, the counts of all of them, and of those that match. Throws `validation_failed` for a cursor of somewhere else. */
export async function listAdminTokens(
  ctx: PersonCtx,
  input: ListAdminTokensInput,
): Promise<AdminTokenPageView> {
  const { runtime, principal } = ctx;
  const { tenantId } = principal;
  const at = ctx.now();
  const { order, sort } = input;
  const list = { name: 'admin-tokens', scope: tenantId, sort, order, key: sortKeys[sort].type };
  const after = readCursor(list, input.cursor);
  const query = { tenantId, input, after, at };
  const isNarrowed = Boolean(input.search || input.user || input.lastUsed || input.kind);
  const [among, tallies] = await Promise.all([
    chooseAmong(runtime.db, tenantId, input),
    findTallies(runtime.db, tenantId, { at, expiringBefore: expiringBefore(at) }),
  ]);
  // Few among all that are active: looked for by their owners, of whom there are fewer still.
  const nearby =
    among ??
    (input.status === 'blocked' ? { owners: await findBlockedOwners(runtime.db, tenantId) } : undefined);
  const [page, found] = await Promise.all([
    findPage(runtime.db, query, nearby),
    isNarrowed && !after ? countMatching(runtime.db, query, among) : undefined,
  ]);
  const counts = countsOf(tallies);
  return {
    items: await readTokens(runtime.db, tenantId, page.ids, at),
    nextCursor: page.end && writeCursor(list, page.end),
    counts,
    matching: after ? null : (found ?? matchingOf(counts, input.status)),
  };
}

/** Narrows the search where few tokens can be meant: one person's, or the matches of a rare word. */
async function chooseAmong(db: Database, tenantId: TenantId, input: ListAdminTokensInput): Promise<Among> {
  if (input.user) return { owners: await findOwners(db, tenantId, input.user) };
  if (!input.search || input.search.length < shortestIndexed || !(await hasSearchIndex(db))) return undefined;
  const ids = await findMatching(db, tenantId, input.search, fewMatches + 1);
  return ids.length > fewMatches ? undefined : { ids };
}
