import * as original from '#server/core/audit/row-limit.ts';

export const createRowLimit: typeof original.createRowLimit = (options) => ({
  ...original.createRowLimit(options),
  admits: () => true,
});
