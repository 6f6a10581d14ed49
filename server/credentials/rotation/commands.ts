import type { Transaction } from '#db/client.ts';
import { redactSecrets } from '#server/core/secrets/format.ts';
import { dropStaged } from '#server/core/secrets/replace-secret.ts';
import { updateConnectionEpoch } from '#server/credentials/presence/queries.ts';
import {
  findOpenRotation,
  findRotations,
  lockAgentCredential,
  updateRotation,
} from '#server/credentials/rotation/queries.ts';
import { recordRotation, rotatingServer } from '#server/credentials/rotation/record-rotation.ts';
import type { AgentFailure, RotationState } from '#server/credentials/rotation/schema.ts';
import type { AgentCtx } from '#server/credentials/rotation/stage-rotation.ts';
import type { RotationRow } from '#server/credentials/rotation/view.ts';

/**
 * Says, before its secret is sent, that the agent may hold it from now on. False where the rotation was cancelled or
 * superseded meanwhile: then it must not be sent.
 */
export function markDelivered(ctx: AgentCtx, rotationId: string): Promise<boolean> {
  return step(ctx, { rotationId, from: ['staged'] }, async (tx, rotation) => {
    const { agent, tenantId } = ctx.principal;
    const at = { agentId: agent.id, id: rotation.id };
    await updateRotation(tx, at, { state: 'delivered', deliveredAt: ctx.now() });
    await recordRotation(tx, ctx, 'rotation.deliver', { agent, rotation, by: rotatingServer(tenantId) });
  });
}

/** The agent has the secret on its disk. False where that is of no interest any more. */
export function markPersisted(ctx: AgentCtx, rotationId: string): Promise<boolean> {
  return step(ctx, { rotationId, from: ['delivered'] }, (tx, rotation) => persist(tx, ctx, rotation));
}

export async function persist(tx: Transaction, ctx: AgentCtx, rotation: RotationRow): Promise<void> {
  const { agent } = ctx.principal;
  const changes = { state: 'persisted', persistedAt: ctx.now(), failure: null } as const;
  await updateRotation(tx, { agentId: agent.id, id: rotation.id }, changes);
  await recordRotation(tx, ctx, 'rotation.persist', { agent, rotation });
}

/** The agent cannot take the secret: the one that it has goes on. */
export function markFailed(
  ctx: AgentCtx,
  { rotationId, reason, text }: { rotationId: string; reason: AgentFailure; text?: string | undefined },
): Promise<boolean> {
  const from: RotationState[] = ['staged', 'delivered', 'persisted'];
  return step(ctx, { rotationId, from }, async (tx, rotation) => {
    const { agent } = ctx.principal;
    const failureText = text === undefined ? null : plainLine(text);
    const changes = { state: 'failed', failure: reason, failureText, endedAt: ctx.now() } as const;
    await dropStaged(tx, agent.id, ctx.now());
    await updateRotation(tx, { agentId: agent.id, id: rotation.id }, changes);
    await recordRotation(tx, ctx, 'rotation.fail', {
      agent,
      rotation,
      detail: { reason, text: failureText },
    });
  });
}

/** The agent has not answered in time. The rotation stays open: its next hello tells what it holds. */
export function markTimedOut(ctx: AgentCtx, rotationId: string): Promise<boolean> {
  return step(ctx, { rotationId, from: ['delivered'] }, (tx, { id }) =>
    updateRotation(tx, { agentId: ctx.principal.agent.id, id }, { failure: 'timeout' }),
  );
}

/** The agent uses the new secret, so that one that connects with an older one is found out. False where it does not. */
export async function noteCompleted(
  { runtime, principal }: AgentCtx,
  connectionId: string,
  { rotationId, epoch }: { rotationId: string; epoch: number },
): Promise<boolean> {
  const agentId = principal.agent.id;
  const [found] = await findRotations(runtime.db, agentId, { limit: 1, id: rotationId });
  if (found?.rotation.state !== 'promoted' || found.rotation.epoch !== epoch) return false;
  await updateConnectionEpoch(runtime.db, { agentId, connectionId, epoch });
  return true;
}

/** Does something to the open rotation where it is the one that is meant and has come so far; false where not. */
function step(
  ctx: AgentCtx,
  { rotationId, from }: { rotationId: string; from: readonly RotationState[] },
  change: (tx: Transaction, rotation: RotationRow) => Promise<void>,
): Promise<boolean> {
  const { id } = ctx.principal.agent;
  return ctx.change(async (tx) => {
    await lockAgentCredential(tx, id);
    const open = await findOpenRotation(tx, id);
    if (open?.id !== rotationId || !from.includes(open.state)) return false;
    await change(tx, open);
    return true;
  });
}

/** What an agent wrote, as one line without what looks like a secret. */
function plainLine(text: string): string | null {
  const line = redactSecrets(text)
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .trim();
  return line === '' ? null : line.slice(0, 200).toWellFormed();
}
