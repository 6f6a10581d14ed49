import type { Ctx } from '#server/core/access/context.ts';
import { endOpenRotation } from '#server/credentials/rotation/end-open-rotation.ts';
import { findReadableAgent } from '#server/credentials/rotation/find-agent.ts';
import { findRotations, lockAgentCredential } from '#server/credentials/rotation/queries.ts';
import {
  openRotationStates,
  type RotationIdInput,
  type RotationState,
  type RotationView,
} from '#server/credentials/rotation/schema.ts';
import { toRotationView } from '#server/credentials/rotation/view.ts';
import { AppError, notFound } from '#server/errors.ts';

/**
 * Ends a rotation that is under way: the secret that the agent has goes on, and the new one never works.
 * Throws `not_found`, `permission_denied`, `rotation_over`.
 */
export function cancelRotation(ctx: Ctx, { id, rotationId }: RotationIdInput): Promise<RotationView> {
  return ctx.change(async (tx) => {
    await lockAgentCredential(tx, id);
    const agent = await findReadableAgent(tx, ctx, { id, permission: 'agents:rotate' });
    const [found] = await findRotations(tx, id, { limit: 1, id: rotationId });
    if (!found) throw notFound('rotation');
    const { rotation } = found;
    const open: readonly RotationState[] = openRotationStates;
    if (!open.includes(rotation.state))
      throw new AppError('rotation_over', `This rotation is over: it was ${rotation.state}. Start another.`);
    await endOpenRotation(tx, ctx, { agent, state: 'cancelled' });
    return toRotationView({ ...rotation, state: 'cancelled', endedAt: ctx.now() }, null);
  });
}
