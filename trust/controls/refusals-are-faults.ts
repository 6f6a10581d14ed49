import type * as original from '#server/core/procedures/problem.ts';
import { AppError } from '#server/errors.ts';

export const fromTrpc: typeof original.fromTrpc = (cause) =>
  new AppError('internal', 'Something went wrong.', { cause });
