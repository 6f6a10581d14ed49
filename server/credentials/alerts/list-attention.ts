import type { Ctx } from '#server/core/access/context.ts';
import { findAgentFindings, findFindings, findServerFindings } from '#server/credentials/alerts/queries.ts';
import { judge, judgeAgent, judgeServer } from '#server/credentials/alerts/rules.ts';
import {
  agentReasons,
  attentionLimits,
  serverReasons,
  tokenReasons,
  type AttentionItemView,
  type AttentionReason,
  type AttentionView,
} from '#server/credentials/alerts/schema.ts';
import { readTokens } from '#server/credentials/tokens/read-tokens.ts';

const { perReason } = attentionLimits;

/** Agents, tool servers and tokens that an admin should look at, with the reason, what shows it, and what is advised. */
export async function listAttention(ctx: Ctx): Promise<AttentionView> {
  const lists = await Promise.all([listAgentItems(ctx), listServerItems(ctx), listTokenItems(ctx)]);
  return {
    items: lists.flatMap(({ items }) => items),
    hasMore: lists.flatMap(({ hasMore }) => hasMore),
  };
}

const aboutNone = { token: null, agent: null, server: null };

async function listAgentItems({ runtime: { db }, principal: { tenantId } }: Ctx): Promise<AttentionView> {
  const found = await Promise.all(agentReasons.map((reason) => findAgentFindings(db, tenantId, reason)));
  const items = found
    .flatMap((findings) => findings.slice(0, perReason))
    .map((finding): AttentionItemView => {
      const { reason, id, name, owner, at } = finding;
      const since = at?.toISOString() ?? null;
      return { ...aboutNone, reason, ...judgeAgent(finding), since, agent: { id, name, owner } };
    });
  return { items, hasMore: beyond(agentReasons, found) };
}

async function listServerItems({ runtime: { db }, principal: { tenantId } }: Ctx): Promise<AttentionView> {
  const found = await Promise.all(serverReasons.map((reason) => findServerFindings(db, tenantId, reason)));
  const items = found
    .flatMap((findings) => findings.slice(0, perReason))
    .map((finding): AttentionItemView => {
      const { reason, id, alias, at } = finding;
      const since = at?.toISOString() ?? null;
      return { ...aboutNone, reason, ...judgeServer(finding), since, server: { id, alias } };
    });
  return { items, hasMore: beyond(serverReasons, found) };
}

async function listTokenItems({ runtime: { db }, principal, now }: Ctx): Promise<AttentionView> {
  const { tenantId } = principal;
  const at = now();
  const found = await Promise.all(tokenReasons.map((reason) => findFindings(db, tenantId, reason, at)));
  const shown = found.flatMap((findings) => findings.slice(0, perReason));
  const ids = [...new Set(shown.map((finding) => finding.tokenId))];
  const tokens = new Map((await readTokens(db, tenantId, ids, at)).map((token) => [token.id, token]));
  const items = shown.flatMap((finding): AttentionItemView[] => {
    const token = tokens.get(finding.tokenId);
    if (!token) return [];
    const since = finding.at?.toISOString() ?? null;
    return [{ ...aboutNone, reason: finding.reason, ...judge(finding, token, at), since, token }];
  });
  return { items, hasMore: beyond(tokenReasons, found) };
}

/** The reasons that more have than are shown. */
function beyond<R extends AttentionReason>(reasons: readonly R[], found: unknown[][]): R[] {
  return reasons.filter((_, index) => (found[index]?.length ?? 0) > perReason);
}
