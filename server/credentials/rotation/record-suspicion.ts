import type { Transaction } from '#db/client.ts';
import { recordAudit } from '#server/core/audit/record.ts';
import { notify } from '#server/core/notifications/notify.ts';
import type { NoticeKind } from '#server/core/notifications/schema.ts';
import type { Closing } from '#server/credentials/presence/rules.ts';
import { updateAgent, type HelloFacts } from '#server/credentials/rotation/queries.ts';
import { rotatingServer } from '#server/credentials/rotation/record-rotation.ts';
import type { AgentCtx } from '#server/credentials/rotation/stage-rotation.ts';

const quietMs = 600_000;

/**
 * Writes down that an agent seems to run twice, tells its owner and, where the tenant wants it so, pauses it. Returns why its
 * connection is closed then. What goes on for a while is one row in ten minutes.
 */
export async function recordClone(
  tx: Transaction,
  ctx: AgentCtx,
  facts: Pick<HelloFacts, 'cloneSuspectedAt' | 'cloneAction' | 'visits'>,
  { host }: { host: string },
): Promise<Closing | undefined> {
  const { agent } = ctx.principal;
  const at = ctx.now();
  const isKnown = facts.cloneSuspectedAt && at.getTime() - facts.cloneSuspectedAt.getTime() < quietMs;
  if (!isKnown) {
    await updateAgent(tx, agent.id, { cloneSuspectedAt: at });
    const before = facts.visits.findLast((visit) => visit.host !== host) ?? facts.visits.at(-1);
    const places = [before, { host, address: ctx.request.address }].map((place) => ({
      host: place?.host ?? null,
      address: place?.address ?? null,
    }));
    const detail = { epoch: agent.epoch, places };
    await recordAudit(tx, ctx, { action: 'agent.clone_suspected', resource: resourceOf(ctx), detail });
    await tellOwner(tx, ctx, 'agent_cloned');
  }
  return facts.cloneAction === 'pause' ? pause(tx, ctx) : undefined;
}

async function pause(tx: Transaction, ctx: AgentCtx): Promise<Closing> {
  const { agent, tenantId } = ctx.principal;
  const pauseReason = 'It seems to run in two places.';
  await updateAgent(tx, agent.id, { pausedAt: ctx.now(), pauseReason });
  await recordAudit(tx, ctx, {
    action: 'agent.pause',
    resource: resourceOf(ctx),
    detail: { reason: pauseReason },
    actor: rotatingServer(tenantId),
  });
  return { why: 'refused', reason: `paused: ${pauseReason}` };
}

/** So many rotations were delivered and never heard of that no more are tried until someone acts. */
export async function recordStuck(tx: Transaction, ctx: AgentCtx): Promise<void> {
  const { agent, tenantId } = ctx.principal;
  await updateAgent(tx, agent.id, { stuckAt: ctx.now() });
  await recordAudit(tx, ctx, {
    action: 'rotation.stuck',
    outcome: 'failed',
    resource: resourceOf(ctx),
    actor: rotatingServer(tenantId),
  });
  await tellOwner(tx, ctx, 'agent_stuck');
}

const resourceOf = ({ principal: { agent } }: AgentCtx) => ({
  type: 'agent',
  id: agent.id,
  label: agent.name,
});

function tellOwner(tx: Transaction, { runtime, principal, request, now }: AgentCtx, kind: NoticeKind) {
  const { agent, tenantId } = principal;
  const notice = { tenantId, userId: agent.ownerId, credentialId: agent.id, kind, day: now() };
  return notify(tx, runtime, [{ ...notice, address: request.address }]);
}
