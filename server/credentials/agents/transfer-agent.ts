import type { PersonCtx } from '#server/core/access/context.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { agentResource, viewAgain } from '#server/credentials/agents/commands.ts';
import { activeOwner, lockAgent, lockForAgents } from '#server/credentials/agents/lock.ts';
import { updateAgentRow } from '#server/credentials/agents/queries.ts';
import { gainedByTransfer } from '#server/credentials/agents/rules.ts';
import type { AgentGrant, AgentView, TransferAgentInput } from '#server/credentials/agents/schema.ts';
import { assertMayAdd } from '#server/credentials/api-keys/commands.ts';

/**
 * Has an agent act for someone else from its next call on. Where it can do more for them than for its owner until now, that
 * takes what widening takes. Throws `not_found`, `session_required`, `sign_in_again`, and `validation_failed` for someone who
 * is not active here.
 */
export function transferAgent(ctx: PersonCtx, { id, userId }: TransferAgentInput): Promise<AgentView> {
  const { tenantId } = ctx.principal;
  return ctx.change(async (tx) => {
    const { people, held } = await lockForAgents(tx, ctx, userId);
    const agent = await lockAgent(tx, { tenantId }, { id, at: ctx.now() });
    const owner = activeOwner(people, userId, 'userId');
    if (agent.ownerId === userId) return viewAgain(tx, ctx, id);
    const before = { role: agent.ownerRole, active: agent.ownerActive };
    const gained = gainedByTransfer(agent.permissions as AgentGrant, before, owner);
    if (gained.length > 0) assertMayAdd(ctx, { added: gained, held, machine: 'agent' });
    await updateAgentRow(tx, { tenantId, id }, { ownerUserId: userId });
    const detail = { from: agent.ownerLabel, to: owner.email };
    await recordAudit(tx, ctx, { action: 'agent.transfer', resource: agentResource(agent), detail });
    return viewAgain(tx, ctx, id);
  });
}
