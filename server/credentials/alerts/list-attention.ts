import type { Ctx } from '#server/core/access/context.ts';
import { findFindings } from '#server/credentials/alerts/queries.ts';
import { judge } from '#server/credentials/alerts/rules.ts';
import { attentionLimits, attentionReasons, type AttentionView } from '#server/credentials/alerts/schema.ts';
import { readTokens } from '#server/credentials/tokens/read-tokens.ts';

/** Tokens that an admin should look at, with the reason, what shows it, and what is advised. */
export async function listAttention({ runtime: { db }, principal, now }: Ctx): Promise<AttentionView> {
  const { tenantId } = principal;
  const at = now();
  const found = await Promise.all(attentionReasons.map((reason) => findFindings(db, tenantId, reason, at)));
  const shown = found.flatMap((findings) => findings.slice(0, attentionLimits.perReason));
  const ids = [...new Set(shown.map((finding) => finding.tokenId))];
  const tokens = new Map((await readTokens(db, tenantId, ids, at)).map((token) => [token.id, token]));
  return {
    items: shown.flatMap((finding) => {
      const token = tokens.get(finding.tokenId);
      if (!token) return [];
      const since = finding.at?.toISOString() ?? null;
      return [{ reason: finding.reason, ...judge(finding, token, at), since, token }];
    }),
    hasMore: attentionReasons.filter((_, index) => (found[index]?.length ?? 0) > attentionLimits.perReason),
  };
}
