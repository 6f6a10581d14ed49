import type { ErrorCode, FieldError } from '#server/errors.ts';

/** What went wrong, in the server's words, or in ours where the server did not answer. */
export interface Problem {
  title: string;
  detail: string;
  status: number;
  code: ErrorCode | 'unreachable';
  requestId: string | null;
  errors: FieldError[];
  /** Where to choose a password of one’s own first. */
  resetUrl: string | null;
}

const unreachable: Problem = {
  title: 'Keyward did not answer',
  detail: 'Check your connection, then try again.',
  status: 0,
  code: 'unreachable',
  requestId: null,
  errors: [],
  resetUrl: null,
};

/** Thrown in place of an answer that nobody could read. */
export class ForeignAnswer extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`An answer of ${status} that is not from Keyward`);
    this.status = status;
  }
}

/** Thrown for what the server refused before it came to a procedure: the answer is the problem document by itself. */
export class RefusedAtDoor extends Error {
  readonly problem: Partial<Problem>;
  constructor(problem: Partial<Problem>) {
    super(problem.detail);
    this.problem = problem;
  }
}

interface ClientError {
  cause?: unknown;
  data?: { problem?: Partial<Problem> };
  meta?: { response?: { status?: number } };
}

/** An answer that is not ours: a proxy's in front of us, say. */
const foreign = (status: number): Problem => ({
  ...unreachable,
  title: 'Keyward did not answer as it should',
  detail: `Keyward failed (${status}). Try again in a moment. If it stays like this, tell whoever runs it.`,
  status,
});

/** The problem document inside an error of the tRPC client, or behind it. */
export function problemOf(error: unknown): Problem {
  const { data, meta, cause } = (error ?? {}) as ClientError;
  const found = cause instanceof RefusedAtDoor ? cause.problem : data?.problem;
  if (!found?.code) {
    const status = cause instanceof ForeignAnswer ? cause.status : meta?.response?.status;
    return status ? foreign(status) : unreachable;
  }
  return {
    title: found.title ?? unreachable.title,
    detail: found.detail ?? '',
    status: found.status ?? 0,
    code: found.code,
    requestId: found.requestId ?? null,
    errors: found.errors ?? [],
    resetUrl: found.resetUrl ?? null,
  };
}

/** What to say in one sentence. */
export const sentenceOf = (problem: Problem) => problem.detail || `${problem.title}.`;

/** Refusals of a single value, which name no field. */
const fieldOfCode: Partial<Record<Problem['code'], string>> = { name_taken: 'name', email_taken: 'email' };

/** Field by field what the server did not accept; the rest is said for the form as a whole. */
export function fieldErrorsOf<Field extends string>(problem: Problem, fields: readonly Field[]) {
  const path = fieldOfCode[problem.code];
  const errors = path ? [{ path, message: problem.detail }, ...problem.errors] : problem.errors;
  const named = errors.flatMap(({ path, message }) => {
    const field = fields.find((name) => path === name || path.startsWith(`${name}.`));
    return field ? [{ field, message }] : [];
  });
  return { named, whole: named.length === 0 ? sentenceOf(problem) : null };
}
