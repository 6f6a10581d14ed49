/** What the exit code of the program says; scripts act on it. */
export const exitCodes = {
  refused: 1,
  usage: 2,
  unreachable: 3,
  locked: 3,
  signedOut: 4,
  interrupted: 130,
} as const;
export type ExitReason = keyof typeof exitCodes;

export interface ErrorFacts {
  /** What to do about it, in one line. */
  hint?: string | undefined;
  /** The server's word for it. */
  code?: string | undefined;
  requestId?: string | undefined;
  /** With `password_change_required`: where to choose a password. */
  resetUrl?: string | undefined;
}

/** Ends the program: one line of what happened, one of what to do, and the exit code of its outcome. */
export class CliError extends Error {
  readonly outcome: ExitReason;
  readonly facts: ErrorFacts;

  constructor(outcome: ExitReason, message: string, facts: ErrorFacts = {}) {
    super(message);
    this.name = 'CliError';
    this.outcome = outcome;
    this.facts = facts;
  }
}

/** Called in a way that means nothing. */
export function usage(message: string, hint?: string): CliError {
  return new CliError('usage', message, { hint });
}
