import type { RotationView } from '#server/credentials/rotation/schema.ts';
import { causeWords, failureWords } from './rotation-reasons.ts';
import { isOpen } from './rotation-words.ts';

/** `now`: it is waited for. `grace`: passes by itself. */
type StepState = 'done' | 'now' | 'next' | 'grace' | 'failed' | 'stopped';

export interface RotationStep {
  title: string;
  state: StepState;
  at: string | null;
  note?: string | undefined;
}

interface Surroundings {
  online: boolean;
  host: string | null;
  now: Date;
}

const passed = (title: string, at: string | null): RotationStep => ({ title, at, state: 'done' });

/** How far a rotation has come: what has passed, what is waited for, and what comes after that. */
export function rotationSteps(rotation: RotationView, around: Surroundings): RotationStep[] {
  const begun = passed(begunWords(rotation), rotation.createdAt);
  const wait: RotationStep = { title: 'Waits for the agent to connect', at: null, state: 'now' };
  const isWaiting = rotation.state === 'queued' && !around.online;
  const steps = [begun, ...(isWaiting ? [wait] : []), ...wayOf(rotation, around, isWaiting)];
  const end = endOf(rotation, around.now);
  return end ? [...steps, end] : steps;
}

function begunWords({ cause, requestedBy }: RotationView): string {
  return cause === 'request' && requestedBy ? `Requested by ${requestedBy}` : causeWords[cause];
}

/** From the making of the secret to its first use. Of one that is over only what has passed. */
function wayOf(rotation: RotationView, { host }: Surroundings, isWaiting: boolean): RotationStep[] {
  const { stagedAt, deliveredAt, persistedAt, promotedAt } = rotation;
  const epoch = rotation.epoch === null ? '' : ` (epoch ${rotation.epoch})`;
  const way = [
    { title: `New secret made${epoch}`, ahead: 'Make a new secret', at: stagedAt },
    { title: `Delivered${host ? ` to ${host}` : ''}`, ahead: 'Deliver it', at: deliveredAt },
    { title: 'Saved on the agent', ahead: 'Save it on the agent', at: persistedAt },
    { title: 'In use', ahead: 'First call with it', at: promotedAt },
  ];
  const last = way.findLastIndex(({ at }) => at !== null);
  return way.flatMap(({ title, ahead, at }, index): RotationStep[] => {
    // Its first use may come before the word that it was saved.
    if (index <= last) return [passed(title, at)];
    if (!isOpen(rotation)) return [];
    return [{ title: ahead, at: null, state: index === last + 1 && !isWaiting ? 'now' : 'next' }];
  });
}

function endOf(rotation: RotationView, now: Date): RotationStep | undefined {
  const { state, failure, failureText, endedAt, graceEndsAt } = rotation;
  if (state === 'promoted') return graceOf(graceEndsAt, now);
  if (state === 'cancelled') return { title: 'Cancelled', at: endedAt, state: 'stopped' };
  if (state === 'superseded') return { title: 'Replaced by a later one', at: endedAt, state: 'stopped' };
  if (state !== 'failed') return undefined;
  const { what, advice } = failureWords[failure ?? 'other'];
  const note = [failureText && `It says: ${failureText}.`, advice].filter(Boolean).join(' ');
  return { title: what, at: endedAt, state: 'failed', note };
}

function graceOf(graceEndsAt: string | null, now: Date): RotationStep {
  if (!graceEndsAt || new Date(graceEndsAt) <= now) return passed('Old secret stopped', graceEndsAt);
  return {
    title: 'Old secret still works',
    at: graceEndsAt,
    state: 'grace',
    note: 'For calls that were under way. It stops by itself.',
  };
}
