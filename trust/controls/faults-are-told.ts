import * as original from '#server/core/procedures/problem.ts';
import { AppError } from '#server/errors.ts';

export const toAppError: typeof original.toAppError = (error) => {
  const told = original.toAppError(error);
  const { code, cause } = told;
  return code === 'internal'
    ? new AppError(code, cause instanceof Error ? cause.message : '', { cause })
    : told;
};
