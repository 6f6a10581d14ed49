import * as original from '#server/oversight/audit-seals/sealing-state.ts';

export const describeState: typeof original.describeState = (state, hindrance) =>
  original.describeState({ ...state, oldestUnsealedSeconds: 0 }, hindrance);
