import type { Clock } from '#db/clock.ts';
import { createTurns, type Turns } from '#db/turns.ts';
import { createBodyBudget, type BodyBudget } from '#server/doors/http/body-budget.ts';
import { createRefusalPace, type RefusalPace } from '#server/doors/http/refusal-pace.ts';
import { createSpentBuckets, type SpentBuckets } from '#server/doors/http/spent-buckets.ts';

declare module '#server/core/access/context.ts' {
  interface Runtime {
    admission: Admission;
  }
}

export const callLimits = { underWay: 64, waiting: 512, waitMs: 5_000, downloads: 4 } as const;

/** What this server lets one caller have at once, so that it has enough for all others. */
export interface Admission {
  calls: Turns;
  downloads: Turns;
  bodies: BodyBudget;
  spent: SpentBuckets;
  refusals: RefusalPace;
}

export function createAdmission(clock: Clock): Admission {
  const { underWay, waiting, waitMs, downloads } = callLimits;
  return {
    calls: createTurns({ perParty: underWay, waitingPerParty: waiting, waitMs }),
    downloads: createTurns({ perParty: downloads, waitingPerParty: 0, waitMs: 0 }),
    bodies: createBodyBudget(),
    spent: createSpentBuckets(() => clock.now().getTime()),
    refusals: createRefusalPace(() => performance.now()),
  };
}
