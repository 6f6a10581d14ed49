import { createTurns } from '#db/turns.ts';
import * as original from '#server/doors/http/admission.ts';

export const createAdmission: typeof original.createAdmission = (clock) => {
  const { waiting, waitMs } = original.callLimits;
  const calls = createTurns({ perParty: Infinity, waitingPerParty: waiting, waitMs });
  return { ...original.createAdmission(clock), calls };
};
