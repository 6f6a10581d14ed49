import * as original from '#server/core/audit/queue.ts';

export const createAuditQueue: typeof original.createAuditQueue = (...args) => ({
  ...original.createAuditQueue(...args),
  admitsMove: () => true,
});
