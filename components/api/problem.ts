import type { ErrorCode, FieldError } from '#server/errors.ts';

/** What went wrong, in the server's words, or in ours where the server did not answer. */
export interface Problem {
  title: string;
  detail: string;
  status: number;
  code: ErrorCode | 'unreachable';
  requestId: string | null;
  errors: FieldError[];
}

const unreachable: Problem = {
  title: 'Keyward did not answer',
  detail: 'Check your connection, then try again.',
  status: 0,
  code: 'unreachable',
  requestId: null,
  errors: [],
};

/** The problem document inside an error of the tRPC client. */
export function problemOf(error: unknown): Problem {
  const found = (error as { data?: { problem?: Partial<Problem> } } | null)?.data?.problem;
  if (!found?.code) return unreachable;
  return {
    title: found.title ?? unreachable.title,
    detail: found.detail ?? '',
    status: found.status ?? 0,
    code: found.code,
    requestId: found.requestId ?? null,
    errors: found.errors ?? [],
  };
}

/** What to say in one sentence. */
export const sentenceOf = (problem: Problem) => problem.detail || `${problem.title}.`;

/** Field by field what the server did not accept; the rest is said for the form as a whole. */
export function fieldErrorsOf<Field extends string>(problem: Problem, fields: readonly Field[]) {
  const named = problem.errors.flatMap(({ path, message }) => {
    const field = fields.find((name) => path === name || path.startsWith(`${name}.`));
    return field ? [{ field, message }] : [];
  });
  return { named, whole: named.length === 0 ? sentenceOf(problem) : null };
}
