import { deviceLimits, userCodeLetters } from '#server/credentials/device-sign-in/schema.ts';
import { AppError } from '#server/errors.ts';

/** What a poll is answered with, by the names of RFC 8628, section 3.5. */
export type PollAnswer = 'authorization_pending' | 'slow_down' | 'expired_token' | 'access_denied';

export interface PolledState {
  expiresAt: Date;
  intervalSeconds: number;
  polledAt: Date | null;
  answeredAt: Date | null;
  approved: boolean;
}

/** A poll may be quicker on its way than the one before it. */
const toleranceMs = 500;

/** What to answer a machine that asks whether it was let in; `approved`: it was. */
export function pollAnswer(request: PolledState, at: Date): PollAnswer | 'approved' {
  if (request.answeredAt && !request.approved) return 'access_denied';
  if (request.expiresAt <= at) return 'expired_token';
  if (request.approved) return 'approved';
  const waitedMs = request.polledAt ? at.getTime() - request.polledAt.getTime() : Infinity;
  return waitedMs < request.intervalSeconds * 1_000 - toleranceMs ? 'slow_down' : 'authorization_pending';
}

const userCodeForm = new RegExp(`^[${userCodeLetters}]{${deviceLimits.codeLength}}$`);

/** A code as it is compared: whatever its case, with or without its hyphen. */
export function canonicalUserCode(typed: string): string {
  return typed.toUpperCase().replace(/[^A-Z]/g, '');
}

/** A code as it is shown: two groups of four. */
export function shownUserCode(code: string): string {
  return `${code.slice(0, 4)}-${code.slice(4)}`;
}

/** Whether it could be a code at all: what could not is no guess. */
export function isUserCode(code: string): boolean {
  return userCodeForm.test(code);
}

/** Throws `code_invalid` for what has been answered, or asked too long ago. */
export function assertOpen({ answeredAt, expiresAt }: PolledState, at: Date): void {
  if (answeredAt)
    throw new AppError('code_invalid', 'This code was answered already. Nothing more is to do.');
  if (expiresAt <= at)
    throw new AppError(
      'code_invalid',
      `This code has expired: it lives for ${deviceLimits.lifeMinutes} minutes. Run the command again.`,
    );
}

/** What the token of a machine is called where nobody chose a name. */
export function usualName(host: string | undefined): string {
  return host ? `CLI on ${host}` : 'CLI';
}
