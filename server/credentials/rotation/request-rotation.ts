import { randomUUIDv7 } from 'node:crypto';
import type { Ctx } from '#server/core/access/context.ts';
import { findReadableAgent } from '#server/credentials/rotation/find-agent.ts';
import {
  findOpenRotation,
  insertRotation,
  lockAgentCredential,
  notifyAgentServers,
  updateAgent,
} from '#server/credentials/rotation/queries.ts';
import { recordRotation } from '#server/credentials/rotation/record-rotation.ts';
import type { RotateAgentInput, RotationView } from '#server/credentials/rotation/schema.ts';
import { toRotationView } from '#server/credentials/rotation/view.ts';
import { AppError } from '#server/errors.ts';

/**
 * Has an agent given a new secret, which goes to the agent alone; the rotation that is under way already, where one is.
 * Throws `not_found`, `permission_denied`, `agent_offline` unless it may wait.
 */
export function requestRotation(ctx: Ctx, { id, wait }: RotateAgentInput): Promise<RotationView> {
  const { tenantId, actor } = ctx.principal;
  return ctx.change(async (tx) => {
    await lockAgentCredential(tx, id);
    const agent = await findReadableAgent(tx, ctx, { id, permission: 'agents:rotate' });
    const open = await findOpenRotation(tx, id);
    if (open) return toRotationView(open, null);
    if (!agent.isConnected && wait !== 'reconnect')
      throw new AppError(
        'agent_offline',
        'This agent is not connected. Start it, or send "wait": "reconnect" to rotate it when it connects.',
      );
    const row = { id: randomUUIDv7(), tenantId, agentId: id, state: 'queued', cause: 'request' } as const;
    const made = await insertRotation(tx, { ...row, requestedBy: actor.label, createdAt: ctx.now() });
    if (!made) throw new Error('a rotation was begun without the lock');
    if (agent.stuckAt) await updateAgent(tx, id, { stuckAt: null });
    await recordRotation(tx, ctx, 'rotation.request', { agent, rotation: made });
    await notifyAgentServers(tx, [id]);
    return toRotationView(made, null);
  });
}
