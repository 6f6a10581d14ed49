import type { ChannelEnd } from './channel.ts';
import { closeCodes } from './close-codes.ts';

const longestSeconds = 60;
const restartSeconds = 30;
/** A connection that held for this long is no failed attempt, nor is one that held for as long as was waited for it at most. */
const steadyMs = 30_000;

export interface Delay {
  seconds: number;
  /** Failed attempts in a row, this one too. */
  attempts: number;
}

/**
 * How long to wait before the next connection. `random` is at least 0 and below 1: full jitter, so that agents that lost one
 * server come back spread out.
 */
export function reconnectDelay(end: ChannelEnd, failed: number, random: number): Delay {
  if (end.kind === 'closed' && end.code === closeCodes.goingAway)
    return { seconds: random * restartSeconds, attempts: 0 };
  if (isForSomeone(end)) return { seconds: longestSeconds * (1 + random), attempts: failed };
  const attempts = isSteady(end, failed) ? 1 : failed + 1;
  const least = end.kind === 'refused' ? end.retryAfterSeconds : 0;
  return { seconds: least + random * longestWait(attempts), attempts };
}

const longestWait = (attempts: number) => Math.min(longestSeconds, 2 ** (attempts - 1));

function isSteady(end: ChannelEnd, failed: number): boolean {
  return end.kind !== 'refused' && end.livedMs >= Math.min(steadyMs, longestWait(failed) * 1_000);
}

/** A person has to act first. Keyward says so by a code: a proxy answers 404 as well while a server starts behind it. */
function isForSomeone(end: ChannelEnd): boolean {
  if (end.kind === 'refused')
    return end.code !== '' && end.status >= 400 && end.status < 500 && end.status !== 429;
  return end.kind === 'closed' && end.code === closeCodes.tenantSuspended;
}
