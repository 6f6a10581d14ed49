import type { RotationState, rotationCauses, rotationFailures } from '#server/credentials/rotation/schema.ts';

const dayMs = 86_400_000;
const minuteMs = 60_000;

/** What of a tenant's settings, and of an agent's own, decides when its secret is replaced. */
export interface RotationTerms {
  /** The agent's own, or its tenant's. */
  rotationDays: number;
  overdueDays: number;
  graceMinutes: number;
}

/** When a secret that is current from a moment on is due to be replaced, when it ends if it is not, and when the one before it does. */
export function rotationDates({ rotationDays, overdueDays, graceMinutes }: RotationTerms, from: Date) {
  const rotateAfter = new Date(from.getTime() + rotationDays * dayMs);
  return {
    rotateAfter,
    expiresAt: new Date(rotateAfter.getTime() + overdueDays * dayMs),
    graceEndsAt: new Date(from.getTime() + graceMinutes * minuteMs),
  };
}

/** So many rotations are under way on one server at a time. */
export const rotationsAtOnce = 50;

/** How far, as a part of the days between two rotations, agents that were enrolled together are spread. */
export const dueSpread = 0.1;

/**
 * When the server begins to rotate an agent: spread by its id, so that those that were enrolled together are not rotated
 * together, and never so late that the secret might end first.
 */
export function rotationDueAt(
  { id, rotateAfter }: { id: string; rotateAfter: Date },
  { rotationDays, overdueDays }: Pick<RotationTerms, 'rotationDays' | 'overdueDays'>,
): Date {
  const spread = shareOf(id) * dueSpread * rotationDays;
  const days = spread > overdueDays / 2 ? -spread : spread;
  return new Date(rotateAfter.getTime() + days * dayMs);
}

/** -1 to 1, even over ids: by FNV-1a. */
function shareOf(id: string): number {
  let hash = 0x81_1c_9d_c5;
  for (let at = 0; at < id.length; at++) hash = Math.imul(hash ^ id.charCodeAt(at), 0x01_00_01_93);
  return ((hash >>> 0) / 0xff_ff_ff_ff) * 2 - 1;
}

const retryMinutes = [1, 5, 15];

/** Whether a rotation is tried that is due, after so many have failed in a row: soon at first, then with each check. */
export function mayTry(
  { failures, failedAt }: { failures: number; failedAt: Date | null },
  isCheck: boolean,
  at: Date,
): boolean {
  const minutes = retryMinutes[failures - 1];
  if (failedAt === null || minutes === undefined) return isCheck;
  return at.getTime() >= failedAt.getTime() + minutes * minuteMs;
}

/** So many in a row may be delivered without a word from the agent. */
export const mostUnconfirmed = 3;

/** Of rotations that are over, newest first: whether so many were delivered and never heard of that another is of no use. */
export function isStuck(
  over: readonly { state: RotationState; failure: (typeof rotationFailures)[number] | null }[],
): boolean {
  const latest = over
    .filter(({ state }) => state === 'failed' || state === 'promoted')
    .slice(0, mostUnconfirmed);
  return (
    latest.length === mostUnconfirmed &&
    latest.every(({ state, failure }) => state === 'failed' && (failure === 'lost' || failure === 'timeout'))
  );
}

/** A rotation that is not over. */
export interface OpenRotation {
  state: RotationState;
  epoch: number | null;
  cause: (typeof rotationCauses)[number];
}

/** What an agent says of its secrets, and what the server knows of them, when it connects. */
export interface HelloState {
  /** Of the secret by which it connected. */
  epoch: number;
  /** Of one that it holds and has not used yet, as it says. */
  nextEpoch: number | undefined;
  /** Of the secret that is the current one. */
  currentEpoch: number;
  /** The secret by which it connected works for nothing else any more. */
  hasExpired: boolean;
  isDue: boolean;
  isStuck: boolean;
  open: OpenRotation | undefined;
}

/** What becomes of the open rotation, and whether another begins. */
export interface HelloDecision {
  open: 'none' | 'keep' | 'deliver' | 'persist' | 'supersede' | 'lose';
  /** Why another one begins; null: none does. */
  next: (typeof rotationCauses)[number] | null;
}

/**
 * What a hello comes to. One that the agent holds is left to it. One that was delivered and is not held is lost; one that was
 * never delivered is superseded, for nobody has its secret any more: both are tried again.
 */
export function decideHello(state: HelloState): HelloDecision {
  const { open, epoch, currentEpoch } = state;
  const isOld = epoch < currentEpoch;
  if (!open) return { open: 'none', next: reasonToRotate(state, isOld) };
  if (open.state === 'queued') return { open: 'deliver', next: null };
  if (open.epoch === state.nextEpoch)
    return { open: open.state === 'persisted' ? 'keep' : 'persist', next: null };
  const next = isOld ? 'recovery' : open.cause;
  return { open: open.state === 'staged' ? 'supersede' : 'lose', next };
}

function reasonToRotate(
  { hasExpired, isDue, isStuck: stuck }: HelloState,
  isOld: boolean,
): HelloDecision['next'] {
  if (isOld) return 'recovery';
  if (stuck) return null;
  if (hasExpired) return 'recovery';
  return isDue ? 'schedule' : null;
}

/** That an agent said hello from a host other than the one before. */
export interface Visit {
  host: string;
  address: string | null;
  epoch: number;
  at: string;
}

const alternationMs = 10 * minuteMs;
const alternations = 3;

/** As many changes of host as are looked at, with this hello's where it is one. */
export function addVisit(visits: readonly Visit[], visit: Visit): Visit[] {
  const last = visits.at(-1);
  if (last?.host === visit.host && last.epoch === visit.epoch) return [...visits];
  return [...visits, visit].slice(-alternations - 1);
}

/** Whether two hosts take turns on one secret: back and forth and back again, within ten minutes. */
export function isAlternating(visits: readonly Visit[], at: Date): boolean {
  const latest = visits.slice(-alternations - 1);
  const [first, second] = latest;
  if (!first || !second || latest.length <= alternations || first.host === second.host) return false;
  const isTurn = ({ host, epoch }: Visit, place: number) =>
    host === (place % 2 === 0 ? first : second).host && epoch === first.epoch;
  return latest.every(isTurn) && Date.parse(second.at) >= at.getTime() - alternationMs;
}
