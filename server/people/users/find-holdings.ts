import type { Connection } from '#db/client.ts';
import type { TenantId } from '#server/core/access/principal.ts';
import { listLiveSessions } from '#server/core/sessions/list-live-sessions.ts';
import { findOwnedAgents } from '#server/credentials/agents/find-owned-agents.ts';
import { findWorkingTokens } from '#server/credentials/tokens/find-working-tokens.ts';
import { holdingsLimit, type HoldingsView } from '#server/people/users/schema.ts';

/** What gets somebody in at a moment: where they are signed in, and which of their tokens work. */
export async function findHoldings(
  db: Connection,
  owner: { tenantId: TenantId; userId: string },
  at: Date,
): Promise<HoldingsView> {
  const sessions = await listLiveSessions(db, owner, at);
  const { tokens, count } = await findWorkingTokens(db, owner, at, holdingsLimit);
  const owned = await findOwnedAgents(db, owner, holdingsLimit);
  return {
    sessions: sessions.map(({ id, device, address, lastSeenAt }) => ({ id, device, address, lastSeenAt })),
    tokens: tokens.map((token) => ({ ...token, lastUsedAt: token.lastUsedAt?.toISOString() ?? null })),
    agents: owned.agents,
    counts: { sessions: sessions.length, tokens: count, agents: owned.count },
  };
}

export const noHoldings: HoldingsView = {
  sessions: [],
  tokens: [],
  agents: [],
  counts: { sessions: 0, tokens: 0, agents: 0 },
};
