import type { Ctx } from '#server/core/access/context.ts';
import type { AgentPrincipal } from '#server/core/access/principal.ts';
import { dropStaged, stageSecret } from '#server/core/secrets/replace-secret.ts';
import {
  findOpenRotation,
  findRotationTerms,
  lockAgentCredential,
  updateRotation,
} from '#server/credentials/rotation/queries.ts';
import { recordRotation, rotatingServer } from '#server/credentials/rotation/record-rotation.ts';
import type { Secret } from '#server/secret.ts';

/** An agent on its connection: its upgrade request stands for all that it says there. */
export type AgentCtx = Ctx<AgentPrincipal>;

/** A new secret, which is in the memory of this server only until the agent has it. */
export interface StagedRotation {
  rotationId: string;
  epoch: number;
  secret: Secret;
  graceSeconds: number;
  timeoutSeconds: number;
}

/** Makes the secret of the rotation that waits for an agent; undefined where none does, or it has another connection by now. */
export function stageRotation(ctx: AgentCtx, connectionId: string): Promise<StagedRotation | undefined> {
  const { agent, tenantId } = ctx.principal;
  return ctx.change(async (tx) => {
    await lockAgentCredential(tx, agent.id);
    const [open, terms] = [await findOpenRotation(tx, agent.id), await findRotationTerms(tx, agent.id)];
    if (open?.state !== 'queued' || terms?.connectionId !== connectionId) return undefined;
    const at = ctx.now();
    await dropStaged(tx, agent.id, at);
    const staging = { credentialId: agent.id, kind: 'agt', rotationId: open.id } as const;
    const { secret, epoch } = await stageSecret(tx, staging, at);
    await updateRotation(tx, { agentId: agent.id, id: open.id }, { state: 'staged', epoch, stagedAt: at });
    const rotation = { id: open.id, epoch };
    await recordRotation(tx, ctx, 'rotation.stage', { agent, rotation, by: rotatingServer(tenantId) });
    const { graceMinutes, timeoutSeconds } = terms;
    return { rotationId: open.id, epoch, secret, graceSeconds: graceMinutes * 60, timeoutSeconds };
  });
}
