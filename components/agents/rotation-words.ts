import type { RotationState, RotationView } from '#server/credentials/rotation/schema.ts';

const openStates: ReadonlySet<RotationState> = new Set(['queued', 'staged', 'delivered', 'persisted']);

/** It is under way, or waits to be. */
export const isOpen = ({ state }: Pick<RotationView, 'state'>) => openStates.has(state);

export const stateWords: Record<RotationState, string> = {
  queued: 'Waits for the agent to connect',
  staged: 'New secret made, on its way to the agent',
  delivered: 'Delivered, the agent is saving it',
  persisted: 'Saved on the agent, about to be used',
  promoted: 'In use',
  failed: 'Failed',
  superseded: 'Replaced by a later one',
  cancelled: 'Cancelled',
};
