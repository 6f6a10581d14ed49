import type * as original from '#server/oversight/audit-seals/sealing-state.ts';

export const describeKeyFile: typeof original.describeKeyFile = () => undefined;
