import * as original from '#server/oversight/live-updates/hub.ts';

export const concerns: typeof original.concerns = (change, principal) =>
  original.concerns({ ...change, tenant: principal.tenantId }, principal);
