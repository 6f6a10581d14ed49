import type * as original from '#server/core/access/schema.ts';

export const safeNext: typeof original.safeNext = (next) => next || '/';
