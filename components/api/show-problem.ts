import type { FieldPath, FieldValues, UseFormSetError } from 'react-hook-form';
import { fieldErrorsOf, problemOf } from './problem.ts';

/** Puts a refusal where it belongs in a form: beside the fields it names, or else above the button, as `root.refused`. */
export function showProblem<Values extends FieldValues>(
  error: unknown,
  fields: readonly FieldPath<Values>[],
  setError: UseFormSetError<Values>,
) {
  const problem = problemOf(error);
  const { named, whole } = fieldErrorsOf(problem, fields);
  for (const [index, { field, message }] of named.entries()) {
    setError(field, { type: 'server', message }, { shouldFocus: index === 0 });
  }
  if (whole === null) return;
  const request = problem.status >= 500 && problem.requestId ? ` (request ${problem.requestId})` : '';
  setError('root.refused', { type: 'server', message: whole + request });
}
