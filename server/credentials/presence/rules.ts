import type { Role } from '#server/core/access/schema.ts';

/** Why a server closes the connection of an agent. */
export interface Closing {
  why: 'refused' | 'tenantSuspended' | 'replaced' | 'olderEpoch' | 'goingAway';
  reason: string;
}

/** Of an agent, what decides whether it may keep a connection. */
export interface StandingState {
  revokedAt: Date | null;
  enabled: boolean;
  pausedAt: Date | null;
  pauseReason: string | null;
  tenantSuspended: boolean;
  ownerActive: boolean;
  ownerId: string;
  ownerRole: Role;
  hasSecret: boolean;
  /** Of the secret that it got by its last code; what it had before stopped then. */
  enrolledEpoch: number | null;
  connectionId: string | null;
  connectionEpoch: number | null;
}

/** A connection as its server knows it. */
export interface HeldConnection {
  id: string;
  epoch: number;
  ownerId: string;
  ownerRole: Role;
  hasSaidHello: boolean;
}

export const ofSuspended: Closing = { why: 'tenantSuspended', reason: 'this organisation is suspended' };

/** Why a connection has to be closed; undefined: it may stay. An agent that is not found was deleted. */
export function closingOf(standing: StandingState | undefined, held: HeldConnection): Closing | undefined {
  if (!standing || standing.revokedAt) return { why: 'refused', reason: 'this agent was deleted' };
  if (standing.tenantSuspended) return ofSuspended;
  if (!standing.enabled) return { why: 'refused', reason: 'this agent is switched off' };
  if (standing.pausedAt) return { why: 'refused', reason: pausedReason(standing.pauseReason) };
  if (!standing.hasSecret) return { why: 'refused', reason: 'the secrets of this agent were retired' };
  if (held.epoch < (standing.enrolledEpoch ?? 0))
    return { why: 'refused', reason: 'this agent was enrolled again' };
  if (!standing.ownerActive) return { why: 'refused', reason: 'the account of its owner is deactivated' };
  // What it may do has changed, not that it may: it comes back at once, as what it is now.
  if (standing.ownerId !== held.ownerId || standing.ownerRole !== held.ownerRole)
    return { why: 'goingAway', reason: 'its owner, or their role, has changed: reconnect' };
  return held.hasSaidHello ? replacementOf(standing, held) : undefined;
}

function replacementOf(
  { connectionId, connectionEpoch }: StandingState,
  held: HeldConnection,
): Closing | undefined {
  if (connectionId === null || connectionId === held.id) return undefined;
  return (connectionEpoch ?? 0) > held.epoch
    ? { why: 'olderEpoch', reason: 'this agent connected with a newer secret' }
    : { why: 'replaced', reason: 'this agent connected again' };
}

const longestReason = 100;

/** A close frame has room for 123 bytes. */
export function pausedReason(reason: string | null): string {
  const text = reason === null ? 'paused' : `paused: ${reason}`;
  return Buffer.byteLength(text) <= longestReason ? text : `${cutBytes(text)}…`;
}

function cutBytes(text: string): string {
  let cut = text.slice(0, longestReason);
  while (Buffer.byteLength(cut) > longestReason) cut = cut.slice(0, -1);
  return cut.toWellFormed().replace(/\uFFFD$/, '');
}
