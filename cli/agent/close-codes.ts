import type { closeCodes as serverCodes } from '#server/doors/agents/schema.ts';

/** The server's, held to them by their type: its schema would bring along what checks messages there. */
export const closeCodes: typeof serverCodes = {
  goingAway: 1001,
  protocol: 4000,
  refused: 4001,
  tenantSuspended: 4003,
  noHello: 4008,
  replaced: 4009,
  olderEpoch: 4010,
  tooFast: 4013,
};
