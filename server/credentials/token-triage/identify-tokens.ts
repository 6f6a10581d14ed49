import type { Transaction } from '#db/client.ts';
import type { PersonCtx } from '#server/core/access/context.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { auditRow, insertAuditRows } from '#server/core/audit/record.ts';
import { findKeys } from '#server/credentials/api-keys/queries.ts';
import { toKeyView } from '#server/credentials/api-keys/view.ts';
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
 * Whose the tokens in a text are, and for those who hold `keys:read` which keys are in it; they may be whole or cut down to
 * their prefixes. Of the text nothing is kept; that it was asked is audited, with how many were found.
 */
export function identifyTokens(ctx: PersonCtx, { text }: IdentifyInput): Promise<IdentificationView> {
  const { tenantId, permissions } = ctx.principal;
  const mentions = findMentions(text);
  const looked = mentions.slice(0, identifiedTokens);
  return ctx.change(async (tx) => {
    const secretsOf = await findMentioned(tx, tenantId, looked);
    const ids = [...new Set(looked.flatMap(secretsOf).map(({ credentialId }) => credentialId))];
    const tokens = await readTokens(tx, tenantId, ids, ctx.now());
    const keys = permissions.has('keys:read') ? await findKeys(tx, tenantId, ids) : [];
    const detail = { found: mentions.length, known: tokens.length + keys.length };
    const audited = auditRow(ctx, { action: 'token.identify', detail });
    if (ctx.runtime.auditQueue.admits(audited)) await insertAuditRows(tx, [audited]);
    const tokenOf = new Map(tokens.map((token) => [token.id, token]));
    const keyOf = new Map(keys.map((key) => [key.id, toKeyView(key, ctx.now())]));
    const items = looked.flatMap((mention): IdentifiedView[] => {
      const { prefix, hash } = mention;
      const by: IdentifiedView['by'] = hash ? 'secret' : 'prefix';
      const known = secretsOf(mention).flatMap(({ state, credentialId }) => {
        const [token, key] = [tokenOf.get(credentialId) ?? null, keyOf.get(credentialId) ?? null];
        return token || key ? { prefix, by, state, token, key } : [];
      });
      return known.length > 0 ? known : [{ prefix, by, state: 'unknown', token: null, key: null }];
    });
    return { items, skipped: mentions.length - looked.length };
  });
}

/** What each of them leads to: a secret to one credential at most, a prefix to several. */
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
