import type { Permission } from '#server/core/access/schema.ts';
import type { AgentView } from '#server/credentials/agents/schema.ts';
import { isOpen } from './rotation-words.ts';

/** Who looks, as far as it decides what they may do to an agent. */
export interface Viewer {
  userId: string | undefined;
  permissions: readonly Permission[];
}

/** What can be done to an agent now, by this viewer: an owner rotates and pauses their own without a permission for it. */
export function offersOf(item: AgentView, { userId, permissions }: Viewer) {
  const isOwn = item.ownerId === userId;
  const mayWrite = permissions.includes('agents:write');
  const mayPause = isOwn || mayWrite;
  const mayRotate = isOwn || permissions.includes('agents:rotate');
  const isOn = item.enabled && item.pausedAt === null;
  const isRotating = item.rotation !== null && isOpen(item.rotation);
  return {
    rotate: mayRotate && isOn && item.epoch !== null && !isRotating,
    cancel: mayRotate && isRotating,
    edit: mayWrite,
    onOff: mayWrite,
    code: mayWrite,
    transfer: mayWrite,
    pause: mayPause && item.pausedAt === null,
    resume: mayPause && item.pausedAt !== null,
    remove: mayWrite,
  };
}
export type AgentOffers = ReturnType<typeof offersOf>;
