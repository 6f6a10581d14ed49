import { fuzz, withoutLookAtText } from '#scripts/trust/fuzz.ts';
import type { TrustPromise } from '#scripts/trust/promise.ts';

const runs = 500;

export const promise: TrustPromise = {
  id: 'S15-long',
  name: `the same, ${runs} of each operation`,
  threshold: '0 answers',
  isFast: false,
  ownStage: true,
  check: (stage) => fuzz(stage, runs),
  // The control of few is one of many.
  control: { ...withoutLookAtText, flaw: (stage) => fuzz(stage, 20) },
};
