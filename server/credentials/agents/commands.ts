import type { Transaction } from '#db/client.ts';
import type { Ctx, PersonCtx } from '#server/core/access/context.ts';
import type { Permission, Resources } from '#server/core/access/schema.ts';
import { changedFields } from '#server/core/audit/changes.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { requirePermission } from '#server/core/authentication/require-permission.ts';
import { endAgentCode } from '#server/credentials/agents/end-agent-code.ts';
import { lockAgent, lockForAgents, refusingTakenAgentName } from '#server/credentials/agents/lock.ts';
import {
  findAgent,
  findLatestRotations,
  updateAgentRow,
  updateCredentialRow,
  type AgentRow,
  type AgentScope,
} from '#server/credentials/agents/queries.ts';
import { addedPermissions, assertReplaceable, isWidening } from '#server/credentials/agents/rules.ts';
import type {
  AgentIdInput,
  AgentView,
  PauseAgentInput,
  UpdateAgentInput,
} from '#server/credentials/agents/schema.ts';
import { toAgentView } from '#server/credentials/agents/view.ts';
import { assertMayAdd } from '#server/credentials/api-keys/commands.ts';
import { endOpenRotation } from '#server/credentials/rotation/end-open-rotation.ts';
import { notFound } from '#server/errors.ts';

/** Which agents a request sees: with `agents:read` all of the tenant, else a person's own. Throws `permission_denied`. */
export function agentsSeen(ctx: Ctx): AgentScope {
  return scopeOf(ctx, 'agents:read');
}

/** Their own, in person or by a token that may do all that they may. */
function scopeOf(ctx: Ctx, permission: 'agents:read' | 'agents:write'): AgentScope {
  const { tenantId, permissions, ...principal } = ctx.principal;
  const isWhole = principal.origin.kind === 'session' || principal.origin.grant[0] === '*';
  if (principal.kind === 'user' && isWhole && !permissions.has(permission))
    return { tenantId, ownerId: principal.user.id };
  requirePermission(ctx, permission);
  return { tenantId };
}

/** One agent. Throws `permission_denied`, and `not_found` for what the request does not see. */
export function getAgent(ctx: Ctx, { id }: AgentIdInput): Promise<AgentView> {
  return viewAgent(ctx.runtime.db, ctx, { scope: agentsSeen(ctx), id });
}

/**
 * Changes an agent. What widens it needs a session that was signed in lately, and only what one holds oneself can be added.
 * Throws `not_found`, `name_taken`, `session_required`, `sign_in_again`, `validation_failed`.
 */
export function updateAgent(ctx: PersonCtx, { id, ...input }: UpdateAgentInput): Promise<AgentView> {
  const { tenantId } = ctx.principal;
  return ctx.change(async (tx) => {
    const { overdueDays, held } = await lockForAgents(tx, ctx);
    const agent = await lockAgent(tx, { tenantId }, { id, at: ctx.now() });
    const changes = changedFields(agent, input);
    if (Object.keys(changes).length === 0) return viewAgain(tx, ctx, id);
    assertReplaceable(input.rotationDays ?? null, overdueDays);
    assertMayWiden(ctx, { agent, change: input, held });
    await writeChanges(tx, agent, { tenantId, ...input });
    await recordAudit(tx, ctx, {
      action: 'agent.update',
      resource: agentResource(agent),
      detail: { changes },
    });
    return viewAgain(tx, ctx, id);
  });
}

/** Refuses an agent until it is resumed. Its owner may, too; repeating it changes nothing. Throws `not_found`, `permission_denied`. */
export function pauseAgent(ctx: PersonCtx, { id, reason }: PauseAgentInput): Promise<AgentView> {
  return ctx.change(async (tx) => {
    await lockForAgents(tx, ctx);
    const agent = await lockAgent(tx, scopeOf(ctx, 'agents:write'), { id, at: ctx.now() });
    if (agent.pausedAt) return viewAgain(tx, ctx, id);
    const paused = { pausedAt: ctx.now(), pauseReason: reason };
    await updateAgentRow(tx, { tenantId: ctx.principal.tenantId, id }, paused);
    await recordAudit(tx, ctx, { action: 'agent.pause', resource: agentResource(agent), detail: { reason } });
    return viewAgain(tx, ctx, id);
  });
}

/** Lets a paused agent go on, and settles that it seemed to run twice. Its owner may, too. Throws `not_found`, `permission_denied`. */
export function resumeAgent(ctx: PersonCtx, { id }: AgentIdInput): Promise<AgentView> {
  return ctx.change(async (tx) => {
    await lockForAgents(tx, ctx);
    const agent = await lockAgent(tx, scopeOf(ctx, 'agents:write'), { id, at: ctx.now() });
    if (!agent.pausedAt) return viewAgain(tx, ctx, id);
    const resumed = { pausedAt: null, pauseReason: null, cloneSuspectedAt: null };
    await updateAgentRow(tx, { tenantId: ctx.principal.tenantId, id }, resumed);
    const detail = { pausedAt: agent.pausedAt.toISOString() };
    await recordAudit(tx, ctx, { action: 'agent.resume', resource: agentResource(agent), detail });
    return viewAgain(tx, ctx, id);
  });
}

/** Ends an agent for good: its secret, its code and what was under way. Its row stays. Throws `not_found`. */
export function deleteAgent(ctx: PersonCtx, { id }: AgentIdInput): Promise<null> {
  const { tenantId, user } = ctx.principal;
  return ctx.change(async (tx) => {
    await lockForAgents(tx, ctx);
    await endAgentCode(tx, tenantId, { id, at: ctx.now() });
    const at = ctx.now();
    const agent = await lockAgent(tx, { tenantId }, { id, at });
    await updateCredentialRow(tx, { tenantId, id }, { revokedAt: at, revokedBy: user.id });
    await updateAgentRow(tx, { tenantId, id }, { codeId: null, rotateAfter: null });
    await endOpenRotation(tx, ctx, { agent, state: 'cancelled' });
    await recordAudit(tx, ctx, { action: 'agent.delete', resource: agentResource(agent) });
    return null;
  });
}

/** An agent as it is now. Throws `not_found`. */
export function viewAgain(tx: Transaction, ctx: Ctx, id: string): Promise<AgentView> {
  return viewAgent(tx, ctx, { scope: { tenantId: ctx.principal.tenantId }, id });
}

/** An agent as the audit log names it. */
export function agentResource({ id, name }: { id: string; name: string }) {
  return { type: 'agent', id, label: name };
}

async function viewAgent(
  db: Parameters<typeof findAgent>[0],
  ctx: Ctx,
  { scope, id }: { scope: AgentScope; id: string },
): Promise<AgentView> {
  const agent = await findAgent(db, scope, { id, at: ctx.now() });
  if (!agent) throw notFound('agent');
  const [rotation] = await findLatestRotations(db, [id]);
  return toAgentView(agent, rotation);
}

interface Widening {
  agent: AgentRow;
  change: Omit<UpdateAgentInput, 'id'>;
  /** By the person who changes it. */
  held: ReadonlySet<Permission>;
}

function assertMayWiden(ctx: PersonCtx, { agent, change, held }: Widening): void {
  const terms = { ...agent, resources: agent.resources as Resources };
  const added = addedPermissions(agent, change.permissions);
  if (isWidening(terms, change)) assertMayAdd(ctx, { added, held, machine: 'agent' });
}

async function writeChanges(
  tx: Transaction,
  { id }: AgentRow,
  {
    tenantId,
    description,
    rotationDays,
    enabled,
    ...granted
  }: Omit<UpdateAgentInput, 'id'> & Pick<AgentScope, 'tenantId'>,
): Promise<void> {
  // Enabling it clears the hold that had disabled it.
  const row = { ...granted, ...(enabled !== undefined && { enabled, ...(enabled && { held: false }) }) };
  if (Object.keys(row).length > 0)
    await refusingTakenAgentName(() => updateCredentialRow(tx, { tenantId, id }, row));
  if (description !== undefined || rotationDays !== undefined)
    await updateAgentRow(tx, { tenantId, id }, { description, rotationDays });
}
