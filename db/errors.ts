import { DrizzleQueryError } from 'drizzle-orm/errors';
import pg from 'pg';
import { TurnRefusedError } from '#db/turns.ts';

/** Why a database cannot be used, in a sentence that says what to do. */
export class UnusableDatabaseError extends Error {}

/** The name of the unique constraint or index that a failed statement ran into, if that is why it failed. */
export function violatedUnique(error: unknown): string | undefined {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  return cause instanceof pg.DatabaseError && cause.code === '23505' ? cause.constraint : undefined;
}

/** serialization_failure and deadlock_detected: the database undid one transaction so that another could go on. */
const contentionStates = /^(40001|40P01)/;
const unavailableStates = /^(08|53|57P0[123]|57014|55P03|25P0[34])/;
const unavailableErrors =
  /ECONNREFUSED|ENOENT|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|timeout|Connection terminated|not queryable|client has encountered/i;

/** Whether a transaction was undone in favour of another, and would succeed if it ran again. */
export function isContention(error: unknown): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  return cause instanceof pg.DatabaseError && contentionStates.test(cause.code ?? '');
}

/** Whether a statement failed because the database is away, full, shutting down, too slow or contended, rather than wrong. */
export function isUnavailable(error: unknown): boolean {
  if (isContention(error)) return true;
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  // A pooler gives all its answers one code, of which this one stays the same however often it is asked.
  if (cause instanceof pg.DatabaseError)
    return (
      unavailableStates.test(cause.code ?? '') && !cause.message.includes('unsupported startup parameter')
    );
  if (!(cause instanceof Error)) return false;
  const { code } = cause as NodeJS.ErrnoException;
  return unavailableErrors.test(`${code ?? ''} ${cause.message}`);
}

/** Whether a statement got no connection because too many of the same party wait for one. */
export function isOwnDoing(error: unknown): boolean {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  return cause instanceof TurnRefusedError && cause.isOwnDoing;
}

/** Whether a statement was given up because another session held a lock. */
export const isLocked = (error: unknown): boolean => sqlState(error) === '55P03';

/** The code by which PostgreSQL says why a statement failed. */
export function sqlState(error: unknown): string | undefined {
  const cause = error instanceof DrizzleQueryError ? error.cause : error;
  return cause instanceof pg.DatabaseError ? cause.code : undefined;
}

/** Whether a statement was given up because no answer to it came: so `pg` says it. */
export function isSilence(error: unknown): boolean {
  return error instanceof Error && error.message === 'Query read timeout';
}

export interface ErrorDescription {
  type: string;
  message: string;
  stack?: string;
}

/**
 * What may be logged of an error. One of the database's carries the statement, its parameters and often a value in its
 * message, so of those only the code and the names of things are kept.
 */
export function describeError(error: unknown): ErrorDescription {
  if (error instanceof DrizzleQueryError) return describeError(error.cause);
  if (error instanceof pg.DatabaseError) {
    const facts = [error.code, error.severity, error.table, error.constraint, error.routine].filter(Boolean);
    return { type: 'DatabaseError', message: facts.join(' ') };
  }
  if (!(error instanceof Error)) return { type: typeof error, message: 'not an Error' };
  const cause = error.cause === undefined ? '' : ` ← ${describeError(error.cause).message}`;
  return { type: error.name, message: error.message + cause, ...(error.stack && { stack: error.stack }) };
}
