import { rest, router, signedIn } from '#server/core/procedures/builders.ts';
import { cancelRotation } from '#server/credentials/rotation/cancel-rotation.ts';
import { listRotations } from '#server/credentials/rotation/list-rotations.ts';
import { requestRotation } from '#server/credentials/rotation/request-rotation.ts';
import {
  listRotationsInput,
  rotateAgentInput,
  rotationIdInput,
  rotationPageView,
  rotationView,
} from '#server/credentials/rotation/schema.ts';

/** For the owner of the agent, and for all who may see or rotate any: see `findReadableAgent`. */
export const rotationsRouter = router({
  rotate: signedIn
    .meta(
      rest('POST', '/agents/{id}/rotate', 'Give an agent a new secret, which it alone gets to see', {
        status: 202,
        errors: ['not_found', 'permission_denied', 'agent_offline'],
      }),
    )
    .input(rotateAgentInput)
    .output(rotationView)
    .mutation(({ ctx, input }) => requestRotation(ctx, input)),
  list: signedIn
    .meta(
      rest('GET', '/agents/{id}/rotations', 'List the rotations of an agent', {
        errors: ['not_found', 'permission_denied'],
      }),
    )
    .input(listRotationsInput)
    .output(rotationPageView)
    .query(({ ctx, input }) => listRotations(ctx, input)),
  cancel: signedIn
    .meta(
      rest('POST', '/agents/{id}/rotations/{rotationId}/cancel', 'Cancel a rotation that is under way', {
        errors: ['not_found', 'permission_denied', 'rotation_over'],
      }),
    )
    .input(rotationIdInput)
    .output(rotationView)
    .mutation(({ ctx, input }) => cancelRotation(ctx, input)),
});
