import type { Transaction } from '#db/client.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { auditRow, insertAuditRows } from '#server/core/audit/record.ts';
import { findMentions, type TokenMention } from '#server/credentials/token-triage/find-mentions.ts';
import { findByHash, findByPrefix, type FoundSecret } from '#server/credentials/token-triage/queries.ts';
import {
  triageLimits,
  type IdentificationView,
  type IdentifiedView,
  type IdentifyInput,
} from '#server/credentials/token-triage/schema.ts';
import { readTokens } from '#server/credentials/tokens/read-tokens.ts';

const { identifiedTokens, samePrefix } = triageLimits;

/**
 * Whose the tokens in a text are, which may be whole or cut down to their prefixes. Of the text nothing is kept; that it
 * was asked is audited, with how many were found.
 */
export function identifyTokens(ctx: PersonCtx, { text }: IdentifyInput): Promise<IdentificationView> {
  const { tenantId } = ctx.principal;
  const mentions = findMentions(text);
  const looked = mentions.slice(0, identifiedTokens);
  return ctx.change(async (tx) => {
    const secretsOf = await findMentioned(tx, tenantId, looked);
    const ids = new Set(looked.flatMap(secretsOf).map(({ tokenId }) => tokenId));
    const tokens = await readTokens(tx, tenantId, [...ids], ctx.now());
    const detail = { found: mentions.length, known: ids.size };
    const audited = auditRow(ctx, { action: 'token.identify', detail });
    if (ctx.runtime.auditQueue.admits(audited)) await insertAuditRows(tx, [audited]);
    const tokenOf = new Map(tokens.map((token) => [token.id, token]));
    const items = looked.flatMap((mention): IdentifiedView[] => {
      const { prefix, hash } = mention;
      const by: IdentifiedView['by'] = hash ? 'secret' : 'prefix';
      const known = secretsOf(mention).flatMap(({ state, tokenId }) => {
        const token = tokenOf.get(tokenId);
        return token ? { prefix, by, state, token } : [];
      });
      return known.length > 0 ? known : [{ prefix, by, state: 'unknown', token: null }];
    });
    return { items, skipped: mentions.length - looked.length };
  });
}

/** What each of them leads to: a secret to one token at most, a prefix to several. */
async function findMentioned(tx: Transaction, tenantId: TenantId, mentions: TokenMention[]) {
  const hashes = mentions.flatMap(({ hash }) => hash ?? []);
  const prefixes = mentions.flatMap(({ prefix, hash }) => (hash ? [] : prefix));
  const byHash = await findByHash(tx, tenantId, hashes);
  const byPrefix = await findByPrefix(tx, tenantId, { prefixes, limit: samePrefix });
  const ofHash = Map.groupBy(byHash, ({ hash }) => hash.toString('hex'));
  const ofPrefix = Map.groupBy(byPrefix, ({ prefix }) => prefix);
  return ({ prefix, hash }: TokenMention): FoundSecret[] =>
    (hash ? ofHash.get(hash.toString('hex')) : ofPrefix.get(prefix)) ?? [];
}
