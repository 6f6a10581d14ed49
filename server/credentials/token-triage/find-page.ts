import { and, eq, gt, isNotNull, isNull, lt, lte, not, or, sql, type SQL } from 'drizzle-orm';
import { isBlocked } from '#db/blocked-tokens.ts';
import type { Database } from '#db/client.ts';
import { beginsWith, folded, hasPart } from '#db/fold.ts';
import { isGone } from '#db/gone-tokens.ts';
import {
  byText,
  byTime,
  inOrder,
  isBehind,
  isUpTo,
  keyText,
  type Keyset,
  type KeysetPosition,
  type SortKey,
} from '#db/keyset.ts';
import { credentialSearch } from '#db/schema/admin-tokens.ts';
import { credentialLastUse, credentials, secrets } from '#db/schema/credentials.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { sweptStatuses, type SweptStatus, windowEdge } from '#server/credentials/token-triage/rules.ts';
import type {
  AdminTokenSort,
  ListAdminTokensInput,
  UseWindow,
} from '#server/credentials/token-triage/schema.ts';
import { statusIs } from '#server/credentials/tokens/list.ts';
import type { TokenStatus } from '#server/credentials/tokens/schema.ts';

/** How far one page looks for tokens that a filter lets through, in each status. What it bounds is the time of a page. */
const reach = 2_000;

const usedKey = sql`coalesce(${credentialLastUse.lastUsedAt}, '-infinity'::timestamptz)`;
const expiryKey = sql`coalesce(${credentials.expiresAt}, 'infinity'::timestamptz)`;

/** What each sort goes by: each the end of an index. */
export const sortKeys: Record<AdminTokenSort, SortKey> = {
  createdAt: byTime(sql`${credentials.createdAt}`),
  lastUsedAt: byTime(usedKey),
  expiresAt: byTime(expiryKey),
  owner: byText(credentials.ownerLabel),
  name: byText(folded(credentials.name)),
};

export interface PageQuery {
  tenantId: TenantId;
  input: ListAdminTokensInput;
  after: KeysetPosition | undefined;
  at: Date;
}

/** Which tokens are looked at: some owners', some ids, or left out all of them. */
export type Among = { owners: string[] } | { ids: string[] } | undefined;

export interface FoundPage {
  ids: string[];
  /** Where the next page begins, where there is one. */
  end: KeysetPosition | null;
}

/** The ids of a page, found without looking at more than a bounded number of tokens. */
export async function findPage(db: Database, query: PageQuery, among: Among): Promise<FoundPage> {
  const { limit } = query.input;
  const end = among || !isSelective(query.input) ? null : await findReach(db, query);
  const statement = among ? gather(query, among) : walk(query, end);
  const { rows } = await db.execute<KeysetPosition & Record<string, unknown>>(statement);
  const page = rows.slice(0, limit);
  const last = page.at(-1);
  return {
    ids: page.map((row) => row.id),
    end: rows.length > limit && last ? { key: last.key, id: last.id } : end,
  };
}

/** Whether so few may pass that a page of them could lie far apart. */
function isSelective({ search, kind, lastUsed, sort }: ListAdminTokensInput): boolean {
  return Boolean(search || kind || (lastUsed && sort !== 'lastUsedAt'));
}

/** Few tokens, sorted as they are asked for. */
function gather(query: PageQuery, among: NonNullable<Among>): SQL {
  const { tenantId, input, at } = query;
  const chosen =
    'ids' in among
      ? sql`${credentials.id} = any(${sql.param(among.ids)}::uuid[])`
      : sql`${credentials.ownerUserId} = any(${sql.param(among.owners)}::uuid[])`;
  const conditions = and(
    eq(credentials.tenantId, tenantId),
    chosen,
    input.status && statusIs(input.status, at),
    isAfter(query),
    passes(query),
  );
  return sql`select ${keyText(keysetOf(input))} as key, id from ${from(input)} where ${conditions} ${ordered(query)}`;
}

/** Each status has its part of every index, so each is walked by itself and the walks are merged. */
function walk(query: PageQuery, end: KeysetPosition | null): SQL {
  const keyset = keysetOf(query.input);
  const walks = branchesOf(query.input.status, query.at).map((branch) => {
    const part = and(
      inBranch(query, branch),
      isAfter(query),
      end ? isUpTo(keyset, end) : undefined,
      passes(query),
    );
    const few = sql`(select * from credentials where ${isInBranch(query, branch)} offset 0) as credentials`;
    const tokens = from(query.input, branch.isShort ? few : undefined);
    return sql`(select ${keyset.key.value} as key, id from ${tokens} where ${part} ${ordered(query)})`;
  });
  return merged(query, walks, query.input.limit + 1);
}

/** Where a page has to stop looking, if any of the walks goes that far. */
async function findReach(db: Database, query: PageQuery): Promise<KeysetPosition | null> {
  const keyset = keysetOf(query.input);
  const walks = branchesOf(query.input.status, query.at)
    .filter((branch) => !branch.isShort)
    .map((branch) => {
      const part = and(inBranch(query, branch), isAfter(query));
      return sql`(select ${keyset.key.value} as key, id from ${from(query.input)} where ${part} order by ${inOrder(keyset)} offset ${reach} limit 1)`;
    });
  const { rows } = await db.execute<KeysetPosition & Record<string, unknown>>(merged(query, walks, 1));
  return rows[0] ? { key: rows[0].key, id: rows[0].id } : null;
}

function merged({ input }: PageQuery, walks: SQL[], limit: number): SQL {
  const { key, order } = keysetOf(input);
  const walked: Keyset = { key: { ...key, value: sql`walked.key` }, id: sql`id`, order };
  return sql`select ${keyText(walked)} as key, id from (${sql.join(walks, sql` union all `)}) as walked
    order by ${inOrder(walked)} limit ${limit}`;
}

interface Branch {
  /** As swept: the part of the indexes that is walked. */
  swept?: SweptStatus;
  when?: SQL | undefined;
  /** What turned since the last sweep: found by when it did, then sorted. */
  isShort?: boolean;
}

/** Where the tokens of a status are, whenever the last sweep was. */
function branchesOf(status: TokenStatus | undefined, at: Date): Branch[] {
  const kept = not(isGone);
  const isLate = and(kept, lte(credentials.turnsAt, at));
  const inTime = and(kept, or(isNull(credentials.turnsAt), gt(credentials.turnsAt, at)));
  if (!status) return sweptStatuses.map((swept) => ({ swept }));
  const isTurned = and(isLate, eq(credentials.sweptStatus, 'active'), gt(credentials.expiresAt, at));
  const branches: Record<TokenStatus, Branch[]> = {
    active: [{ swept: 'active', when: and(inTime, not(isBlocked)) }],
    expiring: [
      { swept: 'expiring', when: and(inTime, not(isBlocked)) },
      { when: and(isTurned, not(isBlocked)), isShort: true },
    ],
    blocked: [
      { swept: 'active', when: and(inTime, isBlocked) },
      { swept: 'expiring', when: and(inTime, isBlocked) },
      { when: and(isTurned, isBlocked), isShort: true },
    ],
    expired: [
      { swept: 'expired', when: kept },
      { when: and(isLate, lte(credentials.expiresAt, at)), isShort: true },
    ],
    disabled: [{ swept: 'disabled', when: inTime }],
    revoked: [{ swept: 'revoked' }, { when: isGone, isShort: true }],
  };
  return branches[status];
}

function isInBranch({ tenantId }: PageQuery, { swept, when }: Branch): SQL | undefined {
  return and(eq(credentials.tenantId, tenantId), swept && eq(credentials.sweptStatus, swept), when);
}

/** The same, also in the terms of the index by use where that one is walked. */
function inBranch(query: PageQuery, branch: Branch): SQL | undefined {
  if (query.input.sort !== 'lastUsedAt') return isInBranch(query, branch);
  return and(
    isInBranch(query, branch),
    eq(credentialLastUse.tenantId, query.tenantId),
    branch.swept && eq(credentialLastUse.sweptStatus, branch.swept),
  );
}

/** The tokens, with their last use where that is asked about. */
function from({ sort, lastUsed }: ListAdminTokensInput, tokens: SQL = sql`${credentials}`): SQL {
  if (sort !== 'lastUsedAt' && !lastUsed) return tokens;
  return sql`${tokens} join ${credentialLastUse} on ${credentialLastUse.credentialId} = ${credentials.id}`;
}

function ordered(query: PageQuery): SQL {
  return sql`order by ${inOrder(keysetOf(query.input))} limit ${query.input.limit + 1}`;
}

function keysetOf({ order, sort }: ListAdminTokensInput): Keyset {
  return {
    key: sortKeys[sort],
    // Of the table whose index is walked.
    id: sort === 'lastUsedAt' ? credentialLastUse.credentialId : credentials.id,
    order,
  };
}

function isAfter({ after, input }: PageQuery): SQL | undefined {
  return after && isBehind(keysetOf(input), after);
}

export function passes({ input: { search, kind, lastUsed }, at }: PageQuery): SQL | undefined {
  return and(
    // Keys have a list of their own.
    isNotNull(credentials.ownerUserId),
    kind && eq(credentials.kind, kind),
    lastUsed && usedWithin(lastUsed, at),
    search ? matches(search) : undefined,
  );
}

/** In the terms of the index where it is sorted by use. What was used so long ago was made before, which cuts other walks short. */
export function usedWithin(window: UseWindow, at: Date): SQL | undefined {
  if (window === 'never') return sql`${usedKey} = '-infinity'`;
  const edge = windowEdge(window, at);
  const moment = sql`${edge.toISOString()}::timestamptz`;
  if (window !== '90d+') return sql`${usedKey} >= ${moment}`;
  return and(sql`${usedKey} < ${moment}`, sql`${usedKey} > '-infinity'`, lt(credentials.createdAt, edge));
}

/** One row of the texts at a time: as a join, or a set to look in, PostgreSQL may read all of them first. */
function matches(search: string): SQL {
  const text = sql`(select ${credentialSearch.text} from ${credentialSearch} where ${credentialSearch.credentialId} = ${credentials.id})`;
  return sql`(${hasPart(text, search)}
    or exists (select from ${secrets} where ${secrets.credentialId} = ${credentials.id} and ${beginsWith(secrets.prefix, search)}))`;
}
